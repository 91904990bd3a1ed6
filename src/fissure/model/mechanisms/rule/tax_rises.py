"""It taxes residents harder to make up for lost income.

Theory: rebel taxation and its limits (Mampilly and Thakur 2025; Sabates-Wheeler and Verwimp 2014; Levi 1988).

    shortfall     F = max(0, 1 - income / needs)            of last week, in [0, 1]
    plenty        Y = min(1, max(0, income / needs - 1))
    tax rate      rise = squeeze F, fall = squeeze Y while it is above its start    per week
    burden        B = max(0, tax rate / start - 1)
    support       fall = resentment B                       per week
    log flight    + drive B / (1 + B)

Reads: flows.income, organisation.needs, organisation.tax_rate. Writes: flight_log, support_fall, tax_rate_fall,
tax_rate_rise.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class TaxRises(Mechanism):
    """Taxes rise when income falls short, at the price of support and residents."""

    title: ClassVar[str] = "Taxes rise"
    claims: ClassVar[tuple[str, ...]] = ("S3-03e",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("tax rate late in the run", mean("tax_rate", weeks="late"), LOWER),
        Check("residents who flee", total("fled"), LOWER),
        Check("support late in the run", mean("support", weeks="late"), HIGHER),
    )

    squeeze: Scalar = parameter("per week at no income", "Rise of the tax rate when there is no income.")
    resentment: Scalar = parameter("per week at a doubled rate", "Fall of support at a doubled tax rate.")
    drive: Scalar = parameter("log ratio", "How strongly heavier tax drives residents out.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        org = sensed.organisation
        income = sensed.flows.income.sum()
        cover = jnp.where(org.needs > 0, income / jnp.maximum(org.needs, 1.0), 1.0)
        burden = jnp.maximum(org.tax_rate / sensed.given.tax_rate - 1.0, 0.0)
        everywhere = jnp.ones_like(sensed.posted)
        return Effects(
            tax_rate_rise=self.squeeze * jnp.maximum(1.0 - cover, 0.0),
            tax_rate_fall=self.squeeze * jnp.clip(cover - 1.0, 0.0, 1.0) * (burden > 0),
            support_fall=self.resentment * burden * everywhere,
            flight_log=self.drive * burden / (1.0 + burden) * everywhere,
        )

"""It taxes residents harder to make up for lost income.

Theory: rebel taxation and its limits (Mampilly and Thakur 2025; Sabates-Wheeler and Verwimp 2014; Levi 1988).

    shortfall   F = max(0, 1 - income / needs)           of last week
    tax rate    rise = squeeze F
    burden      B = max(0, tax rate / start - 1)
    support     fall = resentment B;    log flight + drive B / (1 + B)

Reads: income, needs, tax rate. Writes: tax_rate, support, flight_log.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class TaxRises(Mechanism):
    """Taxes rise when income falls short, at the price of support and residents."""

    title: ClassVar[str] = "Taxes rise"
    claims: ClassVar[tuple[str, ...]] = ()

    squeeze: Scalar = parameter("lognormal", 0.005, 0.05, "per week at no income", "New fees and fines came within months.")
    resentment: Scalar = parameter("lognormal", 0.003, 0.03, "per week at a doubled rate", "Opinion turns over months.")
    drive: Scalar = parameter("lognormal", 0.3, 1.5, "log ratio", "Heavily taxed residents flee up to a few times as often.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        org = sensed.organisation
        income = sensed.flows.income.sum()
        short = jnp.where(org.needs > 0, jnp.maximum(1.0 - income / jnp.maximum(org.needs, 1.0), 0.0), 0.0)
        burden = jnp.maximum(org.tax_rate / sensed.given.tax_rate - 1.0, 0.0)
        everywhere = jnp.ones_like(sensed.posted)
        return Effects(
            tax_rate_rise=self.squeeze * short,
            support_fall=self.resentment * burden * everywhere,
            flight_log=self.drive * burden / (1.0 + burden) * everywhere,
        )

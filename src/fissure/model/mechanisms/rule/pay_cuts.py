"""Short of money, it cuts fighters' pay, and some quit and flee.

Theory: failing selective incentives (Nussio and Ugarriza 2021; Olson 1965; Weinstein 2007).

    reserve     R = treasury / needs                        weeks
    cut         fall = speed max(0, 1 - R / target),   rise = speed min(1, max(0, R / target - 1)) of the pay scale
    short       1 - pay scale x paid share
    grievance   rise = anger short

Reads: treasury, needs, pay scale, paid share. Writes: pay_scale, grievance.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class PayCuts(Mechanism):
    """Pay is cut when reserves run low, and fighters resent it."""

    title: ClassVar[str] = "Pay is cut"
    claims: ClassVar[tuple[str, ...]] = ()

    target: Scalar = parameter("lognormal", 6, 40, "weeks of spending", "Reserves that a cautious treasurer wants.")
    speed: Scalar = parameter(
        "lognormal", 0.01, 0.1, "per week",
        "Pay was halved at a stroke in late 2015 after months of falling income.", ("pay-cut-factor-2015-11",),
    )  # fmt: skip
    anger: Scalar = parameter(
        "lognormal", 0.01, 0.1, "per week when unpaid", "Unpaid, a fighter is aggrieved within months."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        org = sensed.organisation
        reserve = org.treasury / jnp.maximum(org.needs, 1.0) / self.target
        known = jnp.where(org.needs > 0, 1.0, 0.0)  # in the first week needs are not yet known
        short = 1.0 - org.pay_scale * org.paid_share
        return Effects(
            pay_scale_fall=self.speed * known * jnp.maximum(1.0 - reserve, 0.0),
            pay_scale_rise=self.speed * jnp.clip(reserve - 1.0, 0.0, 1.0),
            grievance_rise=self.anger * short,
        )

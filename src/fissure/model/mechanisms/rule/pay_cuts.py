"""Short of money, it cuts fighters' pay, and some quit and flee.

Theory: failing selective incentives (Nussio and Ugarriza 2021; Olson 1965; Weinstein 2007).

    reserve      R = treasury / reserve wanted (`treasury.cushion` weeks of needs)
    decision     chance of a cut this week p = 1 - exp(-resolve max(0, 1 - R))
    pay scale    x (1 - depth) in a week of decision, that is fall = depth / (1 - depth)
                 rise = mending min(1, max(0, R - 1))                   per week
    grievance    rise = anger (1 - pay scale x paid share)              per week, of those who are promised pay

Reads: organisation.paid_share, organisation.pay_scale, pay, reserve. Writes: grievance_rise, pay_scale_fall,
pay_scale_rise.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week

SHORT = {"start.treasury": -2.0, "treasury.war": 2.0, "treasury.cushion": 1.0}


class PayCuts(Mechanism):
    """Pay is cut when reserves run low, and fighters resent it."""

    title: ClassVar[str] = "Pay is cut"
    claims: ClassVar[tuple[str, ...]] = ("S3-03a", "S3-03b")
    luck: ClassVar[tuple[Luck, ...]] = (Luck(),)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("deserters, where money is short", total("deserted"), LOWER, fix=SHORT),
        Check("grievance, where money is short", mean("grievance"), LOWER, fix=SHORT),
    )

    resolve: Scalar = parameter("per week", "Rate at which a cut is decided on when there are no reserves.")
    depth: Scalar = parameter("share", "Share of pay that one cut takes.")
    mending: Scalar = parameter("per week", "Rate at which pay is raised again when reserves are twice what is wanted.")
    anger: Scalar = parameter("per week when unpaid", "Rise of grievance when nothing is paid.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        org = sensed.organisation
        short = 1.0 - org.pay_scale * org.paid_share
        promised = jnp.where(sensed.world.foreign, sensed.pay[1], sensed.pay[0]) > 0
        decided = draw.uniform() < 1.0 - jnp.exp(-self.resolve * jnp.maximum(1.0 - sensed.reserve, 0.0))
        return Effects(
            pay_scale_fall=jnp.where(decided, self.depth / (1.0 - self.depth), 0.0),
            pay_scale_rise=self.mending * jnp.clip(sensed.reserve - 1.0, 0.0, 1.0),
            grievance_rise=self.anger * jnp.where(promised, short, 0.0)[:, None],
        )

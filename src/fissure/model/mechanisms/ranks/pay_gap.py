"""Locals are paid less than foreigners, and pay promised in a falling pound is worth ever less.

Theory: relative deprivation, the gap between what one gets and what comparable others get (Runciman 1966; Gurr 1970).

    real pay of a local    w = pay_local exchange^(-pound)      exchange: local currency per dollar, start = 1
    gap                    G = max(0, 1 - w / pay_foreign)
    grievance of locals    rise = resentment G                  per week

Reads: pay by origin, exchange rate. Writes: grievance of local fighters.
Source: S0:5 S0:8 S1:8 S1:9.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class PayGap(Mechanism):
    """Grievance of locals rises with the gap between their real pay and foreigners' pay."""

    title: ClassVar[str] = "Locals are paid less, in a currency that falls"
    claims: ClassVar[tuple[str, ...]] = ()

    resentment: Scalar = parameter(
        "lognormal", 0.004, 0.04, "per week at a gap of 1",
        "At 0.015 and a gap of one half, grievance settles near a fifth within a year of memory.",
    )  # fmt: skip
    pound: Scalar = parameter(
        "uniform", 0.2, 1.0, "share", "How much of the currency's fall was not made good by raises."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        local, foreign = sensed.pay[0], sensed.pay[1]
        ratio = local / jnp.maximum(foreign, 1.0)
        gap = jnp.maximum(1.0 - ratio * week.exchange**-self.pound, 0.0)  # by country
        rise = self.resentment * (sensed.world.home @ gap)  # zero for foreign units
        return Effects(grievance_rise=rise[:, None])

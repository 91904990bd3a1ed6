"""Locals are paid less than foreigners, and pay promised in a falling currency is worth ever less.

Theory: relative deprivation, the gap between what one gets and what comparable others get (Runciman 1966;
Gurr 1970).

    real pay of a local    w = pay_local exchange^(-exposure)       dollars per month
    gap                    G = max(0, 1 - w / max(1, pay_foreign))  in [0, 1]; 0 where there are no foreigners or
                                                                    none of them is paid
    grievance of locals    rise = resentment G                      per week
    exchange: local currency per dollar as a ratio to the start, in the unit's home country

Reads: mixed, pay, week.exchange. Writes: grievance_rise.
Source: S0:5 S0:8 S1:5 S1:8 S1:9.
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

FALL = "the local currency is worth half as much"


class PayGap(Mechanism):
    """Grievance of locals rises with the gap between their real pay and foreigners' pay."""

    title: ClassVar[str] = "Locals are paid less, in a currency that falls"
    claims: ClassVar[tuple[str, ...]] = ("S0-05b", "S0-08b", "S1-05d", "S1-08a", "S1-08b", "S1-09a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("grievance of locals", mean("grievance", "local"), LOWER),
        Check("locals who desert", total("deserted", "local"), LOWER),
        Check("grievance of locals", mean("grievance", "local"), HIGHER, {"world.exchange": 2.0}, FALL),
        Check("locals who desert", total("deserted", "local"), HIGHER, {"world.exchange": 2.0}, FALL),
    )

    resentment: Scalar = parameter("per week at a gap of 1", "Rise of locals' grievance at a pay gap of 1.")
    exposure: Scalar = parameter("share", "Share of the local currency's fall that raises in pay do not make good.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        local, foreign = sensed.pay[0], sensed.pay[1]
        compared = sensed.mixed & (foreign > 0)
        ratio = local / jnp.maximum(foreign, 1.0)
        gap = jnp.where(compared, jnp.maximum(1.0 - ratio * week.exchange**-self.exposure, 0.0), 0.0)  # by country
        rise = self.resentment * (sensed.world.home @ gap)  # zero for foreign units
        return Effects(grievance_rise=rise[:, None])

"""Members on the soft flank who doubt the leadership's claim are killed by their own.

Theory: purges of the moderate flank under ideological competition (Hafez 2020); selective repression of
dissent.

    too soft    b = max(0, -doctrine - tolerance)       in [0, 1]
    purged      hazard = zeal b doubt                   per week: those who doubt aloud
    fear        rise = terror p / (p + 1)               per week; p: purged last week per 1,000 fighters

Reads: doctrine, fighters.doubt, flows.by_cause, total. Writes: fear_rise, purge.
Source: S2:13 S2:14 S4:14.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import Cause
from fissure.model.world import Week


class PurgeOfDoubters(Mechanism):
    """Doubters on the soft flank are killed, which frightens the rest."""

    title: ClassVar[str] = "Doubters are purged"
    claims: ClassVar[tuple[str, ...]] = ("S2-13a", "S2-14a", "S4-14b")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("share of fighters on the soft flank", ratio(total("on_flank", "soft"), total("fighters")), HIGHER),
        Check("fear", mean("fear"), LOWER),
    )

    tolerance: Scalar = parameter("position", "How soft a member may be before it is dangerous.")
    zeal: Scalar = parameter(
        "per week at full softness and doubt", "Rate at which members of full softness and doubt are killed."
    )
    terror: Scalar = parameter("per week where many are purged", "Rise of fear where many members are purged.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        soft = jnp.maximum(-sensed.doctrine - self.tolerance, 0.0)
        purged = sensed.flows.by_cause[:, Cause.PURGE].sum()
        per_1000 = 1000.0 * purged / jnp.maximum(sensed.total, 1.0)
        return Effects(
            purge=self.zeal * soft * sensed.fighters.doubt,
            fear_rise=self.terror * per_1000 / (per_1000 + 1.0),
        )

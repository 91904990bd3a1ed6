"""Advisers and leaders who denied that this was a caliphate were killed as apostates.

Theory: purges of the moderate flank under ideological competition (Hafez 2020); selective repression of dissent.

    too soft       b = max(0, -doctrine - tolerance)      in [0, 1]
    purge hazard   h = zeal b doubt                        per week: those who doubt aloud
    fear           rise = terror p / (p + 1)               p: purged last week per 1,000 fighters

Reads: doctrine, doubt, purged last week. Writes: purge, fear.
Source: S2:13 S2:14 S4:14.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week
from fissure.model.state import Cause


class PurgeOfDoubters(Mechanism):
    """Doubters on the soft flank are killed, which frightens the rest."""

    title: ClassVar[str] = "Doubters are purged"
    claims: ClassVar[tuple[str, ...]] = ()

    tolerance: Scalar = parameter(
        "uniform", 0.0, 0.5, "position", "How soft one may be before one is in danger: doubt of the caliphate sufficed."
    )  # fmt: skip
    zeal: Scalar = parameter(
        "lognormal", 0.001, 0.02, "per week at full softness and doubt",
        "Dozens of such killings are told in half a year among tens of thousands of members.", ("S4-14c",),
    )  # fmt: skip
    terror: Scalar = parameter("lognormal", 0.02, 0.3, "per week where many are purged", "As executions do, less public.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        soft = jnp.maximum(-sensed.fighters.doctrine - self.tolerance, 0.0)
        purged = sensed.flows.by_cause[:, Cause.PURGE].sum()
        per_1000 = 1000.0 * purged / jnp.maximum(sensed.total, 1.0)
        return Effects(
            purge=self.zeal * soft * sensed.fighters.doubt,
            fear_rise=self.terror * per_1000 / (per_1000 + 1.0),
        )

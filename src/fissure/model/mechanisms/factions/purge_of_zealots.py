"""The leadership also hunts the over-zealous, who call its leader an unbeliever.

Theory: purges of the radical flank that outbids the leadership (Hafez 2020; Bloom 2005).

    too hard    b = max(0, doctrine - tolerance)       position on the axis, as stretched by the rift
    purged      hazard = zeal b                        per week

Reads: doctrine. Writes: purge.
Source: S1:11 S4:12 S4:13.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week

MANY = {"coup-plots.rate": 4.0}  # plots are rare by their prior


class PurgeOfZealots(Mechanism):
    """Members of the hard flank are hunted and killed."""

    title: ClassVar[str] = "Zealots are purged"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-11b",
        "S4-12b",
        "S4-13a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("share of fighters on the hard flank", ratio(total("on_flank", "hard"), total("fighters")), HIGHER),
        Check(
            "share of plots begun on the hard flank, where plots are many",
            ratio(total("plots", "hard"), total("plots")),
            HIGHER,
            fix=MANY,
        ),
    )

    tolerance: Scalar = parameter("position", "How hard a member may be before it is dangerous.")
    zeal: Scalar = parameter("per week at distance 1", "Rate at which members far out on the hard flank are killed.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(purge=self.zeal * jnp.maximum(sensed.doctrine - self.tolerance, 0.0))

"""A clash inside calls off a planned attack.

Theory: infighting costs rebels the fights they had planned (Fjelde and Nilsson 2012; Pischedda 2020).

    called off    hazard = scuttle where blocs clashed last week, there or next door       per week

Reads: flows.clashes. Writes: cancel.
Source: S2:9.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ClashScuttlesAttack(Mechanism):
    """Operations planned near a clash are called off."""

    title: ClassVar[str] = "A clash scuttles an attack"
    claims: ClassVar[tuple[str, ...]] = ("S2-09a",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "operations called off, where clashes are many and caution is rare",
            total("cancelled"),
            LOWER,
            fix={"bloc-clash.rate": 3.0, "rival-fortification.caution": -3.0},
        ),
    )

    scuttle: Scalar = parameter("per week", "Hazard that an operation planned near a clash is called off.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        clashes = (sensed.flows.clashes > 0).astype(jnp.float32)
        near = jnp.maximum(clashes, (sensed.world.adjacent * clashes).max(axis=1))
        return Effects(cancel=self.scuttle * near)

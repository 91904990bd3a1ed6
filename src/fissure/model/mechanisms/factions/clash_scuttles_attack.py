"""A clash inside calls off a planned attack.

Theory: infighting costs rebels the fights they had planned (Fjelde and Nilsson 2012; Pischedda 2020).

    called off    hazard = scuttle s       per week
    s: share of the fighters at hand, there and next door, posted where blocs clashed last week: who shoots at his own
    is missing in the attack

Reads: flows.clashes, posted. Writes: cancel.
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
        bases = sensed.world.adjacent + jnp.eye(clashes.shape[0])
        at_odds = bases @ (clashes * sensed.posted) / jnp.maximum(bases @ sensed.posted, 1.0)
        return Effects(cancel=self.scuttle * at_odds)

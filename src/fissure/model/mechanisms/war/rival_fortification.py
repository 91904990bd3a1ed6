"""A rival too well dug in makes the group call an attack off.

Theory: contest success and the advantage of a dug-in defence (Hirshleifer 1989; Biddle 2004); attackers look before
they leap (Fearon 1995 on private information revealed).

    called off    hazard = caution (1 - g) + alarm l       per week
    g: chance of success on a look at the ground; l: largest share of a district that rivals took there or next door
    last week: what convinces is a rival's victory, and not a look alone

Reads: flows.lost, flows.prospect. Writes: cancel.
Source: S2:5 S2:10 S2:11.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import added, difference, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class RivalFortification(Mechanism):
    """Operations with a poor prospect are called off."""

    title: ClassVar[str] = "Rivals are dug in"
    claims: ClassVar[tuple[str, ...]] = (
        "S2-05a",
        "S2-10a",
        "S2-11a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("operations called off", total("cancelled"), LOWER),
        Check(
            "share of routine operations called off",
            ratio(
                total("cancelled"), added(total("cancelled"), difference(total("operations"), total("compensating")))
            ),
            HIGHER,
            driver={"ground.dug-in": 1.5},
            driven="those who are dug in count for half as much again",
        ),
        Check(
            "ground gained",
            total("gained_km2"),
            LOWER,
            driver={"start.garrison": 2.0},
            driven="opponents are twice as strong",
        ),
    )

    caution: Scalar = parameter("per week", "Hazard that an operation without any prospect is called off.")

    alarm: Scalar = parameter(
        "per week at a district lost",
        "Hazard that an operation is called off beside a district that rivals took whole.",
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        lost = sensed.flows.lost
        signal = jnp.maximum(lost, (sensed.world.adjacent * lost).max(axis=1))
        return Effects(cancel=self.caution * (1.0 - sensed.flows.prospect) + self.alarm * signal)

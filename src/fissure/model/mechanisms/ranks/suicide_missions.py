"""Being asked to die in an attack makes members think of leaving.

Theory: demands that exceed the bargain struck with recruits (Weinstein 2007); selection into suicide missions by
commitment (Benmelech and Berrebi 2007; Pape 2005).

    pressed     a = A / (A + n + 1) where ground is held    in [0, 1); A: attackers of last week; n: fighters there
    missions    hazard of dying = rate a commitment     per week
    attempts    log: + ln(1 + cold_feet rate a)         cold_feet: weeks; the mean over those asked and not asked
    opponents   killed = toll x missions                fighters per week

Reads: commitment, exposed, exposed_ground, flows.attacked, post, strength. Writes: attempt_log, mission, toll.
Source: S1:9 S4:7.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class SuicideMissions(Mechanism):
    """Missions kill the committed and give the others cold feet."""

    title: ClassVar[str] = "Members are asked to die"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-09e",
        "S1-09f",
        "S4-07c",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "attempts to leave, per fighter",
            ratio(total("attempts"), total("fighters")),
            HIGHER,
            driver={"suicide-missions.rate": 4.0},
            driven="members are asked four times as often",
        ),
        Check("deaths on missions", total("killed", "mission"), LOWER),
    )

    rate: Scalar = parameter(
        "per fighter and week under attack", "Rate at which fighters under attack are asked to die in a mission."
    )
    cold_feet: Scalar = parameter(
        "weeks", "Further attempts to leave, in ordinary weeks' worth, for each member asked to die."
    )
    toll: Scalar = parameter("killed per mission", "Opponents killed by a suicide mission.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        attacked = sensed.flows.attacked * sensed.exposed_ground
        asked = sensed.post @ (self.rate * attacked / (attacked + sensed.exposed + 1.0))
        mission = asked * sensed.commitment
        return Effects(
            mission=mission,
            attempt_log=jnp.log1p(self.cold_feet * asked)[:, None],
            toll=self.toll * ((mission * sensed.strength) @ sensed.post),
        )

"""Kurds, Iraqi forces and rebels take ground.

Theory: the case gives each operation a start, a place, an attacker and a strength; who wins, when and at what cost is
settled by `settle/ground.py`.

    garrison    + stay x sum of strength of operations begun there
    attack      sum of strength exp(-age / campaign), and the share `probing` of all garrisons at all times

Reads: offensives of the week, garrisons. Writes: attack, garrison.
Source: S0:3 S1:13 S4:5 S4:6.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class GroundOffensives(Mechanism):
    """Opponents attack when and where the record says they began to."""

    title: ClassVar[str] = "Ground offensives"
    claims: ClassVar[tuple[str, ...]] = ()

    strength: Scalar = parameter(
        "lognormal", 0.6, 1.7, "ratio", "Common error of the strengths in the case, which press accounts gave."
    )  # fmt: skip
    campaign: Scalar = parameter("lognormal", 8, 40, "weeks", "How long an army keeps up an attack.")
    stay: Scalar = parameter("logitnormal", 0.1, 0.5, "share", "Share of an attacking force that stays as garrison.")
    probing: Scalar = parameter("logitnormal", 0.02, 0.2, "share of garrisons", "Pressure on quiet fronts.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        begun = week.offensive_age >= 0
        force = jnp.where(begun, self.strength * week.offensive_strength, 0.0)
        effort = jnp.exp(-jnp.maximum(week.offensive_age, 0.0) / self.campaign)
        where = sensed.world.offensive_district
        stayed = self.stay * (force @ where)
        return Effects(
            attack=(force * effort) @ where + self.probing * (sensed.given.garrison + stayed),
            garrison=stayed,
        )

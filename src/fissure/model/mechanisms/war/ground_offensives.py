"""Opponents take ground.

Theory: the case gives each operation a start, a place, an attacker and a strength; who wins, when and at what
cost depends on the force it meets (Hirshleifer 1989; Biddle 2004), and is settled by `settle/ground.py`.

    force       F = strength x strength of the operation, once it has begun                 fighters
    effort      e = exp(-age / campaign)
    garrison    + stay x sum of F (1 - e) there: those who stay when the attack is over     fighters
    attack      sum of F e, and the share `probing` of all garrisons                        fighters

Reads: week.offensive_age, week.offensive_strength. Writes: attack, garrison.
Source: S0:3 S1:13 S4:5 S4:6.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class GroundOffensives(Mechanism):
    """Opponents attack when and where the record says they began to."""

    title: ClassVar[str] = "Ground offensives"
    claims: ClassVar[tuple[str, ...]] = ("S0-03b", "S1-13f", "S4-05a", "S4-06a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("territory late in the run", mean("territory_km2", weeks="late"), HIGHER),
    )

    strength: Scalar = parameter("ratio", "Common factor on the strengths of all offensives.")
    campaign: Scalar = parameter("weeks", "Time over which an attack slackens.")
    stay: Scalar = parameter("share", "Share of an attacking force that stays as garrison.")
    probing: Scalar = parameter("share of garrisons", "Share of garrisons that attack at all times.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        begun = week.offensive_age >= 0
        force = jnp.where(begun, self.strength * week.offensive_strength, 0.0)
        effort = jnp.exp(-jnp.maximum(week.offensive_age, 0.0) / self.campaign)
        where = sensed.world.offensive_district
        stayed = self.stay * ((force * (1.0 - effort)) @ where)
        return Effects(
            attack=(force * effort) @ where + self.probing * (sensed.given.garrison + stayed),
            garrison=stayed,
        )

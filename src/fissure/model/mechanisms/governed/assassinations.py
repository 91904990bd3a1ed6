"""Resistance kills members of low rank.

Theory: clandestine urban violence against occupiers (Kalyvas 2006; de la Calle and Sanchez-Cuenca 2012).

    resisters    R = resistance x residents x share held                 persons
    killed       hazard = aim R / (1,000 posted), at most 10% a week     per week

Reads: districts.resistance, held, post, posted. Writes: assassinated.
Source: S1:12 S1:13.
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


class Assassinations(Mechanism):
    """Resisters kill fighters where they stand."""

    title: ClassVar[str] = "Assassinations of members"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-12d",
        "S1-13b",
    )
    checks: ClassVar[tuple[Check, ...]] = (Check("fighters assassinated", total("killed", "assassinated"), LOWER),)

    aim: Scalar = parameter(
        "killed per 1,000 resisters and week", "Members killed by a thousand organised resisters in a week."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        resisters = sensed.held * sensed.districts.resistance
        hazard = self.aim * resisters / (1000.0 * jnp.maximum(sensed.posted, 1.0))
        return Effects(assassinated=sensed.post @ jnp.minimum(hazard, 0.1))

"""Strikes fall less on cities, because bombers avoid civilian harm, so rural posts are deadlier.

Theory: discrimination constraints on air power; the price that civilians' presence puts on a strike.

    log hazard of death by strike    - sparing for units posted in town

Reads: rural or urban post. Writes: strike_log of units.
Source: S1:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class StrikesSpareCities(Mechanism):
    """Units in town are hit less from the air."""

    title: ClassVar[str] = "Bombers spare cities"
    claims: ClassVar[tuple[str, ...]] = ()

    sparing: Scalar = parameter(
        "lognormal", 0.3, 1.8, "log ratio", "From a quarter fewer to five sixths fewer deaths in town; told, not counted."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(strike_log=jnp.where(sensed.units.rural, 0.0, -self.sparing))

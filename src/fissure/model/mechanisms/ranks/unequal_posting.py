"""Locals get the worse duties: rural patrols, while foreigners live in cities.

Theory: relative deprivation in non-pay terms; distribution of risk inside armed groups (Weinstein 2007, ch. 4).

    log odds of a rural post      + bias for locals, - bias for foreigners
    grievance of locals           rise = resentment max(0, rural share of locals - rural share of foreigners)

Reads: rural posts by origin. Writes: rural_logit of units, grievance of local fighters.
Source: S0:8 S1:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class UnequalPosting(Mechanism):
    """Locals are posted to the country, foreigners to town, and locals resent it."""

    title: ClassVar[str] = "Locals get the worse posts"
    claims: ClassVar[tuple[str, ...]] = ()

    bias: Scalar = parameter(
        "lognormal", 0.3, 1.5, "log odds", "From a slight to a fourfold tilt either way; told, never counted."
    )  # fmt: skip
    resentment: Scalar = parameter(
        "lognormal", 0.002, 0.02, "per week at a difference of 1",
        "Half as strong as pay: posts are named beside pay, after it.",
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        foreign = sensed.world.foreign
        people = sensed.strength
        rural = people * sensed.units.rural
        of_local = jnp.where(foreign, 0.0, rural).sum() / jnp.maximum(sensed.fighters_of[0], 1.0)
        of_foreign = jnp.where(foreign, rural, 0.0).sum() / jnp.maximum(sensed.fighters_of[1], 1.0)
        worse = jnp.maximum(of_local - of_foreign, 0.0)
        side = jnp.where(foreign, -1.0, 1.0)
        return Effects(
            rural_logit=self.bias * side,
            grievance_rise=jnp.where(foreign, 0.0, self.resentment * worse)[:, None],
        )

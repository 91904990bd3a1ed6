"""Locals get the worse duties: rural patrols, while foreigners live in cities.

Theory: relative deprivation in other things than pay; distribution of risk inside armed groups (Weinstein
2007, ch. 4).

    log odds of a rural post    + bias for locals, - bias for foreigners
    grievance of locals         rise = resentment max(0, l - f)       per week
    l, f: shares of local and of foreign fighters at rural posts; nothing of this in a group of one origin

Reads: fighters_of, mixed, strength, units.rural. Writes: grievance_rise, rural_logit.
Source: S0:5 S0:8 S1:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class UnequalPosting(Mechanism):
    """Locals are posted to the country, foreigners to town, and locals resent it."""

    title: ClassVar[str] = "Locals get the worse posts"
    claims: ClassVar[tuple[str, ...]] = ("S0-05c", "S0-08c", "S1-08c")
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "deaths in combat and by strikes, locals to foreigners, per fighter",
            ratio(
                ratio(total("killed", "strike", "ground", "local"), total("fighters", "local")),
                ratio(total("killed", "strike", "ground", "foreign"), total("fighters", "foreign")),
            ),
            LOWER,
        ),
        Check("grievance of locals", mean("grievance", "local"), LOWER),
    )

    bias: Scalar = parameter("log odds", "Tilt of the odds of a rural post towards locals and away from foreigners.")
    resentment: Scalar = parameter(
        "per week at a difference of 1", "Rise of locals' grievance at a difference in rural posts of 1."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        foreign = sensed.world.foreign
        people = sensed.strength
        rural = people * sensed.units.rural
        of_local = jnp.where(foreign, 0.0, rural).sum() / jnp.maximum(sensed.fighters_of[0], 1.0)
        of_foreign = jnp.where(foreign, rural, 0.0).sum() / jnp.maximum(sensed.fighters_of[1], 1.0)
        worse = jnp.where(sensed.mixed, jnp.maximum(of_local - of_foreign, 0.0), 0.0)
        side = jnp.where(sensed.mixed, jnp.where(foreign, -1.0, 1.0), 0.0)
        return Effects(
            rural_logit=self.bias * side,
            grievance_rise=jnp.where(foreign, 0.0, self.resentment * worse)[:, None],
        )

"""Strikes fall less on cities, because bombers avoid civilian harm, so rural posts are deadlier.

Theory: discrimination as a constraint on air power, and the price that harm to civilians puts on a strike
(Condra and Shapiro 2012; Crawford 2013).

    hazard of death by strike    times e^-sparing / m in town, 1 / m in the country
    m = (rural + urban e^-sparing) / all, of the fighters posted in the district: as many die, others and elsewhere

Reads: post, posted, strength, units.rural. Writes: strike_log.
Source: S1:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class StrikesSpareCities(Mechanism):
    """Units in town are hit less from the air."""

    title: ClassVar[str] = "Bombers spare cities"
    claims: ClassVar[tuple[str, ...]] = ("S1-08d",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "strike deaths, rural to urban posts",
            ratio(total("killed_by_strikes_post", "rural"), total("killed_by_strikes_post", "urban")),
            LOWER,
        ),
    )

    sparing: Scalar = parameter("log ratio", "Log of the factor by which strikes kill fewer in towns.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        rural = sensed.units.rural
        in_town = jnp.where(rural, 0.0, sensed.strength) @ sensed.post / jnp.maximum(sensed.posted, 1.0)
        mean = sensed.post @ (1.0 + in_town * jnp.expm1(-self.sparing))
        return Effects(strike_log=jnp.where(rural, 0.0, -self.sparing) - jnp.log(mean))

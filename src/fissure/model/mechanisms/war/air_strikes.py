"""Constant strikes strain it.

Theory: attrition from the air; strikes help ground forces most where they attack together (Pape 1996; Andres,
Wills and Griffith 2006).

    kills     K = strikes killed N / (N + hidden)                       fighters per week; N: in the country
    front     f = posted A / (A + 1,000)                                fighters; A: attackers last week
    weight    w = (1 - s) posted / N + s f / sum of f in the country    share of kills; s: support_of_ground
    hazard    K w / posted                                              per week
    leaders   leaders x strikes / 100 x leading posts filled            killed per week, while any fighter is left

Towns are spared by `strikes-spare-cities`.

Reads: flows.attacked, led, post, posted, total, week.strikes. Writes: leaders_lost, strike.
Source: S0:3 S1:12 S3:6 S4:7.
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


class AirStrikes(Mechanism):
    """Strikes kill fighters where they stand, most on fronts."""

    title: ClassVar[str] = "Air strikes"
    claims: ClassVar[tuple[str, ...]] = ("S0-03a", "S1-12a", "S1-12b", "S1-12c", "S3-06c", "S4-07d")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("fighters killed or captured, per fighter", ratio(total("killed"), total("fighters")), LOWER),
        Check("leaders killed", total("leaders_lost"), LOWER),
    )

    killed: Scalar = parameter("fighters per strike", "Fighters killed by a strike where the group stands thick.")
    hidden: Scalar = parameter("fighters", "Fighters in a country at whom strikes kill half as many.")
    leaders: Scalar = parameter(
        "killed per 100 strikes", "Leaders killed by a hundred strikes when all posts are filled."
    )
    support_of_ground: Scalar = parameter("share of strikes", "Share of strikes flown in support of ground fighting.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        country = sensed.world.country
        front = sensed.posted * sensed.flows.attacked / (sensed.flows.attacked + 1000.0)
        there = jnp.maximum(sensed.posted @ country, 1.0)
        at_front = jnp.maximum(front @ country, 1.0)
        kills = week.strikes * self.killed * there / (there + self.hidden)  # by country
        weight = (1.0 - self.support_of_ground) * sensed.posted / (country @ there) + (
            self.support_of_ground * front / (country @ at_front)
        )
        hazard = (country @ kills) * weight / jnp.maximum(sensed.posted, 1.0)
        return Effects(
            strike=sensed.post @ hazard,
            leaders_lost=self.leaders * week.strikes.sum() / 100.0 * sensed.led * (sensed.total > 0),
        )

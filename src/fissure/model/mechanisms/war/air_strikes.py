"""Constant strikes strain it.

Theory: attrition from the air; strikes help ground forces most where they attack together (Pape 1996; Andres,
Wills and Griffith 2006).

    kills     K = strikes killed N / (N + hidden)                       fighters per week; N: in the country
    front     f = fighters who fought off attacks last week             fighters
    weight    w = (1 - s) exposed / N + s f / sum of f in the country    share of kills; s: support_of_ground
    hazard    K w / exposed                                             per week
    leaders   leaders x the coalition's strikes / 100 x leading posts filled      per week, while any fighter is left

    services  fall = damage x strikes, of all in the country, over its held residents in 100,000       per week

Strikes are the coalition's and those of other air forces, as far as they were aimed at the group. Towns are spared by
`strikes-spare-cities`; who hides is not found from the air.

Reads: exposed, flows.engaged, held, led, post, total, week.strikes, week.uncounted. Writes:
leaders_lost, services_fall, strike.
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
    damage: Scalar = parameter(
        "per strike among 100,000 residents", "Fall of services at one strike a week for 100,000 ruled residents."
    )
    support_of_ground: Scalar = parameter("share of strikes", "Share of strikes flown in support of ground fighting.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        country = sensed.world.country
        front = jnp.minimum(sensed.flows.engaged, sensed.exposed)
        there = jnp.maximum(sensed.exposed @ country, 1.0)
        at_front = jnp.maximum(front @ country, 1.0)
        strikes = week.strikes + week.uncounted
        kills = strikes * self.killed * there / (there + self.hidden)  # by country
        weight = (1.0 - self.support_of_ground) * sensed.exposed / (country @ there) + (
            self.support_of_ground * front / (country @ at_front)
        )
        hazard = (country @ kills) * weight / jnp.maximum(sensed.exposed, 1.0)
        ruled = jnp.maximum(sensed.held.astype(jnp.float32) @ country, 1e5)
        return Effects(
            services_fall=self.damage * (country @ (1e5 * strikes / ruled)),
            strike=sensed.post @ hazard,
            leaders_lost=self.leaders * week.strikes.sum() / 100.0 * sensed.led * (sensed.total > 0),
        )

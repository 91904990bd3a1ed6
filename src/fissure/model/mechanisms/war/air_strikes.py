"""Constant strikes strain it.

Theory: attrition from the air; strikes help ground forces most where they attack together (Pape 1996; Kress et al. 2017).

    kills of a strike   `killed`, less where few are left: x N / (N + `hidden`)     N: fighters in the country
    weight of district  posted (1 - support_of_ground) / N + posted front support_of_ground / sum(posted front)
    hazard              strikes killed weight / posted

Front: a district that opponents attack. Towns are spared by `strikes-spare-cities`.

Reads: strikes of the week, posted fighters, attackers. Writes: strike hazard of units.
Source: S0:3 S1:12 S3:6.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class AirStrikes(Mechanism):
    """Strikes kill fighters where they stand, most on fronts."""

    title: ClassVar[str] = "Air strikes"
    claims: ClassVar[tuple[str, ...]] = ()

    killed: Scalar = parameter(
        "lognormal", 0.6, 3.5, "fighters per strike",
        "SOHR counted 3,061 killed by about 2,500 strikes in Syria in eleven months; the coalition claimed 45,000 for "
        "14,000 strikes in two years.",
        ("fighters-killed-by-coalition-strikes-syria-2015-08-sohr", "fighters-killed-cumulative-2016-08-cjtf-oir"),
    )  # fmt: skip
    hidden: Scalar = parameter(
        "lognormal", 500, 6_000, "fighters", "The fewer are left, the harder each is to find."
    )  # fmt: skip
    support_of_ground: Scalar = parameter(
        "logitnormal", 0.3, 0.8, "share of strikes", "Daily releases name front-line towns most days."
    )  # fmt: skip

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
        return Effects(strike=sensed.post @ hazard)

"""Doctrinal pressure may split the group, as it once split from its parent.

Theory: fragmentation grows with distance between factions and with losses, and stalemate restores cohesion
(Woldemariam 2018; Bakke, Cunningham and Seymour 2012).

    distance    z = bloc's mean doctrine - mean of all                    position, as stretched by the rift
    split       of a bloc, hazard = rate z^2 (1 + unrest m)               per week; m: setback as remembered
    followers   each unit of the bloc follows with probability equal to its mean wish to leave

Reads: commitment, doubt, grievance, organisation.setback, position, strength. Writes: split, splits.
Source: S0:16.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import ratio, total
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed, grains
from fissure.model.world import Week

MANY = {"splinter.rate": 3.0}  # splits are rare by their prior


class Splinter(Mechanism):
    """A bloc far from the rest breaks away with the units that follow."""

    title: ClassVar[str] = "The group splits"
    claims: ClassVar[tuple[str, ...]] = (
        "S0-16a",
        "S0-16b",
        "S0-16c",
    )
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("blocs",)), Luck(("units",), 1))
    checks: ClassVar[tuple[Check, ...]] = (
        Check("splits", total("splits"), LOWER),
        Check(
            "splits",
            total("splits"),
            HIGHER,
            driver={"atrocity-dispute.divide": 4.0},
            driven="each notorious act divides four times as much",
        ),
        Check(
            "splits per fighter",
            ratio(total("splits"), total("fighters")),
            LOWER,
            driver={"world.offensive_strength": 0.2},
            driven="offensives a fifth as strong leave a stalemate",
            fix=MANY,
        ),
    )

    rate: Scalar = parameter(
        "per week at distance 1", "Rate at which a bloc at distance 1 from the rest breaks away, in quiet times."
    )
    unrest: Scalar = parameter("ratio", "By how many times that rate rises when all ruled residents were lost of late.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        blocs = world.of_bloc
        weight = grains(sensed.strength * sensed.position)
        mean = weight.sum() / jnp.maximum(sensed.strength.sum(), 1.0)
        people = sensed.strength @ blocs
        distance = jnp.where(people > 0, (weight @ blocs) / jnp.maximum(people, 1.0) - mean, 0.0)
        hazard = self.rate * distance**2 * (1.0 + self.unrest * sensed.organisation.setback)
        splits = draw.uniform(hazard.shape, 0) < -jnp.expm1(-hazard)
        wish = (1.0 + sensed.grievance + sensed.doubt - sensed.commitment) / 3.0
        follows = (draw.uniform(wish.shape, 1) < wish) & (sensed.strength > 0)
        split = (blocs @ splits.astype(jnp.float32)) * follows
        gone = (split @ blocs) > 0
        return Effects(split=split, splits=(splits & gone).astype(jnp.float32))

"""Members resent fighting rivals instead of the regime that they joined to fight.

Theory: ideological joiners leave when the group departs from the cause they joined for (Oppenheim et al. 2015).

    fought     F = an opponent's attackers last week, and its garrisons met by operations           fighters
    wrong      w = F of others than a ruling regime / all F, in the country where posted            in [0, 1]
    doubt      rise = qualm w 2 commitment                                                          per week

It is the devout who mind, taken for those whose mean commitment is high; at 1/2 the rise is qualm w.

Reads: commitment, flows.attacked_by, flows.met, post. Writes: doubt_rise.
Source: S2:17 S2:18.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class WrongEnemy(Mechanism):
    """Doubt rises where the fight is with others than the regime."""

    title: ClassVar[str] = "The wrong enemy"
    claims: ClassVar[tuple[str, ...]] = (
        "S2-17a",
        "S2-18a",
        "S2-18b",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("doubt", mean("doubt"), HIGHER, driver={"world.regime": 0.0}, driven="none of the enemies is a regime"),
        Check(
            "attempts to leave, per fighter",
            ratio(total("attempts"), total("fighters")),
            HIGHER,
            driver={"world.regime": 0.0},
            driven="none of the enemies is a regime",
        ),
        Check("doubt", mean("doubt"), LOWER),
    )

    qualm: Scalar = parameter("per week", "Rise of doubt where none of the fighting is against a ruling regime.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        fought = (sensed.flows.attacked_by + sensed.flows.met) @ world.country
        wrong = (1.0 - world.regime) @ fought / jnp.maximum(fought.sum(axis=0), 1.0)
        met = sensed.post @ (world.country @ wrong)
        return Effects(doubt_rise=(self.qualm * 2.0 * sensed.commitment * met)[:, None])

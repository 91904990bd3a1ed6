"""Members of blocs at odds who are posted together sometimes shoot at each other.

Theory: infighting between blocs that share a place (Fjelde and Nilsson 2012; Bakke, Cunningham and Seymour
2012).

    at odds   o = 1 for blocs known to be at odds, strain for a local and a foreign bloc     in [0, 1]
    mixed     t = 4 max over pairs (a, b) of o s_a s_b           in [0, 1]; s: shares of a district's fighters
    chance    1 - exp(-rate t)                                   of a clash in a district, per week
    hazard    toll                                               per week, where there is a clash, to fighters
                                                                 of the two blocs most at odds and mixed there

Reads: organisation.strain, post, posted, strength. Writes: clash, clashes.
Source: S2:5 S2:6 S2:7.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class BlocClash(Mechanism):
    """Blocs at odds that are posted together sometimes fight."""

    title: ClassVar[str] = "Blocs shoot at each other"
    claims: ClassVar[tuple[str, ...]] = ("S2-05b", "S2-06a", "S2-07a", "S2-07b")
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("districts",)),)
    checks: ClassVar[tuple[Check, ...]] = (Check("deaths in clashes between blocs", total("killed", "clash"), LOWER),)

    rate: Scalar = parameter(
        "per week and district when evenly mixed",
        "Rate of clashes in a district shared evenly by two blocs at odds.",
    )
    toll: Scalar = parameter(
        "killed per fighter of the two blocs",
        "Share of the fighters of the blocs involved who die in a clash.",
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        blocs = world.of_bloc
        here = (sensed.post * sensed.strength[:, None]).T @ blocs  # fighters by district and bloc
        share = here / jnp.maximum(sensed.posted, 1.0)[:, None]
        foreign = (world.foreign.astype(jnp.float32) @ blocs) > 0
        odds = jnp.maximum(world.at_odds, sensed.organisation.strain * (foreign[:, None] != foreign[None, :]))
        pairs = share[:, :, None] * share[:, None, :] * odds
        most = pairs.max(axis=(1, 2))
        clash = draw.uniform(most.shape) < 1.0 - jnp.exp(-self.rate * 4.0 * most)
        in_it = ((pairs > 0) & (pairs >= most[:, None, None])).any(axis=2)
        blocs_in = (clash[:, None] & in_it).astype(jnp.float32)
        return Effects(
            clash=self.toll * ((sensed.post @ blocs_in) * blocs).sum(axis=1),
            clashes=clash.astype(jnp.float32),
        )

"""Turkmen and Caucasus fighters shot at each other and killed members.

Theory: infighting between blocs that share a place (Fjelde and Nilsson 2012; Bakke, Cunningham and Seymour 2012).

    together     t_d = 4 max over pairs at odds of (share a in d)(share b in d)     in [0, 1]
    chance       1 - exp(-rate t_d)           of a clash in a district and week
    hazard       toll to fighters of the two blocs in that district, in that week

Reads: posts and blocs of units. Writes: clash hazard of units, clashes.
Source: S2:6 S2:7.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class BlocClash(Mechanism):
    """Blocs at odds that are posted together sometimes fight."""

    title: ClassVar[str] = "Blocs shoot at each other"
    claims: ClassVar[tuple[str, ...]] = ()

    rate: Scalar = parameter(
        "lognormal", 0.01, 0.15, "per week and district when evenly mixed", "A handful of such clashes became known."
    )  # fmt: skip
    toll: Scalar = parameter(
        "lognormal", 0.005, 0.06, "killed per fighter of the two blocs", "Some were killed on both sides.", ("S2-07a",)
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        blocs = (world.bloc[:, None] == jnp.arange(world.at_odds.shape[0])).astype(jnp.float32)
        here = (sensed.post * sensed.strength[:, None]).T @ blocs  # fighters by district and bloc
        share = here / jnp.maximum(sensed.posted, 1.0)[:, None]
        together = 4.0 * (share[:, :, None] * share[:, None, :] * world.at_odds).max(axis=(1, 2))
        clash = draw.uniform(sensed.posted.shape) < 1.0 - jnp.exp(-self.rate * together)
        in_it = (here > 0)[:, :, None] & (here > 0)[:, None, :] & (world.at_odds > 0)
        blocs_in = (clash[:, None] & in_it.any(axis=2)).astype(jnp.float32)
        return Effects(
            clash=self.toll * ((sensed.post @ blocs_in) * blocs).sum(axis=1),
            clashes=clash.sum().astype(jnp.float32),
        )

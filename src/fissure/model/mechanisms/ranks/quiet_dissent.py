"""Those too afraid to leave stay as silent dissenters and raise pressure from inside.

Theory: exit, voice and loyalty: where exit is barred, discontent turns inward (Hirschman 1970); preference
falsification (Kuran 1991).

    dissent         d = mean over fighters of wish to leave x fear      in [0, 1]
    log plots       + ln(1 + pressure d)                                per bloc; plots per week
    log power       - ln(1 + sabotage d)                                per district

Reads: dissent, post, posted, strength. Writes: plots_log, power_log.
Source: S0:15.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed, grains
from fissure.model.world import Week


class QuietDissent(Mechanism):
    """Dissenters who dare not leave plot and shirk."""

    title: ClassVar[str] = "Quiet dissent"
    claims: ClassVar[tuple[str, ...]] = ("S0-15d",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("plots begun, where plots are many", total("plots"), LOWER, fix={"coup-plots.rate": 2.0}),
        Check("fighting power per fighter in the first year", mean("effectiveness", weeks="early"), HIGHER),
    )

    pressure: Scalar = parameter("ratio per unit of dissent", "How strongly dissent that dares not leave feeds plots.")
    sabotage: Scalar = parameter(
        "ratio per unit of dissent", "How strongly dissent that dares not leave lowers fighting power."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        dissenters = grains(sensed.strength * sensed.dissent)
        blocs = world.of_bloc
        by_bloc = (dissenters @ blocs) / jnp.maximum(sensed.strength @ blocs, 1.0)
        here = (dissenters @ sensed.post) / jnp.maximum(sensed.posted, 1.0)
        return Effects(
            plots_log=jnp.log1p(self.pressure * by_bloc)[:, None], power_log=-jnp.log1p(self.sabotage * here)
        )

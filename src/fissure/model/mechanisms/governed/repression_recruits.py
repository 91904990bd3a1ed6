"""Repression of residents hands recruits to its enemies.

Theory: indiscriminate violence is counterproductive (Kalyvas 2006; Kocher, Pepinsky and Kalyvas 2011; Schutte
2017).

    killed        v = residents executed last week per 100,000
    resistance    rise = vengeance ln(1 + v) (1 - support)                      per week

Reads: districts.residents, districts.support, flows.executed_residents. Writes: resistance_rise.
Source: S1:13.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class RepressionRecruits(Mechanism):
    """Executions of residents recruit for the resistance."""

    title: ClassVar[str] = "Repression recruits its enemies"
    claims: ClassVar[tuple[str, ...]] = ("S1-13a",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("share in resistance", ratio(mean("resisters"), mean("residents_under_control")), LOWER),
    )

    vengeance: Scalar = parameter(
        "per week at one executed in 100,000",
        "Rise of resistance at one execution among 100,000 residents in a week.",
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        per_100k = 1e5 * sensed.flows.executed_residents / jnp.maximum(d.residents, 1000)
        return Effects(resistance_rise=self.vengeance * jnp.log1p(per_100k) * (1.0 - d.support))

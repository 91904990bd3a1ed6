"""Too few fighters hold too wide an area on too many fronts.

Theory: force-to-space ratios; loss of strength with distance and extent (Boulding 1962; Hultquist 2013).

    load         L = held mapped ground / (fighters x comfortable)       km2 over km2
    log power    - strain ln(1 + L)

More fronts dilute it besides, since posts are shared out among them (see `settle/posting.py`).

Reads: held_area, total. Writes: power_log.
Source: S4:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import falls, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Overextension(Mechanism):
    """Power in every district falls with ground held per fighter."""

    title: ClassVar[str] = "Too few for too much ground"
    claims: ClassVar[tuple[str, ...]] = ("S4-08a", "S4-08b")
    checks: ClassVar[tuple[Check, ...]] = (
        Check(  # the same operations come in both runs, so losses are taken per ground held
            "share of held territory lost a week", ratio(falls("territory_km2"), total("territory_km2")), LOWER,
        ),
    )  # fmt: skip

    comfortable: Scalar = parameter("km2 per fighter", "Mapped ground that one fighter can hold at ease.")
    strain: Scalar = parameter("exponent", "How strongly ground held per fighter lowers power.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        load = sensed.held_area / (jnp.maximum(sensed.total, 1.0) * self.comfortable)
        return Effects(power_log=-self.strain * jnp.log1p(load) * jnp.ones_like(sensed.posted))

"""Too few fighters for too wide an area and too many fronts.

Theory: force-to-space ratios; loss of strength with distance and extent (Boulding 1962; Hultquist 2013).

    load           L = held mapped ground / (fighters x comfortable)      km2 over km2
    log power      - strain ln(1 + L)

More fronts dilute it besides, since posts are shared out among them (see `settle/posting.py`).

Reads: held area, fighters. Writes: power_log.
Source: S4:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Overextension(Mechanism):
    """Power in every district falls with ground held per fighter."""

    title: ClassVar[str] = "Too few for too much ground"
    claims: ClassVar[tuple[str, ...]] = ()

    comfortable: Scalar = parameter(
        "lognormal", 0.5, 5.0, "km2 per fighter", "It held some 3 to 5 km2 of mapped ground a fighter in late 2014."
    )  # fmt: skip
    strain: Scalar = parameter(
        "lognormal", 0.2, 1.0, "exponent", "From a weak to a proportional loss of power with load."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        load = sensed.held_area / (jnp.maximum(sensed.total, 1.0) * self.comfortable)
        return Effects(power_log=-self.strain * jnp.log1p(load) * jnp.ones_like(sensed.posted))

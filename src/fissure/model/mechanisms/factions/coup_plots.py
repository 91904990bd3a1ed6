"""Members plot against the leadership; arrests are made and publicised to assert control.

Theory: plots by those who doubt, feasible where many agree in secret (Kuran 1991; Singh 2014 on coups); repression
of dissent in the ranks.

    plots        begun at rate x doubters, of each bloc and flank      per week; doubters in thousands: fighters
                                                                       weighted by doubt x distance out on the flank
    found out    hazard = exposure                                     per week
    fear         rise = terror x plots found out last week             per week
    doubt        rise = weakness x plots found out last week           per week

Reads: flows.exposed, hard, soft, strength. Writes: doubt_rise, exposure, fear_rise, plots.
Source: S1:11.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, log, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class CoupPlots(Mechanism):
    """Doubters of a flank plot, and plots found out frighten and embarrass."""

    title: ClassVar[str] = "Coup plots"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-11a",
        "S1-11c",
        "S1-11d",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("plots begun (log)", log(total("plots")), LOWER),
        Check("fear in the weeks after plots were found out", after("exposed", "fear"), LOWER),
        Check("doubt in the weeks after plots were found out", after("exposed", "doubt"), LOWER),
    )

    rate: Scalar = parameter(
        "per week and thousand doubters", "Rate at which a thousand doubters far out on a flank begin plots."
    )
    exposure: Scalar = parameter("per week", "Rate at which a plot is found out.")
    terror: Scalar = parameter("per week and plot", "Rise of fear among all fighters when a plot is found out.")
    weakness: Scalar = parameter("per week and plot", "Rise of doubt among all fighters when a plot is found out.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        blocs = world.of_bloc
        doubters = jnp.stack([sensed.soft, sensed.hard], axis=1) * sensed.strength[:, None] / 1000.0
        found_out = sensed.flows.exposed.sum()
        return Effects(
            plots=self.rate * (blocs.T @ doubters),
            exposure=self.exposure,
            fear_rise=self.terror * found_out,
            doubt_rise=self.weakness * found_out,
        )

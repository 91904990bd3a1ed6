"""Security rules tighten on foreigners, so that locals leave first and foreigners later.

Theory: monitoring of those whose exit costs most (McLauchlin 2010; Lyall 2020 on surveillance in the ranks).

    watched         w = watch min(1, N / N0), of foreigners   N: fighters now, N0: on the first day; those who watch
                                                              are members too, so that the watch thins with the ranks
    log attempts    - w                                       per week
    log odds of being caught    + w

Reads: total. Writes: attempt_log, caught_logit.
Source: S4:10.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import difference, peak_week
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class WatchOnForeigners(Mechanism):
    """Foreigners are watched as long as there are enough to watch them."""

    title: ClassVar[str] = "Foreigners are watched"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-10a",
        "S4-10b",
        "S4-10c",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("week of foreign departures", peak_week("deserted", "foreign"), LOWER),
        Check(
            "lead of locals' departures over foreigners', in weeks",
            difference(peak_week("deserted", "foreign"), peak_week("deserted", "local")),
            LOWER,
        ),
    )

    watch: Scalar = parameter(
        "log ratio", "How strongly the watch on foreigners holds them back while the ranks are full."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        watched = self.watch * jnp.minimum(sensed.total / sensed.given.fighters, 1.0) * sensed.world.foreign
        return Effects(attempt_log=-watched[:, None], caught_logit=watched)

"""Security rules tighten on foreigners, so that locals leave first and foreigners later.

Theory: monitoring of those whose exit costs most (McLauchlin 2010; Lyall 2020 on surveillance in the ranks).

    watched         w = watch presence, of foreigners         presence: share of its rule enforced where posted
    log attempts    - w                                       per week
    log odds of being caught    + w

Reads: post, presence. Writes: attempt_log, caught_logit.
Source: S4:10.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import difference, peak_week
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class WatchOnForeigners(Mechanism):
    """Foreigners are watched where its rule is firm."""

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
        "log ratio", "How strongly the watch on foreigners holds them back where its rule is fully enforced."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        watched = self.watch * (sensed.post @ sensed.presence) * sensed.world.foreign
        return Effects(attempt_log=-watched[:, None], caught_logit=watched)

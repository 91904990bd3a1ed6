"""Foreigners arrive with a romantic picture and regret it on seeing the group's rule up close.

Theory: reality shock after joining; ideological joiners leave when the group breaks its own precepts
(Oppenheim et al. 2015; Altier et al. 2014 on disengagement).

    doubt of foreigners    rise = shock dread s / (s + adjustment)       per week
    s: weeks served; dread: of residents where posted, in [0, 1]

Reads: districts.dread, fighters.served, post. Writes: doubt_rise.
Source: S0:13 S0:14 S0:15.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import difference, log, mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Disillusion(Mechanism):
    """Foreigners' doubt rises with months served among frightened residents."""

    title: ClassVar[str] = "Romance meets rule"
    claims: ClassVar[tuple[str, ...]] = ("S0-13a", "S0-13b", "S0-14a", "S0-15a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("foreigners who desert (log)", log(total("deserted", "foreign")), LOWER),
        Check(
            "doubt of foreigners of long service over that of those of short service",
            difference(mean("doubt_by_service", "long"), mean("doubt_by_service", "short")),
            LOWER,
        ),
    )

    shock: Scalar = parameter(
        "per week at full dread", "Rise of foreigners' doubt at full dread of residents around them."
    )
    adjustment: Scalar = parameter("weeks", "Service after which foreigners' doubt rises at half its full rate.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = (sensed.post @ sensed.districts.dread) * sensed.world.foreign
        served = sensed.fighters.served
        return Effects(doubt_rise=(self.shock * seen)[:, None] * served / (served + self.adjustment))

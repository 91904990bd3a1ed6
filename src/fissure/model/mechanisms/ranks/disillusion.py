"""Foreigners arrive with a romantic picture and regret it on seeing the group's rule up close.

Theory: reality shock after joining; ideological joiners leave when the group breaks its own precepts (Oppenheim et al.
2015, J. Conflict Resolution 59:794; Altier et al. 2014 on disengagement).

    doubt of foreigners    rise = shock dread s / (s + adjustment)     s: weeks served, dread: of residents where posted

Reads: weeks served, residents' dread. Writes: doubt of foreign fighters.
Source: S0:13 S0:14 S0:15.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Disillusion(Mechanism):
    """Foreigners' doubt rises with months served among frightened residents."""

    title: ClassVar[str] = "Romance meets rule"
    claims: ClassVar[tuple[str, ...]] = ()

    shock: Scalar = parameter(
        "lognormal", 0.005, 0.05, "per week at full dread",
        "Of defectors who spoke publicly, most named brutality to fellow Muslims (Neumann 2015); pace unknown.",
        ("public-defectors-cumulative-2015-08-icsr",),
    )  # fmt: skip
    adjustment: Scalar = parameter(
        "lognormal", 8, 40, "weeks", "Accounts of regret come after the first months."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = (sensed.post @ sensed.districts.dread) * sensed.world.foreign
        served = sensed.fighters.served
        return Effects(doubt_rise=(self.shock * seen)[:, None] * served / (served + self.adjustment))

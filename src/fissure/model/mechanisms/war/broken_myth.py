"""A visible defeat ends the belief that it cannot be beaten, and followers doubt its strength.

Theory: a reputation for victory as a resource that one visible defeat destroys (Kuran 1991; Castillo 2014 on
endurance).

    defeat      D = symbolic weight of the districts whose larger part was lost last week
    doubt       rise = shock D       per week
    prestige    fall = fame D        per week

Reads: flows.defeats. Writes: doubt_rise, prestige_fall.
Source: S4:6 S4:7 S4:17.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class BrokenMyth(Mechanism):
    """Symbolic defeats raise doubt in all ranks and cost prestige."""

    title: ClassVar[str] = "The myth of the undefeatable breaks"
    claims: ClassVar[tuple[str, ...]] = ("S4-06b", "S4-07a", "S4-07b", "S4-17a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("doubt in the weeks after symbolic defeats", after("event:symbolic-defeat", "doubt"), LOWER),
        Check("deserters in the weeks after symbolic defeats", after("event:symbolic-defeat", "deserted"), LOWER),
    )

    shock: Scalar = parameter(
        "per symbolic district lost", "Rise of doubt when a district of full symbolic weight is lost."
    )
    fame: Scalar = parameter(
        "per symbolic district lost", "Fall of prestige when a district of full symbolic weight is lost."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        defeat = sensed.flows.defeats.sum()
        return Effects(doubt_rise=self.shock * defeat, prestige_fall=self.fame * defeat)

"""Kobani broke the myth of the undefeatable soldier; followers doubted its power.

Theory: a reputation for victory as a resource that one visible defeat destroys (Kuran 1991; Castillo 2014 on endurance).

    defeat      D = sum over districts of symbolic weight x share of ground lost last week
    doubt       rise = shock D;      prestige fall = fame D

Reads: ground lost, symbolic weight. Writes: doubt, prestige.
Source: S4:7.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class BrokenMyth(Mechanism):
    """Symbolic defeats raise doubt in all ranks and cost prestige."""

    title: ClassVar[str] = "The myth of the undefeatable breaks"
    claims: ClassVar[tuple[str, ...]] = ()

    shock: Scalar = parameter("lognormal", 0.05, 0.6, "per symbolic district lost", "Doubt was told right after one town.")
    fame: Scalar = parameter("lognormal", 0.05, 0.6, "per symbolic district lost", "Known the world over within days.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        defeat = (sensed.world.symbolic * sensed.flows.lost).sum()
        return Effects(doubt_rise=self.shock * defeat, prestige_fall=self.fame * defeat)

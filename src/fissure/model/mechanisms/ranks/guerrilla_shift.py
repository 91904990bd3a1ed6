"""Thin forces turn to ambush and irregular fighting, which costs opponents more.

Theory: ambush losses follow a linear law that favours the few who hide (Deitchman 1962; Kress et al. 2018);
irregular warfare as the way of the weak (Kalyvas and Balcells 2010).

    thin                    t = A / (A + posted + 1)         in [0, 1); A: opponents attacking last week
    log opponents killed    + ambush t                       per week

Reads: flows.attacked, posted. Writes: ambush_log.
Source: S4:8.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import log, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class GuerrillaShift(Mechanism):
    """Where it is thin it fights from ambush."""

    title: ClassVar[str] = "A shift to ambush"
    claims: ClassVar[tuple[str, ...]] = ("S4-08c",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "opponents killed where it is thin (log)",
            log(total("opponents_killed", "thin")),
            LOWER,
        ),
    )

    ambush: Scalar = parameter("log ratio", "Log of the factor on opponents killed where the group is thinnest.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        attacked = sensed.flows.attacked
        return Effects(ambush_log=self.ambush * attacked / (attacked + sensed.posted + 1.0))

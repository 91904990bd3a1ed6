"""Those who live under its rule see what it is and turn from it.

Theory: learning about a ruler by living under him (Revkin 2021; Kalyvas 2006 on control and denunciation).

    support    fall = insight dread T / (T + learning)        T: weeks under its rule

Reads: weeks ruled, dread. Writes: support.
Source: S4:3 S4:16 S0:14.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Unmasking(Mechanism):
    """Support falls with time under a frightening rule."""

    title: ClassVar[str] = "The mask falls"
    claims: ClassVar[tuple[str, ...]] = ()

    insight: Scalar = parameter("lognormal", 0.005, 0.05, "per week at full dread", "Acceptance eroded within a year or two.")
    learning: Scalar = parameter("lognormal", 10, 60, "weeks", "Months of relief at order came first in many towns.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        return Effects(support_fall=self.insight * d.dread * d.ruled / (d.ruled + self.learning))

"""Those who live under its rule see what it is and turn from it.

Theory: learning about a ruler by living under him (Revkin 2021; Kalyvas 2006 on control and denunciation).

    support    fall = insight dread T / (T + learning)       per week; T: weeks under its rule, by share held

Reads: districts.dread, districts.ruled. Writes: support_fall.
Source: S0:14 S1:5 S1:14 S3:6 S4:3 S4:16.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Unmasking(Mechanism):
    """Support falls with time under a frightening rule."""

    title: ClassVar[str] = "The mask falls"
    claims: ClassVar[tuple[str, ...]] = ("S0-14b", "S1-05b", "S1-14a", "S3-06d", "S4-03a", "S4-16a")
    checks: ClassVar[tuple[Check, ...]] = (Check("support late in the run", mean("support", weeks="late"), HIGHER),)

    insight: Scalar = parameter("per week at full dread", "Fall of support at full dread after long rule.")
    learning: Scalar = parameter("weeks", "Time under its rule after which half the insight is reached.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        return Effects(support_fall=self.insight * d.dread * d.ruled / (d.ruled + self.learning))

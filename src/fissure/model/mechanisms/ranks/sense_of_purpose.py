"""After losses the purpose and excitement that drew fighters erode.

Theory: commitment to a cause feeds on its progress (Castillo 2014 on endurance; Costa and Kahn 2008 on morale and
desertion).

    commitment    fall = erosion m        per week
    m: share of ruled residents lost, as remembered (see `settle/standing.py`)

Reads: organisation.setback. Writes: commitment_fall.
Source: S1:9.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class SenseOfPurpose(Mechanism):
    """Commitment falls after setbacks."""

    title: ClassVar[str] = "Purpose erodes after losses"
    claims: ClassVar[tuple[str, ...]] = ("S1-09d",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("commitment in the weeks after defeats", after("lost_km2", "commitment"), HIGHER),
        Check("commitment late in the run", mean("commitment", weeks="late"), HIGHER),
    )

    erosion: Scalar = parameter(
        "per week at all lost", "Fall of commitment when all ruled residents were lost of late."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(commitment_fall=self.erosion * sensed.organisation.setback)

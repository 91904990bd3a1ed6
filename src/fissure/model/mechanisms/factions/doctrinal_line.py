"""A rigid line; the farther a member stands from it, the more disillusioned.

Theory: club goods and strictness (Iannaccone 1992; Berman 2009): a strict line sorts members and sheds those far off;
ideological distance and factions (Hafez 2020 on fratricidal jihadists).

    doubt    rise = rigidity (doctrine - line)^2         doctrine, line in [-1, 1]

Reads: doctrine of fighters. Writes: doubt.
Source: S1:6 S0:5.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class DoctrinalLine(Mechanism):
    """Doubt rises with distance from the leadership's line."""

    title: ClassVar[str] = "A rigid doctrinal line"
    claims: ClassVar[tuple[str, ...]] = ()

    line: Scalar = parameter(
        "normal", 0.0, 0.5, "position from -1 to 1", "Between its soft flank and its zealots, harder than most members.",
        ("S1-06b",),
    )  # fmt: skip
    rigidity: Scalar = parameter(
        "lognormal", 0.005, 0.06, "per week at distance 1", "No count exists; as strong as pay at a distance of one."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        distance = sensed.fighters.doctrine - self.line
        return Effects(doubt_rise=self.rigidity * distance * distance)

"""A rigid line: the farther a member stands from it, the more disillusioned.

Theory: club goods and strictness (Iannaccone 1992; Berman 2009): a strict line sorts members and sheds those
far off; ideological distance and factions (Hafez 2020 on fratricidal rebels).

    doubt    rise = rigidity (doctrine - line)^2       per week; doctrine in [-1, 1], line on the same axis

Reads: doctrine. Writes: doubt_rise.
Source: S0:5 S1:6.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class DoctrinalLine(Mechanism):
    """Doubt rises with distance from the leadership's line."""

    title: ClassVar[str] = "A rigid doctrinal line"
    claims: ClassVar[tuple[str, ...]] = ("S0-05d", "S1-06c", "S1-06d", "S1-06e")
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "correlation of distance from the line with the wish to leave, in the first year",
            mean("doctrine_wish_correlation", weeks="early"),
            LOWER,
        ),
        Check("doubt", mean("doubt"), LOWER),
    )

    line: Scalar = parameter("position from -1 to 1", "Position of the leadership's line from soft (-1) to hard (1).")
    rigidity: Scalar = parameter("per week at distance 1", "Rise of doubt at a distance of 1 from the line.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        distance = sensed.doctrine - self.line
        return Effects(doubt_rise=self.rigidity * distance * distance)

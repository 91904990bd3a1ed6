"""Each departure erodes the sense of invincibility and legitimacy among those who remain.

Theory: threshold cascades (Granovetter 1978; Kuran 1991); desertion spreads in networks of comrades (McLauchlin 2015).

    m            remembered share of comrades in the unit who got away, weekly
    doubt        rise = erosion m
    log attempts + example m / (m + 1%)

Reads: remembered departures of the unit. Writes: doubt, attempt_log.
Source: S1:10.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Contagion(Mechanism):
    """Departures of comrades raise doubt and set an example."""

    title: ClassVar[str] = "Departures encourage departures"
    claims: ClassVar[tuple[str, ...]] = ()

    erosion: Scalar = parameter(
        "lognormal", 0.3, 3.0, "per share of comrades gone", "One in a hundred gone a week adds 0.3% to 3% of doubt."
    )  # fmt: skip
    example: Scalar = parameter(
        "lognormal", 0.2, 1.2, "log ratio", "Where comrades leave often, attempts rise by a fifth to a factor three."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        gone = sensed.units.departures
        return Effects(
            doubt_rise=(self.erosion * gone)[:, None],
            attempt_log=(self.example * gone / (gone + 0.01))[:, None],
        )

"""Each departure erodes the belief in invincibility and legitimacy among those who remain.

Theory: threshold cascades (Granovetter 1978; Kuran 1991); desertion spreads in networks of comrades
(McLauchlin 2015), as a self-exciting process (Hawkes 1971).

    m           share of comrades in the unit who got away, as remembered      per week
    doubt       rise = erosion m                                               per week
    attempts    hazard: + example m                                            per week; over the time for which a
                                                                               departure is remembered, `example`
                                                                               further attempts for each

Reads: units.departures. Writes: attempt, doubt_rise.
Source: S1:10.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Contagion(Mechanism):
    """Departures of comrades raise doubt and set an example."""

    title: ClassVar[str] = "Departures encourage departures"
    claims: ClassVar[tuple[str, ...]] = ("S1-10e",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("clustering of departures by unit (variance to mean)", mean("desertion_clustering"), LOWER),
        Check("deserters", total("deserted"), LOWER),
    )

    erosion: Scalar = parameter("per share of comrades gone", "Rise of doubt per share of comrades who got away.")
    example: Scalar = parameter("attempts per departure", "Further attempts that one departure sets off in the unit.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        gone = sensed.units.departures
        return Effects(
            doubt_rise=(self.erosion * gone)[:, None],
            attempt=(self.example * gone)[:, None],
        )

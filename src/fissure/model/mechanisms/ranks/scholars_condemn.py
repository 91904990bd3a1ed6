"""Scholars' united condemnation makes members doubt the leadership's right.

Theory: religious authority as a constraint on militants' appeal (Nielsen 2017; Wiktorowicz 2005 on credibility).

    doubt         rise = persuasion c        per week
    commitment    fall = persuasion c        per week
    c: weight of scholars' condemnations, as remembered; 1: one by many scholars together, just made

Reads: organisation.condemned. Writes: commitment_fall, doubt_rise.
Source: S2:17 S2:19.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ScholarsCondemn(Mechanism):
    """Condemnation by scholars raises doubt and lowers commitment."""

    title: ClassVar[str] = "Scholars condemn it"
    claims: ClassVar[tuple[str, ...]] = (
        "S2-19a",
        "S2-19b",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("fighters who got away", total("deserted"), LOWER),
        Check("commitment", mean("commitment"), HIGHER),
    )

    persuasion: Scalar = parameter(
        "per week at one joint statement", "Rise of doubt and fall of commitment while a joint statement is fresh."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        swayed = self.persuasion * sensed.organisation.condemned
        return Effects(doubt_rise=swayed, commitment_fall=swayed)

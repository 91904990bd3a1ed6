"""Members run what they know nothing of, and spoil it.

Theory: loyalty over competence in appointments (Egorov and Sonin 2011; Mampilly 2011).

    unfit         m = 1 - professionals        share of posts run by members who do not know the work
    services      fall = blunder m             per week
    wells         fall = blunder m             per week

Reads: districts.professionals. Writes: services_fall, wells_fall.
Source: S3:13.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class MisplacedStaff(Mechanism):
    """Unfit heads spoil services and oil works."""

    title: ClassVar[str] = "The wrong people in charge"
    claims: ClassVar[tuple[str, ...]] = (
        "S3-13a",
        "S3-13b",
        "S3-13c",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("services", mean("services"), HIGHER),
        Check("oil produced in the first year", mean("oil_bpd", weeks="early"), HIGHER),
    )

    blunder: Scalar = parameter(
        "per week", "Rate at which services and wells are spoiled where all who run them are unfit."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        spoiled = self.blunder * (1.0 - sensed.districts.professionals)
        return Effects(services_fall=spoiled, wells_fall=spoiled)

"""Residents come to hold its rulings a distortion of the faith and trust scholars instead.

Theory: legitimacy of rebel rule rests on shared belief (Revkin 2021; Schlichte and Schneckener 2015; Nielsen 2017
on clerical authority).

    standing    s = share of residents whose scholars they are             the constituency, in [0, 1]
    support     fall = rejection s c                                       per week
    c: weight of scholars' condemnations, as remembered

Reads: organisation.condemned. Writes: support_fall.
Source: S4:16.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import difference, mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class LegitimacyOfDoctrine(Mechanism):
    """Where scholars are heeded, their condemnation costs it support."""

    title: ClassVar[str] = "Its doctrine is not believed"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-16b",
        "S4-16c",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("support among ruled residents", mean("support"), HIGHER),
        Check(
            "support among those who heed scholars, over that of all",
            difference(mean("support_of_heedful"), mean("support")),
            HIGHER,
        ),
    )

    rejection: Scalar = parameter(
        "per week at one joint statement", "Fall of support where all heed scholars and a joint statement is fresh."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(support_fall=self.rejection * sensed.world.constituency * sensed.organisation.condemned)

"""Executions rise to cover defeats and to cow residents.

Theory: violence against civilians rises when rebels lose ground (Hultman 2007; Wood 2014; Polo and Gonzalez 2020).

    executed    hazard = cover m presence                   per resident and week
    m: share of ruled residents lost, as remembered; presence: share of its rule enforced

Reads: organisation.setback, presence. Writes: residents_executed.
Source: S4:15.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class DefeatRepression(Mechanism):
    """Setbacks are covered by executions."""

    title: ClassVar[str] = "Repression after defeat"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-15b",
        "S4-15c",
        "S4-15d",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("residents executed in the weeks after ground was lost", after("lost_km2", "executed_residents"), LOWER),
    )

    cover: Scalar = parameter(
        "executed per resident and week", "Rate of further executions when all ruled residents were lost of late."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(residents_executed=self.cover * sensed.organisation.setback * sensed.presence)

"""Pockets of resistance multiply and become harder to control as they spread.

Theory: protest and insurgency diffuse between neighbours (Schutte and Weidmann 2011; Granovetter 1978 on
thresholds).

    resistance    rise = contact x largest resistance next door        per week

Reads: districts.resistance. Writes: resistance_rise.
Source: S1:5 S1:13 S1:14.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ResistanceSpreads(Mechanism):
    """Resistance next door encourages resistance here."""

    title: ClassVar[str] = "Resistance spreads"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-05c",
        "S1-13g",
        "S1-13h",
        "S1-14b",
        "S1-14d",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("districts with resistance in the second year", mean("resisting_districts", weeks=slice(52, 104)), LOWER),
        Check("resisters", mean("resisters"), LOWER),
    )

    contact: Scalar = parameter(
        "per week at full resistance next door", "Rise of resistance beside a district that resists in full."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        next_door = (sensed.world.adjacent * sensed.districts.resistance).max(axis=1)
        return Effects(resistance_rise=self.contact * next_door)

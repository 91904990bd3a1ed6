"""Residents stay passive while no alternative exists and revenge is feared.

Theory: preference falsification (Kuran 1991); collective action under risk (Petersen 2001).

    opponents      E = sum of accepted x (attackers last week + garrison (1 - share held))  fighters
    alternative    a = E / (E + posted + 1)                                              in [0, 1)
    resistance     log of its rise: - paralysis dread (1 - a)
accepted: share of the group's constituency who would accept that opponent's rule, for an alternative is who comes and
not how many

Reads: districts.control, districts.dread, flows.attacked_by, garrisons, posted. Writes: resistance_log.
Source: S1:12.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week

FIRST = slice(0, 13)


class FearWithoutAlternative(Mechanism):
    """Dread stifles resistance where nobody else could take over."""

    title: ClassVar[str] = "No alternative, and fear of revenge"
    claims: ClassVar[tuple[str, ...]] = ("S1-12e",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "share in resistance in the first year",
            ratio(mean("resisters", weeks="early"), mean("residents_under_control", weeks="early")),
            HIGHER,
        ),
        Check(
            "share in resistance in the first quarter",
            ratio(mean("resisters", weeks=FIRST), mean("residents_under_control", weeks=FIRST)),
            HIGHER,
            driver={"world.garrison": 4.0},
            driven="opponents who could take over stand four times as strong",
        ),
    )

    paralysis: Scalar = parameter("log ratio", "How strongly dread stifles resistance where nobody else could rule.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        those = sensed.flows.attacked_by + sensed.garrisons * (1.0 - sensed.districts.control)
        others = sensed.given.acceptable @ those
        alternative = others / (others + sensed.posted + 1.0)
        return Effects(resistance_log=-self.paralysis * sensed.districts.dread * (1.0 - alternative))

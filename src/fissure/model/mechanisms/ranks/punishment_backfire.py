"""The same killings show members how cruel things are, and they go on wanting to leave.

Theory: backlash against punishment seen as unjust (Sherman 1993, defiance; McLauchlin 2014 on coercion and loyalty).

    doubt    rise = revulsion v / (v + 1)      v: executed members seen last week per 1,000 (as in deterrence)

Reads: executions of members. Writes: doubt.
Source: S1:10.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week
from fissure.model.seen import executions_seen


class PunishmentBackfire(Mechanism):
    """Executions of members raise the doubt of those who see them."""

    title: ClassVar[str] = "Punishment shows how cruel it is"
    claims: ClassVar[tuple[str, ...]] = ()

    revulsion: Scalar = parameter(
        "lognormal", 0.01, 0.15, "per week where many are executed", "A fraction of the fear that they spread."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = executions_seen(sensed)
        return Effects(doubt_rise=(self.revulsion * seen / (seen + 1.0))[:, None])

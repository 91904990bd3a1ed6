"""The same killings show members how cruel things are, and they go on wanting to leave.

Theory: backlash against punishment seen as unjust (Sherman 1993 on defiance; McLauchlin 2010 on loyalty
strategies).

    doubt    rise = revulsion v / (v + 1)       per week
    v: members executed for leaving last week per 1,000 fighters in the country where posted

Reads: flows.by_cause, post, posted. Writes: doubt_rise.
Source: S1:10.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed, executions_seen
from fissure.model.world import Week


class PunishmentBackfire(Mechanism):
    """Executions of members raise the doubt of those who see them."""

    title: ClassVar[str] = "Punishment shows how cruel it is"
    claims: ClassVar[tuple[str, ...]] = ("S1-10d",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("wish to leave, in weeks after executions", after("executed_members", "wish_to_leave"), LOWER),
    )

    revulsion: Scalar = parameter("per week where many are executed", "Rise of doubt where many members are executed.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = executions_seen(sensed)
        return Effects(doubt_rise=(self.revulsion * seen / (seen + 1.0))[:, None])

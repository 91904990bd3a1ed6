"""Severe public punishment is meant to stop desertion, and fear holds many back.

Theory: deterrence by certainty and severity (Becker 1968; Nagin 2013); coercion of own ranks (Lyall 2020,
ch. 6).

    seen            v = members executed for leaving last week per 1,000 fighters in the country where posted
    fear            rise = terror v / (v + 1)       per week
    log attempts    - restraint fear

Reads: fighters.fear, flows.by_cause, post, posted. Writes: attempt_log, fear_rise.
Source: S0:15 S1:10.
"""

from typing import ClassVar

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, ratio
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed, executions_seen
from fissure.model.world import Week


class Deterrence(Mechanism):
    """Executions of deserters frighten those who see them, and fear holds them back."""

    title: ClassVar[str] = "Fear holds members back"
    claims: ClassVar[tuple[str, ...]] = ("S0-15c", "S1-10a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "attempts to leave per fighter, in weeks after executions",
            ratio(after("executed_members", "attempts"), after("executed_members", "fighters")),
            HIGHER,
        ),
    )

    terror: Scalar = parameter("per week where many are executed", "Rise of fear where many members are executed.")
    restraint: Scalar = parameter("log ratio per unit of fear", "How strongly fear holds back those who would leave.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = executions_seen(sensed)
        return Effects(
            fear_rise=(self.terror * seen / (seen + 1.0))[:, None],
            attempt_log=-self.restraint * sensed.fighters.fear,
        )

"""Severe public punishment is meant to stop desertion, and fear holds many back.

Theory: deterrence by certainty and severity (Becker 1968; Nagin 2013); coercion of own ranks (Lyall 2020, ch. 6).

    seen          v = executed members last week per 1,000, in the country where posted
    fear          rise = terror v / (v + 1)
    log attempts  - restraint fear

Reads: executions of members, fear. Writes: fear, attempt_log.
Source: S0:15 S1:10.
"""

from typing import ClassVar

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week
from fissure.model.seen import executions_seen


class Deterrence(Mechanism):
    """Executions of deserters frighten those who see them, and fear holds them back."""

    title: ClassVar[str] = "Fear holds members back"
    claims: ClassVar[tuple[str, ...]] = ()

    terror: Scalar = parameter(
        "lognormal", 0.05, 0.6, "per week where many are executed", "Meant to be seen by all; strength unknown."
    )  # fmt: skip
    restraint: Scalar = parameter(
        "lognormal", 1, 5, "log ratio per unit of fear",
        "At full fear attempts fall to between a third and under a hundredth.",
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        seen = executions_seen(sensed)
        return Effects(
            fear_rise=(self.terror * seen / (seen + 1.0))[:, None],
            attempt_log=-self.restraint * sensed.fighters.fear,
        )

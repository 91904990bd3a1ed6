"""Members weigh leaving against the danger; some get away, the caught are jailed or executed.

Theory: desertion as a choice under grievance, doubt and coercion (Nussio and Ugarriza 2021, Int. Security 45:4: failing
incentives, appeal and coercion; McLauchlin 2020; Albrecht and Koehler 2018). A proportional hazard in the wish to leave.

    wish       = (1 + grievance + doubt - commitment) / 3
    attempts   h = base exp(slope (wish - 1/4))                per week
    caught     share `caught`;  of these executed: share `executed`

Reads: wish to leave. Writes: attempt, caught_logit, execution_logit.
Source: S0:15 S1:10 S2:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Desertion(Mechanism):
    """Fighters try to leave at a rate that grows with their wish to."""

    title: ClassVar[str] = "Members desert"
    claims: ClassVar[tuple[str, ...]] = ()

    base: Scalar = parameter(
        "lognormal", 0.0005, 0.005, "per week at a wish of one quarter",
        "Armed forces lose 0.2 to 2% a month in ordinary times, collapsing ones several times that; 431 permitted exits in 18 months "
        "among several thousand recorded entrants is 0.1% a week.",
        ("permitted-exits-2014-08-ctc", "personnel-records-entry-forms-2014-12-ctc"),
    )  # fmt: skip
    slope: Scalar = parameter(
        "lognormal", 4, 14, "log ratio per unit of wish",
        "A tenth more of the wish raises attempts by a half to a factor four.",
    )  # fmt: skip
    caught: Scalar = parameter(
        "logitnormal", 0.05, 0.5, "share", "A group of a hundred or more was caught in Raqqa; most known cases are of "
        "those who got away.", ("S2-03a",),
    )  # fmt: skip
    executed: Scalar = parameter(
        "logitnormal", 0.05, 0.6, "share", "Both jail and execution are told.", ("S0-15b", "S2-03a")
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(
            attempt=self.base * jnp.exp(self.slope * (sensed.wish - 0.25)),
            caught_logit=jnp.log(self.caught) - jnp.log1p(-self.caught),
            execution_logit=jnp.log(self.executed) - jnp.log1p(-self.executed),
        )

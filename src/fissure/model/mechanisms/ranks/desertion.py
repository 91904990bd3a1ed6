"""Members weigh leaving against the danger; some get away, the caught are jailed or executed.

Theory: desertion as a choice under grievance, doubt and coercion (Nussio and Ugarriza 2021: failing
incentives, appeal and coercion; McLauchlin 2020; Albrecht and Koehler 2018). A proportional hazard in the
wish to leave.

    wish        w = (1 + grievance + doubt - commitment) / 3     in [0, 1]
    attempts    hazard = base exp(slope (w - 1/4))               per week
    caught      share `caught`, and of these share `executed`    as log odds; the rest are jailed and return

Reads: wish. Writes: attempt, caught_logit, execution_logit.
Source: S0:15 S1:9 S1:10 S1:14 S2:2 S2:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.exponential import exp
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Desertion(Mechanism):
    """Fighters try to leave at a rate that grows with their wish to."""

    title: ClassVar[str] = "Members desert"
    claims: ClassVar[tuple[str, ...]] = ("S0-15b", "S1-09b", "S1-10b", "S1-10c", "S1-14c", "S2-02a", "S2-03a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("deserters", total("deserted"), LOWER),
        Check("members executed for trying to leave", total("executed_members"), LOWER),
    )

    base: Scalar = parameter("per week at a wish of one quarter", "Rate of attempts to leave at a modest wish to.")
    slope: Scalar = parameter("log ratio per unit of wish", "How steeply attempts to leave grow with the wish to.")
    caught: Scalar = parameter("share", "Share of those who try to leave who are caught.")
    executed: Scalar = parameter("share", "Share of those caught leaving who are executed.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        return Effects(
            attempt=self.base * exp(self.slope * (sensed.wish - 0.25)),
            caught_logit=jnp.log(self.caught) - jnp.log1p(-self.caught),
            execution_logit=jnp.log(self.executed) - jnp.log1p(-self.executed),
        )

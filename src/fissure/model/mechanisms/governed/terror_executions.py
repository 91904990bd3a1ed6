"""Random and public executions frighten residents.

Theory: selective and indiscriminate violence as instruments of control (Kalyvas 2006); terror where rule is firm
enough to reach (Balcells 2017).

    executed    hazard = coercion presence                              per resident and week
    support     fall = revulsion ln(1 + residents executed last week per 100,000)       per week
    presence: share of its rule enforced, in [0, 1]

Reads: districts.residents, flows.executed_residents, presence. Writes: residents_executed, support_fall.
Source: S4:14 S4:15.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class TerrorExecutions(Mechanism):
    """Executions of residents frighten and repel."""

    title: ClassVar[str] = "Executions of residents"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-14a",
        "S4-15a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("dread among ruled residents", mean("dread"), LOWER),
        Check("support among ruled residents", mean("support"), HIGHER),
        Check("residents executed", total("executed_residents"), LOWER),
    )

    coercion: Scalar = parameter(
        "executed per resident and week", "Rate of executions of residents where its rule is fully enforced."
    )
    revulsion: Scalar = parameter(
        "per week at one executed in 100,000", "Fall of support at one execution among 100,000 residents in a week."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        executed = 1e5 * sensed.flows.executed_residents / jnp.maximum(sensed.districts.residents, 1000)
        return Effects(
            residents_executed=self.coercion * sensed.presence,
            support_fall=self.revulsion * jnp.log1p(executed),
        )

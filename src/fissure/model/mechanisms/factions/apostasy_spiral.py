"""Armed members who bear no dissent accuse and kill one another.

Theory: escalation among armed factions that police belief (Hafez 2020; Pischedda 2020 on fratricide among rebels);
spirals of reprisal.

    spread       v = variance of doctrine in the unit                    as stretched by the rift
    accusing     hazard = accusation v (1 + echo k)                      per week
    k: killed over doctrine last week, by comrades or the leadership, per 1,000 fighters

Reads: flows.by_cause, position, square, total. Writes: accused.
Source: S2:15 S2:16.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import log, mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import Cause
from fissure.model.world import Week


class ApostasySpiral(Mechanism):
    """Accusations of unbelief kill, and killings breed accusations."""

    title: ClassVar[str] = "They accuse one another"
    claims: ClassVar[tuple[str, ...]] = (
        "S2-15a",
        "S2-16a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("killed by comrades over doctrine", total("killed", "accused"), LOWER),
        Check(
            "killed by comrades per fighter, for each unit of the spread of doctrine (log)",
            log(ratio(ratio(total("killed", "accused"), total("fighters")), mean("doctrinal_spread")), least=1e-6),
            HIGHER,
            driver={"world.bloc_spread": 1.5},
            driven="positions within blocs are spread half as wide again",
        ),
    )

    accusation: Scalar = parameter(
        "per week at variance 1", "Rate of killing over doctrine in a unit whose positions have variance 1."
    )
    echo: Scalar = parameter("per killed in 1,000", "How strongly killings over doctrine breed further accusations.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        spread = jnp.maximum(sensed.square - sensed.position**2, 0.0)
        killed = (sensed.flows.by_cause[:, Cause.PURGE] + sensed.flows.by_cause[:, Cause.ACCUSED]).sum()
        recent = 1000.0 * killed / jnp.maximum(sensed.total, 1000.0)
        return Effects(accused=self.accusation * spread * (1.0 + self.echo * recent))

"""Losing the best fighters lowers quality and encourages others to run.

Theory: the bravest die first, and heavy losses in a unit break its cohesion (Castillo 2014; McLauchlin 2020;
Rowland 1986 on the few who fight).

    lost            l = k / (strength + k)        in [0, 1); k: killed in the unit last week, from the air and on ground
    skill           fall = bravery l              per week: those lost are better than those left
    log attempts    + ln(1 + rout l)              per week

Reads: flows.by_cause, strength. Writes: attempt_log, skill_fall.
Source: S4:9.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, mean, ratio
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import Cause
from fissure.model.world import Week


class EliteLosses(Mechanism):
    """Costly battles take the best and make others run."""

    title: ClassVar[str] = "The best are lost"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-09a",
        "S4-09b",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "attempts to leave per fighter in the weeks after costly battles",
            ratio(after("killed", "attempts"), after("killed", "fighters")),
            LOWER,
        ),
        Check("fighting power per fighter in the first year", mean("effectiveness", weeks="early"), HIGHER),
    )

    bravery: Scalar = parameter(
        "per share of the unit killed",
        "Fall of mean skill where a whole unit is killed: how much better the dead were.",
    )
    rout: Scalar = parameter("ratio", "By how many times attempts to leave rise where a whole unit was killed.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        dead = sensed.flows.by_cause[:, Cause.STRIKE] + sensed.flows.by_cause[:, Cause.GROUND]
        share = dead / jnp.maximum(sensed.strength + dead, 1.0)
        return Effects(
            skill_fall=(self.bravery * share)[:, None],
            attempt_log=jnp.log1p(self.rout * share)[:, None],
        )

"""The promise of a new state draws recruits and sets it apart from rivals; visible failure weakens it.

Theory: state-building as appeal to recruits (Kalyvas 2018 on revolutionary rebels; Byman 2016).

    state          s = ln(services / services at the start) + ln(ruled residents / those at the start)
    log recruits   + weight s         on persons per week, local and foreign
    services: mean over ruled residents, in [0, 1]; each ratio is at least 0.001, and s in [-10, 2]

Reads: districts.services, held, held_residents. Writes: foreign_recruits_log, local_recruits_log.
Source: S3:2 S3:5 S3:6.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class StatehoodPromise(Mechanism):
    """Recruits come to a state that works and holds."""

    title: ClassVar[str] = "The promise of a state"
    claims: ClassVar[tuple[str, ...]] = ("S3-02a", "S3-02b", "S3-05a", "S3-05b", "S3-06a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("recruits in the second year, when the state fails", total("recruits", weeks=slice(52, 104)), HIGHER),
    )

    weight: Scalar = parameter("exponent", "How strongly recruits follow services and ruled residents.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d, given = sensed.districts, sensed.given
        ruled = jnp.maximum(sensed.held_residents, 1.0)
        services = (sensed.held * d.services).sum() / ruled
        state = jnp.log(jnp.maximum(services / given.services, 1e-3)) + jnp.log(
            jnp.maximum(ruled / jnp.maximum(given.held_residents, 1.0), 1e-3)
        )
        log = self.weight * jnp.clip(state, -10.0, 2.0)
        return Effects(foreign_recruits_log=log, local_recruits_log=log)

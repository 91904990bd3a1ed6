"""The promise of a new state draws recruits and sets it apart from rivals; visible failure weakens it.

Theory: state-building as recruitment appeal (Kalyvas 2018 on jihadi rebels; Byman 2016).

    log recruits    + weight (ln(services / start) + ln(ruled residents / start))       services: mean over ruled residents

Reads: services, held residents. Writes: foreign_recruits_log, local_recruits_log.
Source: S3:2 S3:5 S3:6.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class StatehoodPromise(Mechanism):
    """Recruits come to a state that works and holds."""

    title: ClassVar[str] = "The promise of a state"
    claims: ClassVar[tuple[str, ...]] = ()

    weight: Scalar = parameter("lognormal", 0.15, 1.0, "exponent", "Named as a strong reason to join; from weak to proportional.")

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

"""Leaving: who is killed or gets away in a week, and of what."""

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects
from fissure.model.mechanism import Draws
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import Cause

Scalar = Float[Array, ""]


def _logistic(x: Array) -> Array:
    return 1.0 / (1.0 + jnp.exp(-x))


def _probability(hazard: Array) -> Array:
    """Of happening within the week: 1 - exp(-hazard)."""
    return -jnp.expm1(-hazard)


class Leaving(eqx.Module):
    """Risks of a week: a hazard h takes a fighter with probability 1 - exp(-h), by luck that is the risk's own.

    Who would meet several in one week meets the first of: strike, ground fighting, assassination, clash, accusation,
    purge, suicide mission, leaving with a splinter, being sent abroad, an attempt to leave. Each risk has a window of
    its own in one of four draws (the low end, the high end or the middle), and windows of a draw do not meet while
    each stays below a third. So switching a risk off changes the fate of nobody but those whom it took.

    Attempts to leave run at h = attempt exp(attempt_log); a share p = logistic(caught_logit) is caught, of whom
    logistic(execution_logit) are executed and the rest jailed and returned to their unit. Units remember the share of
    comrades who got away: m' = m + (share - m) / news.
    """

    title: ClassVar[str] = "Who leaves, and how"

    news: Scalar = parameter("weeks", "Time for which a unit remembers comrades who got away.")

    def causes(
        self, sensed: Sensed, sums: Effects, ground: Float[Array, " units"], draw: Draws
    ) -> Int[Array, "units slots"]:
        """The `Cause` of each slot as `int8`: 0 for those who stay and for empty slots."""
        present = sensed.fighters.present
        leave, fight, air, within = draw.uniforms(present.shape)
        none = jnp.zeros_like(ground)

        def of(hazard: Array) -> Array:
            """Probability within the week of a unit's hazard, for each slot."""
            return _probability(hazard + none)[:, None]

        caught = _logistic(sums.caught_logit + none)[:, None]
        executed = caught * _logistic(sums.execution_logit)
        attempt = _probability(sums.attempt * jnp.exp(jnp.minimum(sums.attempt_log, 8.0)))
        outcome = leave / jnp.maximum(attempt, 1e-12)  # uniform in [0, 1) among those who try
        cause = jnp.where(outcome < executed, Cause.EXECUTED, jnp.where(outcome < caught, Cause.JAILED, Cause.ESCAPED))
        cause = jnp.where(leave < attempt, cause, Cause.STAYED)
        # the last of these that holds is the one that counts
        cause = jnp.where(1.0 - leave < of(sums.sent), Cause.SENT, cause)
        cause = jnp.where((sums.split + none)[:, None] > 0, Cause.SPLIT, cause)
        cause = jnp.where(jnp.abs(2.0 * within - 1.0) < of(sums.mission), Cause.MISSION, cause)
        cause = jnp.where(1.0 - within < _probability(sums.purge), Cause.PURGE, cause)
        cause = jnp.where(1.0 - fight < of(sums.accused), Cause.ACCUSED, cause)
        cause = jnp.where(within < of(sums.clash), Cause.CLASH, cause)
        cause = jnp.where(1.0 - air < of(sums.assassinated), Cause.ASSASSINATED, cause)
        cause = jnp.where(fight < of(ground), Cause.GROUND, cause)
        cause = jnp.where(air < of(sums.strike * jnp.exp(sums.strike_log)), Cause.STRIKE, cause)
        return jnp.where(present, cause, Cause.STAYED).astype(jnp.int8)

    def departures(
        self, before: Float[Array, " units"], escaped: Float[Array, " units"], strength: Float[Array, " units"]
    ) -> Float[Array, " units"]:
        """Remembered share of comrades who got away, after the week."""
        share = escaped / jnp.maximum(strength, 1.0)
        return before + (share - before) / jnp.maximum(self.news, 1.0)


def materialise(x: Array, week: Int[Array, ""]) -> Array:
    """`x`, computed once: keeps XLA on a CPU from copying its producer into each consumer.

    A conditional on a traced, unbatched predicate is a barrier there; `optimization_barrier` is not.
    """
    return jax.lax.cond(week >= 0, lambda: x, lambda: jnp.zeros_like(x))

"""Leaving: one draw a fighter settles all competing hazards of the week, and who fills empty slots."""

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


class Leaving(eqx.Module):
    """Competing risks: with hazards h_c a fighter leaves with probability 1 - exp(-sum h), by cause c in
    proportion to h_c (Kalbfleisch and Prentice 2002, ch. 8).

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
        caught = _logistic(sums.caught_logit + jnp.zeros_like(ground))[:, None]
        executed = _logistic(sums.execution_logit)
        attempt = sums.attempt * jnp.exp(jnp.minimum(sums.attempt_log, 8.0))
        hazards = (
            (Cause.ESCAPED, attempt * (1 - caught)),
            (Cause.EXECUTED, attempt * (caught * executed)),
            (Cause.JAILED, attempt * (caught * (1 - executed))),
            (Cause.STRIKE, (sums.strike * jnp.exp(sums.strike_log) + jnp.zeros_like(ground))[:, None]),
            (Cause.GROUND, ground[:, None]),
            (Cause.PURGE, sums.purge),
            (Cause.CLASH, (sums.clash + jnp.zeros_like(ground))[:, None]),
        )
        upto = []
        running = jnp.float32(0.0)
        for _, hazard in hazards:
            running = running + hazard
            upto.append(running)
        # P(cause <= c) = (1 - exp(-H)) cum_c / H; compare u H / (1 - exp(-H)) with the running sums
        small = upto[-1] < 1e-6
        share = jnp.where(small, 1.0, -jnp.expm1(-upto[-1]) / jnp.where(small, 1.0, upto[-1]))
        reach = draw.uniform(sensed.fighters.present.shape, 0) / share
        cause = jnp.zeros(sensed.fighters.present.shape, jnp.int8)
        for (code, _), edge in reversed(list(zip(hazards, upto, strict=True))):
            cause = jnp.where(reach < edge, jnp.int8(code), cause)
        return jnp.where(sensed.fighters.present, cause, jnp.int8(Cause.STAYED))

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

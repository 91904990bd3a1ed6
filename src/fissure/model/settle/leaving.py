"""Leaving: who is killed or gets away in a week, and of what."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects
from fissure.model.exponential import exp
from fissure.model.mechanism import FourUniforms
from fissure.model.parameters import parameter
from fissure.model.state import Cause
from fissure.model.xla import materialise

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
        self, sums: Effects, ground: Float[Array, " units"], luck: FourUniforms, week: Int[Array, ""]
    ) -> Int[Array, "units slots"]:
        """The `Cause` of each fighter, by the four uniform numbers of its slot; that of an empty slot means nothing."""
        leave, fight, air, within = luck
        caught = _logistic(sums.caught_logit)
        of_unit = {
            Cause.EXECUTED: caught * _logistic(sums.execution_logit),
            Cause.JAILED: caught,
            Cause.SPLIT: sums.split,
            Cause.SENT: _probability(sums.sent),
            Cause.MISSION: _probability(sums.mission),
            Cause.ACCUSED: _probability(sums.accused),
            Cause.CLASH: _probability(sums.clash),
            Cause.ASSASSINATED: _probability(sums.assassinated),
            Cause.GROUND: _probability(ground),
            Cause.STRIKE: _probability(sums.strike * jnp.exp(sums.strike_log)),
        }
        none = jnp.zeros_like(ground)
        stacked = materialise(jnp.stack([risk + none for risk in of_unit.values()]), week)
        risk = dict(zip(of_unit, stacked[:, :, None], strict=True))

        # what rounding takes from 1 - exp(-h) is no more than the grain of the draws, and `expm1` costs twice as much
        attempt = 1.0 - exp(-sums.attempt * exp(jnp.minimum(sums.attempt_log, 8.0)))
        cause = jnp.where(leave < risk[Cause.JAILED] * attempt, Cause.JAILED, Cause.ESCAPED)
        cause = jnp.where(leave < risk[Cause.EXECUTED] * attempt, Cause.EXECUTED, cause)
        cause = jnp.where(leave < attempt, cause, Cause.STAYED)
        # the last of these that holds is the one that counts
        cause = jnp.where(1.0 - leave < risk[Cause.SENT], Cause.SENT, cause)
        cause = jnp.where(risk[Cause.SPLIT] > 0, Cause.SPLIT, cause)
        cause = jnp.where(jnp.abs(2.0 * within - 1.0) < risk[Cause.MISSION], Cause.MISSION, cause)
        cause = jnp.where(within > exp(-sums.purge), Cause.PURGE, cause)
        cause = jnp.where(1.0 - fight < risk[Cause.ACCUSED], Cause.ACCUSED, cause)
        cause = jnp.where(within < risk[Cause.CLASH], Cause.CLASH, cause)
        cause = jnp.where(1.0 - air < risk[Cause.ASSASSINATED], Cause.ASSASSINATED, cause)
        cause = jnp.where(fight < risk[Cause.GROUND], Cause.GROUND, cause)
        return jnp.where(air < risk[Cause.STRIKE], Cause.STRIKE, cause)

    def departures(
        self, before: Float[Array, " units"], escaped: Float[Array, " units"], strength: Float[Array, " units"]
    ) -> Float[Array, " units"]:
        """Remembered share of comrades who got away, after the week."""
        share = escaped / jnp.maximum(strength, 1.0)
        return before + (share - before) / jnp.maximum(self.news, 1.0)

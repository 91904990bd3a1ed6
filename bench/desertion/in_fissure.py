"""The desertion core in Fissure's own contract: sense, push (nine mechanisms), settle.

As in the package: mechanisms are frozen modules whose contributions are summed, each with a switch that is data;
luck is addressed by member, week and stream; sums over fighters are of whole numbers, so that a member's result does
not depend on who is simulated beside it; one `scan` carries a member through the weeks and members run a few at a
time, so that their state stays in cache. Every parameter is an array over members, as in an ensemble of a prior.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from bench.desertion.rules import (
    PARAMETERS,
    SERIES,
    SLOTS,
    Parameters,
    Recorded,
    exchange,
    foreign_units,
    units_of,
)
from fissure.engine.random import Draw, member_key, seed_words, stream_id
from fissure.engine.simulate import COMPILER
from fissure.model.effects import Effects, settled, switched, total
from fissure.model.exponential import exp
from fissure.model.mechanism import Mechanism

IN_CACHE = 50_000  # slots simulated at a time: their state and its sums stay in a core's second-level cache
FINE = 65536.0  # minds are rounded to 1 / FINE before they are summed
EMPTY = -1  # weeks served, in an empty slot


class State(eqx.Module):
    commitment: jax.Array  # units, slots
    grievance: jax.Array
    fear: jax.Array
    served: jax.Array  # whole weeks, EMPTY in an empty slot
    strength: jax.Array  # units
    rural: jax.Array
    departures: jax.Array
    executed: jax.Array


class Sensed(eqx.Module):
    state: State
    foreign: jax.Array  # units
    present: jax.Array  # units, slots
    seen: jax.Array  # units
    worse: jax.Array  # share of locals at rural posts beyond that of foreigners
    total: jax.Array
    grievance: jax.Array  # mean


class PayGap(Mechanism):
    resentment: jax.Array
    exposure: jax.Array
    ratio: jax.Array

    def __call__(self, sensed, week, draw):
        gap = jnp.maximum(1.0 - self.ratio * week.exchange**-self.exposure, 0.0)
        return Effects(grievance_rise=jnp.where(sensed.foreign, 0.0, self.resentment * gap)[:, None])


class UnequalPosting(Mechanism):
    bias: jax.Array
    resentment: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(
            rural_logit=self.bias * jnp.where(sensed.foreign, -1.0, 1.0),
            grievance_rise=jnp.where(sensed.foreign, 0.0, self.resentment * sensed.worse)[:, None],
        )


class Souring(Mechanism):
    sour: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(commitment_fall=self.sour * sensed.state.grievance)


class Desertion(Mechanism):
    base: jax.Array
    slope: jax.Array

    def __call__(self, sensed, week, draw):
        wish = (1.0 + sensed.state.grievance - sensed.state.commitment) * 0.5
        return Effects(attempt=self.base * exp(self.slope * (wish - 0.25)))


class Contagion(Mechanism):
    example: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(attempt=(self.example * sensed.state.departures)[:, None])


class Deterrence(Mechanism):
    terror: jax.Array
    notice: jax.Array
    restraint: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(
            fear_rise=(self.terror * sensed.seen / (sensed.seen + self.notice))[:, None],
            attempt_log=-self.restraint * sensed.state.fear,
        )


class Newcomers(Mechanism):
    zeal: jax.Array
    probation: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(attempt_log=jnp.where(sensed.state.served < self.probation, -self.zeal, 0.0))


class Executions(Mechanism):
    caught: jax.Array
    cover: jax.Array
    executed: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(
            caught_logit=_logit(self.caught) - self.cover * sensed.state.rural,
            execution_logit=_logit(self.executed),
        )


class Recruitment(Mechanism):
    recruits: jax.Array

    def __call__(self, sensed, week, draw):
        return Effects(local_recruits=self.recruits * sensed.total)


class Settlement(eqx.Module):
    """What is always on."""

    filled: jax.Array
    faith: jax.Array
    spread: jax.Array
    veteran: jax.Array
    memory: jax.Array
    calm: jax.Array
    news: jax.Array
    stay: jax.Array

    def __call__(self, sensed, sums, outcome, draw):
        """The state a week later, and who escaped, was executed and joined; `outcome` is that of `outcomes`."""
        before, present = sensed.state, sensed.present
        caught = jax.nn.sigmoid(sums.caught_logit)[:, None]
        executed = caught * jax.nn.sigmoid(sums.execution_logit)
        comes = outcome < 1.0
        shot, away, new = outcome < executed, comes & (outcome >= caught), comes & ~present
        what = jnp.where(present, jnp.where(shot, 1 << 8, jnp.where(away, 1, 0)), jnp.where(comes, 1 << 16, 0))
        counts = what.sum(axis=1)
        escaped, executed, joined = (((counts >> by) & 0xFF).astype(jnp.float32) for by in (0, 8, 16))

        rate = 1.0 / self.memory
        toward = rate * self.faith
        commitment = settled(before.commitment, toward, sums.commitment_fall + (rate - toward))
        grievance = settled_as_one(before.grievance, sums.grievance_rise, rate)
        fear = settled_as_one(before.fear, sums.fear_rise, 1.0 / self.calm)
        served = jnp.where(present & ~(shot | away), before.served + 1, EMPTY)
        share = escaped / jnp.maximum(before.strength, 1.0)
        luck, rural, _, _ = draw("posting").uniforms(escaped.shape)
        posted = rural < jax.nn.sigmoid(sums.rural_logit)
        after = State(
            commitment=jnp.where(new, self.will(outcome), commitment),
            grievance=jnp.where(new, 0.0, grievance),
            fear=jnp.where(new, 0.0, fear),
            served=jnp.where(new, 0, served).astype(jnp.int16),
            strength=before.strength - escaped - executed + joined,
            rural=jnp.where(luck < 1.0 / self.stay, posted, before.rural),
            departures=before.departures + (share - before.departures) / self.news,
            executed=executed,
        )
        return after, (escaped.sum(), executed.sum(), joined.sum())

    def outcomes(self, sensed, sums, draw):
        """Luck over the chance to attempt to leave, or to join an empty slot: below 1, it happens, and is uniform."""
        present = sensed.state.served >= 0
        attempt = 1.0 - exp(-sums.attempt * exp(sums.attempt_log))
        empty = present.size - sensed.total
        joins = jnp.minimum(sums.local_recruits / jnp.maximum(empty, 1.0), 1.0)
        return draw.uniform(present.shape) / jnp.maximum(jnp.where(present, attempt, joins), 1e-12)

    def will(self, luck):
        """Commitment of one who joins."""
        return self.faith + self.spread * (2.0 * luck - 1.0)


class Week(eqx.Module):
    index: jax.Array
    exchange: jax.Array


class Model(eqx.Module):
    settlement: Settlement
    mechanisms: dict[str, Mechanism]


def sense(state: State, foreign: jax.Array) -> Sensed:
    """Take the sums of the state, as whole numbers."""
    present, strength = state.served >= 0, state.strength
    fighters, rural, native = strength.sum(), strength * state.rural, 1.0 - foreign
    rural_local = (rural * native).sum() / jnp.maximum((strength * native).sum(), 1.0)
    rural_foreign = (rural * foreign).sum() / jnp.maximum((strength * foreign).sum(), 1.0)
    grievance = jnp.where(present, jnp.round(state.grievance * FINE).astype(jnp.int32), 0).sum(axis=1)
    return Sensed(
        state=state,
        foreign=foreign,
        present=present,
        seen=state.executed / jnp.maximum(strength, 1.0),
        worse=jnp.maximum(rural_local - rural_foreign, 0.0),
        total=fighters,
        grievance=grievance.astype(jnp.float32).sum() / FINE / jnp.maximum(fighters, 1.0),
    )


def settled_as_one(x: jax.Array, rise: jax.Array, fall: jax.Array) -> jax.Array:
    """As `settled`, where a unit's pulls are the same for all: one division for a unit."""
    return (x + rise) * (1.0 / (1.0 + rise + fall))


def materialised(x: Callable[[], jax.Array], week: jax.Array) -> jax.Array:
    """What `x` gives, computed once and not in each of its readers: a conditional keeps XLA from copying it there."""
    return jax.lax.cond(week >= 0, x, lambda: jnp.zeros(jax.eval_shape(x).shape, jax.eval_shape(x).dtype))


def simulate(model: Model, key, foreign: jax.Array, prices: jax.Array):
    """The series of one member."""
    shape = foreign.size, SLOTS
    at_start = Draw(key, jnp.int32(-1), stream_id("start"))
    filled, will, rural, _ = at_start.uniforms(shape)
    settlement = model.settlement
    bias = model.mechanisms["unequal-posting"].bias * jnp.where(foreign, -1.0, 1.0)
    present = filled < settlement.filled
    first = State(
        commitment=settlement.will(will),
        grievance=jnp.zeros(shape),
        fear=jnp.zeros(shape),
        served=jnp.where(present, settlement.veteran, EMPTY).astype(jnp.int16),
        strength=present.sum(axis=1).astype(jnp.float32),
        rural=rural[:, 0] < jax.nn.sigmoid(bias),
        departures=jnp.zeros(foreign.size),
        executed=jnp.zeros(foreign.size),
    )

    def weekly(state, week):
        def draw(stream):
            return Draw(key, week.index, stream_id(stream))

        sensed = sense(state, foreign)

        def push():
            return total([switched(m(sensed, week, draw(name)), m.on) for name, m in sorted(model.mechanisms.items())])

        outcome = materialised(lambda: settlement.outcomes(sensed, push(), draw("fighters")), week.index)
        after, flows = settlement(sensed, push(), outcome, draw)
        return after, (sensed.total, *flows, sensed.grievance)

    weeks = Week(jnp.arange(prices.size, dtype=jnp.int32), prices)
    return jax.lax.scan(weekly, first, weeks)[1]


@partial(jax.jit, static_argnames="width")
def ensemble(models: Model, members: jax.Array, seed, foreign: jax.Array, prices: jax.Array, width: int):
    """The series of all members, `width` at a time."""
    return jax.lax.map(
        lambda x: simulate(x[0], member_key(seed, x[1]), foreign, prices), (models, members), batch_size=width
    )


def model(p: Parameters) -> Model:
    """Rules and their parameters."""
    q = {name: jnp.float32(x) for name, x in p.items()}
    on = jnp.float32(1.0)
    return Model(
        Settlement(*(q[n] for n in ("filled", "faith", "spread", "veteran", "memory", "calm", "news", "stay"))),
        {
            "pay-gap": PayGap(on, q["pay_resentment"], q["exposure"], q["pay_local"] / q["pay_foreign"]),
            "unequal-posting": UnequalPosting(on, q["bias"], q["post_resentment"]),
            "souring": Souring(on, q["sour"]),
            "desertion": Desertion(on, q["base"], q["slope"]),
            "contagion": Contagion(on, q["example"]),
            "deterrence": Deterrence(on, q["terror"], q["notice"], q["restraint"]),
            "newcomers": Newcomers(on, q["zeal"], q["probation"]),
            "executions": Executions(on, q["caught"], q["cover"], q["executed"]),
            "recruitment": Recruitment(on, q["recruits"]),
        },
    )


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members; compiled when this returns.

    Where there are several cores, as many blocks of members run at a time, as in `fissure.engine.ensemble`.
    """
    units = units_of(fighters)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    blocks = cores if members % cores == 0 else 1
    each = members // blocks
    width = max(1, min(each, IN_CACHE // (units * SLOTS)))
    models = jax.tree.map(lambda x: jnp.full(each, x), model(p))
    rest = jnp.asarray(foreign_units(units)), jnp.asarray(exchange(weeks), jnp.float32)
    program = ensemble.lower(models, jnp.arange(each), seed_words(0), *rest, width=width).compile(COMPILER)

    def run(seed: int) -> Recorded:
        def block(first: int) -> list[np.ndarray]:
            return [np.asarray(x) for x in program(models, first + jnp.arange(each), seed_words(seed), *rest)]

        with ThreadPoolExecutor(blocks) as pool:
            parts = list(pool.map(block, range(0, members, each)))
        return {name: np.concatenate(x) for name, x in zip(SERIES, zip(*parts, strict=True), strict=True)}

    return run


def _logit(share: jax.Array) -> jax.Array:
    return jnp.log(share) - jnp.log1p(-share)

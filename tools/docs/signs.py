"""Which way: the sign of every dependence that `fissure.model.causal` traces.

Signs are of finite changes along a short reference run, not of derivatives, since floors, draws and whole numbers
have none. In the same week, with the same luck, one field is low (a tenth of what it was, of a whole number a
hundredth) and then high (double; a share half way to one), or one channel is raised by its typical size (by `MUCH` if
that moves nothing); what then differs is noted. What grew in all but `MIXED` of all change is `+`, what shrank `-`,
what did both `±`, what never moved `0`. Contributions are compared one by one, fields after the week by their sum over
all who were present both times, so that draws average out.

A bare sign says nothing of size, and holds near this run and these parameters.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fissure.cases.loader import Case
from fissure.engine.random import Seed, seed_words
from fissure.engine.simulate import draws
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.causal import expanded, handing, named_leaves, reads_and_writes, settled
from fissure.model.effects import ZERO, Effects, total
from fissure.model.member_inputs import MemberInputs, week_of
from fissure.model.start import initial_state, member_inputs
from fissure.model.state import State
from fissure.model.week import Model, step
from fissure.model.world import Week, World, world_of
from fissure.studies.causal import (
    BOTH,
    BY_CAUSE,
    CAUSES,
    DOWN,
    PLACES,
    SIGNS,
    UNMOVED,
    UP,
    Signs,
    cause_field,
    split,
    whole,
)

SEED, MEMBERS, WEEKS = 3, 3, (4, 26, 52, 104)
LEAST, MUCH, MIXED = 0.1, 100.0, 0.1
SHORT_OF_MONEY = {"start.treasury": -2.0, "treasury.war": 2.0}  # the last member, as what lack of money does counts too

Masses = Mapping[str, Any]


class _Sample(eqx.Module):
    """States met in a run, stacked, with what else their week needs."""

    models: Model
    world: World
    given: MemberInputs
    member: Array
    state: State
    week: Week


def find(case: Case) -> Signs:
    """The signs of all dependences of the model, along a short run of `case`; the same each time."""
    sample = _sampled(case)
    sums, own = _contributions(sample, sample.state, sample.week, seed_words(SEED))
    pushed = jax.device_get(_masses_of(own))
    reads: dict[tuple[str, str, str], str] = {}
    moves: dict[tuple[str, str], str] = {}
    processes: dict[tuple[str, str], str] = {}
    traced = settled()
    for number, (name, low, high) in enumerate(_nudged(sample)):
        luck = seed_words(SEED + number)
        at_low = _contributions(sample, *low, luck)[1]
        at_high = _contributions(sample, *high, luck)[1]
        changed = jax.device_get(_compared(at_low, at_high, sample.state.fighters.present))
        pushed = jax.tree.map(lambda *x: sum(x), pushed, *jax.device_get((_masses_of(at_low), _masses_of(at_high))))
        reads |= {(name, m, c): _sign(x) for m, channels in changed.items() for c, x in channels.items()}
        if any(whole(name) in sources for sources in traced.processes.values()) and not name.startswith("week."):
            moved = _moved(_settle(sample, *low, sums, luck), _settle(sample, *high, sums, luck))
            processes |= {(name, target): _sign(x) for target, x in jax.device_get(moved).items()}
    inside = jax.tree.map(_inside, sample.state)
    before = _settle(sample, inside, sample.week, sums, seed_words(SEED))
    for f in fields(Effects):
        for size in (jnp.maximum(jnp.abs(getattr(sums, f.name)).mean(), LEAST), MUCH):
            more = Effects(**{g.name: getattr(sums, g.name) + (size if g is f else 0.0) for g in fields(Effects)})
            moved = jax.device_get(_moved(before, _settle(sample, inside, sample.week, more, seed_words(SEED))))
            found = {(f.name, target): _sign(x) for target, x in moved.items()}
            if set(found.values()) != {UNMOVED}:
                break
        moves |= found
    asked = {
        (field, name, channel)
        for name, kind in mechanism_classes().items()
        for channel, paths in reads_and_writes(kind).items()
        for path in expanded(paths)
        for field in split(path)
    }
    return Signs(
        {(m, c): _sign(x) for m, channels in pushed.items() for c, x in channels.items()},
        {key: sign for key, sign in reads.items() if key in asked},
        {key: sign for key, sign in moves.items() if key[0] in traced.channels.get(whole(key[1]), ())},
        {key: sign for key, sign in processes.items() if whole(key[0]) in traced.processes.get(whole(key[1]), ())},
    )


def _sign(masses: Any) -> str:
    up, down = (float(x) for x in masses)
    if up + down == 0:
        return UNMOVED
    if min(up, down) > MIXED * (up + down):
        return BOTH
    return UP if up > down else DOWN


def _masses(change: Array) -> Array:
    """How much rose and how much fell."""
    x = jnp.asarray(change, jnp.float32)
    return jnp.stack([jnp.maximum(x, 0.0).sum(), jnp.maximum(-x, 0.0).sum()])


_masses_of = jax.jit(partial(jax.tree.map, _masses))


def _sampled(case: Case) -> _Sample:
    parameters = parameters_of(case)
    z = np.random.default_rng(SEED).standard_normal((MEMBERS, len(parameters)))
    for place, parameter in enumerate(parameters):
        z[-1, place] = SHORT_OF_MONEY.get(parameter.name, z[-1, place])
    models = build(parameters, prior_values(parameters, z))
    world = world_of(case)
    given, states = _run(models, jnp.arange(MEMBERS), world)
    times = np.array([t for t in WEEKS if t < case.weeks] or [0])
    pick = [(m, t) for m in range(MEMBERS) for t in times]
    member, at = (jnp.asarray(x) for x in zip(*pick, strict=True))
    of_member = partial(jax.tree.map, lambda x: x[member])
    order = jnp.searchsorted(jnp.asarray(times), at)
    given = of_member(given)
    week = jax.vmap(week_of, (0, None, 0))(at.astype(jnp.int32), world, given)
    return _Sample(of_member(models), world, given, member, jax.tree.map(lambda x: x[member, order], states), week)


@jax.jit
def _run(models: Model, members: Array, world: World) -> tuple[MemberInputs, State]:
    """What is given to each member, and its state at the start of each of `WEEKS`."""

    def one(model: Model, member: Array) -> tuple[MemberInputs, State]:
        once = draws(seed_words(SEED), member, jnp.int32(-1))
        given = member_inputs(model.start, world, once("givens"))

        def weekly(index: Any, state: State) -> State:
            luck = draws(seed_words(SEED), member, index)
            return step(model, state, given, world, week_of(index, world, given), luck)[0]

        states, state, before = [], initial_state(model.start, given, world, once("givens")), 0
        for until in WEEKS:
            state = jax.lax.fori_loop(before, until, weekly, state)
            states.append(state)
            before = until
        return given, jax.tree.map(lambda *x: jnp.stack(x), *states)

    return jax.lax.map(lambda x: one(*x), (models, members))


@jax.jit
def _contributions(sample: _Sample, state: State, week: Week, seed: Seed) -> tuple[Effects, Any]:
    """For each sample: the sum of contributions, and contributions by mechanism and channel."""

    def one(x: Any) -> Any:
        model, given, member, state, week = x
        luck = draws(seed, member, week.index)
        bare = handing(model.start, model.settlement, Effects())
        sensed = step(bare, state, given, sample.world, week, luck)[1]
        own = {name: m(sensed, week, luck(name)) for name, m in sorted(model.mechanisms.items())}
        channels = {name: {f.name: x for f in fields(Effects) if (x := getattr(e, f.name)) is not ZERO}
                    for name, e in own.items()}  # fmt: skip
        return total(list(own.values())), jax.tree.map(jnp.asarray, channels)

    return jax.lax.map(one, (sample.models, sample.given, sample.member, state, week))


@jax.jit
def _settle(sample: _Sample, state: State, week: Week, sums: Effects, seed: Seed) -> State:
    """For each sample: the state after the week if mechanisms contribute `sums`."""

    def one(x: Any) -> Any:
        model, given, member, state, week, sums = x
        handed = handing(model.start, model.settlement, sums)
        return step(handed, state, given, sample.world, week, draws(seed, member, week.index))[0]

    return jax.lax.map(one, (sample.models, sample.given, sample.member, state, week, sums))


@jax.jit
def _compared(low: Any, high: Any, present: Array) -> Masses:
    """Masses by which contributions rose and fell, one by one; of empty slots none."""

    def change(x: Array, y: Array) -> Array:
        return _masses(jnp.where(present, y - x, 0.0) if x.shape == present.shape else y - x)

    return jax.tree.map(change, low, high)


@jax.jit
def _moved(low: State, high: State) -> dict[str, Array]:
    """Masses by which sums of fields rose and fell over samples."""
    there = low.fighters.present & high.fighters.present
    moved: dict[str, Array] = {}
    for (name, x), (_, y) in zip(named_leaves(low), named_leaves(high), strict=True):
        change = y.astype(jnp.float32) - x.astype(jnp.float32)
        if name == BY_CAUSE:
            moved |= {cause_field(c): _masses(change[..., c].sum(axis=1)) for c in CAUSES}
        elif name not in PLACES:
            if name.startswith("fighters.") and name != "fighters.present":
                change = jnp.where(there, change, 0.0)
            moved[name] = _masses(change.reshape(change.shape[0], -1).sum(axis=1))
    return moved


def _inside(x: Array) -> Array:
    """`x`, or nine tenths of it if it is a share, so that it can still rise."""
    share = jnp.issubdtype(x.dtype, jnp.floating) and bool((x >= 0).all() and (x <= 1).all())
    return 0.9 * x if share else x


Situation = tuple[State, Week]


def _nudged(sample: _Sample) -> Iterator[tuple[str, Situation, Situation]]:
    """Each field of the state and each forcing by name, with the situation when it is low and when it is high."""
    luck = np.random.default_rng(SEED)
    leaves, tree = jax.tree.flatten(sample.state)
    for i, (name, x) in enumerate(named_leaves(sample.state)):

        def put(y: Array, i: int = i) -> Situation:
            return jax.tree.unflatten(tree, [*leaves[:i], y, *leaves[i + 1 :]]), sample.week

        if name == BY_CAUSE:
            for c in CAUSES:
                yield cause_field(c), put(x.at[..., c].set(0)), put(x.at[..., c].add(1))
        elif name not in PLACES:
            low, high = _ends(x, luck)
            yield name, put(low), put(high)
    leaves, tree = jax.tree.flatten(sample.week)
    for i, (name, x) in enumerate(named_leaves(sample.week)):
        if name != "index":
            ends = [jax.tree.unflatten(tree, [*leaves[:i], y, *leaves[i + 1 :]]) for y in _ends(x, luck)]
            yield f"week.{name}", (sample.state, ends[0]), (sample.state, ends[1])


def _ends(x: Array, luck: np.random.Generator) -> tuple[Array, Array]:
    """`x` when it is low and when it is high; of what is true or false, half is made false, or true."""
    if x.dtype == bool:
        half = jnp.asarray(luck.random(x.shape) < 0.5)
        return x & half, x | half
    if jnp.issubdtype(x.dtype, jnp.integer):
        return x // 100, x + jnp.maximum(x, 1)
    share = bool((x >= 0).all() and (x <= 1).all())
    some = jnp.where((x == 0).all(), LEAST, 0.0)
    return x - 0.9 * jnp.abs(x), x + (0.5 * (1.0 - x) if share else jnp.abs(x) + some)


def keep(signs: Signs) -> None:
    """Keep `signs`; what never moved is written too, so that what is not there was not looked for."""
    traced = {name: {" ".join(key): sign for key, sign in sorted(own.items())} for name, own in vars(signs).items()}
    SIGNS.write_text(json.dumps(traced, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

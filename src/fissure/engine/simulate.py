"""One member: its state carried through the weeks by one compiled scan."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fissure.engine.packing import Packed, pack
from fissure.engine.random import Draw, Seed, Wanted, made_beforehand, member_key, stream_id
from fissure.model.events import happened
from fissure.model.member_inputs import MemberInputs, week_of
from fissure.model.record import Seen, record
from fissure.model.start import initial_state, member_inputs
from fissure.model.state import FLANKS, State
from fissure.model.week import DrawOf, Model, step
from fissure.model.world import World


class Past(NamedTuple):
    """Luck that is lived through again: that of `member` under `seed`, for the first `weeks` weeks; then one's own.

    So many members can go on, each in its own way, from a history that went as the real one did.
    """

    member: Int[Array, "..."]
    seed: Seed
    weeks: Int[Array, ""]


class Later(NamedTuple):
    """The parameters, switches and world that hold from week `since` on, in place of those before.

    What a member was given at its start (garrisons, the doubt on counts, when offensives begin) is drawn by the same
    luck from both.
    """

    model: Model
    world: World
    since: Int[Array, ""]


def luck_of(rules: Mapping[str, Any], world: World) -> list[Wanted]:
    """The random numbers that rules, by the names of their streams, say that they draw."""
    sizes = {
        "units": world.bloc.shape[0],
        "districts": world.area.shape[0],
        "blocs": world.bloc_doctrine.shape[0],
        "opponents": world.regime.shape[0],
        "forces": world.uncounted_since.shape[0],
        "flanks": len(FLANKS),
        "countries": world.strikes.shape[2],
        "offensives": world.offensive_start.shape[0],
    }
    return [
        (name, tuple(x if isinstance(x, int) else sizes[x] for x in one.axes), one.index, one.count)
        for name, rule in sorted(rules.items())
        for one in getattr(rule, "luck", ())
    ]


def draws(
    seed: Seed, member: Int[Array, ""], week: Int[Array, ""], past: Past | None = None, wanted: Sequence[Wanted] = ()
) -> DrawOf:
    """Random numbers by stream for one member and week; those `wanted` are made at once."""
    key = member_key(seed, member)
    if past is not None:
        lives_again = week < past.weeks
        before = member_key(past.seed, past.member)
        key = jax.tree.map(lambda was, own: jnp.where(lives_again, was, own), before, key)
    made = made_beforehand(wanted, key, week)
    return lambda stream: Draw(key, week, stream_id(stream), made.get(stream, {}))


def simulate(
    model: Model,
    member: Int[Array, ""],
    world: World,
    seed: Seed,
    weeks: int,
    past: Past | None = None,
    later: Later | None = None,
    outputs: tuple[str, ...] = (),
) -> tuple[Packed, State]:
    """The record and events of `weeks` weeks of one member, with a leading axis of weeks, and the last state.

    Of `outputs` alone, without events, where any is named.
    """
    once = draws(seed, member, jnp.int32(-1), past, luck_of({"givens": model.start}, world))
    settling = {f.name: getattr(model.settlement, f.name) for f in fields(model.settlement)}
    every_week = luck_of(settling | model.mechanisms, world)
    before = model, world, member_inputs(model.start, world, once("givens"))
    first = initial_state(model.start, before[2], world, once("givens"))
    after_all = None if later is None else (*later[:2], member_inputs(later.model.start, later.world, once("givens")))

    def holding(index: Array) -> tuple[Model, World, MemberInputs]:
        """The model, world and inputs that hold in week `index`."""
        if later is None or after_all is None:
            return before
        return jax.tree.map(lambda was, now: jnp.where(index < later.since, was, now), before, after_all)

    def weekly(state: State, index: Array) -> tuple[State, Packed]:
        model, world, given = holding(index)
        week = week_of(index, world, given)
        after, sensed = step(model, state, given, world, week, draws(seed, member, index, past, every_week))
        seen = Seen(model, sensed, week, after, world)
        return after, pack(record(seen, outputs) | ({} if outputs else happened(seen)), world, outputs)

    last, records = jax.lax.scan(weekly, first, jnp.arange(weeks, dtype=jnp.int32))
    return records, last


COMPILER: dict[str, str | int] = {
    "xla_disable_hlo_passes": "tree_reduction_rewriter",  # makes several loops of each short sum: 555 kernels, not 419
    "xla_cpu_prefer_vector_width": 512,  # of 256, where a processor has both: the same bytes, a tenth sooner
    "xla_backend_optimization_level": 2,  # compiles and runs a tenth to a fifth sooner than 3
}
"""What is asked of XLA beside its defaults."""


@partial(jax.jit, static_argnames=("weeks", "width", "outputs"), compiler_options=COMPILER)
def simulate_block(
    models: Model,
    members: Int[Array, " members"],
    world: World,
    seed: Seed,
    past: Past | None = None,
    later: Later | None = None,
    *,
    weeks: int,
    width: int,
    outputs: tuple[str, ...] = (),
) -> Packed:
    """Records of many members, `width` at a time so that their state stays in cache; members lead each array.

    Members lead the arrays of `models`, of `past.member` and of `later.model` too; the rest is the same for all. See
    `packing.unpack` for the records by name.
    """

    def one(x: tuple[Model, Array, Array, Model]) -> Packed:
        own = None if past is None else past._replace(member=x[2])
        then = None if later is None else later._replace(model=x[3])
        return simulate(x[0], x[1], world, seed, weeks, own, then, outputs)[0]

    befores = members if past is None else past.member
    afters = models if later is None else later.model
    with jax.default_matmul_precision("highest"):  # products hold whole numbers that must stay exact on any device
        return jax.lax.map(one, (models, members, befores, afters), batch_size=width)

"""One member: its state carried through the weeks by one compiled scan."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fissure.engine.random import Draw, Seed, member_key, stream_id
from fissure.model.events import happened
from fissure.model.givens import week_of
from fissure.model.record import Seen, record
from fissure.model.start import givens, initial_state
from fissure.model.state import State
from fissure.model.week import DrawOf, Model, step
from fissure.model.world import World

Record = dict[str, Array]


def draws(seed: Seed, member: Int[Array, ""], week: Int[Array, ""]) -> DrawOf:
    """Random numbers by stream for one member and week."""
    key = member_key(seed, member)
    return lambda stream: Draw(key, week, stream_id(stream))


def simulate(model: Model, member: Int[Array, ""], world: World, seed: Seed, weeks: int) -> tuple[Record, State]:
    """The record and events of `weeks` weeks of one member, each with a leading axis of weeks, and the last state."""
    once = draws(seed, member, jnp.int32(-1))
    given = givens(model.start, world, once("givens"))
    first = initial_state(model.start, given, world, once("givens"))

    def weekly(state: State, index: Array) -> tuple[State, Record]:
        week = week_of(index, world, given)
        after, sensed = step(model, state, given, world, week, draws(seed, member, index))
        seen = Seen(model, sensed, week, after, world)
        return after, {**record(seen), **happened(seen)}

    last, records = jax.lax.scan(weekly, first, jnp.arange(weeks, dtype=jnp.int32))
    return records, last


@partial(jax.jit, static_argnames=("weeks", "width"))
def simulate_block(
    models: Model, members: Int[Array, " members"], world: World, seed: Seed, *, weeks: int, width: int
) -> Record:
    """Records of many members, `width` at a time so that their state stays in cache; members lead each array."""
    with jax.default_matmul_precision("highest"):  # products hold whole numbers that must stay exact on any device
        return jax.lax.map(lambda x: simulate(x[0], x[1], world, seed, weeks)[0], (models, members), batch_size=width)

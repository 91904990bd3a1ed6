"""What each mechanism costs: by itself, as measured, and in operations, as counted.

    alone       nanoseconds for each fighter slot and week, over all cores together, of a program that holds this
                mechanism and nothing else: it reads a sensed state, and its contributions are summed. Measured; the
                least of three runs, less what such a program takes that contributes nothing.
    operations  for each fighter slot and week, counted in the source (bench/operations.py): each value once. What
                several mechanisms share counts for the first of them; random numbers that rules announce are made for
                all at once, and counted as `luck`.

Alone is not what a mechanism adds to the whole program. There XLA makes many of them in one pass over the fighters,
which is cheaper; and where it makes a value anew in each pass, dearer. How much all of them and each group add is
measured by bench/parts.py, with the group left out of the compiled program; this file says how it is shared out,
without compiling the whole program 54 times.
"""

from dataclasses import fields
from typing import Any

import jax
import jax.numpy as jnp

from bench.measurements import Asked
from bench.program import WIDTH, case, models_of, together
from bench.table import Heading, Table, cores
from bench.work import operations_of_week
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws, luck_of
from fissure.model.catalogue import mechanism_classes
from fissure.model.effects import Effects, switched
from fissure.model.member_inputs import week_of
from fissure.model.sense import Sensed
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import step
from fissure.model.world import World, world_of

TURNS, REPEATS = 50, 3
NOTHING = "nothing"
FIXED = ("world", "given")


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is a small world, in which times are mostly overhead."""
    heads: list[Heading] = ["mechanism", "group", ("alone", "ns"), "operations"]
    table = Table.begun("mechanisms", "What each mechanism costs", heads)
    size = {"units": 48, "slots": 56} if asked.quick else {}
    world = world_of(case(), **size)
    sensed = beginnings(world)
    counted = operations_of_week(**size)
    empty = alone(NOTHING, sensed, world)
    kinds = mechanism_classes()
    found = [(alone(name, sensed, world) - empty, name) for name in kinds]
    for ns, name in sorted(found, reverse=True):
        table.row(name, kinds[name].group(), max(ns, 0.0), sum(counted.get(name, {}).values()))
    sums = [sum(max(ns, 0.0) for ns, _ in found), sum(sum(counted.get(n, {}).values()) for n in kinds)]
    table.row("all of them", None, *sums)
    for name in sorted(set(counted) - set(kinds), key=lambda n: -sum(counted[n].values())):
        table.row(name, None, None, sum(counted[name].values()))
    return [table]


def beginnings(world: World) -> Sensed:
    """The sensed state of some members in their first week, members leading each array but those of the world."""

    def one(model: Any, member: Any) -> Sensed:
        once = draws(seed_words(1), member, jnp.int32(-1))("givens")
        given = member_inputs(model.start, world, once)
        state = initial_state(model.start, given, world, once)
        week = week_of(jnp.int32(0), world, given)
        return step(model, state, given, world, week, draws(seed_words(1), member, jnp.int32(0)))[1]

    return jax.jit(jax.vmap(one))(models_of(list(range(WIDTH))), jnp.arange(WIDTH))


def alone(name: str, sensed: Sensed, world: World) -> float:
    """Nanoseconds for each fighter slot and week that mechanism `name` takes in a program of its own."""
    mechanism = None if name == NOTHING else models_of(list(range(WIDTH)), [name]).mechanisms[name]

    def one(mechanism: Any, sensed: Sensed, member: Any, index: Any, zero: Any) -> Any:
        now = _moved(sensed, zero)
        week = week_of(index, now.world, now.given)
        if mechanism is None:
            effects = Effects(oil_income=now.reserve)
        else:
            luck = draws(seed_words(1), member, index, None, luck_of({name: mechanism}, world))(name)
            effects = switched(mechanism(now, week, luck), mechanism.on)
        return sum(jnp.sum(x) for x in jax.tree.leaves(effects) if isinstance(x, jax.Array))

    def many(mechanism: Any, sensed: Sensed) -> Any:
        def turn(index: Any, zero: Any) -> Any:
            made = jax.vmap(one, in_axes=(0, 0, 0, None, None))(mechanism, sensed, jnp.arange(WIDTH), index, zero)
            return jnp.where(made.sum() == jnp.float32(1.2345e30), 1.0, 0.0)  # never, which the compiler cannot know

        return jax.lax.fori_loop(0, TURNS, turn, jnp.float32(0.0))

    program = jax.jit(many).lower(mechanism, sensed).compile()
    tries = [together(lambda _: jax.block_until_ready(program(mechanism, sensed)), cores()) for _ in range(REPEATS)]
    took = min(one.busy for one in tries)
    fighters = world.bloc.shape[0] * world.slots
    return took * 1e9 / (fighters * WIDTH * TURNS * cores())


def _moved(sensed: Sensed, zero: Any) -> Sensed:
    """The same state, but one of which the compiler must think that each turn changes it."""

    def moved(x: Any) -> Any:
        return x if x.dtype == bool else x + zero.astype(x.dtype)

    own = {f.name: getattr(sensed, f.name) for f in fields(Sensed)}
    return Sensed(**{name: x if name in FIXED else jax.tree.map(moved, x) for name, x in own.items()})

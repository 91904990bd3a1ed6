"""Where the time of a week goes: the full model with parts of it left out of the compiled program, side by side.

Each row compiles a program of its own at full scale and runs it in as many threads as there are cores, as `fissure run`
does.

    time      nanoseconds for each fighter slot and week, over all cores together: the least of three runs
    of full   that as a share of the full model, in percent

Left out is not switched off: a mechanism that is off still costs its time. Rows do not add up, as XLA shares work
between parts.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.measurements import Asked
from bench.program import NEEDED, WIDTH, case, models_of, together
from bench.table import Table
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.model.catalogue import GROUPS, mechanism_classes
from fissure.model.events import happened
from fissure.model.member_inputs import week_of
from fissure.model.record import Seen, record
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import Model, step
from fissure.model.world import world_of

WEEKS, CALLS, REPEATS = 60, 4, 3
Keep = Callable[[Seen], dict[str, Any]]


def nothing(seen: Seen) -> dict[str, Any]:
    """Keep one number of a week, so that none of it is dead code."""
    return {"total": seen.sensed.total}


def everything(seen: Seen) -> dict[str, Any]:
    """Keep what a run keeps."""
    return {**record(seen), **happened(seen)}


@partial(jax.jit, static_argnames=("weeks", "keep"))
def block(models: Model, members: jax.Array, world: Any, seed: Any, *, weeks: int, keep: Keep) -> Any:
    """As `simulate_block`, with a choice of what is kept."""

    def one(pair: tuple[Model, jax.Array]) -> Any:
        model, member = pair
        once = draws(seed, member, jnp.int32(-1))
        given = member_inputs(model.start, world, once("givens"))

        def weekly(state: Any, index: jax.Array) -> Any:
            week = week_of(index, world, given)
            after, sensed = step(model, state, given, world, week, draws(seed, member, index))
            return after, keep(Seen(model, sensed, week, after, world))

        first = initial_state(model.start, given, world, once("givens"))
        return jax.lax.scan(weekly, first, jnp.arange(weeks, dtype=jnp.int32))[1]

    with jax.default_matmul_precision("highest"):
        return jax.lax.map(one, (models, members), batch_size=WIDTH)


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is a small world and few weeks, in which times are mostly overhead."""
    weeks, size = (20, {"units": 48, "slots": 56}) if asked.quick else (WEEKS, {})
    world, seed, kinds = world_of(case(), **size), seed_words(1), mechanism_classes()
    members = [list(range(a, a + WIDTH)) for a in range(0, WIDTH * CALLS, WIDTH)]
    slots = world.bloc.shape[0] * world.slots * weeks * WIDTH * CALLS
    table = Table.begun("parts", "The full model, and without parts of it", ["", ("time", "ns"), ("of full", "%")])
    for title, there, keep in parts():
        own = [name for name in kinds if name == NEEDED or there(name)]
        inputs = [(models_of(some, own), jnp.asarray(some)) for some in members]
        program = block.lower(*inputs[0], world, seed, weeks=weeks, keep=keep).compile()

        def call(i: int, program: Any = program, inputs: Any = inputs) -> None:
            jax.tree.map(np.asarray, program(*inputs[i], world, seed))

        ns = min(together(call, CALLS).wall for _ in range(REPEATS)) * 1e9 / slots
        full = float(str(table.rows[0][1])) if table.rows else ns
        table.row(title, ns, 100 * ns / full)
    return [table]


def parts() -> list[tuple[str, Callable[[str], bool], Keep]]:
    """Rows: the title, which mechanisms are there, what is kept of a week."""
    kinds = mechanism_classes()
    counts = Counter(kind.group() for kind in kinds.values())

    def others(group: str) -> Callable[[str], bool]:
        return lambda name: kinds[name].group() != group

    return [
        ("full model", kinds.__contains__, everything),
        *((f"without {group} ({counts[group]})", others(group), everything) for group in GROUPS),
        ("without record and events", kinds.__contains__, nothing),
        (f"without mechanisms ({len(kinds)})", lambda _: False, everything),
        ("without either", lambda _: False, nothing),
    ]

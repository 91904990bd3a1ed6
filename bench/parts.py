"""Where the time of a week goes: the full model with parts of it left out of the compiled program, side by side.

Each row compiles a program of its own at full scale and runs it in two threads, as `fissure run` does.

    ns        nanoseconds for each fighter slot and week, over all cores together: the least of three runs
    of full   that as a share of the full model

Left out is not switched off: a mechanism that is off still costs its time. Rows do not add up, as XLA shares work
between parts. Run it with `python bench/parts.py`; about two minutes.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fissure.cases.loader import load_case
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import draws
from fissure.model.catalogue import GROUPS, build, mechanism_classes, parameters_of, prior_values
from fissure.model.events import happened
from fissure.model.member_inputs import week_of
from fissure.model.record import Seen, record
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import Model, step
from fissure.model.world import world_of

WEEKS, WIDTH, CALLS = 60, 4, 4
KEPT = "doctrinal-line"  # the record reads its line
Keep = Callable[[Seen], dict[str, Any]]


def nothing(seen: Seen) -> dict[str, Any]:
    """Keep one number of a week, so that none of it is dead code."""
    return {"total": seen.sensed.total}


def everything(seen: Seen) -> dict[str, Any]:
    """Keep what a run keeps."""
    return {**record(seen), **happened(seen)}


@partial(jax.jit, static_argnames=("keep",))
def block(models: Model, members: jax.Array, world: Any, seed: Any, *, keep: Keep) -> Any:
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
        return jax.lax.scan(weekly, first, jnp.arange(WEEKS, dtype=jnp.int32))[1]

    with jax.default_matmul_precision("highest"):
        return jax.lax.map(one, (models, members), batch_size=WIDTH)


def main() -> None:
    """Measure, and print the table."""
    case = load_case("islamic_state")
    parameters = parameters_of(case)
    world, seed = world_of(case), seed_words(1)
    members = [list(range(a, a + WIDTH)) for a in range(0, WIDTH * CALLS, WIDTH)]
    z = [prior_normals(1, own, [p.name for p in parameters]) for own in members]
    models = [build(parameters, prior_values(parameters, own)) for own in z]
    kinds = mechanism_classes()
    rows: list[tuple[str, Callable[[str], bool], Keep]] = [("full model", lambda _: True, everything)]
    for g in GROUPS:
        count = sum(kind.group() == g for kind in kinds.values())
        rows.append((f"without {g} ({count})", lambda name, g=g: kinds[name].group() != g, everything))
    rows.append(("without record and events", lambda _: True, nothing))
    rows.append((f"without mechanisms ({len(kinds)})", lambda _: False, everything))
    rows.append(("without either", lambda _: False, nothing))
    slots = world.bloc.shape[0] * world.slots * WEEKS * WIDTH * CALLS
    full = 0.0
    print(f"{'':<28}{'ns':>7}{'of full':>9}")
    for title, there, keep in rows:
        cut = [
            Model(m.start, m.settlement, {n: x for n, x in m.mechanisms.items() if there(n) or n == KEPT})
            for m in models
        ]
        inputs = [(m, jnp.asarray(own)) for m, own in zip(cut, members, strict=True)]
        program = block.lower(*inputs[0], world, seed, keep=keep).compile()
        took = min(timed(program, inputs, world, seed) for _ in range(3))
        ns = took * 1e9 / slots
        full = full or ns
        print(f"{title:<28}{ns:7.2f}{ns / full:9.0%}", flush=True)


def timed(program: Callable[..., Any], inputs: list[Any], world: Any, seed: Any) -> float:
    """Seconds that all calls take, in as many threads as there are processors, four at most."""
    began = time.perf_counter()
    with ThreadPoolExecutor(min(os.cpu_count() or 1, CALLS)) as pool:
        done = [pool.submit(lambda x=x: jax.tree.map(np.asarray, program(*x, world, seed))) for x in inputs]
        for one in done:
            one.result()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

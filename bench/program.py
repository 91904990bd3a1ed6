"""The compiled program of the full model, at any size and with any of its mechanisms, and how long calls of it take."""

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.table import cores
from fissure.cases.loader import Case, load_case
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import simulate_block
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.week import Model
from fissure.model.world import World, world_of

WIDTH = 4
"""Members in a call, as `fissure run` has them on a CPU."""
NEEDED = "doctrinal-line"
"""The record reads its line, so that it cannot be left out."""


@lru_cache(maxsize=1)
def case() -> Case:
    """The reference case."""
    return load_case("islamic_state")


def models_of(members: list[int], mechanisms: Collection[str] | None = None) -> Model:
    """Members of the prior with all mechanisms, or with those named (and the one that the record needs) alone."""
    parameters = parameters_of(case())
    z = prior_normals(1, members, [p.name for p in parameters])
    whole = build(parameters, prior_values(parameters, z))
    kept = set(mechanism_classes() if mechanisms is None else mechanisms) | {NEEDED}
    return Model(whole.start, whole.settlement, {n: m for n, m in whole.mechanisms.items() if n in kept})


class Taken(NamedTuple):
    """Seconds on the clock, and seconds that cores were busy with this process, divided by how many cores there are.

    Where nothing else runs the two are nearly the same; where something does, the clock counts it too.
    """

    wall: float
    busy: float


def together(call: Callable[[int], Any], calls: int) -> Taken:
    """What `call` takes for each of so many numbers, in as many threads as there are cores."""
    began, before = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(min(cores(), calls)) as pool:
        list(pool.map(call, range(calls)))
    return Taken(time.perf_counter() - began, (time.process_time() - before) / cores())


@dataclass(frozen=True)
class Block:
    """A compiled program, what it takes, and the size of a call."""

    program: Callable[..., Any]
    inputs: list[tuple[Any, ...]]
    fighter_weeks: int
    """Fighter slots times weeks times members of one call."""
    compile: float
    """Seconds of tracing and compiling."""
    compile_again: Callable[[], Callable[..., Any]]

    def taken(self, calls: int) -> Taken:
        """Seconds of so many calls, in as many threads as there are cores, as `fissure run` makes them."""
        return together(lambda i: self._once(self.inputs[i % len(self.inputs)]), calls)

    def ns(self, seconds: float, calls: int) -> float:
        """Nanoseconds a fighter-week, over all cores together, of calls that took so long."""
        return seconds * 1e9 / (self.fighter_weeks * calls)

    def _once(self, given: tuple[Any, ...]) -> None:
        jax.tree.map(np.asarray, self.program(*given))


def block(
    *,
    units: int | None = None,
    slots: int | None = None,
    weeks: int = 60,
    mechanisms: Collection[str] | None = None,
    width: int = WIDTH,
    outputs: tuple[str, ...] = (),
) -> Block:
    """The program at this size, compiled now (no cache of compiled programs is used), and as many inputs as cores.

    It records all outputs and events, or `outputs` alone where any is named.
    """
    world: World = world_of(case(), units, slots)
    starts = range(0, width * cores(), width)
    inputs = [
        (models_of(own, mechanisms), jnp.asarray(own, jnp.int32), world, seed_words(1))
        for own in (list(range(a, a + width)) for a in starts)
    ]

    def compiled() -> Callable[..., Any]:
        return simulate_block.lower(*inputs[0], weeks=weeks, width=width, outputs=outputs).compile()

    began = time.perf_counter()
    program = compiled()
    took = time.perf_counter() - began
    made = Block(program, inputs, int(world.bloc.shape[0]) * world.slots * weeks * width, took, compiled)
    made.taken(1)  # the first call loads libraries
    return made

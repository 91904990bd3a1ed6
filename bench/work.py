"""What a week of the full model asks of a machine: operations by place in the source, and bytes of the state."""

import math
from collections import Counter
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import fissure
from bench.operations import operations
from bench.program import case, models_of
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws, luck_of
from fissure.model.events import happened
from fissure.model.member_inputs import week_of
from fissure.model.record import Seen, record
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import step
from fissure.model.world import world_of

ROOT = Path(fissure.__file__).parent
PLACES = (
    ("model/mechanisms/", lambda path: Path(path).stem.replace("_", "-")),
    ("model/settle/", lambda path: f"settle: {Path(path).stem}"),
    ("model/record.py", lambda _: "record"),
    ("model/events.py", lambda _: "record"),
    ("model/effects.py", lambda _: "sums of effects"),
    ("model/sense.py", lambda _: "sense"),
    ("model/week.py", lambda _: "settle: week"),
    ("model/start.py", lambda _: "settle: week"),
    ("model/member_inputs.py", lambda _: "forcing"),
    ("engine/random.py", lambda _: "luck"),
)
"""Where an operation belongs, by the files that called for it: the first of these that is among them."""


@lru_cache(maxsize=4)
def operations_of_week(units: int | None = None, slots: int | None = None) -> dict[str, Counter[str]]:
    """Operations of one week of one member, record and events included, for each fighter slot: by place and kind."""
    model, state, given, world = example(units, slots)
    seed, member = seed_words(1), jnp.int32(0)
    settling = {f.name: getattr(model.settlement, f.name) for f in fields(model.settlement)}
    luck = luck_of(settling | model.mechanisms, world)

    def weekly(model: Any, given: Any, world: Any, seed: Any, member: Any, state: Any, index: Any) -> Any:
        week = week_of(index, world, given)
        after, sensed = step(model, state, given, world, week, draws(seed, member, index, None, luck))
        seen = Seen(model, sensed, week, after, world)
        return after, {**record(seen), **happened(seen)}

    found = operations(weekly, model, given, world, seed, member, state, jnp.int32(0), fixed=range(5), place=place)
    fighters = world.bloc.shape[0] * world.slots
    return {where: Counter({k: n / fighters for k, n in kinds.items()}) for where, kinds in found.items()}


def example(units: int | None = None, slots: int | None = None) -> tuple[Any, Any, Any, Any]:
    """A model, a state and the inputs of one member, and its world; state and inputs as shapes alone."""
    model = jax.tree.map(lambda x: x[0], models_of([0]))
    world = world_of(case(), units, slots)
    once = draws(seed_words(1), jnp.int32(0), jnp.int32(-1))("givens")
    given = jax.eval_shape(lambda: member_inputs(model.start, world, once))
    state = jax.eval_shape(lambda: initial_state(model.start, member_inputs(model.start, world, once), world, once))
    return model, state, given, world


def place(eqn: Any) -> str | None:
    """Which mechanism or part of the week an operation was written for."""
    trace = eqn.source_info.traceback
    files = [_below(frame.file_name) for frame in trace.frames] if trace else []
    for start, name in PLACES:
        for path in files:
            if path and path.startswith(start):
                return name(path)
    return None


@lru_cache(maxsize=4096)
def _below(file: str) -> str:
    path = Path(file)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""


def state_bytes(units: int | None = None, slots: int | None = None) -> int:
    """Bytes of what one week hands to the next, of one member."""
    return sum(math.prod(x.shape) * np.dtype(x.dtype).itemsize for x in jax.tree.leaves(example(units, slots)[1]))


def total(by_place: dict[str, Counter[str]]) -> Counter[str]:
    """Operations by kind, wherever they belong."""
    return sum(by_place.values(), Counter())

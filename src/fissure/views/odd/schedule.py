"""What a week does, in the order in which the code of `step` does it, and the random streams that it draws from.

The order is read from the source: calls of the parts of settling and of the functions of the model, arguments before
the call that takes them. The streams are found by tracing a member's start and a week without running them.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, get_type_hints

import jax
import jax.numpy as jnp
import numpy as np

from fissure.cases.loader import Case
from fissure.engine import simulate
from fissure.model import catalogue, week
from fissure.model.effects import Effects
from fissure.model.givens import Givens, week_of
from fissure.model.sense import Sensed
from fissure.model.settle import Settlement
from fissure.model.start import givens, initial_state
from fissure.model.state import ORIGINS, State
from fissure.model.world import World, world_of
from fissure.views.odd.declared import variables
from fissure.views.odd.markdown import first_sentence

MOVES = ("sense", "push", "settle")
_HOW_NOT_WHAT = {"materialise"}  # says how the compiler is to work, not what the model does


@dataclass(frozen=True)
class Step:
    """One thing that a week does: `move` it belongs to, `part` of settling (or nothing), what the code calls it."""

    move: str
    part: str
    call: str
    text: str


def steps() -> list[Step]:
    """The steps of a week in the order of the code."""
    found: list[Step] = []
    move = MOVES[0]
    for part, call, text in _calls(week.step):
        name = call.lstrip("_")
        move = name if name in MOVES else MOVES[2] if move == "push" else move
        if not any((s.part, s.call) == (part, call) for s in found):
            found.append(Step(move, part, call, text))
    return found


def _calls(function: Callable[..., Any]) -> Iterator[tuple[str, str, str]]:
    """Part, name and docstring of what `function` calls; a function of its module that settles parts is unfolded."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    known = vars(sys.modules[function.__module__])
    kinds = get_type_hints(Settlement)
    for call in _in_order(tree):
        chain = ast.unparse(call.func).split(".")
        at = next((i for i, name in enumerate(chain) if name in kinds and i > 0), None)
        if at is not None:
            kind, rest = kinds[chain[at]], chain[at + 1 :]
            method = getattr(kind, rest[0] if rest else "__call__")
            yield chain[at], ".".join(chain[at:]), first_sentence(inspect.getdoc(method) or "")
            continue
        called = known.get(chain[0]) if len(chain) == 1 else None
        if not isinstance(called, FunctionType) or called.__name__ in _HOW_NOT_WHAT or called is function:
            continue
        if called.__module__ == function.__module__ and any(part for part, *_ in _calls(called)):
            yield from _calls(called)
        elif called.__module__.startswith("fissure.model"):
            yield "", chain[0], " ".join((inspect.getdoc(called) or "").split())


def _in_order(node: ast.AST) -> Iterator[ast.Call]:
    """Calls below `node` in the order in which they are made."""
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)
    if isinstance(node, ast.Call):
        yield node


@dataclass
class _Recorder:
    """Stands in for random numbers and notes what is asked of them."""

    stream: str
    asked: dict[str, set[tuple[int, tuple[int, ...]]]] = field(repr=False)

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> jax.Array:
        self.asked.setdefault(self.stream, set()).add((index, tuple(shape)))
        return jnp.full(shape, 0.5, jnp.float32)

    def uniforms(self, shape: tuple[int, ...] = (), index: int = 0) -> tuple[jax.Array, ...]:
        return (self.uniform(shape, index),) * 4


@dataclass(frozen=True)
class Stream:
    """A random stream and what its numbers are for: `each` names axes, as in "units by slots"; empty for one number."""

    name: str
    each: tuple[str, ...]


def streams(case: Case) -> tuple[list[Stream], list[Stream]]:
    """The streams drawn from once for a member, and those of every week, by name."""
    sizes = {len(case.blocs), len(case.districts), len(case.countries), len(case.offensives), case.weeks}
    world = world_of(case, units=max(sizes) + 1, slots=max(sizes) + 2)
    parameters = catalogue.parameters_of(case)
    model = catalogue.build(parameters, catalogue.prior_values(parameters, np.zeros(len(parameters))))
    once: dict[str, set[tuple[int, tuple[int, ...]]]] = {}
    weekly: dict[str, set[tuple[int, tuple[int, ...]]]] = {}
    first = re.findall(r'once\("([\w-]+)"\)', inspect.getsource(simulate.simulate))

    def member(model: week.Model, world: World) -> State:
        given = givens(model.start, world, _Recorder(first[0], once))
        state = initial_state(model.start, given, world, _Recorder(first[-1], once))
        now = week_of(jnp.int32(0), world, given)
        return week.step(model, state, given, world, now, lambda name: _Recorder(name, weekly))[0]

    named = _axes(world, jax.eval_shape(member, model, world))
    return _named(once, named), _named(weekly, named)


def _named(asked: dict[str, set[tuple[int, tuple[int, ...]]]], axes: dict[tuple[int, ...], str]) -> list[Stream]:
    def each(shape: tuple[int, ...]) -> str:
        return axes.get(shape) or " by ".join(axes.get((size,), str(size)) for size in shape)

    return [
        Stream(name, tuple(dict.fromkeys(each(shape) for _, shape in sorted(found))))
        for name, found in sorted(asked.items())
    ]


def _axes(world: World, state: State) -> dict[tuple[int, ...], str]:
    """Names of the axes of arrays by their shape, from the shapes that the model declares."""
    size = {"slots": world.slots, "2": len(ORIGINS)}
    held = {name: getattr(state, name) for name in get_type_hints(State)}
    for one in (world, *held.values()):
        for v in variables(type(one)):
            size |= dict(zip(v.shape.split(), getattr(one, v.name).shape, strict=True))
    kinds = (World, Givens, *map(type, held.values()), Sensed, Effects)
    shapes = [[axis.lstrip("#") for axis in v.shape.split()] for kind in kinds for v in variables(kind)]
    found: dict[tuple[int, ...], str] = {}
    for shape in sorted((s for s in shapes if all(axis in size for axis in s)), key=len):
        found.setdefault(tuple(size[axis] for axis in shape), " by ".join(shape))
    return found

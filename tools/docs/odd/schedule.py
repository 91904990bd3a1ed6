"""How a member begins, what a week does in the order in which the code of `step` does it, and the streams drawn from.

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
from fissure.model import catalogue, start, week
from fissure.model.description import variables
from fissure.model.effects import Effects
from fissure.model.member_inputs import MemberInputs, week_of
from fissure.model.sense import Sensed
from fissure.model.settle import Settlement
from fissure.model.state import ORIGINS, Flows, State
from fissure.model.world import World, world_of
from tools.docs.odd.markdown import first_sentence

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

    def uniforms(self, shape: tuple[int, ...] = (), index: int = 0, count: int = 4) -> tuple[jax.Array, ...]:
        return (self.uniform(shape, index),) * count


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
        given = start.member_inputs(model.start, world, _Recorder(first[0], once))
        state = start.initial_state(model.start, given, world, _Recorder(first[-1], once))
        now = week_of(jnp.int32(0), world, given)
        return week.step(model, state, given, world, now, lambda name: _Recorder(name, weekly))[0]

    named = _axes(world, jax.eval_shape(member, model, world))
    return _named(once, named), _named(weekly, named)


def _named(asked: dict[str, set[tuple[int, tuple[int, ...]]]], axes: dict[tuple[int, ...], str]) -> list[Stream]:
    def each(shape: tuple[int, ...]) -> str:
        if (name := axes.get(shape) or axes.get(shape[1:], "")) and shape:  # one of these, or several at once
            return name
        return " by ".join(axes.get((size,), str(size)) for size in shape)

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
    kinds = (World, MemberInputs, *map(type, held.values()), Sensed, Effects)
    shapes = [[axis.lstrip("#") for axis in v.shape.split()] for kind in kinds for v in variables(kind)]
    found: dict[tuple[int, ...], str] = {}
    for shape in sorted((s for s in shapes if all(axis in size for axis in s)), key=len):
        found.setdefault(tuple(size[axis] for axis in shape), " by ".join(shape))
    return found


def beginnings() -> dict[str, str]:
    """For `MemberInputs` and each part of the state but the flows, assignments as text, what they use above them."""
    kinds = [MemberInputs, *(kind for kind in get_type_hints(State).values() if kind is not Flows)]
    found = {}
    for kind in kinds:
        lines = [line for made in _made(kind.__name__) for line in made]
        if lines:
            found[kind.__name__] = "\n".join(lines)
    return found


def helpers() -> dict[str, str]:
    """The functions that `beginnings` speaks of, with what their docstrings say of them, or else what they return."""
    text = "\n".join(beginnings().values())
    return {
        name: " ".join((inspect.getdoc(value) or _returned(value)).split())
        for name, value in vars(start).items()
        if isinstance(value, FunctionType) and f"{name}(" in text
    }


def _returned(function: FunctionType) -> str:
    """What `function` returns, in code."""
    last = ast.parse(inspect.getsource(function)).body[0].body[-1]  # type: ignore[attr-defined]
    return f"`{ast.unparse(last)}`"


def _made(kind: str) -> Iterator[list[str]]:
    """Lines for each place of the module that makes a `kind` out of named fields."""
    for function in ast.parse(inspect.getsource(start)).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        values = {
            name: value for node in ast.walk(function) if isinstance(node, ast.Assign) for name, value in _bound(node)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == kind:
                yield _lines(call, function, values)


def _lines(call: ast.Call, function: ast.FunctionDef, values: dict[str, ast.expr]) -> list[str]:
    """`field = expression` for each keyword of `call`, after the assignments of `function` that they rest on."""
    fields = {word.arg: word.value for word in call.keywords if word.arg}
    direct = {n.id for n in fields.values() if isinstance(n, ast.Name) and n.id in values and n.id in fields}
    needed: set[str] = set()
    waiting = [name for value in fields.values() for name in _names(value)]
    while waiting:
        name = waiting.pop()
        if name in values and name not in needed:
            needed.add(name)
            waiting += _names(values[name])
    above = [
        f"{ast.unparse(target)} = {ast.unparse(node.value)}"
        for node in function.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if needed & {*_names(target)} and not {*_names(target)} <= direct and node.value is not call
    ]
    own = [
        f"{name} = {ast.unparse(values[name] if isinstance(value, ast.Name) and name in direct else value)}"
        for name, value in fields.items()
    ]
    return [*above, *([""] if above else []), *own]


def _bound(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """The names that an assignment binds, each with its value; `x[1]` for the second of `a, b = x`."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        for at, part in enumerate(target.elts if isinstance(target, ast.Tuple) else ()):
            if isinstance(part, ast.Name):
                yield part.id, ast.Subscript(node.value, ast.Constant(at), ast.Load())


def _names(node: ast.AST) -> list[str]:
    return [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]

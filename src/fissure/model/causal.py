"""Who depends on whom, read from the code: a week is traced, not run, and its dataflow followed.

No case is needed: arrays have shapes and types as annotated, and no values. A path names what is read or moved, as
`fighters.fear`, `organisation.pay_scale` or `week.strikes`; a sum of `Sensed` has its plain name, as `wish`.
Parameters and what stays fixed in a run (`world`, `given`) are no dependence. What the code uses for its shape alone
is not read; what it multiplies by zero is.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast, get_type_hints

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from jaxtyping import Array, Bool, Float, Int

from fissure.model.effects import ZERO, Effects
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.member_inputs import MemberInputs, week_of
from fissure.model.sense import Sensed
from fissure.model.settle import Settlement
from fissure.model.start import Start, initial_state, member_inputs
from fissure.model.state import State
from fissure.model.week import Model, step
from fissure.model.world import Week, World

Via = tuple[str, ...]
"""The parts of settling that a dependence passes through, in order; `week` for what stands in `week.py` itself."""

FIXED = ("world.", "given.")
SIZES = {
    "units": 6, "slots": 5, "blocs": 4, "districts": 7, "countries": 2, "offensives": 3, "weeks": 9, "opponents": 3,
    "kinds": 2, "forces": 2,
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True)
class Settled:
    """The changes of a week besides mechanisms: each mapping goes from what is moved to what moves it, through what."""

    channels: Mapping[str, Mapping[str, frozenset[Via]]]  # state field <- channel
    processes: Mapping[str, Mapping[str, frozenset[Via]]]  # state field <- state field, or forcing


class Handed(Mechanism):
    """Stands in for all mechanisms: contributes what it is given."""

    title: ClassVar[str] = "What is given"
    claims: ClassVar[tuple[str, ...]] = ()

    effects: Effects

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """The effects that it was made with."""
        return self.effects


def handing(start: Start, settlement: Settlement, effects: Effects) -> Model:
    """A model whose only mechanism contributes `effects`."""
    return Model(start, settlement, {"handed": Handed(on=jnp.float32(1.0), effects=effects)})


def reads_and_writes(kind: type[Mechanism]) -> dict[str, frozenset[str]]:
    """Channels that mechanism `kind` contributes to, each with the paths that reach it; channels without any too."""
    example = _example()

    def rule(mechanism: Mechanism, sensed: Sensed, week: Week) -> dict[str, Any]:
        effects = mechanism(sensed, week, _NoLuck())
        return {f.name: x for f in fields(Effects) if (x := getattr(effects, f.name)) is not ZERO}

    found = _trace(rule, abstract(kind), example.sensed, example.week)
    return {channel: frozenset(_plain(found[channel])) for channel in sorted(found)}


@lru_cache(maxsize=1)
def sums() -> dict[str, frozenset[str]]:
    """The sums of `Sensed`, each with the state fields that make it."""
    example = _example()

    def sensing(state: State, given: MemberInputs, world: World, week: Week) -> Sensed:
        return step(example.model(Effects()), state, given, world, week, _no_luck)[1]

    found = _trace(sensing, example.state, example.given, example.world, example.week)
    plain = {name for name in found if "." not in name}
    return {name: frozenset(source.removeprefix("state.") for source, _ in found[name] if source.startswith("state."))
            for name in sorted(plain)}  # fmt: skip


@lru_cache(maxsize=1)
def settled() -> Settled:
    """Which channel, state field or forcing moves which state field within a week, mechanisms apart."""
    example = _example()

    def settling(effects: Effects, state: State, given: MemberInputs, world: World, week: Week) -> State:
        return step(example.model(effects), state, given, world, week, _no_luck)[0]

    found = _trace(settling, abstract(Effects), example.state, example.given, example.world, example.week)
    channels: dict[str, dict[str, frozenset[Via]]] = {}
    processes: dict[str, dict[str, frozenset[Via]]] = {}
    for name, sources in found.items():
        for source, via in sorted(sources):
            kind, _, path = source.partition(".")
            into = channels if kind == "effects" else processes
            if kind in ("effects", "state", "week"):
                path = source if kind == "week" else path
                own = into.setdefault(name, {})
                own[path] = own.get(path, frozenset()) | {via}
    return Settled(channels, processes)


def state_fields() -> list[str]:
    """Paths of all fields of the state, in its order."""
    return [name for name, _ in named_leaves(_example().state)]


def forcing() -> list[str]:
    """Paths of the forcing of a week."""
    return [f"week.{name}" for name, _ in named_leaves(_example().week)]


def expanded(paths: frozenset[str]) -> frozenset[str]:
    """`paths` with each sum replaced by the state fields that make it."""
    of = sums()
    return frozenset(field for path in paths for field in of.get(path, {path}))


def contract(kind: type[Mechanism]) -> str:
    """The sentences that the docstring of mechanism `kind` must hold: `Reads: A, B. Writes: C.`"""
    found = reads_and_writes(kind)
    reads = sorted(set().union(*found.values()))
    return f"Reads: {', '.join(reads) or 'nothing'}. Writes: {', '.join(sorted(found))}."


def stated(kind: type[Mechanism]) -> str:
    """The sentences on reads and writes in the docstring of the file of mechanism `kind`, on one line; '' if none."""
    doc = sys.modules[kind.__module__].__doc__ or ""
    found = re.search(r"^Reads: .*?\sWrites:\s.*?\.$", doc, re.MULTILINE | re.DOTALL)
    return " ".join(found[0].split()) if found else ""


# An example without a case


class _NoLuck(eqx.Module):
    """Draws of the right shape, without chance: what follows from a draw depends on nothing else."""

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> Float[Array, "*shape"]:
        return jnp.full(shape, 0.5, jnp.float32)

    def uniforms(
        self, shape: tuple[int, ...] = (), index: int = 0, count: int = 4
    ) -> tuple[Float[Array, "*shape"], ...]:
        return (self.uniform(shape),) * count


def _no_luck(stream: str) -> Draws:
    return _NoLuck()


@dataclass(frozen=True)
class _Example:
    start: Start
    settlement: Settlement
    world: World
    given: MemberInputs
    state: State
    week: Week
    sensed: Sensed

    def model(self, effects: Effects) -> Model:
        """With ones for parameters, and each part of settling named in the trace."""
        start, settlement = jax.tree.map(lambda x: jnp.ones(x.shape, x.dtype), (self.start, self.settlement))
        named = {f.name: _Named(f.name, getattr(settlement, f.name)) for f in fields(Settlement)}
        return handing(start, Settlement(**cast(Any, named)), effects)


@lru_cache(maxsize=1)
def _example() -> _Example:
    start, settlement, world = abstract(Start), abstract(Settlement), abstract(World)
    given = jax.eval_shape(member_inputs, start, world, _NoLuck())
    state = jax.eval_shape(initial_state, start, given, world, _NoLuck())
    week = jax.eval_shape(week_of, jax.ShapeDtypeStruct((), jnp.int32), world, given)
    bare = _Example(start, settlement, world, given, state, week, cast(Sensed, None))
    _, sensed = jax.eval_shape(
        lambda s, g, w, now: step(bare.model(Effects()), s, g, w, now, _no_luck), state, given, world, week
    )
    return _Example(start, settlement, world, given, state, week, sensed)


def abstract(kind: type[T]) -> T:
    """An example of `kind`: every array as annotated, by shape and type alone; nested modules likewise."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for f in fields(kind):  # type: ignore[arg-type]  # a module is a dataclass
        hint = hints[f.name]
        if hasattr(hint, "dim_str"):
            values[f.name] = jax.ShapeDtypeStruct(_shape(hint.dim_str), _type(hint))
        elif hint is int:
            values[f.name] = SIZES[f.name]
        else:
            values[f.name] = abstract(hint)
    return kind(**values)


def _shape(dims: str) -> tuple[int, ...]:
    return tuple(int(d) if d.isdigit() else SIZES.get(d, 2) for d in dims.replace("#", "").split())


def _type(hint: Any) -> Any:
    return {Float: jnp.float32, Int: jnp.int32, Bool: jnp.bool_}[hint.dtype]


class _Named:
    """A part of settling whose every call is named in the trace."""

    def __init__(self, name: str, part: Any):
        self._name, self._part = name, part

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self._within(self._part)(*args, **keywords)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        return self._within(found) if callable(found) and not isinstance(found, jax.Array) else found

    def _within(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def named(*args: Any, **keywords: Any) -> Any:
            with jax.named_scope(f"settle:{self._name}"):
                return call(*args, **keywords)

        return named


# Dataflow through a traced program

Label = tuple[str, Via]
Labels = frozenset[Label]
NONE: Labels = frozenset()


@dataclass(frozen=True, eq=False)
class _Value:
    """Labels that reach a value; if a condition chose between two, also those where it is false and where it is true.

    So that what is chosen back by the same condition, as who joined out of what became of all, holds its side alone.
    """

    labels: Labels
    chosen: "tuple[_Value, Labels, Labels] | None" = None


def named_leaves(tree: Any) -> Iterator[tuple[str, Any]]:
    """Leaves of `tree` with their paths, joined by dots."""
    for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
        yield jax.tree_util.keystr(path, simple=True, separator="."), leaf


def _plain(labels: Labels) -> set[str]:
    """Paths of what was sensed and of the forcing, without what stays fixed."""
    names = {source.removeprefix("sensed.") for source, _ in labels if source.startswith(("sensed.", "week."))}
    return {name for name in names if not name.startswith(FIXED)}


def _trace(function: Callable[..., Any], *args: Any) -> dict[str, Labels]:
    """Paths of the results of `function`, each with the labels that reach it: `argument.path` of its inputs."""
    names = list(inspect.signature(function).parameters)
    closed, out = jax.make_jaxpr(function, return_shape=True)(*args)
    given = [f"{n}.{path}" for n, arg in zip(names, args, strict=True) for path, _ in named_leaves(arg)]
    reached = _flow(closed.jaxpr, [_Value(frozenset({(name, ())})) for name in given], ())
    return dict(zip([name for name, _ in named_leaves(out)], [value.labels for value in reached], strict=True))


def _flow(jaxpr: Jaxpr, given: list[_Value], via: Via) -> list[_Value]:
    """The labels that reach the results of `jaxpr`, given those that reach its inputs."""
    known: dict[Any, _Value] = dict(zip(jaxpr.invars, given, strict=True))

    def of(atom: Any) -> _Value:
        return _Value(NONE) if isinstance(atom, Literal) else known.get(atom, _Value(NONE))

    for equation in jaxpr.eqns:
        found = re.findall(r"settle:(\w+)", str(equation.source_info.name_stack))
        here = (found[-1],) if found else via
        into = [_through(of(atom), here) for atom in equation.invars]
        known.update(zip(equation.outvars, _results(equation, into, here), strict=True))
    return [of(atom) for atom in jaxpr.outvars]


def _through(value: _Value, here: Via) -> _Value:
    def passed(labels: Labels) -> Labels:
        return frozenset((source, way if not here or way[-1:] == here else way + here) for source, way in labels)

    labels = passed(value.labels)
    if value.chosen is None:
        return value if labels == value.labels else _Value(labels)
    by, where_false, where_true = value.chosen
    return _Value(labels, (by, passed(where_false), passed(where_true)))


def _results(equation: Any, into: list[_Value], here: Via) -> list[_Value]:
    """Labels that reach the results of `equation`; where its inside cannot be followed, all that reach any input."""
    name, params, count = equation.primitive.name, equation.params, len(equation.outvars)
    if name == "select_n" and len(into) == 3:
        return [_selected(*into)]
    if name == "cond":
        chosen = [_flow(branch.jaxpr, into[1:], here) for branch in params["branches"]]
        return [_either(into[0], own) for own in zip(*chosen, strict=True)]
    if name == "scan":
        return _scanned(params["jaxpr"].jaxpr, params["num_consts"], params["num_carry"], into, here)
    inside = [x for x in params.values() if isinstance(x, ClosedJaxpr | Jaxpr)]
    if len(inside) == 1:
        jaxpr = inside[0].jaxpr if isinstance(inside[0], ClosedJaxpr) else inside[0]
        if len(jaxpr.invars) == len(into) and len(jaxpr.outvars) == count:
            return _flow(jaxpr, into, here)
    return [_Value(NONE.union(*(value.labels for value in into)))] * count


def _selected(by: _Value, where_false: _Value, where_true: _Value) -> _Value:
    """Labels that reach `select_n`; of a case that the same condition chose, only the side that it chooses again."""
    one = where_false.chosen[1] if where_false.chosen and where_false.chosen[0] is by else where_false.labels
    other = where_true.chosen[2] if where_true.chosen and where_true.chosen[0] is by else where_true.labels
    return _Value(by.labels | one | other, (by, by.labels | one, by.labels | other))


def _either(predicate: _Value, branches: Sequence[_Value]) -> _Value:
    """Labels that reach a result of a conditional: of what only one branch makes, what was chosen there stays known."""
    made = [value for value in branches if value.labels]
    labels = predicate.labels.union(*(value.labels for value in branches))
    if len(made) != 1 or made[0].chosen is None:
        return _Value(labels)
    by, where_false, where_true = made[0].chosen
    return _Value(labels, (by, predicate.labels | where_false, predicate.labels | where_true))


def _scanned(body: Jaxpr, consts: int, carried: int, into: list[_Value], here: Via) -> list[_Value]:
    carry = into[consts : consts + carried]
    while True:
        out = _flow(body, [*into[:consts], *carry, *into[consts + carried :]], here)
        after = [_Value(old.labels | new.labels) for old, new in zip(carry, out, strict=False)]
        if [value.labels for value in after] == [value.labels for value in carry]:
            return [*after, *out[carried:]]
        carry = after

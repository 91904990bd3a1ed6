"""How many operations a traced function needs at least: each value counted once, what nobody reads not at all.

Counted in the function as JAX traced it, before any compiler: so it says what the work is, not what a compiler makes of
it. Moving numbers about (slices, shapes, copies) counts as nothing; what does not change from week to week neither.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import jax

INTEGER, FLOAT, PRODUCT, DIVISION, FUNCTION = "integer", "float", "product", "division", "function"
KINDS = (INTEGER, FLOAT, PRODUCT, DIVISION, FUNCTION)
"""Whole-number operations (the generator's above all); simple ones of floating point (add, multiply, compare, select,
round); multiply-adds of matrix products, as two each; divisions and roots; exponentials, logarithms and powers."""

_SIMPLE = {
    "abs", "add", "and", "ceil", "clamp", "convert_element_type", "eq", "floor", "ge", "gt", "le", "lt", "max", "min",
    "mul", "ne", "neg", "not", "or", "round", "select_n", "shift_left", "shift_right_arithmetic",
    "shift_right_logical", "sign", "square", "sub", "xor",
}  # fmt: skip
_SLOW = {"div", "rem", "rsqrt", "sqrt"}
_FUNCTIONS = {"erf", "erf_inv", "exp", "exp2", "expm1", "log", "log1p", "logistic", "pow", "tanh"}
_SUMS = {"argmax", "argmin", "cumsum", "reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_sum"}
_FREE = {
    "broadcast_in_dim", "concatenate", "copy", "dynamic_slice", "dynamic_update_slice", "expand_dims", "iota", "pad",
    "reshape", "rev", "slice", "split", "squeeze", "stack", "stop_gradient", "transpose", "unstack",
}  # fmt: skip
_INSIDE = ("jaxpr", "call_jaxpr", "fun_jaxpr")

Place = Callable[[Any], str | None]


@dataclass(frozen=True)
class Step:
    """One operation, already made: what it reads and makes, by number, and what it costs."""

    reads: tuple[int, ...]
    makes: tuple[int, ...]
    kind: str
    count: float
    place: str


def operations(
    function: Callable[..., Any], *example: Any, fixed: Collection[int] = (), place: Place = lambda eqn: None
) -> dict[str, Counter[str]]:
    """Operations of `function` for arguments like `example`, by place and kind.

    `fixed` numbers the arguments that never change: what follows from them alone is not counted, as it need be made but
    once. `place` tells where an operation belongs, or None for where its caller does. Raises `ValueError` for an
    operation that it does not know.
    """
    traced = jax.make_jaxpr(function)(*example)
    flat = [len(jax.tree.leaves(x)) for x in example]
    still = {i for n, (a, b) in enumerate(_spans(flat)) if n in fixed for i in range(a, b)}
    reader = _Reader(place)
    inputs = [reader.new(changes=i not in still) for i in range(sum(flat))]
    outputs = reader.read(traced.jaxpr, [reader.new(changes=False) for _ in traced.jaxpr.constvars], inputs, "")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for step in reader.needed(outputs):
        if step.count:
            found[step.place][step.kind] += step.count  # type: ignore[assignment]
    return dict(found)


def _spans(lengths: list[int]) -> Iterator[tuple[int, int]]:
    at = 0
    for n in lengths:
        yield at, at + n
        at += n


class _Reader:
    """Goes through a traced function with calls followed, and gives equal values one number."""

    def __init__(self, place: Place) -> None:
        self.steps: list[Step] = []
        self.changes: list[bool] = []
        self._known: dict[Any, tuple[int, ...]] = {}
        self._place = place

    def new(self, *, changes: bool) -> int:
        """A value that nothing is known of."""
        self.changes.append(changes)
        return len(self.changes) - 1

    def read(self, jaxpr: Any, consts: list[int], inputs: list[int], outer: str) -> list[int]:
        """The numbers of what `jaxpr` makes of `inputs`; `outer` is the place of its caller."""
        named = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *inputs], strict=True))

        def number(x: Any) -> int:
            if not hasattr(x, "val"):
                return named[x]
            return self._once(("literal", str(x.val), str(x.aval)), 1, False)[0]

        for eqn in jaxpr.eqns:
            reads = [number(x) for x in eqn.invars]
            where = self._place(eqn) or outer
            named |= dict(zip(eqn.outvars, self._result(eqn, reads, where), strict=True))
        return [number(x) for x in jaxpr.outvars]

    def _result(self, eqn: Any, reads: list[int], where: str) -> list[int]:
        name = eqn.primitive.name
        if name == "cond":  # the branch that is taken in every week is the last
            inner = eqn.params["branches"][-1]
            return self._inside(inner, reads[1:], where)
        for key in _INSIDE:
            if key in eqn.params:
                return self._inside(eqn.params[key], reads, where)
        changes = any(self.changes[x] for x in reads)
        made_of = (name, str(sorted((k, str(v)) for k, v in eqn.params.items())), tuple(reads))
        if made_of in self._known:
            return list(self._known[made_of])
        made = self._once(made_of, len(eqn.outvars), changes)
        kind, count = cost(eqn)
        self.steps.append(Step(tuple(reads), made, kind, count if changes else 0.0, where))
        return list(made)

    def _inside(self, inner: Any, reads: list[int], where: str) -> list[int]:
        jaxpr = getattr(inner, "jaxpr", inner)
        consts = [self.new(changes=False) for _ in jaxpr.constvars]
        return self.read(jaxpr, consts, reads, where)

    def _once(self, key: Any, count: int, changes: bool) -> tuple[int, ...]:
        if key not in self._known:
            self._known[key] = tuple(self.new(changes=changes) for _ in range(count))
        return self._known[key]

    def needed(self, outputs: list[int]) -> list[Step]:
        """The steps that `outputs` need."""
        wanted, kept = set(outputs), []
        for step in reversed(self.steps):
            if wanted & set(step.makes):
                wanted |= set(step.reads)
                kept.append(step)
        return kept


def cost(eqn: Any) -> tuple[str, float]:
    """Kind and number of the operations of one equation of a traced function."""
    name, out = eqn.primitive.name, eqn.outvars[0].aval
    size = float(math.prod(out.shape))
    if name in _FREE:
        return INTEGER, 0.0
    if name == "gather":
        return INTEGER, size
    if name in _SUMS:
        read = eqn.invars[0].aval
        return _simple(read), float(math.prod(read.shape))
    if name == "dot_general":
        (along, _), _ = eqn.params["dimension_numbers"]
        return PRODUCT, 2.0 * size * math.prod(eqn.invars[0].aval.shape[d] for d in along)
    if name == "integer_pow":
        return FLOAT, size * max(abs(eqn.params["y"]).bit_length() - 1, 1)
    if name in _FUNCTIONS:
        return FUNCTION, size
    if name in _SLOW:
        return DIVISION, size
    if name in _SIMPLE:
        return (INTEGER if _simple(out) == _simple(eqn.invars[0].aval) == INTEGER else FLOAT), size
    raise ValueError(f"nobody said what '{name}' costs")


def _simple(aval: Any) -> str:
    return FLOAT if aval.dtype.kind == "f" else INTEGER

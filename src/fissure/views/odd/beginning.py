"""How a member begins, in the words of the code: what each state variable is set to on the first day."""

import ast
import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import get_type_hints

from fissure.model import start
from fissure.model.givens import Givens
from fissure.model.state import Flows, State


def beginnings() -> dict[str, str]:
    """For `Givens` and each part of the state but the flows, assignments as text, what they use above them."""
    kinds = [Givens, *(kind for kind in get_type_hints(State).values() if kind is not Flows)]
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

"""Arguments of the public functions, made plain where they come in: NumPy's and pandas' kinds never get further.

`plain_arguments` wraps a function; the name of an argument says its kind (`KINDS`). Anything else is refused here, or
by the check that knows its range.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import wraps
from inspect import signature
from operator import index
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import numpy as np

from fissure.cases.loader import Case
from fissure.context import Context
from fissure.engine.registry import Stored
from fissure.errors import ArgumentError

P = ParamSpec("P")
R = TypeVar("R")


def plain_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, which is given its arguments as plain values. Raises `FissureError` for what cannot be one."""
    names = signature(function)

    @wraps(function)
    def plainly(*args: P.args, **kwargs: P.kwargs) -> R:
        require_docstrings()
        given = names.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if (kind := KINDS.get(name)) is not None:
                given.arguments[name] = kind(name, _without_shape(value))
        return function(*given.args, **given.kwargs)

    return plainly


def _without_shape(value: Any) -> Any:
    """The scalar in an array of NumPy that has no dimensions; anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def require_docstrings() -> None:
    """Raise `FissureError` where Python leaves docstrings out, which traces, reports and the chart library read."""
    if sys.flags.optimize > 1:
        raise ArgumentError(
            "Python is set to leave docstrings out (PYTHONOPTIMIZE=2 or -OO), which reports are made of: unset it"
        )


def number(name: str, value: Any) -> Any:
    """NumPy's scalars as numbers of Python; its range is checked where it is used."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool | float | str):
        return value
    try:
        return index(value)
    except TypeError:
        _refuse(name, value, "a number")


def share(name: str, value: Any) -> Any:
    """A number that need not be whole."""
    found = number(name, value)
    return _refuse(name, value, "a number") if isinstance(found, bool | str) else found


def switch(name: str, value: Any) -> bool:
    """True or False, NumPy's too."""
    return bool(value) if isinstance(value, bool | np.bool_) else _refuse(name, value, "True or False")


def names(name: str, value: Any) -> tuple[str, ...]:
    """Texts in the order in which they are given, a set's sorted; one text stands for itself."""
    if isinstance(value, str):
        return (str.__str__(value),)
    if not isinstance(value, Iterable) or isinstance(value, bytes | Mapping):
        _refuse(name, value, "names")
    given = list(value)
    if wrong := [one for one in given if not isinstance(one, str)]:
        raise ArgumentError(f"found {_shown(wrong[0])} in {name}, expected a name")
    plain = [str.__str__(one) for one in given]
    return tuple(sorted(plain) if isinstance(value, AbstractSet) else plain)


def day(name: str, value: Any) -> Any:
    """A `date` for the kinds of days of Python, NumPy and pandas; a text stays as it is."""
    value = _without_shape(value)
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, datetime) and value == value:  # pandas' NaT differs from itself
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return text(name, value, "a day such as 2015-12-31")


def days(name: str, value: Any) -> tuple[Any, ...]:
    """Several days, or one."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    return tuple(day(name, one) for one in (value if several else (value,)))


def path(name: str, value: Any) -> Path:
    """A path, with ``~`` as the user's home."""
    if not isinstance(value, str | os.PathLike) or isinstance(said := os.fspath(value), bytes):
        _refuse(name, value, "a path")
    if not said or "\0" in said:
        raise ArgumentError(f"{name} is {said!r}, expected a path")
    try:
        return Path(said).expanduser()
    except RuntimeError:
        raise ArgumentError(f"{name} is {said!r}, and there is no such home folder") from None


def case(name: str, value: Any) -> Any:
    """A loaded case or context as it is, a name as a text, anything of the kind of a path as a path."""
    if isinstance(value, Case | Context):
        return value
    if isinstance(value, str) and value and "\0" not in value:
        return str.__str__(value)
    if isinstance(value, os.PathLike):
        return path(name, value)
    _refuse(name, value, "a name, the path of a folder, or a loaded case")


def text(name: str, value: Any, wanted: str = "a text") -> str:
    """A text."""
    return str.__str__(value) if isinstance(value, str) else _refuse(name, value, wanted)


def name_or_path(name: str, value: Any) -> str:
    """The name of something, or where it lies."""
    return text(name, value) if isinstance(value, str) else str(path(name, value))


def stored(name: str, value: Any) -> Any:
    """A stored run as it is, else its name or path."""
    return value if isinstance(value, Stored) else name_or_path(name, value)


def _refuse(name: str, value: Any, wanted: str) -> NoReturn:
    raise ArgumentError(f"{name} is {_shown(value)}, expected {wanted}")


def _shown(value: Any) -> str:
    """`value` in a few words, on one line."""
    said = " ".join(repr(value).split())
    return said if len(said) <= 80 else f"{said[:77]}..."


def _maybe(kind: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else kind(name, value)


def _each(kind: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: tuple(kind(name, one) for one in value)


KINDS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("members", "seed", "runs", "weeks", "units", "slots", "sampled", "strongest", "pairs"), number),
    "error": share,
    **dict.fromkeys(("prior", "quick", "verify"), switch),
    **dict.fromkeys(("off", "of", "set", "mechanisms", "studies"), names),
    **dict.fromkeys(("until", "since"), _maybe(day)),
    "dates": days,
    "case": _maybe(case),
    **dict.fromkeys(("out", "home", "posterior"), _maybe(path)),
    **dict.fromkeys(("folder", "path"), path),
    "folders": _each(path),
    "name": name_or_path,
    "names": _each(stored),
    "cluster": _maybe(text),
}
"""The kind of an argument, by its name."""

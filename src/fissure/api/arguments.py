"""Arguments of the public functions, made plain where they come in: NumPy's and pandas' kinds never get further.

`plain_arguments` wraps a function; what each argument is, its name says (`KINDS`). What is no such thing is refused
here, or by the check that knows its range.
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
from typing import Any, ParamSpec, TypeVar

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
            "Python was told to leave docstrings out (PYTHONOPTIMIZE=2 or -OO), which reports are made of: unset it"
        )


def number(name: str, value: Any) -> Any:
    """NumPy's scalars as numbers of Python; its range is checked where it is used."""
    if isinstance(value, np.generic):
        return number(name, value.item())
    if value is None or isinstance(value, bool | float | str):
        return value
    try:
        return index(value)
    except TypeError:
        raise ArgumentError(f"{name} is {_shown(value)}, expected a number") from None


def share(name: str, value: Any) -> Any:
    """A number that need not be whole."""
    found = number(name, value)
    if isinstance(found, bool | str):
        raise ArgumentError(f"{name} is {_shown(value)}, expected a number")
    return found


def switch(name: str, value: Any) -> bool:
    """True or False, NumPy's too."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{name} is {_shown(value)}, expected True or False")
    return bool(value)


def names(name: str, value: Any) -> tuple[str, ...]:
    """Texts in the order in which they are given, a set's sorted; one text stands for itself."""
    if isinstance(value, str):
        return (str.__str__(value),)
    if not isinstance(value, Iterable) or isinstance(value, bytes | Mapping):
        raise ArgumentError(f"{name} is {_shown(value)}, expected names")
    found = list(value)
    if wrong := [one for one in found if not isinstance(one, str)]:
        raise ArgumentError(f"found {_shown(wrong[0])} in {name}, expected a name")
    told = [str.__str__(one) for one in found]
    return tuple(sorted(told) if isinstance(value, AbstractSet) else told)


def day(name: str, value: Any) -> Any:
    """A `date` for the kinds of days of Python, NumPy and pandas; a text stays as it is."""
    value = _without_shape(value)
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, datetime):
        return value.date() if value == value else _no_day(name, value)  # pandas' NaT differs from itself
    return str.__str__(value) if isinstance(value, str) else value if isinstance(value, date) else _no_day(name, value)


def days(name: str, value: Any) -> tuple[Any, ...]:
    """Several days, or one."""
    if isinstance(value, str | date | np.datetime64) or not isinstance(value, Iterable):
        return (day(name, value),)
    return tuple(day(name, one) for one in value)


def path(name: str, value: Any) -> Path:
    """A path, with ``~`` as the user's home."""
    if not isinstance(value, str | os.PathLike) or isinstance(told := os.fspath(value), bytes):
        raise ArgumentError(f"{name} is {_shown(value)}, expected a path")
    if not told or "\0" in told:
        raise ArgumentError(f"{name} is {told!r}, expected a path")
    try:
        return Path(told).expanduser()
    except RuntimeError:
        raise ArgumentError(f"{name} is {told!r}, and there is no such home folder") from None


def paths(name: str, value: Any) -> tuple[Path, ...]:
    """Several paths."""
    return tuple(path(name, one) for one in value)


def case(name: str, value: Any) -> Any:
    """A loaded case or context as it is, a name as a text, anything of the kind of a path as a path."""
    if isinstance(value, Case | Context):
        return value
    if isinstance(value, str) and value and "\0" not in value:
        return str.__str__(value)
    if isinstance(value, os.PathLike):
        return path(name, value)
    raise ArgumentError(f"{name} is {_shown(value)}, expected a name, the path of a folder, or a loaded case")


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {_shown(value)}, expected a text")
    return str.__str__(value)


def name_or_path(name: str, value: Any) -> str:
    """The name of something, or where it lies."""
    return text(name, value) if isinstance(value, str) else str(path(name, value))


def _stored(name: str, value: Any) -> tuple[Any, ...]:
    return tuple(one if isinstance(one, Stored) else name_or_path(name, one) for one in value)


def _no_day(name: str, value: Any) -> Any:
    raise ArgumentError(f"{name} is {_shown(value)}, expected a day such as 2015-12-31")


def _shown(value: Any) -> str:
    """`value` in a few words, on one line."""
    told = " ".join(repr(value).split())
    return told if len(told) <= 80 else f"{told[:77]}..."


def _maybe(kind: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else kind(name, value)


KINDS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("members", "seed", "runs"), number),
    "error": share,
    **dict.fromkeys(("weeks", "units", "slots", "sampled", "strongest", "pairs"), number),
    **dict.fromkeys(("prior", "quick", "verify"), switch),
    **dict.fromkeys(("off", "of", "set", "mechanisms", "studies"), names),
    **dict.fromkeys(("until", "since"), _maybe(day)),
    "dates": days,
    "case": _maybe(case),
    **dict.fromkeys(("out", "home", "posterior"), _maybe(path)),
    **dict.fromkeys(("folder", "path"), path),
    "folders": paths,
    "name": name_or_path,
    "names": _stored,
    "cluster": _maybe(text),
}
"""What an argument is, by its name."""

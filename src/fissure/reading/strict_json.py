"""JSON read strictly: no key stands twice, every number is one that JSON has, and damage is one sentence."""

import json
from pathlib import Path
from typing import Any

from fissure.errors import FissureError
from fissure.reading.text import read_text, stands


def read_json(path: Path, what: str) -> Any:
    """The value in `path`, which should hold `what` (`"a posterior"`).

    Raises `FissureError` for a file that cannot be read, is no JSON, gives a key twice, or holds `NaN`, an infinity, a
    number too long or lists too deep.
    """
    if not stands(path):
        raise FissureError(f"{path}: there is no such file, expected {what}")
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        said = f"{path}:{error.lineno}: cannot be read as {what} (it is not JSON: {error.msg.lower()})"
    except RecursionError:
        said = f"{path}: cannot be read as {what} (lists or mappings are too deep in one another)"
    except ValueError as error:  # ours below, and a number of more digits than Python reads
        said = f"{path}: cannot be read as {what} ({error if isinstance(error, _Refused) else 'a number is too long'})"
    raise FissureError(said)


class _Refused(ValueError):
    """What JSON has no place for."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"the key {twice!r} stands twice in one mapping")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no number of JSON")

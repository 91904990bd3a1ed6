"""Reading what people write by hand, YAML and CSV, with errors that name file, line, finding and cure.

YAML is read strictly: a repeated key is an error, only `true` and `false` are booleans (not `no` or `on`),
and `1e-3` is a number. Everything is then validated by a pydantic model that forbids unknown keys.
"""

import csv
import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from fissure.errors import FissureError, nearest
from fissure.strict_yaml import parsed

T = TypeVar("T")


class Strict(BaseModel):
    """Base of everything read from a file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_bytes(path: Path) -> bytes:
    """The bytes of `path`; a `FissureError` that names it when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FissureError(f"{path}: there is no such file") from None
    except OSError as error:  # a folder, no permission, links that go round in a circle
        raise FissureError(f"{path}: cannot be read ({error.strerror or error})") from None


def read_text(path: Path) -> str:
    """The text of `path`, UTF-8; a `FissureError` that names it when it cannot be read or is none."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FissureError(
            f"{path}:{line}: found a byte that is not UTF-8 text (byte {error.start}), expected a file saved as UTF-8"
        ) from None


def stands(path: Path) -> bool:
    """Is there an entry `path`? Also a link that leads nowhere, so that reading it tells what is wrong."""
    return os.path.lexists(path)


def read_yaml(path: Path, kind: type[T]) -> T:
    """Read `path` as `kind` (a pydantic model, or e.g. `list[Claim]`).

    Raises `FissureError`: `FILE:LINE: at KEY found X, expected Y; did you mean 'Z'?`.
    """
    return read_yaml_lines(path, kind)[0]


def read_yaml_lines(path: Path, kind: type[T]) -> tuple[T, Callable[..., int]]:
    """Like `read_yaml`, with a function from a place to its line: `line(3, "source")` for `[3].source`.

    For checks across entries or files, which must name the line as well.
    """
    text = read_text(path)
    try:
        root, data = parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FissureError(f"{path}:{mark.line + 1 if mark else 1}: {error.problem or 'is not YAML'}") from None
    except yaml.YAMLError as error:
        raise FissureError(f"{path}: is not YAML ({' '.join(str(error).split())})") from None
    except RecursionError:
        raise FissureError(f"{path}: found lists or mappings too deep in one another to be read") from None
    try:
        read = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = _first(error)
        line = _line_of(root, first["loc"])
        raise FissureError(f"{path}:{line}: {_sentence(first, data, kind)}") from None
    return read, lambda *loc: _line_of(root, loc)


def read_csv(path: Path, kind: type[T]) -> list[T]:
    """Read each row of `path` as `kind`; the header must hold just the fields of `kind`; empty, no value."""
    rows = csv.reader(read_text(path).splitlines())
    header = next(rows, [])
    fields = getattr(kind, "model_fields", {})
    for column in header:
        if column not in fields:
            raise FissureError(
                f"{path}:1: found column '{column}', expected {', '.join(fields)}{nearest(column, fields)}"
            )
    missing = [name for name, field in fields.items() if field.is_required() and name not in header]
    if missing:
        raise FissureError(f"{path}:1: column '{missing[0]}' is missing, expected {', '.join(fields)}")
    adapter = TypeAdapter(kind)
    out: list[T] = []
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            raise FissureError(f"{path}:{number}: found {len(cells)} cells, expected {len(header)}")
        data = {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
        try:
            out.append(adapter.validate_python(data))
        except ValidationError as error:
            raise FissureError(f"{path}:{number}: {_sentence(_first(error), data, kind)}") from None
    return out


def _line_of(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """Line of the deepest node on the way along a pydantic error location."""
    line = node.start_mark.line + 1 if node else 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:  # a missing key, or a union's tag: stay where we are
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _first(error: ValidationError) -> Any:
    """The error to tell: an unknown key before all, since a misspelt one also leaves a key missing."""
    found = error.errors(include_url=False)
    return next((one for one in found if one["type"] == "extra_forbidden"), found[0])


_PLAIN = (  # pydantic's words, and ours
    (r"input should be a valid (?:number|decimal).*", "expected a number"),
    (r"input should be a valid integer.*", "expected a whole number"),
    (r"input should be a valid boolean.*", "expected true or false"),
    (r"input should be a valid date.*", "expected a date such as 2014-06-30"),
    (r"input should be a valid string", "expected text"),
    (r"input should be a valid (?:list|tuple)", "expected a list"),
    (r"string should have at least 1 character", "expected some text"),
    (r"(?:string|input) should (match|have) ", r"expected text to \1 "),
    (r"(?:list|tuple) should have at least (\d+) items? after validation.*", r"expected at least \1 entry"),
    (r"input should be ", "expected "),
)
_TYPES = {
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "date_parsing": "expected a date such as 2014-06-30",
    "date_type": "expected a date such as 2014-06-30",
    "date_from_datetime_parsing": "expected a date such as 2014-06-30",
    "date_from_datetime_inexact": "expected a date such as 2014-06-30",
}


def _plain(error: Any) -> str:
    """What was expected, in plain words."""
    if error["type"] in _TYPES:
        return _TYPES[error["type"]]
    message: str = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if error["type"] == "value_error":
        return message
    for words, ours in _PLAIN:
        message, changed = re.subn(f"^{words}", ours, message)
        if changed:
            break
    return message


def _shown(found: Any) -> str:
    if isinstance(found, datetime.date):
        return str(found)
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, str | int | float):
        return repr(found)
    if isinstance(found, dict | list):
        return "a mapping" if isinstance(found, dict) else "a list"
    return type(found).__name__


def _sentence(error: Any, data: Any, kind: Any) -> str:
    loc = [str(step) for step in error["loc"]]
    where = ".".join(loc) or "the top"
    if error["type"] == "extra_forbidden":
        known = _keys_at(kind, error["loc"][:-1])
        listed = f", expected one of {', '.join(sorted(known))}" if known else ""
        return f"found unknown key '{loc[-1]}'{listed}{nearest(loc[-1], known)}"
    if error["type"] == "missing":
        return f"key '{where}' is missing"
    found = error.get("input")
    message = _plain(error)
    if error["type"] == "value_error" and isinstance(found, dict):  # a rule that joins several keys
        who = found.get("id") or found.get("name") or where
        return f"at '{who}': {message}"
    if error["type"] in ("model_type", "model_attributes_type", "dict_type"):
        known = _keys_at(kind, error["loc"])
        message = "expected a mapping" + (f" with the keys {', '.join(known)}" if known else "")
    if not loc:
        return f"holds {_shown(found)}, {message}"
    return f"at '{where}' found {_shown(found)}: {message}"


def _keys_at(kind: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Keys that the model at `loc` accepts, found by walking its JSON schema."""
    schema = TypeAdapter(kind).json_schema()
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return node

    here = resolve(schema)
    for step in loc:
        if isinstance(step, int):
            here = resolve(here.get("items", {}))
        elif step in here.get("properties", {}):
            here = resolve(here["properties"][step])
        elif isinstance(here.get("additionalProperties"), dict):
            here = resolve(here["additionalProperties"])
        for option in here.get("anyOf", []):
            if "properties" in resolve(option):
                here = resolve(option)
    return list(here.get("properties", {}))

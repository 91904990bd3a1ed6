"""Reading what people write by hand, YAML and CSV, with errors that name file, line, finding and cure.

YAML is read strictly: a repeated key is an error, only `true` and `false` are booleans (not `no` or `on`),
and `1e-3` is a number. Everything is then validated by a pydantic model that forbids unknown keys.
"""

import csv
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from fissure.errors import FissureError, nearest

T = TypeVar("T")


class Strict(BaseModel):
    """Base of everything read from a file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2 booleans and numbers, refusing repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(
                    problem="found a key that is a list or a mapping, expected a word",
                    problem_mark=key_node.start_mark,
                )
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.MarkedYAMLError(
                    problem=f"key '{key}' stands twice (first on line {seen[key]}, again on line {line})",
                    problem_mark=key_node.start_mark,
                )
            seen[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:  # e.g. 2014-13-01
            raise yaml.MarkedYAMLError(
                problem=f"found '{node.value}', which is no date ({error})", problem_mark=node.start_mark
            ) from None


_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _StrictLoader.construct_yaml_timestamp)

_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, rx) for tag, rx in rules if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:float")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\d[\d_]*\.\d*|\.\d+|\d[\d_]*(?:\.\d*)?[eE][-+]?\d+|\.inf|\.nan)(?:[eE][-+]?\d+)?$"),
    list("-+0123456789."),
)


def _open_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FissureError(f"{path}: there is no such file") from None
    except (IsADirectoryError, PermissionError) as error:
        raise FissureError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise FissureError(f"{path}: is not UTF-8 text (byte {error.start})") from None


def read_yaml(path: Path, kind: type[T]) -> T:
    """Read `path` as `kind` (a pydantic model, or e.g. `list[Claim]`).

    Raises `FissureError`: `FILE:LINE: at KEY found X, expected Y; did you mean 'Z'?`.
    """
    return read_yaml_lines(path, kind)[0]


def read_yaml_lines(path: Path, kind: type[T]) -> tuple[T, Callable[..., int]]:
    """Like `read_yaml`, with a function from a place to its line: `line(3, "source")` for `[3].source`.

    For checks across entries or files, which must name the line as well.
    """
    text = _open_text(path)
    try:
        loader = _StrictLoader(text)
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FissureError(f"{path}:{mark.line + 1 if mark else 1}: {error.problem or 'is not YAML'}") from None
    except yaml.YAMLError as error:
        raise FissureError(f"{path}: is not YAML ({error})") from None
    try:
        read = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line = _line_of(root, first["loc"])
        raise FissureError(f"{path}:{line}: {_sentence(first, data, kind)}") from None
    return read, lambda *loc: _line_of(root, loc)


def read_csv(path: Path, kind: type[T]) -> list[T]:
    """Read each row of `path` as `kind`; the header must hold just the fields of `kind`; empty, no value."""
    rows = csv.reader(_open_text(path).splitlines())
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
            raise FissureError(
                f"{path}:{number}: {_sentence(error.errors(include_url=False)[0], data, kind)}"
            ) from None
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


def _sentence(error: Any, data: Any, kind: Any) -> str:
    loc = [str(step) for step in error["loc"]]
    where = ".".join(loc) or "the top"
    if error["type"] == "extra_forbidden":
        known = _keys_at(kind, error["loc"][:-1])
        listed = f", expected one of {', '.join(sorted(known))}" if known else ""
        return f"found unknown key '{loc[-1]}'{listed}{nearest(loc[-1], known)}"
    if error["type"] == "missing":
        return f"key '{where}' is missing"
    message = error["msg"].removeprefix("Value error, ")
    found = error.get("input")
    if error["type"] == "value_error" and isinstance(found, dict):  # a rule that joins several keys
        who = found.get("id") or found.get("name") or where
        return f"at '{who}': {message[0].lower() + message[1:]}"
    shown = repr(found) if isinstance(found, str | int | float | bool | None) else type(found).__name__
    return f"at '{where}' found {shown}: {message[0].lower() + message[1:]}"


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

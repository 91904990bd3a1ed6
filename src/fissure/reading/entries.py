"""Entries of a YAML file, validated, with the line of each; what pydantic finds wrong is one plain sentence."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from fissure.errors import FileError, nearest
from fissure.reading.strict_yaml import Plain, fault, parsed
from fissure.reading.text import read_text

T = TypeVar("T")


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
    except yaml.YAMLError as error:
        line, said = fault(error, text)
        raise FileError(f"{path}:{line}: {said}") from None
    except RecursionError:
        raise FileError(f"{path}: found lists or mappings too deep in one another to be read") from None
    try:
        read = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = first_of(error)
        line = _line_of(root, first["loc"])
        raise FileError(f"{path}:{line}: {sentence(first, data, kind)}") from None
    return read, lambda *loc: _line_of(root, loc)


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


_FIGURE = re.compile(r"[-+.\d][\x21-\x7e]*")  # a number or a date, or meant as one: shown without quotes
LONGEST = 60  # letters of a value that are shown


def first_of(error: ValidationError) -> Any:
    """The error to tell: an unknown key before all, since a misspelt one also leaves a key missing."""
    found = error.errors(include_url=False)
    return next((one for one in found if one["type"] == "extra_forbidden"), found[0])


def reason(error: ValidationError) -> str:
    """Why the first of `error` is wrong, in plain words, without where it stands."""
    return _plain(first_of(error))


_PLAIN = (  # pydantic's words, and ours
    (r"input should be a valid string", "expected text"),
    (r"input should be a valid (?:list|tuple)", "expected a list"),
    (r"(?:string|input) should (match|have) ", r"expected text to \1 "),
    (r"(?:list|tuple) should have at least (\d+) items? after validation.*", r"expected at least \1 entry"),
    (r"(?:list|tuple) should have at most (\d+) items? after validation.*", r"expected at most \1 entries"),
    (r"input should be ", "expected "),
)


def _plain(error: Any) -> str:
    """What was expected, in plain words."""
    message: str = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if error["type"] == "value_error":
        return message
    for words, ours in _PLAIN:
        message, changed = re.subn(f"^{words}", ours, message)
        if changed:
            break
    return message


def shown(found: Any) -> str:
    """A value of a file in a few words, as its author wrote it, on one line."""
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a mapping"
    if isinstance(found, list | tuple):
        return "a list"
    if isinstance(found, datetime.date):
        return str(found)
    text = str(found) if isinstance(found, Plain) and _FIGURE.fullmatch(found) else repr(found)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"


def sentence(error: Any, data: Any, kind: Any) -> str:
    """What `error`, the first of validating `data` as `kind`, says: where, what was found, what was expected."""
    loc = [str(step) for step in error["loc"] if step != "[key]"]
    where = ".".join(loc)
    if error["type"] == "extra_forbidden":
        known = _keys_at(kind, error["loc"][:-1])
        listed = f", expected one of {', '.join(sorted(known))}" if known else ""
        return f"found unknown key {shown(loc[-1])}{listed}{nearest(loc[-1], known)}"
    if error["type"] == "missing":
        return f"key '{where}' is missing"
    found = error.get("input")
    message = _plain(error)
    if error["type"] == "union_tag_invalid":
        tag, known = error["ctx"]["tag"], re.findall("'([^']+)'", error["ctx"]["expected_tags"])
        return f"at {shown(where)} found kind {shown(tag)}, expected one of {', '.join(known)}{nearest(tag, known)}"
    if error["type"] == "value_error" and isinstance(found, dict):  # a rule that joins several keys
        who = found.get("id") or found.get("name") or where
        return f"at {shown(str(who))}: {message}" if who else message
    if error["type"] in ("model_type", "model_attributes_type", "dict_type"):
        known = _keys_at(kind, error["loc"])
        message = "expected a mapping" + (f" with the keys {', '.join(known)}" if known else "")
    if not loc:
        return f"holds {shown(found)}, {message}"
    return f"at {shown(where)} found {shown(found)}: {message}"


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
        elif step in here.get("discriminator", {}).get("mapping", {}):
            here = resolve({"$ref": here["discriminator"]["mapping"][step]})
        elif step in here.get("properties", {}):
            here = resolve(here["properties"][step])
        elif isinstance(here.get("additionalProperties"), dict):
            here = resolve(here["additionalProperties"])
        for option in here.get("anyOf", []):
            if "properties" in resolve(option):
                here = resolve(option)
    return list(here.get("properties", {}))

"""Entries of a YAML file, validated, with the line of each."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from fissure.errors import FissureError
from fissure.reading.sentences import first_of, sentence
from fissure.reading.strict_yaml import fault, parsed
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
        raise FissureError(f"{path}:{line}: {said}") from None
    except RecursionError:
        raise FissureError(f"{path}: found lists or mappings too deep in one another to be read") from None
    try:
        read = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = first_of(error)
        line = _line_of(root, first["loc"])
        raise FissureError(f"{path}:{line}: {sentence(first, data, kind)}") from None
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

"""YAML read strictly: every plain word is the text that stands there, and no key stands twice.

The type that a word is wanted as says what it means (see `values`), so `012`, `no`, `1:30`, `1e5` and `2014-06-30` are
never changed by the rules of a version of YAML; only `null`, `~` and an empty place are nothing. Tags and merge keys
are refused, as they would make a value of something else than what stands there, and so are aliases that stand for more
entries than a person means. Its entries are validated, with the line of each; what
pydantic finds wrong is one plain sentence.

libyaml reads it, where PyYAML has it, some six times as fast as PyYAML itself, whose words are used where anything is
wrong. Nodes are put together in Python all the same: in C, lists too deep would end the process.
"""

import datetime
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from yaml.composer import Composer
from yaml.constructor import BaseConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from fissure.errors import FileError, nearest
from fissure.reading.text import read_text

_NULL, _STR = "tag:yaml.org,2002:null", "tag:yaml.org,2002:str"
REPEATED = 50_000
"""The most entries that aliases may stand for."""
_NOTHING = re.compile(r"^(?:~|null|Null|NULL|)$")
_SIGNS = "\x85\u2028\u2029"
"""Line ends to YAML 1.1, letters like any other to YAML 1.2, editors and us."""


class Plain(str):
    """A word that stood in YAML without quotes."""

    __slots__ = ()


def _refused(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


class _Words(BaseConstructor, BaseResolver):
    """Makes lists, mappings, text and nothing of nodes, refusing all else."""

    yaml_implicit_resolvers: dict[str, Any] = {  # noqa: RUF012
        first: [(_NULL, _NOTHING)] for first in ("~", "n", "N", "")
    }

    restored: dict[int, str]
    """The character that stood in the text in place of each one that stands in for it."""

    def __init__(self) -> None:
        BaseConstructor.__init__(self)
        BaseResolver.__init__(self)
        self._made: set[int] = set()
        self._again = 0

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if id(node) in self._made:
            self._again += 1
            if self._again > REPEATED:
                raise _refused(node, f"found aliases of this that stand for more than {REPEATED:,} entries")
        self._made.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == self.DEFAULT_MAPPING_TAG:
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == self.DEFAULT_SEQUENCE_TAG:
            return [self.construct_object(one) for one in node.value]
        if isinstance(node, yaml.ScalarNode) and node.tag == _STR:
            text = node.value.translate(self.restored)
            return text if node.style else Plain(text)
        if isinstance(node, yaml.ScalarNode) and node.tag == _NULL and _NOTHING.match(node.value):
            return None
        raise _refused(node, f"found the tag '{node.tag}', expected a value without one")

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value in node.value:
            key = self.construct_object(key_node)
            if not isinstance(key, str):
                what = "nothing" if key is None else "a list or a mapping"
                raise _refused(key_node, f"found a key that is {what}, expected a word")
            line = key_node.start_mark.line + 1
            if key in found:
                raise _refused(key_node, f"key '{key}' stands twice (first on line {lines[key]}, again on line {line})")
            if key == "<<" and isinstance(key, Plain):
                raise _refused(key_node, "found the merge key '<<', expected the entries themselves")
            lines[key] = line
            found[key] = self.construct_object(value)
        return found

    def construct_document(self, node: yaml.Node) -> Any:
        return self.construct_object(node)


class _Slow(Reader, Scanner, Parser, Composer, _Words):
    """PyYAML's own loader."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        for part in (Scanner, Parser, Composer, _Words):
            part.__init__(self)


LOADERS: tuple[Any, ...] = (_Slow,)
"""The loaders in the order in which they are tried; what the last one says of a fault is shown."""

if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Fast(Composer, CParser, _Words):
        """The same on libyaml."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            for part in (Composer, _Words):
                part.__init__(self)

    LOADERS = (_Fast, _Slow)


def load(text: str, loader_of: Any) -> tuple[yaml.Node | None, Any]:
    """The root node of `text` and the values in it; `yaml.YAMLError` for what is not YAML, or not strict."""
    found = [sign for sign in _SIGNS if sign in text]
    free = (code for code in range(0xE000, 0xF900) if chr(code) not in text)
    stand_ins = dict(zip(map(ord, found), free, strict=False))
    loader = loader_of(text.translate(stand_ins))
    loader.restored = {code: sign for sign, code in stand_ins.items()}
    root = loader.get_single_node()
    return root, None if root is None else loader.construct_document(root)


@lru_cache(maxsize=64)
def parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The result of `load`, only to be read, as a command that reads a file again is given the same.

    Raises `yaml.YAMLError`.
    """
    for loader_of in LOADERS[:-1]:
        try:
            return load(text, loader_of)
        except yaml.YAMLError:
            pass
    return load(text, LOADERS[-1])


def fault(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line of `text` that `error` speaks of, and what it says."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, f"found a character that no text should hold (U+{ord(text[error.position]):04X})"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = error.problem or "is not YAML"
        if said == "but found another document":
            said = "found a second document ('---'), expected one in a file"
        return (mark.line + 1 if mark else 1), said
    return 1, f"is not YAML ({error})"


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
    """The expectation that was not met, in plain words."""
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
    """The sentence of `error`, the first of validating `data` as `kind`: where, what was found, what was expected."""
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

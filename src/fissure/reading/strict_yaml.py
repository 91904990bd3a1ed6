"""YAML read strictly: every plain word is the text that stands there, and no key stands twice.

The type that a word is wanted as says what it means (see `values`), so `012`, `no`, `1:30`, `1e5` and `2014-06-30` are
never changed by the rules of a version of YAML; only `null`, `~` and an empty place are nothing. Tags and merge keys
are refused, as they would make a value of something else than what stands there, and so are aliases that stand for more
entries than a person means.

libyaml reads it, where PyYAML has it, some six times as fast as PyYAML itself, whose words are told where anything is
wrong. Nodes are put together in Python all the same: in C, lists too deep would end the process.
"""

import re
from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import BaseConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

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
    """What stood in the text in place of each character that stands in for it."""

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
"""The loaders in the order in which they are tried; what the last one says of a fault is told."""

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
    """What `load` gives: only to be read, as a command that reads a file again is given the same.

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

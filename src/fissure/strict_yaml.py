"""YAML read strictly: only `true` and `false` are booleans (not `no` or `on`), `1e-3` is a number, no key stands twice.

libyaml reads it, where PyYAML has it, some six times as fast as PyYAML itself, whose words are told where anything is
wrong. Nodes are put together in Python all the same: in C, lists too deep would end the process.
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

_BOOL, _FLOAT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:float"


class _Strict(SafeConstructor, Resolver):
    """Constructs YAML 1.2 booleans and numbers, refusing repeated keys."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, rx) for tag, rx in rules if tag not in (_BOOL, _FLOAT)]
        for first, rules in Resolver.yaml_implicit_resolvers.items()
    }

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


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _Strict.construct_yaml_timestamp)  # type: ignore[type-var]
_Strict.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))
_Strict.add_implicit_resolver(
    _FLOAT,
    re.compile(r"^[-+]?(?:\d[\d_]*\.\d*|\.\d+|\d[\d_]*(?:\.\d*)?[eE][-+]?\d+|\.inf|\.nan)(?:[eE][-+]?\d+)?$"),
    list("-+0123456789."),
)


class _Plain(Reader, Scanner, Parser, Composer, _Strict):
    """PyYAML's own loader."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        for part in (Scanner, Parser, Composer, _Strict):
            part.__init__(self)


LOADERS: tuple[Any, ...] = (_Plain,)
"""The loaders in the order in which they are tried; what the last one says of a fault is told."""

if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Fast(Composer, CParser, _Strict):
        """The same on libyaml."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            _Strict.__init__(self)

    LOADERS = (_Fast, _Plain)


def load(text: str, loader_of: Any) -> tuple[yaml.Node | None, Any]:
    """The root node of `text` and the values in it; `yaml.YAMLError` for what is not YAML, or not strict."""
    loader = loader_of(text)
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

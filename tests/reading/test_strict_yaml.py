"""YAML read by libyaml is what PyYAML itself reads, down to the lines, and faults are told in its words."""

from pathlib import Path

import pytest
import yaml

import fissure
from fissure.errors import FissureError
from fissure.reading import read_yaml
from fissure.reading.strict_yaml import LOADERS, load, parsed

FILES = sorted(Path(fissure.__file__).parent.rglob("*.yaml"))


def lines(node):
    """The line of every node, in order."""
    yield node.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from lines(key)
            yield from lines(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from lines(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_loader_reads_the_same(path):
    (root, values), *others = (load(path.read_text(encoding="utf-8"), loader) for loader in LOADERS)
    for other, again in others:
        assert again == values and list(lines(other)) == list(lines(root))


def test_there_is_libyaml_where_the_tests_run():
    assert len(LOADERS) == 2 and FILES


@pytest.mark.parametrize("loader", LOADERS)
def test_plain_words_are_text(loader):
    told = "a: no\nb: true\nc: 1e-3\nd: 2014-06-10\ne: 'x: [y'\nf: [1, 2.5, ~]\n"
    want = {"a": "no", "b": "true", "c": "1e-3", "d": "2014-06-10", "e": "x: [y", "f": ["1", "2.5", None]}
    assert load(told, loader)[1] == want


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: 1\n b: 2",
        "a: 1\nb: 2\na: 3",
        "? [1]\n: 2",
        "d: !!int 3",
        "a: \t- b",
        "x: &a 1\ny: *b",
        "\x00",
    ],
)
def test_a_fault_is_told_in_the_words_of_the_last_loader(text):
    with pytest.raises(yaml.YAMLError) as own:
        load(text, LOADERS[-1])
    with pytest.raises(yaml.YAMLError) as told:
        parsed(text)
    assert str(told.value) == str(own.value)


@pytest.mark.parametrize("text", ["[" * 20_000, "- " * 20_000 + "a"], ids=["flow", "block"])
def test_lists_too_deep_are_told(text, tmp_path):
    (tmp_path / "deep.yaml").write_text(text)
    with pytest.raises(FissureError, match="too deep"):
        read_yaml(tmp_path / "deep.yaml", list[int])

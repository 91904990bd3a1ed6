"""YAML read by libyaml is what PyYAML itself reads, down to the lines, and faults are told in its words."""

from itertools import pairwise
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
    text = "a: no\nb: true\nc: 1e-3\nd: 2014-06-10\ne: 'x: [y'\nf: [1, 2.5, ~]\n"
    want = {"a": "no", "b": "true", "c": "1e-3", "d": "2014-06-10", "e": "x: [y", "f": ["1", "2.5", None]}
    assert load(text, loader)[1] == want


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
    with pytest.raises(yaml.YAMLError) as raised:
        parsed(text)
    assert str(raised.value) == str(own.value)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "word",
    [
        "012",
        "0x1F",
        "1:30",
        "1_000",
        "1.10",
        "1e5",
        "NO",
        "yes",
        "off",
        "2014-06-30",
        "=",
        ".nan",
        "a\u2028b",
        "a\x85b",
    ],
)
def test_a_word_keeps_its_text(loader, word):
    assert load(f"- {word}\n- '{word}'\n- \ue000\ue001", loader)[1] == [word, word, "\ue000\ue001"]


@pytest.mark.parametrize("loader", LOADERS)
def test_only_plain_words_are_nothing(loader):
    text = "- ~\n- null\n- NULL\n-\n- 'null'\n- '~'\n- ''\n- none\n"
    assert load(text, loader)[1] == [None, None, None, None, "null", "~", "", "none"]


LETTERS = "abcdefghijklmnopqrst"
LAUGHS = "a: &a [x, x]\n" + "".join(f"{y}: &{y} [*{x}, *{x}]\n" for x, y in pairwise(LETTERS))


@pytest.mark.parametrize("loader", LOADERS)
def test_aliases_as_programs_write_them_are_read(loader):
    shared = ["one", "2"]
    text = yaml.safe_dump({"a": shared, "b": shared})
    assert "*id001" in text and load(text, loader)[1] == {"a": shared, "b": shared}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "1: found aliases of this that stand for more than 50,000 entries"),
        ("a: &a [*a]", " found lists or mappings too deep in one another to be read"),
        ("a: 1\n<<: {b: 2}", "2: found the merge key '<<', expected the entries themselves"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "1: found the tag 'tag:yaml.org,2002:python/object/apply:os.system'",
        ),
        ("a: !!int 012", "1: found the tag 'tag:yaml.org,2002:int', expected a value without one"),
        ("a: !!null text", "1: found the tag 'tag:yaml.org,2002:null', expected a value without one"),
        ("a: 1\n---\na: 2", "2: found a second document ('---'), expected one in a file"),
        ("a: 1\nb: x\x0by", "2: found a character that no text should hold (U+000B)"),
        ("a: 1\n~: 2", "2: found a key that is nothing, expected a word"),
        ("a: 1\n01: 2\n1: 3\n01: 4", "4: key '01' stands twice (first on line 2, again on line 4)"),
        ("a: before\u2028after\nb: [", "2: expected the node content, but found '<stream end>'"),
    ],
)
def test_what_makes_values_of_something_else_is_refused(tmp_path, text, said):
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FissureError) as caught:
        read_yaml(path, dict[str, str])
    assert str(caught.value).startswith(f"{path}:{said}")


@pytest.mark.parametrize("text", ["[" * 20_000, "- " * 20_000 + "a"], ids=["flow", "block"])
def test_lists_too_deep_are_told(text, tmp_path):
    (tmp_path / "deep.yaml").write_text(text)
    with pytest.raises(FissureError, match="too deep"):
        read_yaml(tmp_path / "deep.yaml", list[int])

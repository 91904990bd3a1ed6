"""The ODD protocol is that of the code, whole, and renders."""

import inspect
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import get_type_hints

import pytest
from tools.docs.odd import __main__ as command
from tools.docs.odd import markdown, page, schedule, submodels, tables
from tools.docs.odd.page import protocol

from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.model.record import OUTPUTS
from fissure.model.settle import Settlement
from fissure.model.state import State

ROOT = Path(__file__).parents[2]
COMMAND = "python -m tools.docs.odd docs/reference/odd.md"
PAGE = ROOT / "docs" / "reference" / "odd.md"
ELEMENTS = (
    *("1. Purpose and patterns", "2. Entities, state variables, and scales", "3. Process overview and scheduling"),
    *("4. Design concepts", "5. Initialization", "6. Input data", "7. Submodels"),
)
CONCEPTS = (
    *("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing"),
    *("Interaction", "Stochasticity", "Collectives", "Observation"),
)
DECISIONS = (
    *("Theoretical and empirical background", "Individual decision making", "Individual learning"),
    *("Individual sensing", "Individual prediction", "Interaction", "Collectives", "Heterogeneity"),
    *("Stochasticity", "Observation", "Implementation details"),
)


@pytest.fixture(scope="module")
def text():
    return protocol("islamic_state")


def titles(text):
    return [heading for _, heading in page.headings(text)]


def test_the_committed_page_is_that_of_the_code(text):
    committed = PAGE.read_text(encoding="utf-8")
    pairs = zip(committed.split("\n"), text.split("\n"), strict=False)
    stale = next((f"'{old}' is now '{new}'" for old, new in pairs if old != new), "it is shorter or longer")
    assert committed == text, f"docs/reference/odd.md is stale ({stale}); run: {COMMAND}"


def test_the_command_is_that_of_the_makefile():
    assert f"docs: $(VENV)/.installed-app\n\t$(BIN)/{COMMAND}\n" in (ROOT / "Makefile").read_text()


def test_every_element_of_the_protocol_is_there_in_order(text):
    found = titles(text)
    assert [h for h in found if re.match(r"[1-7]\. ", h)] == list(ELEMENTS)
    assert [h.partition(" ")[2] for h in found if h.startswith("4.") and h != ELEMENTS[3]] == list(CONCEPTS)
    decisions = [h.partition(" ")[2] for h in found if re.match(r"8\.\d", h)]
    assert len(decisions) == len(DECISIONS)
    assert all(h.startswith(said) for h, said in zip(decisions, DECISIONS, strict=True))


def test_everything_of_the_code_stands_in_it(text):
    case = load_case("islamic_state")
    cells = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    assert {p.name for p in parameters_of(case)} <= cells
    assert {o.name for o in OUTPUTS} <= cells
    for kind in get_type_hints(State).values():
        section = text.split(f": {kind.__name__}\n", 1)[1].split("\n#", 1)[0]
        names = set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
        assert names == set(get_type_hints(kind)), kind.__name__
    for name, kind in mechanism_classes().items():
        section = text.split(f"#### {submodels.mechanism_heading(name)}\n", 1)[1].split("\n####", 1)[0]
        assert "```text" in section, name
        assert all(f"`{claim}`" in section for claim in kind.claims)
    assert all(part.file in text for part in case.provenance)
    assert all(markdown.prose(district.name) in text for district in case.districts)


def test_links_lead_to_headings_that_stand_once(text):
    anchors = [markdown.slug(heading) for heading in titles(text)]
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(links) > 100
    assert set(links) <= set(anchors)


def test_tables_are_tables(text):
    lines = text.split("\n")
    rows = [i for i, line in enumerate(lines) if line.startswith("|")]
    assert len(rows) > 500
    for i in rows:
        first = next(j for j in range(i, 0, -1) if not lines[j - 1].startswith("|"))
        assert lines[first - 1] == "", f"line {first}: a table needs an empty line before it"
        assert len(cells(lines[i])) == len(cells(lines[first])) <= 9, lines[i]


def cells(row):
    return re.split(r"(?<!\\)\|", row)[1:-1]


def test_no_machine_stands_in_it(text):
    assert not re.search(r"(?<![\w.])/(home|root|tmp|usr|work|Users)/", text)
    assert str(ROOT) not in text
    assert " object at 0x" not in text


def test_every_part_of_settling_is_a_step_after_sensing_and_pushing():
    steps = schedule.steps()
    moves = [step.move for step in steps]
    assert moves == sorted(moves, key=schedule.MOVES.index)
    assert set(moves) == set(schedule.MOVES)
    parts = {step.part for step in steps if step.move == "settle"} - {""}
    assert parts == {name for name, kind in get_type_hints(Settlement).items() if hasattr(kind, "title")}
    assert all(step.text for step in steps)


def test_streams_are_those_that_the_code_draws_from():
    once, weekly = schedule.streams(load_case("islamic_state"))
    drawing = {
        name
        for name, kind in mechanism_classes().items()
        if re.search(r"\bdraw\.uniform", inspect.getsource(sys.modules[kind.__module__]))
    }
    names = {stream.name for stream in weekly}
    assert drawing
    assert drawing <= names
    assert names & set(mechanism_classes()) == drawing
    assert "units by slots" in next(stream for stream in weekly if stream.name == "slots").each
    assert once
    assert not any(re.search(r"\d\d", each) for stream in (*once, *weekly) for each in stream.each)


def test_patterns_are_listed_where_the_case_has_them():
    one = SimpleNamespace(letter="z", title="Pay | first", criterion="pay < land", source=("S9:1", "S8"))
    assert r"| z | Pay \| first | pay \< land | S9:1, S8 |" in tables.qualitative([one])
    assert tables.qualitative([]) == ""


def test_a_docstring_becomes_paragraphs_and_code():
    text = "Risk of a *star*.\n\n    a = b     per week\n\n        more\nwhere `b_*` is\n_b_.\n\nEnd."
    assert markdown.document(text) == (
        "Risk of a \\*star\\*.\n\n```text\na = b     per week\n\n    more\n```\n\nwhere `b_*` is \\_b\\_.\n\nEnd."
    )


def test_a_row_of_another_width_is_an_error():
    with pytest.raises(ValueError, match="a row has 1 cells, expected 2"):
        markdown.table(("a", "b"), [("c",)])


def test_numbers_are_short():
    numbers = {0.00003: "3e-5", 0.25: "0.25", 12: "12", 14000: "14,000", 1.23456: "1.235", 0: "0"}
    assert [markdown.number(x) for x in numbers] == list(numbers.values())


def test_what_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    with pytest.raises(FissureError, match="cannot be written"):
        command.write_protocol(tmp_path / "missing" / "odd.md")
    monkeypatch.setattr(sys, "argv", ["odd", str(tmp_path / "odd.md"), "--case", "islamic_stat"])
    with pytest.raises(SystemExit) as stopped:
        command.main()
    assert stopped.value.code == 2
    assert "islamic_stat" in capsys.readouterr().err
    assert not (tmp_path / "odd.md").exists()

"""`fissure whatif` as a user types it, its page of the docs, and `fissure.whatif`."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.commands import fissure_command, refused

import fissure
from fissure import api
from fissure.present.sections.whatif import changes
from fissure.studies.scenario import PAGE

DOCS = Path(__file__).parents[2] / "docs"
SMALL = ("--members", 2, "--weeks", 12, "--prior")


def test_a_change_is_told_in_tables_numbers_and_a_page_and_goes_on(tmp_path):
    out = tmp_path / "out"
    ask = ("whatif", "no-foreign-intervention", "--set", "forcing.strikes=x1", *SMALL, "--out", out)
    done = fissure_command(*ask, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for word in ("No foreign intervention", "Changes nothing", "Pairing was worth", str(out / "whatif.html")):
        assert word in said, said
    document = json.loads((out / "whatif.json").read_text())
    studied, own = document["answers"]
    assert studied["name"] == "no-foreign-intervention" and not studied["changes_nothing"]
    assert own["changes_nothing"] and all(one["mean"] == 0 for one in own["outcomes"])
    assert len(studied["weekly"]["fighters"]["mean"]) == 12 and studied["claims"]
    page = (out / "whatif.html").read_text()
    assert document["command"] in page and "<script src=" not in page
    more = fissure_command(*ask[:2], *SMALL, "--out", out, cwd=tmp_path)
    assert more.returncode == 0 and "compiling" not in more.stderr, more.stderr


def test_named_studies_are_listed(tmp_path):
    done = fissure_command("whatif", "--list", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in api.named_studies():
        assert name in done.stdout


@pytest.mark.parametrize("word", ["--maximise", "--minimize", "--optimise"])
def test_a_search_is_refused(tmp_path, word):
    done = fissure_command("whatif", "hundred-strikes", word, "collapse", "--out", tmp_path / "out", cwd=tmp_path)
    refused(done, "does not search", PAGE)
    assert not (tmp_path / "out").exists() and word not in fissure_command("whatif", "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hundred-strike"], ["hundred-strike", "did you mean 'hundred-strikes'"]),
        (["--off", "pay-gap", "--from", "2013-03"], ["2013-03-01", "outside the run"]),
        (["--off", "pay-gap", "--members", "some"], ["some", "whole number"]),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, arguments, words):
    refused(fissure_command("whatif", *arguments, "--prior", "--out", tmp_path / "out", cwd=tmp_path), *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "nothing was asked, expected a study .*hundred-strikes"),
        ({"set": "forcing.strikes"}, "NAME=xFACTOR"),
        ({"set": "forcing.strike=x2"}, "did you mean 'forcing.strikes'"),
        ({"off": "pay-gapp"}, "did you mean 'pay-gap'"),
        ({"off": "pay-gap", "since": "soon"}, "'soon', expected a day"),
        ({"studies": "scholars-silent", "since": "2015-03"}, "2015-03-01.*nothing that changes"),
        ({"studies": "hundred-strikes", "weeks": 12}, "2015-03-16 lies outside the run"),
        ({"studies": "scholars-silent", "of": "teritory@2014-09-01"}, "did you mean 'territory'"),
        ({"studies": "scholars-silent", "members": 1}, "expected a whole number from 2"),
        ({"off": "pay-gap", "case": "islamic_stat"}, "did you mean 'islamic_state'"),
    ],
)
def test_python_refuses_bad_input_too(tmp_path, asked, words):
    with pytest.raises(fissure.FissureError, match=words):
        fissure.whatif(**asked, prior=True, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_month_is_its_first_day():
    from fissure.api.whatifs import day_or_month

    assert day_or_month("2015-03") == date(2015, 3, 1) and day_or_month("2015-03-16") == date(2015, 3, 16)
    with pytest.raises(fissure.FissureError, match="such as 2015-03-16"):
        day_or_month("2015-13")


def test_an_argument_that_there_is_not_is_an_error():
    with pytest.raises(TypeError, match="member"):
        fissure.whatif("hundred-strikes", member=3)


def test_the_page_of_the_docs_holds_every_study_as_the_case_has_it():
    text = (DOCS / "how-to" / "what-if.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and "--" in line and "S" in line]
    assert [row for row in rows if not row.startswith("| `--")] == [
        f"| `{one.name}` | {one.question} | `{' '.join(changes(one))}` | {', '.join(one.claims)} |"
        for one in api.named_studies().values()
    ]

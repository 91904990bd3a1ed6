"""A study of sensitivity in words, as tables, charts and a page; its numbers are made up."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_report_in_browser import opened
from tests.chart_pages import faults
from tests.paper import on_paper

from fissure.engine.plan import plan_of
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.present.render import html
from fissure.present.render import json as as_json
from fissure.present.render.terminal import lines
from fissure.present.sections import sensitivity as words
from fissure.present.sections import sensitivity_charts as charts
from fissure.present.sections.sensitivity import document
from fissure.studies.sensitivity.design import LUCK, REST, Index, inputs_of
from fissure.studies.sensitivity.information_value import InformationValue, Narrowing
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity, Sizes
from fissure.studies.sensitivity.screening import ScreenedInput, Screening

Value = InformationValue
NAN = float("nan")
OUTCOME = "territory@2016-12-31"


def shown(found):
    return document(found, "A case", [("runs", "3,200")], "fissure sensitivity --seed 7", "0.1.0")


def step(rows, width):
    def one(name, middle):
        return Index(name, rows, middle, middle - width, middle + width, middle + 0.1, middle, middle + 0.1 + width)

    luck = Index(LUCK, rows, NAN, NAN, NAN, 0.08, 0.07, 0.09)
    return (one("ground.pace", 0.4), one("forcing.strikes", 0.1), one(REST, 0.2), luck)


@pytest.fixture(scope="module")
def found(case):
    parameters = parameters_of(case)
    of = OutcomeSensitivity(
        OUTCOME, "Ground held, 31 December 2016", "km2", 9000.0, 3000.0, 4000.0, 15000.0, 3600.0,
        (step(40, 0.3), step(80, 0.2), step(160, 0.105)),
    )  # fmt: skip
    worth = (
        Value(OUTCOME, "parameter", "ground.pace", "Pace <of ground>", 0.3, 0.2, 0.4),
        Value(OUTCOME, "parameter", "pay-gap.resentment", "Resentment", 0.001, -0.01, 0.01),
        Value(OUTCOME, "kind", "revenue", "Income a month", 0.5, 0.4, 0.6, 2, date(2016, 1, 31), date(2016, 6, 30)),
        Value(OUTCOME, "kind", "area", "Area held", 0.8, 0.7, 0.9, 1, date(2016, 7, 3), date(2016, 7, 3), False, True),
        Value(OUTCOME, "figure", "area-2016", "Area held", 0.8, 0.7, 0.9, 1, date(2016, 7, 3), date(2016, 7, 3)),
    )
    learned = (
        Narrowing(OUTCOME, of.title, "km2", 6000.0, 3000.0, 0.75, 0.7, 0.8),
        Narrowing("ground.pace", "Pace", "prior standard deviations", 1.0, 0.5, 0.75, 0.7, 0.8),
    )
    plan = plan_of(case, parameters, seed=7, units=16, slots=8)
    passed = Screening((ScreenedInput("ground.pace", OUTCOME, "level", 0.4, 1e-30),
                       ScreenedInput("forcing.strikes", OUTCOME, "spread", 0.1, 1e-9)), 184, 1120, 1e-5)  # fmt: skip
    return Sensitivity(
        plan, 3200, Sizes(800, 320, 192, 160), inputs_of(parameters), ("ground.pace", "forcing.strikes"), passed, (of,),
        worth, learned, "2015-12-31", Path("nowhere"),
    )  # fmt: skip


@pytest.mark.parametrize("width", [80, 140])
def test_the_terminal_says_everything(found, width):
    text = " ".join(" ".join(lines(shown(found), width)).split())
    for said in (
        "ground.pace",
        "forcing.strikes",
        "40% (30% to",
        "2 of 184 inputs",
        "1 of 4 indices",
        "income a month",
    ):
        assert said in text, said
    assert max(map(len, lines(shown(found), width))) <= width


def test_what_measures_the_answer_itself_is_told_but_not_recommended(found):
    text = words.evidence(OUTCOME, found)
    assert "income a month (50% (40% to 60%))" in text
    assert "area held" not in text
    assert found.narrowing("kind") == (("revenue", "Income a month", 0.5),)
    assert "the answer itself, measured" in " ".join(lines(shown(found), 140))


def test_what_chance_explains_is_not_told(found):
    assert "pay-gap.resentment" not in words.evidence(OUTCOME, found) + words.overall(found)
    nothing = replace(found, worth=found.worth[1:2])
    assert words.evidence(OUTCOME, nothing).startswith("Nothing that was weighed")
    assert words.overall(nothing).startswith("No kind of evidence")


def test_indices_say_whether_they_have_converged(found):
    of = found.of[0]
    assert [one.input for one in of.indices] == ["ground.pace", "forcing.strikes", REST, LUCK]
    assert [one.converged for one in of.converging[1]] == [False, False, False, True]
    assert "with 160 rows of 6 runs" in words.converged(found)


def test_what_was_learned_is_in_words(found):
    assert "Of 1 outcomes 1 is narrower" in words.learned(found)
    assert words.learned(replace(found, learned=())) == ""


def test_charts_hold_the_numbers(found):
    of = found.of[0]
    drawn = charts.indices_chart(of, found)["datasets"]["indices"]
    assert {(row["input"], row["share"]) for row in drawn if row["kind"] == charts.TOTAL} == {
        ("ground.pace", 0.5), ("forcing.strikes", 0.2), (REST, 0.3), (LUCK, 0.08),
    }  # fmt: skip
    assert not [row for row in drawn if row["input"] == LUCK and row["kind"] == charts.FIRST_ORDER]
    steps = charts.convergence_chart(of)["datasets"]["steps"]
    assert sorted({row["rows"] for row in steps}) == [40, 80, 160]
    worth = charts.worth_chart(found.of_outcome(OUTCOME, "kind"), of.title)["datasets"]["worth"]
    assert [(row["what"], row["share"]) for row in worth] == [("Area held", 0.8), ("Income a month", 0.5)]


def test_the_page_is_whole_and_safe(found, tmp_path):
    path = html.write(shown(found), tmp_path / "page.html")
    page = path.read_text()
    for said in (
        "Income a month",
        "ground.pace",
        "fissure sensitivity --seed 7",
        "31 December 2016",
        "The others need",
    ):
        assert said in page, said
    assert "Pace <of ground>" not in page
    assert not re.search(r'(?:src|href)="https?:', page)
    keys = re.findall(r'data-chart="([^"]+)"', page)
    assert keys == ["indices-0", "convergence-0", "kinds-0", "parameters-0"]


def test_a_study_without_strong_inputs_has_a_page(found):
    bare = replace(
        found, strong=(), of=(replace(found.of[0], converging=(), design_spread=NAN),), worth=(), learned=(),
        screened=Screening((), 184, 100, 1e-5), quick=True,
    )  # fmt: skip
    page = html.render(shown(bare))
    assert "None of 184 inputs moves an outcome" in page
    assert words.QUICK in page
    assert "data-chart=" not in page
    assert "No index was estimated" in " ".join(lines(shown(bare), 200))


def test_a_place_that_cannot_be_written_is_said(found, tmp_path):
    with pytest.raises(FissureError):
        html.write(shown(found), tmp_path)


def test_every_chart_of_the_page_answers_and_nothing_is_cut_on_paper(browser, found, tmp_path):
    path = html.write(shown(found), tmp_path / "page.html")
    page, said, _ = opened(browser, path, 1280, "dark")
    assert said == []
    assert not faults(page)
    assert not on_paper(page)[0]
    page.context.close()


def test_json_has_the_numbers(found):
    sections = {one["key"]: one for one in as_json.render(shown(found))["sections"]}
    variance = next(one for one in sections["outcome-0"]["blocks"] if one.get("key") == "variance-0")
    table = next(one for one in variance["blocks"] if one["type"] == "table")
    assert [row["total"] for row in table["rows"]] == pytest.approx([0.5, 0.2, 0.3, 0.08])

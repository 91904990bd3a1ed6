"""What-ifs as a table, as a page, and as charts."""

import json as plain_json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import vl_convert
from test_report_in_browser import opened
from tests import vega_lite
from tests.chart_pages import faults
from tests.paper import on_paper

from fissure.engine.plan import plan_of
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.present.charts import differences
from fissure.present.render import html, json, terminal
from fissure.present.sections import whatif
from fissure.present.sections import whatif as words
from fissure.studies.outcomes import KINDS, SERIES, outcome
from fissure.studies.questions import studies_of
from fissure.studies.scenario import Move, Scenario
from fissure.studies.whatif import Answer, WhatIf, course_of, difference_of

ABOUT, COMMAND = {"version": "0.1.0", "seed": 7}, "fissure whatif hundred-strikes --seed 7"
WEEKS, MEMBERS, START = 60, 9, date(2014, 6, 30)


def answered(case, name, scenario, effect):
    """An answer in which the outcome that falls has a difference of about `effect`, the other none that is shown."""
    random = np.random.default_rng(5)
    plain, noise = random.uniform(90, 110, MEMBERS), random.normal(0, 5, MEMBERS)
    asked = [outcome("deserted", case), outcome("territory@2014-12-31", case)]
    differences = [
        difference_of(asked[0], plain + effect, plain),
        difference_of(asked[1], plain + noise * bool(effect), plain),
    ]
    weekly = np.cumsum(np.ones((MEMBERS, WEEKS)), axis=1) * 1000.0
    change = effect * np.linspace(0, 100, WEEKS) * random.uniform(0.5, 1.5, (MEMBERS, 1))
    return Answer(name, scenario, tuple(differences), tuple(course_of(one, weekly + change, weekly) for one in SERIES))


@pytest.fixture(scope="module")
def studies(case, ledger):
    known = studies_of(case, ledger.claims, parameters_of(case))
    return {name: known[name] for name in ("hundred-strikes", "no-show-abroad")}


@pytest.fixture(scope="module")
def found(case):
    answers = (
        answered(case, "hundred-strikes", Scenario(moves=(Move("forcing.strikes", "to", 700.0),)), -20.0),
        answered(case, "no-show-abroad", Scenario(("show-of-strength",)), 30.0),
        answered(case, "own", Scenario(moves=(Move("forcing.strikes", "times", 1.0),)), 0.0),
    )
    plan = plan_of(case, parameters_of(case), seed=7, units=16, slots=8, weeks=WEEKS)
    return WhatIf(answers, plan, case.start, MEMBERS, Path("nowhere"))


@pytest.fixture(scope="module")
def shown(found, case, ledger, studies):
    return whatif.document(found, case.title, ledger, studies, ABOUT, COMMAND)


@pytest.fixture(scope="module")
def page(shown):
    return html.render(shown)


def test_a_lower_number_has_words_for_every_outcome():
    assert set(words.LESS) == set(KINDS)
    assert all(words.LESS[name] != kind.more for name, kind in KINDS.items())


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_terminal_says_everything(shown, width):
    lines = list(terminal.lines(shown, width))
    text = " ".join(" ".join(lines).split())
    for word in ("A hundred strikes a day", "fewer desert", "not shown", "−20", "100%", "Changes nothing", "Your own",
                 "Pairing was worth", "--set forcing.strikes=700"):  # fmt: skip
        assert word in text, word
    assert max(map(len, lines)) <= width


def test_json_has_the_numbers(shown, found):
    rows = json.render(shown)["sections"][0]["blocks"][-2]["rows"]
    one = found.of["hundred-strikes"].differences[0]
    assert rows[0]["group"].startswith("A hundred strikes a day") and rows[0]["outcome"].endswith("persons")
    assert (rows[0]["mean"], rows[0]["low"], rows[0]["least"]) == (one.mean, one.low, one.least)


def test_sentences_say_which_way_how_far_and_in_how_many(found, studies):
    first, second = words.sentences(found.of["hundred-strikes"], studies["hundred-strikes"])
    assert "fewer desert, by 20 persons" in first and "100% of 9 histories" in first
    assert second.startswith("Not shown") and "Ground held" in second


def test_a_test_of_the_theory_says_how_it_came_out(found, studies):
    said = words.sentences(found.of["no-show-abroad"], studies["no-show-abroad"])[-1]
    assert "Against it, by more than 5%: Fighters lost by desertion" in said and "threatening face" in said
    calm = replace(found.of["own"], name="no-show-abroad")
    (said,) = words.sentences(calm, studies["no-show-abroad"])
    assert "As expected" in said and "Against" not in said


def test_nothing_that_differs_leaves_pairing_unmeasured(found):
    assert "cannot be measured" in words.pairing(replace(found, answers=found.answers[2:]))


def test_the_list_names_every_study(studies):
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    Console(file=out, width=100).print(terminal.FittedTable(whatif.study_table(studies.values())))
    text = " ".join(out.getvalue().split())
    for study in studies.values():
        assert study.name in text and words.changes(study)[0] in text


def test_the_picture_shows_zero_the_interval_and_the_histories(found):
    _, fall = (row.cells[2].picture for row in whatif.differences([reply(found, "hundred-strikes")]).blocks[-1].rows)
    at = html.pixels(fall)
    assert at["zero"] == html.WIDTH / 2 and 0 <= at["least"] <= at["low"] < at["middle"] < at["high"] <= html.WIDTH
    (group,) = whatif.differences([reply(found, "own")]).blocks[-1].groups
    assert group.note == whatif.NOTHING and not group.rows


def reply(found, name, letter=""):
    return whatif.Reply(f"question-{letter}", f"About {name}", found.of[name], letter=letter, pairs=MEMBERS)


def test_questions_stand_beside_each_other_on_shared_scales(found):
    both = [reply(found, "hundred-strikes", "A"), reply(found, "no-show-abroad", "B")]
    waiting = whatif.Reply("question-c", "Waiting", None, letter="C")
    table = whatif.differences([*both, waiting]).blocks[-1]
    assert [column.title for column in table.columns[2:]] == [
        "A About hundred-strikes",
        "B About no-show-abroad",
        "C Waiting",
    ]
    for row in table.rows:
        assert len({cell.picture.reach for cell in row.cells[2:4]}) == 1 and "not yet" in str(row.cells[4].text)
    section = whatif.weekly([*both, waiting], found.start)
    assert "B About no-show-abroad (9 pairs); C Waiting." in section.blocks[0].line
    first = section.blocks[1].blocks[0]
    assert first.key == "territory" or first.key in SERIES
    assert {row["question"] for row in first.spec["datasets"]["differences"]} == {"A", "B"}
    assert [column.title for column in first.numbers.columns] == ["Week of", "A (90% interval)", "B (90% interval)"]


def test_the_page_is_whole_and_names_its_claims(page, studies, ledger):
    HTMLParser().feed(page)
    assert "http://" not in re.sub(r"<script>.*?</script>", "", page, flags=re.S).replace("http://www.w3.org", "")
    for study in studies.values():
        for claim in study.claims:
            assert f'id="{claim}"' in page
        assert " ".join(study.caution.split())[:40] in page.replace("&#39;", "'")
    for word in ("no advice on what anybody should do", whatif.NOTHING, COMMAND):
        assert word in page


def test_every_chart_has_its_place_and_what_changes_nothing_has_none(page, found):
    shared = plain_json.loads(re.search(r'id="shared">(.*?)</script>', page, re.S)[1])
    placed = re.findall(r'data-chart="([^"]+)"', page)
    assert sorted(placed) == sorted(shared["specs"]) and len(placed) == 2 * len(SERIES)
    assert not any(key.startswith("own") for key in placed)


def test_a_page_that_cannot_stand_is_refused(shown, tmp_path):
    with pytest.raises(FissureError, match="is a folder"):
        html.write(shown, tmp_path)
    written = html.write(shown, tmp_path / "whatif.html")
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_chart_holds_one_difference_and_zero_and_no_members(found):
    course = found.of["hundred-strikes"].courses[0]
    made = differences.spec([differences.Line(course)], found.start)
    rows = made["datasets"]["differences"]
    assert len(rows) == WEEKS and set(rows[0]) == {"week", *differences.FIELDS}
    assert rows[0]["week"] == "2014-06-30T00:00"
    assert all(row["least"] <= row["low"] <= row["mean"] <= row["high"] <= row["most"] for row in rows)
    assert made["datasets"]["zero"] == [{"zero": 0}]
    vega_lite.check(made)
    assert "Farthest from zero in week 60" in made["description"]


def test_a_chart_of_nothing_says_so_and_can_be_drawn(found):
    made = differences.spec([differences.Line(found.of["own"].courses[0])], found.start)
    assert "Zero in every week" in made["description"]
    vega_lite.check(made)


@pytest.mark.thorough
def test_every_chart_of_the_page_answers_and_nothing_is_cut_on_paper(browser, page, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    shown, said, _ = opened(browser, path, 1280, "dark")
    assert said == []
    assert not faults(shown)
    assert not on_paper(shown)[0]
    shown.context.close()


@pytest.fixture
def own():
    random = np.random.default_rng(4)
    made = [course_of("fighters", random.normal(m, 1.0, (6, 20)).cumsum(axis=1), np.zeros((6, 20))) for m in (2, -1)]
    return [differences.Line(made[0], "A", "One"), differences.Line(made[1], "C", "Another")]


def test_each_question_has_its_rows_and_its_own_colour_and_dash(own):
    spec = differences.spec(own, START, ["A", "B", "C"])
    rows = spec["datasets"]["differences"]
    assert [row["question"] for row in rows] == ["A"] * 20 + ["C"] * 20
    assert rows[0]["mean"] == differences.rows(own[0].course, START)[0]["mean"]
    line = spec["layer"][1]["encoding"]
    assert line["color"]["scale"]["domain"] == line["strokeDash"]["scale"]["domain"] == ["A", "B", "C"]
    alone = differences.spec(own[1:], START, ["A", "B", "C"])["layer"][1]["encoding"]
    assert alone["color"] == line["color"] and alone["strokeDash"] == line["strokeDash"]


def test_it_draws(own):
    drawn = vl_convert.vegalite_to_svg({**differences.spec(own, START, ["A", "C"]), "width": 400})
    assert drawn.count("stroke-dasharray") >= 2 and ">A<" in drawn and ">C<" in drawn


def test_letters_stand_where_their_lines_are_far_from_zero(own):
    spec = differences.spec(own, START, ["A", "C"])
    places = {row["question"]: row for row in spec["datasets"]["letters"]}
    assert places["A"]["mean"] == max(row["mean"] for row in spec["datasets"]["differences"])


def test_it_is_told_in_words(own):
    assert "A, One: farthest from zero in week" in differences.describe(own)
    still = [differences.Line(course_of("fighters", np.zeros((3, 5)), np.zeros((3, 5))), "A", "Nothing")]
    assert "A, Nothing: zero in every week" in differences.describe(still)


def test_the_vertical_scale_follows_the_numbers(own):
    for spec in (differences.spec(own[:1], START), differences.spec(own, START, ["A", "C"])):
        assert not any(
            "domain" in layer["encoding"]["y"]["scale"] for layer in spec["layer"] if "y" in layer["encoding"]
        )

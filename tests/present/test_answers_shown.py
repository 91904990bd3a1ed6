"""Answers in words and on the page, made up so that every kind and sign stands in them."""

import json
import re
from dataclasses import replace

import pytest

from fissure.api import ledger as ledger_of
from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.present.render import html, terminal
from fissure.present.sections import answers as words
from fissure.studies.answers import Answer, Answers, Figure, read_answers

WEEKS = ("Time until the ground collapses", "weeks", "the ground is held longer")


def figure(part, mean, low, high, **more):
    return Figure(part, *WEEKS, mean, low, high, **more)


def answer(*figures, name="one"):
    return Answer(name, "Does it?", ("S0-01a",), figures, "fissure whatif x", 48, "It may <b>not</b>.")


SHARED = answer(
    figure("all", -90.0, -100.0, -80.0, base=247.0),
    figure("inside", -10.0, -20.0, 5.0, base=247.0),
    figure("outside", -60.0, -70.0, -50.0, base=247.0),
    figure("both", -20.0, -30.0, -10.0, base=247.0),
    name="shared",
)
CHANGED = answer(figure("difference", -31.0, -40.0, -22.0, base=158.0, least=-60.0, most=0.0), name="changed")
WHEN = answer(figure("as it is", 60.0, 58.0, 62.0, least=40.0, most=247.0), name="when")
WEIGHED = answer(
    figure("group", -5.0, -8.0, -2.0, who="governed"), figure("group", -50.0, -60.0, -40.0, who="war"), name="weighed"
)
MADE = Answers(
    "islamic_state", "m", "d", "2014-06-30", 247, "fissure answers islamic_state --members 7",
    (SHARED, CHANGED, WHEN, WEIGHED),
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger():
    return ledger_of(load_case("islamic_state"))


def test_what_is_shared_out_is_told_in_parts():
    said = words.sentence(SHARED, MADE)
    assert "takes 90 weeks (90%: 80 to 100) from 247 weeks with everything off" in said
    assert "war alone makes −60 weeks" in said and "inside alone −10 weeks" in said and "−20 weeks" in said


def test_where_there_is_no_effect_nothing_is_shared_out():
    none = replace(SHARED, figures=(figure("all", -1.0, -5.0, 3.0, base=247.0), *SHARED.figures[1:]))
    assert "nothing to share out" in words.sentence(none, MADE)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((-31.0, -40.0, -22.0), "collapses: down by 31 weeks (90%: 22 to 40), on 158 weeks as it is"),
        ((31.0, 22.0, 40.0), "up by 31 weeks (90%: 22 to 40)"),
        (
            (-3.0, -9.0, 3.0),
            "a change of −3 weeks (90%: −9 to 3), on 158 weeks as it is, which cannot be distinguished from",
        ),
        ((0.0, 0.0, 0.0), "exactly as it is"),
    ],
)
def test_differences_say_their_way_and_whether_it_is_sure(ends, said):
    assert said in words.changed(figure("difference", *ends, base=158.0))


def test_a_time_is_told_as_a_day_and_its_range():
    said = words.sentence(WHEN, MADE)
    assert "60 weeks (90%: 58 to 62)" in said and "24 Aug 2015" in said
    assert "between 6 Apr 2015 and later than the run, which ends on 25 Mar 2019" in said


def test_groups_are_weighed_and_overlap_is_said():
    assert "more is due to the war than to the governed" in words.sentence(WEIGHED, MADE)
    near = replace(WEIGHED, figures=(WEIGHED.figures[0], figure("group", -6.0, -9.0, -3.0, who="war")))
    assert "neither can be said to weigh more" in words.sentence(near, MADE)


def test_shares_are_told_in_per_cent():
    one = Figure("difference", "Histories whose ground has collapsed", "share", "", -0.5, -0.6, -0.4, base=0.9)
    assert words.changed(one).endswith("down by 50 points (90%: 40 to 60), on 90% as it is")


def test_the_page_holds_every_question_escaped_with_its_study(ledger):
    text = html.render(words.document(MADE, "A case", ledger))
    assert text.count('class="answer"') == 4
    assert "It may &lt;b&gt;not&lt;/b&gt;." in text and "<b>not" not in text
    assert "fissure whatif x" in text and "fissure answers islamic_state --members 7" in text
    assert "Each study has a number of histories of its own" in text
    assert ledger.claims["S0-01a"].paraphrase in text
    assert not re.search(r'(?:src|href)="https?:', text)


@pytest.mark.parametrize("width", [80, 140])
def test_the_terminal_holds_every_question_with_its_caution(ledger, width):
    lines = list(terminal.lines(words.document(MADE, "A case", ledger), width))
    text = " ".join(" ".join(lines).split())
    assert text.count("Does it?") == 4 and "It may <b>not</b>." in text and words.sentence(WEIGHED, MADE) in text
    assert "fissure whatif x, 48 histories" in text and max(map(len, lines)) <= width


def test_charts_hold_the_numbers_where_there_are_several(ledger):
    specs = html.specs_of([words.section(MADE, ledger)])
    assert set(specs) == {"answer-shared", "answer-weighed"}
    rows = specs["answer-shared"]["datasets"]["points"]
    assert [row["mean"] for row in rows] == [-90.0, -10.0, -60.0, -20.0]


def test_answers_are_read_back_as_they_were_saved(tmp_path):
    path = MADE.save(tmp_path / "answers.json")
    assert read_answers(path) == MADE
    document = json.loads(path.read_text())
    del document["answers"][0]["asks"]
    path.write_text(json.dumps(document))
    with pytest.raises(FissureError, match=r"answers.json: at answers.0.asks"):
        read_answers(path)
    with pytest.raises(FissureError, match="expected saved answers"):
        read_answers(tmp_path / "none.json")

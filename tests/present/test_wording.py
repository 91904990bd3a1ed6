import math

import pytest

from fissure.present import formatting
from fissure.present.sections.runs import timing_in_words


@pytest.mark.parametrize(
    ("x", "unit", "said"),
    [
        (0, "", "0"),
        (0.00001, "", "0"),
        (-0.00001, "", "0"),
        (0.0865, "", "0.0865"),
        (1234567, "", "1,230,000"),
        (56485.2, "persons", "56,500"),
        (99.96, "", "100"),
        (-12.34, "", "−12.3"),
        (-1234, "", "−1,230"),
        (0.8765, "share", "87.6%"),
        (-0.88, "share", "−88%"),
        (1.0, "share", "100%"),
        (math.nan, "", "–"),
    ],
)
def test_numbers_have_three_digits(x, unit, said):
    assert formatting.number(x, unit) == said


def test_published_numbers_keep_their_digits():
    assert formatting.exact(117290) == "117,290"
    assert formatting.exact(0.62, "share") == "62%"


def test_intervals():
    assert formatting.interval(1, 2) == "1 to 2"
    assert formatting.interval(2, 2.0001) == "2"
    assert formatting.interval(-math.inf, 100) == "under 100"
    assert formatting.interval(81000, math.inf) == "over 81,000"
    assert formatting.interval(-0.5, 0.25, "share") == "−50% to 25%"


def test_publishers(ledger):
    article, task_force = ledger.observations["territory-2014-10-s1"], ledger.observations["killed-2016-08-cjtf-oir"]
    assert formatting.publisher(article, ledger.sources).startswith("S1, ")
    assert formatting.short(task_force, ledger.sources) == "Combined Joint Task Force"


def test_every_verdict_has_a_sign_and_a_word(rows):
    said = {(row.verdict, row.kind): formatting.verdict(row) for row in rows}
    assert {words.word for words in said.values()} >= {"bound kept", "not compared"}
    assert all(words.sign.strip() and words.word for words in said.values())


def test_periods(ledger):
    assert formatting.when(ledger.observations["oil-2015-12-world-bank"]) == "2015"
    assert formatting.when(ledger.observations["own-executed-2015-02-s1"]) == "Feb 2015"
    assert formatting.when(ledger.observations["strikes-period-2016-05-airwars"]) == "Dec 2015–May 2016"
    assert formatting.when(ledger.observations["strikes-2018-12-cjtf-oir"]) == "31 Dec 2018"


def test_differences_of_shares_and_multipliers_are_in_points():
    assert formatting.width(0.0941, "points", "multiplier") == formatting.width(0.0941, "points", "share") == "9 points"
    assert formatting.width(2e-8, "points", "share") == "0 points"
    assert formatting.width(3.4, "factor", "persons") == "× 3.4"


def test_time_a_run_took():
    assert timing_in_words(100, 19.94, 7.1, 16.12) == (
        "100 members in 19.9 s after 7.1 s of compiling, 16.1 ns per fighter-week"
    )
    assert timing_in_words(1, 2.0, 0.0, 0.0) == "1 member in 2.0 s after 0.0 s of compiling"
    assert timing_in_words(0, 0.0, 0.0, 0.0) == "read back from an earlier run"

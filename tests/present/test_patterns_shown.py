"""Patterns in the terminal and in the report."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from histories import PATTERNS
from rich.console import Console
from synthetic import run

from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger
from fissure.present.charts import patterns as charts
from fissure.present.words import patterns as words
from fissure.studies.compare import compare
from fissure.studies.counterpart import calendar_of
from fissure.studies.patterns import everyone, met, plausible, sample
from fissure.views import text_patterns
from fissure.views.report import patterns as section
from fissure.views.report import render_report


@pytest.fixture(scope="module")
def history(case):
    """Members of which the ground halves after the services, and that lie near what was published."""
    data = run(case, members=30).load().drop_vars("plots", errors="ignore")
    data["territory_km2"][:] = 45_000.0
    data["territory_km2"][:, 150:] = 5_000.0
    data["residents_under_control"][:] = 8_000_000
    data["fighters"][:] = 12_000
    data["services"][:] = 0.8
    data["services"][:20, 60:] = 0.2
    data["services"][20:27, 160:] = 0.2
    return data


@pytest.fixture(scope="module")
def found(history, ledger):
    among = plausible(compare(history, ledger), 30, history["week"].values[0])
    assert among.count == 30
    return {one.part.name: one for one in met(history, among, PATTERNS)}, among


def printed(made, width=110):
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(made)
    return " ".join(captured.get().split())


def test_the_table_says_share_interval_members_and_verdict(found):
    parts, among = found
    said = printed(text_patterns.render(list(parts.values()), among, {"title": "A case", "members": 30}), 160)
    assert said.startswith("A case · 30 members")
    assert "30 of 30 members are plausible" in said and "78,000 to 243,000" in said
    one = parts["a1"]
    assert (one.meet, one.applicable, one.verdict) == (20, 30, "mixed")
    assert "67% 49% to 81% 30 ~ mixed" in said
    assert "Plots go before offensives. (the run does not hold plots)" in said and "– not recorded" in said
    assert words.headline(list(parts.values())) in said
    assert "→ tests" not in said


def test_a_cut_off_marks_what_a_fit_could_have_known(found, ledger):
    parts, among = found
    said = printed(text_patterns.render(list(parts.values()), among, ledger=ledger, until=date(2015, 12, 31)), 130)
    assert "67% 49% to 81% 30 ~ mixed • fits" in said
    tests = [p for p in parts.values() if sample(p.pattern, p.part, ledger, date(2015, 12, 31)) == "tests"]
    assert said.count("→ tests ") == len(tests) + 1  # and in the key
    assert f"Out of sample, {len(tests)}: " in said and "days up to 31 Dec 2015" in said


def test_of_a_posterior_all_members_count(history, ledger):
    assert words.filtered(everyone(30)).startswith("All 30 members count")
    told = section.section(history, PATTERNS, ledger, [], {"kind": "posterior predictions", "until": "2015-12-31"})
    assert told["filtered"].startswith("All 30 members count") and "31 Dec 2015" in told["samples"]
    assert {row["sample"] for _, rows in told["levels"] for row in rows} == {"• fits", "→ tests"}


def test_a_day_that_is_none_is_refused():
    with pytest.raises(FissureError, match="until is '2015-13-40', expected a day such as 2015-12-31"):
        words.day_of("2015-13-40")
    assert words.day_of("2015-12-31") == words.day_of(date(2015, 12, 31)) == date(2015, 12, 31)


def test_says_how_often_the_first_never_comes(found):
    assert words.counted(found[0]["a1"]).endswith("(95%: 49% to 81%). In 3 of them the first never comes.")


def test_a_case_without_the_sources_has_no_patterns(found, history):
    assert "nothing to test" in printed(text_patterns.render([], found[1]))
    assert section.section(history, (), Ledger(), []) is None


def test_charts_hold_quantiles_that_vega_lite_takes(found, history):
    parts = [one for one in found[0].values() if one.applicable]
    for one in parts:
        alt.Chart.from_dict(charts.pair(one, calendar_of(history)))
    both = charts.pair(found[0]["a1"], calendar_of(history))["datasets"]["pair"]
    assert [row["what"] for row in both] == ["services a fifth down", "ground a fifth down"]
    assert both[1]["median"][:7] == str(history["week"].values[152])[:7]
    assert all(row["q05"] <= row["q25"] <= row["median"] <= row["q75"] <= row["q95"] for row in both)


def test_what_is_infinite_is_not_drawn(found, history):
    one = replace(found[0]["e1"], first=np.full(30, np.inf))
    assert [row["what"] for row in charts.pair(one, calendar_of(history))["datasets"]["pair"]] == ["limit"]


def test_pictures_of_shares_differ_by_shape_and_lie_within(history, ledger):
    made = section.section(history, PATTERNS, ledger, compare(history, ledger))
    rows = [row for _, level in made["levels"] for row in level]
    assert len(rows) == sum(len(p.parts) for p in PATTERNS)
    shapes = {(row["word"], row["picture"]["shape"]) for row in rows if row["picture"]}
    assert shapes == {("met", "circle"), ("mixed", "square"), ("not met", "diamond")}
    for row in rows:
        if row["picture"]:
            p = row["picture"]
            assert 0 < p["low"] <= p["middle"] <= p["low"] + p["length"] < made["width"], row["name"]
            assert row["middle"].startswith("Medians: ")
        else:
            assert row["reason"] and row["share"] == "–"
    ground = next(row for row in rows if row["name"] == "a1")
    assert ground["middle"].startswith("Medians: services a fifth down ") and "2017." in ground["middle"]


def test_the_report_has_a_section_with_charts_of_those_in_time(history, case, ledger):
    rows = compare(history, ledger)
    text = render_report(history, case, ledger, rows, about={})
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', text, re.S)[1])
    drawn = {key for key in shared["specs"] if key.startswith("pattern")}
    assert "pattern-a1" in drawn and not drawn & {"pattern-g1", "pattern-s1"}
    assert drawn == set(re.findall(r'data-chart="(pattern[^"]*)"', text))
    assert 'href="#patterns"' in text and "The run does not hold plots." in text
    assert text.count("<b>Criterion.</b>") == sum(len(p.parts) for p in PATTERNS)
    assert "→ tests" not in text
    assert "→ tests" in render_report(history, case, ledger, rows, about={"until": "2015-12-31"})


def test_nothing_is_drawn_of_a_run_too_short_to_tell(case, ledger):
    data = run(case, members=2, weeks=3)
    made = section.section(data, PATTERNS, ledger, compare(data, ledger))
    assert made is not None and made["specs"] == {} and "nothing to test" in made["headline"]


def test_the_page_of_the_docs_names_every_pattern():
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "patterns.md").read_text(encoding="utf-8")
    assert f"gives {len(PATTERNS)}." in page
    rows = {line[2]: line for line in page.splitlines() if re.match(r"\| [a-z]\. ", line)}
    assert list(rows) == [pattern.letter for pattern in PATTERNS]
    for pattern in PATTERNS:
        assert all(part.name in rows[pattern.letter] for part in pattern.parts), pattern.letter
    for pattern in PATTERNS[8:]:
        assert pattern.title.rstrip(".") in rows[pattern.letter]
        assert all(part.level in rows[pattern.letter] for part in pattern.parts), pattern.letter

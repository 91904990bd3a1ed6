"""Orderings in the terminal and in the report."""

import json
import re
from dataclasses import replace

import altair as alt
import numpy as np
import pytest
from rich.console import Console
from synthetic import run

from fissure.evidence.ledger import Ledger
from fissure.studies.compare import compare
from fissure.studies.counterpart import calendar_of
from fissure.studies.orderings import met, plausible
from fissure.views import orderings as words
from fissure.views import text_orderings
from fissure.views.charts import orderings as charts
from fissure.views.report import orderings as section
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
    return {one.part.name: one for one in met(history, among)}, among


def printed(made, width=110):
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(made)
    return " ".join(captured.get().split())


def test_the_table_says_share_interval_members_and_verdict(found):
    parts, among = found
    said = printed(text_orderings.render(list(parts.values()), among, {"title": "A case", "members": 30}))
    assert said.startswith("A case · 30 members")
    assert "30 of 30 members are plausible" in said and "78,000 to 243,000" in said
    one = parts["a1"]
    assert (one.meet, one.applicable, one.verdict) == (20, 30, "mixed")
    assert "67% 49% to 81% 30 ~ mixed" in said
    assert "Plots go before offensives. (the run" in said and "– not recorded" in said
    assert words.headline(list(parts.values())) in said


def test_says_how_often_the_first_never_comes(found):
    assert words.counted(found[0]["a1"]).endswith("(95%: 49% to 81%). In 3 of them the first never comes.")


def test_a_case_without_the_sources_has_no_orderings(found, history):
    assert "nothing to test" in printed(text_orderings.render([], found[1]))
    assert section.section(history, Ledger(), []) is None


def test_charts_hold_quantiles_that_vega_lite_takes(found, history):
    parts = [one for one in found[0].values() if one.applicable]
    specs = [charts.overview(parts), *(charts.pair(one, calendar_of(history)) for one in parts)]
    for spec in specs:
        alt.Chart.from_dict(spec)
    assert [row["part"] for row in specs[0]["datasets"]["shares"]] == [one.part.name for one in parts]
    both = charts.pair(found[0]["a1"], calendar_of(history))["datasets"]["pair"]
    assert [row["what"] for row in both] == ["services a fifth down", "ground a fifth down"]
    assert both[1]["median"][:7] == str(history["week"].values[152])[:7]
    assert all(row["q05"] <= row["q25"] <= row["median"] <= row["q75"] <= row["q95"] for row in both)


def test_what_is_infinite_is_not_drawn(found, history):
    one = replace(found[0]["e1"], first=np.full(30, np.inf))
    assert [row["what"] for row in charts.pair(one, calendar_of(history))["datasets"]["pair"]] == ["limit"]


def test_the_report_has_a_section_with_a_chart_of_each_part(history, case, ledger):
    rows = compare(history, ledger)
    text = render_report(history, case, ledger, rows, about={})
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', text, re.S)[1])
    drawn = {key for key in shared["specs"] if key.startswith("ordering")}
    assert "orderings" in drawn and "ordering-a1" in drawn and "ordering-g1" not in drawn
    assert drawn == set(re.findall(r'data-chart="(ordering[^"]*)"', text))
    assert 'href="#orderings"' in text and "The run does not hold plots." in text


def test_nothing_is_drawn_of_a_run_too_short_to_tell(case, ledger):
    data = run(case, members=2, weeks=3)
    made = section.section(data, ledger, compare(data, ledger))
    assert made is not None and made["specs"] == {} and "nothing to test" in made["headline"]

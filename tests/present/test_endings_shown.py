"""How it came apart, in words, in charts and in the report."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import vl_convert
import xarray as xr
from reports import rendered
from synthetic import run
from tests import vega_lite

from fissure.api.runs import RunResult
from fissure.context import context_of
from fissure.present.charts import theme
from fissure.present.document import figures_of, plain
from fissure.present.sections import endings as charts
from fissure.present.sections import endings as section
from fissure.studies.endings import ENDINGS, PARTS, apart, cohesion


@pytest.fixture(scope="module")
def history(case) -> xr.Dataset:
    """Ten members: in eight the ranks are hollow ten weeks before the ground goes, in one after, one holds."""
    data = run(case, members=10, weeks=120).load()
    flat = {
        "territory_km2": 20_000.0, "fighters": 10_000, "effectiveness": 0.5, "paid_share": 1.0,
        "left_with_splinters": 0, "resisters": 0.0, "residents_under_control": 1_000_000,
    }  # fmt: skip
    for name, value in flat.items():
        data[name][:] = value
    data["effectiveness"][:8, 50:] = 0.01
    data["territory_km2"][:8, 60:] = 100.0
    data["territory_km2"][8, 70:] = 100.0
    data["effectiveness"][8, 75:] = 0.01
    data["resisters"][:5, 30:] = 50_000.0
    return data


@pytest.fixture(scope="module")
def found(history):
    return apart(history)


@pytest.fixture(scope="module")
def holds(case):
    data = run(case, members=2, weeks=1)
    return data, apart(data)


def test_the_headline_counts_dates_and_orders(found):
    said = section.sentences(found)
    assert said.startswith("It came apart in 9 of 10 histories (90%, 95%: 60% to 98%) by 16 Oct 2016, ")
    assert "in the week of 15 Jun 2015 (90%: 15 Jun 2015 to 2 Nov 2015)." in said
    assert "In 8 of the 9 histories with both (89%, 95%: 57% to 98%) the ranks were hollow before the ground" in said
    assert said.endswith("by a median of 10 weeks (90%: −5 to 10; below 0 it was after).")


def test_what_came_first_is_counted(found, holds):
    said = section.came_first(found)
    assert said.startswith("Of the 9 histories that came apart") and said.endswith(
        "was revolt in 5 (56%), hollowing out in 3 (33%), territorial collapse in 1 (11%)."
    )
    assert section.came_first(holds[1]) == ""


def test_a_run_that_holds_says_so(holds):
    assert section.sentences(holds[1]) == "It came apart in none of the 2 histories by 6 Jul 2014."


def test_the_table_has_a_row_for_each_ending_and_for_all(found, holds):
    columns = [column.title for column in section.table(found).columns]
    rows = {plain(row.cells[0].text): [plain(cell.text) for cell in row.cells[1:]] for row in section.table(found).rows}
    assert columns[1:] == [
        "Share of histories", "95% interval", "Histories", "Median date", "90% of them", "Came first in",
    ]  # fmt: skip
    assert list(rows) == [*(one.title for one in ENDINGS), "Came apart"]
    assert rows["Revolt"] == ["50%", "24% to 76%", "5 of 10", "26 Jan 2015", "26 Jan 2015 to 26 Jan 2015", "5 of 9"]
    assert rows["Split"][2:5] == ["0 of 10", "–", "–"]
    assert rows["Came apart"][2] == "9 of 10"
    assert {plain(row.cells[-1].text) for row in section.table(holds[1]).rows} == {"–"}


def test_of_one_history_there_is_no_interval(found):
    assert section.middle_and_span(np.array([3.0, np.nan]), found) == ("21 Jul 2014", "not known")
    assert section.middle_and_span(np.array([np.nan]), found) == ("–", "–")


def test_cohesion_is_told_at_first_and_before_the_end(history, found, holds):
    index = cohesion(history)
    said = section.said_of_cohesion(index, found)
    weeks = found["came_apart"].values
    before = [float(index["cohesion"][m, int(weeks[m]) - 1]) for m in range(10) if np.isfinite(weeks[m])]
    assert f"{np.median(before):.2f} (90%:" in said and "in the week before it came apart" in said
    lowest = min(PARTS, key=lambda p: np.median([float(index[p][m, int(weeks[m]) - 1]) for m in range(9)]))
    assert f"The lowest of its parts was then {lowest}" in said
    assert "came apart" not in section.said_of_cohesion(cohesion(holds[0]), holds[1])


def test_the_chart_holds_shares_that_rise(found):
    rows = charts.shares(found)
    assert len(rows) == len(ENDINGS) * 120
    by = {one.title: [row["share"] for row in rows if row["ending"] == one.title] for one in ENDINGS}
    assert by["Territorial collapse"][59:61] == [0.0, 0.8] and by["Territorial collapse"][-1] == 0.9
    assert by["Revolt"][29:31] == [0.0, 0.5] and set(by["Split"]) == {0.0}
    for shares in by.values():
        assert shares == sorted(shares)


def test_vega_lite_takes_the_charts(history, found, holds):
    made = list(figures_of(section.section(history)))
    assert [f.key for f in made] == ["endings", "cohesion", *(f"cohesion-{name}" for name in PARTS)]
    specs = [f.spec for f in made] + [charts.chart(holds[1])]
    for spec in specs:
        vega_lite.check(spec)
        drawn = {**spec, "width": 400, "config": theme.config("dark")}
        assert "<path" in vl_convert.vegalite_to_svg(json.dumps(drawn, allow_nan=False))
    assert "Territorial collapse 90%" in charts.describe(found)


@pytest.mark.thorough
def test_the_report_has_the_section(history, case, ledger):
    text = rendered(history, case, ledger, [])
    own = text[text.index('<section id="apart">') : text.index('<section id="maps">')]
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', text, re.S)[1])
    drawn = re.findall(r'data-chart="([^"]*)"', own)
    assert len(drawn) == 6 and set(drawn) <= set(shared["specs"])
    assert 'href="#apart"' in text and "It came apart in 9 of 10 histories" in own
    for one in ENDINGS:
        assert one.title in own and one.definition in own


@pytest.mark.thorough
def test_a_run_that_lacks_what_it_is_measured_from_has_no_section(history, case, ledger):
    less = history.drop_vars("quiet_dissent")
    assert section.section(less) is None
    assert 'id="apart"' not in rendered(less, case, ledger, [])


def test_a_result_holds_both(history, case, found):
    result = RunResult(context_of(case), SimpleNamespace(data=history))
    assert result.endings.identical(found) and result.endings is result.endings
    assert result.cohesion.identical(cohesion(history))


def test_the_page_of_the_docs_has_every_ending_and_part():
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "coming-apart.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines() if line.startswith("| ")}
    for one in ENDINGS:
        for number in re.findall(r"[0-9.]+%|[0-9]{2} weeks", one.definition):
            assert number in rows[one.title], one.title
        assert ("tenth" in rows[one.title]) == ("tenth" in one.definition)
    for name in PARTS:
        assert f"**{name.capitalize()}**" in page

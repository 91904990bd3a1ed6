"""A hindcast in the terminal and on its page."""

import json
import math
import re
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from rich.console import Console
from test_report_in_browser import opened
from tests import vega_lite
from tests.chart_pages import faults
from tests.paper import on_paper

from fissure.api.evidence import HindcastResult
from fissure.context import context_of
from fissure.errors import FissureError
from fissure.present.render import html
from fissure.present.render import terminal as in_terminal
from fissure.present.sections import hindcast as sections
from fissure.present.sections import hindcast_charts as charts
from fissure.present.sections import hindcast_words as words
from fissure.studies.hindcast import Collapse, FromDate, Hindcast
from fissure.studies.score import ForecastScore

DAY = date(2015, 12, 31)
COMMAND = "fissure hindcast islamic_state --from 2015-12-31"


def scored(ledger, name, target, median, half, scale="factor"):
    o = ledger.observations[name]
    interval = 2 * half + 20 * max(0.0, abs(target - median) - half)
    low, high = median - half, median + half
    return ForecastScore(
        name, o.variable, scale, o.bound, target, low, median, high, abs(target - median) + 0.1, interval, 0.0, 20, 0
    )


@pytest.fixture(scope="module")
def found(case, ledger) -> Hindcast:
    """Area too low by e, with persistence nearer; fighters right; oil within an interval that says nothing."""
    names = ("territory_km2", "fighters_total", "oil_production_bpd", "territory_lost_share_of_peak")
    late = [o for o in ledger.observations.values() if o.when > DAY]
    later = {name: [o.id for o in late if o.variable == name] for name in names}

    def forecast(area, fighters, oil, lost):
        return tuple(
            scored(ledger, id_, 10.0, 10.0 + off, half)
            for name, (off, half) in (
                ("territory_km2", area),
                ("fighters_total", fighters),
                ("oil_production_bpd", oil),
            )
            for id_ in later[name]
        ) + tuple(scored(ledger, id_, 0.5, 0.5 + lost, 0.1, "points") for id_ in later["territory_lost_share_of_peak"])

    wrong = forecast((-1.0, 0.2), (0.02, 0.2), (0.1, 3.0), 0.3)
    naive = tuple(r for r in forecast((0.1, 0.5), (0.5, 0.2), (1.0, 1.0), 0.0) if r.scale == "factor")
    one = FromDate(
        date=DAY,
        known=41,
        later=len(wrong) + 2,
        beyond=2,
        scored={"known": wrong, "extrapolated": forecast((-0.3, 0.5), (0.1, 0.3), (0.1, 3.0), 0.3), "prior": wrong,
                "persistence": naive, "linear trend": naive, "exponential decay": ()},
        foreseen=("a.b", "c.d"),
        silent=tuple(later["territory_lost_share_of_peak"]),
        fell_back=(later["oil_production_bpd"][0],),
        collapse=tuple(
            Collapse(kind, what, 20, tuple(min(w / 300, 0.5) for w in range(case.weeks)))
            for kind in ("known", "extrapolated", "prior") for what in ("territory", "fighters")
        ),
    )  # fmt: skip
    return Hindcast(
        case.name, case.title, case.start, case.weeks, 20, 4, 1, "0.1.0", "a digest", (one,), case.dates.collapse
    )


def terminal(found, ledger, width=150):
    out = Console(file=StringIO(), width=width)
    out.print(in_terminal.render(sections.document(found, ledger, COMMAND)))
    return out.file.getvalue()


def test_the_headline_tells_what_failed_first(found):
    failed, other = words.headline(found.dates[0])
    assert failed.startswith("9 of 13 two-sided figures lie outside its 90% interval (coverage 31%")
    assert "too sure of itself" in failed and "persistence (" in failed and "CRPS in sum is worse" in failed
    assert "exponential decay" not in failed + other and "linear trend" in failed
    assert "the prior ensemble (" in other


def test_a_good_forecast_is_told_without_a_failure(found, ledger):
    one = found.dates[0]
    rows = tuple(scored(ledger, r.observation, r.target, r.target, 0.3, r.scale) for r in one.scored["known"])
    failed, other = words.headline(replace(one, scored=one.scored | {"known": rows}))
    assert failed == ""
    assert other.startswith("0 of 13") and "as far as so few figures can tell" in other and "is better than" in other


def test_what_was_wrong_and_right(found, ledger):
    one = found.dates[0]
    wrong, right = words.wrong(one, ledger), words.right(one, ledger)
    assert wrong[0].startswith("Area held: medians too low by a factor of 2.72 (0 of 4 within the 90% interval).")
    assert "Persistence is nearer" in wrong[0] and "The prior leans the same way" in wrong[0]
    assert "how the model answers to the later war is off" in wrong[0]
    assert wrong[1].startswith("Share of the peak area lost: medians too high by 30 points (0 of 5")
    assert [said.partition(":")[0] for said in right] == ["Fighters in the ranks"]
    assert "best naive rival persistence" in right[0]
    assert words.nothing_said(one, ledger) == "Within intervals too wide to say anything: Oil output."


def test_the_terminal_holds_scores_and_judgements(found, ledger):
    text = re.sub(r"\s+", " ", terminal(found, ledger))
    one = found.dates[0]
    for line in words.lines(one):
        assert line.total.figures == len(one.scored[line.name])
    assert "✗ Area held" in text and "✓ Fighters in the ranks" in text and "↕ Within intervals too wide" in text
    assert "2 of them beyond the run" in text and "For 1 a trend" in text
    assert "Probability of collapse by 31 Dec 2017: 50% for the ground and 50% for the ranks" in text
    assert all(len(row) <= 100 for row in terminal(found, ledger, 100).splitlines())


def test_charts_hold_each_forecast_and_figure(found, ledger):
    assert charts.variables(found)[0] == "territory_km2"
    spec = charts.forecasts("territory_km2", found, ledger)
    vega_lite.check(spec)
    assert len(spec["datasets"]["published"]) == 4 and len(spec["datasets"]["forecasts"]) == 4 * 3
    assert {row["forecast"] for row in spec["datasets"]["forecasts"]} == {
        "Dec 2015, the war as it came", "Dec 2015, only what was known", "prior"
    }  # fmt: skip
    known = [r for r in spec["datasets"]["forecasts"] if r["forecast"].endswith("came")]
    assert known[0]["median"] == pytest.approx(8103, rel=1e-3)
    assert "0 of 4 within" in spec["description"]
    chances = charts.chances(found, "territory")
    vega_lite.check(chances)
    assert len(chances["datasets"]["chances"]) == 3 * found.weeks


def test_a_figure_stands_where_it_was_published(found, ledger):
    """Not in the middle of its range where a number is given too: there it is scored, and there it is drawn."""
    name = "foreign-inflow-2015-04-cjtf-oir"
    rows = (scored(ledger, name, math.log(2000), 7.0, 1.0),)
    one = replace(found.dates[0], scored=dict.fromkeys(found.dates[0].scored, rows))
    spec = charts.forecasts(ledger.observations[name].variable, replace(found, dates=(one,)), ledger)
    (drawn,) = spec["datasets"]["published"]
    assert drawn["value"] == ledger.observations[name].published == 2000


def test_of_many_figures_some_are_shown_evenly(found, ledger):
    many = [o for o in ledger.observations.values() if o.bound not in ("upper", "lower")]
    rows = tuple(replace(scored(ledger, o.id, 1.0, 1.0, 1.0), variable="fighters_total") for o in many)
    one = replace(found.dates[0], scored=dict.fromkeys(found.dates[0].scored, rows))
    spec = charts.forecasts("fighters_total", replace(found, dates=(one,)), ledger)
    assert len(spec["datasets"]["published"]) == charts.MOST
    assert f"forecasts of {charts.MOST} of {len(many)} figures" in spec["description"]


def test_a_bound_has_no_chart(found, ledger):
    bound = next(o for o in ledger.observations.values() if o.bound == "upper")
    one = replace(found.dates[0], scored={**found.dates[0].scored, "known": (scored(ledger, bound.id, 1.0, 1.0, 1.0),)})
    assert charts.variables(replace(found, dates=(one,))) == []


def test_the_page_holds_every_figure_and_its_charts(found, ledger):
    page = html.render(sections.document(found, ledger, COMMAND))
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', page, re.S).group(1).replace("\\u003c", "<"))
    assert set(shared["specs"]) == set(re.findall(r'data-chart="([^"]+)"', page)) == {
        "chance-territory", "chance-fighters", *(f"variable-{name}" for name in charts.variables(found))
    }  # fmt: skip
    assert page.count('<tr><th scope="row">') >= len(found.dates[0].scored["known"])
    assert "What it got wrong" in page and COMMAND in page and "Area held: medians too low" in page
    assert "http://" not in page.replace("http://www.w3.org", "").partition("<script>")[0]


def test_it_is_written_and_says_its_command(found, case, ledger, tmp_path):
    made = HindcastResult(context_of(case), found)
    path = made.report(tmp_path / "hindcast.html")
    assert "fissure hindcast islamic_state --from 2015-12-31 --members 20 --seed 1" in path.read_text()
    with pytest.raises(FissureError, match="does not exist"):
        made.report(tmp_path / "none" / "hindcast.html")


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_draws_without_a_network(browser, found, case, ledger, tmp_path, width, scheme):
    path = HindcastResult(context_of(case), found).report(tmp_path / "hindcast.html")
    page, said, asked = opened(browser, path, width, scheme)
    assert said == [] and asked == [path.as_uri()]
    drawn = page.evaluate("[...document.querySelectorAll('[data-chart]')].map(e => e.querySelectorAll('svg').length)")
    assert drawn and set(drawn) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not faults(page)
    assert not on_paper(page)[0]
    page.context.close()

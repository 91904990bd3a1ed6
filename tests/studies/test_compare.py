import math

import numpy as np
import pytest
import xarray as xr
from synthetic import run
from test_observation_operator import observation, variable

from fissure.evidence.ledger import Ledger
from fissure.studies.compare import ABSURD_FACTOR, CLASSES, compare, count, judge, summary

AT = variable("at")
SPREAD = np.linspace(100.0, 200.0, 101)  # 5%: 105, median: 150, 95%: 195


def verdict(model=SPREAD, var=AT, **keys):
    return judge(observation("2015-01-05", **keys), var, np.asarray(model, float))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (105, "inside"),
        (195, "inside"),
        (104, "near"),
        (71, "near"),
        (69, "outside"),
        (292, "near"),
        (293, "outside"),
    ],
)
def test_exact_figures(value, expected):
    assert verdict(value=value, doubt_factor=1.5).verdict == expected


def test_a_range_stands_for_its_middle_geometric_under_a_factor():
    row = verdict(value=None, low=50, high=200, bound="range", doubt_factor=1.0)
    assert (row.published, row.verdict) == (pytest.approx(100), "near")
    row = verdict(SPREAD / 1000, value=None, low=0.1, high=0.2, bound="range", doubt_factor=None, doubt_abs=0.0)
    assert (row.published, row.verdict, row.scale) == (pytest.approx(0.15), "inside", "points")


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        ("lower", 150, "bound kept"), ("lower", 151, "near"), ("lower", 292, "near"), ("lower", 293, "outside"),
        ("upper", 150, "bound kept"), ("upper", 149, "near"), ("upper", 71, "near"), ("upper", 69, "outside"),
    ],
)  # fmt: skip
def test_bounds_are_kept_by_the_median(bound, value, expected):
    assert verdict(value=value, bound=bound, doubt_factor=1.5).verdict == expected


def test_how_far_off_as_a_factor():
    low = verdict(value=1000, doubt_factor=2.0)
    assert (low.too, low.verdict) == ("low", "outside")
    assert low.gap == pytest.approx(500 / 195)
    assert low.off == pytest.approx(0.15)
    assert low.width == pytest.approx(195 / 105)
    high = verdict(value=10, doubt_factor=2.0)
    assert (high.too, high.gap) == ("high", pytest.approx(105 / 20))
    assert verdict(value=150).gap == 1


def test_how_far_off_in_points():
    row = verdict([0.5, 0.5, 0.5], value=0.2, unit="share", doubt_factor=None, doubt_abs=0.1)
    assert (row.verdict, row.gap, row.off, row.width) == ("outside", pytest.approx(0.2), pytest.approx(0.3), 0)


def test_a_model_that_has_none_is_infinitely_far_but_not_infinitely_wide():
    row = verdict([0, 0, 0], value=60)
    assert (row.verdict, row.gap, row.width, row.absurd) == ("outside", math.inf, 1, False)
    # from nothing to the published number is just at the limit; beyond it is absurd
    assert not verdict([0] * 50 + [60] * 50, value=60).absurd
    assert verdict([0] * 50 + [61] * 50, value=60).absurd
    assert verdict(np.geomspace(1, 40 * ABSURD_FACTOR, 1001), value=60).absurd


def test_inside_an_interval_too_wide_is_a_class_of_its_own():
    wide = np.geomspace(1, 10_000, 1001)
    assert verdict(wide, value=100).verdict == "inside, too wide"
    assert verdict(wide, value=100, bound="lower").verdict == "bound kept"
    assert verdict(wide, value=100, bound="lower").absurd
    near = verdict(wide, value=1.2, doubt_factor=2.0)
    assert (near.verdict, near.absurd) == ("near", True)
    share = {"unit": "share", "doubt_factor": None, "doubt_abs": 0.1}
    assert verdict(np.linspace(0, 1, 101), value=0.5, **share).verdict == "inside, too wide"
    assert verdict(np.linspace(0.1, 0.9, 101), value=0.5, **share).verdict == "inside"


def test_a_part_of_a_period_can_break_an_upper_bound_but_not_keep_it():
    def bound(value):
        return judge(observation("2015-01-05", value=value, bound="upper"), variable("year-sum"), SPREAD, part=0.51)

    assert bound(60).verdict == "outside"
    for value in (100, 120, 300):
        assert bound(value).verdict == "not compared"
        assert "only 51% of its period, which could break the bound but cannot keep it" in bound(value).reason


def test_a_year_that_the_run_holds_half_of_is_never_kept(data, ledger):
    row = next(row for row in compare(data, ledger) if row.observation.id == "revenue-year-2014-icsr-ey")
    assert row.verdict in ("outside", "not compared")


def test_figures_behind_a_prior_are_marked_and_counted(data, ledger):
    used = {"territory-2015-01-ihs", "fighters-total-2014-09-cia", "S1-05a"}
    rows = compare(data, ledger, used=used)
    assert {row.observation.id for row in rows if row.behind_prior} == used - {"S1-05a"}
    assert count(rows).behind_prior == 2
    assert sum(one.behind_prior for one in summary(rows)) == 2
    assert count(compare(data, ledger)).behind_prior == 0


def test_every_figure_is_in_one_class(data, ledger):
    rows = compare(data, ledger)
    n = count(rows)
    assert tuple(n.of) == CLASSES
    assert n.compared == sum(row.compared and row.kind == "outcome" for row in rows)
    assert n.compared + n.drivers + n.not_compared == len(rows)
    for row in rows:
        if row.kind == "outcome" and row.compared:
            assert (row.verdict == "inside") <= (not row.absurd and row.observation.bound in ("exact", "range"))
            assert (row.verdict == "bound kept") <= (row.observation.bound in ("upper", "lower"))


def test_a_driver_is_held_against_the_band_and_kept_apart():
    strikes = variable("at").model_copy(update={"output": "strikes"})
    assert (verdict([149, 150, 151], var=strikes, value=140, doubt_factor=1.1).verdict) == "inside"
    assert verdict([149, 150, 151], var=strikes, value=140, doubt_factor=1.1).kind == "driver"
    assert verdict([149, 150, 151], value=140, doubt_factor=1.1).verdict == "near"


def test_members_without_a_value_are_left_out():
    assert verdict([math.nan, 150, 150], value=150).median == 150
    row = verdict([math.nan, math.nan], value=150)
    assert (row.verdict, row.model) == ("not compared", None)
    assert "nothing to measure" in row.reason


def test_every_observation_gets_a_row_in_order(data, ledger):
    rows = compare(data, ledger)
    assert [row.observation.id for row in rows] == list(ledger.observations)
    for row in rows:
        if row.compared:
            assert row.model is not None and row.model.shape == (data.sizes["member"],)
            assert row.low <= row.median <= row.high
            assert row.variable.output is not None
        else:
            assert row.reason


def test_rows_agree_with_the_data(data, ledger):
    rows = {row.observation.id: row for row in compare(data, ledger)}
    row = rows["territory-2015-01-ihs"]
    week = data["territory_km2"].sel(week="2014-12-29").sum("country").values
    np.testing.assert_allclose(row.model, week, rtol=1e-6)
    oil = rows["oil-share-2016-03-ihs"]
    assert 0 < oil.median < 1


def test_a_shorter_run_compares_less(case, ledger):
    short = compare(run(case, members=2, weeks=20), ledger)
    reasons = {row.reason for row in short if row.variable.output is not None and not row.compared}
    assert any("after the run ends on 16 November 2014" in reason for reason in reasons)
    assert any(row.compared for row in short)


def test_each_output_is_read_once(data, ledger, monkeypatch):
    reads: list[str] = []
    compute = xr.DataArray.compute
    monkeypatch.setattr(xr.DataArray, "compute", lambda self: reads.append(self.name) or compute(self))
    compare(data, ledger)
    assert len(reads) == len(set(reads)) > 5


def test_summary_counts_by_variable(data, ledger):
    rows = compare(data, ledger)
    of_variable = {one.variable.id: one for one in summary(rows)}
    assert set(of_variable) == {o.variable for o in ledger.observations.values()}
    for one in of_variable.values():
        own = [row for row in rows if row.variable.id == one.variable.id]
        assert one.compared + one.not_compared == len(own)
        assert one.of["inside"] == sum(row.verdict == "inside" for row in own)
        assert one.too_wide == sum(row.absurd for row in own if row.compared)
        if one.compared:
            widths = [row.width for row in own if row.compared]
            assert one.width == pytest.approx(np.median(widths))
            assert one.widest == max(widths)
        else:
            assert math.isnan(one.width) and math.isnan(one.widest)
    assert of_variable["coalition_strikes_cumulative"].kind == "driver"


def test_executions_published_for_syria_are_counted_in_syria(data, ledger):
    for row in compare(data, ledger):
        if row.compared and row.variable.output in ("executed_residents", "executed_members"):
            assert row.variable.select == {"country": "Iraq" if row.observation.source == "ucdp" else "Syria"}


def test_an_empty_ledger_gives_nothing(data):
    assert compare(data, Ledger()) == []
    assert summary([]) == []

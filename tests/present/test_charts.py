"""The specs of the charts: what they hold, and that Vega-Lite takes them."""

import json
import warnings

import numpy as np
import pytest
import vl_convert
from synthetic import run
from tests import vega_lite

from fissure.present.charts import bands, maps, theme
from fissure.present.charts.panels import SECTIONS, Series, nan_quantiles, panels, quantiles
from fissure.studies.compare import compare


@pytest.fixture(scope="module")
def drawn(data, ledger, rows):
    return {panel.key: (panel, bands.spec(panel, data, rows, ledger.sources)) for panel in panels(data, ledger)}


def test_has_a_chart_of_everything_promised(drawn):
    assert set(drawn) >= {
        "ground", "ground-by-country", "residents", "fighters-by-origin", "flows", "desertions", "executions",
        "income-by-kind", "spending", "pay-local", "pay-foreign", "grievance", "commitment", "doubt", "wish",
        "support", "resisters", "strikes",
    }  # fmt: skip
    assert {panel.section for panel, _ in drawn.values()} == set(SECTIONS)


def test_holds_quantiles_and_no_members(drawn, data):
    for panel, spec in drawn.values():
        values = spec["datasets"]["bands"]
        assert len(values) == data.sizes["week"] * len(panel.series)
        assert set(values[0]) == {"week", "series", "q05", "q25", "median", "q75", "q95"}
        for row in values:
            if row["median"] is not None:
                assert row["q05"] <= row["q25"] <= row["median"] <= row["q75"] <= row["q95"]


def test_quantiles_are_those_of_the_data(data):
    rows = quantiles(Series("x", "fighters", {"origin": "foreign"}), data)
    own = data["fighters"].sel(origin="foreign").values
    assert rows[10]["median"] == pytest.approx(np.median(own[:, 10]), rel=1e-3)
    assert rows[10]["q95"] == pytest.approx(np.quantile(own[:, 10], 0.95), rel=1e-3)
    assert rows[0]["week"] == "2014-06-30T00:00"


def test_a_weekly_flow_is_shown_by_the_month(case):
    data = run(case, members=2, weeks=30)
    data["recruits"][:] = 7
    rows = quantiles(Series("x", "recruits", {"origin": "local"}, "month"), data)
    assert [row["median"] for row in rows] == [pytest.approx(7 * 365.25 / 12 / 7, rel=1e-3)] * 30


def test_means_over_fighters_end_with_the_fighters(case):
    data = run(case, members=4, weeks=10)
    data["fighters"][:2, 5:] = 0
    data["fighters"][2, 7:] = 0
    rows = quantiles(Series("x", "commitment", {"origin": "local"}, over="fighters"), data)
    assert [row["median"] is None for row in rows] == [False] * 7 + [True] * 3
    assert rows[6]["median"] == pytest.approx(np.median(data["commitment"].sel(origin="local").values[2:, 6]), rel=1e-3)


def test_every_observation_with_a_running_counterpart_stands_on_a_chart(drawn, data, rows):
    beside = {row.observation.id for panel, _ in drawn.values() for row in bands.beside(panel, data, rows)}
    missing = {
        row.observation.id
        for row in rows
        if row.compared and row.variable.how in ("at", "cumulative", "month-sum", "share-of-peak-lost")
    } - beside
    assert not missing


def test_points_carry_publisher_doubt_and_address(drawn):
    points = drawn["fighters"][1]["datasets"]["points"]
    assert len(points) == 6
    assert len({point["by"] for point in points}) == 5
    for point in points:
        assert point["from"] <= point["low"] <= point["value"] <= point["high"] <= point["to"]
        assert point["publisher"] and point["doubt"] and point["verdict"]
    layer = next(one for one in drawn["fighters"][1]["layer"] if one["mark"]["type"] == "point")
    assert layer["encoding"]["shape"]["field"] == layer["encoding"]["color"]["field"] == "by"


def test_bounds_stay_finite_and_say_so(drawn):
    points = drawn["ground"][1]["datasets"]["points"]
    bound = next(point for point in points if point["bound"])
    assert bound["bound"] == "≥" and np.isfinite(bound["to"])


def test_yearly_sums_are_shown_by_the_month(drawn):
    points = drawn["income"][1]["datasets"]["points"]
    year = next(point for point in points if point["when"].startswith("2016"))
    assert year["value"] == pytest.approx(870 / 12)
    assert (year["start"], year["end"]) == ("2016-01-01T00:00", "2016-12-31T00:00")


def test_axes_and_tooltips_name_their_unit(drawn):
    for panel, spec in drawn.values():
        assert spec["layer"][0]["encoding"]["y"]["title"] == panel.unit
        hover = next(one for one in spec["layer"] if one["mark"]["type"] == "rule")
        assert panel.unit in hover["encoding"]["tooltip"][1]["title"]
        assert "90%" in json.dumps(hover["transform"]) and "50%" in json.dumps(hover["transform"])
        assert panel.title in spec["description"]


def test_vega_lite_takes_every_kind_of_spec(drawn):
    kinds = {
        (len(panel.series), len(spec["layer"]), panel.top, panel.unit == "share"): spec
        for panel, spec in drawn.values()
    }
    assert len(kinds) > 4
    for spec in kinds.values():
        vega_lite.check(spec)
        assert "<path" in vl_convert.vegalite_to_svg(json.dumps(spec, allow_nan=False))


def test_specs_name_no_colour_of_the_page(drawn):
    for _, spec in drawn.values():
        assert "config" not in spec or "background" not in spec["config"]
        assert "background" not in spec


def test_draws_a_short_run_of_one_member(case, ledger):
    data = run(case, members=1, weeks=3)
    rows = compare(data, ledger)
    specs = {panel.key: bands.spec(panel, data, rows, ledger.sources) for panel in panels(data, ledger)}
    assert "coalition_strikes_cumulative" not in specs  # its count starts after the run ends
    for key in ("ground", "flows", "foreign_fighters_cumulative"):
        assert "<path" in vl_convert.vegalite_to_svg(json.dumps(specs[key]))
    assert len(maps.dates(data)) == len(set(maps.dates(data))) <= 3


def test_maps_stand_at_the_start_and_three_later_dates(data, case):
    days = maps.dates(data)
    assert [str(day) for day in days] == ["2014-06-30", "2014-12-29", "2016-06-27", "2018-01-01"]
    values = maps.held(data, days[1])
    assert [row["id"] for row in values] == [district.id for district in case.districts]
    own = data["control"].sel(week="2014-12-29").median("member").values
    np.testing.assert_allclose([row["median"] for row in values], own, atol=6e-4)


def test_a_map_is_drawn_with_shared_outlines(data, case):
    spec = maps.spec(data, maps.dates(data)[0])
    spec["datasets"] |= maps.geography(case)
    spec["config"] = theme.config("light")
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert svg.count("<path") > len(case.districts)
    assert "Share of the district held" in svg


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#151a21"])
def test_marks_can_be_seen_on_both_pages(page):
    for colour in (*theme.SERIES, *theme.PUBLISHERS):
        assert contrast(colour, page) >= 3, colour


def test_maps_change_in_lightness_throughout():
    for mode, sign in (("light", -1), ("dark", 1)):
        steps = np.diff([luminance(colour) for colour in theme.CONTROL[mode]])
        assert (steps * sign > 0).all()


@pytest.mark.thorough
def test_no_two_bands_of_a_chart_look_the_same(drawn):
    assert len(set(theme.SERIES)) == len(theme.SERIES) == len(set(theme.DASHES)) == len(theme.DASHES)
    assert max(len(panel.series) for panel, _ in drawn.values()) <= len(theme.SERIES)


def test_spending_and_pay_end_with_the_fighters(case, ledger):
    data = run(case, members=4, weeks=10)
    data["fighters"][:3, 6:] = 0
    shown = {panel.key: panel for panel in panels(data, ledger)}
    for key in ("spending", "pay-local", "pay-foreign", "pay-mean"):
        for series in shown[key].series:
            ended = [row["median"] is None for row in quantiles(series, data)]
            assert ended == [False] * 6 + [True] * 4, key
    assert "no effect in the model" in shown["spending"].sentence


def test_quantiles_of_all_weeks_at_once_are_those_of_each():
    values = np.random.default_rng(1).normal(size=(30, 40))
    values[np.random.default_rng(2).random(values.shape) < 0.3] = np.nan
    values[:, 0], values[:3, 1] = np.nan, np.inf
    q = [0.05, 0.25, 0.5, 0.75, 0.95]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one_by_one = np.nanquantile(values, q, axis=0)
        at_once = nan_quantiles(values, q)
    np.testing.assert_array_equal(at_once, one_by_one)

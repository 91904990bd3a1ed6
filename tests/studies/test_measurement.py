"""The measurement model against numbers worked out by hand."""

import math
from datetime import date

import numpy as np
import pytest
from synthetic import weekly

from fissure.cases.conventions import Leaning
from fissure.constants import Z90
from fissure.errors import FissureError
from fissure.evidence.entries import Observation, Source, Variable
from fissure.evidence.ledger import Ledger
from fissure.studies.measurement import biases, comparable, data, floored, leaning_of, reports, truths

MONITOR = Leaning(kind="monitoring-group", factor=(0.5, 0.8), points=(-0.1, 0.0), common=0.75, reason="Counts few.")
OF_AREA = Leaning(kind="monitoring-group", family="area", common=0.2, reason="Maps are another matter.")


def ledger_of(*observations, **variables):
    variables = {"killed": {}, **variables}
    made = {
        name: Variable.model_validate(
            {"id": name, "title": name.title(), "unit": "persons", "how": "at", "output": "out", "note": "n", **keys}
        )
        for name, keys in variables.items()
    }
    sources = {
        id_: Source(id=id_, title=id_, kind=kind, publisher=id_, leaning="l")
        for id_, kind in {"monitor": "monitoring-group", "paper": "press", "army": "coalition"}.items()
    }
    figures = {}
    for number, keys in enumerate(observations):
        keys = {
            "id": f"o{number}", "variable": "killed", "source": "paper", "bound": "exact",
            "unit": "persons", "scope": "all", "doubt": "d", **keys,
        }  # fmt: skip
        if "period" not in keys:
            keys.setdefault("date", "2015-01-20")
        if "doubt_abs" not in keys:
            keys.setdefault("doubt_factor", 2.0)
        figures[keys["id"]] = Observation.model_validate(keys)
    return Ledger(sources=sources, variables=made, observations=figures)


def run(values=((10.0,) * 8,)):
    return weekly(list(values)).to_dataset()


def normals(members, items, b=0.0, e=0.0, r=0.0):
    return (
        np.full((members, len(biases(items))), b),
        np.full((members, len(items)), e),
        np.full((members, len(items)), r),
    )


def test_the_doubt_is_split_between_the_publisher_and_the_figure():
    (item,) = data(ledger_of({"value": 100.0}), [Leaning(kind="press", common=0.36, reason="r")])
    sd = math.log(2) / Z90
    assert (item.spread, item.error) == pytest.approx((0.6 * sd, 0.8 * sd))
    assert item.spread**2 + item.error**2 == pytest.approx(sd**2)
    assert (item.scale, item.published, item.half, item.lean) == ("factor", math.log(100), 0.0, 0.0)


def test_what_is_not_known_of_the_lean_comes_on_top_of_the_doubt():
    factor, points = data(
        ledger_of(
            {"value": 100.0, "source": "monitor"},
            {"value": 0.3, "source": "monitor", "doubt_abs": 0.1, "unit": "share"},
        ),
        [MONITOR],
    )
    assert factor.lean == pytest.approx(math.log(math.sqrt(0.5 * 0.8)))
    lean_sd = math.log(0.8 / 0.5) / (2 * Z90)
    assert factor.spread**2 + factor.error**2 == pytest.approx((math.log(2) / Z90) ** 2 + lean_sd**2)
    assert (points.scale, points.published, points.lean) == ("points", 0.3, pytest.approx(-0.05))
    assert points.error == pytest.approx(0.5 * 0.1 / Z90)
    assert points.spread**2 + points.error**2 == pytest.approx((0.1 / Z90) ** 2 + (0.05 / Z90) ** 2)


def test_the_most_special_leaning_counts_and_none_means_no_lean():
    assert leaning_of([MONITOR, OF_AREA], "monitoring-group", "area") == OF_AREA
    assert leaning_of([OF_AREA, MONITOR], "monitoring-group", "deaths") == MONITOR
    nothing = leaning_of([MONITOR, OF_AREA], "press", "area")
    assert (nothing.factor, nothing.points, nothing.common) == (None, None, 0.5)


def test_a_leaning_about_no_family_is_an_error_with_the_nearest_name():
    ledger = ledger_of({"value": 1.0}, killed={"family": "area"})
    assert len(data(ledger, [OF_AREA])) == 1
    wrong = OF_AREA.model_copy(update={"family": "aera"})
    with pytest.raises(FissureError, match=r"family 'aera', expected the family of a variable.*'area'"):
        data(ledger, [wrong])


def test_a_range_is_used_as_a_range():
    ledger = ledger_of({"bound": "range", "low": 50.0, "high": 200.0}, {"low": 50.0, "value": 80.0, "high": 200.0})
    plain, best = data(ledger, [])
    assert (plain.published, plain.half) == pytest.approx((math.log(100), math.log(2)))
    assert (best.published, best.half) == pytest.approx((math.log(80), math.log(2)))  # the best figure is the middle
    given = np.full((3, 1), math.log(100))
    b, e, r = normals(3, [plain])
    r[:, 0] = -40, 0, 40  # the lowest, the middle and the highest that a uniform can give
    assert reports(given, [plain], b, e, r)[:, 0] == pytest.approx([math.log(50), math.log(100), math.log(200)])


def test_a_range_from_nothing_has_a_finite_lower_end():
    (item,) = data(ledger_of({"bound": "range", "low": 0.0, "high": 100.0}), [])
    assert (item.published, item.half) == pytest.approx((math.log(10), math.log(10)))


def test_bounds_are_censored_readings():
    ledger = ledger_of(
        {"bound": "upper", "value": 100.0}, {"bound": "lower", "value": 100.0}, {"bound": "upper", "high": 100.0}
    )
    items = data(ledger, [])
    given = np.log([[20.0] * 3, [500.0] * 3])
    got = np.exp(reports(given, items, *normals(2, items)))
    assert got[0] == pytest.approx([100, 20, 100])
    assert got[1] == pytest.approx([500, 100, 500])
    assert [item.half for item in items] == [0, 0, 0]


def test_a_bound_already_says_what_leans_its_way():
    low, high = {"bound": "lower", "value": 9.0}, {"bound": "upper", "value": 9.0}
    floor, ceiling = data(ledger_of(low | {"source": "monitor"}, high | {"source": "monitor"}), [MONITOR])
    assert floor.lean == 0  # a floor under a count that is too low
    assert ceiling.lean < 0
    assert floor.spread < ceiling.spread


def test_rivals_enter_with_biases_of_their_own_and_one_publisher_with_one():
    ledger = ledger_of(
        {"value": 100.0, "rival_of": ["o1"], "source": "monitor"},
        {"value": 300.0, "rival_of": ["o0"], "source": "army"},
        {"value": 90.0, "source": "monitor", "date": "2015-02-10"},
        {"value": 5.0, "source": "monitor", "variable": "held"},
        held={"family": "area"},
    )
    items = data(ledger, [])
    names = ("monitor.killed", "army.killed", "monitor.area")
    assert biases(items) == names
    given = np.zeros((1, 4))
    b, e, r = normals(1, items)
    b[0] = 1.0, -1.0, 0.0
    spread = items[0].spread
    published = np.array([item.published for item in items])
    got = reports(given + published, items, b, e, r) - published
    assert got[0] == pytest.approx([spread, -spread, spread, 0.0])


def test_a_report_adds_up_term_by_term():
    (item,) = data(ledger_of({"source": "monitor", "low": 50.0, "value": 80.0, "high": 200.0}), [MONITOR])
    (got,) = reports(np.array([[4.0]]), [item], *normals(1, [item], b=2.0, e=-1.0, r=40.0))
    assert got == pytest.approx([4.0 + item.lean + 2 * item.spread - item.error + item.half])


def test_what_is_nothing_or_not_defined_stands_at_a_floor():
    ledger = ledger_of({"value": 100.0}, {"value": 0.3, "doubt_abs": 0.1})
    items = data(ledger, [])
    given = np.array([[-np.inf, -0.9], [np.nan, np.nan], [math.log(0.5), 0.2], [math.log(2), 0.2]])
    got = floored(given, items)
    assert np.exp(got[:, 0]) == pytest.approx([1, 1, 1, 2])
    assert got[:, 1] == pytest.approx([-0.9, -0.7, 0.2, 0.2])
    assert np.isfinite(reports(given, items, *normals(4, items))).all()


def test_truths_are_counterparts_on_the_scale_of_the_figure():
    ledger = ledger_of(
        {"value": 1.0},
        {"value": 0.1, "doubt_abs": 0.1, "variable": "lost"},
        {"value": 1.0, "date": "2019-01-01"},
        lost={"how": "share-of-peak-lost"},
    )
    items = data(ledger, [])
    stock = run([[40.0, 40.0, 10.0, *[0.0] * 5], [0.0] * 8])
    got = truths(stock, items)
    assert got[0, :2] == pytest.approx([math.log(10), 0.75])
    assert got[1, 0] == -np.inf
    assert np.isnan(got[1, 1])
    assert np.isnan(got[:, 2]).all()  # the run ends before
    assert comparable(stock, items) == items[:2]


def test_only_outcomes_of_the_time_asked_for_are_data():
    ledger = ledger_of(
        {"value": 1.0, "date": "2015-01-31"},
        {"value": 1.0, "period": ("2015-01-01", "2015-02-01")},
        {"value": 1.0, "variable": "strikes"},
        {"value": 1.0, "variable": "weapons"},
        {"value": 1.0, "variable": "other"},
        strikes={"output": "strikes"},
        weapons={"output": None, "how": "none", "reason": "r"},
        other={"output": "else"},
    )

    def ids(**keys):
        return [item.observation.id for item in data(ledger, [], **keys)]

    assert ids() == ["o0", "o1", "o4"]
    assert ids(until=date(2015, 1, 31)) == ["o0", "o4"]
    assert ids(after=date(2015, 1, 31)) == ["o1"]
    assert ids(outputs=["out"]) == ["o0", "o1"]


def test_a_figure_of_nothing_has_no_factor():
    with pytest.raises(ValueError, match="found 0, expected a number above 0, since the doubt is a factor"):
        ledger_of({"value": 0.0})
    (item,) = data(ledger_of({"value": 0.0, "doubt_abs": 0.1}), [])
    assert item.published == 0


def test_wrong_shapes_are_told():
    items = data(ledger_of({"value": 1.0}), [])
    b, e, r = normals(3, items)
    with pytest.raises(ValueError, match=r"bias_normals has the shape \(3, 2\), expected \(3, 1\)"):
        reports(np.zeros((3, 1)), items, np.zeros((3, 2)), e, r)
    with pytest.raises(ValueError, match=r"error_normals has the shape \(2, 1\), expected \(3, 1\)"):
        reports(np.zeros((3, 1)), items, b, e[:2], r)

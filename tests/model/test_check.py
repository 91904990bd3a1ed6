"""Measures on records whose numbers are known."""

import numpy as np
import pytest

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.measure import added, after, at_peak, difference, falls, mean, peak_week, ratio, total
from fissure.model.record import COORDINATES

WEEKS = 120


def weekly(*of_members):
    """(members, weeks) from functions of the week."""
    return np.array([[f(w) for w in range(WEEKS)] for f in of_members], np.float32)


def by(values, coordinates, at):
    """`values` of shape (members, weeks) at position `at` of a dimension, zero elsewhere."""
    out = np.zeros((*values.shape, coordinates), np.float32)
    out[..., at] = values
    return out


@pytest.fixture
def run():
    ramp, ones = weekly(lambda w: w, lambda w: 2 * w), weekly(lambda w: 1, lambda w: 1)
    killed = np.zeros((2, WEEKS, len(COORDINATES["cause"]), 2))
    killed[:, :, COORDINATES["cause"].index("strike"), 0] = 3
    killed[:, :, COORDINATES["cause"].index("ground"), 0] = 4
    killed[:, :, COORDINATES["cause"].index("ground"), 1] = 5
    return {
        "grievance": np.stack([0.2 * ones, 0.6 * ones], axis=2),
        "deserted": np.stack([ramp, ones], axis=2).astype(np.int32),
        "killed": killed,
        "prestige": ramp,
        "territory_km2": by(weekly(lambda w: 60 - abs(w - 60), lambda w: 100 - w), 2, 1),
        "executed_members": by(weekly(lambda w: w == 10, lambda w: 0), 2, 0),
        "event:clash": by(ones, 5, 2),
    }


def near(measure, run, *expected):
    np.testing.assert_allclose(measure(run, run), expected, rtol=1e-6)


def test_an_index_is_averaged_and_a_count_added_up(run):
    near(mean("grievance"), run, 0.4, 0.4)
    near(mean("grievance", "foreign"), run, 0.6, 0.6)
    near(mean("grievance", origin="local"), run, 0.2, 0.2)
    near(mean("deserted"), run, 60.5, 120)
    near(total("deserted", "foreign"), run, 120, 120)


def test_labels_of_one_dimension_are_taken_together(run):
    near(mean("killed", "strike", "ground", "local"), run, 7, 7)
    near(mean("killed", "ground"), run, 9, 9)
    near(mean("killed", cause="strike"), run, 3, 3)
    near(mean("territory_km2", country=0), run, 0, 0)


def test_early_and_late(run):
    near(mean("prestige", weeks="early"), run, 25.5, 51)
    near(mean("prestige", weeks="late"), run, 89.5, 179)
    near(total("prestige", weeks=slice(1, 3)), run, 3, 6)
    near(difference(mean("prestige", weeks="late"), mean("prestige", weeks="early")), run, 64, 128)


def test_events_that_are_not_outputs_are_added_up(run):
    near(total("event:clash"), run, WEEKS, WEEKS)


def test_ratio_and_sum(run):
    near(ratio(total("deserted", "local"), total("deserted", "foreign")), run, 59.5, 119)
    near(added(mean("prestige"), mean("prestige")), run, 119, 238)


def test_falls_count_what_went_down(run):
    near(falls("territory_km2"), run, 59, 119)


def test_peak_week_is_weighted_by_the_flow(run):
    assert peak_week("executed_members", country=0)(run, run)[0] == 10
    assert np.isnan(peak_week("executed_members")(run, run)[1])
    near(peak_week("deserted", "foreign"), run, 59.5, 59.5)


def test_after_looks_at_the_weeks_that_follow_in_the_paired_run(run):
    measure = after("executed_members", "prestige", within=4)
    paired = {**run, "executed_members": by(weekly(lambda w: w in (20, 22), lambda w: 0), 2, 1)}
    found = measure(run, paired)
    assert found[0] == np.mean([21, 22, 23, 24, 25, 26])
    assert np.isnan(found[1])


def test_after_takes_the_highest_tenth_of_a_frequent_event(run):
    measure = after("prestige", "prestige", within=1)
    assert measure(run, run)[0] == np.arange(109, 120).mean()


def test_after_the_last_week_there_is_nothing(run):
    paired = {**run, "executed_members": by(weekly(lambda w: w == 119, lambda w: 0), 2, 0)}
    assert np.isnan(after("executed_members", "prestige")(run, paired)).all()


def test_at_peak_takes_the_weeks_around_the_highest_of_the_paired_run(run):
    found = at_peak("prestige")(run, run)
    assert found[0] == np.arange(47, 73).mean()
    assert found[1] == 2 * np.arange(13).mean()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mean("grievence"), ["grievence", "grievance"]),
        (lambda: mean("grievance", "locl"), ["locl", "local"]),
        (lambda: total("prestige", "local"), ["local", "none"]),
        (lambda: total("killed", cause="strikes"), ["strikes", "strike"]),
        (lambda: total("killed", bloc="strike"), ["bloc", "cause"]),
        (lambda: mean("prestige", weeks="soon"), ["soon", "early"]),
        (lambda: after("executions", "doubt"), ["executions"]),
        (lambda: total("event:clash", "local"), ["event:clash", "local"]),
        (lambda: Check("x", mean("doubt"), 0), ["x", "LOWER"]),
        (lambda: Check("x", mean("doubt"), LOWER, {"treasury.war": 2.0}), ["driver", "driven"]),
        (lambda: Check("x", mean("doubt"), HIGHER, driven="more"), ["driver", "driven"]),
    ],
)
def test_what_cannot_be_measured_is_refused(make, words):
    with pytest.raises(ValueError) as raised:
        make()
    for word in words:
        assert word in str(raised.value)

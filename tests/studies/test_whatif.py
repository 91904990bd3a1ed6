"""Paired differences where the truth is known, and runs in which nothing or something is changed."""

from datetime import date

import numpy as np
import pytest

from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.studies.outcomes import SERIES, outcome
from fissure.studies.scenario import AS_IT_IS, Scenario, scenario_of
from fissure.studies.shapley import mean_interval, variance_ratio
from fissure.studies.whatif import course_of, difference_of, whatif

SIZE = {"weeks": 30, "units": 24, "slots": 20, "members": 5}
SINCE = date(2014, 10, 6)


def test_a_known_difference_is_found(case):
    plain = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    found = difference_of(outcome("deserted", case), plain + np.array([1, 2, 3, 4, -5]), plain)
    assert found.mean == 1 and found.as_it_is == 30 and found.members == found.changed == 5
    half = 2.1318 * np.std([1, 2, 3, 4, -5], ddof=1) / np.sqrt(5)  # t of 4 degrees of freedom, 95%
    assert (found.low, found.high) == (pytest.approx(1 - half, rel=1e-4), pytest.approx(1 + half, rel=1e-4))
    assert found.share == 0.8 and found.verdict == "not shown"
    assert (found.least, found.most) == (pytest.approx(-3.8), pytest.approx(3.8))
    assert found.relative == pytest.approx(1 / 30)


@pytest.mark.parametrize(("shift", "verdict"), [(0.0, "no difference"), (3.0, "moves"), (-3.0, "moves")])
def test_the_same_difference_in_every_member_leaves_no_doubt(case, shift, verdict):
    plain = np.array([10.0, 20.0, 40.0])
    found = difference_of(outcome("deserted", case), plain + shift, plain)
    assert found.low == found.high == found.mean == found.least == found.most == shift
    assert found.verdict == verdict and found.changed == (3 if shift else 0)
    assert np.isnan(found.share) if not shift else found.share == 1


@pytest.mark.parametrize(
    ("d", "said"),
    [
        ([0.0, 0.0, 0.0], "as expected"),
        ([1.0, -1.0, 0.5], "as expected"),
        ([20.0, 21.0, 19.0], "against it"),
        ([-20.0, -21.0, -19.0], "against it"),
        ([30.0, -30.0, 10.0], "open"),
    ],
)
def test_next_to_nothing_is_told_from_something_and_from_not_knowing(case, d, said):
    plain = np.array([90.0, 100.0, 110.0])
    assert difference_of(outcome("deserted", case), plain + d, plain).expected == said


def test_intervals_hold_the_mean_as_often_as_they_say():
    random = np.random.default_rng(7)
    _, low, high = mean_interval(random.exponential(1.0, (40, 4000)))
    assert ((low < 1) & (high > 1)).mean() == pytest.approx(0.9, abs=0.04)


def test_pairing_is_worth_what_the_correlation_makes_it():
    random = np.random.default_rng(3)
    shared, own = random.normal(0, 3, 200_000), random.normal(0, 1, (2, 200_000))
    assert variance_ratio(shared + own[0], shared + own[1]) == pytest.approx((2 * 9 + 2) / 2, rel=0.05)
    assert variance_ratio(own[0], own[1]) == pytest.approx(1, rel=0.05)
    assert np.isinf(variance_ratio(own[0], own[0])) and np.isnan(variance_ratio(np.ones(3), np.ones(3)))


def test_a_course_tells_each_week_by_itself():
    plain = np.zeros((4, 3))
    found = course_of("fighters", plain + np.array([[0, 1, 5], [0, 1, -5]] * 2), plain)
    assert found.mean.tolist() == [0, 1, 0] and found.low[:2].tolist() == found.high[:2].tolist() == [0, 1]
    assert found.low[2] < 0 < found.high[2] and found.most[2] == pytest.approx(5) and found.changed == 4


@pytest.fixture(scope="module")
def said(case):
    def scenario(*moves, off=(), since=None):
        return scenario_of(off, moves, since, parameters=parameters_of(case))

    return {
        "nothing": AS_IT_IS,
        "times one": scenario("forcing.strikes=x1", "desertion.caught=x1", since=SINCE),
        "no desertion": scenario(off=["desertion"]),
        "later": scenario(off=["desertion"], since=SINCE),
    }


@pytest.fixture(scope="module")
def found(case, said, tmp_path_factory):
    return whatif(case, said, out=tmp_path_factory.mktemp("whatif"), **SIZE)


@pytest.mark.parametrize("name", ["nothing", "times one"])
def test_what_changes_nothing_is_exactly_zero_everywhere(found, name):
    answer = found.of[name]
    assert answer.changes_nothing and np.isnan(answer.ratio)
    assert all(one.mean == one.low == one.high == one.least == one.most == 0 for one in answer.differences)
    assert len(answer.courses) == len(SERIES)
    for course in answer.courses:
        for array in (course.mean, course.low, course.high, course.least, course.most):
            assert array.shape == (SIZE["weeks"],) and not array.any()


def test_without_desertion_all_deserters_are_the_difference(found):
    answer = found.of["no desertion"]
    deserted = next(one for one in answer.differences if one.outcome == "deserted")
    assert not answer.changes_nothing and deserted.mean == -deserted.as_it_is < 0
    course = next(one for one in answer.courses if one.series == "deserted")
    assert course.mean[-1] == deserted.mean


def test_before_the_day_nothing_differs(found, case):
    week = (SINCE - case.start).days // 7
    for course in found.of["later"].courses:
        assert not course.least[:week].any() and not course.most[:week].any() and not course.mean[:week].any()
    assert not found.of["later"].changes_nothing


def test_asked_again_nothing_is_run(case, said, found, monkeypatch):
    from fissure.studies.paired_runs import OutcomeTask

    def runs(*_):
        raise AssertionError("a run that was there already")

    monkeypatch.setattr(OutcomeTask, "measure", runs)
    again = whatif(case, dict(reversed(said.items())), out=found.folder, **SIZE)
    assert [one.name for one in again.answers] == [*reversed(said)]
    assert again.of["later"].differences == found.of["later"].differences


@pytest.mark.parametrize(
    ("asked", "options", "words"),
    [
        ({}, {}, "nothing was asked"),
        ({"x": AS_IT_IS}, {"members": 1}, "members"),
        ({"x": AS_IT_IS}, {"of": ["teritory@2014-10-01"]}, "territory"),
        ({"x": Scenario(("desertion",), since=date(2016, 1, 1))}, {}, "outside the run"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(case, tmp_path, asked, options, words):
    with pytest.raises(FissureError, match=words):
        whatif(case, asked, out=tmp_path / "out", **{**SIZE, **options})
    assert not (tmp_path / "out").exists()

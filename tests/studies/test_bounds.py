"""Histories at an end of an outcome: counted where they are known, worked out from means where only these are."""

import numpy as np
import pytest

from fissure.studies.bounds import NOT_RECORDED, AtBound, AtBounds, at_bounds, bounds_of, derived
from fissure.studies.outcomes import KINDS
from fissure.studies.shapley import half_width, mean_interval

ONE, OTHER = "as it is", "with the change"


def test_every_outcome_has_its_ends_or_none():
    ends = {name: bounds_of(f"{name}@2016-12-31" if kind.dated else name, 40, 100) for name, kind in KINDS.items()}
    assert {name for name, one in ends.items() if one.low is None} == {"deserted", "killed", "fled"}
    assert {name for name, one in ends.items() if one.high == 40} == {"apart", "collapse", "replaced"}
    assert {name for name, one in ends.items() if one.high == 1} == {"collapsed", "cohesion"}
    assert {name for name, one in ends.items() if one.high == 100} == {"fighters", "loyal"}


def test_histories_at_the_end_of_the_run_are_counted_in_each_world():
    found = at_bounds(bounds_of("collapse", 40, 0), {ONE: np.array([40.0, 40, 12]), OTHER: np.array([3.0, 40, 12])})
    assert found.found == (AtBound(ONE, "upper", 40.0, 2, 3), AtBound(OTHER, "upper", 40.0, 1, 3))
    assert not found.unreadable(ONE, OTHER)


def test_where_most_are_at_one_end_in_both_worlds_nothing_can_show():
    collapse = bounds_of("collapse", 40, 0)
    assert at_bounds(collapse, {ONE: np.array([40.0, 40, 39]), OTHER: np.full(3, 40.0)}).unreadable(ONE, OTHER)
    ground = bounds_of("territory@2016-12-31", 40, 0)
    assert at_bounds(ground, {ONE: np.zeros(3), OTHER: np.array([0.0, 0, 5])}).unreadable(ONE, OTHER)
    assert not at_bounds(ground, {ONE: np.zeros(3), OTHER: np.array([1.0, 2, 5])}).unreadable(ONE, OTHER)
    apart = at_bounds(bounds_of("cohesion@2016-12-31", 40, 0), {ONE: np.zeros(3), OTHER: np.ones(3)})
    assert len(apart.found) == 2 and not apart.unreadable(ONE, OTHER)


def test_of_yes_and_no_only_all_histories_say_anything():
    yes = bounds_of("collapsed@2016-12-31", 40, 0)
    assert at_bounds(yes, {ONE: np.array([1.0, 1, 0])}).found == ()
    assert at_bounds(yes, {ONE: np.ones(3)}).found == (AtBound(ONE, "upper", 1.0, 3, 3),)


def test_room_for_fighters_counts_as_full_from_nine_tenths():
    found = at_bounds(bounds_of("fighters@2016-12-31", 40, 100), {ONE: np.array([90.0, 100, 89])})
    assert found.found == (AtBound(ONE, "upper", 100.0, 2, 3, near=True),)
    assert not at_bounds(
        bounds_of("fighters@2016-12-31", 40, 100), {ONE: np.full(3, 95.0), OTHER: np.full(3, 99.0)}
    ).unreadable(ONE, OTHER)


@pytest.mark.parametrize("below", [[30], [], [1, 1], [5, 9]])
def test_means_of_whole_numbers_tell_how_many_are_at_the_end(below):
    values = np.full(32, 247.0)
    values[: len(below)] -= below
    mean, low, high = (float(x) for x in mean_interval(values))
    (found,) = derived(bounds_of("collapse", 247, 0), ONE, mean, (high - low) / 2, float(half_width(32)), 32)
    true = 32 - len(below)
    assert found.count == true if not found.least else found.count <= true
    assert found.least == (below == [5, 9])  # two unequal distances leave room for more than two


def test_means_that_say_nothing_give_nothing():
    collapse = bounds_of("collapse", 247, 0)
    assert derived(collapse, ONE, 160.0, 5.0, 1.7, 32) == ()
    assert derived(collapse, ONE, 246.9, np.nan, 1.7, 32) == ()
    assert derived(bounds_of("income@2016-12-31", 247, 0), ONE, 0.0, 0.0, 1.7, 32)[0].count == 32


def test_they_are_read_back_from_json():
    found = AtBounds((AtBound(ONE, "upper", 40.0, 2, 3),))
    assert AtBounds.read(found.as_json()) == found
    assert AtBounds.read(NOT_RECORDED.as_json()) == NOT_RECORDED

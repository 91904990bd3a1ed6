"""Histories at an end of an outcome, counted in each world."""

import numpy as np

from fissure.studies.outcomes import KINDS, AtBound, at_bounds, bounds_of

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

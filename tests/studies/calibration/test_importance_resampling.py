"""Histories that go on: which figures choose them, weights, resampling, and what is kept."""

from datetime import date

import numpy as np
import pytest
from scipy.stats import norm, uniform
from toy_problems import datum

from fissure.api import ledger
from fissure.cases.loader import load_case
from fissure.studies.calibration.importance_resampling import effective_size, log_weights, resampled, state_observations
from fissure.studies.measurement import data


def test_the_state_is_told_by_the_last_figures_of_its_size():
    case = load_case("islamic_state")
    until = date(2015, 12, 31)
    items = data(ledger(case), case.leanings, until=until)
    names = {items[at].observation.id for at in state_observations(items, until)}
    assert names == {"territory-2015-12-ihs", "fighters-total-2015-12-us-dod", "oil-2015-12-world-bank"}
    early = date(2014, 8, 1)
    items = data(ledger(case), case.leanings, until=early)
    assert {items[at].observation.id for at in state_observations(items, early)} == {"oil-2014-07-world-bank"}


def test_weights_are_the_densities_of_what_was_published():
    number, ranged = datum("n", 0.5, error=0.2, spread=0.1, lean=0.05), datum("r", 0.3, error=0.1, half=0.4)
    truth, bias = np.array([[0.4, 0.2], [0.9, 1.5]]), np.array([[1.0, -1.0], [0.0, 2.0]])
    got = log_weights(truth, [number, ranged], bias)
    for row in range(2):
        first = norm.logpdf(0.5, truth[row, 0] + 0.05 + 0.1 * bias[row, 0], 0.2)
        mean = truth[row, 1] + 0.1 * bias[row, 1]
        density = uniform.pdf(np.linspace(-1.5, 2.5, 400_001), 0.3 - 0.4, 0.8)
        second = np.log(np.trapezoid(density * norm.pdf(np.linspace(-1.5, 2.5, 400_001), mean, 0.1), dx=1e-5))
        assert got[row] == pytest.approx(first + second, rel=1e-4, abs=1e-4)


def test_far_tails_stay_finite_and_in_order():
    item = datum("r", 0.0, error=0.01, half=0.1)
    got = log_weights(np.array([[0.0], [1.0], [5.0], [-30.0]]), [item], np.zeros((4, 1)))
    assert np.isfinite(got).all() and (np.diff(got) < 0).all()


def test_resampling_is_by_weight_and_loses_nothing_to_chance():
    weight = np.array([0.5, 0.25, 0.0, 0.25])
    with np.errstate(divide="ignore"):
        rows = resampled(np.log(weight) - 700.0, 1000, np.random.default_rng(3))
    assert np.bincount(rows, minlength=4) == pytest.approx([500, 250, 0, 250], abs=1)
    assert (np.diff(rows) >= 0).all()


def test_weights_are_worth_so_many_equal_ones():
    assert effective_size(np.full(80, -1e4)) == pytest.approx(80)
    assert effective_size(np.array([0.0, -800.0, -900.0])) == pytest.approx(1)
    assert effective_size(np.log([3.0, 1.0])) == pytest.approx(16 / 10)

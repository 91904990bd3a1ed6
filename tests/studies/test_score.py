"""Scores against answers known in closed form or by hand."""

import math
from datetime import date

import numpy as np
import pytest
from made import datum, variable
from scipy.stats import norm

from fissure.studies.score import against, by_variable, score, total

DAY = date(2016, 1, 1)


def one(samples, item):
    return score(np.asarray(samples, float)[:, None], [item])[0]


def test_crps_of_a_normal_is_that_of_the_closed_form():
    mean, sd, y, n = 1.0, 2.0, 2.5, 4000
    samples = mean + sd * norm.ppf((np.arange(n) + 0.5) / n)
    z = (y - mean) / sd
    closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))
    assert one(samples, datum(y, DAY)).crps == pytest.approx(closed, abs=1e-3)


def test_crps_is_fair_to_small_ensembles():
    """E|X - y| less half of the mean distance between different members."""
    samples, y = np.array([0.0, 1.0, 5.0]), 2.0
    apart = np.abs(samples[:, None] - samples).sum() / (3 * 2)
    assert one(samples, datum(y, DAY)).crps == pytest.approx(np.abs(samples - y).mean() - apart / 2)


@pytest.mark.parametrize(("y", "expected"), [(50.0, 90.0), (-3.0, 90.0 + 20 * 8.0), (99.0, 90.0 + 20 * 4.0)])
def test_the_interval_score_by_hand(y, expected):
    found = one(np.arange(101.0), datum(y, DAY))  # 5% and 95% quantiles are 5 and 95
    assert (found.low, found.median, found.high) == (5.0, 50.0, 95.0)
    assert found.interval == pytest.approx(expected)
    assert found.covered == (5.0 <= y <= 95.0)
    assert found.off == 50.0 - y


def test_a_bound_costs_only_what_breaks_it():
    samples = np.arange(101.0)
    kept = one(samples, datum(200.0, DAY, bound="upper"))
    assert (kept.crps, kept.interval, kept.beyond, kept.covered) == (0.0, 0.0, 0.0, True)
    broken = one(samples, datum(200.0, DAY, bound="lower"))
    assert broken.crps > 100 and broken.beyond == 1.0 and not broken.covered
    partly = one(samples, datum(90.0, DAY, bound="upper"))
    assert partly.beyond == pytest.approx(10 / 101) and partly.covered and 0 < partly.crps < 1


def test_what_is_no_number_is_left_out_and_counted():
    whole = one(np.arange(11.0), datum(3.0, DAY))
    found = one([*np.arange(11.0), np.nan, np.inf], datum(3.0, DAY))
    assert (found.crps, found.samples, found.left_out) == (whole.crps, 11, 2)
    assert score(np.full((5, 1), np.nan), [datum(3.0, DAY)]) == []
    with pytest.raises(ValueError, match="shape"):
        score(np.zeros((5, 2)), [datum(3.0, DAY)])


def test_sums_and_means_over_variables():
    """Three figures of one variable, one of another, one bound; coverage counts two-sided figures only."""
    samples = np.tile(np.arange(101.0)[:, None], (1, 5))
    few = variable("other")
    items = [datum(y, DAY) for y in (50.0, 60.0, 120.0)] + [datum(20.0, DAY, few), datum(10.0, DAY, few, bound="lower")]
    rows = score(samples, items)
    found, means = total(rows), by_variable(rows)
    assert [(m.variable, m.figures, m.covered, m.two_sided) for m in means] == [("stock", 3, 2, 3), ("other", 2, 1, 1)]
    assert found.crps == pytest.approx(sum(row.crps for row in rows))
    first, second = (np.mean([r.crps for r in rows[a:b]]) for a, b in ((0, 3), (3, 5)))
    assert found.crps_mean == pytest.approx((first + second) / 2) != pytest.approx(found.crps / 5)
    assert (found.covered, found.two_sided, found.kept, found.bounds) == (3, 4, 1, 1)
    assert found.coverage == 0.75
    assert found.coverage_interval == pytest.approx((0.3006, 0.9544), abs=1e-4)
    assert total([]).coverage is None and total([]).figures == 0


def test_coverage_of_a_true_forecast_is_what_it_promises():
    random = np.random.default_rng(1)
    items = [datum(y, DAY) for y in random.standard_normal(600)]
    rows = score(random.standard_normal((400, 600)), items)
    assert 0.87 < total(rows).coverage < 0.93


def test_skill_is_over_the_figures_that_both_speak_of():
    items = [datum(0.0, DAY), datum(0.0, DAY), datum(0.0, DAY, variable("other"))]
    sharp, blunt = np.linspace(-1, 1, 101)[:, None] * [1, 1, 1], np.linspace(-4, 4, 101)[:, None] * [1, np.nan, 1]
    found = against(score(sharp, items), score(blunt, items))
    assert (found.figures, found.ours.variables, found.better) == (2, 2, 2)
    assert found.skill == pytest.approx(0.75) and found.skill_mean == pytest.approx(0.75)
    assert against(score(sharp, items), []).skill is None

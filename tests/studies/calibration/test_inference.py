"""The inference against a problem whose posterior is known: truth is linear in the parameters, all errors normal."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from toy_problems import SEEN, datum, exact, linear

from fissure.studies.calibration.checks import LEVEL, abc_posterior, compare_methods, posterior_predictive, recover
from fissure.studies.calibration.flow import Training, train
from fissure.studies.calibration.problem import Problem

CHECKED = range(SEEN, 2_000)


class Known:
    """In the place of a flow: draws of the exact posterior, `wide` times as wide and `off` sds away."""

    def __init__(self, problem, wide=1.0, off=0.0):
        self.problem, self.wide, self.off = problem, wide, off

    def sample(self, reports, count, seed):
        rng = np.random.default_rng(seed)
        drawn = []
        for row in reports:
            items = tuple(replace(i, published=y) for i, y in zip(self.problem.items, row, strict=True))
            mean, covariance = exact(replace(self.problem, items=items))
            root = np.linalg.cholesky(covariance)
            z = self.wide * rng.standard_normal((count, len(mean))) + self.off
            drawn.append(mean + z @ root.T)
        return np.array(drawn)


def test_simulating_gives_prior_biases_and_what_the_measurement_model_says(toy):
    members = np.repeat(np.arange(2_000), 10)
    target, said = toy.simulate(np.random.default_rng(0), members)
    assert toy.targets == ("one.x", "two.x", "three.x", "bias:a.v", "bias:b.v")
    assert (target[:, :3] == toy.z[members]).all()
    lean, spread = np.array([0, 0, 0.2, 0.2]), 0.5 * target[:, [3, 3, 4, 4]]
    error = said - toy.truth[members] - lean - spread
    assert error.std(axis=0) == pytest.approx(np.full(4, 0.3), rel=0.03)
    assert np.abs(np.corrcoef(np.hstack([error, target[:, 3:]]).T) - np.eye(6)).max() < 0.03


def test_only_learned_parameters_are_targets(toy):
    one = replace(toy, learned=(1,))
    target, _ = one.simulate(np.random.default_rng(0), [4, 2])
    assert one.targets == ("two.x", "bias:a.v", "bias:b.v")
    assert (target[:, 0] == toy.z[[4, 2], 1]).all()


def test_a_bound_that_next_to_no_member_breaks_is_not_blown_up(toy):
    item = datum("u", 1.0, bound="upper", error=0.3, spread=0.4)
    rare = Problem((item,), ("p",), np.zeros((1000, 1)), np.full((1000, 1), -2.0), (0,))
    mean, spread = rare.standard(rare.simulate(np.random.default_rng(0), range(1000))[1])
    assert (mean, spread) == (1.0, 0.5)  # all reports are the bound itself; one beyond it is some 0.5 off, not 10^6


@pytest.mark.slow
def test_the_flow_finds_the_posterior_that_is_known(toy, flow):
    mean, covariance = exact(toy)
    spread = np.sqrt(np.diag(covariance))
    drawn = flow.sample(toy.observed[None], 4_000, 9)[0]
    assert drawn.shape == (4_000, 5)
    assert np.abs(drawn.mean(axis=0) - mean).max() < 0.25 * spread.max()
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.2)
    found = np.corrcoef(drawn.T)
    assert np.abs(found - covariance / np.outer(spread, spread)).max() < 0.25


@pytest.mark.slow
def test_it_recovers_what_it_never_saw(toy, flow):
    found = recover(flow, toy, CHECKED, 200, 1)
    assert [one.target for one in found.targets] == list(toy.targets) and found.sets == 300
    assert 0.86 <= found.covered <= 0.94
    assert found.uniform >= 0.8
    _, covariance = exact(toy)
    assert [one.contraction for one in found.targets] == pytest.approx(list(1 - np.diag(covariance)), abs=0.1)


def test_the_checks_pass_for_the_exact_posterior(toy):
    found = recover(Known(toy), toy, CHECKED, 200, 1)
    assert 0.87 <= found.covered <= 0.93 and found.uniform == 1.0
    _, covariance = exact(toy)
    assert [one.contraction for one in found.targets] == pytest.approx(list(1 - np.diag(covariance)), abs=0.02)


@pytest.mark.parametrize(
    ("wide", "off", "low", "high"), [(0.5, 0.0, 0.5, 0.7), (2.0, 0.0, 0.99, 1.0), (1.0, 0.6, 0.7, 0.87)], ids=str
)
def test_the_checks_fail_for_a_posterior_that_is_too_narrow_too_wide_or_off(toy, wide, off, low, high):
    found = recover(Known(toy, wide, off), toy, CHECKED, 200, 1)
    assert low <= found.covered <= high
    assert found.uniform <= 0.4
    assert min(one.rank_p for one in found.targets) < LEVEL / 1000


@pytest.mark.slow
def test_the_same_seed_gives_the_same_flow_and_another_seed_another(toy):
    small, training = replace(toy, z=toy.z[:40], truth=toy.truth[:40]), Training(2, 8, 0.1, 256, 2)  # less than a batch
    first, again, other = (train(small, seed, training) for seed in (2**64 - 1, 2**64 - 1, 4))
    drawn = [one.sample(toy.observed[None], 5, 6) for one in (first, again, other)]
    assert np.isfinite(drawn).all()
    assert (first.losses == again.losses).all() and (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any() and (first.sample(toy.observed[None], 5, 7) != drawn[0]).any()


@pytest.mark.slow
def test_training_sees_each_member_anew_and_stops_by_others(toy, monkeypatch):
    asked = []
    simulate = Problem.simulate
    monkeypatch.setattr(
        Problem, "simulate", lambda self, rng, members: (asked.append(members), simulate(self, rng, members))[1]
    )
    small = replace(toy, z=toy.z[:100], truth=toy.truth[:100])
    flow = train(small, 1, Training(2, 8, 0.0, 32, 3))
    assert flow.losses.shape == (3, 2)
    scaled, unseen, *batches = asked
    seen, held = set(scaled), set(unseen)
    assert len(seen) == 90 and len(held) == 10 and not seen & held
    assert all(set(batch) <= seen and len(set(batch)) == len(batch) == 32 for batch in batches)
    assert len({tuple(batch) for batch in batches[-6:]}) == 6  # another order every epoch


@pytest.mark.slow
def test_one_figure_and_one_parameter_are_enough(toy):
    one = Problem(toy.items[:1], toy.parameters[:1], toy.z[:100, :1], toy.truth[:100, :1], (0,))
    drawn = train(one, 1, Training(2, 8, 0.0, 32, 1)).sample(one.observed[None], 10, 1)
    assert drawn.shape == (1, 10, 2) and np.isfinite(drawn).all()


@pytest.mark.slow
def test_the_log_of_others_is_left_as_it_was():
    ask = (
        "import logging; from fissure.studies.calibration.flow import libraries; libraries(); "
        "log = logging.getLogger(); print(log.level, len(log.handlers))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["30", "0"] and "INFO" not in done.stderr


def test_the_second_method_finds_the_posterior_that_is_known(toy):
    mean, covariance = exact(toy)
    spread = np.sqrt(np.diag(covariance))
    theta, weights = abc_posterior(toy, 1)
    assert weights.sum() == pytest.approx(1.0) and (weights >= 0).all() and len(theta) == 0.05 * 8 * 2_000
    found = weights @ theta
    assert np.abs(found - mean).max() < 0.15
    assert np.sqrt(weights @ (theta - found) ** 2) == pytest.approx(spread, rel=0.12)


@pytest.mark.slow
def test_both_methods_agree(toy, flow):
    drawn = flow.sample(toy.observed[None], 2_000, 9)[0]
    found = compare_methods(toy, drawn, 1)
    assert [one.target for one in found] == list(toy.targets)
    assert max(one.apart for one in found) < 0.3
    assert [one.target for one in found if one.main] == ["one.x", "two.x", "bias:a.v", "bias:b.v"]
    shifted = compare_methods(toy, drawn + 1.0, 1)
    assert min(one.apart for one in shifted) > 0.7


def test_a_predictive_check_carries_the_biases_of_its_draws():
    item = datum("f", 1.0, error=0.1, spread=0.5, bias="a.v")
    truth = np.zeros((2_000, 1))
    (right,) = posterior_predictive(truth, [item], np.full((2_000, 1), 2.0), 1)
    assert right.inside and right.below == pytest.approx(0.5, abs=0.05)
    assert (right.low, right.high) == pytest.approx((1 - 0.164, 1 + 0.164), abs=0.02)
    (wrong,) = posterior_predictive(truth, [item], np.zeros((2_000, 1)), 1)
    assert not wrong.inside and wrong.below == 1.0


def test_a_bound_that_members_keep_is_reproduced():
    item = datum("u", 0.5, bound="upper", error=0.05, spread=0.05)
    bias = np.random.default_rng(0).standard_normal((500, 1))
    (kept,) = posterior_predictive(np.zeros((500, 1)), [item], bias, 1)
    assert kept.inside and kept.below == 0.5 and kept.low == kept.high == 0.5
    (broken,) = posterior_predictive(np.ones((500, 1)), [item], bias, 1)
    assert not broken.inside and broken.below < 0.05


@pytest.mark.slow
def test_at_length_every_target_is_recovered():
    problem = linear(members=8_000, seed=6)
    cut = 7_000
    training = Training(depth=3, width=64, dropout=0.0, batch=128, epochs=60, rate=2e-3)
    flow = train(replace(problem, z=problem.z[:cut], truth=problem.truth[:cut]), 2, training)
    found = recover(flow, problem, range(cut, 8_000), 400, 2)
    assert 0.88 <= found.covered <= 0.92 and found.uniform == 1.0
    assert all(0.865 <= one.covered <= 0.935 for one in found.targets)

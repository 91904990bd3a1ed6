"""What knowing a number says of another, where the answer is known."""

import numpy as np
import pytest
from known_functions import FIRST, ishigami

from fissure.studies.sensitivity.information_value import (
    design,
    variance_explained,
    variance_explained_by_each,
)


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(4).standard_normal((1500, 8))


@pytest.mark.parametrize("part", [0.0, 0.1, 0.3, 0.8])
def test_a_gaussian_linear_share_is_found(normal, part):
    y = np.sqrt(part) * normal[:, 0] + np.sqrt(1 - part) * normal[:, 1]
    found = variance_explained(normal[:, :1], y[:, None])
    assert found.share[0] == pytest.approx(part, abs=0.04)
    assert found.low[0] - 0.01 <= part <= found.high[0] + 0.01


def test_what_is_told_with_error_is_worth_less(normal):
    """Of y known with an error of its own size half is known; from three such reports three quarters."""
    y = normal[:, :1]
    said = y + normal[:, 1:4]
    assert variance_explained(said[:, :1], y).share[0] == pytest.approx(0.5, abs=0.05)
    assert variance_explained(said, y).share[0] == pytest.approx(0.75, abs=0.04)


def test_dependent_inputs_tell_of_one_another(normal):
    """x that does nothing, but goes along with what does: its share is its squared correlation."""
    y = normal[:, :1]
    x = 0.8 * y + 0.6 * normal[:, 1:2]
    assert variance_explained(x, y).share[0] == pytest.approx(0.64, abs=0.05)


def test_a_share_that_is_no_slope_is_found(normal):
    y = normal[:, :1] ** 2
    assert variance_explained(normal[:, :1], y).share[0] > 0.9


def test_noise_is_worth_nothing(normal):
    found = variance_explained_by_each(normal[:, 1:], normal[:, :1])
    share, low = (np.stack([getattr(one, name) for one in found]) for name in ("share", "low"))
    assert (share < 0.01).all()
    assert (low < 0.005).all()


def test_first_order_indices_of_a_known_function():
    u = np.random.default_rng(1).random((3000, 3))
    share = np.stack([one.share for one in variance_explained_by_each(u, ishigami(u)[:, None])])
    for at, name in enumerate(("x1", "x3")):
        assert share[[0, 2][at], 0] == pytest.approx(FIRST[name], abs=0.04)


def test_intervals_hold_the_truth():
    """Of the mean over many samples: a 95% interval of a share of a quarter."""
    held = 0
    for seed in range(60):
        x = np.random.default_rng([7, seed]).standard_normal((400, 2))
        y = 0.5 * x[:, :1] + np.sqrt(0.75) * x[:, 1:]
        found = variance_explained(x[:, :1], y, seed)
        held += found.low[0] <= 0.25 <= found.high[0]
    assert 0.85 <= held / 60 <= 1.0


def test_what_does_not_vary_says_nothing(normal):
    still = np.ones((1500, 1))
    assert design(still).shape == (1500, 0)
    assert variance_explained(still, normal[:, :1]).share[0] == pytest.approx(0.0, abs=0.01)
    assert variance_explained(normal[:, :1], still).share[0] == 0.0


def test_few_different_numbers_do(normal):
    """A report that is cut off at a bound has one number in most members."""
    x = np.maximum(normal[:, :1], 1.0)
    found = variance_explained(x, (normal[:, :1] > 1.0).astype(float))
    assert found.share[0] > 0.7

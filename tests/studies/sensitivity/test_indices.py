"""Indices of functions whose answer is known, with chance among the inputs."""

import sys

import numpy as np
import pytest
from known_functions import FIRST, ISHIGAMI, TOTAL, g, g_indices, ishigami

from fissure.errors import FissureError
from fissure.studies.sensitivity.design import LUCK, REST, available, converging, indices

NOISE = 0.5


def samples(function, inputs, n, seed, noise=0.0, block=1):
    """Outcomes of A, B and the mixtures, of rest (a member of its own) and of luck; `block` rows share each input."""
    rng = np.random.default_rng(seed)
    a, b = (np.repeat(rng.random((n // block, inputs)), block, axis=0) for _ in range(2))
    first, second, other = (noise * rng.standard_normal(n) for _ in range(3))
    mixed = []
    for at in range(inputs):
        own = a.copy()
        own[:, at] = b[:, at]
        mixed.append(function(own) + first)
    return function(a) + first, function(b) + second, np.stack([*mixed, function(a) + second, function(a) + other])


def names(inputs):
    return [*(f"x{i + 1}" for i in range(inputs)), REST, LUCK]


def test_ishigami():
    noise = NOISE * ISHIGAMI**0.5
    found = indices(*samples(ishigami, 3, 6000, 1, noise), names(3))
    less = ISHIGAMI / (ISHIGAMI + noise**2)
    for one in found[:3]:
        assert one.first == pytest.approx(less * FIRST[one.input], abs=0.05)
        assert one.total == pytest.approx(less * TOTAL[one.input], abs=0.05)
    rest, luck = found[3:]
    assert rest.first == pytest.approx(1 - less, abs=0.05)
    assert rest.total == pytest.approx(1 - less, abs=0.02)
    assert luck.total == pytest.approx(1 - less, abs=0.02)
    assert np.isnan(luck.first)


@pytest.mark.thorough
def test_g():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    first, total = g_indices(a)
    found = indices(*samples(lambda u: g(u, a), 5, 6000, 2), names(5))
    assert [one.first for one in found[:5]] == pytest.approx(first, abs=0.05)
    assert [one.total for one in found[:5]] == pytest.approx(total, abs=0.05)
    assert found[5].total == found[6].total == 0


@pytest.mark.thorough
@pytest.mark.parametrize("block", [1, 4])
def test_intervals_hold_the_truth(block):
    """Also where rows of a block have the same inputs, as runs side by side have the same forcings."""
    a = np.array([0.0, 1.0, 9.0])
    first, total = g_indices(a)
    noise = 0.3
    variance = np.prod(1 + 1 / (3 * (1 + a) ** 2)) - 1
    less = variance / (variance + noise**2)
    held = []
    for seed in range(40):
        for at, one in enumerate(indices(*samples(lambda u: g(u, a), 3, 320, seed, noise, block), names(3), block)[:3]):
            held.append(one.first_low <= less * first[at] <= one.first_high)
            held.append(one.total_low <= less * total[at] <= one.total_high)
    assert 0.85 <= np.mean(held) <= 0.99


def test_more_rows_settle():
    a = np.array([0.0, 1.0, 9.0])
    steps = converging(*samples(lambda u: g(u, a), 3, 3200, 3, 0.2), names(3))
    assert [step[0].rows for step in steps] == [800, 1600, 3200]
    widths = [step[0].total_high - step[0].total_low for step in steps]
    assert widths[2] < 0.75 * widths[0]
    assert all(one.converged for one in steps[2])
    few = converging(*samples(lambda u: g(u, a), 3, 40, 3, 0.2), names(3))
    assert not all(one.converged for one in few[-1])


def test_what_does_not_vary_has_no_indices():
    still = np.ones(40)
    found = indices(still, still, np.ones((3, 40)), names(1))
    assert all(np.isnan(one.total) for one in found)


def test_without_salib_one_clear_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)
    with pytest.raises(FissureError, match=r"SALib, which is not installed.*pip install 'fissure\[attribution\]'"):
        available()

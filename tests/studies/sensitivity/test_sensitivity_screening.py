"""Screening, where it is known which inputs do anything."""

import numpy as np
import pytest
from known_functions import g, ishigami

from fissure.studies.sensitivity.screening import screen

MANY = [f"x{i + 1}" for i in range(120)]


def noisy(y, rng, part=0.5):
    return y + part * y.std() * rng.standard_normal(len(y))


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(5)
    u = rng.random((900, 120))
    y = np.stack([noisy(ishigami(u), rng), noisy(g(u, np.array([0.0, 1.0, 50.0])), rng)], axis=1)
    return screen(u, y, MANY, ["ishigami", "g"])


def test_the_strong_are_found_among_many_that_do_nothing_and_noise(found):
    assert {one.input for one in found.of("ishigami")} == {"x1", "x2", "x3"}
    assert {one.input for one in found.of("g")} == {"x1", "x2"}
    assert found.kept[:1] in (("x1",), ("x2",))


def test_what_acts_through_another_alone_moves_the_scatter(found):
    assert next(one for one in found.of("ishigami") if one.input == "x3").way == "spread"


def test_of_inputs_that_do_nothing_hardly_one_passes():
    passed = 0
    for seed in range(20):
        rng = np.random.default_rng([9, seed])
        passed += bool(screen(rng.random((300, 120)), rng.standard_normal((300, 2)) ** 3, MANY, ["a", "b"]).found)
    assert passed <= 4


def test_what_goes_along_with_a_cause_is_not_taken_for_one():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((800, 10))
    x[:, 1] = 0.9 * x[:, 0] + 0.4 * rng.standard_normal(800)
    y = x[:, 0] + 0.7 * rng.standard_normal(800)
    assert screen(x, y[:, None], MANY[:10], ["y"]).kept == ("x1",)


def test_an_input_that_is_the_same_side_by_side_is_tested_on_blocks():
    """Half of the variance is of one such input; another, next to it, does nothing and must not borrow from it."""
    passed, others = {"strikes": 0, "oil": 0}, 0
    for seed in range(25):
        rng = np.random.default_rng([3, seed])
        block = np.arange(400) // 4
        shared = rng.standard_normal((100, 3))[block]
        x = np.concatenate([shared[:, :2], rng.standard_normal((400, 5))], axis=1)
        y = shared[:, 0] + shared[:, 2] + 0.5 * rng.standard_normal(400)  # the third is not among the inputs
        names = ["strikes", "oil", *MANY[:5]]
        found = screen(x, y[:, None], names, ["y"], by_block=("strikes", "oil"), block=block)
        for name in passed:
            passed[name] += name in found.kept
        others += bool(set(found.kept) & set(MANY))
    assert passed["strikes"] == 25
    assert passed["oil"] <= 4
    assert others <= 4


def test_an_outcome_that_does_not_vary_hangs_on_nothing():
    u = np.random.default_rng(1).random((200, 4))
    assert not screen(u, np.ones((200, 1)), MANY[:4], ["still"]).found

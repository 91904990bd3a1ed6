"""Which parameters are learned: planted effects are found, noise is left."""

import numpy as np
import pytest
from toy_problems import datum

from fissure.studies.calibration.problem import LEAST, RATE, screen

MEMBERS, NOISE = 400, 200


def planted(seed=0, members=MEMBERS):
    """Normals of three parameters that matter and `NOISE` that do not, and truths of five figures."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((members, 3 + NOISE))
    e = rng.standard_normal((members, 5))
    truth = np.column_stack(
        [
            z[:, 0] + 0.5 * e[:, 0],
            np.exp(3.0 * z[:, 1]) + 0.1 * e[:, 1],  # by ranks, a skewed figure is like any other
            -0.6 * z[:, 0] + 0.5 * z[:, 2] + e[:, 2],
            e[:, 3],
            e[:, 4],
        ]
    )
    return z, truth


NAMES = [f"p{at}" for at in range(3 + NOISE)]
ITEMS = [datum(f"f{at}") for at in range(5)]


def test_planted_effects_are_found_with_the_figure_that_tells_them():
    found = screen(*planted(), NAMES, ITEMS)
    assert [one.parameter for one in found] == NAMES
    assert [one.learned for one in found[:3]] == [True] * 3
    assert [one.of for one in found[:3]] == ["f0", "f1", "f2"]
    assert found[0].explains == pytest.approx(0.8, abs=0.08)  # 1 / (1 + 0.25), by ranks a little less
    assert found[0].reason == f"explains {found[0].explains:.1%} of f0"
    left = next(one for one in found if not one.learned)
    assert left.reason == f"explains no more than {left.explains:.1%} of any figure (most of {left.of})"


def test_noise_is_left():
    found = [one for seed in range(10) for one in screen(*planted(seed), NAMES, ITEMS)[3:]]
    wrong = sum(one.learned for one in found)
    assert wrong <= 5  # of 2000; the 30 true effects allow some RATE of 5 figures each, without the line it were 100
    assert sum(one.p <= 0.01 for one in found) > 50  # so it is the line that leaves them


def test_where_nothing_moves_anything_nothing_is_learned():
    z, truth = planted(4)
    assert not any(one.learned for one in screen(z[:, 3:], truth[:, :3], NAMES[3:], ITEMS[:3]))


def test_an_effect_that_is_sure_but_small_is_left():
    rng = np.random.default_rng(2)
    z = rng.standard_normal((20_000, 1))
    truth = 0.05 * z + rng.standard_normal((20_000, 1))
    (one,) = screen(z, truth, ["p"], ITEMS[:1])
    assert one.p < RATE / 1000 and one.explains < LEAST and not one.learned
    (kept,) = screen(z, truth, ["p"], ITEMS[:1], least=0.001)
    assert kept.learned


def test_figures_that_do_not_move_or_are_not_defined_are_no_obstacle():
    z, truth = planted()
    truth[:, 3], truth[:, 4] = 0.25, np.nan
    assert [one.learned for one in screen(z, truth, NAMES, ITEMS)[:3]] == [True] * 3
    truth[:] = 0.25
    found = screen(z, truth, NAMES, ITEMS)
    assert [one.parameter for one in found] == NAMES and not any(one.learned for one in found)


def test_a_parameter_without_spread_is_left():
    z, truth = planted()
    z[:, 0] = 0.0
    assert not screen(z, truth, NAMES, ITEMS)[0].learned

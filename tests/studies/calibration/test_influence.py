"""A run beside the figures: the parameters that go with a figure are found, noise is left."""

import numpy as np
from toy_problems import datum

from fissure.studies.calibration import influence
from fissure.studies.calibration.problem import RATE


def test_what_goes_with_a_figure_is_found_and_noise_is_not():
    rng = np.random.default_rng(3)
    z = rng.standard_normal((80, 30))
    items = [datum(f"f{at}") for at in range(6)]
    truth = rng.standard_normal((80, 6))
    truth[:, 2] = np.exp(2 * z[:, 7]) + 0.1 * rng.standard_normal(80)  # monotone, far from linear
    truth[:, 4] = 1.0  # moves not at all
    found = influence.goes_with(z, truth, [f"p{k}" for k in range(30)], items)
    assert found[items[2].observation.id][0][0] == "p7"
    assert found[items[2].observation.id][0][1] > 0.9
    assert items[4].observation.id not in found
    others = sum(len(found[items[k].observation.id]) for k in (0, 1, 3, 5))
    assert others <= 1, f"at a false discovery rate of {RATE}"


def test_members_with_one_draw_are_one_witness_and_few_witnesses_say_nothing():
    z = np.random.default_rng(3).standard_normal((influence.FEWEST, 3))
    assert influence.with_own_parameters(np.vstack([z, z[::-1]])).tolist() == list(range(influence.FEWEST))
    assert influence.with_own_parameters(np.empty((4, 0))).tolist() == []
    names, items = ["a", "b", "c"], [datum("f")]
    assert influence.goes_with(z, z[:, :1], names, items) == {"f": (("a", 1.0),)}
    assert influence.goes_with(z[1:], z[1:, :1], names, items) == {}

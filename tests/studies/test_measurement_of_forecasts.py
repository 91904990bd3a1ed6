"""What would have been published of a forecast, with no look at what was."""

import math
from datetime import date

import numpy as np
from made import datum, variable

from fissure.studies.measurement import floors, noise, published

DAY = date(2016, 1, 1)


def test_a_report_is_a_truth_with_lean_bias_error_and_range():
    items = [datum(9.0, DAY, lean=0.5, spread=2.0, error=3.0, half=4.0), datum(9.0, DAY, bias="b.stock")]
    bias, error, within = np.array([[1.0, 7.0]]), np.array([[-1.0, 5.0]]), np.array([[math.inf, 0.3]])
    found = published(np.array([[1.0, 2.0]]), items, bias, error, within)
    assert found.tolist() == [[1.0 + 0.5 + 2.0 - 3.0 + 4.0, 2.0]]


def test_biases_are_shared_by_name_and_can_be_learned():
    items = [datum(9.0, DAY, spread=1.0), datum(9.0, DAY, spread=1.0), datum(9.0, DAY, bias="b.stock", spread=1.0)]
    found = published(np.zeros((500, 3)), items, *noise(items, 500, 1))
    assert np.array_equal(found[:, 0], found[:, 1]) and abs(np.corrcoef(found.T)[0, 2]) < 0.2
    learned = published(
        np.zeros((2, 3)), items, *noise(items, 2, 1, lambda seed, members, names: np.tile([0.1, 0.2], (2, 1)))
    )
    assert learned.tolist() == [[0.1, 0.1, 0.2]] * 2


def test_nothing_stands_at_a_thousandth_of_the_priors_upper_end():
    prior = np.column_stack([np.r_[np.full(50, -np.inf), np.linspace(0.0, 10.0, 51)], np.full(101, 0.2)])
    items = [datum(9.0, DAY), datum(0.5, DAY, variable("share", unit="share"), scale="points")]
    found = floors(prior, items)
    assert np.isclose(found[0], 9.5 - math.log(1000)) and found[1] == -np.inf

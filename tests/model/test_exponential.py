"""The polynomial for e^x against the truth."""

import numpy as np
import pytest

from fissure.model.exponential import exp


@pytest.mark.parametrize(("reach", "error"), [(1.0, 3e-7), (10.0, 7e-7), (87.0, 5e-6)])
def test_the_stated_error_holds(reach, error):
    x = np.linspace(-reach, reach, 400_001).astype(np.float32)
    assert np.abs(np.asarray(exp(x), np.float64) / np.exp(x.astype(np.float64)) - 1).max() < error


def test_nothing_happens_at_no_hazard_and_everything_at_an_endless_one():
    assert float(exp(np.float32(0.0))) == float(exp(np.float32(-0.0))) == 1.0
    assert float(1.0 - exp(np.float32(-np.inf))) == 1.0
    assert 0.0 < float(exp(np.float32(-1e30))) < 1e-37
    assert np.isfinite(float(exp(np.float32(1e30))))


def test_more_is_more():
    x = np.linspace(-20, 8, 200_001).astype(np.float32)
    y = np.asarray(exp(x), np.float64)
    assert (np.diff(y) >= -1e-6 * y[1:]).all()

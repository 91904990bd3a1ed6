"""The sampling error of quantiles, against the binomial distribution and made-up samples."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binom

from fissure.errors import FissureError
from fissure.studies.effective import EffectiveSample, quantile_error, quantiles_of


@pytest.mark.parametrize("n", [2, 20, 58, 59, 137])
@pytest.mark.parametrize("q", [0.05, 0.25, 0.5, 0.95])
def test_ends_are_the_order_statistics_that_the_binomial_distribution_gives(n, q):
    found = quantile_error(np.arange(1, n + 1), q)
    low = max((k for k in range(1, n + 1) if binom.cdf(k - 1, n, q) <= 0.05), default=-np.inf)
    high = min((k for k in range(1, n + 1) if binom.sf(k - 1, n, q) <= 0.05), default=np.inf)
    assert (found.low, found.high) == (low, high)


def test_fewer_independent_histories_make_it_less_sure():
    values = np.random.default_rng(1).normal(size=400)
    alone, shared = quantile_error(values, 0.05), quantile_error(values, 0.05, independent=100)
    assert shared.value == alone.value == np.quantile(values, 0.05)
    assert shared.low < alone.low and shared.high > alone.high
    assert 1.4 < shared.error / alone.error < 3


def test_below_59_independent_histories_nothing_bounds_the_5_percent_quantile():
    values = np.arange(400.0)
    assert np.isinf(quantile_error(values, 0.05, independent=58).low)
    assert np.isfinite(quantile_error(values, 0.05, independent=59).low)
    assert quantile_error(values, 0.95, independent=58).high == np.inf


@pytest.mark.parametrize(("q", "n"), [(0.5, 25), (0.05, 100), (0.95, 100)])
def test_standard_errors_are_near_those_of_many_samples(q, n):
    samples = np.random.default_rng(2).normal(size=(n, 2000))
    true = np.quantile(samples, q, axis=0).std()
    assert quantile_error(samples[:, :300], q).error.mean() == pytest.approx(true, rel=0.2)


def test_of_one_history_nothing_is_known():
    found = quantile_error([3.0], 0.05)
    assert np.isnan(found.error) and found.low == -np.inf and found.high == np.inf and found.value == 3.0


@pytest.mark.parametrize(("values", "q"), [([], 0.5), ([1.0, 2.0], 0.0), ([1.0, 2.0], 1.0)])
def test_what_has_no_quantile_is_refused(values, q):
    with pytest.raises(ValueError, match="expected"):
        quantile_error(values, q)


def test_those_of_an_output_have_its_dimensions_and_units():
    array = xr.DataArray(np.arange(60.0).reshape(30, 2), dims=("member", "week"), attrs={"units": "km2"})
    data = xr.Dataset({"ground": array}, coords={"week": [0, 1], "member": range(30)})
    found = quantiles_of(data, "ground", (0.05, 0.95), EffectiveSample(30, 20, 15.0))
    assert found["error"].dims == ("q", "week") and found["error"].attrs["units"] == "km2"
    assert found.attrs == {"histories": 30, "independent": 15.0}
    alone = quantiles_of(data, "ground", 0.05)
    assert float(alone["error"][0, 0]) < float(found["error"][0, 0])
    with pytest.raises(FissureError, match="there is no output 'grond'; did you mean 'ground'"):
        quantiles_of(data, "grond", 0.5)
    with pytest.raises(FissureError, match="expected quantiles between 0 and 1"):
        quantiles_of(data, "ground", 1.5)

"""When a history has collapsed."""

import numpy as np
import xarray as xr
from synthetic import weekly

from fissure.studies.endings import by_week, collapse_weeks


def test_collapse_is_below_a_tenth_of_the_highest_so_far_and_stays():
    values = [
        [100, 50, 9, 5, 1, 0],  # from the third week on
        [100, 5, 50, 50, 50, 50],  # falls and comes back
        [5, 100, 100, 100, 100, 9],  # in the last week; low at first is no fall
        [100, 90, 80, 70, 60, 10],  # a tenth is not below a tenth
    ]
    data = xr.Dataset({"territory_km2": weekly(values), "fighters": weekly(values)})
    for what in ("territory", "fighters"):
        assert np.array_equal(collapse_weeks(data, what), [2, np.nan, 5, np.nan], equal_nan=True)


def test_the_share_by_week():
    assert by_week(np.array([2.0, np.nan, 4.0, 0.0]), 5).tolist() == [0.25, 0.25, 0.5, 0.5, 0.75]

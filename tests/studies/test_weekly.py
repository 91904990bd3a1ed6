"""What is followed by week, against histories whose numbers are known."""

import numpy as np
import pytest
from synthetic import run

from fissure.constants import WEEKS_A_MONTH
from fissure.studies.outcomes import SERIES


def test_every_series_is_a_number_in_every_week_also_where_all_is_lost(case):
    data = run(case, members=3, weeks=40)
    for name in data.data_vars:
        data[name][0] = 0
    for series in SERIES.values():
        found = series.read(data)
        assert found.shape == (3, 40) and np.isfinite(found).all()


def test_income_is_that_of_a_quarter_a_month(case):
    data = run(case, members=1, weeks=30)
    data["income_musd"][:] = 0
    data["income_musd"][:, :13, 0] = 1
    found = SERIES["income"].read(data)[0]
    assert found[:13] == pytest.approx(WEEKS_A_MONTH) and found[14] == pytest.approx(WEEKS_A_MONTH * 11 / 13)
    assert found[26:] == pytest.approx(0)


def test_deserters_add_up(case):
    data = run(case, members=2, weeks=10)
    data["deserted"][:] = 3
    assert SERIES["deserted"].read(data)[1, -1] == 30 * data.sizes["origin"]


def test_those_who_wish_to_stay_are_fighters_less_their_wish_to_leave(case):
    data = run(case, members=1, weeks=5)
    data["fighters"][:] = 100
    data["wanting_out"][:] = 30
    assert (SERIES["loyal"].read(data) == 70 * data.sizes["origin"]).all()

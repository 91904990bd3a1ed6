"""When and in which way a history comes apart."""

import numpy as np
import pytest
import xarray as xr
from synthetic import run, weekly

from fissure.constants import HALF_YEAR
from fissure.errors import FissureError
from fissure.studies.endings import ENDINGS, READS, UNPAID, apart, came_apart

OF = {one.name: one.weeks for one in ENDINGS}
NAN = np.nan


def history(weeks: int = 60, members: int = 1, **given: list[list[float]]) -> xr.Dataset:
    """Members that hold, but for what is given: rows of an output, whose last value stays to the end."""
    calm = {
        "territory_km2": 1000.0, "fighters": 2000.0, "effectiveness": 0.5, "paid_share": 1.0,
        "left_with_splinters": 0.0, "resisters": 0.0, "residents_under_control": 10_000.0,
    }  # fmt: skip
    members = max([members, *(len(rows) for rows in given.values())])
    filled = {name: [[value] * weeks] * members for name, value in calm.items()}
    for name, rows in given.items():
        filled[name] = [row + [row[-1]] * (weeks - len(row)) for row in rows]
    return xr.Dataset({name: weekly(rows) for name, rows in filled.items()})


def weeks_of(name: str, data: xr.Dataset) -> list[float | None]:
    return [None if np.isnan(week) else week for week in OF[name](data)]


def test_what_holds_has_no_ending():
    found = apart(history(members=2))
    assert np.isnan(found["weeks"]).all() and np.isnan(found["came_apart"]).all()
    assert found["mode"].values.tolist() == ["none", "none"]


def test_hollow_is_number_times_power_and_stays():
    fighters = [[100.0] * 4, [100.0] * 4, [100.0, 100.0, 9.0, 50.0], [100.0] * 4, [0.0] * 4]
    power = [[0.5, 0.5, 0.2, 0.02], [0.5, 0.5, 0.02, 0.5], [0.5] * 4, [0.5, 0.5, 0.5, 0.05], [0.0] * 4]
    data = history(4, fighters=fighters, effectiveness=power)
    # power goes; comes back; fighters go and come back; a tenth is not below a tenth; never any fighters
    assert weeks_of("hollowing-out", data) == [3, None, None, None, None]
    data["fighters"][0] = [100.0, 100.0, 49.0, 49.0]  # halves of both make less than a tenth of the product
    data["effectiveness"][0] = [0.5, 0.5, 0.1, 0.1]
    assert weeks_of("hollowing-out", data)[0] == 2


def test_insolvency_is_dated_by_the_first_week_of_the_first_long_spell():
    short, long = [0.4] * (UNPAID - 1), [0.4] * UNPAID
    paid = [[1.0, *short, 1.0, 1.0, *long, 1.0], [*long, 1.0], [*short, 0.5], [1.0] * 47 + long, [1.0] * 48 + short]
    assert weeks_of("insolvency", history(paid_share=paid)) == [UNPAID + 2, 0, None, 47, None]
    assert weeks_of("insolvency", history(UNPAID - 1, paid_share=[[0.0]])) == [None]
    assert weeks_of("insolvency", history(UNPAID, paid_share=[[0.0]])) == [0]


def test_nobody_left_to_pay_is_no_insolvency():
    fighters = [[2000.0] * 20 + [199.0], [2000.0] * 20 + [200.0], [0.0]]
    data = history(fighters=fighters, paid_share=[[1.0] * 20 + [0.0]] * 2 + [[0.0]])
    assert weeks_of("insolvency", data) == [None, 20, None]


def test_a_split_counts_all_who_left_within_half_a_year():
    left = [
        [0.0, 200.0, 0.0],  # a tenth at once
        [0.0, 100.0, *[0.0] * (HALF_YEAR - 2), 100.0, 0.0],  # the second in the last week that counts with the first
        [0.0, 100.0, *[0.0] * (HALF_YEAR - 1), 100.0, 0.0],  # a week too late
        [0.0, 199.0, 0.0],
        [200.0, 0.0],
        [0.0] * 59 + [200.0],
    ]
    assert weeks_of("split", history(left_with_splinters=left)) == [1, HALF_YEAR, None, None, 0, 59]


def test_a_split_is_of_the_ranks_when_the_half_year_began_and_not_of_a_remnant():
    falls = [1000.0] * 30 + [400.0]
    left = [0.0] * 40 + [50.0, 0.0]
    assert weeks_of("split", history(fighters=[falls], left_with_splinters=[left])) == [None]
    late = [0.0] * 58 + [50.0, 0.0]  # by then the half-year began with 400
    assert weeks_of("split", history(fighters=[falls], left_with_splinters=[late])) == [58]
    remnant = [1000.0] * 10 + [90.0]
    assert weeks_of("split", history(fighters=[remnant], left_with_splinters=[late])) == [None]
    assert weeks_of("split", history(fighters=[[0.0]], left_with_splinters=[[0.0]])) == [None]


def test_a_revolt_needs_people_to_rule():
    ruled = [[10_000.0], [10_000.0] * 5 + [999.0], [10_000.0] * 5 + [1000.0], [0.0], [10_000.0]]
    risen = [[0.0, 0.0, 349.0, 350.0, 0.0], [0.0] * 5 + [500.0], [0.0] * 5 + [35.0], [0.0], [400.0]]
    data = history(residents_under_control=ruled, resisters=risen)
    assert weeks_of("revolt", data) == [3, None, 5, None, 0]


def test_came_apart_is_the_first_of_ground_and_ranks():
    data = history(
        territory_km2=[[1000.0] * 10 + [10.0], [1000.0] * 20 + [10.0], [1000.0], [1000.0] * 10 + [10.0, 500.0]],
        effectiveness=[[0.5] * 20 + [0.0], [0.5] * 10 + [0.0], [0.5] * 59 + [0.0], [0.5]],
    )
    assert np.array_equal(came_apart(data), [10, 10, 59, NAN], equal_nan=True)
    assert apart(data)["mode"].values.tolist() == ["territorial-collapse", "hollowing-out", "hollowing-out", "none"]


def test_the_mode_is_what_came_first_up_to_then():
    gone = [1000.0] * 30 + [10.0]
    data = history(
        territory_km2=[gone, gone, gone, [1000.0]],
        resisters=[[0.0] * 20 + [500.0], [0.0] * 40 + [500.0], [0.0] * 30 + [500.0], [0.0] * 20 + [500.0]],
        left_with_splinters=[[0.0] * 25 + [900.0, 0.0], [0.0] * 29 + [900.0, 0.0], [0.0], [0.0]],
    )
    # a revolt; a split, as the revolt came too late; in the same week as the collapse; a revolt that it survived
    assert apart(data)["mode"].values.tolist() == ["revolt", "split", "territorial-collapse", "none"]


def test_a_run_of_one_week_holds():
    found = apart(history(1))
    assert np.isnan(found["weeks"]).all() and found["mode"].values.tolist() == ["none"]
    assert found.attrs["run"] == 1


def test_the_dataset_says_what_it_holds(case):
    data = run(case, members=3)
    found = apart(data)
    assert dict(found.sizes) == {"member": 3, "ending": len(ENDINGS)}
    assert found["ending"].values.tolist() == [one.name for one in ENDINGS]
    assert found.attrs == {"start": "2014-06-30", "run": case.weeks}
    for array in (*found.data_vars.values(), found["ending"]):
        assert array.attrs["units"] and array.attrs["long_name"]
    assert np.array_equal(found["came_apart"], came_apart(data), equal_nan=True)


def test_every_ending_says_what_and_why():
    for one in ENDINGS:
        assert one.definition.endswith(".") and one.reason.endswith(".") and one.threshold
    assert [one.name for one in ENDINGS if one.final] == ["territorial-collapse", "hollowing-out"]


def test_a_run_without_an_output_is_refused():
    data = history().drop_vars("effectiveness")
    with pytest.raises(FissureError, match="does not hold effectiveness, expected all of territory_km2"):
        apart(data)
    assert set(READS) == set(history().data_vars)

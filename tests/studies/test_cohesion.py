"""The cohesion index and its parts."""

import numpy as np
import pytest
import xarray as xr
from synthetic import run, weekly

from fissure.errors import FissureError
from fissure.studies.endings import PARTS, cohesion

ORIGIN = ["local", "foreign"]


def ranks(weeks: int = 60, **given: float | list[float]) -> xr.Dataset:
    """One member; a number stands for every week and origin, a list for the weeks."""
    calm = {
        "fighters": 100.0, "wish_to_leave": 0.2, "quiet_dissent": 0.1, "spread_between_blocs": 0.3,
        "hard_pressed": 50.0, "attempts_hard_pressed": 0.0,
    }  # fmt: skip
    out = {}
    for name, value in (calm | given).items():
        values = np.broadcast_to(np.asarray(value, float), weeks)
        if name in ("fighters", "wish_to_leave", "quiet_dissent"):
            out[name] = weekly(np.repeat(values[None, :, None], 2, axis=2).tolist(), origin=ORIGIN)
        else:
            out[name] = weekly([values.tolist()])
    return xr.Dataset(out)


def test_parts_are_what_they_say():
    found = cohesion(ranks(attempts_hard_pressed=1.0)).isel(member=0, week=-1)
    assert [float(found[name]) for name in PARTS] == pytest.approx([0.8, 0.7, 0.9, 0.98**26])
    assert float(found["cohesion"]) == pytest.approx((0.8 * 0.7 * 0.9 * 0.98**26) ** 0.25)


def test_means_are_over_fighters_of_both_origins():
    data = ranks()
    data["fighters"][..., 0], data["fighters"][..., 1] = 300.0, 100.0
    data["wish_to_leave"][..., 0], data["wish_to_leave"][..., 1] = 0.0, 0.8
    data["quiet_dissent"][..., 0], data["quiet_dissent"][..., 1] = 0.4, 0.0
    found = cohesion(data)
    assert np.allclose(found["stay"], 0.8) and np.allclose(found["candour"], 0.7)


def test_obedience_looks_back_half_a_year():
    tried = [0.0] * 30 + [13.0] + [0.0] * 29  # 13 of 26 x 50 while in the window: a hundredth a week
    found = cohesion(ranks(attempts_hard_pressed=tried))["obedience"].values[0]
    assert np.allclose(found[:30], 1.0) and np.allclose(found[30:56], 0.99**26) and np.allclose(found[56:], 1.0)
    early = cohesion(ranks(attempts_hard_pressed=[1.0] + [0.0] * 59))["obedience"].values[0]
    assert early[0] == pytest.approx(0.98**26) and early[1] == pytest.approx(0.99**26)


def test_obedience_that_is_not_tested_is_as_last_seen():
    pressed = [0.0] * 5 + [50.0] * 5 + [0.0] * 50
    tried = [0.0] * 5 + [1.0] * 5 + [0.0] * 50
    found = cohesion(ranks(hard_pressed=pressed, attempts_hard_pressed=tried))
    obedience, index = found["obedience"].values[0], found["cohesion"].values[0]
    assert np.isnan(obedience[:5]).all() and np.allclose(obedience[5:], 0.98**26)
    assert np.allclose(index[:5], (0.8 * 0.7 * 0.9) ** (1 / 3))  # of the three that are known
    never = cohesion(ranks(hard_pressed=0.0))
    assert np.isnan(never["obedience"]).all() and np.isfinite(never["cohesion"]).all()


def test_nothing_is_said_of_nobody():
    found = cohesion(ranks(fighters=[100.0] * 10 + [0.0] * 50))
    for array in found.data_vars.values():
        assert np.isfinite(array[:, :10]).all() and np.isnan(array[:, 10:]).all()
    assert np.isnan(cohesion(ranks(1, fighters=0.0))["cohesion"]).all()


def test_no_part_makes_up_for_one_that_is_gone():
    found = cohesion(ranks(wish_to_leave=1.0, spread_between_blocs=0.0, quiet_dissent=0.0))
    assert (found["cohesion"] == 0).all()


def test_unity_stops_at_nothing_where_blocs_stand_further_apart_than_the_axis():
    assert (cohesion(ranks(spread_between_blocs=1.4))["unity"] == 0).all()


def test_everybody_who_tries_to_leave_leaves_no_obedience():
    found = cohesion(ranks(attempts_hard_pressed=60.0))["obedience"]
    assert (found == 0).all()


def test_the_dataset_says_what_it_holds(case):
    data = run(case, members=3, weeks=40)
    found = cohesion(data)
    assert set(found.data_vars) == {*PARTS, "cohesion"}
    assert np.array_equal(found["week"], data["week"])
    for array in found.data_vars.values():
        assert array.dims == ("member", "week") and array.attrs["units"] == "index, 0 to 1" and array.attrs["long_name"]
        assert float(array.min()) >= 0 and float(array.max()) <= 1
    lowest, highest = (np.stack([found[name] for name in PARTS]) for _ in range(2))
    assert (found["cohesion"] >= lowest.min(axis=0) - 1e-9).all()
    assert (found["cohesion"] <= highest.max(axis=0) + 1e-9).all()


def test_a_run_without_an_output_is_refused():
    with pytest.raises(FissureError, match="does not hold quiet_dissent"):
        cohesion(ranks().drop_vars("quiet_dissent"))

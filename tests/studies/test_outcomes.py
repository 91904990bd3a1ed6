"""Outcomes against histories whose numbers are known."""

import numpy as np
import pytest
from synthetic import run

from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.studies.outcomes import KINDS, outcome, outcomes_of, standard


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


def test_every_outcome_is_a_number_for_every_member_also_where_all_is_lost(case):
    data = run(case, members=3, weeks=60)
    for name in data.data_vars:
        data[name][0] = 0
    for name, kind in KINDS.items():
        found = outcome(f"{name}@2015-06-30" if kind.dated else name, case)(data)
        assert found.shape == (3,) and np.isfinite(found).all()


def test_time_of_collapse_is_that_of_the_run_where_there_is_none(case):
    data = run(case, members=2, weeks=40)
    data["territory_km2"][:] = 100
    data["territory_km2"][1, 25:] = 1
    assert outcome("collapse", case)(data).tolist() == [40, 25]


def test_chance_of_collapse_is_that_by_the_day(case):
    data = run(case, members=2, weeks=40)
    data["territory_km2"][:] = 100
    data["territory_km2"][1, 25:] = 1
    days = [case.start.fromordinal(case.start.toordinal() + 7 * week) for week in (24, 25, 39)]
    assert [outcome(f"collapsed@{day}", case)(data).tolist() for day in days] == [[0, 0], [0, 1], [0, 1]]


def test_losses_are_replaced_until_the_ranks_shrink_for_good(case):
    data = run(case, members=3, weeks=80)
    data["fighters"][:] = 1000
    weeks = np.arange(80)
    data["fighters"][0, :, 0] = 1000 + weeks  # grows to the end
    data["fighters"][1, :, 0] = np.where(weeks < 40, 1000 + weeks, 1040 - 10 * (weeks - 40))  # falls from week 40 on
    data["fighters"][2, :, 0] = 1000 - weeks  # falls from the first day on
    found = outcome("replaced", case)(data)
    assert found[0] == 80 and found[2] == 26
    assert found[1] == 43  # 1040 - 30 in week 43 is less than 1017 half a year before
    assert (outcome("replaced", case)(run(case, members=1, weeks=20)) == 20).all()


def test_sums_and_days(case):
    data = run(case, members=2, weeks=40)
    data["deserted"][:] = 0
    data["deserted"][:, 3:5] = 7
    origins = data.sizes["origin"]
    assert outcome("deserted", case)(data).tolist() == [14 * origins] * 2
    data["territory_km2"][:] = 0
    data["territory_km2"][:, 10] = 5
    inside = case.start.fromordinal(case.start.toordinal() + 72)
    assert (outcome(f"territory@{inside}", case)(data) == 5 * data.sizes["country"]).all()


def test_income_is_that_of_half_a_year_a_month(case):
    data = run(case, members=1, weeks=40)
    data["income_musd"][:] = 0
    data["income_musd"][:, 13:39, 0] = 1
    day = case.start.fromordinal(case.start.toordinal() + 7 * 38)
    assert outcome(f"income@{day}", case)(data)[0] == pytest.approx(365.25 / 12 / 7)


def test_what_is_no_number_is_refused(case):
    data = run(case, members=2, weeks=40)
    data["fighters"] = data["fighters"].astype(float)
    data["fighters"][0] = np.nan
    with pytest.raises(FissureError, match="finite"):
        outcome("fighters@2014-12-31", case)(data)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("teritory@2015-01-01", "did you mean 'territory'"),
        ("territory", "territory@YYYY-MM-DD"),
        ("territory@soon", "names no day"),
        ("territory@2031-01-01", "outside the run"),
        ("collapse@2015-01-01", "no day"),
    ],
)
def test_what_cannot_be_asked_is_refused(case, said, words):
    with pytest.raises(FissureError, match=words):
        outcome(said, case)


def test_standard_outcomes_keep_within_the_run(case):
    assert [o.name for o in standard(case)][:2] == ["collapse", "deserted"]
    assert len(standard(case)) == 10
    assert all("@2014" in o.name for o in standard(case, 20)[2:])
    assert [o.name for o in outcomes_of(["deserted", "deserted"], case)] == ["deserted"]

"""Each way of relating a published number to the model, against values worked out by hand."""

from datetime import date

import numpy as np
import pytest
from synthetic import weekly

from fissure.errors import FissureError
from fissure.evidence.entries import Observation, Variable
from fissure.studies.observation_operator import Calendar, NotComparable, counterpart, held

# Mondays: 5, 12, 19, 26 January and 2, 9, 16, 23 February 2015
CALENDAR = Calendar(date(2015, 1, 5), 8)
FLOW = weekly([[7, 7, 7, 7, 7, 7, 7, 7], [0, 0, 0, 14, 0, 0, 0, 28]])
JANUARY = ("2015-01-01", "2015-01-31")
FEBRUARY = ("2015-02-01", "2015-02-28")


def variable(how, **keys):
    return Variable.model_validate(
        {"id": "v", "title": "V", "unit": "persons", "how": how, "output": "out", "note": "n", **keys}
    )


def observation(when=None, period=None, **keys):
    keys = {"value": 1.0, "bound": "exact", "doubt_factor": 1.5, **keys}
    return Observation.model_validate(
        {
            "id": "o", "variable": "v", "source": "s", "unit": "persons", "scope": "all", "doubt": "d",
            "date": when, "period": period, **keys,
        }
    )  # fmt: skip


def ask(var, obs, array=FLOW, weeks=CALENDAR):
    return counterpart(var, obs, array, weeks)


def test_at_takes_the_week_that_holds_the_day():
    stock = weekly([[10, 20, 30, 40, 50, 60, 70, 80]])
    assert ask(variable("at"), observation("2015-01-18"), stock) == [20]
    assert ask(variable("at"), observation("2015-01-19"), stock) == [30]
    assert ask(variable("at"), observation("2015-03-01"), stock) == [80]


def test_at_over_a_period_is_the_mean_by_day():
    stock = weekly([[10, 20, 30, 40, 50, 60, 70, 80]])
    # Thursday 8 to Monday 12 January: four days at 10, one at 20
    got = ask(variable("at"), observation(period=("2015-01-08", "2015-01-12")), stock)
    assert got == pytest.approx([(4 * 10 + 20) / 5])


def test_month_sum_splits_weeks_at_both_ends():
    # February: the one day of the week of 26 January, four whole weeks less 1 March
    got = ask(variable("month-sum"), observation("2015-02-10"))
    assert got == pytest.approx([28, 14 / 7 + 28 * 6 / 7])


def test_month_sum_takes_the_period_of_the_observation_before_the_month():
    got = ask(variable("month-sum"), observation(period=("2015-01-26", "2015-02-01")))
    assert got == pytest.approx([7, 14])


def test_year_sum_needs_most_of_the_year_unless_it_is_an_upper_bound():
    with pytest.raises(NotComparable, match="the run holds only 15% of its period"):
        ask(variable("year-sum"), observation("2015-06-01"))
    with pytest.raises(NotComparable, match="only 15%"):
        ask(variable("year-sum"), observation("2015-06-01", bound="upper"))
    half_held = observation(period=("2014-12-22", "2015-01-18"), bound="upper")
    assert ask(variable("year-sum"), half_held) == pytest.approx([14, 0])


def test_tells_what_part_of_a_sum_the_run_holds():
    assert held(variable("year-sum"), observation("2015-06-01"), CALENDAR) == pytest.approx(56 / 365)
    assert held(variable("month-sum"), observation("2015-02-10"), CALENDAR) == 1
    assert held(variable("period-sum"), observation(period=("2014-12-22", "2015-01-18")), CALENDAR) == 0.5
    assert held(variable("at"), observation("2015-06-01"), CALENDAR) == 1


def test_period_sum_needs_a_period():
    got = ask(variable("period-sum"), observation(period=("2015-01-05", "2015-01-18")))
    assert got == pytest.approx([14, 0])
    with pytest.raises(NotComparable, match="needs a period"):
        ask(variable("period-sum"), observation("2015-01-18"))


def test_cumulative_runs_from_since_to_the_day_itself_with_offset_and_scale():
    var = variable("cumulative", since="2015-01-26", offset=100, scale=2)
    # 26 January to 4 February: a week and three days
    assert ask(var, observation("2015-02-04")) == pytest.approx([100 + 2 * 10, 100 + 2 * 14])


def test_cumulative_tolerates_a_count_that_starts_within_a_week_of_the_run():
    assert ask(variable("cumulative", since="2014-12-30"), observation("2015-01-11"))[0] == pytest.approx(7)
    with pytest.raises(NotComparable, match="starts on 1 December 2014, before the run does on 5 January 2015"):
        ask(variable("cumulative", since="2014-12-01"), observation("2015-01-11"))
    with pytest.raises(NotComparable, match="before the count starts"):
        ask(variable("cumulative", since="2015-02-01"), observation("2015-01-11"))


def test_share_of_peak_lost_looks_back_only():
    stock = weekly([[50, 100, 80, 40, 20, 200, 0, 0], [0] * 8])
    got = ask(variable("share-of-peak-lost"), observation("2015-02-03"), stock)
    assert got[0] == pytest.approx(0.8)
    assert np.isnan(got[1])  # nothing was ever held, so nothing can be lost


def test_share_of_total_is_over_the_month_of_the_day():
    values = np.zeros((1, 8, 3))
    values[..., 0], values[..., 1], values[..., 2] = 6, 3, 1
    values[:, :3] = 1  # January does not count
    income = weekly(values.tolist(), income=["oil", "tax", "other"])
    one = variable("share-of-total", select={"income": "oil"})
    two = variable("share-of-total", select={"income": ["oil", "tax"]})
    assert ask(one, observation("2015-02-10"), income) == pytest.approx([0.6])
    assert ask(two, observation("2015-02-10"), income) == pytest.approx([0.9])


def test_change_share_is_against_the_mean_of_the_baseline():
    var = variable("change-share", baseline=("2015-01-05", "2015-01-11"))
    stock = weekly([[10, 0, 0, 0, 0, 0, 0, 4], [0, 0, 0, 0, 0, 0, 0, 4]])
    got = ask(var, observation(period=("2015-02-23", "2015-03-01")), stock)
    assert got[0] == pytest.approx(-0.6)
    assert np.isnan(got[1])


def test_constant_needs_no_date_in_the_run():
    assert ask(variable("constant"), observation("1999-01-01")) == pytest.approx([7, 0])


def test_combine_sums_or_averages_what_select_leaves():
    stock = weekly([[[1, 3]] * 8], origin=["local", "foreign"])
    when = observation("2015-01-05")
    assert ask(variable("at"), when, stock) == [4]
    assert ask(variable("at", combine="mean"), when, stock) == [2]
    assert ask(variable("at", select={"origin": "foreign"}), when, stock) == [3]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2014-12-31", "before the run starts on 5 January 2015"),
        ("2015-03-02", "after the run ends on 1 March 2015"),
    ],
)
def test_a_day_outside_the_run_is_told(when, said):
    for how in ("at", "share-of-peak-lost"):
        with pytest.raises(NotComparable, match=said):
            ask(variable(how), observation(when))
    with pytest.raises(NotComparable, match=said):
        ask(variable("cumulative", since="2014-12-31"), observation(when))


def test_a_misspelt_selection_is_an_error_with_the_nearest_name():
    stock = weekly([[[1, 3]] * 8], origin=["local", "foreign"])
    when = observation("2015-01-05")
    with pytest.raises(FissureError, match=r"variable 'v' selects the origin 'foregn' of output 'out'.*foreign"):
        ask(variable("at", select={"origin": "foregn"}), when, stock)
    with pytest.raises(FissureError, match="selects the dimension 'kind' of output 'out', expected one of origin"):
        ask(variable("at", select={"kind": "oil"}), when, stock)

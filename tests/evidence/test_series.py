"""Series expand into observations, and what is wrong with a table is told with file and line."""

from datetime import date
from textwrap import dedent

import pytest
from gaps import problems

from fissure.errors import FissureError
from fissure.evidence import load_ledger, trace
from fissure.evidence.entries import Point

SERIES = """\
    - id: paid
      variable: pay
      source: monitor
      file: observed/paid.csv
      bound: range
      unit: USD/month
      scope: all
      doubt: A count.
      doubt_factor: 1.5
      rival_of: [stated]
      address: https://example.org/
    - id: stated
      variable: pay
      source: A1
      file: observed/stated.csv
      bound: exact
      unit: USD/month
      scope: all
      doubt: One voice.
      doubt_factor: 3
      rival_of: [paid]
    """
PAID = "first,last,low,value,high\n2015-01-01,2015-03-31,100,120,200\n2015-04-01,2015-06-30,90,,180\n"
STATED = "first,last,value\n2015-02-01,2015-02-28,400\n"


@pytest.fixture
def make(write, tmp_path):
    def made(paid=PAID, stated=STATED, series=SERIES):
        folder = write(series=series)
        (tmp_path / "observed").mkdir()
        (tmp_path / "observed" / "paid.csv").write_text(dedent(paid))
        (tmp_path / "observed" / "stated.csv").write_text(dedent(stated))
        return folder

    return made


def test_rows_become_observations_with_all_that_the_series_says(make):
    ledger = load_ledger(make())
    assert list(ledger.series) == ["paid", "stated"]
    assert list(ledger.observations)[2:] == ["paid.2015-q1", "paid.2015-q2", "stated.2015-02"]
    first = ledger.observations["paid.2015-q1"]
    assert (first.period, first.when) == ((date(2015, 1, 1), date(2015, 3, 31)), date(2015, 3, 31))
    assert (first.low, first.value, first.high, first.bound) == (100, 120, 200, "range")
    assert (first.source, first.variable, first.unit, first.doubt_factor) == ("monitor", "pay", "USD/month", 1.5)
    assert first.address == "https://example.org/"


def test_points_are_rivals_where_their_periods_overlap(make):
    ledger = load_ledger(make())
    assert ledger.observations["paid.2015-q1"].rival_of == ("stated.2015-02",)
    assert ledger.observations["stated.2015-02"].rival_of == ("paid.2015-q1",)
    assert ledger.observations["paid.2015-q2"].rival_of == ()


def test_points_are_checked_and_traced_as_any_observation(make):
    ledger = load_ledger(make())
    assert problems(ledger, ledger.mechanisms, ["pay_usd_month"]) == []
    found = trace("paid.2015-q1", ledger, {})
    assert [o.id for o in found.observations] == ["paid.2015-q1"]
    assert [o.id for o in found.rival_groups[0]] == ["stated.2015-02", "paid.2015-q1"]
    assert "paid.2015-q2" in [o.id for o in trace("pay", ledger, {}).observations]
    assert ledger.places["observation", "paid.2015-q2"]("unit").endswith("paid.csv:3")


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2014-08-01", "2014-08-31", "2014-08"),
        ("2014-10-01", "2014-12-31", "2014-q4"),
        ("2014-01-01", "2014-12-31", "2014"),
        ("2014-02-01", "2014-04-30", "2014-04-30"),
        ("2015-03-27", "2015-06-22", "2015-06-22"),
    ],
)
def test_a_time_has_the_shortest_name_that_tells_it(first, last, label):
    assert Point.model_validate({"first": first, "last": last, "value": 1}).label == label


HEAD = "first,last,low,value,high\n"


@pytest.mark.parametrize(
    ("paid", "said"),
    [
        (HEAD + "2015-04-01,2015-03-31,1,2,3\n", r"paid\.csv:2: expected a period from its first day"),
        (PAID + "2015-07-01,2015-09-30,,5,\n", r"paid\.csv:4: lacks a number"),
        (HEAD + "2015-01-01,2015-03-31,3,2,9\n", r"paid\.csv:2: the range is inside out"),
        (HEAD + "2015-01-01,2015-03-31,0,0,9\n", r"paid\.csv:2: found 0, expected a number above 0"),
        (PAID + "2015-01-01,2015-03-31,1,2,3\n", r"paid\.csv:4: the time '2015-q1' is already on line 2"),
        (HEAD + "2015-01-01,soon,1,2,3\n", r"paid\.csv:2: at 'last' found 'soon': expected a date"),
        (HEAD + "2015-01-01,2015-03-31,1,2,nan\n", r"paid\.csv:2: at 'high' found 'nan'"),
        (HEAD, r"paid\.csv:2: holds no row"),
        ("first,last,valu\n", r"paid\.csv:1: found column 'valu'.*did you mean 'value'"),
    ],
)
def test_a_bad_row_is_told_with_its_line(make, paid, said):
    with pytest.raises(FissureError, match=said):
        load_ledger(make(paid=paid))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: monitor", "source: monitr", r"series\.yaml:3: at 'source' found 'monitr'.*'monitor'"),
        ("rival_of: [stated]", "rival_of: [statd]", r"series\.yaml:10: at 'rival_of' found 'statd'.*'stated'"),
        ("unit: USD/month", "unit: USD/year", r"series\.yaml:6: found unit 'USD/year', expected 'USD/month'"),
        ("observed/paid.csv", "observed/none.csv", r"none\.csv: there is no such file"),
        ("doubt_factor: 1.5", "doubt: 1.5", r"series\.yaml"),
        ("bound: range", "bond: range", r"series\.yaml:5: found unknown key 'bond'"),
    ],
)
def test_a_bad_entry_is_told_with_its_line(make, old, new, said):
    with pytest.raises(FissureError, match=said):
        load_ledger(make(series=SERIES.replace(old, new, 1)))


def test_a_point_may_not_take_the_id_of_a_figure(make):
    folder = make()
    path = folder / "observations.yaml"
    path.write_text(path.read_text().replace("pay-2", "stated.2015-02"))
    with pytest.raises(FissureError, match=r"stated\.csv:2: the id 'stated\.2015-02' stands twice, first in .*yaml:12"):
        load_ledger(folder)

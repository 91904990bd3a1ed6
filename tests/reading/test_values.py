"""What a word says is taken, or refused by naming what is in the way: no value changes on its way."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fissure.reading import Day, Flag, Real, Whole, reason

REAL, WHOLE, FLAG, DAY = map(TypeAdapter, (Real, Whole, Flag, Day))


def why(adapter, word):
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(word)
    return reason(caught.value)


@given(st.floats(min_value=-3e38, max_value=3e38).filter(lambda x: x == 0 or abs(x) > 1.2e-38))
def test_a_number_is_what_it_says(number):
    assert REAL.validate_python(repr(number)) == number == REAL.validate_python(number)


@given(st.integers(-(2**31) + 1, 2**31 - 1))
def test_a_whole_number_is_what_it_says(number):
    found = WHOLE.validate_python(str(number))
    assert found == number and type(found) is int


@given(st.dates(datetime.date(1678, 1, 1), datetime.date(2261, 12, 31)))
def test_a_day_is_what_it_says(day):
    assert DAY.validate_python(str(day)) == day == DAY.validate_python(day)


@given(st.text(max_size=12))
def test_any_word_is_a_finite_number_or_refused(word):
    try:
        found = REAL.validate_python(word)
    except ValidationError as error:
        assert reason(error).startswith("expected")
    else:
        assert found == float(word)


@pytest.mark.parametrize("word", ["5", "+5", "5.", ".5", "0.50", "-0", "1e3", "1E-3", " 7 "])
def test_plain_numbers(word):
    assert REAL.validate_python(word) == float(word)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("many", "expected a number"),
        ("", "expected a number"),
        (True, "expected a number"),
        ("nan", "expected a finite number"),
        (".inf", "expected a finite number"),
        ("-Infinity", "expected a finite number"),
        (float("nan"), "expected a finite number"),
        ("1e400", "expected 0 or a number between 1.2e-38 and 3.4e+38"),
        ("1e39", "expected 0 or a number between 1.2e-38 and 3.4e+38"),
        ("1e-46", "expected 0 or a number between 1.2e-38 and 3.4e+38"),
        ("9" * 5000, "expected 0 or a number between 1.2e-38 and 3.4e+38"),
        ("NA", "expected a number, and no mark where there is none"),
        ("n/a", "expected a number, and no mark where there is none"),
        ("-", "expected a number, and no mark where there is none"),
        ("NULL", "expected a number, and no mark where there is none"),
        ("#DIV/0!", "expected a number, and no mark where there is none"),
        ("45%", "expected a number without a percent sign, such as 0.45 for 45%"),
        ("0x1F", "expected a decimal number"),
        ("0b11", "expected a decimal number"),
        ("1:30", "expected a decimal number"),
        ("012", "expected a number without a zero in front"),
        ("1_000", "expected a number without underscores"),
        ("1 234", "expected a number with nothing between thousands"),
        ("1\u00a0234", "expected a number with nothing between thousands"),
        ("1\u202f234", "expected a number with nothing between thousands"),
        ("1'234", "expected a number with nothing between thousands"),
        ("1,234", "expected a point before decimals and nothing between thousands, found a comma"),
        ("1.234,5", "expected a point before decimals and nothing between thousands, found a comma"),
        ("1.234.567", "expected a number with nothing between thousands and one point, found several points"),
        ("−5", "expected a number with the sign '-' (hyphen-minus), found '−' (minus sign)"),
        ("–5", "expected a number with the sign '-' (hyphen-minus), found '–' (en dash)"),
        ("١٢", "expected a number in the digits 0 to 9, found '١' (arabic-indic digit one)"),
        ("５", "expected a number in the digits 0 to 9, found '５' (fullwidth digit five)"),
        ("€5", "expected a number alone, without a currency, found '€'"),
        ("5 km2", "expected a number alone, without a unit or other sign"),
        ("(5)", "expected a number alone, without a unit or other sign"),
        ("1d3", "expected a number alone, without a unit or other sign"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_of_a_number_is_named(word, said):
    assert why(REAL, word).startswith(said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("3.5", "expected a whole number"),
        ("2147483648", "expected a whole number of at most 2,147,483,647"),
        ("1_000", "expected a whole number without underscores"),
        ("12.0", 12),
        ("1e3", 1000),
        (3, 3),
        (True, "expected a whole number"),
    ],
)
def test_whole_numbers(word, said):
    assert WHOLE.validate_python(word) == said if isinstance(said, int) else why(WHOLE, word) == said


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "t", "2", "WAHR", 1.0, None])
def test_only_true_and_false_are_flags(word):
    assert why(FLAG, word) == "expected true or false"
    assert [FLAG.validate_python(x) for x in ("true", "FALSE", "1", "0", 1, False)] == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("20140630", "expected a date such as 2014-06-30, as year-month-day with hyphens"),
        (20140630, "expected a date such as 2014-06-30"),
        ("41820", "expected a date such as 2014-06-30; as a spreadsheet's day number it may be 2014-06-30"),
        ("06/30/2014", "expected a date such as 2014-06-30, as year-month-day with hyphens, since day and month"),
        ("30.6.14", "expected a date such as 2014-06-30, as year-month-day with hyphens, since day and month"),
        ("2014-06-30T12:00", "expected a date such as 2014-06-30, without a time"),
        ("2014-02-30", "expected a date such as 2014-06-30 (day is out of range for month"),
        ("2014-6-30", "expected a date such as 2014-06-30, as year-month-day with hyphens"),
        ("0001-01-01", "expected a day from the years 1678 to 2261"),
        ("9999-12-31", "expected a day from the years 1678 to 2261"),
        ("soon", "expected a date such as 2014-06-30"),
        (datetime.datetime(2014, 6, 30, 12), "expected a date such as 2014-06-30, without a time"),
    ],
)
def test_what_is_in_the_way_of_a_day_is_named(word, said):
    assert why(DAY, word).startswith(said)

"""Numbers, days and flags as people write them: taken as what they say, or refused by naming what is in the way.

A cell of a table and a plain word of YAML are text until a type here says what they mean, so no format's older rules
(octal `012`, `yes` as true, 20140630 as seconds since 1970) can change a value on its way.
"""

import math
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LARGEST, SMALLEST = 3.4028235e38, 1.17549435e-38  # of single precision, in which a run is computed
MOST = 2**31 - 1
"""The largest whole number that a run can keep."""
FIRST_YEAR, LAST_YEAR = 1678, 2261  # whole years within the nanosecond dates of NumPy and pandas


class Strict(BaseModel):
    """Base of everything read from a file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def number(text: str) -> float:
    """The number that `text` says. Raises `ValueError`, which names what is in the way, for anything else."""
    word = text.strip()
    if not _NUMBER.fullmatch(word):
        raise ValueError(_no_number(word))
    found = float(word)
    if math.isinf(found):
        raise ValueError(_RANGE)
    return found


_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RANGE = "expected 0 or a number between 1.2e-38 and 3.4e+38 in size, which single precision can hold"
_MISSING = r"n\.?/?a\.?|null|none|nil|~|[-–—?.]+|#.+|missing|unknown"
_REASONS = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"[+-]?\.?(?:nan|inf|infinity)", "expected a finite number"),
        (_MISSING, "expected a number, and no mark where there is none"),
        (r".*[%‰].*", "expected a number without a percent sign, such as 0.45 for 45%"),
        (r"[+-]?0[xob][0-9a-f_]+", "expected a decimal number"),
        (r"[+-]?\d+(?::\d+)+(?:\.\d*)?", "expected a decimal number"),
        (r".*\d_\d.*", "expected a number without underscores"),
        (r".*\d[\s'’]\d.*", "expected a number with nothing between thousands"),
        (r".*\d,.*|.*,\d.*", "expected a point before decimals and nothing between thousands, found a comma"),
        (r".*\d\.\d+\.\d.*", "expected a number with nothing between thousands and one point, found several points"),
        (r"[+-]?0[0-9]+(?:\.[0-9]*)?", "expected a number without a zero in front"),
        (r".*\d.*[^\W\d].*|.*[^\W\d].*\d.*|\(.*\d.*\)", "expected a number alone, without a unit or other sign"),
    )
)


def _no_number(word: str) -> str:
    for letter in word:
        category = unicodedata.category(letter)
        if category == "Nd" and letter not in "0123456789":
            return f"expected a number in the digits 0 to 9, found '{letter}' ({_named(letter)})"
        if category == "Sc":
            return f"expected a number alone, without a currency, found '{letter}'"
        if letter in "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d" and any(map(str.isdigit, word)):
            return f"expected a number with the sign '-' (hyphen-minus), found '{letter}' ({_named(letter)})"
    return next((said for pattern, said in _REASONS if pattern.fullmatch(word)), "expected a number")


def _named(letter: str) -> str:
    return unicodedata.name(letter, "no name").lower()


def _real(found: Any) -> Any:
    if isinstance(found, bool):
        raise ValueError("expected a number")
    return number(found) if isinstance(found, str) else found


def _kept(found: float) -> float:
    if not math.isfinite(found):
        raise ValueError("expected a finite number")
    if found != 0 and not SMALLEST <= abs(found) <= LARGEST:
        raise ValueError(_RANGE)
    return found


def _whole(found: Any) -> Any:
    try:
        value = _real(found)
    except ValueError as error:
        raise ValueError(re.sub("^expected a (?:decimal )?number", "expected a whole number", str(error))) from None
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("expected a whole number")
    if isinstance(value, int | float) and abs(value) > MOST:
        raise ValueError(f"expected a whole number of at most {MOST:,}")
    return int(value) if isinstance(value, float) else value


def _flag(found: Any) -> Any:
    word = found.strip().lower() if isinstance(found, str) else found
    for value, words in ((True, ("true", "1", 1)), (False, ("false", "0", 0))):
        if word in words and not isinstance(word, float):
            return value
    raise ValueError("expected true or false")


def _day(found: Any) -> date:
    if isinstance(found, str):
        found = _day_of(found.strip())
    if isinstance(found, datetime):
        if found.tzinfo is not None or found.time() != datetime.min.time():
            raise ValueError(f"{_DAY}, without a time")
        found = found.date()
    if not isinstance(found, date):
        raise ValueError(_DAY)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"expected a day from the years {FIRST_YEAR} to {LAST_YEAR}")
    return found


_DAY = "expected a date such as 2014-06-30"
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_SERIAL = 5  # digits of a spreadsheet's day number in our age


def _day_of(word: str) -> date:
    if iso := _ISO.fullmatch(word):
        try:
            return date.fromisoformat(iso[1])
        except ValueError as error:  # a thirteenth month
            raise ValueError(f"{_DAY} ({error})") from None
    if re.fullmatch(r"[0-9]{8}", word):
        raise ValueError(f"{_DAY}, as year-month-day with hyphens")
    if re.fullmatch(rf"[0-9]{{{_SERIAL}}}(?:\.0*)?", word):
        meant = date(1899, 12, 30) + timedelta(days=int(word[:_SERIAL]))
        raise ValueError(f"{_DAY}; as a spreadsheet's day number it may be {meant}")
    if re.fullmatch(r"[0-9]{1,4}[/.\-][0-9]{1,2}[/.\-][0-9]{1,4}", word):
        raise ValueError(f"{_DAY}, as year-month-day with hyphens, since day and month can be mistaken")
    if _ISO.match(word) and len(word) > len("YYYY-MM-DD"):
        raise ValueError(f"{_DAY}, without a time")
    raise ValueError(_DAY)


def _not_blank(found: str) -> str:
    if not found.strip():
        raise ValueError("expected some text")
    return found


def missing_mark(text: str) -> bool:
    """Is `text` a way to say that there is nothing, such as `n/a`, `-` or `NULL`?"""
    return re.fullmatch(rf"{_MISSING}|nan", text, re.IGNORECASE) is not None


Real = Annotated[float, BeforeValidator(_real), AfterValidator(_kept)]
"""A finite number that single precision can hold."""
Share = Annotated[Real, Field(ge=0, le=1)]
Amount = Annotated[Real, Field(ge=0)]
Positive = Annotated[Real, Field(gt=0)]
Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number of at most 31 bits."""
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
"""A day that NumPy and pandas can hold."""
Text = Annotated[str, AfterValidator(_not_blank)]
"""Text of more than blanks."""

"""How numbers, days and verdicts are put in words, the same in the terminal and in the report."""

import math
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fissure.evidence.entries import Observation, Source
from fissure.studies.compare import Compared, Scale


class Words(NamedTuple):
    """A verdict as a sign and a word, so that it does not depend on colour."""

    sign: str
    word: str

    def __str__(self) -> str:
        return f"{self.sign} {self.word}"


def verdict(row: Compared) -> Words:
    """The verdict on `row`."""
    match row.verdict:
        case "contained":
            return Words("=", "input agrees") if row.kind == "driver" else Words("✓", "inside")
        case "near":
            return Words("~", f"near, {row.too}")
        case "outside":
            return Words("▲" if row.too == "high" else "▼", f"too {row.too}")
        case _:
            return Words("–", "not compared")


def number(x: float, unit: str = "") -> str:
    """`x` to three significant digits, with commas: a simulated or judged number claims no more.

    A share is told in per cent.
    """
    if math.isnan(x):
        return "–"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return exact(float(f"{x:.3g}"), unit)


def exact(x: float, unit: str = "") -> str:
    """`x` as published: a whole number with commas from a hundred on, else up to three digits."""
    if unit == "share":
        return f"{exact(round(100 * x, 6))}%"
    if abs(x) < 5e-4 or abs(x) >= 100:
        return f"{x:,.0f}".replace("-0", "0").replace("-", "−")
    return f"{x:.3g}".replace("-", "−")


def interval(low: float, high: float, unit: str = "") -> str:
    """`low` to `high` in three significant digits; an open end in words."""
    if math.isinf(high):
        return f"over {number(low, unit)}"
    if math.isinf(low):
        return f"under {number(high, unit)}"
    ends = number(low, unit), number(high, unit)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def published(observation: Observation) -> str:
    """The number or range that was published, with its sign when it is a bound."""
    low, high = (exact(end, observation.unit) for end in observation.ends)
    sign = {"upper": "≤ ", "lower": "≥ "}.get(observation.bound, "")
    return sign + (low if low == high else f"{low} to {high}")


def model(row: Compared) -> str:
    """The model's median with its 90% interval."""
    return f"{median(row)} (90%: {model_interval(row)})"


def median(row: Compared) -> str:
    """The model's median, in the unit of the variable."""
    return number(row.median, row.variable.unit)


def model_interval(row: Compared) -> str:
    """The model's 90% interval, in the unit of the variable."""
    return interval(row.low, row.high, row.variable.unit) if row.compared else "–"


def distance(row: Compared) -> str:
    """How far the model's interval and the published band lie apart, from their nearest ends."""
    if row.scale == "factor":
        return f"a factor of {number(row.gap)}"
    if row.variable.unit != "share":
        return number(row.gap)
    return f"{100 * row.gap:.0f} points" if row.gap >= 0.015 else f"{100 * row.gap:.1g} points"


def width(value: float, scale: Scale, unit: str) -> str:
    """The width of an interval."""
    if math.isnan(value):
        return "–"
    if scale == "factor":
        return f"× {number(float(f'{value:.2g}'))}"
    return f"{100 * value:.0f} points" if unit == "share" else number(value)


def when(observation: Observation) -> str:
    """The day or the period that an observation speaks of."""
    if observation.period is None:
        return day(observation.when)
    start, end = observation.period
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(end.year)
    if (start.year, start.month) == (end.year, end.month) and start.day == 1 and end.day >= 28:
        return f"{end:%b %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start:%b}{year}–{end:%b %Y}"


def day(x: date) -> str:
    """Such as 3 Jul 2016."""
    return f"{x.day} {x:%b %Y}"


def publisher(observation: Observation, sources: Mapping[str, Source]) -> str:
    """Who published it; an article also by its id, since their outlets have no name."""
    source = sources[observation.source]
    return source.publisher if source.file is None else f"{source.id}, {source.publisher}"


def short(observation: Observation, sources: Mapping[str, Source]) -> str:
    """The publisher as far as its first comma, for where there is little room."""
    source = sources[observation.source]
    return publisher(observation, sources) if source.file else source.publisher.partition(",")[0]


def quantity(row: Compared) -> str:
    """The title of the variable and its unit; shares are told in per cent and need none."""
    variable = row.variable
    return variable.title if variable.unit == "share" else f"{variable.title}, {unit(variable.unit)}"


def unit(text: str) -> str:
    """A unit as it is read: `km2` with its exponent."""
    return text.replace("km2", "km²")

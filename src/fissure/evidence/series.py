"""Published time series: one entry of `series.yaml` and the rows of its table become observations of many dates."""

from collections.abc import Callable, Mapping
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from fissure.errors import FissureError
from fissure.evidence.entries import Bound, Id, Observation, Text
from fissure.reading import Strict, read_csv

Placed = tuple[Observation, Path, int]  # an observation, and the file and line that its number was read from
Number = Annotated[float, Field(allow_inf_nan=False)]


class Series(Strict):
    """What all points of a published series have in common; the words are those of `Observation`.

    `file` is a table of the case with the columns `first` and `last` (days, both included) and `value`, or `low` and
    `high`, or all three. `rival_of` names other series: each point is a rival of their points whose periods overlap
    with its own.
    """

    id: Id
    variable: Id
    source: Id
    file: Text
    unit: Text
    scope: Text
    bound: Bound
    doubt: Text
    doubt_factor: Annotated[float, Field(ge=1)] | None = None
    doubt_abs: Annotated[float, Field(ge=0)] | None = None
    rival_of: tuple[Id, ...] = ()
    address: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_doubt(self) -> Self:
        if (self.doubt_factor is None) == (self.doubt_abs is None):
            raise ValueError("expected either 'doubt_factor' or 'doubt_abs', not both")
        return self


class Point(Strict):
    """One row of the table of a series."""

    first: Date
    last: Date
    low: Number | None = None
    value: Number | None = None
    high: Number | None = None

    @property
    def label(self) -> str:
        """What its time is called: `2014-08` a month, `2014-q3` a quarter, `2014` a year, else its last day."""
        after = self.last + timedelta(days=1)
        months = 12 * (after.year - self.first.year) + after.month - self.first.month
        if self.first.day == after.day == 1:
            if months == 12 and self.first.month == 1:
                return f"{self.first.year}"
            if months == 3 and self.first.month % 3 == 1:
                return f"{self.first.year}-q{self.first.month // 3 + 1}"
            if months == 1:
                return f"{self.first:%Y-%m}"
        return str(self.last)


def expanded(series: Mapping[str, tuple[Series, Path]]) -> list[Placed]:
    """The observations of all `series` (by id, each with the folder that its `file` lies in), in order.

    A point's id is that of its series, a dot and its `Point.label`: `ucdp-deaths-iraq.2014-q3`. Raises `FissureError`,
    `FILE:LINE: ...`, for a table that is missing or empty and for a row that is malformed.
    """
    points = {name: _points(one, folder / one.file) for name, (one, folder) in series.items()}
    found: list[Placed] = []
    for name, (one, folder) in series.items():
        shared = one.model_dump(exclude={"id", "file", "rival_of"})
        for line, (label, point) in enumerate(points[name].items(), start=2):
            own = {"id": f"{name}.{label}", "period": (point.first, point.last)}
            rivals = tuple(
                f"{other}.{rival.label}"
                for other in one.rival_of
                for rival in points[other].values()
                if rival.first <= point.last and point.first <= rival.last
            )
            numbers = point.model_dump(include={"low", "value", "high"})
            observation = Observation.model_validate({**shared, **own, **numbers, "rival_of": rivals})
            found.append((observation, folder / one.file, line))
    return found


def _points(series: Series, path: Path) -> dict[str, Point]:
    rows = read_csv(path, Point)
    if not rows:
        raise FissureError(f"{path}:2: holds no row, expected at least one point of the series '{series.id}'")
    points: dict[str, Point] = {}
    for line, point in enumerate(rows, start=2):
        for wrong, said in _WRONG:
            if wrong(series, point):
                raise FissureError(f"{path}:{line}: {said}")
        if point.label in points:
            first = 2 + list(points).index(point.label)
            raise FissureError(f"{path}:{line}: the time '{point.label}' stands already on line {first}")
        points[point.label] = point
    return points


def _numbers(point: Point) -> list[float]:
    return [number for number in (point.low, point.value, point.high) if number is not None]


def _lacks(series: Series, point: Point) -> bool:
    given = {"low": point.low is not None, "high": point.high is not None, "value": point.value is not None}
    return not {
        "exact": given["value"],
        "range": given["low"] and given["high"],
        "upper": given["value"] or given["high"],
        "lower": given["value"] or given["low"],
    }[series.bound]


_WRONG: tuple[tuple[Callable[[Series, Point], bool], str], ...] = (
    (lambda s, p: p.last < p.first, "the period ends before it starts, expected 'last' on or after 'first'"),
    (_lacks, "lacks a number, expected those that the 'bound' of the series speaks of"),
    (lambda s, p: _numbers(p) != sorted(_numbers(p)), "the range is inside out, expected low <= value <= high"),
    (
        lambda s, p: s.doubt_factor is not None and (max(_numbers(p)) <= 0 or (p.value is not None and p.value <= 0)),
        "speaks of nothing, expected a number above 0 where the doubt is a factor",
    ),
)

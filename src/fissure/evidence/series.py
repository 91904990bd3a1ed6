"""Published time series: one entry of `series.yaml` and the rows of its table become observations of many dates."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator

from fissure.errors import FissureError
from fissure.evidence.entries import Bound, Factor, Id, Observation
from fissure.reading import Amount, Day, Real, Strict, Text, read_csv, reason

Placed = tuple[Observation, Path, int]  # an observation, and the file and line that its number was read from


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
    doubt_factor: Factor | None = None
    doubt_abs: Amount | None = None
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

    first: Day
    last: Day
    low: Real | None = None
    value: Real | None = None
    high: Real | None = None

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

    A point's id is that of its series, a dot and its `Point.label`: `deaths-counted.2014-q3`. Raises `FissureError`,
    `FILE:LINE: ...`, for a table that is missing or empty and for a row that is malformed.
    """
    points = {name: _points(one, folder / one.file) for name, (one, folder) in series.items()}
    found: list[Placed] = []
    for name, (one, folder) in series.items():
        shared = one.model_dump(exclude={"id", "file", "rival_of"})
        for label, (line, point) in points[name].items():
            own = {"id": f"{name}.{label}", "period": (point.first, point.last)}
            rivals = tuple(
                f"{other}.{rival.label}"
                for other in one.rival_of
                for _, rival in points[other].values()
                if rival.first <= point.last and point.first <= rival.last
            )
            numbers = point.model_dump(include={"low", "value", "high"})
            try:
                observation = Observation.model_validate({**shared, **own, **numbers, "rival_of": rivals})
            except ValidationError as error:
                raise FissureError(f"{folder / one.file}:{line}: {reason(error)}") from None
            found.append((observation, folder / one.file, line))
    return found


def _points(series: Series, path: Path) -> dict[str, tuple[int, Point]]:
    """The points of `series` by label, each with its line in the table at `path`."""
    rows = read_csv(path, Point)
    if not rows:
        raise FissureError(f"{path}:2: holds no row, expected at least one point of the series '{series.id}'")
    points: dict[str, tuple[int, Point]] = {}
    for line, point in rows:
        if point.label in points:
            raise FissureError(
                f"{path}:{line}: the time '{point.label}' stands already on line {points[point.label][0]}"
            )
        points[point.label] = line, point
    return points

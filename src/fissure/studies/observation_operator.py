"""The model's counterpart of a published number, for each member: ``offset + scale * how(output)``.

A weekly flow is spread evenly over the seven days of its week, so a sum over a month counts the days of the
weeks at its two ends. A stock is that of the week which holds the day.
"""

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.errors import ArgumentError, nearest
from fissure.evidence.entries import Observation, Period, Variable

COVERED = 0.9
"""Part of an observation's period that a run must hold for the two to be compared."""
HALF = 0.5
"""The part that is enough where the observation is only an upper bound on a sum: a part can break it."""

Floats = NDArray[np.float64]


class NotComparable(Exception):
    """The run has no counterpart of an observation; the message says why, for the reader."""


@dataclass(frozen=True)
class Calendar:
    """The weeks of a run: `first` day of the first week, number of `weeks`."""

    first: date
    weeks: int

    @property
    def last(self) -> date:
        """Last day of the last week."""
        return self.first + timedelta(days=7 * self.weeks - 1)

    def week_of(self, day: date) -> int:
        """The week that holds `day`; raises `NotComparable` outside the run."""
        self.shares((day, day), at_least=0.0)
        return (day - self.first).days // 7

    def shares(self, period: Period, at_least: float = COVERED) -> Floats:
        """(weeks,) the part of each week's days that lies within `period`, both ends included.

        Raises `NotComparable` when the run holds none of it, or less than the part `at_least`.
        """
        begin, end = self._days(period)
        if end <= 0:
            raise NotComparable(f"speaks of a time before the run starts on {_day(self.first)}")
        if begin >= 7 * self.weeks:
            raise NotComparable(f"speaks of a time after the run ends on {_day(self.last)}")
        if (part := self.part(period)) < at_least:
            raise NotComparable(f"the run holds only {part:.0%} of its period")
        mondays = 7 * np.arange(self.weeks)
        return np.clip(np.minimum(mondays + 7, end) - np.maximum(mondays, begin), 0, 7) / 7.0

    def part(self, period: Period) -> float:
        """The part of the days of `period` that lies within the run."""
        begin, end = self._days(period)
        return max(0, min(end, 7 * self.weeks) - max(begin, 0)) / (end - begin)

    def _days(self, period: Period) -> tuple[int, int]:
        return (period[0] - self.first).days, (period[1] - self.first).days + 1


def calendar_of(data: xr.Dataset) -> Calendar:
    """The weeks of `data`, from its coordinate `week`."""
    return Calendar(data["week"].values[0].astype("datetime64[D]").item(), data.sizes["week"])


def joined(array: xr.DataArray, select: Mapping[str, str | tuple[str, ...]] | None, combine: str, whose: str) -> Floats:
    """(members, weeks) of `array`: coordinates picked by `select`, what is left over joined by `combine`.

    Raises `FissureError`, which names `whose` selection it is, for a dimension or coordinate that is not there.
    """
    for dimension, names in (select or {}).items():
        _known(whose, array, "dimension", dimension, [d for d in array.dims if d not in ("member", "week")])
        listed = [names] if isinstance(names, str) else list(names)
        for name in listed:
            _known(whose, array, dimension, name, array[dimension].values)
        array = array.sel({dimension: listed})
    array = array.transpose("member", "week", ...)
    values = array.values.astype(np.float64).reshape(*array.shape[:2], -1)
    return values.sum(axis=2) if combine == "sum" else values.mean(axis=2)


def _picked(variable: Variable, array: xr.DataArray) -> Floats:
    return joined(array, variable.select, variable.combine, f"variable '{variable.id}'")


def _known(whose: str, array: xr.DataArray, what: str, name: str, known: Iterable[Any]) -> None:
    names = [str(one) for one in known]
    if name not in names:
        raise ArgumentError(
            f"{whose} selects the {what} '{name}' of output '{array.name}', "
            f"expected one of {', '.join(names) or 'none'}{nearest(name, names)}"
        )


def counterpart(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    """(members,) what the model says where `observation` says its number, in the unit of `variable`.

    `array` is the variable's output, (member, week, ...). A member for which it is not defined (a change
    against nothing) is NaN. Raises `NotComparable` when the run does not hold the time that it speaks of.
    """
    return variable.offset + variable.scale * _HOWS[variable.how](variable, observation, array, weeks)


def held(variable: Variable, observation: Observation, weeks: Calendar) -> float:
    """The part of the period of a sum that the run holds; 1 where the counterpart is no sum over a period."""
    if variable.how not in _PERIODS:
        return 1.0
    return weeks.part(observation.period or _PERIODS[variable.how](observation))


def _at(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    if observation.period is not None:
        return _mean(_picked(variable, array), weeks.shares(observation.period))
    return _picked(variable, array)[:, weeks.week_of(observation.when)]


def _summed(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    # what half of the period brings can already break an upper bound, so half will do for one
    at_least = HALF if observation.bound == "upper" else COVERED
    shares = weeks.shares(observation.period or _PERIODS[variable.how](observation), at_least)
    return _picked(variable, array) @ shares


def _cumulative(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    assert variable.since is not None  # the ledger sees to it
    if variable.since < weeks.first - timedelta(days=7):
        raise NotComparable(f"the count starts on {_day(variable.since)}, before the run does on {_day(weeks.first)}")
    weeks.week_of(observation.when)
    if observation.when < variable.since:
        raise NotComparable(f"speaks of a time before the count starts on {_day(variable.since)}")
    return _picked(variable, array) @ weeks.shares((variable.since, observation.when), 0.0)


def _lost(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    values = _picked(variable, array)[:, : weeks.week_of(observation.when) + 1]
    return 1.0 - _ratio(values[:, -1], values.max(axis=1))


def _share(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    shares = weeks.shares(observation.period or month_of(observation.when))
    return _ratio(_picked(variable, array) @ shares, joined(array, None, "sum", variable.id) @ shares)


def _change(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    assert variable.baseline is not None  # the ledger sees to it
    values = _picked(variable, array)
    now = _mean(values, weeks.shares(observation.period or month_of(observation.when)))
    return _ratio(now, _mean(values, weeks.shares(variable.baseline))) - 1.0


def _constant(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    return _picked(variable, array)[:, 0]


def _mean(values: Floats, shares: Floats) -> Floats:
    return values @ shares / shares.sum()


def _ratio(over: Floats, under: Floats) -> Floats:
    """`over` / `under`, NaN where `under` is nothing."""
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)


def month_of(day: date) -> Period:
    """First and last day of the calendar month of `day`."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def year_of(day: date) -> Period:
    """First and last day of the calendar year of `day`."""
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _own_period(observation: Observation) -> Period:
    raise NotComparable("gives a day where the variable needs a period")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


_PERIODS: Mapping[str, Callable[[Observation], Period]] = {
    "month-sum": lambda o: month_of(o.when),
    "year-sum": lambda o: year_of(o.when),
    "period-sum": _own_period,
}
_HOWS: Mapping[str, Callable[[Variable, Observation, xr.DataArray, Calendar], Floats]] = {
    "at": _at,
    "month-sum": _summed,
    "year-sum": _summed,
    "period-sum": _summed,
    "cumulative": _cumulative,
    "share-of-peak-lost": _lost,
    "share-of-total": _share,
    "change-share": _change,
    "constant": _constant,
}

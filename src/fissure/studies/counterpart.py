"""The model's counterpart of a published number, for each member: ``offset + scale * how(output)``.

A weekly flow is spread evenly over the seven days of its week, so a sum over a month counts the days of the
weeks at its two ends. A stock is that of the week which holds the day.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.errors import FissureError, nearest
from fissure.evidence.entries import Observation, Period, Variable

COVERED = 0.9
"""Part of an observation's period that a run must hold for the two to be compared."""

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
        begin, end = (period[0] - self.first).days, (period[1] - self.first).days + 1
        if end <= 0:
            raise NotComparable(f"speaks of a time before the run starts on {_day(self.first)}")
        if begin >= 7 * self.weeks:
            raise NotComparable(f"speaks of a time after the run ends on {_day(self.last)}")
        held = (min(end, 7 * self.weeks) - max(begin, 0)) / (end - begin)
        if held < at_least:
            raise NotComparable(f"the run holds only {held:.0%} of its period")
        mondays = 7 * np.arange(self.weeks)
        return np.clip(np.minimum(mondays + 7, end) - np.maximum(mondays, begin), 0, 7) / 7.0


def calendar_of(data: xr.Dataset) -> Calendar:
    """The weeks of `data`, from its coordinate `week`."""
    return Calendar(data["week"].values[0].astype("datetime64[D]").item(), data.sizes["week"])


def joined(array: xr.DataArray, variable: Variable, select: bool = True) -> Floats:
    """(members, weeks) of `array`, selected and combined as `variable` says; without `select`, over all.

    Raises `FissureError` when the variable selects a dimension or a coordinate that the output lacks.
    """
    wanted = dict(variable.select or {}) if select else {}
    picked = array
    for dimension, names in wanted.items():
        _known(variable, "dimension", dimension, [str(d) for d in array.dims if d not in ("member", "week")])
        listed = [names] if isinstance(names, str) else list(names)
        for name in listed:
            _known(variable, dimension, name, [str(c) for c in array[dimension].values])
        picked = picked.sel({dimension: listed})
    picked = picked.transpose("member", "week", ...)
    values = picked.values.astype(np.float64).reshape(*picked.shape[:2], -1)
    return values.sum(axis=2) if variable.combine == "sum" else values.mean(axis=2)


def _known(variable: Variable, what: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise FissureError(
            f"variable '{variable.id}' selects the {what} '{name}' of output '{variable.output}', "
            f"expected one of {', '.join(known) or 'none'}{nearest(name, known)}"
        )


def counterpart(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    """(members,) what the model says where `observation` says its number, in the unit of `variable`.

    `array` is the variable's output, (member, week, ...). A member for which it is not defined (a change
    against nothing) is NaN. Raises `NotComparable` when the run does not hold the time that it speaks of.
    """
    return variable.offset + variable.scale * _HOWS[variable.how](variable, observation, array, weeks)


def _at(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    if observation.period is not None:
        return _mean(joined(array, variable), weeks.shares(observation.period))
    return joined(array, variable)[:, weeks.week_of(observation.when)]


def _summed(period_of: Callable[[Observation], Period]) -> Callable[..., Floats]:
    def how(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
        # what a part of the period brings can already break an upper bound, so any part will do for one
        at_least = 0.0 if observation.bound == "upper" else COVERED
        shares = weeks.shares(observation.period or period_of(observation), at_least)
        return joined(array, variable) @ shares

    return how


def _cumulative(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    assert variable.since is not None  # the ledger sees to it
    if variable.since < weeks.first - timedelta(days=7):
        raise NotComparable(f"the count starts on {_day(variable.since)}, before the run does on {_day(weeks.first)}")
    weeks.week_of(observation.when)
    if observation.when < variable.since:
        raise NotComparable(f"speaks of a time before the count starts on {_day(variable.since)}")
    return joined(array, variable) @ weeks.shares((variable.since, observation.when), 0.0)


def _lost(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    values = joined(array, variable)[:, : weeks.week_of(observation.when) + 1]
    return 1.0 - _ratio(values[:, -1], values.max(axis=1))


def _share(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    shares = weeks.shares(observation.period or month_of(observation.when))
    return _ratio(joined(array, variable) @ shares, joined(array, variable, select=False) @ shares)


def _change(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    assert variable.baseline is not None  # the ledger sees to it
    values = joined(array, variable)
    now = _mean(values, weeks.shares(observation.period or month_of(observation.when)))
    return _ratio(now, _mean(values, weeks.shares(variable.baseline))) - 1.0


def _constant(variable: Variable, observation: Observation, array: xr.DataArray, weeks: Calendar) -> Floats:
    return joined(array, variable)[:, 0]


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


_HOWS: Mapping[str, Callable[[Variable, Observation, xr.DataArray, Calendar], Floats]] = {
    "at": _at,
    "month-sum": _summed(lambda o: month_of(o.when)),
    "year-sum": _summed(lambda o: year_of(o.when)),
    "period-sum": _summed(_own_period),
    "cumulative": _cumulative,
    "share-of-peak-lost": _lost,
    "share-of-total": _share,
    "change-share": _change,
    "constant": _constant,
}

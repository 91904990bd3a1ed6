"""What a study asks about: one number a member, read off its history.

Some look at the whole run (``collapse``, ``deserted``), some at a day (``territory@2016-12-31``). Every outcome is
defined for every member, also for one that has lost everything, so that differences and shares of them are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.constants import HALF_YEAR, QUARTER, WEEKS_A_MONTH
from fissure.engine.plan import whole
from fissure.errors import ArgumentError, nearest
from fissure.studies.cohesion import cohesion
from fissure.studies.endings import came_apart, collapse_weeks
from fissure.studies.observation_operator import Floats, calendar_of, joined

Measure = Callable[[xr.Dataset], Floats]


@dataclass(frozen=True)
class Outcome:
    """`measure` gives (members,) numbers in `unit`; `more` says in words what a higher number is."""

    name: str
    title: str
    unit: str
    more: str
    measure: Measure

    def __call__(self, data: xr.Dataset) -> Floats:
        """(members,) of `data`; raises `FissureError` where a number is not finite."""
        found = np.asarray(self.measure(data), np.float64)
        if not np.isfinite(found).all():
            raise ArgumentError(f"{self.name} is no finite number in some histories, so they cannot be compared")
        return found


@dataclass(frozen=True)
class _Kind:
    title: str
    unit: str
    more: str
    measure: Callable[[xr.Dataset, int | None], Floats]
    dated: bool


def summed(data: xr.Dataset, output: str) -> Floats:
    """(members, weeks) of an output, summed over its other dimensions."""
    return joined(data[output], None, "sum", output)


def _at(output: str) -> Callable[[xr.Dataset, int | None], Floats]:
    return lambda data, week: summed(data, output)[:, week]


def _total(output: str) -> Callable[[xr.Dataset, int | None], Floats]:
    return lambda data, week: summed(data, output).sum(axis=1)


def _collapse(data: xr.Dataset, week: int | None) -> Floats:
    """Weeks until collapse, those that do not collapse counted as the whole run (restricted survival time)."""
    run = data.sizes["week"]
    return np.nan_to_num(collapse_weeks(data, "territory"), nan=float(run))


def _collapsed(data: xr.Dataset, week: int | None) -> Floats:
    return (collapse_weeks(data, "territory") <= (week or 0)).astype(np.float64)  # NaN is never


def _replaced(data: xr.Dataset, week: int | None) -> Floats:
    """The first week from which on the ranks are never larger than half a year before; the run where there is none."""
    fighters = summed(data, "fighters")
    run = fighters.shape[1]
    if run <= HALF_YEAR:
        return np.full(len(fighters), float(run))
    shrunk = fighters[:, HALF_YEAR:] <= fighters[:, :-HALF_YEAR]
    stays = np.logical_and.accumulate(shrunk[:, ::-1], axis=1)[:, ::-1]
    return np.where(stays.any(axis=1), HALF_YEAR + stays.argmax(axis=1), run).astype(np.float64)


def _income(data: xr.Dataset, week: int | None) -> Floats:
    """Million dollars a month, mean of the half year that ends with the week."""
    last = (week or 0) + 1
    return summed(data, "income_musd")[:, max(last - HALF_YEAR, 0) : last].mean(axis=1) * WEEKS_A_MONTH


def _supporters(data: xr.Dataset, week: int | None) -> Floats:
    return np.asarray(summed(data, "support")[:, week] * summed(data, "residents_under_control")[:, week])


def _loyal(data: xr.Dataset, week: int | None) -> Floats:
    return np.asarray(summed(data, "fighters")[:, week] - summed(data, "wanting_out")[:, week])


def _apart(data: xr.Dataset, week: int | None) -> Floats:
    return np.nan_to_num(came_apart(data), nan=float(data.sizes["week"]))


def _cohesion(data: xr.Dataset, week: int | None) -> Floats:
    """Where no fighters are left nothing holds together."""
    return np.nan_to_num(cohesion(data)["cohesion"].values[:, week], nan=0.0)


KINDS = {
    "apart": _Kind("Time until it comes apart", "weeks", "it holds together longer", _apart, False),
    "collapse": _Kind("Time until the ground collapses", "weeks", "the ground is held longer", _collapse, False),
    "collapsed": _Kind("Histories whose ground has collapsed", "share", "more have collapsed", _collapsed, True),
    "replaced": _Kind(
        "Time until recruits replace losses no more", "weeks", "recruits replace losses for longer", _replaced, False
    ),
    "deserted": _Kind("Fighters lost by desertion", "persons", "more desert", _total("deserted"), False),
    "killed": _Kind("Fighters killed or captured", "persons", "more are killed", _total("killed"), False),
    "fled": _Kind("Residents who fled", "persons", "more flee", _total("fled"), False),
    "territory": _Kind("Ground held", "km2", "more ground is held", _at("territory_km2"), True),
    "fighters": _Kind("Fighters", "persons", "more fighters stay", _at("fighters"), True),
    "loyal": _Kind("Fighters who wish to stay", "persons", "more wish to stay", _loyal, True),
    "cohesion": _Kind("Cohesion of the ranks", "index, 0 to 1", "the ranks hold together better", _cohesion, True),
    "income": _Kind("Income", "million USD/month", "more comes in", _income, True),
    "support": _Kind("Residents on held ground who support it", "persons", "more support it", _supporters, True),
    "residents": _Kind(
        "Residents on held ground", "persons", "more live under it", _at("residents_under_control"), True
    ),
}
"""What can be asked about; those that speak of a day are asked for as ``name@YYYY-MM-DD``."""


def outcome(said: str, case: Case, weeks: int | None = None) -> Outcome:
    """The outcome that is called `said`, of a run of `weeks` weeks (all of the case's where not given).

    Raises `FissureError`, with the nearest name, for one that there is not, and for a day that is missing, is none or
    lies outside the run.
    """
    name, at, day = said.partition("@")
    if name not in KINDS:
        raise ArgumentError(f"there is no outcome '{name}'{nearest(name, KINDS)}; there are {', '.join(KINDS)}")
    kind = KINDS[name]
    if not kind.dated:
        if at:
            raise ArgumentError(f"'{said}': {name} speaks of the whole run, expected no day")
        return Outcome(name, kind.title, kind.unit, kind.more, lambda data: kind.measure(data, None))
    last = _last_day(case, weeks)
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise ArgumentError(f"'{said}' names no day, expected {name}@YYYY-MM-DD, as in {name}@{last}") from None
    if not case.start <= when <= last:
        raise ArgumentError(f"'{said}' lies outside the run, which goes from {case.start} to {last}")

    def measure(data: xr.Dataset) -> Floats:
        return kind.measure(data, calendar_of(data).week_of(when))

    return Outcome(said, f"{kind.title}, {when.day} {when:%B %Y}", kind.unit, kind.more, measure)


def standard(case: Case, weeks: int | None = None) -> tuple[Outcome, ...]:
    """The outcomes that a study looks at unless told otherwise, as far as a run of `weeks` weeks reaches."""
    last = _last_day(case, weeks)
    days = [day for day in case.dates.outcomes if case.start <= day <= last] or [last]
    dated = [f"{name}@{day}" for name in ("territory", "fighters", "income", "support") for day in days]
    return tuple(outcome(said, case, weeks) for said in ("collapse", "deserted", *dated))


def outcomes_of(said: Iterable[str], case: Case, weeks: int | None = None) -> tuple[Outcome, ...]:
    """The outcomes called `said`, once each, in order; the standard ones where none is named."""
    names = tuple(dict.fromkeys((said,) if isinstance(said, str) else said))
    return tuple(outcome(name, case, weeks) for name in names) if names else standard(case, weeks)


def _last_day(case: Case, weeks: int | None) -> date:
    """The last day of a run of so many weeks, all of the case's where not given. Raises `FissureError` for too many."""
    if weeks is not None:
        whole("weeks", weeks, 1, case.weeks)
    return case.start + timedelta(weeks=weeks or case.weeks) - timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """`read` gives (members, weeks) numbers in `unit`."""

    title: str
    unit: str
    read: Callable[[xr.Dataset], Floats]


def _income_by_week(data: xr.Dataset) -> Floats:
    """Million dollars a month, mean of the quarter that ends with the week; of fewer weeks at the start."""
    sums = np.cumsum(summed(data, "income_musd"), axis=1)
    before = np.zeros_like(sums)
    before[:, QUARTER:] = sums[:, :-QUARTER]
    return np.asarray((sums - before) / np.minimum(np.arange(1, sums.shape[1] + 1), QUARTER) * WEEKS_A_MONTH)


SERIES = {
    "territory": Series("Ground held", "km2", lambda data: summed(data, "territory_km2")),
    "fighters": Series("Fighters", "persons", lambda data: summed(data, "fighters")),
    "loyal": Series(
        "Fighters who wish to stay", "persons", lambda data: summed(data, "fighters") - summed(data, "wanting_out")
    ),
    "deserted": Series(
        "Fighters lost by desertion, so far", "persons", lambda data: np.cumsum(summed(data, "deserted"), axis=1)
    ),
    "income": Series("Income", "million USD/month", _income_by_week),
    "residents": Series("Residents on held ground", "persons", lambda data: summed(data, "residents_under_control")),
    "support": Series(
        "Residents on held ground who support it",
        "persons",
        lambda data: summed(data, "support") * summed(data, "residents_under_control"),
    ),
    "resisters": Series("Residents in organised resistance", "persons", lambda data: summed(data, "resisters")),
}
"""What is followed; fighters who wish to stay count each by the part of it that does not wish to leave."""

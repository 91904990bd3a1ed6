"""Outcomes that a study asks about: one number a member, read off its history, and the ends of its range.

Some look at the whole run (``collapse``, ``deserted``), some at a day (``territory@2016-12-31``). Every outcome is
defined for every member, also for one that has lost everything, so that differences and shares of them are.

A history at the end of an outcome's range says no more than "at least so much". The time until something happens is
counted within the run: a history in which it never does counts with the whole run, so its mean is a restricted mean
survival time (Royston and Parmar 2013). Ground, fighters, income and support end at nothing; a share or an index at 0
and 1; and the model has room for so many fighters only. Where histories sit at such an end, a difference from or to
them is a lower bound, and where most do in both of two worlds it says nothing. Totals of what happened (who deserted,
fled or was killed) have no such end: none is what happened.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.constants import HALF_YEAR, QUARTER, WEEKS_A_MONTH
from fissure.engine.plan import whole
from fissure.errors import ArgumentError, nearest
from fissure.files import JsonObject
from fissure.studies.endings import came_apart, cohesion, collapse_weeks, for_good, window_sum
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


Range = Literal["time", "stock", "fighters", "yes or no", "share", "open"]


@dataclass(frozen=True)
class _Kind:
    title: str
    unit: str
    more: str
    measure: Callable[[xr.Dataset, int | None], Floats]
    dated: bool
    range: Range


def summed(data: xr.Dataset, output: str) -> Floats:
    """(members, weeks) of an output, summed over its other dimensions."""
    return joined(data[output], None, "sum", output)


@dataclass(frozen=True)
class Series:
    """`read` gives (members, weeks) numbers in `unit`."""

    title: str
    unit: str
    read: Callable[[xr.Dataset], Floats]


def _income_by_week(data: xr.Dataset) -> Floats:
    """Million dollars a month, mean of the quarter that ends with the week; of fewer weeks at the start."""
    sums = window_sum(summed(data, "income_musd"), QUARTER)
    return np.asarray(sums / np.minimum(np.arange(1, sums.shape[1] + 1), QUARTER) * WEEKS_A_MONTH)


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
"""Series that are followed; fighters who wish to stay count each by the part of it that does not wish to leave."""


def _total(output: str) -> Callable[[xr.Dataset, int | None], Floats]:
    return lambda data, week: summed(data, output).sum(axis=1)


def _collapsed(data: xr.Dataset, week: int | None) -> Floats:
    return (collapse_weeks(data, "territory") <= (week or 0)).astype(np.float64)  # NaN is never


def _replaced(data: xr.Dataset, week: int | None) -> Floats:
    """The first week from which on the ranks are never larger than half a year before; the run where there is none."""
    fighters = summed(data, "fighters")
    run = fighters.shape[1]
    if run <= HALF_YEAR:
        return np.full(len(fighters), float(run))
    shrunk = fighters[:, HALF_YEAR:] <= fighters[:, :-HALF_YEAR]
    return np.nan_to_num(HALF_YEAR + for_good(shrunk), nan=float(run))


def _income(data: xr.Dataset, week: int | None) -> Floats:
    """Million dollars a month, mean of the half year that ends with the week."""
    last = (week or 0) + 1
    return summed(data, "income_musd")[:, max(last - HALF_YEAR, 0) : last].mean(axis=1) * WEEKS_A_MONTH


def _until(weeks: Callable[[xr.Dataset], Floats]) -> Callable[[xr.Dataset, int | None], Floats]:
    """Weeks until it happens, the whole run where it does not (restricted survival time)."""
    return lambda data, week: np.nan_to_num(weeks(data), nan=float(data.sizes["week"]))


def _cohesion(data: xr.Dataset, week: int | None) -> Floats:
    """Cohesion, 0 where no fighters are left: nothing holds together."""
    return np.nan_to_num(cohesion(data)["cohesion"].values[:, week], nan=0.0)


def _stock(series: str, more: str, range: Range = "stock") -> _Kind:
    """A series on a day."""
    one = SERIES[series]
    return _Kind(one.title, one.unit, more, lambda data, week: one.read(data)[:, week], True, range)


KINDS = {
    "apart": _Kind(
        "Time until it comes apart", "weeks", "it holds together longer", _until(came_apart), False, "time"
    ),
    "collapse": _Kind(
        "Time until the ground collapses", "weeks", "the ground is held longer",
        _until(lambda data: collapse_weeks(data, "territory")), False, "time",
    ),
    "collapsed": _Kind(
        "Histories whose ground has collapsed", "share", "more have collapsed", _collapsed, True, "yes or no"
    ),
    "replaced": _Kind(
        "Time until recruits replace losses no more", "weeks", "recruits replace losses for longer", _replaced, False,
        "time",
    ),
    "deserted": _Kind("Fighters lost by desertion", "persons", "more desert", _total("deserted"), False, "open"),
    "killed": _Kind("Fighters killed or captured", "persons", "more are killed", _total("killed"), False, "open"),
    "fled": _Kind("Residents who fled", "persons", "more flee", _total("fled"), False, "open"),
    "territory": _stock("territory", "more ground is held"),
    "fighters": _stock("fighters", "more fighters stay", "fighters"),
    "loyal": _stock("loyal", "more wish to stay", "fighters"),
    "cohesion": _Kind(
        "Cohesion of the ranks", "index, 0 to 1", "the ranks hold together better", _cohesion, True, "share"
    ),
    "income": _Kind("Income", "million USD/month", "more comes in", _income, True, "stock"),
    "support": _stock("support", "more support it"),
    "residents": _stock("residents", "more live under it"),
}  # fmt: skip
"""Outcomes by name; those that speak of a day are asked for as ``name@YYYY-MM-DD``."""


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


End = Literal["lower", "upper"]
TIMES = frozenset(name for name, kind in KINDS.items() if kind.range == "time")
"""Outcomes that are weeks until something happens."""
FULL = 0.9
"""Part of the model's room for fighters from which it counts as full: each origin has room of its own."""


@dataclass(frozen=True)
class Bounds:
    """The ends of what an outcome can be in one history; None where it has none.

    From `full` on it counts as at its upper end. A `binary` outcome is always at one of its ends, so only all histories
    at the same one say anything.
    """

    low: float | None = None
    high: float | None = None
    full: float | None = None
    binary: bool = False


def bounds_of(outcome: str, weeks: int, room: int) -> Bounds:
    """The ends of an outcome by its name, in a run of `weeks` weeks with `room` for so many fighters."""
    kind = KINDS.get(outcome.partition("@")[0])
    by_range = {
        "time": Bounds(0.0, float(weeks)),
        "stock": Bounds(0.0),
        "fighters": Bounds(0.0, float(room), FULL * room or None),
        "yes or no": Bounds(0.0, 1.0, binary=True),
        "share": Bounds(0.0, 1.0),
    }
    return by_range.get(kind.range, Bounds()) if kind else Bounds()


@dataclass(frozen=True)
class AtBound:
    """`count` of `of` histories of a `world` are at one end of an outcome, at `bound`.

    `world` says which in words, as ``with everything off``. Where only means were kept the count may be a `least`.
    """

    world: str
    end: End
    bound: float
    count: int
    of: int
    least: bool = False
    near: bool = False
    """True where it is enough to be near that end, where differences still show."""

    @property
    def most(self) -> bool:
        """True for more than half of the histories."""
        return 2 * self.count > self.of


@dataclass(frozen=True)
class AtBounds:
    """All ends of one outcome at which histories were found; `recorded` is false where it was not looked for."""

    found: tuple[AtBound, ...] = ()
    recorded: bool = True

    def of(self, world: str) -> tuple[AtBound, ...]:
        """Those in a world."""
        return tuple(one for one in self.found if one.world == world)

    def unreadable(self, one: str, other: str) -> bool:
        """True where most histories of both worlds are at the same end, so that their difference says nothing."""
        ends = [{each.end for each in self.of(world) if each.most and not each.near} for world in (one, other)]
        return bool(ends[0] & ends[1])

    def as_json(self) -> list[JsonObject] | None:
        """As plain values, for JSON; None where it was not recorded."""
        return [asdict(one) for one in self.found] if self.recorded else None


NOT_RECORDED = AtBounds(recorded=False)


def at_bounds(bounds: Bounds, worlds: Mapping[str, Floats]) -> AtBounds:
    """The ends at which histories of `worlds` are: (members,) of an outcome by what each world is called."""
    found = []
    for world, values in worlds.items():
        ends: list[tuple[End, float | None, NDArray[np.bool_] | bool]] = [
            ("lower", bounds.low, bounds.low is not None and values <= bounds.low),
            ("upper", bounds.high, bounds.high is not None and values >= (bounds.full or bounds.high)),
        ]
        for end, bound, there in ends:
            count = int(np.sum(there))
            if bound is not None and (count == len(values) or (count and not bounds.binary)):
                near = end == "upper" and bounds.full is not None
                found.append(AtBound(world, end, bound, count, len(values), near=near))
    return AtBounds(tuple(found))

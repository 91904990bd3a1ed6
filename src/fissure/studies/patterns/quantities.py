"""The numbers that patterns compare: weekly series of a member, what they come to, and weeks in which they move.

A part of a pattern names them in the `patterns.yaml` of its case::

    {of: recruits, select: {origin: foreign}, each: month, days: [2001-03-01, 2001-05-31]}
    {of: territory_km2, fell: 0.2}

When and how a series moves is measured so as to bear noise: by running means, first weeks and waves.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal, Self

import numpy as np
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pydantic import model_validator

from fissure.constants import QUARTER, WEEKS_A_MONTH, WEEKS_A_YEAR
from fissure.evidence.entries import Period
from fissure.reading import Day, Positive, Share, Strict, Text, Whole
from fissure.studies.endings import first_week, ratio, window_sum
from fissure.studies.observation_operator import Floats, NotComparable, calendar_of, joined

YEAR = 53
"""Weeks of the slow trend, odd so that it has a middle."""
NEAR = 8
"""Weeks within which a wave follows what set it off."""
SHIFT = 13
"""The least shift of a series against itself that counts as no longer aligned."""
LEAST = 78
"""Weeks without which waves are not looked for: too few shifts to compare with."""
GONE = 0.1
"""Share of its highest stock of fighters below which a member's group is taken for gone."""


def summed(data: xr.Dataset, x: Floats, begin: date, end: date) -> Floats:
    """(members,) sum of a weekly flow over the days from `begin` to `end`; NaN where the run lacks a tenth of them."""
    try:
        return x @ calendar_of(data).shares((begin, end))
    except NotComparable:
        return np.full(x.shape[0], np.nan)


def average(data: xr.Dataset, x: Floats, begin: date, end: date) -> Floats:
    """(members,) mean of `x` over the days from `begin` to `end`; NaN where the run lacks a tenth of them."""
    return ratio(summed(data, x, begin, end), summed(data, np.ones_like(x), begin, end))


def on(data: xr.Dataset, x: Floats, day: date) -> Floats:
    """(members,) `x` in the week that holds `day`; NaN where the run does not."""
    return average(data, x, day, day)


def running(x: Floats, window: int = QUARTER) -> Floats:
    """Mean of each week and those before it, `window` in all; NaN where there are fewer."""
    out = np.full(x.shape, np.nan)
    if x.shape[1] >= window:
        out[:, window - 1 :] = sliding_window_view(x, window, axis=1).mean(axis=2)
    return out


def centred(x: Floats, window: int) -> Floats:
    """Mean of the weeks round each, `window` in all and fewer at the two ends."""
    half, weeks = window // 2, x.shape[1]
    upto = np.concatenate([np.zeros((x.shape[0], 1)), np.cumsum(x, axis=1)], axis=1)
    first = np.maximum(np.arange(weeks) - half, 0)
    last = np.minimum(np.arange(weeks) + half + 1, weeks)
    return (upto[:, last] - upto[:, first]) / (last - first)


def fell(x: Floats, by: float) -> Floats:
    """(members,) first week in which the running mean is `by` (a share) below its highest so far."""
    mean = running(x)
    high = np.fmax.accumulate(mean, axis=1)
    return first_week((high > 0) & (mean <= (1 - by) * high))


def rose(x: Floats, by: float) -> Floats:
    """(members,) first week in which the running mean is `by` (a share) above its lowest so far."""
    mean = running(x)
    low = np.fmin.accumulate(mean, axis=1)
    return first_week((mean > low) & (mean >= (1 + by) * low))


def halved(x: Floats, base: slice) -> Floats:
    """(members,) first week after `base` in which the running mean is at most half of the mean over `base`.

    NaN where it never is, and everywhere if `base` is empty.
    """
    if base.start == base.stop:
        return np.full(x.shape[0], np.nan)
    mean = running(x)
    level = x[:, base].mean(axis=1, keepdims=True)
    after = np.arange(x.shape[1]) >= base.stop
    return first_week(after & (level > 0) & (mean <= level / 2))


def alive(fighters: Floats) -> NDArray[np.int64]:
    """(members,) weeks until the stock of fighters has fallen to `GONE` of its highest so far; all if it never does."""
    gone = fighters <= GONE * np.maximum.accumulate(fighters, axis=1)
    return np.where(gone.any(axis=1), gone.argmax(axis=1), fighters.shape[1])


def drops(territory: xr.DataArray) -> Floats:
    """(members, weeks) ground lost in each week, km2: what the stocks of the countries fall by until the next."""
    held = territory.transpose("member", "week", ...).values.astype(np.float64)
    lost = np.maximum(held[:, :-1] - held[:, 1:], 0.0).sum(axis=tuple(range(2, held.ndim)))
    return np.concatenate([lost, np.zeros((held.shape[0], 1))], axis=1)


def before(x: Floats) -> Floats:
    """(members, weeks) sum over the `NEAR` weeks before each; fewer at the start."""
    return np.pad(window_sum(x, NEAR)[:, :-1], ((0, 0), (1, 0)))


def ahead(x: Floats) -> Floats:
    """(members, weeks) sum over the `NEAR` weeks after each; fewer at the end."""
    return before(x[:, ::-1])[:, ::-1]


def together(waves: Floats, cause: Floats, weeks: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Correlation of `waves` with `cause`, and the one that chance would give: two arrays of shape (members,).

    Of both series, over the first `weeks` of the member, the square root (counts spread with their mean) less its
    mean over the year round each week. The first array holds their correlation; the second the correlation that
    one in twenty circular shifts of `cause` by at least `SHIFT` weeks exceeds. NaN where there are fewer than
    `LEAST` weeks or one of the two never varies.
    """

    def detrended(values: Floats) -> Floats:
        root = np.sqrt(np.maximum(values, 0.0))
        left = root - centred(root[None], YEAR)[0]
        return np.asarray(left - left.mean(), np.float64)

    def of_member(member: int) -> tuple[float, float]:
        many = int(weeks[member])
        if many < LEAST:
            return np.nan, np.nan
        x, y = detrended(waves[member, :many]), detrended(cause[member, :many])
        scale = np.sqrt((x * x).sum() * (y * y).sum())
        if not scale > 1e-9:
            return np.nan, np.nan
        shifted = np.fft.irfft(np.fft.rfft(x) * np.conj(np.fft.rfft(y)), many) / scale  # entry s: y moved by s weeks
        return float(shifted[0]), float(np.quantile(shifted[SHIFT : many - SHIFT + 1], 0.95))

    return over_members(of_member, len(waves))


def crests(x: Floats) -> NDArray[np.bool_]:
    """(members, weeks) where a wave of `x` has its crest, at least `NEAR` weeks from both ends.

    The mean of five weeks is the highest within `NEAR` weeks and a fifth above the mean of the year round it.
    """
    mean = centred(x, 5)
    found = np.zeros(x.shape, bool)
    if x.shape[1] > 2 * NEAR:
        highest = sliding_window_view(mean, 2 * NEAR + 1, axis=1).max(axis=2)
        inner = slice(NEAR, x.shape[1] - NEAR)
        found[:, inner] = (mean[:, inner] >= highest) & (mean[:, inner] > 1.2 * centred(x, YEAR)[:, inner])
    return found


def over_members(of_member: Callable[[int], tuple[float, float]], members: int) -> tuple[Floats, Floats]:
    """The two numbers of each member, as two arrays of shape (members,)."""
    found = np.array([of_member(member) for member in range(members)], np.float64).reshape(members, 2)
    return found[:, 0], found[:, 1]


Names = Text | tuple[Text, ...]


class TooShort(Exception):
    """The run is too short for a part to say anything of its members."""


class Series(Strict):
    """A weekly series: one output or the sum of several, coordinates picked by `select`, all others joined.

    Of several labels those that the run lacks are left out. `mean_over` weighs the mean over origins by another output,
    and `times` multiplies by one before the sum; `rest` is what that leaves of the whole.
    """

    of: Names
    select: Mapping[Text, Names] = {}
    join: Literal["sum", "mean"] = "sum"
    mean_over: Text | None = None
    times: Text | None = None
    rest: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs that it needs."""
        of = (self.of,) if isinstance(self.of, str) else self.of
        return (*of, *filter(None, (self.mean_over, self.times)))

    def series(self) -> Iterator["Series"]:
        """All series that it is made from."""
        yield self

    def weekly(self, data: xr.Dataset) -> Floats:
        """(members, weeks) of it."""
        if isinstance(self.of, str):
            return self._of_one(data, self.of)
        return np.sum([self._of_one(data, name) for name in self.of], axis=0)

    def _of_one(self, data: xr.Dataset, name: str) -> Floats:
        if other := self.mean_over or self.times:
            here, there = (data[n].transpose("member", "week", "origin").values.astype(float) for n in (name, other))
            both = (here * there).sum(axis=2)
            if self.mean_over:
                return ratio(both, there.sum(axis=2))
            return here.sum(axis=2) - both if self.rest else both
        labels = {dim: data[name][dim].values for dim in self.select if dim in data[name].dims}
        picked = {
            dim: named if isinstance(named, str) else tuple(n for n in named if n in labels.get(dim, named))
            for dim, named in self.select.items()
        }
        return joined(data[name], picked, self.join, "a pattern")


class Quantity(Series):
    """One number a member: a series over `days`, over `weeks` of the run, `on` a day, or over the whole run.

    `take` says what of it: the `sum` (of stocks rather the `mean`), the `lowest` or `highest` week, the part `lost` of
    its highest so far, or the `fall` from the first of two days to the last. `less` is taken from it, `per` divides it,
    `each` gives it a month or per 1,000 a year, and `months` shares a fall out among so many months.
    """

    days: Period | None = None
    weeks: tuple[Whole, Whole] | None = None
    on: Day | None = None
    take: Literal["sum", "mean", "lowest", "highest", "lost", "fall"] = "sum"
    each: Literal["month", "1,000 a year"] | None = None
    months: Positive = 1.0
    less: "Quantity | None" = None
    per: "Quantity | None" = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if sum(when is not None for when in (self.days, self.weeks, self.on)) > 1:
            raise ValueError("expected one of days, weeks and on")
        if (self.take == "lost") != (self.on is not None) or (self.take == "fall" and not self.days):
            raise ValueError("expected `on` a day where it takes what is lost, and two days where it takes a fall")
        return self

    def series(self) -> Iterator[Series]:
        """All series that it is made from."""
        yield self
        for other in (self.less, self.per):
            if other:
                yield from other.series()

    def value(self, data: xr.Dataset) -> Floats:
        """(members,) of it; NaN where it is not defined. Raises `TooShort`."""
        x = self.weekly(data) * (WEEKS_A_MONTH if self.each == "month" else 1.0)
        found = self._taken(data, x)
        if self.less:
            found = found - self.less.value(data)
        if self.per:
            found = ratio(found, self.per.value(data))
        return found * (1000 * WEEKS_A_YEAR if self.each == "1,000 a year" else 1.0)

    def _taken(self, data: xr.Dataset, x: Floats) -> Floats:
        if self.on is not None:
            highest = np.maximum.accumulate(x, axis=1)
            return 1.0 - ratio(on(data, x, self.on), on(data, highest, self.on))
        if self.take == "fall":
            assert self.days is not None  # it was checked
            begin, end = (on(data, x, day) for day in self.days)
            return (begin - end) / self.months
        if self.days and self.take in ("sum", "mean"):
            return (summed if self.take == "sum" else average)(data, x, *self.days)
        if self.weeks:
            if x.shape[1] < self.weeks[1]:
                raise TooShort
            x = x[:, slice(*self.weeks)]
        elif self.days:
            try:
                x = x[:, calendar_of(data).shares(self.days) > 0]
            except NotComparable:
                raise TooShort from None
        if self.take in ("sum", "mean"):
            return np.asarray(x.sum(axis=1) if self.take == "sum" else x.mean(axis=1))
        return np.asarray(x.min(axis=1) if self.take == "lowest" else x.max(axis=1))


class Moment(Series):
    """The week in which a series first has moved, NaN where it never does.

    Its mean over a quarter `fell` by a share below its highest or `rose` above its lowest so far, or `halved` since its
    mean over some days; the series itself is at or below a share `left` of its highest, or its sum has `reached` a
    share of the whole, in members of whom it counts at least `least`. Weeks in which `where` is nothing are left out.
    """

    fell: Share | None = None
    rose: Share | None = None
    halved: Period | None = None
    left: Share | None = None
    reached: Share | None = None
    least: Positive = 0.5
    where: Series | None = None

    @model_validator(mode="after")
    def _one_move(self) -> Self:
        if sum(x is not None for x in (self.fell, self.rose, self.halved, self.left, self.reached)) != 1:
            raise ValueError("expected one of fell, rose, halved, left and reached")
        return self

    def series(self) -> Iterator[Series]:
        """All series that it is made from."""
        yield self
        if self.where:
            yield self.where

    def week(self, data: xr.Dataset) -> tuple[Floats, NDArray[np.bool_]]:
        """(members,) the week, and of which members it says anything."""
        x = self.weekly(data)
        if self.where:
            x = np.where(self.where.weekly(data) > 0, x, np.nan)
        everyone = np.ones(len(x), bool)
        if self.fell is not None:
            return fell(x, self.fell), everyone
        if self.rose is not None:
            return rose(x, self.rose), everyone
        if self.left is not None:
            highest = np.maximum.accumulate(x, axis=1)
            return first_week((highest > 0) & (x <= self.left * highest)), highest[:, -1] > 0
        if self.reached is not None:
            upto = np.cumsum(x, axis=1)
            return first_week((upto[:, -1:] > 0) & (upto >= self.reached * upto[:, -1:])), upto[:, -1] >= self.least
        assert self.halved is not None  # one of them is given
        first = calendar_of(data).first
        start, stop = ((day - first).days // 7 for day in self.halved)
        base = slice(start, stop + 1) if start >= 0 and stop < x.shape[1] else slice(0, 0)  # empty beyond the run
        return halved(x, base), everyone


_SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_TERM = re.compile(r"(\d+(?:\.\d+)?)?\s*(first|second|given)?")


def holds(condition: str, numbers: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """(members,) whether `condition` is true, as ``first >= 0.5 second`` or ``1 <= first and first - second < 3``.

    `numbers` has an array for each name that it may use. Raises `ValueError` for what is no condition.
    """
    true = np.ones(np.shape(next(iter(numbers.values()))), bool)
    for clause in condition.split(" and "):
        sides = re.split(r"\s*(<=|>=|<|>)\s*", clause.strip())
        if len(sides) < 3:
            raise ValueError(f"found '{clause}', expected a comparison such as `first < 0.5 second`")
        values = [_side(side, numbers) for side in sides[::2]]
        for at, sign in enumerate(sides[1::2]):
            true &= _SIGNS[sign](values[at], values[at + 1])
    return true


def _side(text: str, numbers: Mapping[str, Floats]) -> Floats:
    total: Floats | None = None
    terms = re.split(r"\s+([+-])\s+", text)
    for at in range(0, len(terms), 2):
        term = _TERM.fullmatch(terms[at])
        if not term or not any(term.groups()) or (term[2] and term[2] not in numbers):
            raise ValueError(f"found '{terms[at]}', expected a number, {', '.join(numbers)} or a multiple of one")
        value = numbers[term[2]] if term[2] else np.asarray(1.0)
        value = float(term[1]) * value if term[1] else value
        total = value if total is None else total - value if terms[at - 1] == "-" else total + value
    assert total is not None  # there is a first term
    return total

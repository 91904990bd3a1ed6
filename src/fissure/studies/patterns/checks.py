"""The kinds of check that a part of a pattern can be: what they compare, and which members they say anything of."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import model_validator

from fissure.constants import HALF_YEAR, QUARTER
from fissure.reading import Day, Positive, Real, Share, Strict, Text, Whole
from fissure.studies.endings import first_week, ratio
from fissure.studies.observation_operator import Floats, calendar_of
from fissure.studies.patterns.quantities import (
    NEAR,
    Moment,
    Quantity,
    Series,
    TooShort,
    ahead,
    alive,
    before,
    crests,
    drops,
    holds,
    over_members,
    running,
    together,
)


@dataclass(frozen=True, eq=False)
class Answer:
    """The numbers and verdicts of the members on a part, each array of shape (members,).

    `first` and `second` are the two numbers that it compares, in the part's unit, NaN where there is none.
    `holds` is masked where the part does not apply to the member: what it speaks of never happened.
    """

    first: Floats
    second: Floats
    holds: np.ma.MaskedArray

    @classmethod
    def of(cls, first: Floats, second: Floats, holds: NDArray[np.bool_], applies: NDArray[np.bool_]) -> "Answer":
        """The answer in which members to whom it does not apply are masked."""
        return cls(first, second, np.ma.masked_array(holds, ~applies))


class Kind(Strict, ABC):
    """Base of all kinds of check."""

    def series(self) -> Iterator[Series]:
        """All series that it needs."""
        for _, one in self:
            for each in one if isinstance(one, tuple) else (one,):
                if isinstance(each, Series):
                    yield from each.series()

    def answer(self, data: xr.Dataset) -> Answer:
        """The answer of the members of `data`; nothing where the run is too short."""
        try:
            return self.evaluate(data)
        except TooShort:
            nothing = np.full(data.sizes["member"], np.nan)
            no = np.zeros(data.sizes["member"], bool)
            return Answer.of(nothing, nothing, no, no)

    @abstractmethod
    def evaluate(self, data: xr.Dataset) -> Answer:
        """The answer. Raises `TooShort`."""


class Comparison(Kind):
    """Two numbers of a member, or one and a limit: `holds` is a condition on ``first``, ``second`` and ``given``.

    A `limit` stands in the place of the second.
    A member says nothing where a number is not defined or where the condition `applies` is not true.
    """

    kind: Literal["compare"]
    first: Quantity
    second: Quantity | None = None
    limit: Real | None = None
    given: Quantity | None = None
    holds: Text
    applies: Text | None = None

    @model_validator(mode="after")
    def _conditions(self) -> Self:
        if (self.second is None) == (self.limit is None):
            raise ValueError("expected either `second` or `limit`")
        nothing = dict.fromkeys(("first", "second", *(("given",) if self.given else ())), np.zeros(1))
        for condition in filter(None, (self.holds, self.applies)):
            holds(condition, nothing)
        return self

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The two numbers, and whether the condition is true of them."""
        first = self.first.value(data)
        second = self.second.value(data) if self.second else np.full(len(first), self.limit, np.float64)
        numbers = {"first": first, "second": second}
        if self.given:
            numbers["given"] = self.given.value(data)
        applies = np.isfinite(first + second)
        if self.applies:
            applies &= holds(self.applies, numbers)
        return Answer.of(first, second, holds(self.holds, numbers), applies)


class Order(Kind):
    """Test whether `first` comes before `second` and `other`, or not before a `day`.

    `lead` asks that it comes so many weeks before, at least and at most. Where a second never comes there is nothing to
    order, and a run of fewer than `least_weeks`, or that ends before `lasts`, says nothing.
    """

    kind: Literal["order"]
    first: Moment
    second: Moment | None = None
    other: Moment | None = None
    day: Day | None = None
    lead: tuple[Whole, Whole] | None = None
    least_weeks: Whole = 1
    lasts: Day | None = None

    @model_validator(mode="after")
    def _one_second(self) -> Self:
        if (self.second is None) == (self.day is None):
            raise ValueError("expected either `second` or `day`")
        return self

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The weeks of both."""
        calendar = calendar_of(data)
        if calendar.weeks < self.least_weeks or (self.lasts and calendar.last < self.lasts):
            raise TooShort
        first, applies = self.first.week(data)
        if self.day:
            second = np.full(len(first), (self.day - calendar.first).days / 7)
            true = first >= second
        else:
            weeks = [one.week(data) for one in (self.second, self.other) if one]
            second = np.fmin.reduce([week for week, _ in weeks])
            for week, says in weeks:
                applies = applies & says & np.isfinite(week)
            true = first < second
        if self.lead:
            true = (second - first >= self.lead[0]) & (second - first <= self.lead[1])
        return Answer.of(first, second, true, applies)


class Together(Kind):
    """Test whether `waves` go with what is lost of a stock just before, or is to come, more than by chance."""

    kind: Literal["together"]
    waves: Series
    lost: Series | None = None
    coming: Series | None = None
    alive: Series

    @model_validator(mode="after")
    def _one_cause(self) -> Self:
        if (self.lost is None) == (self.coming is None):
            raise ValueError("expected either what is lost or what is coming")
        return self

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The correlation, and what chance would give."""
        if self.coming:
            cause = ahead(self.coming.weekly(data))
        else:
            assert self.lost is not None and isinstance(self.lost.of, str)  # one of the two is given
            cause = before(drops(data[self.lost.of]))
        found, chance = together(self.waves.weekly(data), cause, alive(self.alive.weekly(data)))
        return Answer.of(found, chance, found > chance, np.isfinite(found))


class Persistence(Kind):
    """Test whether a rate goes on after the crests of `waves`: at least the part `least` of what it was before them."""

    kind: Literal["persistence"]
    waves: Series
    rate: Series
    per: Series
    least: Positive

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The rate in the eight weeks after all crests over that in the eight before, and the least."""
        stock = self.per.weekly(data)
        rate = np.divide(self.rate.weekly(data), stock, out=np.zeros(stock.shape), where=stock > 0)
        crest, weeks = crests(self.waves.weekly(data)), alive(stock)

        def of_member(member: int) -> tuple[float, float]:
            at = np.flatnonzero(crest[member, : max(weeks[member] - NEAR, 0)])
            earlier = sum(rate[member, week - NEAR : week].sum() for week in at)
            later = sum(rate[member, week + 1 : week + 1 + NEAR].sum() for week in at)
            return (later / earlier, self.least) if earlier > 0 else (np.nan, np.nan)

        found, least = over_members(of_member, len(stock))
        return Answer.of(found, least, found >= least, np.isfinite(found))


class Flatness(Kind):
    """Test whether the mean over a quarter stays within a `factor` in the first `weeks` of the run."""

    kind: Literal["flat"]
    of: Series
    weeks: Whole
    factor: Positive

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The highest over the lowest mean, and the factor."""
        mean = running(self.of.weekly(data))[:, QUARTER - 1 : self.weeks]
        if mean.shape[1] < self.weeks - QUARTER + 1:
            raise TooShort
        high, low = mean.max(axis=1), mean.min(axis=1)
        found = np.divide(high, low, out=np.full(len(mean), np.inf), where=low > 0)
        return Answer.of(found, np.full(len(mean), self.factor), found <= self.factor, high > 0)


class FallTime(Kind):
    """Test whether the mean over a quarter goes from one share of its highest to another in less than `weeks`."""

    kind: Literal["fall-time"]
    of: Series
    shares: tuple[Share, Share]
    weeks: Whole

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The weeks that it took, from the last at the first share to the first at the second, and the limit."""
        mean = running(self.of.weekly(data))
        high = np.fmax.accumulate(mean, axis=1)
        end = first_week((high > 0) & (mean <= self.shares[1] * high))
        weeks = np.arange(mean.shape[1])
        until = weeks < np.nan_to_num(end, nan=0.0)[:, None]
        begin = np.where(until & (mean >= self.shares[0] * high), weeks, -1).max(axis=1)
        took = end - begin
        return Answer.of(took, np.full(len(took), float(self.weeks)), took < self.weeks, np.isfinite(end))


class Eruption(Kind):
    """Test whether a rate per 1,000 in a half-year is `times` its lowest in the `calm` weeks, before or after them.

    After them it is looked for once the stock `after` has moved. Members with fewer than `least` events say nothing.
    """

    kind: Literal["eruption"]
    of: Series
    per: Series
    calm: tuple[Whole, Whole]
    after: Moment | None = None
    times: Positive
    least: Positive

    def evaluate(self, data: xr.Dataset) -> Answer:
        """The highest rate, and the lowest of the calm."""
        events, stock = self.of.weekly(data), self.per.weekly(data)
        over = running(stock, HALF_YEAR)
        rate = ratio(HALF_YEAR * running(events, HALF_YEAR), over)
        rate = np.where(np.arange(rate.shape[1]) >= alive(stock)[:, None], np.nan, 1000 * rate)
        calm = -_highest(-rate[:, self.calm[0] + HALF_YEAR - 1 : self.calm[1]])
        if self.after is None:
            worst = _highest(rate[:, HALF_YEAR - 1 : self.calm[0]])
        else:
            lost, _ = self.after.week(data)
            start = np.maximum(np.nan_to_num(lost, nan=np.inf), self.calm[1]) + HALF_YEAR
            worst = _highest(np.where(np.arange(rate.shape[1]) >= start[:, None], rate, np.nan))
        enough = (events.sum(axis=1) >= self.least) & np.isfinite(worst + calm)
        return Answer.of(worst, calm, worst >= self.times * np.maximum(calm, 1e-12), enough)


class Stillness(Kind):
    """Test whether a share of the ranks changes less in quarters of still `ground` than in those of loss.

    Still are quarters that move the ground by less than `moves`, of loss those that lose it or more; members with fewer
    than `quarters` of either say nothing. With `falls` the share has to fall in the still ones.
    """

    kind: Literal["stillness"]
    of: Text
    stock: Series
    ground: Series
    moves: Share
    quarters: Whole
    falls: bool = False

    def series(self) -> Iterator[Series]:
        """All series that it needs."""
        yield Series(of=self.of)
        yield from super().series()

    def evaluate(self, data: xr.Dataset) -> Answer:
        """Mean change over quarters, points: in stalemate, and in loss or zero."""
        still, losing = self._by_quarter(data)
        second = np.where(np.isfinite(still), 0.0, np.nan) if self.falls else losing
        return Answer.of(still, second, still < second, np.isfinite(still + losing))

    def _by_quarter(self, data: xr.Dataset) -> tuple[Floats, Floats]:
        stock, ground = self.stock.weekly(data), self.ground.weekly(data)
        share = ratio(100.0 * Series(of=self.of, times=str(self.stock.of)).weekly(data), stock)
        weeks = alive(stock)

        def of_member(member: int) -> tuple[float, float]:
            ends = np.arange(0, weeks[member], QUARTER)
            held, felt = ground[member, ends], share[member, ends]
            moved, change = np.diff(held) / np.maximum(held[:-1], 1e-9), np.diff(felt)
            any_held = held[:-1] > 0
            still, losing = any_held & (np.abs(moved) < self.moves), any_held & (moved <= -self.moves)
            if min(still.sum(), losing.sum()) < self.quarters:
                return np.nan, np.nan
            return float(change[still].mean()), float(change[losing].mean())

        return over_members(of_member, len(stock))


def _highest(x: Floats) -> Floats:
    """(members,) the highest value; NaN where there is none."""
    there = np.isfinite(x)
    highest = np.where(there, x, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(there.any(axis=1), highest, np.nan)


Check = Comparison | Order | Together | Persistence | Flatness | FallTime | Eruption | Stillness

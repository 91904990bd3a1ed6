"""Naive rivals: what a reader of the figures up to a date would forecast, with no model of the group.

Each rival sees the two-sided figures of the same variable up to the date and nothing else. To be told apart from the
model by its dynamics only, it is given the model's measurement model (`measurement`): a sample first takes each earlier
figure back to a truth (less lean, bias, own error and range), moves that on, and publishes it again. The bias of a
publisher that is in both cancels. With the figures x_1 .. x_n at times t_1 .. t_n (the last being L), h years on:

- persistence: x(t) = x_L;
- linear trend: X(t) = X_L + s h in plain numbers, s the least-squares slope over all figures (the drift method);
- exponential decay: log y(t) = log y_L + min(k, 0) h, k the least-squares slope of the logarithms.

All three add a random walk of variance sigma^2 h on the scale of the figure, from the figures themselves: sigma^2 is
the sum of (squared step - variance of the two figures' own errors) over the sum of years between them, over steps from
one figure of a publisher to its next (between publishers it is their disagreement that moves the number), for the two
trends of steps less their mean slope. The variable's own sum is joined with one year's worth of that of all variables
of its scale, and theirs with one year's worth of what stands where nothing is known: sigma 0.5 a root year for
logarithms, 0.2 for points (for the trends: what persistence found). None falls below a quarter of what it is joined to.

Kinds of figures are taken as what they are. A flow over a period is a rate times its days. A cumulative count cannot
fall: persistence is that of its mean rate since the count began (a count that stands still would be a straw man), the
linear trend that of the least-squares rate, never below none, and exponential decay lets the rate shrink as it did from
one interval to the next; the random walk is that of what is added. A share lost decays in what is left, a change
against a baseline in the ratio; shares stay within 0 and 1.

Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), section 5.2, for persistence and drift.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from fissure.constants import DAYS_A_YEAR
from fissure.engine.random import prior_normals
from fissure.studies.measurement import Datum, noise, published
from fissure.studies.observation_operator import Floats, month_of, year_of

Rival = Literal["persistence", "linear trend", "exponential decay"]
RIVALS: tuple[Rival, ...] = ("persistence", "linear trend", "exponential decay")

SPAN = 28 / DAYS_A_YEAR
"""Years that figures must span before a trend through them means anything."""
DEFAULT_WALK = {"factor": 0.5**2, "points": 0.2**2}
LEAST = 0.01
"""Part of the last figure (or rate) below which no forecast of a factor falls."""
LEAST_RATIO = 0.005
"""The same for shares that decay."""


@dataclass(frozen=True)
class Baseline:
    """Forecasts of a naive rival of some items, in samples of what would be published.

    `samples` is (members, items), NaN where no earlier figure of the variable stands. `silent` are the observations
    of those, `fell_back` those for which a trend had too little to go by and persistence stands in.
    """

    name: Rival
    samples: Floats
    fell_back: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class _Step:
    """From one figure of a publisher to its next: years, difference on the scale, variance of the two own errors."""

    years: float
    by: float
    noise: float


@dataclass(frozen=True)
class _Past:
    """The earlier figures of one variable: `times` (n,) in years, `truths` (members, n) on the scale (of flows a day).

    `steps` are those between two figures that follow one another from the same publisher.
    """

    times: Floats
    truths: Floats
    steps: tuple["_Step", ...]
    scale: Literal["factor", "points"]
    cumulative: bool

    @property
    def trendy(self) -> bool:
        return bool(self.times[-1] - self.times[0] >= SPAN)


def baselines(
    items: Sequence[Datum], earlier: Sequence[Datum], until: date, *, members: int, seed: int
) -> list[Baseline]:
    """The three rivals' samples of `items`, from those of `earlier` that speak of a day up to `until`.

    Only two-sided figures are gone by. The same seed gives the same samples, and an item's do not depend on others.
    """
    past = _pasts([e for e in earlier if e.observation.when <= until], members, seed)
    pools = {rival: _pools(past, detrended=rival != "persistence") for rival in RIVALS}
    return [_baseline(rival, items, past, pools[rival], members, seed) for rival in RIVALS]


def _baseline(
    rival: Rival, items: Sequence[Datum], past: dict[str, _Past], pools: dict[str, float], members: int, seed: int
) -> Baseline:
    truths = np.full((members, len(items)), np.nan)
    fell_back, silent = [], []
    for at, item in enumerate(items):
        own = past.get(item.variable.id)
        if own is None:
            silent.append(item.observation.id)
            continue
        use: Rival = rival if own.trendy or rival == "persistence" else "persistence"
        if use != rival:
            fell_back.append(item.observation.id)
        pool = pools[item.scale]
        sigma = math.sqrt(pool if own.cumulative else _joined([_moments(own.steps, use != "persistence")], pool))
        luck = prior_normals(seed, range(members), [f"baseline.walk.{item.observation.id}"])[:, 0]
        truths[:, at] = _truth(use, own, item, sigma, luck)
    samples = published(truths, items, *noise(items, members, seed))
    return Baseline(rival, samples, tuple(fell_back), tuple(silent))


def _pasts(known: Sequence[Datum], members: int, seed: int) -> dict[str, _Past]:
    by: dict[str, list[Datum]] = defaultdict(list)
    for item in sorted(known, key=lambda one: (_time(one), one.observation.id)):
        if item.observation.bound not in ("upper", "lower"):
            by[item.variable.id].append(item)
    return {name: _past(own, members, seed) for name, own in by.items()}


def _past(own: Sequence[Datum], members: int, seed: int) -> _Past:
    numbers = np.array([one.published - _shift(one) for one in own])
    middle = numbers - np.array([one.lean for one in own])
    truths = numbers - published(np.zeros((members, len(own))), own, *noise(own, members, seed))
    times = np.array([_time(one) for one in own])
    last = times == times[-1]
    if last.sum() > 1:  # rivals of the same day: a reader takes their mean
        truths = np.column_stack([truths[:, ~last], truths[:, last].mean(axis=1)])
    times = np.append(times[~last], times[-1])
    return _Past(times, truths, _steps_of(own, middle), own[0].scale, own[0].variable.how == "cumulative")


def _steps_of(own: Sequence[Datum], middle: Floats) -> tuple[_Step, ...]:
    """Steps within publishers: between rivals it is their disagreement that moves the number, and not time."""
    before: dict[str, int] = {}
    steps = []
    for at, item in enumerate(own):
        if (first := before.get(item.bias)) is not None and (gap := _time(item) - _time(own[first])) > 0:
            noise = sum(one.error**2 + one.half**2 / 3.0 for one in (item, own[first]))
            steps.append(_Step(gap, float(middle[at] - middle[first]), noise))
        before[item.bias] = at
    return tuple(steps)


def _truth(rival: Rival, past: _Past, item: Datum, sigma: float, luck: Floats) -> Floats:
    """(members,) what is true at the time of `item` according to `rival`, on its scale."""
    ahead = _time(item) - past.times[-1]
    walk = sigma * math.sqrt(max(ahead, 0.0)) * luck
    if item.scale == "points":
        return _points(rival, past, item, ahead, walk)
    if item.variable.how == "cumulative":
        return _count(rival, past, item, ahead, walk)
    last, moved = past.truths[:, -1], past.truths[:, -1]
    if rival == "linear trend":
        plain = np.exp(past.truths)
        moved = np.log(np.maximum(plain[:, -1] + _slope(past.times, plain) * ahead, LEAST * plain[:, -1]))
    elif rival == "exponential decay":
        moved = np.maximum(last + np.minimum(_slope(past.times, past.truths), 0.0) * ahead, last + math.log(LEAST))
    return np.asarray(moved + walk + _shift(item), np.float64)


def _points(rival: Rival, past: _Past, item: Datum, ahead: float, walk: Floats) -> Floats:
    lost, ratio = item.variable.how == "share-of-peak-lost", item.variable.how == "change-share"
    offset = item.variable.offset - 1.0 if ratio else 0.0

    def left(x: Floats) -> Floats:
        return np.maximum(1.0 - x if lost else x - offset, LEAST_RATIO)

    moved = past.truths[:, -1]
    if rival == "linear trend":
        moved = moved + _slope(past.times, past.truths) * ahead
    elif rival == "exponential decay":
        logs = np.log(left(past.truths))
        y = np.exp(logs[:, -1] + np.minimum(_slope(past.times, logs), 0.0) * ahead)
        moved = 1.0 - y if lost else y + offset
    least, most = (offset, np.inf) if ratio else (0.0, 1.0) if item.variable.unit == "share" else (-np.inf, np.inf)
    return np.asarray(np.clip(moved + walk, least, most), np.float64)


def _count(rival: Rival, past: _Past, item: Datum, ahead: float, walk: Floats) -> Floats:
    """A cumulative count, from what its definition says of its start: `offset` on the day `since`."""
    assert item.variable.since is not None  # the ledger sees to it
    start, count = item.variable.since.toordinal() / DAYS_A_YEAR, np.exp(past.truths)
    age = past.times[-1] - start
    if age < SPAN:  # speaks of the start itself: no rate yet
        return np.asarray(past.truths[:, -1] + walk, np.float64)
    mean = np.maximum(count[:, -1] - item.variable.offset, LEAST * count[:, -1]) / age
    after = past.times > start
    times = np.concatenate([[start], past.times[after]])
    counts = np.column_stack([np.full(len(count), item.variable.offset), count[:, after]])
    added = mean * ahead
    if rival == "linear trend":
        added = np.maximum(_slope(times, counts), 0.0) * ahead
    elif rival == "exponential decay":
        k = np.minimum(_decay(times, counts, mean), -1e-6)
        now = mean * np.exp(k * age / 2)  # the mean rate is that of the middle of the count
        added = now * (1.0 - np.exp(k * ahead)) / -k
    return np.asarray(np.log(count[:, -1] + added * np.exp(walk)), np.float64)


def _decay(times: Floats, counts: Floats, mean: Floats) -> Floats:
    """(members,) slope a year of the logarithm of the rate from one interval to the next."""
    ends = [0]
    for at in range(1, len(times)):
        if times[at] - times[ends[-1]] >= SPAN:
            ends.append(at)
    if len(ends) < 3:
        return np.zeros(len(counts))
    rates = np.diff(counts[:, ends], axis=1) / np.diff(times[ends])
    return _slope((times[ends][1:] + times[ends][:-1]) / 2, np.log(np.maximum(rates, LEAST * mean[:, None])))


def _slope(times: Floats, values: Floats) -> Floats:
    """(members,) least-squares slope of `values` (members, n) over `times` (n,)."""
    centred = times - times.mean()
    return np.asarray(values @ centred / (centred @ centred), np.float64)


def _pools(past: dict[str, _Past], detrended: bool) -> dict[str, float]:
    """Variance a year of the random walk over all variables of each scale but counts, whose steps are their growth."""
    out = {}
    for scale, default in DEFAULT_WALK.items():
        own = [p.steps for p in past.values() if p.scale == scale and not p.cumulative]
        out[scale] = _joined([_moments(steps, False) for steps in own], default)
        if detrended:
            out[scale] = _joined([_moments(steps, True) for steps in own], out[scale])
    return out


def _joined(found: Sequence[tuple[float, float]], before: float) -> float:
    """Sums of squares over years, joined with one year's worth of `before` and never less than a quarter of it."""
    squares, years = sum(s for s, _ in found), sum(y for _, y in found)
    return max((squares + before) / (years + 1.0), before / 4.0)


def _moments(steps: Sequence[_Step], detrended: bool) -> tuple[float, float]:
    """Sum of squared steps less their noise, and their years; of `detrended` ones the mean slope is taken first."""
    n, years = len(steps), sum(step.years for step in steps)
    if not n or (detrended and n < 2):
        return 0.0, 0.0
    slope = sum(step.by for step in steps) / years if detrended else 0.0
    squares = sum((step.by - slope * step.years) ** 2 for step in steps) * (n / (n - 1) if detrended else 1.0)
    return squares - sum(step.noise for step in steps), years


def _time(item: Datum) -> float:
    """When an item speaks of, in years: the middle of a period, of a count the day up to which it counts."""
    o = item.observation
    middle = o.when.toordinal()
    if item.variable.how != "cumulative" and (period := _period(item)) is not None:
        middle = (period[0].toordinal() + period[1].toordinal()) // 2
    return middle / DAYS_A_YEAR


def _shift(item: Datum) -> float:
    """Logarithm of the days that a flow is summed over; 0 for what is no sum."""
    if not item.variable.how.endswith("-sum") or item.scale == "points":
        return 0.0
    period = _period(item)
    return math.log((period[1] - period[0]).days + 1) if period else 0.0


def _period(item: Datum) -> tuple[date, date] | None:
    o = item.observation
    if o.period is not None:
        return o.period
    return {"month-sum": month_of, "year-sum": year_of}.get(item.variable.how, lambda _: None)(o.when)

"""Measures of when and how a weekly series moves, made to bear noise: running means, first weeks, waves."""

from collections.abc import Callable
from datetime import date

import numpy as np
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fissure.constants import QUARTER
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

Weekly = NDArray[np.float64]  # (members, weeks)


def series(data: xr.Dataset, output: str, **select: str | tuple[str, ...]) -> Weekly:
    """(members, weeks) of `output`, coordinates picked by `select`, all others summed."""
    return joined(data[output], select, "sum", "a pattern")


def summed(data: xr.Dataset, x: Weekly, begin: date, end: date) -> Floats:
    """(members,) sum of a weekly flow over the days from `begin` to `end`; NaN where the run lacks a tenth of them."""
    try:
        return x @ calendar_of(data).shares((begin, end))
    except NotComparable:
        return np.full(x.shape[0], np.nan)


def average(data: xr.Dataset, x: Weekly, begin: date, end: date) -> Floats:
    """(members,) mean of `x` over the days from `begin` to `end`; NaN where the run lacks a tenth of them."""
    return ratio(summed(data, x, begin, end), summed(data, np.ones_like(x), begin, end))


def on(data: xr.Dataset, x: Weekly, day: date) -> Floats:
    """(members,) `x` in the week that holds `day`; NaN where the run does not."""
    return average(data, x, day, day)


def ratio(over: Floats, under: Floats) -> Floats:
    """`over` / `under`, NaN where `under` is nothing."""
    return np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)


def running(x: Weekly, window: int = QUARTER) -> Weekly:
    """Mean of each week and those before it, `window` in all; NaN where there are fewer."""
    out = np.full(x.shape, np.nan)
    if x.shape[1] >= window:
        out[:, window - 1 :] = sliding_window_view(x, window, axis=1).mean(axis=2)
    return out


def centred(x: Weekly, window: int) -> Weekly:
    """Mean of the weeks round each, `window` in all and fewer at the two ends."""
    half, weeks = window // 2, x.shape[1]
    upto = np.concatenate([np.zeros((x.shape[0], 1)), np.cumsum(x, axis=1)], axis=1)
    first = np.maximum(np.arange(weeks) - half, 0)
    last = np.minimum(np.arange(weeks) + half + 1, weeks)
    return (upto[:, last] - upto[:, first]) / (last - first)


def first_week(true: NDArray[np.bool_]) -> Floats:
    """(members,) the first week in which it is true; NaN where it never is."""
    return np.where(true.any(axis=1), true.argmax(axis=1), np.nan)


def fell(x: Weekly, by: float) -> Floats:
    """(members,) first week in which the running mean is `by` (a share) below its highest so far."""
    mean = running(x)
    high = np.fmax.accumulate(mean, axis=1)
    return first_week((high > 0) & (mean <= (1 - by) * high))


def rose(x: Weekly, by: float) -> Floats:
    """(members,) first week in which the running mean is `by` (a share) above its lowest so far."""
    mean = running(x)
    low = np.fmin.accumulate(mean, axis=1)
    return first_week((mean > low) & (mean >= (1 + by) * low))


def halved(x: Weekly, base: slice) -> Floats:
    """(members,) first week after `base` in which the running mean is at most half of the mean over `base`.

    NaN where it never is, and everywhere if `base` is empty.
    """
    if base.start == base.stop:
        return np.full(x.shape[0], np.nan)
    mean = running(x)
    level = x[:, base].mean(axis=1, keepdims=True)
    after = np.arange(x.shape[1]) >= base.stop
    return first_week(after & (level > 0) & (mean <= level / 2))


def alive(fighters: Weekly) -> NDArray[np.int64]:
    """(members,) weeks until the stock of fighters has fallen to `GONE` of its highest so far; all if it never does."""
    gone = fighters <= GONE * np.maximum.accumulate(fighters, axis=1)
    return np.where(gone.any(axis=1), gone.argmax(axis=1), fighters.shape[1])


def drops(territory: xr.DataArray) -> Weekly:
    """(members, weeks) ground lost in each week, km2: what the stocks of the countries fall by until the next."""
    held = territory.transpose("member", "week", ...).values.astype(np.float64)
    lost = np.maximum(held[:, :-1] - held[:, 1:], 0.0).sum(axis=tuple(range(2, held.ndim)))
    return np.concatenate([lost, np.zeros((held.shape[0], 1))], axis=1)


def before(x: Weekly) -> Weekly:
    """(members, weeks) sum over the `NEAR` weeks before each; fewer at the start."""
    upto = np.concatenate([np.zeros((x.shape[0], 1)), np.cumsum(x, axis=1)], axis=1)
    weeks = np.arange(x.shape[1])
    return upto[:, weeks] - upto[:, np.maximum(weeks - NEAR, 0)]


def ahead(x: Weekly) -> Weekly:
    """(members, weeks) sum over the `NEAR` weeks after each; fewer at the end."""
    return before(x[:, ::-1])[:, ::-1]


def together(waves: Weekly, cause: Weekly, weeks: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """How far `waves` go with `cause`, and how far they would by chance: two arrays of shape (members,).

    Of both series, over the first `weeks` of the member, the square root (counts spread with their mean) less its
    mean over the year round each week. The first array holds their correlation; the second the correlation that
    one in twenty circular shifts of `cause` by at least `SHIFT` weeks exceeds. NaN where there are fewer than
    `LEAST` weeks or one of the two never varies.
    """
    found = np.full((2, waves.shape[0]), np.nan)
    for member, many in enumerate(weeks):
        if many >= LEAST:
            found[:, member] = _against_shifts(waves[member, :many], cause[member, :many])
    return found[0], found[1]


def _against_shifts(waves: Floats, cause: Floats) -> tuple[float, float]:
    x, y = (_detrended(np.sqrt(np.maximum(one, 0.0))) for one in (waves, cause))
    scale = np.sqrt((x * x).sum() * (y * y).sum())
    if not scale > 1e-9:
        return np.nan, np.nan
    many = len(x)
    shifted = np.fft.irfft(np.fft.rfft(x) * np.conj(np.fft.rfft(y)), many) / scale  # entry s: y moved by s weeks
    return float(shifted[0]), float(np.quantile(shifted[SHIFT : many - SHIFT + 1], 0.95))


def _detrended(x: Floats) -> Floats:
    left = x - centred(x[None], YEAR)[0]
    return np.asarray(left - left.mean(), np.float64)


def crests(x: Weekly) -> NDArray[np.bool_]:
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

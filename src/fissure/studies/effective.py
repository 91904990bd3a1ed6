"""Effective size of an ensemble: histories that were drawn from few pasts say less than as many independent ones.

Members of a fitted posterior go on from simulated histories that told the state at the cut-off. Few did, so several
members go on from the same one: they share its parameters and its luck up to the cut-off.

*Quantiles*: the ends of a 90% interval are estimates too, with an error of their own.

From n histories the 5% quantile is about the n/20-th lowest, which luck moves. Two answers, both for as many
independent histories as the ensemble is worth (`EffectiveSample.independent`):

- a *standard error*, by Maritz and Jarrett (1978), with the weights of Harrell and Davis (1982);
- an *interval* by the binomial distribution, which asks nothing of how the histories are distributed: how many of them
  lie below the true quantile is binomial, so that two of them, in order, bound it (David and Nagaraja 2003, Order
  Statistics, 7.1). Fewer independent histories than members put these two further apart, as Woodruff (1952) does for
  samples by clusters. An end is infinite where so few histories cannot bound it: of the 5% quantile the lower end takes
  59 independent histories, and so does the upper end of the 95% quantile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy  # its `optimize` takes a third of a second to load, which it does when first used
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from fissure.engine.parameter_source import Draws, Prior
from fissure.errors import ArgumentError, nearest
from fissure.files import JsonObject
from fissure.studies.observation_operator import Floats

ENOUGH = 20
"""Histories from which a 90% interval can be estimated.

The whole range of n independent histories holds the next one with a chance of (n - 1) / (n + 1): below 19 that is less
than 90%, so that not even the lowest and the highest history are as far apart as the interval should be. From 20 on at
least one history is expected beyond each end (5% of 20).
"""


@dataclass(frozen=True)
class EffectiveSample:
    """`histories` members with `pasts` distinct pasts are worth `independent` draws (Kish's effective sample size).

    With m_k members in past k that is (sum of m)² / (sum of m²): all of them where no two share a past. Source: Kish
    (1965), Survey Sampling. It takes members of one past as one draw, though their luck after the cut-off is their own,
    so it errs on the side of caution.
    """

    histories: int
    pasts: int
    independent: float

    @classmethod
    def of(cls, pasts: ArrayLike) -> Self:
        """Of members whose pasts have these numbers.

        >>> EffectiveSample.of([7, 7, 8, 9])
        EffectiveSample(histories=4, pasts=3, independent=2.6666666666666665)
        """
        counts = np.unique(np.asarray(pasts), return_counts=True)[1].astype(np.float64)
        total = float(counts.sum())
        return cls(int(total), len(counts), total**2 / float((counts**2).sum()) if total else 0.0)

    def as_json(self) -> JsonObject:
        """As plain values, for JSON."""
        return {"histories": self.histories, "pasts": self.pasts, "independent": round(self.independent, 1)}


def few_histories(histories: int | Mapping[str, int]) -> str:
    """A warning where a 90% interval rests on too few histories; empty from `ENOUGH` on.

    `histories` is their number, or that of each part of a study by what the part is called.

    >>> few_histories(4)
    'Too few: the ends of a 90% interval cannot be estimated from 4 histories; at least 20 are needed.'
    """
    parts = histories if isinstance(histories, Mapping) else {"": histories}
    short = [(what, n) for what, n in parts.items() if n < ENOUGH]
    if not short:
        return ""
    counts = ", ".join(f"{n} {'history' if n == 1 else 'histories'}{f' ({what})' if what else ''}" for what, n in short)
    return f"Too few: the ends of a 90% interval cannot be estimated from {counts}; at least {ENOUGH} are needed."


def effective_size(draws: Draws | None, seed: int, members: int | Iterable[int]) -> EffectiveSample:
    """Effective size of `members` (their numbers, or how many from the first) of `draws`; of the prior where None."""
    return EffectiveSample.of(pasts_of(draws, seed, members))


def pasts_of(draws: Draws | None, seed: int, members: int | Iterable[int]) -> NDArray[np.int64]:
    """(members,) numbers that are equal for members with the same past."""
    each = list(range(members) if isinstance(members, int) else members)
    return (draws or Prior()).pasts(seed, each) if each else np.zeros(0, np.int64)


LEVEL = 0.9


@dataclass(frozen=True, eq=False)
class QuantileError:
    """A quantile of an ensemble, its standard error, and the interval that holds the true one in `level` of cases."""

    q: float
    value: Floats
    error: Floats
    low: Floats
    high: Floats
    level: float = LEVEL


def quantile_error(
    values: ArrayLike, q: float, *, independent: float | None = None, level: float = LEVEL
) -> QuantileError:
    """The `q` quantile over the first axis of `values`, and how sure it is.

    Args:
        values: (members, ...) numbers, finite.
        q: which quantile, between 0 and 1.
        independent: how many independent histories the members are worth; all of them where not given.
        level: of the interval.

    Returns value, standard error and interval of the quantile.

    With fewer than two histories nothing is known of the error: it is NaN and the interval infinite.

    Example:

    >>> found = quantile_error(range(1, 101), 0.05)
    >>> round(float(found.value), 2), round(float(found.error), 1), float(found.low), float(found.high)
    (5.95, 2.2, 2.0, 10.0)

    Raises `ValueError` for a quantile or level that is not between 0 and 1, and for no histories.
    """
    x = np.sort(np.asarray(values, np.float64), axis=0)
    if not (0 < q < 1 and 0 < level < 1):
        raise ValueError(f"found the quantile {q} and the level {level}, expected both between 0 and 1")
    if not x.ndim or not len(x):
        raise ValueError("found no histories, expected one or more")
    size = min(float(independent or len(x)), float(len(x)))
    value = np.quantile(x, q, axis=0)
    if size < 2:
        unknown = np.full_like(value, np.inf)
        return QuantileError(q, value, np.full_like(value, np.nan), -unknown, unknown, level)
    tail = (1 - level) / 2
    low = _ordered(x, rank(q, size, tail) / size)
    high = -_ordered(-x[::-1], rank(1 - q, size, tail) / size)
    return QuantileError(q, value, _error(x, q, size), low, high, level)


def quantiles_of(
    data: xr.Dataset, output: str, q: float | Iterable[float], worth: EffectiveSample | None = None
) -> xr.Dataset:
    """Quantiles over the members of an output of a run, with their errors; see `quantile_error`.

    Raises `FissureError` for an output that there is not and for what is no quantile.
    """
    if output not in data:
        raise ArgumentError(f"there is no output '{output}'{nearest(output, map(str, data.data_vars))}")
    array = data[output].transpose("member", ...).compute()
    levels = [float(q)] if np.isscalar(q) else [float(one) for one in q]  # type: ignore[arg-type, union-attr]
    for level in levels:
        if not 0 < level < 1:
            raise ArgumentError(f"q is {level:g}, expected quantiles between 0 and 1")
    independent = None if worth is None else worth.independent
    found = [quantile_error(array.values, level, independent=independent) for level in levels]
    dims = ("q", *map(str, array.dims[1:]))
    units = {"units": str(array.attrs.get("units", ""))}
    names = {
        "value": "Quantile over the members",
        "error": "Its standard error",
        "low": "Lower end of its 90% interval",
        "high": "Upper end of its 90% interval",
    }
    return xr.Dataset(
        {name: (dims, np.stack([getattr(one, name) for one in found]), units | {"long_name": said})
         for name, said in names.items()},
        coords={"q": ("q", levels), **{n: c for n, c in array.coords.items() if "member" not in c.dims}},
        attrs={"histories": array.sizes["member"], "independent": independent or array.sizes["member"]},
    )  # fmt: skip


def rank(q: float, size: float, tail: float) -> float:
    """The highest place in order, counted from 1, that lies above the true `q` quantile in a share `tail` of cases.

    Of `size` independent numbers; 0 where not even the lowest lies above it so seldom. The place is no whole number
    where the tail is met exactly: the whole one below it is that of the binomial distribution.
    """
    if (1 - q) ** size > tail:
        return 0.0

    def above(place: float) -> float:
        """In what share of cases the number in this place is above it: fewer than so many lie below."""
        return float(1 - betainc(place, size - place + 1, q)) - tail

    return float(size) if above(size) <= 0 else float(scipy.optimize.brentq(above, 1.0, size))


def _ordered(x: Floats, share: float) -> Floats:
    """The number of sorted `x` in the place that is this share of all; -inf where there is none."""
    place = int(np.floor(share * len(x) + 1e-9))
    return np.array(x[place - 1]) if place else np.full_like(x[0], -np.inf)


def _error(x: Floats, q: float, size: float) -> Floats:
    """The standard error of the `q` quantile of sorted `x`, worth `size` independent numbers."""
    ends = betainc(q * (size + 1), (1 - q) * (size + 1), np.arange(len(x) + 1) / len(x))
    weights = np.diff(ends).reshape(-1, *(1,) * (x.ndim - 1))
    mean = (weights * x).sum(axis=0)
    return np.asarray(np.sqrt((weights * (x - mean) ** 2).sum(axis=0)))

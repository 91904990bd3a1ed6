"""What a chart shows, and its quantiles over members: charts are given these and never a member's history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.constants import WEEKS_A_MONTH
from fissure.evidence.entries import Variable
from fissure.present.charts.shared import midnight
from fissure.studies.effective import EffectiveSample, quantile_error
from fissure.studies.observation_operator import Floats, calendar_of, joined

Shape = Literal["level", "month", "cumulative", "share-of-peak-lost"]

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
SMOOTHED = 5  # weeks that a monthly rate is taken over


@dataclass(frozen=True)
class Series:
    """One band of a chart: an output, what is picked of it, and the shape in which it is shown.

    ``level`` as it is, ``month`` a weekly flow as a rate a month over five weeks, ``cumulative`` its running
    sum from `since` on, ``share-of-peak-lost`` 1 - value / highest value so far.
    """

    label: str
    output: str
    select: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    shape: Shape = "level"
    combine: Literal["sum", "mean"] = "sum"
    scale: float = 1.0
    offset: float = 0.0
    since: date | None = None
    over: str = ""
    """The output that this is a mean of, or ends with: where a member has none of it left it has no value."""

    def values(self, data: xr.Dataset) -> Floats:
        """(members, weeks) of what is shown; NaN where a member has none of `over`."""
        picked = joined(data[self.output], self.select, self.combine, self.label)
        shown = self.offset + self.scale * _SHAPES[self.shape](self, picked, data)
        return np.where(self._left(data) > 0, shown, np.nan) if self.over in data else shown

    def _left(self, data: xr.Dataset) -> Floats:
        array = data[self.over]
        own = {dimension: names for dimension, names in self.select.items() if dimension in array.dims}
        return joined(array, own, "sum", self.label)

    def matches(self, variable: Variable) -> bool:
        """Whether what was published of `variable` can be put beside this band."""
        if variable.output != self.output or variable.how not in _HOWS[self.shape]:
            return False
        if dict(variable.select or {}) != dict(self.select):
            return False
        if (variable.offset, variable.scale) != (self.offset, self.scale):
            return False
        if self.shape == "cumulative":
            return variable.since == self.since
        return variable.combine == self.combine or bool(variable.select)


def series_of(variable: Variable, shape: Shape) -> Series:
    """The band that shows how the counterpart of `variable` runs over time."""
    return Series(
        variable.title,
        variable.output or "",
        dict(variable.select or {}),
        shape,
        variable.combine,
        variable.scale,
        variable.offset,
        variable.since,
    )


def quantiles(series: Series, data: xr.Dataset) -> list[dict[str, Any]]:
    """One row a week: the week's Monday, the series, its quantiles rounded to four digits.

    The quantiles are over the members that have a value; None in a week in which less than half of them have.
    """
    values = series.values(data)
    enough = np.isfinite(values).mean(axis=0) >= 0.5
    over_members = np.full((len(QUANTILES), values.shape[1]), np.nan)
    over_members[:, enough] = np.nanquantile(values[:, enough], list(QUANTILES.values()), axis=0)
    calendar = calendar_of(data)
    return [
        {
            "week": midnight(calendar.first + timedelta(weeks=week)),
            "series": series.label,
            **{
                name: float(f"{q:.4g}") if np.isfinite(q) else None
                for name, q in zip(QUANTILES, over_members[:, week], strict=True)
            },
        }
        for week in range(calendar.weeks)
    ]


def standard_errors(series: Series, data: xr.Dataset, worth: EffectiveSample | None) -> dict[str, list[float | None]]:
    """The standard error of each of `QUANTILES`, week by week; None in a week in which less than half have a value."""
    values = series.values(data)
    part = 1.0 if worth is None else worth.independent / worth.histories
    out: dict[str, list[float | None]] = {name: [] for name in QUANTILES}
    for week in values.T:
        finite = week[np.isfinite(week)]
        known = len(finite) > 1 and 2 * len(finite) >= len(week)
        for name, q in QUANTILES.items():
            error = float(quantile_error(finite, q, independent=part * len(finite)).error) if known else np.nan
            out[name].append(float(f"{error:.3g}") if np.isfinite(error) else None)
    return out


def _level(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    return values


def _month(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    """Mean of the weeks around each, fewer at the two ends, times the weeks in a month."""
    kernel: NDArray[np.float64] = np.ones(min(SMOOTHED, values.shape[1]))
    held = np.convolve(np.ones(values.shape[1]), kernel, "same")
    sums = np.apply_along_axis(np.convolve, 1, values, kernel, "same")
    return sums / held * WEEKS_A_MONTH


def _cumulative(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    calendar = calendar_of(data)
    return np.cumsum(values * calendar.shares((series.since or calendar.first, calendar.last), 0.0), axis=1)


def _lost(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    peak = np.maximum.accumulate(values, axis=1)
    return 1.0 - np.divide(values, peak, out=np.ones_like(values), where=peak > 0)


_SHAPES = {"level": _level, "month": _month, "cumulative": _cumulative, "share-of-peak-lost": _lost}
_HOWS: Mapping[Shape, tuple[str, ...]] = {
    "level": ("at", "constant"),
    "month": ("month-sum", "year-sum", "period-sum"),
    "cumulative": ("cumulative",),
    "share-of-peak-lost": ("share-of-peak-lost",),
}

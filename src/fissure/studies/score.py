"""Scores of forecasts: proper scores of samples against what was later published.

All scores are on the scale of the figure (`measurement.Datum`): natural logarithms where its doubt is a factor (0.1 is
about ten per cent), plain numbers for shares and changes (0.1 is ten points). So unlike variables can be summed, and an
error by a factor costs the same whether it is one of fighters or of dollars. Lower is better.

- CRPS, the integral of the squared difference between the forecast's distribution and the figure's step (Gneiting and
  Raftery 2007, doi:10.1198/016214506000001437), with the estimator that is fair to small ensembles (probability
  weighted moments; the same value as E|X - y| - E|X - X'| / 2 without a member against itself);
- interval score of the 90% interval: its width, and twenty times what the figure lies outside of it (same paper);
- coverage: whether the figure lies within the 90% interval.

A forecast is one of the figure that would be published, so its samples hold the publisher's doubt too. The target of a
range is its middle. A one-sided bound is scored with the forecast censored at it: only what breaks it costs. It says
nothing of coverage, as a censored interval always reaches the bound, and is counted as kept or broken instead.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fissure.evidence.entries import Bound
from fissure.studies.compare import Scale, too_wide
from fissure.studies.measurement import Datum
from fissure.studies.observation_operator import Floats
from fissure.studies.patterns.met import wilson

ALPHA = 0.1
"""The probability that a 90% interval leaves outside."""
LEAST = 2
"""Finite samples below which a forecast says nothing."""


@dataclass(frozen=True)
class ForecastScore:
    """One published figure and the forecast of it, every number on the figure's own scale.

    `low`, `median` and `high` are the forecast's 5%, 50% and 95% quantiles, of a bound those of the censored
    forecast. `beyond` is the share of samples that break the bound, 0 where there is none. `samples` were scored,
    `left_out` were not a number.
    """

    observation: str
    variable: str
    scale: Scale
    bound: Bound
    target: float
    low: float
    median: float
    high: float
    crps: float
    interval: float
    beyond: float
    samples: int
    left_out: int

    @property
    def one_sided(self) -> bool:
        """True for a figure that is only an upper or a lower bound."""
        return self.bound in ("upper", "lower")

    @property
    def covered(self) -> bool:
        """True where the figure lies within the 90% interval, or the median keeps to the bound."""
        return self.beyond <= 0.5 if self.one_sided else self.low <= self.target <= self.high

    @property
    def too_wide(self) -> bool:
        """True where the 90% interval is too wide to be informative."""
        return too_wide(self.high - self.low, self.scale, logs=True)

    @property
    def off(self) -> float:
        """Median less figure, on the scale: positive where the forecast is too high."""
        return self.median - self.target


@dataclass(frozen=True)
class VariableScore:
    """Scores of the forecasts of one variable: means over its figures; `width` is that of the 90% interval."""

    variable: str
    scale: Scale
    figures: int
    crps: float
    interval: float
    off: float
    width: float
    covered: int
    two_sided: int

    @property
    def too_wide(self) -> bool:
        """True where its 90% intervals are on average too wide to be informative."""
        return too_wide(self.width, self.scale, logs=True)


@dataclass(frozen=True)
class Total:
    """Scores of the forecasts in sum.

    `crps` and `interval` are sums over figures; `crps_mean` and `interval_mean` the means over variables of their
    means, so that a variable with twenty figures does not outweigh one with two. `covered` of the `two_sided` figures
    lie within their 90% interval; `kept` of the `bounds` are kept by the median.
    """

    figures: int
    variables: int
    crps: float
    crps_mean: float
    interval: float
    interval_mean: float
    covered: int
    two_sided: int
    kept: int
    bounds: int
    left_out: int

    @property
    def coverage(self) -> float | None:
        """The part of the two-sided figures that lies within the 90% interval."""
        return self.covered / self.two_sided if self.two_sided else None

    @property
    def coverage_interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval of the coverage, as if figures were independent."""
        return wilson(self.covered, self.two_sided) if self.two_sided else None


@dataclass(frozen=True)
class Against:
    """One forecast, `ours`, against a rival, `theirs`, over the `figures` that both speak of.

    `better` of them have the lower CRPS.
    """

    ours: Total
    theirs: Total
    better: int

    @property
    def figures(self) -> int:
        """Number of figures that both speak of."""
        return self.ours.figures

    @property
    def skill(self) -> float | None:
        """1 - crps / rival's crps in sum: 1 is perfect, 0 no better, negative worse; None where that is nothing."""
        return 1.0 - self.ours.crps / self.theirs.crps if self.theirs.crps > 0 else None

    @property
    def skill_mean(self) -> float | None:
        """The same of the means over variables."""
        return 1.0 - self.ours.crps_mean / self.theirs.crps_mean if self.theirs.crps_mean > 0 else None


def score(samples: Floats, items: Sequence[Datum]) -> list[ForecastScore]:
    """The scores of `samples` (members, items), on the scale of each of `items`.

    Samples that are not finite are left out and counted; a figure with fewer than two finite ones is left out whole.
    Raises `ValueError` where the shapes do not fit.
    """
    if samples.ndim != 2 or samples.shape[1] != len(items):
        raise ValueError(f"samples have the shape {samples.shape}, expected (members, {len(items)})")
    found = (_scored(samples[:, at], item) for at, item in enumerate(items))
    return [one for one in found if one is not None]


def _scored(samples: Floats, item: Datum) -> ForecastScore | None:
    import scoringrules  # takes seconds to load

    finite = samples[np.isfinite(samples)]
    if finite.size < LEAST:
        return None
    y, bound = item.published, item.observation.bound
    beyond = 0.0
    if bound in ("upper", "lower"):
        beyond = float(np.mean(finite > y if bound == "upper" else finite < y))
        finite = np.maximum(finite, y) if bound == "upper" else np.minimum(finite, y)
    low, median, high = (float(q) for q in np.quantile(finite, (ALPHA / 2, 0.5, 1 - ALPHA / 2)))
    return ForecastScore(
        observation=item.observation.id,
        variable=item.variable.id,
        scale=item.scale,
        bound=bound,
        target=y,
        low=low,
        median=median,
        high=high,
        crps=float(scoringrules.crps_ensemble(y, finite, estimator="pwm")),
        interval=float(scoringrules.interval_score(y, low, high, ALPHA)),
        beyond=beyond,
        samples=int(finite.size),
        left_out=int(samples.size - finite.size),
    )


def by_variable(rows: Iterable[ForecastScore]) -> list[VariableScore]:
    """One line for each variable, in order of appearance."""
    of: dict[str, list[ForecastScore]] = defaultdict(list)
    for row in rows:
        of[row.variable].append(row)
    return [
        VariableScore(
            variable,
            own[0].scale,
            figures=len(own),
            crps=_mean(row.crps for row in own),
            interval=_mean(row.interval for row in own),
            off=_mean(row.off for row in own),
            width=_mean(row.high - row.low for row in own),
            covered=sum(row.covered for row in own if not row.one_sided),
            two_sided=sum(not row.one_sided for row in own),
        )
        for variable, own in of.items()
    ]


def total(rows: Iterable[ForecastScore]) -> Total:
    """All of `rows` in sum; zeros where there are none."""
    rows = list(rows)
    variables, bounds = by_variable(rows), [row for row in rows if row.one_sided]
    return Total(
        figures=len(rows),
        variables=len(variables),
        crps=math.fsum(row.crps for row in rows),
        crps_mean=_mean(one.crps for one in variables),
        interval=math.fsum(row.interval for row in rows),
        interval_mean=_mean(one.interval for one in variables),
        covered=sum(one.covered for one in variables),
        two_sided=len(rows) - len(bounds),
        kept=sum(row.covered for row in bounds),
        bounds=len(bounds),
        left_out=sum(row.left_out for row in rows),
    )


def against(ours: Iterable[ForecastScore], theirs: Iterable[ForecastScore]) -> Against:
    """`ours` against `theirs` over the figures in both."""
    mine, rival = ({row.observation: row for row in rows} for rows in (ours, theirs))
    both = [name for name in mine if name in rival]
    better = sum(mine[name].crps < rival[name].crps for name in both)
    return Against(total(mine[name] for name in both), total(rival[name] for name in both), better)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found) if found else 0.0

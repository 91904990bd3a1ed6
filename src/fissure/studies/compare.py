"""The model beside what was published: for each observation its counterpart, an interval and a verdict."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import xarray as xr

from fissure.constants import INTERVAL
from fissure.evidence.entries import Observation, Variable
from fissure.evidence.ledger import Ledger
from fissure.studies.observation_operator import COVERED, Floats, NotComparable, calendar_of, counterpart, held

Verdict = Literal["inside", "inside, too wide", "bound kept", "near", "outside", "not compared"]
Kind = Literal["outcome", "driver"]
Scale = Literal["factor", "points"]

CLASSES: tuple[Verdict, ...] = ("inside", "inside, too wide", "bound kept", "near", "outside")
"""Every figure that is compared is in exactly one of these."""
ABSURD_FACTOR = 30.0
"""A 90% interval whose ends differ by more than this factor says next to nothing."""
ABSURD_POINTS = 0.8
"""The same for shares and changes: a 90% interval that spans more than 80 points."""
FORCED = frozenset({"strikes"})
"""Outputs that a case imposes. Agreement with them checks the input and is no success of the model."""


@dataclass(frozen=True, eq=False)
class Compared:
    """An observation and what the model says in its place.

    `model` holds one number a member, in the unit of the variable; `low`, `median` and `high` are its 5%,
    50% and 95% quantiles. `published` is the number given or the middle of the range. The verdict:

    - ``inside``: the published number (of a range its middle) lies within the model's 90% interval, and the
      interval says something; of a driver, the median lies within the publisher's 90% band;
    - ``inside, too wide``: it lies within, but the interval is `absurd`;
    - ``bound kept``: the figure is a one-sided bound, and the model's median keeps to it;
    - ``near``: not so, but the interval and the publisher's band (with its doubt) overlap;
    - ``outside``: they do not overlap;
    - ``not compared``: `reason` says why.

    A member for which the quantity is not defined (a change against nothing) is left out of the quantiles.
    `scale` says how distances are given: as a factor, or in points for shares and changes. `width` is high /
    low or high - low; an end below a thirtieth of the published number counts as that thirtieth.
    `off` is median / published or their difference; `gap` is how far the nearest ends of the interval and
    the band lie apart, 1 (or 0 points) where they overlap. `behind_prior` says that a prior of the case was
    argued from this very figure, so that it is no independent check.
    """

    observation: Observation
    variable: Variable
    kind: Kind
    scale: Scale
    verdict: Verdict
    published: float
    model: Floats | None = None
    reason: str = ""
    low: float = math.nan
    median: float = math.nan
    high: float = math.nan
    width: float = math.nan
    off: float = math.nan
    gap: float = math.nan
    behind_prior: bool = False

    @property
    def compared(self) -> bool:
        """True where the model has a counterpart of it."""
        return self.verdict != "not compared"

    @property
    def histories(self) -> int:
        """In how many members the quantity is defined; of one history there is no interval."""
        return 0 if self.model is None else int(np.isfinite(self.model).sum())

    @property
    def too(self) -> Literal["high", "low"]:
        """On which side of the published number the model's median lies."""
        return "high" if self.median > self.published else "low"

    @property
    def absurd(self) -> bool:
        """True where its own interval is too wide to say anything, by `ABSURD_FACTOR` or `ABSURD_POINTS`."""
        return too_wide(self.width, self.scale)


@dataclass(frozen=True)
class Counts:
    """Numbers of figures in each class, and how far that may be trusted.

    `of` has an entry for each of `CLASSES`. `too_wide` counts the figures whose own interval is absurd,
    whatever their class; `behind_prior` those that a prior was argued from, `behind_inside` those of them
    that are ``inside``. `drivers` check what the case imposes and are in none of the other counts.
    """

    of: Mapping[Verdict, int]
    too_wide: int
    behind_prior: int
    behind_inside: int
    drivers: int
    not_compared: int

    @property
    def compared(self) -> int:
        """Number of outcomes that have a counterpart."""
        return sum(self.of.values())


@dataclass(frozen=True)
class Summary:
    """Performance of the model on one variable.

    `of` counts its figures by class, `too_wide` the compared ones whose own interval is absurd, whatever
    their class; `width` is the median and `widest` the largest width of its intervals.
    """

    variable: Variable
    kind: Kind
    scale: Scale
    of: Mapping[Verdict, int]
    too_wide: int
    behind_prior: int
    not_compared: int
    width: float
    widest: float

    @property
    def compared(self) -> int:
        """Number of observations that have a counterpart."""
        return sum(self.of.values())


def compare(data: xr.Dataset, ledger: Ledger, used: Collection[str] = ()) -> list[Compared]:
    """Each observation of `ledger` beside `data`, in the order of the ledger.

    `data` has the dimensions `member` and `week`; each of its variables is read at most once. `used` are the
    ids of observations that priors were argued from; ids of anything else are ignored. Raises `FissureError`
    when a variable of the ledger selects what the output does not have.
    """
    weeks = calendar_of(data)
    rows: dict[str, Compared] = {}
    of_output: dict[str | None, list[Observation]] = {}
    for observation in ledger.observations.values():
        of_output.setdefault(ledger.variables[observation.variable].output, []).append(observation)
    for output, observations in of_output.items():
        array = data[output].compute() if output in data else None
        for observation in observations:
            variable = ledger.variables[observation.variable]
            try:
                if array is None:
                    raise NotComparable(variable.reason or f"the data do not hold the output '{output}'")
                model = counterpart(variable, observation, array, weeks)
                rows[observation.id] = judge(observation, variable, model, held(variable, observation, weeks))
            except NotComparable as why:
                rows[observation.id] = _not_compared(observation, variable, str(why))
    return [replace(rows[id_], behind_prior=id_ in used) for id_ in ledger.observations]


def judge(observation: Observation, variable: Variable, model: Floats, part: float = 1.0) -> Compared:
    """The verdict on `observation`, given the model's number of each member.

    `part` is the part of the observation's period that the model's number is a sum over. What a part brings
    can break an upper bound on the whole, but cannot keep it: such a figure is outside or not compared.
    """
    if np.isnan(model).all():
        return _not_compared(observation, variable, "the model has nothing to measure the change against")
    low, median, high = (float(q) for q in np.nanquantile(model, INTERVAL))
    published, scale, kind = observation.published, _scale(observation), _kind(variable)
    points = scale == "points"
    width = high - low if points else _factor_wide(low, high, published / ABSURD_FACTOR)
    verdict = _verdict(observation, kind, low, median, high)
    if verdict == "inside" and kind == "outcome" and too_wide(width, scale):
        verdict = "inside, too wide"
    if part < COVERED and verdict != "outside":
        why = f"the run holds only {part:.0%} of its period, which could break the bound but cannot keep it"
        return _not_compared(observation, variable, why)
    return Compared(
        observation=observation,
        variable=variable,
        kind=kind,
        scale=scale,
        verdict=verdict,
        published=published,
        model=model,
        low=low,
        median=median,
        high=high,
        width=width,
        off=median - published if points else _over(median, published),
        gap=_gap(observation, low, high, points),
    )


def too_wide(width: float, scale: Scale, logs: bool = False) -> bool:
    """Check that a 90% interval of `width` is too wide to be informative; with `logs` a factor is its logarithm."""
    if scale == "points":
        return width > ABSURD_POINTS
    return width > (math.log(ABSURD_FACTOR) if logs else ABSURD_FACTOR)


def members_of(rows: Iterable[Compared]) -> int:
    """Number of members that were compared; 0 where nothing was."""
    return max((len(row.model) for row in rows if row.model is not None), default=0)


def count(rows: Iterable[Compared]) -> Counts:
    """The figures of `rows` by class, drivers and what has no counterpart apart."""
    rows = list(rows)
    outcomes = [row for row in rows if row.compared and row.kind == "outcome"]
    behind = [row for row in outcomes if row.behind_prior]
    return Counts(
        of=_of(outcomes),
        too_wide=sum(row.absurd for row in outcomes),
        behind_prior=len(behind),
        behind_inside=sum(row.verdict == "inside" for row in behind),
        drivers=sum(row.compared and row.kind == "driver" for row in rows),
        not_compared=sum(not row.compared for row in rows),
    )


def summary(rows: Iterable[Compared]) -> list[Summary]:
    """One line for each variable that has observations, in order of appearance."""
    of_variable: dict[str, list[Compared]] = {}
    for row in rows:
        of_variable.setdefault(row.variable.id, []).append(row)
    return [_summary(group) for group in of_variable.values()]


def _summary(group: list[Compared]) -> Summary:
    compared = [row for row in group if row.compared]
    widths = [row.width for row in compared]
    first = group[0]
    return Summary(
        variable=first.variable,
        kind=first.kind,
        scale=first.scale,
        of=_of(compared),
        too_wide=sum(row.absurd for row in compared),
        behind_prior=sum(row.behind_prior for row in compared),
        not_compared=len(group) - len(compared),
        width=float(np.median(widths)) if widths else math.nan,
        widest=max(widths, default=math.nan),
    )


def _of(rows: Iterable[Compared]) -> dict[Verdict, int]:
    verdicts = [row.verdict for row in rows]
    return {verdict: verdicts.count(verdict) for verdict in CLASSES}


def _not_compared(observation: Observation, variable: Variable, reason: str) -> Compared:
    return Compared(
        observation=observation,
        variable=variable,
        kind=_kind(variable),
        scale=_scale(observation),
        verdict="not compared",
        published=observation.published,
        reason=reason,
    )


def _verdict(observation: Observation, kind: Kind, low: float, median: float, high: float) -> Verdict:
    band_low, band_high = observation.band
    if high < band_low or low > band_high:
        return "outside"
    first, last = observation.ends
    if kind == "driver":
        return "inside" if band_low <= median <= band_high else "near"
    if observation.bound in ("upper", "lower"):
        return "bound kept" if (median <= last if observation.bound == "upper" else median >= first) else "near"
    return "inside" if low <= observation.published <= high else "near"


def _gap(observation: Observation, low: float, high: float, points: bool) -> float:
    band_low, band_high = observation.band
    if low > band_high:
        return low - band_high if points else _over(low, band_high)
    if high < band_low:
        return band_low - high if points else _over(band_low, high)
    return 0.0 if points else 1.0


def _factor_wide(low: float, high: float, least: float) -> float:
    return _over(max(high, least), max(low, least))


def _over(a: float, b: float) -> float:
    return a / b if b > 0 else math.inf


def _scale(observation: Observation) -> Scale:
    return "factor" if observation.doubt_abs is None else "points"


def _kind(variable: Variable) -> Kind:
    return "driver" if variable.output in FORCED else "outcome"

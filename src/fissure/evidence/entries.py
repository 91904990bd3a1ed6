"""The entries of a ledger: sources, mechanisms, claims, variables, observations, and series of observations.

An entry is one item of a YAML list; every unknown key is an error. What joins several entries (an id that
does not exist, a claim nobody takes up) is checked in `ledger`.
"""

import math
from collections.abc import Mapping
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from fissure.errors import LedgerError
from fissure.reading import Amount, Day, Real, Strict, Text, Whole, read_csv, reason

SourceKind = Literal[
    "article",
    "press",
    "monitoring-group",
    "consultancy",
    "satellite",
    "government",
    "coalition",
    "group-document",
    "research",
    "international-organisation",
]
Group = Literal["ranks", "factions", "rule", "governed", "war"]
Direction = Literal["raises", "lowers", "describes", "predicts"]
Executes = Literal["yes", "partly", "no"]
Bound = Literal["exact", "range", "upper", "lower"]
How = Literal[
    "at",
    "month-sum",
    "year-sum",
    "period-sum",
    "cumulative",
    "share-of-peak-lost",
    "share-of-total",
    "change-share",
    "constant",
    "none",
]

Id = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


def _in_order(period: tuple[Date, Date]) -> tuple[Date, Date]:
    if period[0] > period[1]:
        raise ValueError(f"expected a period from its first day to its last, and {period[1]} is before {period[0]}")
    return period


Period = Annotated[tuple[Day, Day], AfterValidator(_in_order)]
Factor = Annotated[Real, Field(ge=1)]


class Source(Strict):
    """Who said it: an article, a publisher of figures, a document.

    `leaning` is the known leaning or doubt, one sentence. `file` and `lines` (non-blank lines) only for
    texts that claims cite by line.
    """

    id: Id
    title: Text
    kind: SourceKind
    publisher: Text
    date: Day | None = None
    address: str | None = None
    leaning: Text
    file: str | None = None
    lines: Annotated[Whole, Field(gt=0)] | None = None


class Mechanism(Strict):
    """One way in which the group holds or breaks; `check` is the effect that must show in paired runs."""

    name: Id
    group: Group
    title: Text
    check: Text


class Claim(Strict):
    """An assertion of a source, in our words, with the line it stands on.

    A claim is taken up by one mechanism, or says in `reason` why none does. `executes` says whether that mechanism
    carries it out, and `lacks` what it leaves out. `effect` reads "what on what". `figure` is the id of the observation
    that carries the claim's number; `rival_of` names claims that put the same event down to something else.
    """

    id: Id
    source: Id
    line: Annotated[Whole, Field(gt=0)]
    paraphrase: Text
    mechanism: str | None = None
    reason: Text | None = None
    executes: Executes = "yes"
    lacks: Text | None = None
    rival_of: tuple[str, ...] = ()
    direction: Direction
    effect: Text
    figure: str | None = None

    @model_validator(mode="after")
    def _taken_up_or_not(self) -> Self:
        if (self.mechanism is None) == (self.reason is None):
            raise ValueError("expected either a mechanism or a reason why none takes the claim up, not both")
        if self.mechanism is None and (self.executes != "yes" or self.lacks is not None):
            raise ValueError("expected 'executes' and 'lacks' only of a claim that a mechanism takes up")
        if (self.executes == "yes") != (self.lacks is None):
            raise ValueError("expected 'lacks' where 'executes' is partly or no, and only there")
        return self

    @property
    def carried_out(self) -> Executes | None:
        """Whether its mechanism carries it out; None where none takes it up."""
        return self.executes if self.mechanism else None


class Variable(Strict):
    """A published quantity, and how the model's output becomes comparable with it.

    The model's counterpart of a published number is ``offset + scale * how(output)``:

    - ``at``: the output in the week of the date; over a period, its mean;
    - ``month-sum``, ``year-sum``: a weekly flow summed over the calendar month or year of the date, or over
      the observation's own period where it has one; ``period-sum``: over the observation's period;
    - ``cumulative``: a weekly flow summed from `since` to the date;
    - ``share-of-peak-lost``: 1 - value / highest value up to the date;
    - ``share-of-total``: the selected coordinates' part of the sum over all, over the month of the date;
    - ``change-share``: mean over the observation's period (or month of its date) / mean over `baseline` - 1;
    - ``constant``: does not vary with time; ``none``: no counterpart (then `output` is absent).

    `select` picks coordinates (``{country: Ruritania}``, ``{kind: [tax, confiscation]}``); what it leaves over of
    the output's dimensions is joined by `combine`. `reason` says why the model does not produce the quantity.
    `family` names what it is a measure of (area, arrivals ...): whoever errs on one of a family errs on all.
    """

    id: Id
    title: Text
    unit: Text
    how: How
    output: str | None = None
    select: dict[str, str | tuple[str, ...]] | None = None
    combine: Literal["sum", "mean"] = "sum"
    scale: Real = 1.0
    offset: Real = 0.0
    since: Day | None = None
    baseline: Period | None = None
    family: Id | None = None
    note: Text
    reason: Text | None = None

    @property
    def of_family(self) -> str:
        """The family it belongs to: its own id where none is named."""
        return self.family or self.id

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.output is None) == (self.reason is None):
            raise ValueError("expected either an output or a reason why the model does not produce it, not both")
        if (self.how == "none") != (self.output is None):
            raise ValueError("expected how 'none' just where there is no output")
        if self.how == "cumulative" and self.since is None:
            raise ValueError("key 'since' is missing: a cumulative count starts on a date")
        if self.how == "change-share" and self.baseline is None:
            raise ValueError("key 'baseline' is missing: a change is against some period")
        if self.scale == 0:
            raise ValueError("scale is 0, expected another number, since the model's output would not count")
        return self

    @property
    def signed(self) -> bool:
        """Whether it can be below 0: a change, a share that fell, a position, or what the model does not produce."""
        kinds = self.how in ("change-share", "none") or self.unit in ("share", "position", "index")
        return kinds or min(self.scale, self.offset) < 0


NEGLIGIBLE = 100.0
"""Where the doubt is a factor, what is this much smaller than a figure counts as no smaller: zero has no logarithm."""
_NEEDED = {"exact": "'value'", "range": "'low' and 'high'", "upper": "'value' or 'high'", "lower": "'value' or 'low'"}
"""The numbers that each bound needs."""


class Observation(Strict):
    """A published figure: when, how much, by whom, and how far it may be off.

    Give `date` (a day) or `period` (first and last day). `bound` says what the number is: ``exact`` value,
    a ``range`` from low to high, or only an ``upper`` or ``lower`` bound. The doubt is our judgement of the
    publisher's kind: `doubt_factor` f >= 1 means that the truth lies between low / f and high * f with 90%
    probability; `doubt_abs` d (shares and changes) between low - d and high + d.
    """

    id: Id
    variable: Id
    source: Id
    date: Day | None = None
    period: Period | None = None
    low: Real | None = None
    value: Real | None = None
    high: Real | None = None
    bound: Bound
    unit: Text
    scope: Text
    doubt: Text
    doubt_factor: Factor | None = None
    doubt_abs: Amount | None = None
    rival_of: tuple[str, ...] = ()
    address: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_doubt(self) -> Self:
        if (self.doubt_factor is None) == (self.doubt_abs is None):
            raise ValueError("expected either 'doubt_factor' or 'doubt_abs', not both")
        if (self.date is None) == (self.period is None):
            raise ValueError("expected either 'date' or 'period', not both")
        return self

    @model_validator(mode="after")
    def _figure(self) -> Self:
        """The numbers that its bound speaks of are there and in order, and a factor has something to multiply."""
        given = [number for number in (self.low, self.value, self.high) if number is not None]
        needed = {
            "exact": [self.value],
            "range": [self.low, self.high],
            "upper": [self.high if self.value is None else self.value],
            "lower": [self.low if self.value is None else self.value],
        }[self.bound]
        if None in needed:
            raise ValueError(f"lacks a number, expected {_NEEDED[self.bound]}, as the bound is '{self.bound}'")
        if given != sorted(given):
            raise ValueError(
                f"the range is inside out ({', '.join(f'{x:g}' for x in given)}), expected low <= value <= high"
            )
        if self.doubt_factor is not None:
            above = [self.value, self.high] if self.bound == "range" else needed
            wrong = [x for x in given if x < 0] + [x for x in above if x is not None and x <= 0]
            if wrong:
                raise ValueError(f"found {wrong[0]:g}, expected a number above 0, since the doubt is a factor")
        return self

    @property
    def when(self) -> Date:
        """The day that the figure speaks of; of a period, its last day."""
        day = self.date or (self.period[1] if self.period else None)
        assert day is not None  # one of them is required
        return day

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest number published, equal where there is one; unit of the observation."""
        numbers = [n for n in (self.low, self.value, self.high) if n is not None]
        return min(numbers), max(numbers)

    @property
    def published(self) -> float:
        """The one number that stands for it: the one given; of a bound, the bound; else the middle of the range.

        The middle is geometric where the doubt is a factor; a lower end at nothing then counts as a hundredth.
        """
        if self.value is not None:
            return self.value
        low, high = self.ends
        if self.bound in ("upper", "lower"):
            return high if self.bound == "upper" else low
        return (low + high) / 2 if self.doubt_factor is None else math.sqrt(max(low, high / NEGLIGIBLE) * high)

    @property
    def on_scale(self) -> tuple[float, float]:
        """`published` and half the width of the range, as logarithms where the doubt is a factor."""
        low, high = (self.published,) * 2 if self.bound in ("upper", "lower") else self.ends
        if self.doubt_factor is None:
            return self.published, (high - low) / 2
        low, high = math.log(max(low, high / NEGLIGIBLE)), math.log(high)
        return (low + high) / 2 if self.value is None else math.log(self.value), (high - low) / 2

    @property
    def band(self) -> tuple[float, float]:
        """The 90% range once the doubt is carried; open (infinite) on the far side of a bound."""
        low, high = self.ends
        if self.doubt_factor is not None:
            low, high = low / self.doubt_factor, high * self.doubt_factor
        elif self.doubt_abs is not None:
            low, high = low - self.doubt_abs, high + self.doubt_abs
            if self.unit == "share":  # a share stays within 0 and 1, a fall within -1 and 1
                low, high = max(low, -1.0 if self.ends[0] < 0 else 0.0), min(high, 1.0)
        if self.bound == "lower":
            high = math.inf
        if self.bound == "upper":
            low = -math.inf
        return low, high


Placed = tuple[Observation, Path, int]  # an observation, and the file and line that its number was read from


class Series(Strict):
    """The fields that all points of a published series have in common; the words are those of `Observation`.

    `file` is a table of the case with the columns `first` and `last` (days, both included) and `value`, or `low` and
    `high`, or all three. `rival_of` names other series: each point is a rival of their points whose periods overlap
    with its own.
    """

    id: Id
    variable: Id
    source: Id
    file: Text
    unit: Text
    scope: Text
    bound: Bound
    doubt: Text
    doubt_factor: Factor | None = None
    doubt_abs: Amount | None = None
    rival_of: tuple[Id, ...] = ()
    address: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_doubt(self) -> Self:
        if (self.doubt_factor is None) == (self.doubt_abs is None):
            raise ValueError("expected either 'doubt_factor' or 'doubt_abs', not both")
        return self


class Point(Strict):
    """One row of the table of a series."""

    first: Day
    last: Day
    low: Real | None = None
    value: Real | None = None
    high: Real | None = None

    @property
    def label(self) -> str:
        """The name of its time: `2014-08` a month, `2014-q3` a quarter, `2014` a year, else its last day."""
        after = self.last + timedelta(days=1)
        months = 12 * (after.year - self.first.year) + after.month - self.first.month
        if self.first.day == after.day == 1:
            if months == 12 and self.first.month == 1:
                return f"{self.first.year}"
            if months == 3 and self.first.month % 3 == 1:
                return f"{self.first.year}-q{self.first.month // 3 + 1}"
            if months == 1:
                return f"{self.first:%Y-%m}"
        return str(self.last)


def expanded(series: Mapping[str, tuple[Series, Path]]) -> list[Placed]:
    """The observations of all `series` (by id, each with the folder that its `file` lies in), in order.

    A point's id is that of its series, a dot and its `Point.label`: `deaths-counted.2014-q3`. Raises `FissureError`,
    `FILE:LINE: ...`, for a table that is missing or empty and for a row that is malformed.
    """
    points = {name: _points(one, folder / one.file) for name, (one, folder) in series.items()}
    found: list[Placed] = []
    for name, (one, folder) in series.items():
        shared = one.model_dump(exclude={"id", "file", "rival_of"})
        for label, (line, point) in points[name].items():
            own = {"id": f"{name}.{label}", "period": (point.first, point.last)}
            rivals = tuple(
                f"{other}.{rival.label}"
                for other in one.rival_of
                for _, rival in points[other].values()
                if rival.first <= point.last and point.first <= rival.last
            )
            numbers = point.model_dump(include={"low", "value", "high"})
            try:
                observation = Observation.model_validate({**shared, **own, **numbers, "rival_of": rivals})
            except ValidationError as error:
                raise LedgerError(f"{folder / one.file}:{line}: {reason(error)}") from None
            found.append((observation, folder / one.file, line))
    return found


def _points(series: Series, path: Path) -> dict[str, tuple[int, Point]]:
    """The points of `series` by label, each with its line in the table at `path`."""
    rows = read_csv(path, Point)
    if not rows:
        raise LedgerError(f"{path}:2: holds no row, expected at least one point of the series '{series.id}'")
    points: dict[str, tuple[int, Point]] = {}
    for line, point in rows:
        if point.label in points:
            raise LedgerError(f"{path}:{line}: the time '{point.label}' is already on line {points[point.label][0]}")
        points[point.label] = line, point
    return points

"""The offers of the composer of what-ifs: drivers, mechanisms, days, and the questions that come with the case."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from fissure.app.desk import Desk
from fissure.app.questions import Question
from fissure.cases.loader import Case
from fissure.cases.schema import Prior
from fissure.model.catalogue import GROUPS, mechanism_classes
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as HEADINGS
from fissure.studies.scenario import FORCING, How, parse

MOST_FACTOR = 100.0
"""By how much a driver can be multiplied on the page; its slider ends at four."""
WIDE, HIGH = 1000, 60
"""Of the picture behind the time line, in its own units."""


@dataclass(frozen=True)
class Driver:
    """Something that can be moved; `least` and `most` are the bounds of what it can be set to."""

    name: str
    kind: Literal["forcing", "parameter"]
    title: str
    unit: str
    low: float | None
    high: float | None
    least: float | None
    most: float | None
    settable: bool
    reason: str
    evidence: tuple[str, ...]

    @property
    def span(self) -> tuple[float, float]:
        """Ends of its slider when it is set to a value."""
        if self.low is None or self.high is None:
            return 0.0, 1.0
        width = max(self.high - self.low, abs(self.high), 1e-9)
        low, high = self.low - width, self.high + width
        return low if self.least is None else max(low, self.least), high if self.most is None else min(high, self.most)

    @property
    def believed(self) -> str:
        """Its prior in words; empty for a forcing."""
        if self.low is None or self.high is None:
            return ""
        return f"believed {formatting.interval(self.low, self.high)} {formatting.unit(self.unit)} (90%)"


def drivers(desk: Desk) -> list[Driver]:
    """All of them, forcings first."""
    reason = "What the case imposes, from its records; the doubt on them is kept in proportion."
    forcings = [
        Driver(name, "forcing", one.title, one.unit, None, None, 0.0, None, one.by_week, reason, ())
        for name, one in FORCING.items()
    ]
    parameters = [
        Driver(one.name, "parameter", one.meaning, one.unit, one.prior.prior.low, one.prior.prior.high,
               *_limits(one.prior.prior), True, one.prior.reason, one.prior.evidence)
        for one in desk.context.parameters
    ]  # fmt: skip
    return [*forcings, *parameters]


def _limits(prior: Prior) -> tuple[float | None, float | None]:
    """The ends that a parameter cannot pass, whatever is believed of it."""
    if prior.kind == "logitnormal":
        return 0.0, 1.0
    if prior.kind == "uniform":
        return max(prior.low, 0.0), prior.high
    return (None if prior.kind == "normal" else 0.0), None


@dataclass(frozen=True)
class DriverRow:
    """A driver in the composer, and where it stands: multiplied (`times`) or set (`to`) to `value`."""

    driver: Driver
    shown: bool
    how: How = "times"
    value: float = 1.0

    @property
    def moved(self) -> bool:
        """True where the question moves it at all."""
        return (self.how, self.value) != ("times", 1.0)

    @property
    def position(self) -> int:
        """Of its slider, 0 to 100: half is as it is, the end four times that; see `what-if.js`."""
        return round(min(50 * max(self.value, 0.0) ** 0.5, 100)) if self.how == "times" else 50


def rows(desk: Desk, draft: Question | None) -> list[DriverRow]:
    """A row for each driver; forcings, and what the questions of the case or the draft move, show without searching."""
    moves = {move.name: (move.how, move.value) for move in draft.scenario.moves} if draft else {}
    shown = {*FORCING, *moves, *(parse(said).name for one in desk.context.studies.values() for said in one.moves)}
    return [DriverRow(one, one.name in shown, *moves.get(one.name, ())) for one in drivers(desk)]


@dataclass(frozen=True)
class Switch:
    """A mechanism in the composer."""

    name: str
    title: str
    on: bool


def switches(draft: Question | None) -> dict[str, list[Switch]]:
    """Mechanisms by the heading of their group."""
    off = draft.scenario.off if draft else ()
    groups: dict[str, list[Switch]] = {HEADINGS.get(group, group): [] for group in GROUPS}
    for name, kind in mechanism_classes().items():
        own = groups.setdefault(HEADINGS.get(kind.group(), kind.group()), [])
        own.append(Switch(name, kind.title, name not in off))
    return {heading: own for heading, own in groups.items() if own}


@dataclass(frozen=True)
class TimeLine:
    """The weeks: strikes as the path of an area, ground operations as places of ticks, years as places and words."""

    weeks: int
    strikes: str
    operations: list[tuple[float, str]]
    years: list[tuple[float, str]]


def time_line(case: Case, weeks: int) -> TimeLine:
    """The drawing behind the slider of weeks."""
    best = case.strikes[:weeks].sum(axis=1)
    top = float(best.max()) or 1.0
    x = np.arange(weeks + 1) / weeks * WIDE
    steps = "".join(f"V{HIGH - HIGH * 0.9 * y / top:.1f}H{x[i + 1]:.1f}" for i, y in enumerate(best))
    last = case.start + timedelta(weeks=weeks)

    def place(day: date) -> float:
        return float(round((day - case.start).days / (7 * weeks) * WIDE, 1))

    years = [case.start.replace(year=year, month=1, day=1) for year in range(case.start.year + 1, last.year + 1)]
    return TimeLine(
        weeks,
        f"M0,{HIGH}{steps}V{HIGH}Z",
        [(place(one.start), f"{one.title}, {formatting.day(one.start)}") for one in case.offensives
         if case.start <= one.start < last],
        [(place(day), str(day.year)) for day in years if day < last],
    )  # fmt: skip

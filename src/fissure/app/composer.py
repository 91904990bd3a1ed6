"""What the composer of what-ifs offers: drivers, mechanisms, days, and the questions that come with the case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import numpy as np

from fissure.app.desk import Desk
from fissure.app.questions import Question
from fissure.cases.loader import Case
from fissure.cases.schema import Prior
from fissure.model.catalogue import GROUPS, mechanism_classes
from fissure.model.parameters import Declared
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as HEADINGS
from fissure.studies.questions import Study
from fissure.studies.scenario import FORCING, How, Move, parse

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
        return (low if self.least is None else max(low, self.least)), (
            high if self.most is None else min(high, self.most)
        )

    @property
    def believed(self) -> str:
        """Its prior in words; empty for a forcing."""
        if self.low is None or self.high is None:
            return ""
        return f"believed {formatting.interval(self.low, self.high)} {formatting.unit(self.unit)} (90%)"


def drivers(desk: Desk) -> list[Driver]:
    """All of them, forcings first."""
    forcings = [
        Driver(
            name, "forcing", one.title, one.unit, None, None, 0.0, None, one.by_week,
            "What the case imposes, from its records; the doubt on them is kept in proportion.", (),
        )
        for name, one in FORCING.items()
    ]  # fmt: skip
    return [*forcings, *map(_driver, desk.context.parameters)]


def _driver(one: Declared) -> Driver:
    least, most = _limits(one.prior.prior)
    prior = one.prior.prior
    return Driver(
        one.name, "parameter", one.meaning, one.unit, prior.low, prior.high, least, most, True,
        one.prior.reason, one.prior.evidence,
    )  # fmt: skip


def _limits(prior: Prior) -> tuple[float | None, float | None]:
    """What a parameter cannot go below and above, whatever is believed of it."""
    if prior.kind == "logitnormal":
        return 0.0, 1.0
    if prior.kind == "uniform":
        return max(prior.low, 0.0), prior.high
    return (None if prior.kind == "normal" else 0.0), None


def telling(studies: Iterable[Study]) -> list[str]:
    """Drivers that are shown without searching: the forcings, and what the case's own questions move."""
    moved = [parse(said).name for study in studies for said in study.moves]
    return list(dict.fromkeys([*FORCING, *sorted(moved)]))


@dataclass(frozen=True)
class Row:
    """A driver in the composer, and where it stands: multiplied (`times`) or set (`to`) to `value`."""

    driver: Driver
    shown: bool
    how: How = "times"
    value: float = 1.0

    @property
    def moved(self) -> bool:
        """Whether the question moves it at all."""
        return (self.how, self.value) != ("times", 1.0)

    @property
    def position(self) -> int:
        """Of its slider, 0 to 100: half is as it is, the end four times that; see `what-if.js`."""
        return round(min(50 * max(self.value, 0.0) ** 0.5, 100)) if self.how == "times" else 50


def rows(desk: Desk, draft: Question | None) -> list[Row]:
    """A row for each driver."""
    moves: dict[str, Move] = {move.name: move for move in draft.scenario.moves} if draft else {}
    shown = {*telling(desk.context.studies.values()), *moves}
    return [
        Row(one, one.name in shown, moves[one.name].how, moves[one.name].value)
        if one.name in moves
        else Row(one, one.name in shown)
        for one in drivers(desk)
    ]


@dataclass(frozen=True)
class Switch:
    """A mechanism in the composer."""

    name: str
    title: str
    on: bool


def switches(draft: Question | None) -> list[tuple[str, list[Switch]]]:
    """Mechanisms by group, each group with its heading."""
    off = draft.scenario.off if draft else ()
    found = mechanism_classes()
    groups = dict.fromkeys([*GROUPS, *(kind.group() for kind in found.values())])
    return [
        (
            HEADINGS.get(group, group),
            [Switch(name, kind.title, name not in off) for name, kind in found.items() if kind.group() == group],
        )
        for group in groups
        if any(kind.group() == group for kind in found.values())
    ]


@dataclass(frozen=True)
class TimeLine:
    """The weeks: strikes as the path of an area, ground operations as places of ticks, years as places and words."""

    weeks: int
    strikes: str
    operations: list[tuple[float, str]]
    years: list[tuple[float, str]]


def time_line(case: Case, weeks: int) -> TimeLine:
    """What is drawn behind the slider of weeks."""
    best = case.strikes[:weeks].sum(axis=1)
    top = float(best.max()) or 1.0
    x = np.arange(weeks + 1) / weeks * WIDE
    steps = "".join(f"V{HIGH - HIGH * 0.9 * y / top:.1f}H{x[i + 1]:.1f}" for i, y in enumerate(best))
    last = case.start + timedelta(weeks=weeks)

    def place(day: Any) -> float:
        return float(round((day - case.start).days / (7 * weeks) * WIDE, 1))

    years = [case.start.replace(year=year, month=1, day=1) for year in range(case.start.year + 1, last.year + 1)]
    return TimeLine(
        weeks,
        f"M0,{HIGH}{steps}V{HIGH}Z",
        [(place(one.start), f"{one.title}, {formatting.day(one.start)}") for one in case.offensives
         if case.start <= one.start < last],
        [(place(day), str(day.year)) for day in years if day < last],
    )  # fmt: skip

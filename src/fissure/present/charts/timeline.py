"""When things happen: events of a kind by quarter, and marks on a line of weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.constants import INTERVAL
from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import (
    end,
    finished,
    hover,
    hovered,
    layer,
    mark,
    midnight,
    ordinal,
    quantitative,
    temporal,
    tooltip,
)
from fissure.present.charts.theme import SERIES
from fissure.studies.observation_operator import Calendar

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 130
MOST_CLASSES = 4
LETTERS = 36
"""Of a legend in one row of three: more do not fit the narrowest chart."""
UNIT = "share of histories"


@dataclass(frozen=True)
class Quarter:
    """A quarter of a year as far as the run holds it; a week is in the quarter that most of its days are in."""

    year: int
    number: int
    first: date
    last: date

    @property
    def label(self) -> str:
        """Such as Q3 2014."""
        return f"Q{self.number} {self.year}"


@dataclass(frozen=True)
class Timeline:
    """Events of one kind: how many, and their sizes, each of shape (members, quarters)."""

    kind: str
    title: str
    unit: str
    dims: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @cached_property
    def middle_counts(self) -> "tuple[Middle, ...]":
        """Of the number of events of each quarter."""
        return _middles(self.counts)

    @cached_property
    def middle_sizes(self) -> "tuple[Middle, ...]":
        """Of the total size of the events of each quarter."""
        return _middles(self.sizes)


def timelines(events: "pd.DataFrame", calendar: Calendar) -> list[Timeline]:
    """A timeline for each kind of the table `events` (see `Run.events`), whether it happened or not."""
    of_week, quarters = _quarters(calendar)
    first, members = np.datetime64(calendar.first), int(events.attrs["members"])
    out = []
    for kind, meta in events.attrs["kinds"].items():
        own = events[events["kind"] == kind]
        week = ((own["week"].to_numpy() - first) // np.timedelta64(7, "D")).astype(int)
        at = (own["member"].to_numpy(), of_week[week])
        counts, sizes = np.zeros((2, members, len(quarters)), np.int64)
        np.add.at(counts, at, 1)
        np.add.at(sizes, at, own["size"].to_numpy())
        out.append(Timeline(kind, meta["long_name"], meta["units"], tuple(meta["dims"]), quarters, counts, sizes))
    return out


def spec(line: Timeline) -> Spec:
    """The Vega-Lite spec of a timeline: bars of shares of histories, stronger the larger the quarter's total."""
    values = _bars(line)
    return finished(_layers(line, values), HEIGHT, describe(line), {"bars": values, "quarters": _words(line)})


def describe(line: Timeline) -> str:
    """The chart in words, for who cannot see it."""
    share = (line.counts > 0).mean(axis=0)
    most = int(share.argmax())
    return (
        f"{line.title}, {UNIT} with any, by quarter. First {share[0]:.0%}, last {share[-1]:.0%}, "
        f"most in {line.quarters[most].label} with {share[most]:.0%}."
    )


def _quarters(calendar: Calendar) -> tuple[NDArray[np.int64], tuple[Quarter, ...]]:
    """The number of the quarter of each week, and the quarters."""
    thursdays = [calendar.first + timedelta(weeks=week, days=3) for week in range(calendar.weeks)]
    names = [(day.year, (day.month + 2) // 3) for day in thursdays]
    each = sorted(set(names))
    of_week = np.array([each.index(name) for name in names], np.int64)
    quarters = []
    for number, (year, quarter) in enumerate(each):
        weeks = np.flatnonzero(of_week == number)
        first, last = (calendar.first + timedelta(weeks=int(week)) for week in (weeks[0], weeks[-1]))
        quarters.append(Quarter(year, quarter, first, last + timedelta(days=6)))
    return of_week, tuple(quarters)


def _classes(line: Timeline) -> list[tuple[str, int]]:
    """Classes of a quarter's total size, by tenfold steps: what each is called, and where it begins."""
    steps = [10**n for n in range(len(str(max(int(line.sizes.max()), 1))))][-MOST_CLASSES:]
    names = [f"{a:,} to {b - 1:,}" for a, b in pairwise(steps)] + [f"{steps[-1]:,} or more"]
    if steps[0] > 1:
        names[0] = f"under {steps[1]:,}"
    return list(zip(names, [1, *steps[1:]], strict=True))


def _bars(line: Timeline) -> list[Row]:
    """A bar for each quarter and class, the largest class at the bottom."""
    out = []
    for n, quarter in enumerate(line.quarters):
        below = 0.0
        for name, begin in reversed(_classes(line)):
            share = float((line.sizes[:, n] >= begin).mean())
            if share > below:
                out.append({**_span(quarter), "class": name, "low": round(below, 4), "high": round(share, 4)})
            below = share
    return out


def _words(line: Timeline) -> list[Row]:
    """The words of a quarter when it is pointed at."""
    return [
        {
            **_span(quarter),
            "quarter": quarter.label,
            "share": f"{(line.counts[:, n] > 0).mean():.0%}",
            "events": str(line.middle_counts[n]),
            "size": str(line.middle_sizes[n]),
        }
        for n, quarter in enumerate(line.quarters)
    ]


class Middle(NamedTuple):
    """Median and 90% interval over members: of counts, so each is one that some member has."""

    low: float
    median: float
    high: float

    @property
    def text(self) -> str:
        """The median."""
        return formatting.number(self.median)

    @property
    def interval(self) -> str:
        """The 90% interval."""
        return formatting.interval(self.low, self.high)

    def __str__(self) -> str:
        return f"{self.text} (90%: {self.interval})"


def middle(values: NDArray[np.int64]) -> Middle:
    """Median and 90% interval of `values`, one a member."""
    return Middle(*map(float, np.quantile(values, INTERVAL, method="inverted_cdf")))


def _middles(values: NDArray[np.int64]) -> tuple[Middle, ...]:
    """`middle` of each column."""
    ends = np.quantile(values, INTERVAL, axis=0, method="inverted_cdf")
    return tuple(Middle(*column) for column in ends.T.astype(float).tolist())


def _span(quarter: Quarter) -> dict[str, str]:
    """From the first midnight to the last, where the reader is."""
    return {"start": midnight(quarter.first), "end": midnight(quarter.last + timedelta(days=1))}


def _layers(line: Timeline, values: Sequence[Mapping[str, Any]]) -> list[Spec]:
    few = len(line.quarters) < 7
    axis = {"format": "%b %Y", "tickCount": 4} if few else {"format": "%Y", "tickCount": "year"}
    # no domain, which Vega-Lite misreads where there is an x2; the quarters of the second layer span the run
    x = temporal("start", title=None, axis=axis, scale={"nice": False})
    share = {"format": ".0%", "values": [0, 0.5, 1]}
    y = quantitative("high", title=UNIT, scale={"domain": [0, 1]}, axis=share)
    seen = {row["class"] for row in values}
    names = [name for name, _ in _classes(line) if name in seen]
    shades = [round(float(shade), 2) for shade in np.linspace(0.4, 1.0, len(names))] if len(names) > 1 else [0.8]
    legend = {
        "orient": "top", "title": None, "offset": 2, "symbolType": "square", "symbolFillColor": SERIES[0],
        "symbolStrokeWidth": 0, "columns": 2 if len(names) > 3 or sum(map(len, names)) > LETTERS else 3,
    }  # fmt: skip
    opacity = ordinal(
        "class",
        scale={"type": "ordinal", "domain": names, "range": shades},
        legend=legend if len(names) > 1 else None,
    )
    bar = mark("bar", fill=SERIES[0], xOffset=0.7, x2Offset=-0.7)
    return [layer("bars", bar, x=x, x2=end("end"), y=y, y2=end("low"), opacity=opacity), _hover(line, x)]


def _hover(line: Timeline, x: Spec) -> Spec:
    """The whole height of the quarter that is pointed at, with its numbers."""
    tips = tooltip(
        quarter="Quarter", share="Histories with any", events="Events, median",
        size=f"{line.unit.capitalize()}, median",
    )  # fmt: skip
    return layer(
        "quarters", mark("rect", style="cursor"), params=[hover("start")],
        x=x, x2=end("end"), fillOpacity=hovered(0.12), tooltip=tips,
    )  # fmt: skip


# Marks on a line of weeks


@dataclass(frozen=True)
class Operation:
    """A ground operation against the group, a cause that the case imposes; `week` counts from 0."""

    week: int
    when: str
    doubt: str
    title: str
    place: str
    by: str
    strength: str


@dataclass(frozen=True)
class LaneCell:
    """A quarter: its first week, how many weeks it has, the share of histories (0 to 1) with any, and its words."""

    label: str
    first: int
    weeks: int
    share: float
    said: str


@dataclass(frozen=True)
class Lane:
    """Events of a kind, quarter by quarter."""

    kind: str
    title: str
    alt: str
    cells: tuple[LaneCell, ...]


@dataclass(frozen=True)
class Year:
    """A year, and the week, with its part, in which it begins."""

    year: int
    week: float


def operations(case: Case, calendar: Calendar) -> tuple[Operation, ...]:
    """The ground operations of `case` that begin within the run, by date: where, when and with how many; no outcome."""
    places = {one.id: one for one in case.districts}
    opponents = {one.name: one.title for one in case.opponents}
    within = (one for one in case.offensives if calendar.first <= one.start <= calendar.last)
    return tuple(
        Operation(
            week=calendar.week_of(one.start),
            when=formatting.day(one.start),
            doubt=f"± {one.start_doubt_days} day{'' if one.start_doubt_days == 1 else 's'}",
            title=one.title,
            place=f"{places[one.district].name}, {places[one.district].country}",
            by=opponents[one.opponent],
            strength=f"{formatting.interval(one.strength_low, one.strength_high)} fighters",
        )
        for one in sorted(within, key=lambda one: (one.start, one.id))
    )


def lanes(lines: Sequence[Timeline], calendar: Calendar) -> tuple[Lane, ...]:
    """Of each kind of event that happened at all, the share of histories with any, quarter by quarter."""
    return tuple(
        Lane(
            line.kind,
            line.title,
            describe(line),
            tuple(_lane_cell(line, n, calendar) for n in range(len(line.quarters))),
        )
        for line in lines
        if line.counts.any()
    )


def _lane_cell(line: Timeline, n: int, calendar: Calendar) -> LaneCell:
    quarter, share = line.quarters[n], float((line.counts[:, n] > 0).mean())
    first, last = calendar.week_of(quarter.first), calendar.week_of(quarter.last)
    said = f"{quarter.label}: in {share:.0%} of histories; {line.unit}, median {line.middle_sizes[n]}"
    return LaneCell(quarter.label, first, last - first + 1, round(share, 4), said)


def years(calendar: Calendar) -> tuple[Year, ...]:
    """The years that begin within the run."""
    first = calendar.first
    found = ((year, (date(year, 1, 1) - first).days) for year in range(first.year, calendar.last.year + 1))
    return tuple(Year(year, round(days / 7, 2)) for year, days in found if days >= 0)

"""The report's section on events: what happens how often, how large, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from fissure.present.charts import timeline
from fissure.present.charts.timeline import Timeline, middle
from fissure.studies.counterpart import calendar_of
from fissure.views.report.page import Figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """One kind over the whole run, as text: medians and 90% intervals over members."""

    title: str
    name: str
    by: str
    share: str
    count: tuple[str, str]
    size: tuple[str, str]
    unit: str


@dataclass(frozen=True)
class Happened:
    """What the section shows: a row for each kind, a chart for each that happened, and the others' titles."""

    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    never: tuple[str, ...]


def happened(events: "pd.DataFrame", data: xr.Dataset) -> Happened:
    """The section on `events` (see `Run.events`) of the run whose records are `data`."""
    lines = timeline.timelines(events, calendar_of(data))
    seen = [line for line in lines if line.counts.any()]
    never = tuple(line.title for line in lines if not line.counts.any())
    return Happened(tuple(map(_row, lines)), tuple(map(_figure, seen)), never)


def _row(line: Timeline) -> Row:
    return Row(
        line.title,
        line.kind,
        _by(line.dims),
        f"{line.counts.any(axis=1).mean():.0%}",
        middle(line.counts.sum(axis=1)),
        middle(line.sizes.sum(axis=1)),
        line.unit,
    )


def _by(dims: Sequence[str]) -> str:
    return "a week" + " of a bloc" * ("bloc" in dims) + " in a district" * ("district" in dims)


def _figure(line: Timeline) -> Figure:
    drawn = timeline.spec(line)
    shares = (line.counts > 0).mean(axis=0)
    numbers = tuple(
        (quarter.label, f"{share:.0%}", *middle(line.counts[:, n]), *middle(line.sizes[:, n]))
        for n, (quarter, share) in enumerate(zip(line.quarters, shares, strict=True))
    )
    header = (
        "Quarter", "Histories with any",
        "Events: median", "Events: 90% interval",
        f"{line.unit.capitalize()}: median", f"{line.unit.capitalize()}: 90% interval",
    )  # fmt: skip
    return Figure(
        f"event-{line.kind}", line.title, timeline.UNIT, f"Shades: {line.unit} in the quarter.", "",
        drawn["description"], header, numbers, drawn | {"width": "container"},
    )  # fmt: skip

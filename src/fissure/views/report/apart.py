"""What the report says of how it came apart: plain values for the template, and its charts."""

from datetime import date
from typing import Any

import numpy as np
import xarray as xr

from fissure.constants import INTERVAL
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import apart as charts
from fissure.studies.cohesion import PARTS, READS, cohesion
from fissure.studies.counterpart import Floats
from fissure.studies.endings import ENDINGS, NONE, apart
from fissure.studies.endings import READS as READS_OF_ENDINGS
from fissure.studies.patterns.met import wilson
from fissure.views import apart as words
from fissure.views.report.page import Figure, figure_of


def section(data: xr.Dataset) -> dict[str, Any] | None:
    """The section of `data`, a run's records; None for a run that lacks an output which it is measured from.

    ``figures`` holds the charts: that of the endings, the cohesion index, and its parts.
    """
    if any(name not in data for name in (*READS, *READS_OF_ENDINGS)):
        return None
    found, index = apart(data), cohesion(data)
    return {
        "headline": words.told(found),
        "first": words.came_first(found),
        "rows": rows(found),
        "cohesion": said(index, found),
        "figures": [_of_endings(found), *(figure_of(panel, index, Ledger(), ()) for panel in charts.PANELS)],
    }


def rows(found: xr.Dataset) -> list[dict[str, str]]:
    """One row for each ending, then one for coming apart at all."""
    modes = found["mode"].values
    apart_in = int((modes != NONE).sum())
    out = []
    for one in ENDINGS:
        first = int((modes == one.name).sum())
        out.append(
            {
                "title": one.title, "definition": one.definition, "why": f"{one.threshold}. {one.reason}",
                "first": f"{first} of {apart_in}" if apart_in else "–",
                **_happened(found["weeks"].sel(ending=one.name).values, found),
            }
        )  # fmt: skip
    whole = "The first of territorial collapse and hollowing out."
    last = {"title": "Came apart", "definition": whole, "why": "", "first": "–"}
    return [*out, last | _happened(found["came_apart"].values, found)]


def said(index: xr.Dataset, found: xr.Dataset) -> str:
    """Where cohesion stood at first and in the week before it came apart, and which part was then the lowest."""
    first = index.isel(week=0)
    told = f"Cohesion is {_middle(first['cohesion'].values)} in the first week"
    weeks = found["came_apart"].values
    fell = np.flatnonzero(weeks > 0)
    if not fell.size:
        return f"{told}."
    week = xr.DataArray(weeks[fell].astype(int) - 1, dims="member")
    before = index.isel(member=xr.DataArray(fell, dims="member"), week=week)
    medians = {name: float(np.nanmedian(before[name].values)) for name in PARTS}
    lowest = min(medians, key=lambda name: medians[name])
    return (
        f"{told}, and {_middle(before['cohesion'].values)} in the week before it came apart, in the histories in which "
        f"it did. The lowest of its parts was then {lowest}, {_middle(before[lowest].values)}."
    )


def _happened(weeks: Floats, found: xr.Dataset) -> dict[str, str]:
    """In how many members it happened and when."""
    count, of = int(np.isfinite(weeks).sum()), weeks.size
    low, high = wilson(count, of)
    middle, span = words.middle_and_span(weeks, found)
    return {
        "share": f"{count / of:.0%}", "interval": f"{low:.0%} to {high:.0%}",
        "count": f"{count} of {of}", "middle": middle, "span": span,
    }  # fmt: skip


def _middle(values: Floats) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "not known"
    low, middle, high = np.quantile(finite, INTERVAL)
    spread = f"{low:.2f} to {high:.2f}" if finite.size > 1 else formatting.UNKNOWN
    return f"{middle:.2f} (90%: {spread})"


def _of_endings(found: xr.Dataset) -> Figure:
    spec = charts.endings(found) | {"width": "container"}
    by_week: dict[str, list[str]] = {}
    for row in spec["datasets"]["endings"]:
        by_week.setdefault(row["week"][:10], []).append(f"{row['share']:.0%}")
    days = {date.fromisoformat(day): cells for day, cells in by_week.items()}
    ends = min(days), max(days)
    numbers = tuple(
        (formatting.day(day), *cells)
        for day, cells in days.items()
        if day in ends or (day.month in (1, 7) and day.day <= 7)
    )
    return Figure(
        "endings", "What has happened by when", charts.UNIT,
        "A line rises by one history in each week in which its ending first happens; it need not reach all.", "",
        spec["description"], ("Week of", *(one.title for one in ENDINGS)), numbers, spec,
    )  # fmt: skip

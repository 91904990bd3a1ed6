"""Charts of coming apart: the share of histories in which each ending has happened by date, and the cohesion index."""

from datetime import date, timedelta
from typing import Any

import altair as alt
import numpy as np
import xarray as xr
from altair.utils.schemapi import debug_mode

from fissure.present.charts.panels import Panel
from fissure.present.charts.series import Series
from fissure.present.charts.shared import finished, midnight, of_series, years
from fissure.present.charts.theme import DASHES, SERIES
from fissure.studies.endings import ENDINGS, PARTS, by_week

HEIGHT = 230
UNIT = "share of histories"
INDEX = "index, 0 to 1"
PANELS = (
    Panel(
        "cohesion", "", "Cohesion of the ranks", INDEX,
        "Geometric mean of its four parts: no part makes up fully for another. It speaks of those who are left.",
        (Series("Cohesion", "cohesion"),), 1.0,
    ),
    *(
        Panel(f"cohesion-{name}", "", title.partition(":")[0], INDEX, f"{title.partition(': ')[2].capitalize()}.",
              (Series(title.partition(":")[0], name),), 1.0)
        for name, title in PARTS.items()
    ),
)  # fmt: skip
"""Of the dataset that `cohesion` gives: the index, then its parts on the same axis."""


def endings(found: xr.Dataset) -> dict[str, Any]:
    """The Vega-Lite spec of the share of members in which each ending has happened by each week: a step line each.

    `found` is what `apart` gives.
    """
    rows = shares(found)
    names = [one.title for one in ENDINGS]
    legend = alt.Legend(orient="top", title=None, columns=2, symbolType="stroke", symbolSize=300, offset=2)
    colours = alt.Scale(domain=names, range=list(SERIES[: len(names)]))
    dashes = alt.Scale(domain=names, range=[list(dash) for dash in DASHES[: len(names)]])
    x = alt.X("week:T", title=None, axis=alt.Axis(**years(int(found.attrs["run"]))))
    y = alt.Y("share:Q", title=UNIT, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5))
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="endings"))
        line = base.mark_line(strokeWidth=2, interpolate="step-after", aria=False).encode(
            x=x,
            y=y,
            stroke=alt.Stroke("ending:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("ending:N", scale=dashes, legend=legend),
        )
        titles = {name: name for name in names}
        told = of_series(base, x, "ending", "format(datum.share, '.0%')", titles, int(found.attrs["run"]))
        return finished(alt.layer(line, told), HEIGHT, describe(found), {"endings": rows})


def shares(found: xr.Dataset) -> list[dict[str, Any]]:
    """A row for each ending and week: the share of members in which it has happened by then."""
    start, run = date.fromisoformat(found.attrs["start"]), int(found.attrs["run"])
    return [
        {"week": midnight(start + timedelta(weeks=week)), "ending": one.title, "share": round(float(share), 4)}
        for one in ENDINGS
        for week, share in enumerate(by_week(found["weeks"].sel(ending=one.name).values, run))
    ]


def describe(found: xr.Dataset) -> str:
    """The chart in words, for who cannot see it."""
    last = [f"{one.title} {np.isfinite(found['weeks'].sel(ending=one.name).values).mean():.0%}" for one in ENDINGS]
    return f"Share of histories in which each ending has happened, by week. By the end: {', '.join(last)}."

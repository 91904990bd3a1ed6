"""Charts of patterns in time: the two numbers that a part compares."""

import textwrap
from datetime import timedelta
from typing import Any

import altair as alt
import numpy as np
from altair.utils.schemapi import debug_mode

from fissure.present.charts.shared import finished, local, midnight
from fissure.present.charts.theme import SERIES
from fissure.present.words import patterns as words
from fissure.studies.observation_operator import Calendar
from fissure.studies.patterns.met import PatternResult

ROW = 26
TITLE = 26
"""Letters of a line of an axis title."""
LEVELS = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def pair(one: PatternResult, calendar: Calendar) -> dict[str, Any]:
    """The Vega-Lite spec of the two numbers that a part compares: median, middle 50% and 90% of its members."""
    dated = one.part.unit == "week"
    rows = [
        row
        for name, values in zip(one.part.compares, (one.first, one.second), strict=True)
        if (row := _row(name, values, calendar if dated else None))
    ]
    kind = "T" if dated else "Q"
    x = {
        name: alt.X(
            f"{name}:{kind}",
            title=textwrap.wrap(words.UNITS[one.part.unit], TITLE) or None,
            scale=alt.Scale(domain=[local(calendar.first), local(calendar.last)]) if dated else alt.Scale(zero=False),
            axis=alt.Axis(format="%Y", tickCount="year", grid=True) if dated else alt.Axis(tickCount=5, grid=True),
        )
        for name in LEVELS
    }
    names = list(one.part.compares)
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="pair")).encode(
            y=alt.Y("what:N", sort=names, title=None, axis=alt.Axis(labelLimit=170)),
            color=alt.Color("what:N", scale=alt.Scale(domain=names, range=[SERIES[0], SERIES[1]]), legend=None),
        )
        chart = alt.layer(
            base.mark_rule(strokeWidth=2, opacity=0.6, aria=False).encode(x=_bare(x["q05"], dated), x2="q95"),
            base.mark_rule(strokeWidth=8, opacity=0.45, aria=False).encode(x=_bare(x["q25"], dated), x2="q75"),
            base.mark_point(size=90, filled=True, opacity=1, style="halo", aria=False).encode(
                x=x["median"],
                tooltip=[alt.Tooltip("what:N", title="What"), alt.Tooltip("said:N", title="Median (90%)")],
            ),
        )
        return finished(chart, 2 * ROW + 4, f"{one.part.title} {words.counted(one)}", {"pair": rows})


def _bare(x: alt.X, dated: bool) -> alt.X:
    """Without a domain of dates, which Vega-Lite misreads where there is an x2."""
    other = x.copy()
    if dated:
        other["scale"] = alt.Undefined
    return other


def _row(name: str, values: Any, calendar: Calendar | None) -> dict[str, Any] | None:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    at = dict(zip(LEVELS, np.quantile(finite, list(LEVELS.values())), strict=True))
    shown: dict[str, Any] = {level: float(f"{q:.4g}") for level, q in at.items()}
    told = {level: f"{q:.3g}" for level, q in at.items()}
    if calendar is not None:
        days = {level: calendar.first + timedelta(days=round(7 * q)) for level, q in at.items()}
        shown = {level: midnight(day) for level, day in days.items()}
        told = {level: f"{day:%b %Y}" for level, day in days.items()}
    return {"what": name, **shown, "said": f"{told['median']} ({told['q05']} to {told['q95']})"}

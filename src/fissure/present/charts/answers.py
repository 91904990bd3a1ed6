"""The chart of an answer: its figures with their intervals, on one scale."""

from collections.abc import Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present import certainty, formatting
from fissure.present.charts.theme import SERIES
from fissure.present.sections import answers as words
from fissure.studies.answers import Figure

ROW = 30
"""Pixels a figure takes."""


def drawn(figures: Sequence[Figure]) -> bool:
    """Whether a chart says more than the figures do: several of one unit."""
    return len(figures) > 1 and len({figure.unit for figure in figures}) == 1


def intervals(figures: Sequence[Figure], alt_text: str) -> dict[str, Any]:
    """The spec of `figures`, each a point with its 90% interval, with a line at zero."""
    rows = [
        {
            "what": (words.part(figure) if figure.part != "difference" else figure.title)
            + (f" {certainty.AT_END}" if figure.unreadable else ""),
            "mean": figure.mean,
            "low": figure.mean if figure.unreadable else figure.low,
            "high": figure.mean if figure.unreadable else figure.high,
            "said": words.interval(figure) if figure.unreadable else words.spread(figure),
        }
        for figure in figures
    ]
    order = [str(row["what"]) for row in rows]
    y = alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    x = alt.X("mean:Q", title=formatting.unit(figures[0].unit), axis=alt.Axis(tickCount=6))
    with debug_mode(False):
        base, zero = (alt.Chart(alt.NamedData(name=name)) for name in ("figures", "zero"))
        chart = alt.layer(
            zero.mark_rule(strokeDash=[4, 3], style="cursor", aria=False).encode(x="at:Q"),
            base.mark_rule(strokeWidth=3, color=SERIES[0], opacity=0.5, aria=False).encode(
                x=alt.X("low:Q"), x2="high", y=y
            ),
            base.mark_point(filled=True, size=70, color=SERIES[0], opacity=1, aria=False).encode(
                x=x, y=y, tooltip=[alt.Tooltip("what:N", title="Part"), alt.Tooltip("said:N", title="Mean")]
            ),
        ).properties(height=ROW * len(rows), width="container", description=alt_text)
        spec: dict[str, Any] = chart.to_dict()
    return spec | {"datasets": {"figures": rows, "zero": [{"at": 0}]}}

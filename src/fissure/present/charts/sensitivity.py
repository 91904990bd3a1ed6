"""Charts of a study of sensitivity: shares of the variance, how they settle, and what evidence is worth."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present.charts.shared import finished, finite, legend, tooltip
from fissure.present.charts.theme import DASHES, SERIES
from fissure.present.words import sensitivity as words
from fissure.studies.sensitivity.information_value import InformationValue
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity

FIRST_ORDER, TOTAL = "first order", "total"
ITSELF, OTHER = "the answer itself, measured", "something else"
LINES = 5
"""Inputs whose convergence is drawn."""
BAND = 26
"""Pixels of a bar."""


def indices(of: OutcomeSensitivity, found: Sensitivity) -> dict[str, Any]:
    """The spec of both indices of every input of one outcome, with their intervals."""
    rows = []
    for one in of.indices:
        for kind, middle, low, high in (
            (FIRST_ORDER, one.first, one.first_low, one.first_high),
            (TOTAL, one.total, one.total_low, one.total_high),
        ):
            if math.isfinite(middle):
                what = found.titles.get(one.input) or words.CHANCE.get(one.input, "")
                ends = {"share": finite(middle, 4), "low": finite(low, 4), "high": finite(high, 4)}
                rows.append(
                    {"input": one.input, "kind": kind, "what": what, "said": words.share(middle, low, high), **ends}
                )
    order = [one.input for one in of.indices]
    y = alt.Y("input:N", sort=order, title=None, axis=alt.Axis(labelLimit=190))
    offset = alt.YOffset("kind:N", sort=[FIRST_ORDER, TOTAL])
    colour = alt.Color("kind:N", scale=alt.Scale(domain=[FIRST_ORDER, TOTAL], range=list(SERIES[:2])), legend=legend())
    tips = tooltip(input="Input", what="What it is", kind="Index", said="Of the variance")
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="indices")).encode(y=y, yOffset=offset)
        chart = alt.layer(
            base.mark_bar(opacity=0.85, aria=False).encode(x=_share_axis("share"), color=colour, tooltip=tips),
            base.mark_rule(strokeWidth=1.5, style="cursor", aria=False).encode(
                x=alt.X("low:Q"), x2="high", tooltip=tips
            ),
        )
        said = f"Shares of the variance of {of.title}, of {len(order)} inputs with 95% intervals."
        return finished(chart, max(BAND * len(order), 60), said, {"indices": rows})


def convergence(of: OutcomeSensitivity) -> dict[str, Any]:
    """The spec of the total index of the strongest inputs from a quarter, a half and all of the rows."""
    order = [one.input for one in of.indices[:LINES]]
    rows = [
        {
            "input": one.input,
            "rows": one.rows,
            "share": finite(one.total, 4),
            "low": finite(one.total_low, 4),
            "high": finite(one.total_high, 4),
            "said": words.share(one.total, one.total_low, one.total_high),
        }
        for step in of.converging
        for one in step
        if one.input in order and math.isfinite(one.total)
    ]
    places = sorted({step[0].rows for step in of.converging if step})
    scale = alt.Scale(domain=order, range=list(SERIES[: len(order)]))
    dashes = alt.Scale(domain=order, range=[list(dash) for dash in DASHES[: len(order)]])
    x = alt.X("rows:O", title="rows of the design", sort=places, axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("input:N", sort=order)
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="steps")).encode(
            x=x, xOffset=offset, color=alt.Color("input:N", scale=scale, legend=legend())
        )
        chart = alt.layer(
            base.mark_line(strokeWidth=1.5, opacity=0.7, aria=False).encode(
                y=_share_axis("share", alt.Y),
                strokeDash=alt.StrokeDash("input:N", scale=dashes, legend=legend()),
            ),
            base.mark_rule(strokeWidth=2, aria=False).encode(y=alt.Y("low:Q"), y2="high"),
            base.mark_point(filled=True, size=40, opacity=1, aria=False).encode(
                y=alt.Y("share:Q"),
                tooltip=tooltip(input="Input", rows="Rows", said="Total, of the variance"),
            ),
        )
        return finished(
            chart, 220, f"Total indices of {of.title} from {', '.join(map(str, places))} rows.", {"steps": rows}
        )


def worth(found: Sequence[InformationValue], title: str, coloured: bool = False) -> dict[str, Any]:
    """The spec of how much of an outcome's variance knowing each of `found` would take."""
    order = _named(found)
    rows = [
        {
            "what": name,
            "name": one.name,
            "title": one.title,
            "share": finite(one.share, 4),
            "low": finite(one.low, 4),
            "high": finite(one.high, 4),
            "kind": ITSELF if one.itself else OTHER,
            "when": words.when(one),
            "said": words.share(one.share, one.low, one.high),
        }
        for name, one in zip(order, found, strict=True)
    ]
    names = [OTHER, ITSELF]
    scale = alt.Scale(domain=names, range=[SERIES[0], SERIES[5]])
    key = legend() if coloured and any(one.itself for one in found) else None
    tips = tooltip(name="Name", title="What it is", when="When", said="Would take of the variance")
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="worth")).encode(
            y=alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=220))
        )
        chart = alt.layer(
            base.mark_bar(opacity=0.85, size=14, aria=False).encode(
                x=_share_axis("share"), color=alt.Color("kind:N", scale=scale, legend=key), tooltip=tips
            ),
            base.mark_rule(strokeWidth=1.5, style="cursor", aria=False).encode(
                x=alt.X("low:Q"), x2="high", tooltip=tips
            ),
        )
        said = f"What knowing each of {len(rows)} would take of the variance of {title}, with 95% intervals."
        return finished(chart, 22 * len(rows), said, {"worth": rows})


def _named(found: Sequence[InformationValue]) -> list[str]:
    """What each is called in a chart: a kind by its title, where no other has it; anything else by its name."""
    titles = [one.title for one in found]
    return [one.title if one.of == "kind" and titles.count(one.title) == 1 else one.name for one in found]


def _share_axis(field: str, channel: Any = alt.X) -> Any:
    return channel(f"{field}:Q", title="of the variance", axis=alt.Axis(format="%", tickCount=5))

"""A chart of bands over weeks with what was published beside them."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import xarray as xr

from fissure.constants import DAYS_A_MONTH
from fissure.evidence.entries import Source
from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.panels import Panel, quantiles
from fissure.present.charts.shared import (
    end,
    finished,
    keep,
    layer,
    local,
    mark,
    midnight,
    nominal,
    of_series,
    quantitative,
    scale,
    temporal,
    tooltip,
    years,
)
from fissure.present.charts.theme import DASHES, PUBLISHERS, SERIES, SHAPES
from fissure.studies.compare import Compared
from fissure.studies.observation_operator import Calendar, calendar_of

HEIGHT = 230
LABEL, SYMBOL = 285, 18
"""Pixels of a publisher's name in a legend at most, and of the symbol before it."""
BANDS = (("q05", "q95", 0.18, "90%"), ("q25", "q75", 0.34, "50%"))


def spec(panel: Panel, data: xr.Dataset, rows: Sequence[Compared], sources: Mapping[str, Source]) -> Spec:
    """The Vega-Lite spec of `panel`: bands (90%, 50%, median) and the observations of `rows` beside them.

    It holds quantiles and published figures only, and takes the colours of the page from its theme
    (`theme.config`).
    """
    values = [row for series in panel.series for row in quantiles(series, data)]
    points = observed(panel, data, rows, sources)
    layers = _layers(panel, values, points, calendar_of(data))
    return finished(layers, HEIGHT, describe(panel, values, points), {"bands": values, "points": points})


def _layers(panel: Panel, values: list[Row], points: list[Row], calendar: Calendar) -> list[Spec]:
    x = temporal(
        "week",
        title=None,
        scale={"domain": [local(calendar.first), local(calendar.last + timedelta(days=1))]},
        axis=years(calendar.weeks),
    )
    y = _axis(panel, values, points)
    layers = _bands(panel, x, y, calendar.weeks)
    return layers + _published(points, x, y) if points else layers


def observed(panel: Panel, data: xr.Dataset, rows: Sequence[Compared], sources: Mapping[str, Source]) -> list[Row]:
    """The published figures that belong beside the bands of `panel`, within the run, in its unit."""
    return [_point(row, sources, 1.0 / _months(row)) for row in beside(panel, data, rows)]


def beside(panel: Panel, data: xr.Dataset, rows: Sequence[Compared]) -> list[Compared]:
    """The rows of `rows` that belong on the chart of `panel`; none where more than two bands would claim them."""
    if len(panel.series) > 2:
        return []
    calendar = calendar_of(data)
    return [
        row
        for row in rows
        if calendar.first <= row.observation.when <= calendar.last
        and any(one.matches(row.variable) for one in panel.series)
    ]


def _months(row: Compared) -> float:
    """Over how many months the figure is a sum, where the chart shows a rate a month."""
    if row.variable.how == "year-sum":
        return 12.0
    if row.variable.how == "period-sum" and row.observation.period is not None:
        first, last = row.observation.period
        return ((last - first).days + 1) / DAYS_A_MONTH
    return 1.0


def _point(row: Compared, sources: Mapping[str, Source], rate: float) -> Row:
    o, source = row.observation, sources[row.observation.source]
    low, high = o.ends
    band = o.band
    start = o.period[0] if o.period else None
    middle = start + (o.when - start) / 2 if start else o.when
    point = {
        "week": midnight(middle),
        "value": row.published * rate,
        "low": low * rate,
        "high": high * rate,
        "from": (low if math.isinf(band[0]) else band[0]) * rate,
        "to": (high if math.isinf(band[1]) else band[1]) * rate,
        "bound": {"upper": "≤", "lower": "≥"}.get(o.bound, ""),
        "by": formatting.short(o, sources),
        "publisher": formatting.publisher(o, sources),
        "when": f"{formatting.when(o)}, {o.scope}",
        "published": formatting.published(o) + ("" if o.unit == "share" else f" {formatting.unit(o.unit)}"),
        "doubt": f"{formatting.interval(*band, o.unit)}. {o.doubt}",
        "verdict": str(formatting.verdict(row))
        + (f" · {formatting.BEHIND} behind a prior" if row.behind_prior else ""),
        "model": formatting.model(row) if row.compared else row.reason,
        "address": o.address or source.file or "",
    }
    if start:
        point |= {"start": midnight(start), "end": midnight(o.when)}
    return point


def _axis(panel: Panel, values: Sequence[Mapping[str, Any]], points: Sequence[Mapping[str, Any]]) -> Spec:
    lowest = min([0.0, *(row["q05"] for row in values if row["q05"] is not None)])
    top = panel.top
    if top is None:
        top = max(
            [1e-9, *(row["q95"] for row in values if row["q95"] is not None), *(p["value"] * 1.05 for p in points)]
        )
        # a wide doubt may run off the chart, but not by so much that the bands are pressed flat
        top = max(top, min(max([0.0, *(p["to"] for p in points)]), 2 * top))
    fixed = panel.top is not None
    return quantitative(
        "median",
        title=panel.unit,
        scale={"domain": [lowest, top], "nice": not fixed, "clamp": False, "zero": True},
        axis={"tickCount": 5, **_format(panel, top)},
    )


def _format(panel: Panel, top: float) -> Spec:
    if panel.unit == "share":
        return {"format": ".0%"}
    return {"format": "~s", "labelExpr": "datum.value ? datum.label : '0'"} if top >= 10_000 else {}


def _bands(panel: Panel, x: Spec, y: Spec, weeks: int) -> list[Spec]:
    labels = [one.label for one in panel.series]
    legend: Spec | None = None
    if len(labels) > 1:
        legend = {
            "orient": "top", "title": None, "symbolType": "stroke", "offset": 2, "columns": 2 if len(labels) > 3 else 3,
            "symbolSize": 300, "symbolOpacity": 1,
        }  # fmt: skip
    colour = nominal("series", scale=scale(labels, SERIES), legend=legend)
    dash = nominal("series", scale=scale(labels, DASHES), legend=legend)
    layers = [
        layer(
            "bands", mark("area", opacity=opacity if len(labels) < 3 else opacity * 0.7, clip=True),
            x=x, y=_same(y, low), y2=end(high), fill=colour,
        )
        for low, high, opacity, _ in BANDS
    ]  # fmt: skip
    layers.append(layer("bands", mark("line", strokeWidth=2, clip=True), x=x, y=y, stroke=colour, strokeDash=dash))
    return [*layers, _hover(panel, x, weeks)]


def _hover(panel: Panel, x: Spec, weeks: int) -> Spec:
    """The week that is pointed at, with the numbers of all bands in one tooltip."""
    digits = ".3~p" if panel.unit == "share" else ",.3~r"
    shown = [f"format(datum.{name}, '{digits}')" for name in ("median", "q25", "q75", "q05", "q95")]
    text = "{} + ' (50%: ' + {} + ' to ' + {} + '; 90%: ' + {} + ' to ' + {} + ')'".format(*shown)
    titles = {one.label: f"{one.label}, {panel.unit}" for one in panel.series}
    return of_series("bands", x, "series", text, titles, weeks, where="isValid(datum.median)")


def _published(points: list[Row], x: Spec, y: Spec) -> list[Spec]:
    """Thin line: with the publisher's doubt; thick: the published range; point: the number or its middle."""
    names = list(dict.fromkeys(point["by"] for point in points))
    room = {"expr": f"min({LABEL}, width - {SYMBOL})"}  # a narrow chart has less
    legend = {"orient": "bottom", "title": None, "columns": 1, "offset": 8, "rowPadding": 1, "labelLimit": room}
    colour = nominal("by", scale=scale(names, PUBLISHERS), legend=legend)
    shape = nominal("by", scale=scale(names, SHAPES), legend=legend)
    tips = tooltip(
        publisher="Published by", when="Of", published="Published", doubt="90% with doubt", model="Model",
        verdict="Verdict", address="Address",
    )  # fmt: skip
    value = _same(y, "value")
    dashed = mark("rule", strokeWidth=1.3, strokeDash=[3, 2], clip=True)
    return [
        layer(
            "points", mark("rule", strokeWidth=1.3, clip=True),
            x=x, y=_same(y, "from"), y2=end("to"), color=colour,
        ),
        layer(
            "points", mark("rule", strokeWidth=3.5, clip=True), transform=[keep("datum.high > datum.low")],
            x=x, y=_same(y, "low"), y2=end("high"), color=colour,
        ),
        layer(
            "points", dashed, transform=[keep("isValid(datum.start)")],
            x=_same_x(x, "start"), x2=end("end"), y=value, color=colour,
        ),
        layer(
            "points", mark("point", size=95, filled=True, opacity=1, style="halo"),
            x=x, y=value, color=colour, shape=shape, tooltip=tips,
        ),
        layer(
            "points", mark("text", dx=13, fontSize=13, fontWeight="bold"), transform=[keep("datum.bound != ''")],
            x=x, y=value, text=nominal("bound"),
        ),
    ]  # fmt: skip


def _same(y: Spec, name: str) -> Spec:
    """The same axis over another field."""
    return {**y, "field": name}


def _same_x(x: Spec, name: str) -> Spec:
    """The same axis over another field; without a domain, which Vega-Lite misreads where there is an x2."""
    return {key: part for key, part in x.items() if key != "scale"} | {"field": name}


def describe(panel: Panel, values: Sequence[Mapping[str, Any]], points: Sequence[Mapping[str, Any]]) -> str:
    """The chart in words, for who cannot see it: the first and last week of each band, and the points."""
    said = [f"{panel.title}, {panel.unit}, by week, with 50% and 90% intervals."]
    for series in panel.series:
        own = [row for row in values if row["series"] == series.label]
        first, last = own[0], own[-1]
        if first["median"] is None or last["median"] is None:
            continue
        said.append(
            f"{series.label}: median {formatting.number(first['median'])} at first, "
            f"{formatting.number(last['median'])} at last (90%: {formatting.interval(last['q05'], last['q95'])})."
        )
    if points:
        said.append(f"{len(points)} published figures beside it.")
    return " ".join(said)

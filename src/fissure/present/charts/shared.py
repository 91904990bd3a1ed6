"""Everything that charts share: colours and type for two pages, legends, tooltips, axes, and the finished spec."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

import altair as alt

Mode = Literal["light", "dark"]

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'
SERIES = ("#1f77b4", "#d1690e", "#12876f", "#8d5fc4", "#906030", "#7b8794", "#b0489a")
"""Of what the model says; each has a contrast of at least 3 on both pages."""
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 6), (6, 2, 1, 2, 1, 2), (1, 4))
"""Of the medians, so that hue is not all that tells them apart."""
PUBLISHERS = ("#b8336a", "#7d7220", "#4b6fd0", "#a4562c", "#2f8a3e", "#6b7a86", "#9d4bbd", "#00838f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
CONTROL: dict[Mode, tuple[str, ...]] = {
    "light": ("#f6f0e0", "#f0c987", "#dc8a4b", "#ad4a3c", "#6d1d3f", "#2f0b33"),
    "dark": ("#39343f", "#63304f", "#a3434a", "#dc7f42", "#f3c06d", "#fdf2cc"),
}
"""Share held, from none to all: away from the page in lightness throughout, so it reads without hue."""
DIVERGING: dict[Mode, tuple[str, ...]] = {
    "light": ("#ec9550", "#f8dcc3", "#f6f7f9", "#c8dff2", "#6eb0e0"),
    "dark": ("#a3560f", "#5a3a1c", "#1c222b", "#1d3d59", "#2769a1"),
}
"""From less to more through nothing, orange to blue; pale or dark enough for numbers on it to be read."""

_INK = {
    "light": {
        "text": "#1c2430",
        "soft": "#5a6675",
        "grid": "#e4e8ec",
        "axis": "#9aa5b1",
        "page": "#ffffff",
        "land": "#e4e8ec",
    },
    "dark": {
        "text": "#e6eaf0",
        "soft": "#a3b0be",
        "grid": "#2b343f",
        "axis": "#5f6c7a",
        "page": "#151a21",
        "land": "#20272f",
    },
}


def config(mode: Mode) -> dict[str, Any]:
    """Vega-Lite `config` for a page in `mode`; the specs themselves name no colour of the page."""
    ink = _INK[mode]
    words = {
        "labelColor": ink["soft"],
        "titleColor": ink["soft"],
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    }
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {**words, "gridColor": ink["grid"], "domainColor": ink["axis"], "tickColor": ink["axis"]},
        "axisY": {"domain": False, "ticks": False, "titleAnchor": "end", "labelPadding": 6},
        "axisX": {"grid": False, "labelFlush": True},
        "legend": {**words, "labelColor": ink["text"], "symbolStrokeWidth": 2, "labelLimit": 330},
        "title": {"color": ink["text"], "fontSize": 13, "anchor": "start", "subtitleColor": ink["soft"]},
        "text": {"fill": ink["text"], "fontSize": 12},
        "range": {
            "category": list(SERIES),
            "heatmap": list(CONTROL[mode]),
            "ramp": list(CONTROL[mode]),
            "diverging": list(DIVERGING[mode]),
        },
        "style": {
            "halo": {"stroke": ink["page"], "strokeWidth": 1},
            "cursor": {"color": ink["text"]},
            "land": {"color": ink["land"], "filled": True, "stroke": ink["page"], "strokeWidth": 0.6},
            "border": {"stroke": ink["page"], "strokeWidth": 0.5},
        },
    }


Chart = alt.Chart | alt.LayerChart | alt.FacetChart
Spec: TypeAlias = dict[str, Any]
"""A Vega-Lite specification."""
Row: TypeAlias = dict[str, Any]
"""A row of the data of a chart."""


def named(data: str) -> alt.Chart:
    """A chart of the data that a spec holds under a name."""
    return alt.Chart(alt.NamedData(name=data))


def scale(domain: Sequence[str], among: Sequence[Any]) -> alt.Scale:
    """Each name with its own of some colours, shapes or dashes, from the first again where there are too few."""
    own = [among[n % len(among)] for n in range(len(domain))]
    return alt.Scale(domain=list(domain), range=[list(one) if isinstance(one, tuple) else one for one in own])


def legend(columns: int = 2, limit: int = 210) -> alt.Legend:
    """Above the chart; equal for colour and shape, so that they make one."""
    return alt.Legend(orient="top", title=None, columns=columns, labelLimit=limit, symbolOpacity=1)


def tooltip(**columns: str) -> list[alt.Tooltip]:
    """Fields and what a tooltip calls them."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in columns.items()]


def finite(x: float, digits: int = 5) -> float | None:
    """`x` to so many digits, or nothing where it is no number: JSON knows none of the others."""
    return float(f"{x:.{digits}g}") if math.isfinite(x) else None


def finished(chart: Chart, height: int, description: str, datasets: Mapping[str, Sequence[Mapping[str, Any]]]) -> Spec:
    """The spec of `chart` as wide as its place, with the data that it names."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    done = chart.properties(width=460, height=height, description=description, autosize=fit)
    return {**done.to_dict(validate=False), "width": "container", "datasets": dict(datasets)}


def years(weeks: int) -> dict[str, Any]:
    """An axis of time for a run of so many weeks: years, or months where it is short."""
    return {"format": "%Y", "tickCount": "year"} if weeks > 78 else {"format": "%b %Y", "tickCount": 4}


def midnight(day: date) -> str:
    """Midnight where the reader is: without a time a browser takes a day for one in Greenwich."""
    return f"{day.isoformat()}T00:00"


def local(day: date) -> alt.DateTime:
    """The same as the end of an axis."""
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


# What is said of the week that is pointed at: its numbers in one tooltip, and a line that marks it.

THINNEST = 3
"""Pixels of a week that can still be pointed at."""
NOTHING = "–"
"""Said of a series that has no number in that week."""
WEEK: Mapping[str, Any] = {"shorthand": "week:T", "title": "Week of", "format": "%-d %B %Y"}
"""The head of a tooltip; other charts over time have another unit in place of the week."""


def at_week(
    chart: alt.Chart, x: alt.X, tips: Sequence[alt.Tooltip], weeks: int, head: Mapping[str, Any] = WEEK
) -> alt.Chart:
    """`chart`, which has one row a week, as upright lines side by side that are seen only while pointed at."""
    name = _of(head)
    pointed = alt.selection_point(name="hover", on="pointerover", clear="pointerout", fields=[name], empty=False)
    return (
        chart.mark_rule(strokeWidth=alt.ExprRef(thickness(weeks)), style="cursor", aria=False)
        .encode(
            x=x,
            opacity=alt.when(pointed).then(alt.value(0.3)).otherwise(alt.value(0)),
            tooltip=[alt.Tooltip(**head), *tips],
        )
        .add_params(pointed)
    )


def of_series(
    base: alt.Chart, x: alt.X, by: str, text: str, titles: Mapping[str, str], weeks: int, head: Mapping[str, Any] = WEEK
) -> alt.Chart:
    """`at_week` of rows of several series, told apart by the field `by`, each with the words of the expression `text`.

    `titles` has for each series what the tooltip calls it.
    """
    columns = {f"said_{n}": name for n, name in enumerate(titles)}
    said = {key: f"isValid({_field(name)}) ? {_field(name)} : '{NOTHING}'" for key, name in columns.items()}
    rows = base.transform_calculate(text=text).transform_pivot(by, value="text", groupby=[_of(head)], op="max")
    tips = [alt.Tooltip(field=key, type="nominal", title=titles[name]) for key, name in columns.items()]
    return at_week(rows.transform_calculate(**said), x, tips, weeks, head)


def thickness(weeks: int) -> str:
    """The expression of how wide a week is, so that no place between two weeks is without an answer."""
    return f"max({THINNEST}, width / {max(weeks, 1)})"


def _of(head: Mapping[str, Any]) -> str:
    return str(head["shorthand"]).partition(":")[0]


def _field(name: str) -> str:
    return f"datum[{json.dumps(name)}]"

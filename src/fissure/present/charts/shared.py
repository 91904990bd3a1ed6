"""Shared parts of charts: legends, tooltips, axes of time, numbers that JSON knows, and the finished spec."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt

from fissure.present.charts import Spec

Chart = alt.Chart | alt.LayerChart | alt.FacetChart


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


def years(weeks: int) -> Spec:
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

"""Shared parts of charts: layers, channels, legends, tooltips, axes of time, and the finished specification.

All are plain parts of Vega-Lite specifications, made as they are written to a page.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fissure.present.charts import Row, Spec

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def mark(kind: str, **look: Any) -> Spec:
    """A mark that screen readers pass over: a chart has its `description`."""
    return {"type": kind, **look, "aria": False}


def layer(
    data: str,
    drawn: Spec,
    *,
    shared: Mapping[str, Spec] | None = None,
    transform: Sequence[Spec] = (),
    params: Sequence[Spec] = (),
    **encoding: Spec | list[Spec],
) -> Spec:
    """A layer that shows the data set of this name, drawn as a `mark`, by channels and those that layers share."""
    made: Spec = {"data": {"name": data}}
    if transform:
        made["transform"] = list(transform)
    made["mark"] = drawn
    if shared or encoding:
        made["encoding"] = {**(shared or {}), **encoding}
    if params:
        made["params"] = list(params)
    return made


def quantitative(field: str, **parts: Any) -> Spec:
    """A channel of numbers."""
    return {"field": field, "type": "quantitative", **parts}


def nominal(field: str, **parts: Any) -> Spec:
    """A channel of names."""
    return {"field": field, "type": "nominal", **parts}


def ordinal(field: str, **parts: Any) -> Spec:
    """A channel of values that have an order but no distance."""
    return {"field": field, "type": "ordinal", **parts}


def temporal(field: str, **parts: Any) -> Spec:
    """A channel of points of time."""
    return {"field": field, "type": "temporal", **parts}


def end(field: str) -> Spec:
    """The channel of the other end of a mark, on the axis of the first: of `x2` and `y2`."""
    return {"field": field}


def keep(test: str) -> Spec:
    """A transform that keeps the rows of which the expression is true."""
    return {"filter": test}


def scale(domain: Sequence[str], among: Sequence[Any]) -> Spec:
    """Each name with its own of some colours, shapes or dashes, from the first again where there are too few."""
    own = [among[n % len(among)] for n in range(len(domain))]
    return {"domain": list(domain), "range": [list(one) if isinstance(one, tuple) else one for one in own]}


def legend(columns: int = 2, limit: int = 210) -> Spec:
    """Above the chart; equal for colour and shape, so that they make one."""
    return {"orient": "top", "title": None, "columns": columns, "labelLimit": limit, "symbolOpacity": 1}


def tooltip(**columns: str) -> list[Spec]:
    """Fields and what a tooltip calls them."""
    return [nominal(field, title=title) for field, title in columns.items()]


def finite(x: float, digits: int = 5) -> float | None:
    """`x` to so many digits, or nothing where it is no number: JSON knows none of the others."""
    return float(f"{x:.{digits}g}") if math.isfinite(x) else None


def finished(layers: Sequence[Spec], height: int, description: str, datasets: Mapping[str, Sequence[Row]]) -> Spec:
    """The spec of layers above one another, as wide as its place, with the data sets that they name."""
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": list(layers),
        "datasets": dict(datasets),
    }


def years(weeks: int) -> Spec:
    """An axis of time for a run of so many weeks: years, or months where it is short."""
    return {"format": "%Y", "tickCount": "year"} if weeks > 78 else {"format": "%b %Y", "tickCount": 4}


def midnight(day: date) -> str:
    """Midnight where the reader is: without a time a browser takes a day for one in Greenwich."""
    return f"{day.isoformat()}T00:00"


def local(day: date) -> Spec:
    """The same as the end of an axis."""
    return {"year": day.year, "month": day.month, "date": day.day}


# What is said of the week that is pointed at: its numbers in one tooltip, and a line that marks it.

THINNEST = 3
"""Pixels of a week that can still be pointed at."""
NOTHING = "–"
"""Said of a series that has no number in that week."""
WEEK: Spec = temporal("week", title="Week of", format="%-d %B %Y")
"""The head of a tooltip; other charts over time have another unit in place of the week."""


def hover(field: str) -> Spec:
    """The selection of what is pointed at, by a field."""
    select = {"type": "point", "on": "pointerover", "clear": "pointerout", "fields": [field]}
    return {"name": "hover", "select": select}


def hovered(value: float) -> Spec:
    """The channel that has a value for what is pointed at and is 0 for all else."""
    return {"condition": {"param": "hover", "empty": False, "value": value}, "value": 0}


def at_week(
    data: str, x: Spec, tips: Sequence[Spec], weeks: int, head: Spec = WEEK, *, transform: Sequence[Spec] = ()
) -> Spec:
    """The layer of `data`, which has one row a week, as upright lines that are seen only while pointed at."""
    return layer(
        data,
        mark("rule", strokeWidth={"expr": thickness(weeks)}, style="cursor"),
        transform=transform,
        params=[hover(head["field"])],
        x=x,
        opacity=hovered(0.3),
        tooltip=[head, *tips],
    )


def of_series(
    data: str, x: Spec, by: str, text: str, titles: Mapping[str, str], weeks: int, head: Spec = WEEK,
    *, where: str | None = None,
) -> Spec:  # fmt: skip
    """`at_week` of rows of several series, told apart by the field `by`, each with the words of the expression `text`.

    `titles` has for each series what the tooltip calls it; with `where` only rows of which that is true are read.
    """
    columns = {f"said_{n}": name for n, name in enumerate(titles)}
    rows = [
        *([] if where is None else [keep(where)]),
        {"calculate": text, "as": "text"},
        {"pivot": by, "value": "text", "groupby": [head["field"]], "op": "max"},
        *(
            {"calculate": f"isValid({_field(name)}) ? {_field(name)} : '{NOTHING}'", "as": key}
            for key, name in columns.items()
        ),
    ]
    tips = [nominal(key, title=titles[name]) for key, name in columns.items()]
    return at_week(data, x, tips, weeks, head, transform=rows)


def thickness(weeks: int) -> str:
    """The expression of how wide a week is, so that no place between two weeks is without an answer."""
    return f"max({THINNEST}, width / {max(weeks, 1)})"


def _field(name: str) -> str:
    return f"datum[{json.dumps(name)}]"

"""Charts of published figures: rivals side by side on one scale, and all figures of a quantity over time."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fissure.evidence.entries import Observation, Source
from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import finished
from fissure.present.charts.theme import PUBLISHERS, SHAPES

ROW, HEIGHT = 34, 260
"""Pixels of a figure side by side, and of the chart over time."""
WIDE = 12.0
"""Figures whose ends differ by more than this factor stand on a logarithmic scale."""
MARKS = {"exact": "circle", "range": "circle", "upper": "triangle-left", "lower": "triangle-right"}
TIPS = [
    {"field": name, "type": "nominal", "title": title}
    for name, title in {
        "by": "by",
        "when": "when",
        "figure": "published",
        "range": "90% with its doubt",
        "scope": "of",
        "id": "entry",
    }.items()
]


def side_by_side(shown: Sequence[Observation], own: str, sources: Mapping[str, Source]) -> Spec | None:
    """The Vega-Lite spec of figures that are measured in one unit; None for less than two of one."""
    if len(shown) < 2 or len({one.unit for one in shown}) > 1:
        return None
    rows, x = _rows(shown, sources)
    for row in rows:
        row["label"] = f"{row['by']}|{row['when']}"
        row["own"] = row["id"] == own
    y = {
        "field": "label",
        "type": "nominal",
        "sort": [row["label"] for row in rows],
        "title": None,
        "axis": {"labelExpr": "split(datum.label, '|')", "labelLimit": 150, "labelLineHeight": 13},
    }
    shared: Spec = {"color": {"condition": {"test": "datum.own", "value": PUBLISHERS[0]}, "value": PUBLISHERS[5]}}
    shared |= {"tooltip": TIPS}
    shape = {"field": "mark", "type": "nominal", "scale": None, "legend": None}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.6},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, **shared},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": {**x, "field": "value"}, "shape": shape, **shared},
        },
    ]
    if any(row["first"] < row["last"] for row in rows):
        published = {
            "mark": {"type": "bar", "height": 7, "opacity": 0.75},
            "transform": [{"filter": "datum.first < datum.last"}],
            "encoding": {"x": {**x, "field": "first"}, "x2": {"field": "last"}, **shared},
        }
        layers.insert(1, published)
    said = "; ".join(f"{row['by']}, {row['when']}: {row['figure']}" for row in rows)
    return _spec(layers, rows, {"y": y}, len(rows) * ROW, f"Published figures and their 90% ranges. {said}.")


def over_time(shown: Sequence[Observation], sources: Mapping[str, Source]) -> Spec | None:
    """The Vega-Lite spec of all figures of one quantity; None for less than two."""
    if len(shown) < 2:
        return None
    rows, y = _rows(shown, sources)
    names = list(dict.fromkeys(row["by"] for row in rows))
    places = range(len(names))
    by: Spec = {"field": "by", "type": "nominal"}
    by |= {"legend": {"orient": "top", "title": None, "columns": 3, "labelLimit": 200}}
    colours, shapes = ([own[k % len(own)] for k in places] for own in (PUBLISHERS, SHAPES))
    shared: Spec = {"color": {**by, "scale": {"domain": names, "range": colours}}, "tooltip": TIPS}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.55},
            "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}, **shared},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.95},
            "encoding": {
                "y": {**y, "field": "value"},
                "shape": {**by, "scale": {"domain": names, "range": shapes}},
                **shared,
            },
        },
    ]
    many = f"{len(names)} publisher{'' if len(names) == 1 else 's'}"
    said = f"{formatting.figures(len(rows))} of {many}, with 90% ranges."
    return _spec(layers, rows, {"x": {"field": "day", "type": "temporal", "title": None}}, HEIGHT, said)


def _rows(shown: Sequence[Observation], sources: Mapping[str, Source]) -> tuple[list[Row], Spec]:
    """Figures as data, and the channel of their numbers; an open end of a range is drawn beyond all others."""
    ends = [x for one in shown for x in (*one.ends, *one.band) if math.isfinite(x)]
    least, most = min(ends), max(ends)
    log = least > 0 and most / least > WIDE and all(one.doubt_abs is None for one in shown)
    room = 0.08 * (most - least)
    far = (least / 1.3, most * 1.3) if log else (0.0 if least >= 0 else least - room, most + room)
    channel = {
        "type": "quantitative",
        "title": None,
        "scale": {"type": "log", "nice": False} if log else {"zero": False, "nice": True},
        "axis": {"tickCount": 5, "grid": True, "format": "~%" if shown[0].unit == "share" else "~s"},
    }
    return [_row(one, sources, far) for one in shown], channel


def _row(one: Observation, sources: Mapping[str, Source], far: tuple[float, float]) -> Row:
    first, last = one.ends
    low, high = one.band
    middle = one.when
    if one.period is not None:
        middle = one.period[0] + timedelta(days=(one.period[1] - one.period[0]).days // 2)
    return {
        "id": one.id,
        "by": formatting.short(one, sources),
        "when": formatting.when(one),
        "day": f"{middle}T00:00",
        "first": first,
        "last": last,
        "low": low if math.isfinite(low) else far[0],
        "high": high if math.isfinite(high) else far[1],
        "value": one.published,
        "mark": MARKS[one.bound],
        "figure": formatting.figure(one),
        "range": formatting.interval(low, high, one.unit),
        "scope": one.scope,
    }


def _spec(layers: list[Spec], rows: list[Row], shared: Mapping[str, Any], height: int, said: str) -> Spec:
    return finished(layers, height, said, {"figures": rows}) | {
        "data": {"name": "figures"},
        "encoding": dict(shared),
    }

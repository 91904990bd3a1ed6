"""Charts of published figures: rivals side by side on one scale, and all figures of a quantity over time."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fissure.evidence.entries import Observation, Source
from fissure.present import formatting
from fissure.present.charts.theme import PUBLISHERS, SHAPES

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROW = 34
"""Pixels of a figure."""
WIDE = 12.0
"""Figures whose ends differ by more than this factor stand on a logarithmic scale."""
MARKS = {"exact": "circle", "range": "circle", "upper": "triangle-left", "lower": "triangle-right"}


def side_by_side(shown: Sequence[Observation], own: str, sources: Mapping[str, Source]) -> dict[str, Any] | None:
    """The Vega-Lite spec of figures that are measured in one unit; None for less than two of one."""
    if len(shown) < 2 or len({one.unit for one in shown}) > 1:
        return None
    rows, log = _rows(shown, sources)
    for row in rows:
        row["label"] = f"{row['by']}|{row['when']}"
        row["own"] = row["id"] == own
    order = [row["label"] for row in rows]
    x = {"type": "quantitative", "title": None, "scale": _scale(log), "axis": _axis(shown[0].unit)}
    y = {
        "field": "label", "type": "nominal", "sort": order, "title": None,
        "axis": {"labelExpr": "split(datum.label, '|')", "labelLimit": 150, "labelLineHeight": 13},
    }  # fmt: skip
    colour = {"condition": {"test": "datum.own", "value": PUBLISHERS[0]}, "value": PUBLISHERS[5]}
    ranges = [
        {"mark": {"type": "bar", "height": 7, "opacity": 0.75}, "transform": [{"filter": "datum.first < datum.last"}],
         "encoding": {"x": {**x, "field": "first"}, "x2": {"field": "last"}, "color": colour, "tooltip": _tips()}},
    ]  # fmt: skip
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.6}, "encoding": {
            "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour, "tooltip": _tips()}},
        *(ranges if any(row["first"] < row["last"] for row in rows) else []),
        {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1}, "encoding": {
            "x": {**x, "field": "value"}, "color": colour, "tooltip": _tips(),
            "shape": {"field": "mark", "type": "nominal", "scale": None, "legend": None}}},
    ]  # fmt: skip
    said = "; ".join(f"{row['by']}, {row['when']}: {row['told']}" for row in rows)
    return _spec(layers, rows, {"y": y}, len(rows) * ROW, f"Published figures and their 90% ranges. {said}.")


def over_time(shown: Sequence[Observation], sources: Mapping[str, Source]) -> dict[str, Any] | None:
    """The Vega-Lite spec of all figures of one quantity; None for less than two."""
    if len(shown) < 2:
        return None
    rows, log = _rows(shown, sources)
    names = list(dict.fromkeys(row["by"] for row in rows))
    n, m = len(PUBLISHERS), len(SHAPES)
    legend = {"orient": "top", "title": None, "columns": 3, "labelLimit": 200}
    colour = {"field": "by", "type": "nominal", "legend": legend,
              "scale": {"domain": names, "range": [PUBLISHERS[k % n] for k in range(len(names))]}}  # fmt: skip
    shape = {**colour, "scale": {"domain": names, "range": [SHAPES[k % m] for k in range(len(names))]}}
    y = {"type": "quantitative", "title": None, "scale": _scale(log), "axis": _axis(shown[0].unit)}
    layers = [
        {"mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.55}, "encoding": {
            "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour, "tooltip": _tips()}},
        {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.95}, "encoding": {
            "y": {**y, "field": "value"}, "color": colour, "shape": shape, "tooltip": _tips()}},
    ]  # fmt: skip
    x = {"field": "day", "type": "temporal", "title": None}
    said = (
        f"{formatting.figures(len(rows))} of {len(names)} publisher{'' if len(names) == 1 else 's'}, with 90% ranges."
    )
    return _spec(layers, rows, {"x": x}, 260, said)


def _rows(shown: Sequence[Observation], sources: Mapping[str, Source]) -> tuple[list[dict[str, Any]], bool]:
    ends = [x for one in shown for x in (*one.ends, *one.band) if math.isfinite(x)]
    least, most = min(ends), max(ends)
    log = least > 0 and most / least > WIDE and all(one.doubt_abs is None for one in shown)
    far = (least / 1.3, most * 1.3) if log else (least - 0.08 * (most - least), most + 0.08 * (most - least))
    if not log and least >= 0:
        far = (0.0, far[1])
    return [_row(one, sources, far) for one in shown], log


def _row(one: Observation, sources: Mapping[str, Source], far: tuple[float, float]) -> dict[str, Any]:
    first, last = one.ends
    low, high = one.band
    middle = (
        one.when if one.period is None else one.period[0] + timedelta(days=(one.period[1] - one.period[0]).days // 2)
    )
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
        "told": f"{formatting.published(one)}{'' if one.unit == 'share' else ' ' + formatting.unit(one.unit)}",
        "range": formatting.interval(low, high, one.unit),
        "scope": one.scope,
    }


def _tips() -> list[dict[str, str]]:
    named = {
        "by": "by",
        "when": "when",
        "told": "published",
        "range": "90% with its doubt",
        "scope": "of",
        "id": "entry",
    }
    return [{"field": name, "type": "nominal", "title": title} for name, title in named.items()]


def _scale(log: bool) -> dict[str, Any]:
    return {"type": "log", "nice": False} if log else {"zero": False, "nice": True}


def _axis(unit: str) -> dict[str, Any]:
    return {"tickCount": 5, "grid": True, "format": "~%" if unit == "share" else "~s"}


def _spec(
    layers: list[dict[str, Any]], rows: list[dict[str, Any]], shared: Mapping[str, Any], height: int, said: str
) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "description": said,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "datasets": {"figures": rows},
        "data": {"name": "figures"},
        "encoding": dict(shared),
        "layer": layers,
    }

"""Paired differences of up to four questions in one chart: means with 90% intervals, told apart by dash and letter."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from fissure.present import formatting
from fissure.present.charts import differences
from fissure.present.charts.shared import midnight, thickness, years
from fissure.present.charts.theme import DASHES, SERIES
from fissure.present.formatting import signed
from fissure.studies.whatif import Course

Own = tuple[str, str, Course]
"""A question's letter, its title, and its course."""
FIELDS = ("mean", "low", "high")


def spec(own: Sequence[Own], start: date, letters: Sequence[str]) -> dict[str, Any]:
    """The Vega-Lite spec of one series of several questions; a letter has the same colour and dash in every chart.

    Its vertical scale follows the numbers, so that they can be changed in place.
    """
    course = own[0][2]
    weeks = len(course.mean)
    values = [
        {"question": letter, **{name: row[name] for name in ("week", *FIELDS)}}
        for letter, _, one in own
        for row in differences.rows(one, start)
    ]
    said = [
        {
            "week": midnight(start + timedelta(weeks=week)),
            **{
                letter: f"{signed(float(one.mean[week]))} ({signed(float(one.low[week]))} to "
                f"{signed(float(one.high[week]))})"
                for letter, _, one in own
            },
        }
        for week in range(weeks)
    ]
    last = start + timedelta(weeks=weeks)
    x = {
        "field": "week",
        "type": "temporal",
        "title": None,
        "scale": {"domain": [_local(start), _local(last)]},
        "axis": years(weeks),
    }
    y = {"type": "quantitative", "title": formatting.unit(course.unit), "scale": {"zero": True, "nice": True}}
    y["axis"] = {"tickCount": 5, **_thousands(values)}
    named_by = {"field": "question", "type": "nominal", "legend": None}  # letters stand at the lines themselves
    colour = {**named_by, "scale": {"domain": list(letters), "range": list(SERIES[: len(letters)])}}
    dashes = [list(one) for one in DASHES[: len(letters)]]
    dash = {**named_by, "scale": {"domain": list(letters), "range": dashes}}
    hover = {"name": "hover", "select": {"type": "point", "on": "pointerover", "clear": "pointerout",
                                         "fields": ["week"]}}  # fmt: skip
    tips = [{"field": "week", "type": "temporal", "title": "Week of", "format": "%-d %B %Y"}]
    tips += [{"field": letter, "type": "nominal", "title": f"{letter}: {title}"} for letter, title, _ in own]
    named = {"name": "differences"}
    layers: list[dict[str, Any]] = [
        {
            "data": named, "mark": {"type": "area", "opacity": 0.2, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
        },
        {
            "data": named, "mark": {"type": "line", "strokeWidth": 2, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "mean"}, "color": colour, "strokeDash": dash},
        },
        {
            "data": {"name": "zero"}, "mark": {"type": "rule", "strokeWidth": 1.2, "strokeDash": [4, 3],
                                               "style": "cursor", "aria": False},
            "encoding": {"y": {**y, "field": "zero"}},
        },
        {
            "data": {"name": "letters"}, "mark": {"type": "text", "fontWeight": "bold", "fontSize": 14, "dy": -9,
                                                  "aria": False},
            "encoding": {
                "x": x, "y": {**y, "field": "mean"}, "color": colour,
                "text": {"field": "question", "type": "nominal"},
            },
        },
        {
            "data": {"name": "said"}, "params": [hover],
            "mark": {"type": "rule", "strokeWidth": {"expr": thickness(weeks)}, "style": "cursor", "aria": False},
            "encoding": {
                "x": x, "tooltip": tips,
                "opacity": {"condition": {"param": "hover", "empty": False, "value": 0.3}, "value": 0},
            },
        },
    ]  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container", "height": differences.HEIGHT,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "description": describe(own),
        "layer": layers,
        "datasets": {"differences": values, "said": said, "letters": _places(own, start), "zero": [{"zero": 0}]},
    }  # fmt: skip


def _places(own: Sequence[Own], start: date) -> list[dict[str, Any]]:
    """Where each letter stands: at its line's farthest from zero, each a little on from the one before."""
    out = []
    for at, (letter, _, one) in enumerate(own):
        week = min(int(abs(one.mean).argmax()) + at * len(one.mean) // 16, len(one.mean) - 1)
        out.append({"question": letter, **{k: differences.rows(one, start)[week][k] for k in ("week", "mean")}})
    return out


def describe(own: Sequence[Own]) -> str:
    """The chart in words."""
    course = own[0][2]
    said = [f"{course.title}, {formatting.unit(course.unit)}: paired differences by week, changed less as it is."]
    for letter, title, one in own:
        at = int(abs(one.mean).argmax())
        far = (
            f"farthest from zero in week {at + 1}: {signed(float(one.mean[at]))}" if one.changed else "zero throughout"
        )
        said.append(f"{letter}, {title}: {far}.")
    return " ".join(said)


def following(told: dict[str, Any]) -> dict[str, Any]:
    """`told` with a vertical scale that follows the numbers, so that they can be changed in place."""
    out = deepcopy(told)
    for layer in out["layer"]:
        y = layer["encoding"].get("y")
        if y and "scale" in y:
            y["scale"] = {name: x for name, x in y["scale"].items() if name != "domain"}
    return out


def _thousands(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    most = max((abs(row[name]) for row in values for name in FIELDS), default=0.0)
    return {"format": "~s", "labelExpr": "datum.value ? datum.label : '0'"} if most >= 10_000 else {}


def _local(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "date": day.day}

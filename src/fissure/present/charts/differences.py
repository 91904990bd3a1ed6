"""Charts of paired differences: by week, of one question or of several, and as points with their intervals."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import SCHEMA, at_week, finished, local, mark, midnight, tooltip
from fissure.present.charts.theme import DASHES, SERIES
from fissure.present.formatting import signed
from fissure.studies.whatif import Course

HEIGHT, ROW = 200, 30
"""Pixels of a chart by week, and of a point."""
FIELDS = ("mean", "low", "high", "least", "most")
BANDS = (("least", "most", 0.16), ("low", "high", 0.4))
"""The span of one history, light; the interval of the mean, darker."""
SEVERAL = (("low", "high", 0.2),)
"""The bands where questions stand above one another."""
ZERO = mark("rule", strokeWidth=1.2, strokeDash=[4, 3], style="cursor")


class Line(NamedTuple):
    """A question's course; `letter` and `title` tell it from others on the same chart."""

    course: Course
    letter: str = ""
    title: str = ""


def spec(own: Sequence[Line], start: date, letters: Sequence[str] = ()) -> Spec:
    """The Vega-Lite spec of one series, whose first week begins on `start`.

    Without `letters` it is of one question; with them a letter has the same colour and dash in every chart. The
    vertical scale follows the numbers, so that they can be changed in place.
    """
    course, several = own[0].course, bool(letters)
    weeks = len(course.mean)
    values = [
        {**({"question": one.letter} if several else {}), **{name: row[name] for name in ("week", *_fields(several))}}
        for one in own
        for row in rows(one.course, start)
    ]
    x = {
        "field": "week", "type": "temporal", "title": None,
        "scale": {"domain": [local(start), local(start + timedelta(weeks=weeks))]},
        "axis": {"format": "%Y", "tickCount": "year"} if weeks > 78 else {"format": "%b %Y", "tickCount": 4},
    }  # fmt: skip
    y = {
        "type": "quantitative", "title": formatting.unit(course.unit), "scale": {"zero": True, "nice": True},
        "axis": {"tickCount": 5, **_thousands(values)},
    }  # fmt: skip
    by_letter = {"field": "question", "type": "nominal", "legend": None}  # letters stand at the lines themselves
    colour: Spec = {"color": {"value": SERIES[0]}}
    if several:
        colour = {"color": {**by_letter, "scale": {"domain": [*letters], "range": [*SERIES[: len(letters)]]}}}
    dashes = {"domain": [*letters], "range": [list(one) for one in DASHES[: len(letters)]]}
    dash = {"strokeDash": {**by_letter, "scale": dashes}} if several else {}
    named = {"name": "differences"}
    layers: list[Spec] = [
        {"data": named, "mark": {"type": "area", "opacity": opacity, "aria": False},
         "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}, **colour}}
        for low, high, opacity in (SEVERAL if several else BANDS)
    ]  # fmt: skip
    layers += [
        {"data": named, "mark": {"type": "line", "strokeWidth": 2, "aria": False},
         "encoding": {"x": x, "y": {**y, "field": "mean"}, **colour, **dash}},
        {"data": {"name": "zero"}, "mark": ZERO, "encoding": {"y": {**y, "field": "zero"}}},
    ]  # fmt: skip
    data = {"differences": values, "zero": [{"zero": 0}]}
    if several:
        layers += [
            {"data": {"name": "letters"},
             "mark": {"type": "text", "fontWeight": "bold", "fontSize": 14, "dy": -9, "aria": False},
             "encoding": {"x": x, "y": {**y, "field": "mean"}, **colour,
                          "text": {"field": "question", "type": "nominal"}}}
        ]  # fmt: skip
        data |= {"letters": _places(own, start), "said": _said(own, start)}
    return finished([*layers, _hover(own, x, weeks, several)], HEIGHT, describe(own), data)


def _hover(own: Sequence[Line], x: Spec, weeks: int, several: bool) -> Spec:
    """An upright line at the week that is pointed at, with its numbers."""
    if several:
        return at_week("said", x, tooltip(**{one.letter: f"{one.letter}: {one.title}" for one in own}), weeks)
    tips = tooltip(mean_said="Mean difference", interval="90% interval of the mean", history="One history, 5% to 95%")
    calculated = {
        "mean_said": _formatted("mean"),
        "interval": f"{_formatted('low')} + ' to ' + {_formatted('high')}",
        "history": f"{_formatted('least')} + ' to ' + {_formatted('most')}",
    }
    numbers = [{"calculate": how, "as": name} for name, how in calculated.items()]
    return at_week("differences", x, tips, weeks, transform=numbers)


def rows(course: Course, start: date) -> list[Row]:
    """One row a week: its Monday and the numbers of the difference, rounded to four digits."""
    return [
        {"week": midnight(start + timedelta(weeks=week)),
         **{name: float(f"{getattr(course, name)[week]:.4g}") for name in FIELDS}}
        for week in range(len(course.mean))
    ]  # fmt: skip


def describe(own: Sequence[Line]) -> str:
    """The chart in words, for who cannot see it."""
    course = own[0].course
    said = [f"{course.title}, {formatting.unit(course.unit)}: paired differences by week, changed less as it is."]
    for one in own:
        at = int(abs(one.course.mean).argmax())
        far = "zero in every week and history."
        if one.course.changed:
            far = (
                f"farthest from zero in week {at + 1}: {signed(float(one.course.mean[at]))} (90% interval of the mean "
                f"{signed(float(one.course.low[at]))} to {signed(float(one.course.high[at]))})."
            )
        said.append(f"{one.letter}, {one.title}: {far}" if one.letter else far[:1].upper() + far[1:])
    return " ".join(said)


class Point(NamedTuple):
    """A mean with its interval: what it is called, and the same in words."""

    name: str
    mean: float
    low: float
    high: float
    said: str


def points(own: Sequence[Point], unit: str, description: str) -> Spec:
    """The Vega-Lite spec of means of one unit, each a point with its 90% interval, with a line at zero."""
    y = {
        "field": "name", "type": "nominal", "sort": [one.name for one in own], "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "domain": False},
    }  # fmt: skip
    tips = [
        {"field": field, "type": "nominal", "title": title} for field, title in (("name", "Part"), ("said", "Mean"))
    ]
    x = {"type": "quantitative", "title": unit, "axis": {"tickCount": 6}}
    colour, named = SERIES[0], {"name": "points"}
    return {
        "$schema": SCHEMA, "width": "container", "height": ROW * len(own), "description": description,
        "layer": [
            {"data": {"name": "zero"}, "mark": ZERO, "encoding": {"x": {**x, "field": "zero"}}},
            {"data": named, "mark": {"type": "rule", "strokeWidth": 3, "color": colour, "opacity": 0.5, "aria": False},
             "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}},
            {"data": named,
             "mark": {"type": "point", "filled": True, "size": 70, "color": colour, "opacity": 1, "aria": False},
             "encoding": {"x": {**x, "field": "mean"}, "y": y, "tooltip": tips}},
        ],
        "datasets": {"points": [one._asdict() for one in own], "zero": [{"zero": 0}]},
    }  # fmt: skip


def _fields(several: bool) -> tuple[str, ...]:
    return FIELDS[:3] if several else FIELDS


def _said(own: Sequence[Line], start: date) -> list[dict[str, str]]:
    """The words of each question for each week."""
    return [
        {"week": midnight(start + timedelta(weeks=week)), **{one.letter: in_words(one.course, week) for one in own}}
        for week in range(len(own[0].course.mean))
    ]


def in_words(course: Course, week: int) -> str:
    """The mean difference of a week with its interval."""
    mean, low, high = (signed(float(part[week])) for part in (course.mean, course.low, course.high))
    return f"{mean} ({low} to {high})"


def _places(own: Sequence[Line], start: date) -> list[Row]:
    """The place of each letter: at its line's farthest from zero, each a little on from the one before."""
    out = []
    for at, one in enumerate(own):
        weeks = len(one.course.mean)
        week = min(int(abs(one.course.mean).argmax()) + at * weeks // 16, weeks - 1)
        row = rows(one.course, start)[week]
        out.append({"question": one.letter, "week": row["week"], "mean": row["mean"]})
    return out


def _thousands(values: Sequence[Mapping[str, Any]]) -> Spec:
    most = max((abs(row[name]) for row in values for name in FIELDS if name in row), default=0.0)
    return {"format": "~s", "labelExpr": "datum.value ? datum.label : '0'"} if most >= 10_000 else {}


def _formatted(field: str) -> str:
    return f"format(datum.{field}, '+,.3~r')"

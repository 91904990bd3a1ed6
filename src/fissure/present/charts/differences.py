"""A chart of a paired difference by week: its mean, the interval of the mean, what one history may bring, and zero."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present import formatting
from fissure.present.charts.shared import at_week, finished, local, midnight
from fissure.present.charts.theme import SERIES
from fissure.present.formatting import signed
from fissure.studies.whatif import Course

HEIGHT = 200
FIELDS = ("mean", "low", "high", "least", "most")
BANDS = (("least", "most", 0.16), ("low", "high", 0.4))
"""What one history may bring, light; the interval of the mean, darker."""


def spec(course: Course, start: date) -> dict[str, Any]:
    """The Vega-Lite spec of `course`, whose first week begins on `start`."""
    values = rows(course, start)
    with debug_mode(False):  # the tests check the parts against the schema
        chart = alt.layer(*_layers(course, values, start))
        return finished(chart, HEIGHT, describe(course), {"differences": values, "zero": [{"zero": 0}]})


def rows(course: Course, start: date) -> list[dict[str, Any]]:
    """One row a week: its Monday and the numbers of the difference, rounded to four digits."""
    return [
        {
            "week": midnight(start + timedelta(weeks=week)),
            **{name: float(f"{getattr(course, name)[week]:.4g}") for name in FIELDS},
        }
        for week in range(len(course.mean))
    ]


def describe(course: Course) -> str:
    """The chart in words, for who cannot see it."""
    said = f"{course.title}, {formatting.unit(course.unit)}: paired difference by week, changed less as it is."
    if not course.changed:
        return f"{said} Zero in every week and history."
    at = int(abs(course.mean).argmax())
    return (
        f"{said} Farthest from zero in week {at + 1}: {signed(float(course.mean[at]))} "
        f"(90% interval of the mean {signed(float(course.low[at]))} to {signed(float(course.high[at]))})."
    )


def _layers(course: Course, values: Sequence[Mapping[str, Any]], start: date) -> list[alt.Chart]:
    weeks, last = len(values), start + timedelta(weeks=len(values))
    x = alt.X(
        "week:T",
        title=None,
        scale=alt.Scale(domain=[local(start), local(last)]),
        axis=alt.Axis(format="%Y", tickCount="year") if weeks > 78 else alt.Axis(format="%b %Y", tickCount=4),
    )
    low, high = _domain(values)

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=formatting.unit(course.unit),
            scale=alt.Scale(domain=[low, high], nice=True, zero=True),
            axis=alt.Axis(tickCount=5, format="~s", labelExpr="datum.value ? datum.label : '0'")
            if max(-low, high) >= 10_000
            else alt.Axis(tickCount=5),
        )

    base = alt.Chart(alt.NamedData(name="differences"))
    colour = SERIES[0]
    said = base.transform_calculate(
        mean_said=_said("mean"),
        interval=f"{_said('low')} + ' to ' + {_said('high')}",
        history=f"{_said('least')} + ' to ' + {_said('most')}",
    )
    tips = [
        alt.Tooltip("mean_said:N", title="Mean difference"),
        alt.Tooltip("interval:N", title="90% interval of the mean"),
        alt.Tooltip("history:N", title="One history, 5% to 95%"),
    ]
    return [
        *(
            base.mark_area(opacity=opacity, color=colour, aria=False).encode(x=x, y=y(a), y2=f"{b}:Q")
            for a, b, opacity in BANDS
        ),
        base.mark_line(strokeWidth=2, color=colour, aria=False).encode(x=x, y=y("mean")),
        alt.Chart(alt.NamedData(name="zero"))
        .mark_rule(strokeWidth=1.2, strokeDash=[4, 3], style="cursor", aria=False)
        .encode(y=y("zero")),
        at_week(said, x, tips, weeks),
    ]


def _domain(values: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    low = min([0.0, *(row[name] for row in values for name in ("least", "low"))])
    high = max([0.0, *(row[name] for row in values for name in ("most", "high"))])
    return (low, high) if high > low else (-1.0, 1.0)


def _said(field: str) -> str:
    return f"format(datum.{field}, '+,.3~r')"

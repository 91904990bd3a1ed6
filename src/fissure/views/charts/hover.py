"""What a chart of weeks says of the week that is pointed at: its numbers in one tooltip, and a line that marks it."""

import json
from collections.abc import Mapping, Sequence

import altair as alt

THINNEST = 3
"""Pixels of a week that can still be pointed at."""
NOTHING = "–"
"""Said of a series that has no number in that week."""


def at_week(chart: alt.Chart, x: alt.X, tips: Sequence[alt.Tooltip], weeks: int) -> alt.Chart:
    """`chart`, which has one row a week, as upright lines side by side that are seen only while pointed at."""
    pointed = alt.selection_point(name="hover", on="pointerover", clear="pointerout", fields=["week"], empty=False)
    return (
        chart.mark_rule(strokeWidth=alt.ExprRef(thickness(weeks)), style="cursor", aria=False)
        .encode(
            x=x,
            opacity=alt.when(pointed).then(alt.value(0.3)).otherwise(alt.value(0)),
            tooltip=[alt.Tooltip("week:T", title="Week of", format="%-d %B %Y"), *tips],
        )
        .add_params(pointed)
    )


def of_series(base: alt.Chart, x: alt.X, by: str, text: str, titles: Mapping[str, str], weeks: int) -> alt.Chart:
    """`at_week` of rows of several series, told apart by the field `by`, each with the words of the expression `text`.

    `titles` has for each series what the tooltip calls it.
    """
    columns = {f"said_{n}": name for n, name in enumerate(titles)}
    said = {key: f"isValid({_field(name)}) ? {_field(name)} : '{NOTHING}'" for key, name in columns.items()}
    rows = base.transform_calculate(text=text).transform_pivot(by, value="text", groupby=["week"], op="max")
    tips = [alt.Tooltip(field=key, type="nominal", title=titles[name]) for key, name in columns.items()]
    return at_week(rows.transform_calculate(**said), x, tips, weeks)


def thickness(weeks: int) -> str:
    """The expression of how wide a week is, so that no place between two weeks is without an answer."""
    return f"max({THINNEST}, width / {max(weeks, 1)})"


def _field(name: str) -> str:
    return f"datum[{json.dumps(name)}]"

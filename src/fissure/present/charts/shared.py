"""What charts of several studies share: legends, tooltips, numbers that JSON knows, and how a spec is finished."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Chart = alt.Chart | alt.LayerChart | alt.FacetChart


def legend(columns: int = 2, limit: int = 210) -> alt.Legend:
    """Above the chart; equal for colour and shape, so that they make one."""
    return alt.Legend(orient="top", title=None, columns=columns, labelLimit=limit, symbolOpacity=1)


def tooltip(**columns: str) -> list[alt.Tooltip]:
    """Fields and what a tooltip calls them."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in columns.items()]


def finite(x: float, digits: int = 5) -> float | None:
    """`x` to so many digits, or nothing where it is no number: JSON knows none of the others."""
    return float(f"{x:.{digits}g}") if math.isfinite(x) else None


def finished(
    chart: Chart, height: int, description: str, datasets: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The spec of `chart` as wide as its place, with the data that it names."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    done = chart.properties(width=460, height=height, description=description, autosize=fit)
    spec: dict[str, Any] = done.to_dict(validate=False)
    return spec | {"width": "container", "datasets": dict(datasets)}

"""Charts of a study of sensitivity: shares of the variance, how they settle, and what evidence is worth."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import (
    end,
    finished,
    finite,
    layer,
    legend,
    mark,
    nominal,
    ordinal,
    quantitative,
    scale,
    tooltip,
)
from fissure.present.charts.theme import DASHES, SERIES
from fissure.present.formatting import percent
from fissure.studies.sensitivity.design import LUCK, REST
from fissure.studies.sensitivity.information_value import InformationValue
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity

CHANCE = {
    REST: "Everything that is not among these inputs: the other parameters, and luck",
    LUCK: "Luck alone, which no knowledge of any input takes away",
}


def share(middle: float, low: float, high: float) -> str:
    """A share with its interval."""
    return "–" if middle != middle else f"{percent(middle)} ({between(low, high)})"


def between(low: float, high: float) -> str:
    """An interval in per cent."""
    return "–" if low != low else f"{percent(low)} to {percent(high)}"


def when(one: InformationValue) -> str:
    """The days that figures speak of."""
    if one.first is None or one.last is None:
        return ""
    days = " to ".join(dict.fromkeys(map(formatting.day, (one.first, one.last))))
    return f"{one.figures} figures, {days}" if one.figures > 1 else days


FIRST_ORDER, TOTAL = "first order", "total"


ITSELF, OTHER = "the answer itself, measured", "something else"


LINES = 5
"""Inputs whose convergence is drawn."""


BAND = 26
"""Pixels of a bar."""


def indices_chart(of: OutcomeSensitivity, found: Sensitivity) -> Spec:
    """The spec of both indices of every input of one outcome, with their intervals."""
    rows = [
        {"input": one.input, "kind": kind, "what": found.titles.get(one.input) or CHANCE.get(one.input, "")}
        | _share_row(*ends)
        for one in of.indices
        for kind, ends in (
            (FIRST_ORDER, (one.first, one.first_low, one.first_high)),
            (TOTAL, (one.total, one.total_low, one.total_high)),
        )
        if math.isfinite(ends[0])
    ]
    order, kinds = [one.input for one in of.indices], [FIRST_ORDER, TOTAL]
    tips = tooltip(input="Input", what="What it is", kind="Index", said="Of the variance")
    shared = {
        "y": nominal("input", sort=order, title=None, axis={"labelLimit": 190}),
        "yOffset": nominal("kind", sort=kinds),
    }
    colour = nominal("kind", scale=scale(kinds, SERIES), legend=legend())
    said = f"Shares of the variance of {of.title}, of {len(order)} inputs with 95% intervals."
    layers = _bars("indices", shared, colour, tips)
    return finished(layers, max(BAND * len(order), 60), said, {"indices": rows})


def convergence_chart(of: OutcomeSensitivity) -> Spec:
    """The spec of the total index of the strongest inputs from a quarter, a half and all of the rows."""
    order = [one.input for one in of.indices[:LINES]]
    rows = [
        {"input": one.input, "rows": one.rows} | _share_row(one.total, one.total_low, one.total_high)
        for step in of.converging
        for one in step
        if one.input in order and math.isfinite(one.total)
    ]
    places = sorted({step[0].rows for step in of.converging if step})
    dashes = nominal("input", scale=scale(order, DASHES), legend=legend())
    shared = {
        "x": ordinal("rows", title="rows of the design", sort=places, axis={"labelAngle": 0}),
        "xOffset": nominal("input", sort=order),
        "color": nominal("input", scale=scale(order, SERIES), legend=legend()),
    }
    tips = tooltip(input="Input", rows="Rows", said="Total, of the variance")
    layers = [
        layer("steps", mark("line", strokeWidth=1.5, opacity=0.7), y=_share_axis(), strokeDash=dashes, shared=shared),
        layer("steps", mark("rule", strokeWidth=2), y=quantitative("low"), y2=end("high"), shared=shared),
        layer(
            "steps", mark("point", filled=True, size=40, opacity=1), shared=shared,
            y=quantitative("share"), tooltip=tips,
        ),
    ]  # fmt: skip
    said = f"Total indices of {of.title} from {', '.join(map(str, places))} rows."
    return finished(layers, 220, said, {"steps": rows})


def worth_chart(found: Sequence[InformationValue], title: str, coloured: bool = False) -> Spec:
    """The spec of how much of an outcome's variance knowing each of `found` would take."""
    titles = [one.title for one in found]  # a kind is called by its title, where no other has it
    order = [one.title if one.of == "kind" and titles.count(one.title) == 1 else one.name for one in found]
    rows = [
        {"what": name, "name": one.name, "title": one.title, "kind": ITSELF if one.itself else OTHER}
        | {"when": when(one)}
        | _share_row(one.share, one.low, one.high)
        for name, one in zip(order, found, strict=True)
    ]
    key = legend() if coloured and any(one.itself for one in found) else None
    tips = tooltip(name="Name", title="What it is", when="When", said="Would take of the variance")
    shared = {"y": nominal("what", sort=order, title=None, axis={"labelLimit": 220})}
    colour = nominal("kind", scale=scale([OTHER, ITSELF], (SERIES[0], SERIES[5])), legend=key)
    said = f"What knowing each of {len(rows)} would take of the variance of {title}, with 95% intervals."
    layers = _bars("worth", shared, colour, tips, size=14)
    return finished(layers, 22 * len(rows), said, {"worth": rows})


def _share_row(middle: float, low: float, high: float) -> Row:
    return {"share": finite(middle, 4), "low": finite(low, 4), "high": finite(high, 4)} | {
        "said": share(middle, low, high)
    }


def _bars(data: str, shared: Mapping[str, Spec], colour: Spec, tips: list[Spec], **bar: Any) -> list[Spec]:
    """Bars of shares, each with its interval as a thin line."""
    low = quantitative("low")
    return [
        layer(data, mark("bar", opacity=0.85, **bar), x=_share_axis(), color=colour, tooltip=tips, shared=shared),
        layer(data, mark("rule", strokeWidth=1.5, style="cursor"), x=low, x2=end("high"), tooltip=tips, shared=shared),
    ]


def _share_axis() -> Spec:
    return quantitative("share", title="of the variance", axis={"format": "%", "tickCount": 5})

"""Charts of an attribution: a waterfall, mechanisms with their intervals, interactions of pairs as a heat map."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from altair.utils.schemapi import debug_mode

from fissure.present import certainty, formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import finished, named, scale, tooltip
from fissure.present.charts.theme import SERIES
from fissure.present.formatting import sentence_case, signed
from fissure.present.sections import attribution_words as words
from fissure.studies.attribution import ALL, INSIDE_ALONE, NONE, OUTSIDE, WAR_ALONE, Explanation

MOST = 15
"""Mechanisms on a chart; all stand in the table."""
UP, DOWN = "adds", "takes away"
SAMPLED, EXACT = "over all mechanisms, sampled", "among the strongest, exactly"
ROW = 34
"""Pixels of a bar of a waterfall."""
LETTERS = 24
"""On a line of an axis."""
LEAST = 0.005
"""Of the largest interaction: what is less is shown as nearly nothing, for want of room."""


@dataclass(frozen=True)
class Step:
    """A bar of a waterfall: its label, and the value that it adds with its interval.

    With `level` it is where the way begins or ends, and no step of it; `unreadable` says that its interval says
    nothing, as most histories are at an end of the outcome.
    """

    label: str
    value: float
    low: float
    high: float
    level: bool = False
    unreadable: bool = False


def by_group(found: Explanation, outcome: int) -> Spec:
    """The Vega-Lite spec of the way from everything off to everything on, group by group."""
    steps = [
        Step(sentence_case(words.GROUPS.get(name, name)), *words.of(found.groups, at, outcome))
        for at, name in enumerate(found.groups.players)
    ]
    return _waterfall(found, outcome, steps, words.by_group(found, outcome))


def inside_outside(found: Explanation, outcome: int) -> Spec:
    """The same by the war alone, the inside alone, and what takes both."""
    blocks, ends = found.blocks, found.bounds_at(outcome)
    parts = (
        (f"{sentence_case(words.GROUPS[OUTSIDE])} alone", blocks.outside, ends.unreadable(NONE, WAR_ALONE)),
        ("The inside alone", blocks.inside, ends.unreadable(NONE, INSIDE_ALONE)),
        ("Only both together", blocks.interaction, words.unreadable(found, outcome)),
    )
    steps = [
        Step(f"{label} {certainty.AT_END}" if unread else label, *words.at(part, outcome), unreadable=unread)
        for label, part, unread in parts
    ]
    return _waterfall(found, outcome, steps, words.inside_outside(found, outcome))


def _waterfall(found: Explanation, outcome: int, steps: Sequence[Step], said: str) -> Spec:
    one = found.outcomes[outcome]
    off, on = (
        Step(f"{label}{certainty.marked(found.bounds_at(outcome), world)}", *words.at(part, outcome), level=True)
        for label, part, world in (
            ("Everything off", found.without_any, NONE), ("Everything on", found.with_all, ALL)
        )
    )  # fmt: skip
    rows = _cumulated([off, *steps, on])
    unit = formatting.unit(one.unit)
    x = alt.X("from:Q", title=unit, scale=alt.Scale(zero=False), axis=_axis(rows))
    way = alt.Color("way:N", scale=scale([UP, DOWN], SERIES), legend=None)
    tips = tooltip(what="What", told=f"{unit} (90%)")
    with debug_mode(False):
        base = named("steps").encode(y=_y("step", [row["step"] for row in rows]))
        chart = alt.layer(
            base.transform_filter("!datum.level")
            .mark_bar(height=15, aria=False)
            .encode(x=x, x2="to:Q", color=way, tooltip=tips),
            base.mark_rule(style="cursor", strokeWidth=1.5, aria=False).encode(x="low:Q", x2="high:Q", tooltip=tips),
            base.transform_filter("datum.level")
            .mark_point(style="cursor", shape="diamond", size=90, filled=True, opacity=1, aria=False)
            .encode(x="to:Q", tooltip=tips),
        )
        head = f"{one.title}, {unit}: {formatting.number(off.value)} with everything off, "
        head += f"{formatting.number(on.value)} with everything on."
        return finished(chart, ROW * len(rows), f"{head} {said}", {"steps": rows})


def _cumulated(steps: Sequence[Step]) -> list[Row]:
    """The ends of each bar; the interval of what it adds lies around its end."""
    rows, reached = [], 0.0
    for step in steps:
        begin = 0.0 if step.level else reached
        reached = begin + step.value
        low, high = (reached if step.unreadable else begin + end for end in (step.low, step.high))
        text = _with_interval(step.value, step.low, step.high)
        if step.unreadable:
            text = f"{signed(step.value)}, cannot be read"
        if step.level:
            text = formatting.number(step.value)
            text += "" if step.low == step.high else f" ({formatting.interval(step.low, step.high)})"
        ends = {"from": _round(begin), "to": _round(reached), "low": _round(low), "high": _round(high)}
        way = UP if step.value >= 0 else DOWN
        rows.append({"step": f"{step.label}|{text}", "what": step.label, "told": text, "level": step.level, "way": way})
        rows[-1] |= ends
    return rows


def mechanisms(found: Explanation, outcome: int) -> Spec:
    """The Vega-Lite spec of the strongest mechanisms with their intervals, and their values in the exact game."""
    names, exact = found.every.strongest(MOST, outcome), found.strongest
    games = [(SAMPLED, found.every), *([(EXACT, exact)] if exact is not None else [])]
    rows = []
    for kind, game in games:
        for name in (one for one in names if one in game.players):
            value, low, high = words.of(game, game.players.index(name), outcome)
            row = {"what": wrapped(words.title(name)), "game": kind, "told": _with_interval(value, low, high)}
            rows.append(row | {"value": value, "low": low, "high": high})
    one, kinds = found.outcomes[outcome], [kind for kind, _ in games]
    unit = formatting.unit(one.unit)
    shape = alt.Shape("game:N", scale=scale(kinds, ("circle", "diamond")), legend=None, sort=kinds)
    tips = tooltip(what="Mechanism", game="Game", told=f"{unit} (90%)")
    with debug_mode(False):
        base = named("mechanisms").encode(
            y=_y("what", [wrapped(words.title(name)) for name in names]),
            yOffset=alt.YOffset("game:N", sort=kinds, scale=alt.Scale(domain=kinds, paddingOuter=0.6)),
            color=alt.Color("game:N", scale=scale(kinds, SERIES), legend=None, sort=kinds),
        )
        chart = alt.layer(
            named("zero").mark_rule(style="cursor", opacity=0.6, aria=False).encode(x="zero:Q"),
            base.mark_rule(strokeWidth=2.2, opacity=0.75, aria=False).encode(
                x=alt.X("low:Q", title=unit, axis=_axis(rows)), x2="high:Q"
            ),
            base.mark_point(size=44, filled=True, opacity=1, aria=False).encode(x="value:Q", shape=shape, tooltip=tips),
        )
        height = (32 if exact is not None else 28) * len(names)
        said = f"{one.title}, {unit}. {words.mechanisms(found, outcome)}"
        return finished(chart, height, said, {"mechanisms": rows, "zero": [{"zero": 0}]})


def interactions(found: Explanation, outcome: int) -> Spec | None:
    """The Vega-Lite spec of the heat map: what each of the strongest does alone, and each pair beyond that.

    The numbers stand in the cells with their signs, so that colour only helps; one that cannot be distinguished from
    zero stands in brackets. None where no game of the strongest was played.
    """
    if found.pairs is None:
        return None
    one, players = found.outcomes[outcome], found.pairs.players
    labels = [wrapped(f"{at + 1} {words.title(name)}") for at, name in enumerate(players)]
    effects = np.abs(found.pairs.interaction.mean[:, :, outcome])
    reach = float(np.tril(effects, -1).max(initial=0.0)) or 1.0
    rows = [_cell(found, i, j, outcome, labels[i], reach) for i in range(len(players)) for j in range(i + 1)]
    unit = formatting.unit(one.unit)
    x = alt.X("beside:N", sort=[str(at + 1) for at in range(len(players))], title=None, axis=alt.Axis(labelAngle=0))
    heat = alt.Scale(domain=[-reach, 0, reach], range="diverging", clamp=True, interpolate="rgb")
    legend = alt.Legend(title=f"{unit}, together", orient="top", gradientLength=180, tickCount=3)
    tips = tooltip(what="What", told=f"{unit} (90%)", kind="Together")
    with debug_mode(False):
        base = named("pairs").encode(x=x, y=_y("player", labels))
        chart = alt.layer(
            base.transform_filter("!datum.own")
            .mark_rect(style="border", aria=False)
            .encode(color=alt.Color("value:Q", scale=heat, legend=legend), tooltip=tips),
            base.mark_text(aria=False, fontSize=10).encode(text="said:N", tooltip=tips),
        )
        said = f"{one.title}, {unit}. {words.pairs(found, outcome)}"
        return finished(chart, 36 * len(players), said, {"pairs": rows})


def _cell(found: Explanation, i: int, j: int, outcome: int, label: str, reach: float) -> Row:
    assert found.pairs is not None
    value, low, high = words.at(found.pairs.interaction, i, j, outcome)
    name, other = (words.title(found.pairs.players[k]) for k in (i, j))
    kind = words.pair(found, i, j, outcome) if i != j else ""
    said = "≈0" if 0 < abs(value) < LEAST * reach else short(value)
    return {
        "player": label,
        "beside": str(j + 1),
        "what": f"{name} alone" if i == j else f"{name} and {other}",
        "own": i == j,
        "value": value,
        "said": said if words.clear(low, high) or value == 0 else f"({said})",
        "told": _with_interval(value, low, high),
        "kind": words.WORDS.get(kind, "what it does by itself"),
    }


def wrapped(label: str) -> str:
    """A label with a bar where a line of a chart's axis ends."""
    return "|".join(textwrap.wrap(label, LETTERS))


def _with_interval(value: float, low: float, high: float) -> str:
    """A difference with its interval, and a sign where it cannot be distinguished from zero."""
    known = "" if low == high else f" ({words.ends(low, high)})"
    return f"{signed(value)}{known} {words.mark(low, high)}".strip()


def short(x: float) -> str:
    """`x` with its sign in few letters: +1.2k, −45, +0.03."""
    if not math.isfinite(x):
        return "–"
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(x) >= 0.9995 * size:
            return _two(x / size) + letter
    return _two(x)


def _two(x: float) -> str:
    x = float(f"{x:.2g}" if abs(x) >= 1 else f"{x:.1g}")
    return "0" if x == 0 else (f"{x:+.0f}" if abs(x) >= 10 else f"{x:+.2g}").replace("-", "−")


def _y(field: str, order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=190, labelExpr="split(datum.label, '|')", labelLineHeight=13)
    return alt.Y(f"{field}:N", sort=order, title=None, axis=axis)


def _axis(rows: Sequence[Row]) -> alt.Axis:
    ends = [abs(row[name]) for row in rows for name in ("low", "high") if np.isfinite(row[name])]
    large = max(ends, default=0.0) >= 10_000
    return alt.Axis(tickCount=5, grid=True, format="~s" if large else "~r" if max(ends, default=0.0) < 1 else ",~f")


def _round(x: float) -> float:
    return float(f"{x:.6g}")

"""Charts of an attribution: a waterfall, mechanisms with their intervals, interactions of pairs as a heat map."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fissure.present import certainty, formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import (
    end,
    finished,
    keep,
    layer,
    mark,
    nominal,
    quantitative,
    scale,
    tooltip,
)
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
    x = quantitative("from", title=unit, scale={"zero": False}, axis=_axis(rows))
    way = nominal("way", scale=scale([UP, DOWN], SERIES), legend=None)
    tips = tooltip(what="What", told=f"{unit} (90%)")
    y = _y("step", [row["step"] for row in rows])
    diamond = mark("point", style="cursor", shape="diamond", size=90, filled=True, opacity=1)
    layers = [
        layer(
            "steps", mark("bar", height=15), transform=[keep("!datum.level")],
            x=x, x2=end("to"), y=y, color=way, tooltip=tips,
        ),
        layer(
            "steps", mark("rule", style="cursor", strokeWidth=1.5), transform=[keep("datum.low != datum.high")],
            x=quantitative("low"), x2=end("high"), y=y, tooltip=tips,
        ),
        layer("steps", diamond, transform=[keep("datum.level")], x=quantitative("to"), y=y, tooltip=tips),
    ]  # fmt: skip
    head = f"{one.title}, {unit}: {formatting.number(off.value)} with everything off, "
    head += f"{formatting.number(on.value)} with everything on."
    return finished(layers, ROW * len(rows), f"{head} {said}", {"steps": rows})


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
    shape = nominal("game", scale=scale(kinds, ("circle", "diamond")), legend=None, sort=kinds)
    tips = tooltip(what="Mechanism", game="Game", told=f"{unit} (90%)")
    shared = {
        "y": _y("what", [wrapped(words.title(name)) for name in names]),
        "yOffset": nominal("game", sort=kinds, scale={"domain": kinds, "paddingOuter": 0.6}),
        "color": nominal("game", scale=scale(kinds, SERIES), legend=None, sort=kinds),
    }
    x = quantitative("low", title=unit, axis=_axis(rows))
    layers = [
        layer("zero", mark("rule", style="cursor", opacity=0.6), x=quantitative("zero")),
        layer("mechanisms", mark("rule", strokeWidth=2.2, opacity=0.75), x=x, x2=end("high"), shared=shared),
        layer(
            "mechanisms", mark("point", size=44, filled=True, opacity=1),
            x=quantitative("value"), shape=shape, tooltip=tips, shared=shared,
        ),
    ]  # fmt: skip
    height = (32 if exact is not None else 28) * len(names)
    said = f"{one.title}, {unit}. {words.mechanisms(found, outcome)}"
    return finished(layers, height, said, {"mechanisms": rows, "zero": [{"zero": 0}]})


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
    beside = [str(at + 1) for at in range(len(players))]
    place = {"x": nominal("beside", sort=beside, title=None, axis={"labelAngle": 0}), "y": _y("player", labels)}
    heat = {"domain": [-reach, 0, reach], "range": "diverging", "clamp": True, "interpolate": "rgb"}
    legend = {"title": f"{unit}, together", "orient": "top", "gradientLength": 180, "tickCount": 3}
    tips = tooltip(what="What", told=f"{unit} (90%)", kind="Together")
    layers = [
        layer(
            "pairs", mark("rect", style="border"), transform=[keep("!datum.own")],
            color=quantitative("value", scale=heat, legend=legend), tooltip=tips, shared=place,
        ),
        layer("pairs", mark("text", fontSize=10), text=nominal("said"), tooltip=tips, shared=place),
    ]  # fmt: skip
    said = f"{one.title}, {unit}. {words.pairs(found, outcome)}"
    return finished(layers, 36 * len(players), said, {"pairs": rows})


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


def _y(field: str, order: list[str]) -> Spec:
    axis = {"labelLimit": 190, "labelExpr": "split(datum.label, '|')", "labelLineHeight": 13}
    return nominal(field, sort=order, title=None, axis=axis)


def _axis(rows: Sequence[Row]) -> Spec:
    ends = [abs(row[name]) for row in rows for name in ("low", "high") if np.isfinite(row[name])]
    large = max(ends, default=0.0) >= 10_000
    form = "~s" if large else "~r" if max(ends, default=0.0) < 1 else ",~f"
    return {"tickCount": 5, "grid": True, "format": form}


def _round(x: float) -> float:
    return float(f"{x:.6g}")

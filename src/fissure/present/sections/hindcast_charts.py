"""Charts of a hindcast: forecasts beside what was published, and the probability of collapse over time."""

import math
from collections.abc import Sequence
from datetime import timedelta

from fissure.evidence.entries import Observation
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import (
    end,
    finished,
    layer,
    mark,
    midnight,
    nominal,
    of_series,
    quantitative,
    temporal,
    tooltip,
)
from fissure.present.charts.theme import SERIES
from fissure.present.sections import hindcast_words as words
from fissure.studies.endings import What
from fissure.studies.hindcast import FromDate, Hindcast, Kind
from fissure.studies.score import ForecastScore

MOST = 12
"""Figures on one chart; of more, some are shown that lie evenly in time."""
LINE, GAP = 9, 12
"""Pixels of a forecast's line, and between two figures."""
PRIOR = "prior"
GREY = "#7b8794"
TWO_COLUMNS = 400
"""Pixels that a chart must have for its legend to stand in two columns."""
SHORT: dict[Kind, str] = {"known": "the war as it came", "extrapolated": "only what was known", "prior": "prior"}
FARTHEST = 200.0
"""An interval runs off the chart beyond this factor from what was published."""


def variables(found: Hindcast) -> list[str]:
    """Ids of the variables with a two-sided figure that any date forecasts, those that cost most first."""
    cost: dict[str, list[float]] = {}
    for one in found.dates:
        for row in one.scored["known"]:
            if not row.one_sided:
                cost.setdefault(row.variable, []).append(row.crps)
    return sorted(cost, key=lambda name: -sum(cost[name]) / len(cost[name]))


def forecasts(variable: str, found: Hindcast, ledger: Ledger) -> Spec:
    """The Vega-Lite spec of all forecasts of one variable: figures down the page, a line an ensemble and date."""
    shown, of = _figures(variable, found, ledger)
    names = _forecast_names(found)
    labels = {o.id: _label(o, ledger) for o in shown}
    unit, factor = ledger.variables[variable].unit, shown[0].doubt_abs is None
    rows = [
        row
        for one in found.dates
        for kind in ("known", "extrapolated")
        for row in _rows(one, kind, variable, labels, unit)
    ]
    first: dict[str, Row] = {}
    for one in found.dates:
        for row in _rows(one, "prior", variable, labels, unit):
            first.setdefault(row["figure"], row)
    rows += first.values()
    published = [_published(o, labels[o.id], unit) for o in shown]
    domain = _domain(rows, published, factor)
    for row in published:
        row["from"], row["to"] = (domain[0] if row["from"] is None else row["from"]), row["to"] or domain[1]
    step = LINE * len(names)
    layers = _layers(names, list(labels.values()), domain, factor, unit, step)
    said = _described(variable, found, ledger, len(shown), of)
    return finished(layers, (step + GAP) * len(shown), said, {"forecasts": rows, "published": published})


def chances(found: Hindcast, what: What) -> Spec:
    """The Vega-Lite spec of the probability of collapse by week: a line an ensemble and date."""
    names = _forecast_names(found)
    rows, seen = [], set()
    for one in found.dates:
        for kind, short in SHORT.items():
            name = PRIOR if kind == "prior" else _name(one, kind)
            if name in seen:
                continue
            seen.add(name)
            for week, share in enumerate(one.chance(kind, what).share):
                day = found.start + timedelta(weeks=week + 1)
                rows.append({"week": midnight(day), "share": round(share, 4), "forecast": name, "kind": short})
    weeks = len({row["week"] for row in rows})
    starts = [{"week": midnight(one.date), "forecast": _name(one, "known")} for one in found.dates]
    columns = {"expr": f"width < {TWO_COLUMNS} ? 1 : 2"}
    legend = {"orient": "top", "title": None, "columns": columns, "symbolType": "stroke", "symbolSize": 300}
    colour, dash = _colour(names, legend), _dash(names, legend)
    x = temporal("week", title=None, axis={"format": "%Y", "tickCount": "year"})
    y = quantitative("share", title="probability", scale={"domain": [0, 1]}, axis={"format": ".0%"})
    layers = [
        layer("starts", mark("rule", opacity=0.5), x=x, color=colour),
        layer("by", mark("rule", strokeDash=[2, 3], style="cursor"), x=x),
        layer(
            "chances", mark("line", strokeWidth=2, interpolate="step-after"), x=x, y=y, color=colour, strokeDash=dash
        ),
        of_series("chances", x, "forecast", "format(datum.share, '.0%')", {name: name for name in names}, weeks),
    ]  # fmt: skip
    by = [{"week": midnight(found.quoted)}]
    return finished(layers, 260, _description(found, what), {"chances": rows, "starts": starts, "by": by})


def _layers(
    names: list[str], figures: list[str], domain: tuple[float, float], factor: bool, unit: str, step: int
) -> list[Spec]:
    axis = {"tickCount": 5, "grid": True, **_format(unit, domain[1])}
    scale = {"type": "log" if factor else "linear", "domain": list(domain), "clamp": True, "nice": False}
    title = None if unit == "share" else formatting.unit(unit)
    band = {"paddingInner": GAP / (step + GAP), "paddingOuter": 0.1}
    label = {"labelLimit": 150, "labelExpr": "split(datum.label, ', ')"}
    y = nominal("figure", sort=figures, title=None, scale=band, axis=label)

    def x(field: str) -> Spec:
        return quantitative(field, title=title, scale=scale, axis=axis)

    tips = tooltip(figure="Figure", forecast="Forecast", said="Median (90%)")
    of_figure = tooltip(figure="Published", said="Number", doubt="90% with doubt")
    line = {"y": y, "yOffset": nominal("forecast", sort=names, scale={"domain": names}), "color": _colour(names)}
    return [
        layer(
            "published", mark("bar", opacity=0.13, style="cursor", clip=True),
            x=x("from"), x2=end("to"), y=y, tooltip=of_figure,
        ),
        layer(
            "published", mark("tick", thickness=2, size=step, style="cursor", orient="vertical"),
            x=x("value"), y=y, tooltip=of_figure,
        ),
        layer(
            "forecasts", mark("rule", strokeWidth=2.2, opacity=0.75, clip=True),
            x=x("low"), x2=end("high"), strokeDash=_dash(names), shared=line,
        ),
        layer(
            "forecasts", mark("point", size=34, filled=True, opacity=1),
            x=x("median"), shape=_shape(names), tooltip=tips, shared=line,
        ),
    ]  # fmt: skip


def _rows(one: FromDate, kind: Kind, variable: str, labels: dict[str, str], unit: str) -> list[Row]:
    return [
        {
            "figure": labels[row.observation],
            "forecast": PRIOR if kind == "prior" else _name(one, kind),
            **{end: float(f"{words.plain(getattr(row, end), row.scale):.4g}") for end in ("low", "median", "high")},
            "said": _said(row, unit),
        }
        for row in one.scored[kind]
        if row.observation in labels
    ]


def _said(row: ForecastScore, unit: str) -> str:
    low, median, high = (words.plain(x, row.scale) for x in (row.low, row.median, row.high))
    return f"{formatting.number(median, unit)} ({formatting.interval(low, high, unit)})"


def _figures(variable: str, found: Hindcast, ledger: Ledger) -> tuple[list[Observation], int]:
    rows = [row for one in found.dates for row in one.scored["known"]]
    ids = dict.fromkeys(r.observation for r in rows if r.variable == variable and not r.one_sided)
    own = sorted((ledger.observations[name] for name in ids), key=lambda o: (o.when, o.id))
    if len(own) <= MOST:
        return own, len(own)
    return [own[round(n * (len(own) - 1) / (MOST - 1))] for n in range(MOST)], len(own)


def _published(o: Observation, label: str, unit: str) -> Row:
    band = o.band
    return {
        "figure": label,
        "value": o.published,
        "from": None if math.isinf(band[0]) else band[0],
        "to": None if math.isinf(band[1]) else band[1],
        "said": formatting.published(o) + ("" if unit == "share" else f" {formatting.unit(unit)}"),
        "doubt": formatting.interval(*band, unit),
    }


def _domain(rows: Sequence[Row], published: Sequence[Row], factor: bool) -> tuple[float, float]:
    values = [row["value"] for row in published]
    ends = [e for row in published for e in (row["from"], row["to"], row["value"]) if e is not None]
    low = min([row["low"] for row in rows] + ends)
    high = max([row["high"] for row in rows] + ends)
    if factor:
        return max(low, min(values) / FARTHEST), min(high, max(values) * FARTHEST)
    return max(low, min(values) - 1.2), min(high, max(values) + 1.2)


def _format(unit: str, top: float) -> Spec:
    if unit == "share":
        return {"format": ".0%"}
    return {"format": "~s"} if top >= 10_000 else {"format": ",~r"}


def _forecast_names(found: Hindcast) -> list[str]:
    kinds: tuple[Kind, ...] = ("known", "extrapolated")
    return [*(_name(one, kind) for one in found.dates for kind in kinds), PRIOR]


def _name(one: FromDate, kind: Kind) -> str:
    return f"{one.date:%b %Y}, {SHORT[kind]}"


def _colour(names: list[str], legend: Spec | None = None) -> Spec:
    colours = [SERIES[n // 2 % len(SERIES)] for n in range(len(names) - 1)]
    return nominal("forecast", scale={"domain": names, "range": [*colours, GREY]}, legend=legend, sort=names)


def _dash(names: list[str], legend: Spec | None = None) -> Spec:
    dashes = [[1, 0] if n % 2 == 0 else [4, 3] for n in range(len(names))]
    return nominal("forecast", scale={"domain": names, "range": dashes}, legend=legend, sort=names)


def _shape(names: list[str]) -> Spec:
    shapes = [*("circle" if n % 2 == 0 else "square" for n in range(len(names) - 1)), "diamond"]
    return nominal("forecast", scale={"domain": names, "range": shapes}, legend=None)


def _label(o: Observation, ledger: Ledger) -> str:
    return f"{formatting.when(o)}, {formatting.short(o, ledger.sources)}"


def _described(variable: str, found: Hindcast, ledger: Ledger, shown: int, of: int) -> str:
    said = f"{ledger.variables[variable].title}: forecasts of {shown} of {of} figures beside what was published."
    for one in found.dates:
        own = [row for row in one.scored["known"] if row.variable == variable and not row.one_sided]
        if own:
            inside = sum(row.covered for row in own)
            said += f" From {one.date:%B %Y}: {inside} of {len(own)} within the 90% interval."
    return said


def _description(found: Hindcast, what: What) -> str:
    said = f"Probability that {'the area held' if what == 'territory' else 'the number of fighters'} has collapsed."
    for one in found.dates:
        parts = [f"{SHORT[k]} {words.chance(one.chance(k, what).by(found.quoted, found.start))}" for k in SHORT]
        said += f" From {one.date:%B %Y}, by {formatting.day(found.quoted)}: {', '.join(parts)}."
    return said

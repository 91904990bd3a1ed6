"""Charts of a calibration: parameter recovery, two methods side by side, training and validation loss."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present import formatting
from fissure.present.charts.shared import finished, finite, legend, of_series, tooltip
from fissure.present.charts.theme import SERIES
from fissure.present.document import Drawing
from fissure.present.words import calibration as words
from fissure.present.words import inference_checks as inference
from fissure.studies.calibration.checks import Agreement, PredictiveCheck, Recovery

INSIDE, OUTSIDE = "within what chance gives", "outside"
NEAR, APART, OTHER = "main margin, near", "main margin, apart", "other"


def coverage(recovery: Recovery, titles: Mapping[str, str]) -> dict[str, Any]:
    """The spec of the coverage of each target, beside what chance gives an honest 90% interval."""
    low, high = inference.band(recovery.sets)
    ordered = sorted(recovery.targets, key=lambda one: (one.covered, one.target))
    rows = [
        {
            "at": at,
            "what": titles.get(one.target, one.target),
            "target": one.target,
            "covered": finite(one.covered),
            "said": f"{one.covered:.0%}",
            "where": INSIDE if low - 1e-9 <= one.covered <= high + 1e-9 else OUTSIDE,
            "ranks": f"p = {one.rank_p:.2g}",
            "contraction": formatting.percent(one.contraction),
        }
        for at, one in enumerate(ordered)
    ]
    floor = min([low, *(one.covered for one in ordered)])
    scale = alt.Scale(domain=[max(0.0, math.floor(20 * floor - 0.5) / 20), 1.0])
    y = alt.Y("covered:Q", title="true values inside", axis=alt.Axis(format="%", tickCount=5), scale=scale)
    with debug_mode(False):
        band = alt.Chart(alt.NamedData(name="band"))
        points = alt.Chart(alt.NamedData(name="targets")).mark_point(filled=True, size=46, opacity=0.95, aria=False)
        chart = alt.layer(
            band.mark_rect(opacity=0.16, color=SERIES[0], aria=False).encode(y=alt.Y("low:Q", scale=scale), y2="high"),
            band.mark_rule(strokeDash=[4, 3], style="cursor", aria=False).encode(y=alt.Y("honest:Q", scale=scale)),
            points.encode(
                x=alt.X("at:Q", axis=None, scale=alt.Scale(padding=8, nice=False, zero=False)),
                y=y,
                color=_coloured("where:N", [INSIDE, OUTSIDE]),
                shape=_shaped("where:N", [INSIDE, OUTSIDE]),
                tooltip=tooltip(
                    what="Target", target="Name", said="Coverage", ranks="Ranks uniform", contraction="Contraction"
                ),
            ),
        )
        least = rows[0]["said"] if rows else "none"
        said = (
            f"Coverage of {len(rows)} targets over {recovery.sets} synthetic data sets, from {least} up; "
            f"honest 90% intervals lie between {low:.0%} and {high:.0%}."
        )
        return finished(chart, 240, said, {"band": [{"low": low, "high": high, "honest": 0.9}], "targets": rows})


def agreement(agreements: Sequence[Agreement], titles: Mapping[str, str]) -> dict[str, Any]:
    """The spec of the means of both methods against each other, with one standard deviation each way."""
    rows = [_agreed(one, titles) for one in agreements]
    reach = max([1.0, *(abs(row[key]) for row in rows for key in ("left", "right", "lower", "upper") if row[key])])
    reach = math.ceil(2 * min(reach, 6.0)) / 2
    scale = alt.Scale(domain=[-reach, reach], clamp=True)
    x = alt.X("mean:Q", title="mean by the flow, in standard deviations of the prior", scale=scale, axis=_few())
    y = alt.Y("abc:Q", title="mean by regression ABC", scale=scale, axis=_few())
    names = [NEAR, APART, OTHER]
    colour = _coloured("kind:N", names, (SERIES[0], SERIES[1], SERIES[5]))
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="margins")).encode(color=colour)
        chart = alt.layer(
            alt.Chart(alt.NamedData(name="same"))
            .mark_line(strokeDash=[4, 3], strokeWidth=1, style="cursor", aria=False)
            .encode(x=alt.X("mean:Q", scale=scale), y=alt.Y("abc:Q", scale=scale)),
            base.mark_rule(opacity=0.35, aria=False).encode(x=alt.X("left:Q", scale=scale), x2="right", y=y),
            base.mark_rule(opacity=0.35, aria=False).encode(y=alt.Y("lower:Q", scale=scale), y2="upper", x=x),
            base.mark_point(filled=True, size=50, opacity=0.95, aria=False).encode(
                x=x, y=y, shape=_shaped("kind:N", names),
                tooltip=tooltip(
                    what="Target", target="Name", flow="By the flow", second="Regression ABC", apart="Apart"
                ),
            ),
        )  # fmt: skip
        main = [row for row in rows if row["kind"] != OTHER]
        said = f"Means of {len(rows)} targets by two methods; {len(main)} are main margins, "
        said += f"{sum(row['kind'] == APART for row in main)} of them a standard deviation or more apart."
        ends = [{"mean": end, "abc": end} for end in (-reach, reach)]
        return finished(chart, 330, said, {"same": ends, "margins": rows})


def losses(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """The spec of the training and the validation loss by epoch."""
    kinds = ("training", "validation")
    rows = [
        {"epoch": epoch, "loss": finite(loss), "kind": kind}
        for epoch, pair in enumerate(found, start=1)
        for kind, loss in zip(kinds, pair, strict=True)
    ]
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="losses"))
        x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(zero=False, nice=False))
        line = base.mark_line(
            point=alt.OverlayMarkDef(size=18) if len(found) < 30 else False, strokeWidth=2, aria=False
        ).encode(
            x=x,
            y=alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False)),
            color=_coloured("kind:N", kinds),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=list(kinds), range=[[1, 0], [6, 3]]), legend=legend(3, 170)
            ),
        )
        titles = {kind: f"{kind.capitalize()} loss" for kind in kinds}
        epochs = {"shorthand": "epoch:Q", "title": "Epoch"}
        epoch = of_series(base, x, "kind", "format(datum.loss, '.4g')", titles, len(found), epochs)
        chart = alt.layer(line, epoch)
        ends = f"; validation loss from {found[0][1]:.4g} to {found[-1][1]:.4g}" if found else ""
        return finished(chart, 180, f"Training and validation loss over {len(found)} epochs{ends}.", {"losses": rows})


def _agreed(one: Agreement, titles: Mapping[str, str]) -> dict[str, Any]:
    near = one.apart < 1
    return {
        "what": titles.get(one.target, one.target),
        "target": one.target,
        "mean": finite(one.mean),
        "abc": finite(one.abc_mean),
        "left": finite(one.mean - one.spread),
        "right": finite(one.mean + one.spread),
        "lower": finite(one.abc_mean - one.abc_spread),
        "upper": finite(one.abc_mean + one.abc_spread),
        "kind": (NEAR if near else APART) if one.main else OTHER,
        "flow": words.spread(one.mean, one.spread),
        "second": words.spread(one.abc_mean, one.abc_spread),
        "apart": f"{one.apart:.2f} standard deviations",
    }


def _few() -> alt.Axis:
    return alt.Axis(tickCount=6, labelFlush=False)


def _coloured(field: str, names: Sequence[str], colours: Sequence[str] = SERIES) -> alt.Color:
    return alt.Color(
        field,
        scale=alt.Scale(domain=list(names), range=list(colours[: len(names)])),
        legend=legend(3, 170),
    )


def _shaped(field: str, names: Sequence[str]) -> alt.Shape:
    shapes = ["circle", "diamond", "cross"]
    return alt.Shape(field, scale=alt.Scale(domain=list(names), range=shapes[: len(names)]), legend=legend(3, 170))


WIDTH, EDGE = 180, 7
"""Pixels of the picture of a predictive check, and of the room at its two ends."""


def predictive(check: PredictiveCheck, alt_text: str) -> Drawing:
    """A predictive interval with its median (an upright line), and the published figure: ● inside, ◆ outside.

    The interval fills the middle half of every picture; what is further out than one width of it stands at the edge.
    """
    low, length = WIDTH / 4 + EDGE / 2, (WIDTH - 2 * EDGE) / 2
    median, at = (_across(x, check) for x in (check.median, check.published))
    mark = (
        f'<circle class="inside" cx="{at}" cy="10" r="4.5"/>'
        if check.inside
        else f'<rect class="outside" x="{at - 4.5}" y="5.5" width="9" height="9" transform="rotate(45 {at} 10)"/>'
    )
    return Drawing(
        f'<svg width="{WIDTH}" height="20" viewBox="0 0 {WIDTH} 20" role="img" aria-label="{escape(alt_text)}">'
        f'<rect class="one" x="{low}" y="6" width="{length}" height="8"/>'
        f'<line x1="{median}" y1="4" x2="{median}" y2="16" stroke="currentColor"/>{mark}</svg>',
        alt_text,
    )


def _across(x: float, check: PredictiveCheck) -> float:
    """Pixels from the left, as `predictive` places it."""
    width = check.high - check.low
    away = (x - check.low) / width if width > 0 else 0.5 if x == check.low else math.copysign(9.0, x - check.low)
    return round(min(max(WIDTH / 4 + EDGE / 2 + (WIDTH - 2 * EDGE) / 2 * away, EDGE), WIDTH - EDGE), 1)

"""Charts of a calibration: coverage of what is known, two methods side by side, losses of the training."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present.charts import hover
from fissure.present.charts.theme import SERIES
from fissure.present.words import calibration as words
from fissure.present.words import calibration_checks as trust
from fissure.studies.calibrate.checks import Recovery
from fissure.studies.calibrate.simple import Agreement

INSIDE, OUTSIDE = "within what chance gives", "outside"
NEAR, APART, OTHER = "main margin, near", "main margin, apart", "other"


def coverage(recovery: Recovery, titles: Mapping[str, str]) -> dict[str, Any]:
    """The spec of the coverage of each target, beside what chance gives an honest 90% interval."""
    low, high = trust.band(recovery.sets)
    ordered = sorted(recovery.targets, key=lambda one: (one.covered, one.target))
    rows = [
        {
            "at": at,
            "what": titles.get(one.target, one.target),
            "target": one.target,
            "covered": _finite(one.covered),
            "said": f"{one.covered:.0%}",
            "where": INSIDE if low - 1e-9 <= one.covered <= high + 1e-9 else OUTSIDE,
            "ranks": f"p = {one.rank_p:.2g}",
            "contraction": words.percent(one.contraction),
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
                tooltip=_tooltip(
                    what="Target", target="Name", said="Coverage", ranks="Ranks uniform", contraction="Contraction"
                ),
            ),
        )
        said = (
            f"Coverage of {len(rows)} targets over {recovery.sets} synthetic data sets, from {_least(rows)} up; honest "
            f"90% intervals lie between {low:.0%} and {high:.0%}."
        )
        spec = _finished(chart, 240, said)
    return spec | {"datasets": {"band": [{"low": low, "high": high, "honest": 0.9}], "targets": rows}}


def agreement(agreements: Sequence[Agreement], titles: Mapping[str, str]) -> dict[str, Any]:
    """The spec of the means of both methods against each other, with one standard deviation each way."""
    rows = [_agreed(one, titles) for one in agreements]
    reach = max([1.0, *(abs(row[key]) for row in rows for key in ("left", "right", "lower", "upper") if row[key])])
    reach = math.ceil(2 * min(reach, 6.0)) / 2
    scale = alt.Scale(domain=[-reach, reach], clamp=True)
    x = alt.X("mean:Q", title="mean by the flow, in standard deviations of the prior", scale=scale, axis=_few())
    y = alt.Y("simple:Q", title="mean by the second method", scale=scale, axis=_few())
    names = [NEAR, APART, OTHER]
    colour = _coloured("kind:N", names, (SERIES[0], SERIES[1], SERIES[5]))
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="margins")).encode(color=colour)
        chart = alt.layer(
            alt.Chart(alt.NamedData(name="same"))
            .mark_line(strokeDash=[4, 3], strokeWidth=1, style="cursor", aria=False)
            .encode(x=alt.X("mean:Q", scale=scale), y=alt.Y("simple:Q", scale=scale)),
            base.mark_rule(opacity=0.35, aria=False).encode(x=alt.X("left:Q", scale=scale), x2="right", y=y),
            base.mark_rule(opacity=0.35, aria=False).encode(y=alt.Y("lower:Q", scale=scale), y2="upper", x=x),
            base.mark_point(filled=True, size=50, opacity=0.95, aria=False).encode(
                x=x, y=y, shape=_shaped("kind:N", names),
                tooltip=_tooltip(
                    what="Target", target="Name", flow="By the flow", second="Second method", apart="Apart"
                ),
            ),
        )  # fmt: skip
        main = [row for row in rows if row["kind"] != OTHER]
        said = f"Means of {len(rows)} targets by two methods; {len(main)} are main margins, "
        said += f"{sum(row['kind'] == APART for row in main)} of them a standard deviation or more apart."
        spec = _finished(chart, 330, said)
    ends = [{"mean": end, "simple": end} for end in (-reach, reach)]
    return spec | {"datasets": {"same": ends, "margins": rows}}


def losses(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """The spec of the loss by epoch, of members that training sees and of those that it does not."""
    kinds = ("seen", "never seen")
    rows = [
        {"epoch": epoch, "loss": _finite(loss), "members": kind}
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
            color=_coloured("members:N", kinds),
            strokeDash=alt.StrokeDash(
                "members:N", scale=alt.Scale(domain=list(kinds), range=[[1, 0], [6, 3]]), legend=_legend()
            ),
        )
        titles = {kind: f"Loss, members {kind}" for kind in kinds}
        epochs = {"shorthand": "epoch:Q", "title": "Epoch"}
        epoch = hover.of_series(base, x, "members", "format(datum.loss, '.4g')", titles, len(found), epochs)
        chart = alt.layer(line, epoch)
        told = f", from {found[0][1]:.4g} to {found[-1][1]:.4g} on members never seen" if found else ""
        spec = _finished(chart, 180, f"Loss of the training over {len(found)} epochs{told}.")
    return spec | {"datasets": {"losses": rows}}


def _agreed(one: Agreement, titles: Mapping[str, str]) -> dict[str, Any]:
    near = one.apart < 1
    return {
        "what": titles.get(one.target, one.target),
        "target": one.target,
        "mean": _finite(one.mean),
        "simple": _finite(one.simple_mean),
        "left": _finite(one.mean - one.spread),
        "right": _finite(one.mean + one.spread),
        "lower": _finite(one.simple_mean - one.simple_spread),
        "upper": _finite(one.simple_mean + one.simple_spread),
        "kind": (NEAR if near else APART) if one.main else OTHER,
        "flow": f"{one.mean:+.2f} ± {one.spread:.2f}",
        "second": f"{one.simple_mean:+.2f} ± {one.simple_spread:.2f}",
        "apart": f"{one.apart:.2f} standard deviations",
    }


def _few() -> alt.Axis:
    return alt.Axis(tickCount=6, labelFlush=False)


def _coloured(field: str, names: Sequence[str], colours: Sequence[str] = SERIES) -> alt.Color:
    return alt.Color(
        field,
        scale=alt.Scale(domain=list(names), range=list(colours[: len(names)])),
        legend=_legend(),
    )


def _shaped(field: str, names: Sequence[str]) -> alt.Shape:
    shapes = ["circle", "diamond", "cross"]
    return alt.Shape(field, scale=alt.Scale(domain=list(names), range=shapes[: len(names)]), legend=_legend())


def _legend() -> alt.Legend:
    """Equal for colour and shape, so that they make one."""
    return alt.Legend(orient="top", title=None, columns=3, labelLimit=170, symbolOpacity=1)


def _tooltip(**columns: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in columns.items()]


def _least(rows: Sequence[Mapping[str, Any]]) -> str:
    return str(rows[0]["said"]) if rows else "none"


def _finite(x: float) -> float | None:
    """`x` to five digits, or nothing where it is no number: JSON knows none of the others."""
    return float(f"{x:.5g}") if math.isfinite(x) else None


def _finished(chart: alt.LayerChart | alt.FacetChart | alt.Chart, height: int, description: str) -> dict[str, Any]:
    done = chart.properties(
        width=460, height=height, description=description, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
    spec: dict[str, Any] = done.to_dict(validate=False)
    return spec | {"width": "container"}

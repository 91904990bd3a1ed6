"""How the checks of a calibration are put in words: five checks, and what fails each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode
from scipy.stats import binom

from fissure.present import formatting
from fissure.present.charts.shared import SERIES, finished, finite, legend, of_series, tooltip
from fissure.present.document import Drawing
from fissure.present.sections import learned as words
from fissure.studies.calibration import Calibration
from fissure.studies.calibration.checks import LEVEL, PredictiveCheck, Recovery, TargetRecovery
from fissure.studies.calibration.regression_abc import MAIN, Agreement
from fissure.studies.measurement import Datum

COVERAGE_ERROR = 0.05
"""How far the coverage over all targets may be from nine in ten."""
AGREEMENT = 0.9
"""Part of the main margins on which the two methods should be less than one standard deviation apart."""
EFFECTIVE = 50
"""Effective sample size that the weights of the histories that go on should have."""
REPRODUCED = 0.8
"""Part of the observations that should lie inside their 90% predictive intervals."""
KEY = (
    "Parameter recovery and rank statistics hold where no more targets fail than chance lets fail: of each target the "
    "coverage should lie in the range that holds 99% of what chance gives an honest 90% interval, and the ranks should "
    f"pass for uniform at {LEVEL:.0%}. The coverage over all targets should be within {100 * COVERAGE_ERROR:.0f} "
    f"points of 90%. The second method agrees where the means of at least {AGREEMENT:.0%} of the main margins, those "
    f"that lose at least {MAIN:.0%} of their prior variance by either method, are less than one standard deviation "
    f"apart. The posterior predictive check holds where at least {REPRODUCED:.0%} of the observations lie inside "
    "their 90% predictive intervals. The weights of the histories that go on should have an effective sample size of "
    f"at least {EFFECTIVE}."
)


@dataclass(frozen=True)
class InferenceCheck:
    """One check of the inference; `holds` is None where there was nothing to check."""

    name: str
    holds: bool | None
    said: str

    @property
    def sign(self) -> str:
        """Its result in words, so that it does not depend on colour."""
        return {True: "✓ holds", False: "✗ fails", None: "– nothing to check"}[self.holds]


def checks(found: Calibration) -> list[InferenceCheck]:
    """The five checks, those that fail first."""
    every = [_recovery(found), _ranks(found), _second_method(found), _predictive(found), _effective(found)]
    return sorted(every, key=lambda check: (check.holds is not False, check.holds is True))


def verdict(found: Calibration) -> str:
    """How many of the checks fail, and which."""
    every = checks(found)
    failed = [check.name for check in every if check.holds is False]
    if not failed:
        return f"None of the {len(every)} checks of the inference fails."
    return f"{len(failed)} of {len(every)} checks of the inference {_s(failed, 'fails', 'fail')}: {', '.join(failed)}."


def band(sets: int) -> tuple[float, float]:
    """The coverage that chance gives an honest 90% interval over `sets` data sets, with 99% probability."""
    low, high = binom.ppf([0.005, 0.995], sets, 0.9) / sets
    return float(low), float(high)


def uncovered(found: Calibration) -> list[TargetRecovery]:
    """Targets whose coverage lies outside `band`, those covered least first."""
    low, high = band(found.recovery.sets)
    out = [one for one in found.recovery.targets if not low - 1e-9 <= one.covered <= high + 1e-9]
    return sorted(out, key=lambda one: one.covered)


def uneven(found: Calibration) -> list[TargetRecovery]:
    """Targets whose ranks are not uniform, the worst first."""
    return sorted((one for one in found.recovery.targets if not one.rank_p > LEVEL), key=lambda one: one.rank_p)


def main_margins(found: Calibration) -> list[Agreement]:
    """Margins on which the two methods are compared, the furthest apart first."""
    return sorted((one for one in found.agreements if one.main), key=lambda one: -one.apart)


def apart(found: Calibration) -> list[Agreement]:
    """Main margins on which the two methods are a standard deviation or more apart, the furthest first."""
    return [one for one in main_margins(found) if not one.apart < 1]


def outside(found: Calibration) -> list[tuple[Datum, PredictiveCheck]]:
    """Observations outside their predictive intervals, the furthest out first.

    How far is counted in widths of the interval, so that a figure with much doubt needs to be further off.
    """

    def far(pair: tuple[Datum, PredictiveCheck]) -> float:
        one = pair[1]
        return max(one.published - one.high, one.low - one.published) / max(one.high - one.low, 1e-9)

    pairs = zip(found.items, found.predictive, strict=True)
    return sorted((pair for pair in pairs if not pair[1].inside), key=far, reverse=True)


def _recovery(found: Calibration) -> InferenceCheck:
    one, wrong = found.recovery, uncovered(found)
    low, high = band(one.sets)
    said = (
        f"The 90% intervals hold {one.covered:.0%} of the true values over {one.sets:,} synthetic data sets; of "
        f"{len(one.targets)} targets {len(wrong)} {_s(wrong, 'lies', 'lie')} outside what chance gives an honest "
        f"interval ({low:.0%} to {high:.0%})."
    )
    near = not one.targets or abs(one.covered - 0.9) <= COVERAGE_ERROR + 1e-9
    return InferenceCheck("parameter recovery", _by_chance(wrong, one.targets) if near else False, said)


def _ranks(found: Calibration) -> InferenceCheck:
    targets, wrong = found.recovery.targets, uneven(found)
    said = (
        "The ranks of the true values among the draws pass for uniform for "
        f"{found.recovery.uniform:.0%} of the targets ({len(targets) - len(wrong)} of {len(targets)}); where "
        f"all is well about {1 - LEVEL:.0%} do."
    )
    return InferenceCheck("rank statistics", _by_chance(wrong, targets), said)


def _second_method(found: Calibration) -> InferenceCheck:
    main = main_margins(found)
    if not main:
        said = (
            f"No target loses {MAIN:.0%} of its prior variance by either method, so there is no main margin to compare."
        )
        return InferenceCheck("second method", None, said)
    near = len(main) - len(apart(found))
    said = (
        f"Regression ABC agrees with the flow on {near} of {len(main)} main margins ({near / len(main):.0%}): the two "
        "means are less than one standard deviation apart."
    )
    return InferenceCheck("second method", near / len(main) >= AGREEMENT, said)


def _predictive(found: Calibration) -> InferenceCheck:
    every = len(found.predictive)
    if not every:
        return InferenceCheck("posterior predictive check", None, "There is no observation to predict.")
    within = every - len(outside(found))
    said = (
        f"{within} of {formatting.figures(every)} ({within / every:.0%}) lie inside the 90% interval of what their "
        "publishers would have reported of histories from the posterior."
    )
    return InferenceCheck("posterior predictive check", within / every >= REPRODUCED, said)


def _effective(found: Calibration) -> InferenceCheck:
    if not found.state:
        said = "No observation is of the state at the cut-off, so every history goes on."
        return InferenceCheck("effective sample size", None, said)
    of = found.posterior.made["histories"]
    said = (
        f"{of:,} simulated histories were weighted by {formatting.figures(len(found.state))} of the state at the "
        f"cut-off; the weights have an effective sample size of {found.effective_size:.0f}."
    )
    return InferenceCheck("effective sample size", found.effective_size >= EFFECTIVE, said)


def _by_chance(wrong: Sequence[TargetRecovery], targets: Sequence[TargetRecovery]) -> bool | None:
    """Whether no more fail than would by chance, at 1%, if each fails with a probability of 1%."""
    return bool(len(wrong) <= binom.ppf(0.99, len(targets), 0.01)) if targets else None


def _s(listed: Sequence[object], one: str, many: str) -> str:
    return one if len(listed) == 1 else many


INSIDE, OUTSIDE = "within what chance gives", "outside"
NEAR, APART, OTHER = "main margin, near", "main margin, apart", "other"


def coverage_chart(recovery: Recovery, titles: Mapping[str, str]) -> dict[str, Any]:
    """The spec of the coverage of each target, beside what chance gives an honest 90% interval."""
    low, high = band(recovery.sets)
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
        field = alt.Chart(alt.NamedData(name="band"))
        points = alt.Chart(alt.NamedData(name="targets")).mark_point(filled=True, size=46, opacity=0.95, aria=False)
        chart = alt.layer(
            field.mark_rect(opacity=0.16, color=SERIES[0], aria=False).encode(y=alt.Y("low:Q", scale=scale), y2="high"),
            field.mark_rule(strokeDash=[4, 3], style="cursor", aria=False).encode(y=alt.Y("honest:Q", scale=scale)),
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


def agreement_chart(agreements: Sequence[Agreement], titles: Mapping[str, str]) -> dict[str, Any]:
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


def losses_chart(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
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


def predictive_picture(check: PredictiveCheck, alt_text: str) -> Drawing:
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

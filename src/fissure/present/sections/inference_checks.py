"""The checks of a calibration in words and charts: five checks, and what fails each."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from scipy.stats import binom

from fissure.present import formatting
from fissure.present.charts import Spec
from fissure.present.charts.shared import (
    end,
    finished,
    finite,
    layer,
    legend,
    mark,
    nominal,
    of_series,
    quantitative,
    scale,
    tooltip,
)
from fissure.present.charts.theme import SERIES
from fissure.present.document import Drawing
from fissure.studies.calibration.checks import LEVEL, MAIN, Agreement, PredictiveCheck, Recovery, TargetRecovery
from fissure.studies.calibration.fit import Calibration
from fissure.studies.measurement import Datum

COVERAGE_ERROR = 0.05
"""The distance that the coverage over all targets may be from nine in ten."""
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
    """The number of checks that fail, and which."""
    every = checks(found)
    failed = [check.name for check in every if check.holds is False]
    if not failed:
        return f"None of the {len(every)} checks of the inference fails."
    return f"{len(failed)} of {len(every)} checks of the inference {_s(failed, 'fails', 'fail')}: {', '.join(failed)}."


def band(sets: int) -> tuple[float, float]:
    """The coverage that chance gives an honest 90% interval over `sets` data sets, with 99% probability."""
    low, high = binom.ppf([0.005, 0.995], sets, 0.9) / sets
    return float(low), float(high)


def spread(mean: float, deviation: float) -> str:
    """Such as `+0.30 ± 0.92`."""
    return f"{mean:+.2f} ± {deviation:.2f}".replace("-", "−")


def _covered(one: TargetRecovery, low: float, high: float) -> bool:
    return low - 1e-9 <= one.covered <= high + 1e-9


def uncovered(found: Calibration) -> list[TargetRecovery]:
    """Targets whose coverage lies outside `band`, those covered least first."""
    ends = band(found.recovery.sets)
    return sorted((one for one in found.recovery.targets if not _covered(one, *ends)), key=lambda one: one.covered)


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
    """True where no more fail than would by chance, at 1%, if each fails with a probability of 1%."""
    return bool(len(wrong) <= binom.ppf(0.99, len(targets), 0.01)) if targets else None


def _s(listed: Sequence[object], one: str, many: str) -> str:
    return one if len(listed) == 1 else many


INSIDE, OUTSIDE = "within what chance gives", "outside"
NEAR, APART, OTHER = "main margin, near", "main margin, apart", "other"


def coverage_chart(recovery: Recovery, titles: Mapping[str, str]) -> Spec:
    """The spec of the coverage of each target, beside what chance gives an honest 90% interval."""
    low, high = band(recovery.sets)
    ordered = sorted(recovery.targets, key=lambda one: (one.covered, one.target))
    rows = [
        {
            "at": at, "what": titles.get(one.target, one.target), "target": one.target, "covered": finite(one.covered),
            "said": f"{one.covered:.0%}", "where": INSIDE if _covered(one, low, high) else OUTSIDE,
            "ranks": f"p = {one.rank_p:.2g}", "contraction": formatting.percent(one.contraction),
        }
        for at, one in enumerate(ordered)
    ]  # fmt: skip
    floor = min([low, *(one.covered for one in ordered)])
    across = {"domain": [max(0.0, math.floor(20 * floor - 0.5) / 20), 1.0]}
    tips = tooltip(what="Target", target="Name", said="Coverage", ranks="Ranks uniform", contraction="Contraction")
    x = quantitative("at", axis=None, scale={"padding": 8, "nice": False, "zero": False})
    y = quantitative("covered", scale=across, title="true values inside", axis={"format": "%", "tickCount": 5})
    layers = [
        layer(
            "band", mark("rect", opacity=0.16, color=SERIES[0]), y=quantitative("low", scale=across), y2=end("high")
        ),
        layer("band", mark("rule", strokeDash=[4, 3], style="cursor"), y=quantitative("honest", scale=across)),
        layer(
            "targets", mark("point", filled=True, size=46, opacity=0.95),
            x=x, y=y, tooltip=tips, shared=_kinds("where", [INSIDE, OUTSIDE]),
        ),
    ]  # fmt: skip
    said = (
        f"Coverage of {len(rows)} targets over {recovery.sets} synthetic data sets, from "
        f"{rows[0]['said'] if rows else 'none'} up; honest 90% intervals lie between {low:.0%} and {high:.0%}."
    )
    return finished(layers, 240, said, {"band": [{"low": low, "high": high, "honest": 0.9}], "targets": rows})


def agreement_chart(agreements: Sequence[Agreement], titles: Mapping[str, str]) -> Spec:
    """The spec of the means of both methods against each other, with one standard deviation each way."""
    rows = [
        {
            "what": titles.get(one.target, one.target), "target": one.target,
            "mean": finite(one.mean), "left": finite(one.mean - one.spread), "right": finite(one.mean + one.spread),
            "abc": finite(one.abc_mean),
            "lower": finite(one.abc_mean - one.abc_spread), "upper": finite(one.abc_mean + one.abc_spread),
            "kind": (NEAR if one.apart < 1 else APART) if one.main else OTHER, "flow": spread(one.mean, one.spread),
            "second": spread(one.abc_mean, one.abc_spread), "apart": f"{one.apart:.2f} standard deviations",
        }
        for one in agreements
    ]  # fmt: skip
    ends = [row[key] for row in rows for key in ("left", "right", "lower", "upper")]
    reach = math.ceil(2 * min(max([1.0, *(abs(x) for x in ends if isinstance(x, float))]), 6.0)) / 2
    both, few = {"domain": [-reach, reach], "clamp": True}, {"tickCount": 6, "labelFlush": False}
    x = quantitative("mean", title="mean by the flow, in standard deviations of the prior", scale=both, axis=few)
    y = quantitative("abc", title="mean by regression ABC", scale=both, axis=few)
    look = _kinds("kind", [NEAR, APART, OTHER], (SERIES[0], SERIES[1], SERIES[5]))
    tips = tooltip(what="Target", target="Name", flow="By the flow", second="Regression ABC", apart="Apart")
    spread_out = mark("rule", opacity=0.35)
    layers = [
        layer(
            "same", mark("line", strokeDash=[4, 3], strokeWidth=1, style="cursor"),
            x=quantitative("mean", scale=both), y=quantitative("abc", scale=both),
        ),
        layer(
            "margins", spread_out,
            x=quantitative("left", scale=both), x2=end("right"), y=y, color=look["color"],
        ),
        layer(
            "margins", spread_out,
            x=x, y=quantitative("lower", scale=both), y2=end("upper"), color=look["color"],
        ),
        layer("margins", mark("point", filled=True, size=50, opacity=0.95), x=x, y=y, tooltip=tips, shared=look),
    ]  # fmt: skip
    main = [row for row in rows if row["kind"] != OTHER]
    said = f"Means of {len(rows)} targets by two methods; {len(main)} are main margins, "
    said += f"{sum(row['kind'] == APART for row in main)} of them a standard deviation or more apart."
    corners = [{"mean": limit, "abc": limit} for limit in (-reach, reach)]
    return finished(layers, 330, said, {"same": corners, "margins": rows})


def losses_chart(found: Sequence[tuple[float, float]]) -> Spec:
    """The spec of the training and the validation loss by epoch."""
    kinds = ("training", "validation")
    rows = [
        {"epoch": epoch, "loss": finite(loss), "kind": kind}
        for epoch, pair in enumerate(found, start=1)
        for kind, loss in zip(kinds, pair, strict=True)
    ]
    x = quantitative("epoch", title="epoch", axis={"tickMinStep": 1}, scale={"zero": False, "nice": False})
    line = layer(
        "losses", mark("line", point={"size": 18} if len(found) < 30 else False, strokeWidth=2), x=x,
        y=quantitative("loss", title="loss", scale={"zero": False}),
        color=_kinds("kind", kinds)["color"],
        strokeDash=nominal("kind", scale=scale(kinds, ((1, 0), (6, 3))), legend=legend(3, 170)),
    )  # fmt: skip
    titles = {kind: f"{kind.capitalize()} loss" for kind in kinds}
    epochs = quantitative("epoch", title="Epoch")
    hover = of_series("losses", x, "kind", "format(datum.loss, '.4g')", titles, len(found), epochs)
    ends = f"; validation loss from {found[0][1]:.4g} to {found[-1][1]:.4g}" if found else ""
    said = f"Training and validation loss over {len(found)} epochs{ends}."
    return finished([line, hover], 180, said, {"losses": rows})


def _kinds(field: str, names: Sequence[str], colours: Sequence[str] = SERIES) -> dict[str, Spec]:
    """Colour and shape of kinds."""
    shapes = scale(names, ("circle", "diamond", "cross"))
    return {
        "color": nominal(field, scale=scale(names, colours), legend=legend(3, 170)),
        "shape": nominal(field, scale=shapes, legend=legend(3, 170)),
    }


WIDTH, EDGE = 180, 7
"""Pixels of the picture of a predictive check, and of the room at its two ends."""


def predictive_picture(check: PredictiveCheck, alt_text: str) -> Drawing:
    """A predictive interval with its median (an upright line), and the published figure: ● inside, ◆ outside.

    The interval fills the middle half of every picture; what is further out than one width of it stands at the edge.
    """
    start, length = WIDTH / 4 + EDGE / 2, (WIDTH - 2 * EDGE) / 2
    width = check.high - check.low

    def across(x: float) -> float:
        away = (x - check.low) / width if width > 0 else 0.5 if x == check.low else math.copysign(9.0, x - check.low)
        return round(min(max(start + length * away, EDGE), WIDTH - EDGE), 1)

    median, at = across(check.median), across(check.published)
    mark = (
        f'<circle class="inside" cx="{at}" cy="10" r="4.5"/>'
        if check.inside
        else f'<rect class="outside" x="{at - 4.5}" y="5.5" width="9" height="9" transform="rotate(45 {at} 10)"/>'
    )
    return Drawing(
        f'<svg width="{WIDTH}" height="20" viewBox="0 0 {WIDTH} 20" role="img" aria-label="{escape(alt_text)}">'
        f'<rect class="one" x="{start}" y="6" width="{length}" height="8"/>'
        f'<line x1="{median}" y1="4" x2="{median}" y2="16" stroke="currentColor"/>{mark}</svg>',
        alt_text,
    )

"""A hindcast in words, the same in the terminal and on its page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fissure.evidence.entries import Variable
from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present.formatting import listed
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS
from fissure.studies.hindcast import KINDS, FromDate, Hindcast, Kind
from fissure.studies.score import Against, ForecastScore, Total, VariableScore, against, by_variable, total

NAMES: Mapping[str, str] = {
    "known": "fitted, the war as it came",
    "extrapolated": "fitted, only what was known",
    "prior": "the prior, the war as it came",
    "persistence": "persistence",
    "linear trend": "linear trend",
    "exponential decay": "exponential decay",
}
PROMISED = 0.9
WORST = 6
"""Variables shown as what it got wrong."""
SMALL = 0.1
"""A mean error of medians below this (10%, or 10 points) is none."""
MOST = 0.5
"""An ensemble shares an error of which it has at least this part."""
KEY = (
    "CRPS and interval score: lower is better; in natural logarithms for what is judged by a factor (0.1 is about "
    "10%), in units of one for shares (0.1 is 10 points). In sum over figures, and as the mean over variables of their "
    "means. Coverage: figures within the 90% interval (95% interval of that share, were figures independent); "
    "one-sided bounds are counted apart. Skill of the model: 1 − its CRPS / the rival's over the figures both speak "
    "of, in sum and by variable; below 0 the rival is better. A 90% interval wider than a factor of "
    f"{ABSURD_FACTOR:.0f}, or {100 * ABSURD_POINTS:.0f} points, says nothing."
)


@dataclass(frozen=True)
class Line:
    """One forecast of a date: its scores, and the fitted model (the war as it came) against it."""

    name: str
    title: str
    total: Total
    against: Against | None

    @property
    def cells(self) -> tuple[str, ...]:
        """Figures, CRPS in sum and by variable, interval score in sum and by variable, coverage, bounds, against."""
        t = self.total
        return (
            str(t.figures) if t.figures else "none",
            *(f"{x:.3g}" if t.figures else "–" for x in (t.crps, t.crps_mean, t.interval, t.interval_mean)),
            covered(t),
            f"{t.kept} of {t.bounds}" if t.bounds else "–",
            *skill(self.against),
        )


HEADER = (
    "figures",
    "CRPS, sum",
    "by variable",
    "interval score, sum",
    "by variable",
    "coverage",
    "bounds kept",
    "skill of the model",
    "model nearer",
)


def lines(one: FromDate) -> list[Line]:
    """A line for each forecast from a date."""
    ours = one.scored["known"]
    return [
        Line(name, NAMES[name], total(rows), None if name == "known" else against(ours, rows))
        for name, rows in one.scored.items()
    ]


def covered(t: Total) -> str:
    """Such as `24 of 32, 75% (58% to 87%)`."""
    ends = t.coverage_interval
    if ends is None or t.coverage is None:
        return "–"
    return f"{t.covered} of {t.two_sided}, {t.coverage:.0%} ({ends[0]:.0%} to {ends[1]:.0%})"


def skill(one: Against | None) -> tuple[str, str]:
    """Such as `−0.42, −0.31` (in sum, by variable) and `5 of 20`."""
    if one is None or one.skill is None or one.skill_mean is None:
        return "–", "–"
    return f"{_signed(one.skill)}, {_signed(one.skill_mean)}", f"{one.better} of {one.figures}"


def headline(one: FromDate) -> tuple[str, str]:
    """The outcome of one date: what failed, and what did not; either may be empty."""
    t = total(one.scored["known"])
    if not t.figures:
        return "No figure was published of later days that the model has a counterpart of.", ""
    rivals = [(line, line.against) for line in lines(one) if line.name != "extrapolated" and line.against is not None]
    lost = [_versus(line.name, a) for line, a in rivals if a.skill is not None and a.skill < 0]
    won = [_versus(line.name, a) for line, a in rivals if a.skill is not None and a.skill >= 0]
    worse = f"CRPS in sum is worse than that of {listed(lost)}." if lost else ""
    better = f"CRPS in sum is better than that of {listed(won)}." if won else ""
    failed, other = [worse], [better]
    (failed if _short_of(t) else other).insert(0, _coverage(t))
    ahead = total(one.scored["extrapolated"])
    other.append(
        f"In sum {t.crps:.3g} over {formatting.figures(t.figures)} of later days given the war as it came, "
        f"{ahead.crps:.3g} with only what was known of it; that covers {covered(ahead)}."
    )
    return " ".join(filter(None, failed)), " ".join(filter(None, other))


def wars(found: Hindcast) -> str:
    """The gain or loss by knowing the war as it came, over the figures of which all forecasts speak, date by date."""
    sums = {one.date: one.in_common for one in found.dates}
    scores = {day: (own["known"].crps, own["extrapolated"].crps) for day, own in sums.items() if own["known"].figures}
    worse, better = (
        [f"{formatting.day(day)} ({known:.3g} against {ahead:.3g})" for day, (known, ahead) in scores.items()
         if (known > ahead) == lost]
        for lost in (True, False)
    )  # fmt: skip
    said = []
    if worse:
        said.append(
            f"Knowing the war as it came makes the forecasts worse from {listed(worse)}: how the model answers to the "
            "offensives and strikes of those years is off."
        )
    if better:
        only = "only " if worse else ""
        said.append(f"It makes them better {only}from {listed(better)}.")
    if said:
        said.append("(CRPS in sum over the figures of which all forecasts speak, lower is better.)")
    return " ".join(said)


def rests_on(one: FromDate, members: int) -> str:
    """The basis of the fitted ensembles of a date."""
    return certainty.rests_on(one.worth, members)


def _short_of(t: Total) -> bool:
    """True where the coverage falls short of what is promised, by more than so few figures can explain."""
    return t.coverage_interval is not None and t.coverage_interval[1] < PROMISED


def _coverage(t: Total) -> str:
    if t.coverage is None:
        return "None of these figures is two-sided, so coverage says nothing."
    outside = t.two_sided - t.covered
    ends = t.coverage_interval or (0.0, 1.0)
    verdict = "which is what it promises, as far as so few figures can tell"
    if _short_of(t):
        verdict = "fewer than it promises: it is too sure of itself"
    elif ends[0] > PROMISED:
        verdict = "more than it promises: it is less sure than it could be"
    return (
        f"{outside} of {t.two_sided} two-sided figures lie outside its 90% interval (coverage {t.coverage:.0%}, 95%: "
        f"{ends[0]:.0%} to {ends[1]:.0%}), {verdict}."
    )


def _versus(name: str, a: Against) -> str:
    title = "the prior ensemble" if name == "prior" else NAMES[name]
    return f"{title} ({a.ours.crps:.3g} against {a.theirs.crps:.3g} over {a.figures} figures)"


def without_rival(one: FromDate) -> str:
    """The number of later figures that no naive rival can speak of, and where a trend had too little to go by."""
    said = f"{one.known} figures up to the date were there to learn from; {one.later} of later days were forecast" + (
        f", {one.beyond} of them beyond the run and left out." if one.beyond else "."
    )
    if one.foreseen:
        said += (
            f" The priors of {len(one.foreseen)} parameters were argued in part from figures of later days, so that "
            "this forecast knows a little more than it should: read its scores with that in mind."
        )
    if one.silent:
        said += (
            f" Of {len(one.silent)} no earlier two-sided figure stood for the same variable, so no naive rival can "
            "speak of them: they are scored for the ensembles only and left out of every comparison with those rivals."
        )
    if one.fell_back:
        said += f" For {len(one.fell_back)} a trend had too few earlier figures and stands at persistence."
    t = total(one.scored["known"])
    if t.left_out:
        said += f" In {t.left_out} places a history says nothing (a share or change of nothing) and is left out."
    if t.figures < one.later - one.beyond:
        said += f" Of {one.later - one.beyond - t.figures} figures no history says anything; they are not scored."
    return said


def collapse(found: Hindcast, one: FromDate) -> str:
    """The forecast from a date of collapse by the day of the case, in each ensemble."""
    day = found.quoted
    parts = []
    for kind in KINDS:
        ground, ranks = (one.chance(kind, what).by(day, found.start) for what in ("territory", "fighters"))
        parts.append(f"{chance(ground)} for the ground and {chance(ranks)} for the ranks ({NAMES[kind]})")
    return f"Probability of collapse by {formatting.day(day)}: {'; '.join(parts)}."


def chance(share: float) -> str:
    """A share of members as a probability."""
    return f"{share:.0%}"


def wrong(one: FromDate, ledger: Ledger) -> list[str]:
    """The variables that cost most, worst first: by how much, in which direction, and what points to a reason."""
    rows = one.scored["known"]
    ordered = sorted(by_variable(rows), key=lambda v: v.crps, reverse=True)
    missed = [v for v in ordered if v.covered < v.two_sided or _worse(v, one) is not None]
    return [_wrong(v, one, ledger) for v in missed[:WORST]]


def right(one: FromDate, ledger: Ledger) -> list[str]:
    """Variables with every two-sided figure within an interval that says something, and no naive rival nearer."""
    kept = [v for v in _held(one) if not v.too_wide]
    return [_right(v, one, ledger) for v in sorted(kept, key=lambda v: v.crps)]


def nothing_said(one: FromDate, ledger: Ledger) -> str:
    """The variables whose figures lie within intervals that are too wide to say anything."""
    names = [ledger.variables[v.variable].title for v in _held(one) if v.too_wide]
    return f"Within intervals too wide to say anything: {', '.join(names)}." if names else ""


def _held(one: FromDate) -> list[VariableScore]:
    rows = [v for v in by_variable(one.scored["known"]) if v.two_sided and v.covered == v.two_sided]
    return [v for v in rows if _worse(v, one) is None]


def _wrong(v: VariableScore, one: FromDate, ledger: Ledger) -> str:
    said = f"{ledger.variables[v.variable].title}: {off(v.off, v.scale)} ({_within(v)})."
    rival = _worse(v, one)
    if rival is not None:
        said += f" {rival[0][:1].upper()}{rival[0][1:]} is nearer (CRPS {rival[1]:.2g} against {v.crps:.2g})."
    return f"{said} {_reason(v, one)}"


def _right(v: VariableScore, one: FromDate, ledger: Ledger) -> str:
    rivals = _naive(v.variable, one)
    best = min(rivals.items(), key=lambda pair: pair[1], default=None)
    beside = (
        f"CRPS {v.crps:.2g}, best naive rival {best[0]} {best[1]:.2g}" if best else "no naive rival can speak of it"
    )
    return f"{ledger.variables[v.variable].title}: {off(v.off, v.scale)} ({_within(v)}); {beside}."


def _within(v: VariableScore) -> str:
    if not v.two_sided:
        return f"{v.figures} one-sided bound{'s' if v.figures > 1 else ''}"
    return f"{v.covered} of {v.two_sided} within the 90% interval"


def _reason(v: VariableScore, one: FromDate) -> str:
    """The source of the error, as the other ensembles point to it."""
    prior, ahead = (_of(kind, v.variable, one) for kind in ("prior", "extrapolated"))
    if prior is None or ahead is None:
        return ""
    if abs(v.off) < SMALL:
        return "The middle is right and the interval wrong."
    if prior.off * v.off > 0 and abs(prior.off) >= MOST * abs(v.off):
        said = "The prior leans the same way, so what was fitted did not mend it: the model or its priors are off here."
    else:
        said = "The prior does not lean that way, so the fit, or what it learned from, led it there."
    if abs(ahead.off) < MOST * abs(v.off):
        said += " With only what was known of the war it is nearer: how the model answers to the later war is off."
    return said


def _naive(variable: str, one: FromDate) -> dict[str, float]:
    found = {}
    for name, rows in one.scored.items():
        own = [row for row in rows if row.variable == variable]
        if name not in KINDS and own:
            found[name] = by_variable(own)[0].crps
    return found


def _worse(v: VariableScore, one: FromDate) -> tuple[str, float] | None:
    """The best naive rival, where it speaks of all the figures and does better."""
    best = min(_naive(v.variable, one).items(), key=lambda pair: pair[1], default=None)
    return best if best is not None and best[1] < v.crps else None


def _of(kind: Kind | str, variable: str, one: FromDate) -> VariableScore | None:
    own = [row for row in one.scored[kind] if row.variable == variable]
    return by_variable(own)[0] if own else None


def off(x: float, scale: str) -> str:
    """A mean error of medians in words."""
    if abs(x) < 0.005:
        return "medians as published"
    way = "too high" if x > 0 else "too low"
    if scale == "factor":
        return f"medians {way} by a factor of {formatting.number(math.exp(abs(x)))}"
    return f"medians {way} by {100 * abs(x):.0f} points"


def target_and_forecast(row: ForecastScore, variable: Variable) -> tuple[str, str]:
    """Published number and forecast (median, 90% interval) of a figure, in its unit."""
    target, low, median, high = (plain(x, row.scale) for x in (row.target, row.low, row.median, row.high))
    sign = {"upper": "≤ ", "lower": "≥ "}.get(row.bound, "")
    unit = variable.unit
    return sign + formatting.number(
        target, unit
    ), f"{formatting.number(median, unit)} ({formatting.interval(low, high, unit)})"


def plain(x: float, scale: str) -> float:
    """A number on the scale of a figure in its unit."""
    return math.exp(x) if scale == "factor" else x


def _signed(x: float) -> str:
    return f"{x:+.2f}".replace("-", "−")

"""Patterns that the record shows: each part with the share of histories that meet it, its interval and verdict."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.present.charts import Row as ChartRow
from fissure.present.charts import Spec
from fissure.present.charts.panels import QUANTILES
from fissure.present.charts.shared import (
    end,
    finished,
    layer,
    local,
    mark,
    midnight,
    nominal,
    quantitative,
    temporal,
    tooltip,
)
from fissure.present.charts.theme import SERIES
from fissure.present.formatting import Words
from fissure.present.sections import parts
from fissure.present.sections import runs as run_words
from fissure.present.sections.runs import RunDescription
from fissure.studies.compare import Compared
from fissure.studies.effective import EffectiveSample, few_histories
from fissure.studies.observation_operator import Calendar, Floats, calendar_of
from fissure.studies.patterns.met import (
    FACTOR,
    LEVELS,
    WEEKS,
    Pattern,
    PatternResult,
    PlausibleMembers,
    Sample,
    Verdict,
    everyone,
    met,
    plausible,
    sample,
)

VERDICTS: Mapping[Verdict, Words] = {
    "met": Words("✓", "met"),
    "mixed": Words("~", "mixed"),
    "not met": Words("✗", "not met"),
    "not recorded": Words("–", "not recorded"),
    "nothing to test": Words("–", "nothing to test"),
}
UNITS = {
    "week": "",
    "weeks": "weeks",
    "ratio": "ratio",
    "share": "share",
    "correlation": "correlation",
    "index": "index 0 to 1",
    "points": "change of the wish to leave in a quarter, points",
    "per 1,000 a half-year": "killed per 1,000 fighters in a half-year",
    "per 1,000 a year": "per 1,000 fighters a year",
    "persons": "persons",
    "persons/month": "persons a month",
    "events": "events",
    "barrels/day": "barrels a day",
    "km2/month": "km² a month",
}
LEVEL_TITLES = {
    "individual": "Individuals",
    "unit or faction": "Units and factions",
    "organisation": "Organisation",
    "territory": "Territory and residents",
    "war": "War",
}
KEY = (
    "✓ met: in most members that count, the 95% interval (Wilson) lies above a half · ✗ not met: it lies below · ~ "
    "mixed: it holds a half · – not recorded: the run lacks an output · – nothing to test: it applies to no member "
    "that counts"
)
SAMPLES: Mapping[Sample, Words] = {"fits": Words("•", "fits"), "tests": Words("→", "tests")}


def headline(found: Sequence[PatternResult]) -> str:
    """The number of parts with each verdict."""
    patterns = len({one.pattern.letter for one in found})
    return f"Of {len(found)} parts of {patterns} patterns: {tally(found)}."


def tally(found: Sequence[PatternResult]) -> str:
    """Such as `8 met, 4 mixed, 3 not met`."""
    verdicts = [one.verdict for one in found]
    return ", ".join(f"{verdicts.count(v)} {words.word}" for v, words in VERDICTS.items() if v in verdicts)


def counted(one: PatternResult) -> str:
    """The share of how many members that meet a part, or why nothing can be said."""
    if not one.applicable:
        return one.reason[:1].upper() + one.reason[1:] + "."
    never = int(np.isnan(one.first).sum())
    return (
        f"Met in {share(one)} of the {one.applicable} members that count and that it applies to (95%: {interval(one)})."
        + (f" In {never} of them the first never comes." if never else "")
    )


def share(one: PatternResult) -> str:
    """The share of members that meet a part."""
    return f"{one.share:.0%}" if one.applicable else "–"


def interval(one: PatternResult) -> str:
    """The 95% interval of the share."""
    return f"{one.low:.0%} to {one.high:.0%}" if one.applicable else "–"


def filtered(among: PlausibleMembers) -> str:
    """The number of members that count, and why."""
    if among.fitted:
        return f"All {among.of} members count: they are draws of the posterior, which has weighed the early record."
    if not among.spans:
        return f"Nothing published of the first {WEEKS} weeks lies within the run: all {among.of} members count."
    named = []
    for one in among.spans:
        unit = "" if one.unit in ("share", "persons") else f", {formatting.unit(one.unit)}"
        ends = formatting.interval(one.low, one.high)
        named.append(f"{one.title[:1].lower()}{one.title[1:]}{unit} ({ends}; {one.kept} keep to it)")
    return (
        f"{among.count} of {among.of} members are plausible and count: in the first {WEEKS} weeks they lie, at the "
        f"time of every published figure, within a factor of {FACTOR:.0f} of the widest published range of "
        f"{', '.join(named)}."
    )


def sure(among: PlausibleMembers, worth: EffectiveSample | None = None) -> str:
    """The basis of the shares; empty where that is not known."""
    if worth is None:
        return ""
    independent = " The intervals of shares take members as independent and are too narrow for that."
    return certainty.rests_on(worth, among.of) + (independent if worth.pasts < worth.histories else "")


ROW = 26
TITLE = 26
"""Letters of a line of an axis title."""


def pair_chart(one: PatternResult, calendar: Calendar) -> Spec:
    """The Vega-Lite spec of the two numbers that a part compares: median, middle 50% and 90% of its members."""
    dated, names = one.part.unit == "week", list(one.part.compares)
    pairs = zip(names, (one.first, one.second), strict=True)
    rows = [
        _chart_row(name, values, calendar if dated else None) for name, values in pairs if np.isfinite(values).any()
    ]
    title = textwrap.wrap(UNITS[one.part.unit], TITLE) or None
    axis = {"format": "%Y", "tickCount": "year", "grid": True} if dated else {"tickCount": 5, "grid": True}

    def x(level: str, interval: bool = True) -> Spec:
        """The axis; of an interval without a domain of dates, which Vega-Lite misreads where there is an x2."""
        if not dated:
            return quantitative(level, title=title, axis=axis, scale={"zero": False})
        days = {} if interval else {"scale": {"domain": [local(calendar.first), local(calendar.last)]}}
        return temporal(level, title=title, axis=axis, **days)

    shared = {
        "y": nominal("what", sort=names, title=None, axis={"labelLimit": 170}),
        "color": nominal("what", scale={"domain": names, "range": list(SERIES[:2])}, legend=None),
    }
    tips = tooltip(what="What", said="Median (90%)")
    point = mark("point", size=90, filled=True, opacity=1, style="halo")
    layers = [
        layer("pair", mark("rule", strokeWidth=2, opacity=0.6), x=x("q05"), x2=end("q95"), shared=shared),
        layer("pair", mark("rule", strokeWidth=8, opacity=0.45), x=x("q25"), x2=end("q75"), shared=shared),
        layer("pair", point, x=x("median", interval=False), tooltip=tips, shared=shared),
    ]
    return finished(layers, 2 * ROW + 4, f"{one.part.title} {counted(one)}", {"pair": rows})


def _chart_row(name: str, values: Floats, calendar: Calendar | None) -> ChartRow:
    at = dict(zip(QUANTILES, np.nanquantile(values, list(QUANTILES.values())), strict=True))
    if calendar is None:
        shown: ChartRow = {level: float(f"{q:.4g}") for level, q in at.items()}
        labels = {level: f"{q:.3g}" for level, q in at.items()}
    else:
        days = {level: calendar.first + timedelta(days=round(7 * q)) for level, q in at.items()}
        shown, labels = {k: midnight(day) for k, day in days.items()}, {k: f"{day:%b %Y}" for k, day in days.items()}
    return {"what": name, **shown, "said": f"{labels['median']} ({labels['q05']} to {labels['q95']})"}


TONES: Mapping[str, doc.Tone] = {"met": "inside", "mixed": "near", "not met": "outside"}
WIDTH, EDGE = 180, 6
"""Pixels of the picture of a share, and of the room at its two ends."""
INTRO = (
    "Many weak patterns at once are harder to meet by luck than any one figure: what the record of the case shows of "
    "who moved, how much, how often and what came first, checked member by member. Each criterion was written down "
    "from the words of the sources and the doubt of their figures before any result was seen, and nothing was tuned "
    "to meet one."
)
PICTURES = (
    "The pictures run from 0 to 100% of the members that a part applies to: the bar is the 95% interval, the line "
    "stands at a half, and ● is met, ■ mixed, ◆ not met."
)
IN_TIME = (
    "What the parts on what came first compare. A point is the median of the members that a part applies to, the thick "
    "line their middle 50%, the thin line 90%."
)
NONE = "This case lists no patterns (it has no `patterns.yaml`), so there is nothing to test."


def document(
    found: Sequence[PatternResult],
    among: PlausibleMembers,
    run: RunDescription,
    subject: str,
    data: xr.Dataset,
    ledger: Ledger,
    until: date | None = None,
) -> doc.Document:
    """The document of `fissure patterns` and `fissure orderings`.

    Args:
        found: the parts that were tested.
        among: the members that count.
        run: how the run was made.
        subject: the title of the case.
        data: the records of the run.
        ledger: the evidence.
        until: the last day of the evidence of a fit: each part is marked as in or out of its sample.
    """
    calendar = calendar_of(data)
    few = few_histories(among.count)
    return doc.Document(
        subject=subject,
        title="patterns",
        heading="Which patterns of the record come about?",
        lead=run_words.lead(replace(run, worth=None), formatting.day(calendar.first)),
        notices=(
            *([doc.Notice((few,), "Too few histories", "few")] if few else []),
            *run_words.notices(run)[bool(run.few) :],
        ),
        sections=(section(found, among, calendar, ledger, run, until),),
        version=run.version,
        key="patterns",
    )


def of_run(
    data: xr.Dataset, listed: Sequence[Pattern], ledger: Ledger, rows: Sequence[Compared], run: RunDescription
) -> doc.Section | None:
    """The section of a run's report, of the patterns `listed` by its case; None where there are none."""
    if not listed:
        return None
    members = data.sizes["member"]
    among = everyone(members) if run.until else plausible(rows, members, data["week"].values[0])
    until = formatting.day_of(run.until)
    return section(met(data, among, listed), among, calendar_of(data), ledger, run, until)


def section(
    found: Sequence[PatternResult],
    among: PlausibleMembers,
    calendar: Calendar,
    ledger: Ledger,
    run: RunDescription,
    until: date | None = None,
) -> doc.Section:
    """The parts by level, those in time also as charts; see `document`."""
    if not found:
        return doc.Section("patterns", "Patterns", (doc.Paragraph(filtered(among)), doc.Paragraph(NONE)))
    said, keys = headline(found), f"{KEY}."
    if until:
        tests = [one for one in found if sample(one.pattern, one.part, ledger, until) == "tests"]
        said += f" Out of sample, {len(tests)}: {tally(tests)}." if tests else ""
        keys += (
            f" • fits (in sample): all its figures speak of days up to {formatting.day(until)} · → tests (out of "
            "sample): at least one speaks of a later day."
        )
    timed = [_in_time(one, calendar) for one in found if one.pattern.in_time and one.applicable]
    inside = (doc.Paragraph(IN_TIME, "small"), doc.Grid(tuple(timed)))
    return doc.Section(
        "patterns",
        "Patterns",
        (
            doc.only("page", doc.Paragraph(INTRO)),
            doc.Paragraph(filtered(among)),
            *doc.small(sure(among, run.worth)),
            doc.Paragraph((doc.strong(said),)),
            doc.only("page", doc.Paragraph(f"{PICTURES} {keys}", "small")),
            table(found, calendar, ledger, until),
            doc.only("terminal", doc.Paragraph(keys, "small")),
            *([doc.only("page", doc.Section("patterns-in-time", "Order in time", inside))] if timed else []),
        ),
    )


def table(found: Sequence[PatternResult], calendar: Calendar, ledger: Ledger, until: date | None) -> doc.Table:
    """The parts by level and pattern; with `until` each is marked as in or out of the sample of such a fit."""
    columns = (
        doc.Column("Part", on=frozenset(("json",))),
        doc.Column("Pattern", wrap=True, least=30),
        doc.Column("Share that meets it", on=frozenset(("page",))),
        doc.Column("Met in", "right"),
        doc.Column("95% interval", "right"),
        doc.Column("Of members", "right"),
        *([doc.Column("Sample")] if until else []),
        doc.Column("Verdict"),
    )
    groups = []
    for level in LEVELS:
        own = [one for one in found if one.part.level == level]
        groups += [doc.RowGroup((), LEVEL_TITLES[level])] if own else []
        for pattern in {one.pattern.letter: one.pattern for one in own}.values():
            rows = tuple(_row(one, calendar, ledger, until) for one in own if one.pattern.letter == pattern.letter)
            groups.append(doc.RowGroup(rows, f"{pattern.letter}. {pattern.title}", level=2))
    return doc.Table(columns, tuple(groups), "Patterns", "effects patterns")


def _row(one: PatternResult, calendar: Calendar, ledger: Ledger, until: date | None) -> doc.Row:
    mark = [str(SAMPLES[sample(one.pattern, one.part, ledger, until)])] if until else []
    rests = doc.listed(doc.code(name) for name in one.pattern.source_of(one.part))
    more: tuple[doc.Line, ...] = (
        (doc.strong("Criterion."), f" {one.part.criterion}"),
        f"{counted(one)} {_middle(one, calendar)}",
        (
            doc.strong("Why these numbers."), f" {one.pattern.why} {one.pattern.beyond} ", doc.strong("Rests on"), " ",
            *rests, ".",
        ),
    )  # fmt: skip
    return doc.Row.of(
        one.part.name,
        doc.Cell(
            (doc.Span(one.part.name, soft=True), f" {one.part.title}"),
            note="" if one.applicable else counted(one),
            more=more,
        ),
        doc.Cell(picture=_picture(one)) if one.applicable else "–",
        doc.Cell(share(one), one.share if one.applicable else None),
        interval(one),
        doc.Cell(str(one.applicable) if one.applicable else "–", one.applicable),
        *mark,
        doc.Cell(str(VERDICTS[one.verdict]), tone=TONES.get(one.verdict, "not-compared")),
    )


def _picture(one: PatternResult) -> doc.Drawing:
    """The share and its interval on a line from none to all, told apart by shape too."""
    low, middle, high, half = (round(EDGE + (WIDTH - 2 * EDGE) * x, 1) for x in (one.low, one.share, one.high, 0.5))
    tone = TONES[one.verdict]
    shape = f'<circle class="{tone}" cx="{middle}" cy="10" r="5"/>'
    if one.verdict != "met":
        turned = f' transform="rotate(45 {middle} 10)"' if one.verdict == "not met" else ""
        shape = f'<rect class="{tone}" x="{round(middle - 4.5, 1)}" y="5.5" width="9" height="9"{turned}/>'
    label = f"{share(one)}, {interval(one)}"
    return doc.Drawing(
        f'<svg width="{WIDTH}" height="20" viewBox="0 0 {WIDTH} 20" role="img" aria-label="{label}">'
        f'<rect class="side" width="{WIDTH}" height="20"/>'
        f'<line x1="{half}" y1="0" x2="{half}" y2="20" stroke="currentColor" stroke-dasharray="3 2"/>'
        f'<rect class="{tone}" x="{low}" y="8" width="{round(max(high - low, 1), 1)}" height="4"/>{shape}</svg>',
        label,
    )


def _middle(one: PatternResult, calendar: Calendar) -> str:
    """The medians of the two numbers compared, in words."""
    if not one.applicable:
        return ""
    pairs = zip(one.part.compares, (one.first, one.second), strict=True)
    said = "; ".join(f"{name} {_median(values, one.part.unit, calendar)}" for name, values in pairs)
    unit = UNITS[one.part.unit]
    return f"Medians: {said}" + (f" ({unit})." if unit else ".")


def _median(values: Floats, unit: str, calendar: Calendar) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "never"
    middle = float(np.median(finite))
    if unit == "week":
        return formatting.day(calendar.first + timedelta(days=round(7 * middle)))
    return f"{middle:,.0f}" if abs(middle) >= 100 else f"{middle:.3g}"


def _in_time(one: PatternResult, calendar: Calendar) -> doc.Figure:
    verdict = doc.Span(str(VERDICTS[one.verdict]), tone=TONES.get(one.verdict, "not-compared"))
    sentence: doc.Line = (verdict, " ", doc.Span(counted(one), kind="said"))
    title = f"{one.part.name}. {one.part.title}"
    return parts.figure(f"pattern-{one.part.name}", title, pair_chart(one, calendar), sentence, kind="low")

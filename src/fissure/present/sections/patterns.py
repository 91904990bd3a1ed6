"""Patterns that the record shows: each part with the share of histories that meet it, its interval and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import patterns as charts
from fissure.present.document import (
    Cell,
    Column,
    Document,
    Drawing,
    Figure,
    Grid,
    Line,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    Tone,
    only,
)
from fissure.present.words import patterns as words
from fissure.present.words import run as run_words
from fissure.present.words.run import RunDescription
from fissure.studies.compare import Compared
from fissure.studies.effective import few_histories
from fissure.studies.observation_operator import Calendar, Floats, calendar_of
from fissure.studies.patterns.met import (
    LEVELS,
    Pattern,
    PatternResult,
    PlausibleMembers,
    everyone,
    met,
    plausible,
    sample,
)

TONES: Mapping[str, Tone] = {"met": "inside", "mixed": "near", "not met": "outside"}
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
) -> Document:
    """What `fissure patterns` and `fissure orderings` show of a run.

    Args:
        found: the parts that were tested.
        among: the members that count.
        run: how the run was made.
        subject: the title of the case.
        data: the records of the run.
        ledger: the evidence.
        until: the last day that a fit was told of: each part is marked as in or out of its sample.
    """
    calendar = calendar_of(data)
    few = few_histories(among.count)
    return Document(
        subject=subject,
        title="patterns",
        heading="Which patterns of the record come about?",
        lead=run_words.lead(replace(run, worth=None), formatting.day(calendar.first)),
        notices=(
            *([Notice((few,), "Too few histories", "few")] if few else []),
            *run_words.notices(run)[bool(run.few) :],
        ),
        sections=(section(found, among, calendar, ledger, run, until),),
        version=run.version,
        key="patterns",
    )


def of_run(
    data: xr.Dataset, listed: Sequence[Pattern], ledger: Ledger, rows: Sequence[Compared], run: RunDescription
) -> Section | None:
    """The section of a run's report, of the patterns `listed` by its case; None where there are none."""
    if not listed:
        return None
    members = data.sizes["member"]
    among = everyone(members) if run.until else plausible(rows, members, data["week"].values[0])
    until = words.day_of(run.until)
    return section(met(data, among, listed), among, calendar_of(data), ledger, run, until)


def section(
    found: Sequence[PatternResult],
    among: PlausibleMembers,
    calendar: Calendar,
    ledger: Ledger,
    run: RunDescription,
    until: date | None = None,
) -> Section:
    """The parts by level, those in time also as charts; see `document`."""
    if not found:
        return Section("patterns", "Patterns", (Paragraph(words.filtered(among)), Paragraph(NONE)))
    headline = " ".join([words.headline(found), *(out_of_sample(found, ledger, until) if until else [])])
    sure = [Paragraph(said, "small") for said in words.sure(among, run.worth) if said]
    keys = f"{words.KEY}." + (f" {words.samples(until)}." if until else "")
    timed = [_in_time(one, calendar) for one in found if one.pattern.in_time and one.applicable]
    inside = (Paragraph(IN_TIME, "small"), Grid(tuple(timed)))
    bold = Paragraph((Span(headline, strong=True),))
    return Section(
        "patterns",
        "Patterns",
        (
            only("page", Paragraph(INTRO)),
            Paragraph(words.filtered(among)),
            *sure,
            bold,
            only("page", Paragraph(f"{PICTURES} {keys}", "small")),
            table(found, calendar, ledger, until),
            only("terminal", Paragraph(keys, "small")),
            *([only("page", Section("patterns-in-time", "Order in time", inside))] if timed else []),
        ),
    )


def out_of_sample(found: Sequence[PatternResult], ledger: Ledger, until: date) -> list[str]:
    """How those parts do that a fit up to `until` could not have known; empty where there are none."""
    tests = [one for one in found if sample(one.pattern, one.part, ledger, until) == "tests"]
    return [f"Out of sample, {len(tests)}: {words.tally(tests)}."] if tests else []


def table(found: Sequence[PatternResult], calendar: Calendar, ledger: Ledger, until: date | None) -> Table:
    """The parts by level and pattern; with `until` each is marked as in or out of the sample of such a fit."""
    columns = (
        Column("Part", on=frozenset(("json",))),
        Column("Pattern", wrap=True, least=30),
        Column("Share that meets it", on=frozenset(("page",))),
        Column("Met in", "right"),
        Column("95% interval", "right"),
        Column("Of members", "right"),
        *([Column("Sample")] if until else []),
        Column("Verdict"),
    )
    groups = []
    for level in LEVELS:
        own = [one for one in found if one.part.level == level]
        groups += [RowGroup((), words.LEVELS[level])] if own else []
        for pattern in {one.pattern.letter: one.pattern for one in own}.values():
            rows = tuple(_row(one, calendar, ledger, until) for one in own if one.pattern.letter == pattern.letter)
            groups.append(RowGroup(rows, f"{pattern.letter}. {pattern.title}", level=2))
    return Table(columns, tuple(groups), "Patterns", "effects patterns")


def _row(one: PatternResult, calendar: Calendar, ledger: Ledger, until: date | None) -> Row:
    verdict = words.VERDICTS[one.verdict]
    mark = [Cell(str(words.SAMPLES[sample(one.pattern, one.part, ledger, until)]))] if until else []
    title: Line = (Span(one.part.name, soft=True), f" {one.part.title}")
    rests = [part for id_ in one.pattern.source_of(one.part) for part in (", ", Span(id_, code=True))][1:]
    more: tuple[Line, ...] = (
        (Span("Criterion.", strong=True), f" {one.part.criterion}"),
        f"{words.counted(one)} {_middle(one, calendar)}",
        (
            Span("Why these numbers.", strong=True),
            f" {one.pattern.why} {one.pattern.beyond} ",
            Span("Rests on", strong=True),
            " ",
            *rests,
            ".",
        ),
    )
    return Row(
        (
            Cell(one.part.name),
            Cell(title, note="" if one.applicable else words.counted(one), more=more),
            Cell(picture=_picture(one)) if one.applicable else Cell("–"),
            Cell(words.share(one), one.share if one.applicable else None),
            Cell(words.interval(one)),
            Cell(str(one.applicable) if one.applicable else "–", one.applicable),
            *mark,
            Cell(str(verdict), tone=TONES.get(one.verdict, "not-compared")),
        )
    )


def _picture(one: PatternResult) -> Drawing:
    """The share and its interval on a line from none to all, told apart by shape too."""
    low, middle, high, half = (round(EDGE + (WIDTH - 2 * EDGE) * x, 1) for x in (one.low, one.share, one.high, 0.5))
    tone = TONES[one.verdict]
    shape = f'<circle class="{tone}" cx="{middle}" cy="10" r="5"/>'
    if one.verdict != "met":
        turned = f' transform="rotate(45 {middle} 10)"' if one.verdict == "not met" else ""
        shape = f'<rect class="{tone}" x="{round(middle - 4.5, 1)}" y="5.5" width="9" height="9"{turned}/>'
    label = f"{words.share(one)}, {words.interval(one)}"
    return Drawing(
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
    unit = words.UNITS[one.part.unit]
    return f"Medians: {said}" + (f" ({unit})." if unit else ".")


def _median(values: Floats, unit: str, calendar: Calendar) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "never"
    middle = float(np.median(finite))
    if unit == "week":
        return formatting.day(calendar.first + timedelta(days=round(7 * middle)))
    return f"{middle:,.0f}" if abs(middle) >= 100 else f"{middle:.3g}"


def _in_time(one: PatternResult, calendar: Calendar) -> Figure:
    spec = charts.pair(one, calendar)
    verdict = Span(str(words.VERDICTS[one.verdict]), tone=TONES.get(one.verdict, "not-compared"))
    sentence: Line = (verdict, " ", Span(words.counted(one), kind="said"))
    title = f"{one.part.name}. {one.part.title}"
    return Figure(f"pattern-{one.part.name}", title, spec, alt=spec["description"], sentence=sentence, kind="low")

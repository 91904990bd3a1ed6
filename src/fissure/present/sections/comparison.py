"""The model beside what was published: every figure, how each variable does, and what the model gets wrong."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.studies.compare import (
    ABSURD_FACTOR,
    ABSURD_POINTS,
    CLASSES,
    Compared,
    Summary,
    Verdict,
    count,
    members_of,
    summary,
)
from fissure.studies.effective import ENOUGH, EffectiveSample

ELSEWHERE = "⇄"


def grouped(rows: Iterable[Compared]) -> dict[str, list[tuple[Compared, str]]]:
    """Rows of variables that the model has a counterpart of, by output and variable in the ledger's order.

    Each with its mark: a bracket that joins rivals (``┌ │ └``), ``⇄`` for one elsewhere, or nothing.
    """
    of: dict[str, dict[str, list[Compared]]] = {}
    for row in rows:
        if row.variable.output is not None:
            of.setdefault(row.variable.output, {}).setdefault(row.variable.id, []).append(row)
    return {
        output: [placed for own in variables.values() for cluster in _clusters(own) for placed in _marked(cluster)]
        for output, variables in of.items()
    }


def _clusters(rows: Sequence[Compared]) -> list[list[Compared]]:
    """Rows of one variable by date, each set of rivals together."""

    def day(row: Compared) -> date:
        return row.observation.when

    left = {row.observation.id: row for row in sorted(rows, key=day)}
    clusters = []
    while left:
        waiting, found = [next(iter(left))], []
        while waiting:
            if row := left.pop(waiting.pop(), None):
                found.append(row)
                waiting += row.observation.rival_of
        clusters.append(sorted(found, key=day))
    return sorted(clusters, key=lambda cluster: day(cluster[0]))


def _marked(cluster: Sequence[Compared]) -> Iterable[tuple[Compared, str]]:
    if len(cluster) == 1:
        return [(cluster[0], ELSEWHERE if cluster[0].observation.rival_of else "")]
    return zip(cluster, ["┌", *["│"] * (len(cluster) - 2), "└"], strict=True)


TONES: Mapping[Verdict, doc.Tone] = {
    "inside": "inside",
    "inside, too wide": "inside-too-wide",
    "bound kept": "bound-kept",
    "near": "near",
    "outside": "outside",
    "not compared": "not-compared",
}
KEY = (
    "✓ inside the model's 90% interval · ↕ inside, but that interval is too wide to say anything · ≤ ≥ a one-sided "
    "bound, kept by the model's median · ~ near: overlaps what was published with its doubt · ▲ ▼ outside · "
    "= the case imposes it · ◆ a prior was argued from it: no independent check · ┌ └ publishers who disagree · "
    "⇄ disagrees with one elsewhere"
)
TOO_WIDE = f"a factor of {ABSURD_FACTOR:.0f}, or {100 * ABSURD_POINTS:.0f} points for a share or a multiplier"
CLASSES_EXPLAINED: doc.Line = (
    doc.strong("Inside"), ": the published number lies within the model's 90% interval. ",
    doc.strong("Inside, too wide"), f": it does, but that interval is wider than {TOO_WIDE}, and says next to "
    "nothing. ",
    doc.strong("Bound kept"), ": only a one-sided bound was published, and the model's median keeps to it, which is "
    "easier. ",
    doc.strong("Near"), ": none of these, but the interval overlaps what was published with its doubt. ",
    doc.strong("Outside"), ": they do not overlap.",
)  # fmt: skip
NOTHING = "The run holds the time of no published figure that the model has a counterpart of, so nothing was compared."
WIDTHS = (
    "The 90% interval's width is its high over its low end, where an end below one part in "
    f"{ABSURD_FACTOR:.0f} of the published figure counts as that part; for shares and multipliers it is their "
    f"difference in points. The median of a variable's widths is shown. More than {ABSURD_FACTOR:.0f} times or "
    f"{100 * ABSURD_POINTS:.0f} points counts as too wide, whatever the class of the figure."
)
BEHIND = doc.Span(
    formatting.BEHIND,
    kind="behind",
    words=f"{formatting.BEHIND} behind a prior",
    tip="A prior was argued from this figure",
)
TERMINAL: frozenset[doc.Medium] = frozenset(("terminal",))


# Every figure


def section(
    rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str], worth: EffectiveSample | None
) -> doc.Section:
    """Every published figure beside the model; `titles` names the model's outputs.

    A terminal has those that were compared, then a table of variables, and last what it comes to.
    """
    members, compared = members_of(rows), [row for row in rows if row.compared]
    intro = (
        "Every published figure of something that the model produces. ┌ and └ join publishers who disagree about the "
        "same thing; ⇄ marks a figure that disagrees with one under another heading, or counts otherwise."
    )
    if any(row.behind_prior for row in rows):
        intro += (
            f" {formatting.BEHIND} marks a figure that a prior was argued from: whether it lies inside is no "
            "independent check."
        )
    choices = tuple((name, str(formatting.VERDICTS[name])) for name in (*CLASSES, "not compared"))
    terminal: list[doc.Block] = [doc.Paragraph((doc.strong(closing(rows)),))]
    if compared:
        left = len(rows) - len(compared)
        verb = "is" if left == 1 else "are"
        terminal = [
            table(compared, ledger, titles),
            *doc.small(
                f"– {formatting.figures(left)} {verb} not compared; the report says why for each." if left else ""
            ),
            *doc.small(KEY),
            *([] if members < ENOUGH else [doc.Section("by-variable", "By variable", (by_variable(summary(rows)),))]),
            *terminal,
            doc.Paragraph(certainty.least_sure(rows, worth), "small"),
        ]
    return doc.Section(
        "observations",
        "All observations",
        (
            doc.Only(TERMINAL, tuple(terminal)),
            doc.only(
                "page",
                doc.Paragraph(intro),
                doc.Filter("Filter the table", "publisher, quantity, date", choices, "only where publishers disagree"),
            ),
            doc.not_in_terminal(table(rows, ledger, titles), *_without_counterpart(rows, ledger)),
        ),
    )


def table(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> doc.Table:
    """The figures by subject and variable, rivals joined by a bracket."""
    columns = (
        doc.Column("id", on=doc.IN_JSON),
        doc.Column("Of", key="when"),
        doc.Column("Published", "right"),
        doc.Column("90% with doubt", "right", on=doc.NOT_IN_TERMINAL, key="with_doubt"),
        doc.Column("Model median", "right"),
        doc.Column("Model 90%", "right", key="model_interval"),
        doc.Column("Verdict"),
        doc.Column("Published by", on=doc.NOT_IN_TERMINAL),
        doc.Column("By", wrap=True, least=16, on=TERMINAL),
    )
    groups = []
    for output, placed in grouped(rows).items():
        title = titles.get(output, output)
        groups.append(doc.RowGroup((), (f"{title} ", doc.code(output))))
        of_variable: dict[str, list[doc.Row]] = {}
        for row, mark in placed:
            of_variable.setdefault(formatting.quantity(row), []).append(_row(row, mark, ledger, title))
        groups += [doc.RowGroup(tuple(own), quantity, level=2) for quantity, own in of_variable.items()]
    return doc.Table(columns, tuple(groups), "All observations", "observations")


def _row(row: Compared, mark: str, ledger: Ledger, subject: str) -> doc.Row:
    o, sources = row.observation, ledger.sources
    source, publisher = sources[o.source], formatting.publisher(o, sources)
    rivals = "; ".join(formatting.publisher(ledger.observations[rival], sources) for rival in o.rival_of)
    driver = row.kind == "driver" and row.verdict == "inside"
    verdict = str(formatting.verdict(row))
    cells = (
        doc.Cell(o.id),
        doc.Cell(formatting.when(o), sign=mark or " "),
        doc.Cell((formatting.published(o), *((" ", BEHIND) if row.behind_prior else ())), row.published),
        doc.Cell((doc.Span(formatting.interval(*o.band, o.unit), soft=True),)),
        doc.Cell(formatting.median(row), row.median if row.compared else None),
        doc.Cell(formatting.model_interval(row)),
        doc.Cell(verdict, note=row.reason, below=True, tone="driver" if driver else TONES[row.verdict]),
        doc.Cell(
            publisher,
            href=o.address or "",
            summary=o.scope,
            more=(o.doubt, *([f"Rivals: {rivals}."] if rivals else [])),
        ),
        doc.Cell((f"{source.id} ", doc.Span(source.publisher, soft=True))),
    )
    said = [formatting.quantity(row), subject, publisher, source.id, formatting.when(o), o.id]
    text = " ".join([*said, *(["behind a prior"] if row.behind_prior else [])]).lower()
    return doc.Row(cells, kind="row", data={"verdict": row.verdict, "text": text})


def _without_counterpart(rows: Sequence[Compared], ledger: Ledger) -> list[doc.Block]:
    """The published figures that the model produces nothing like, with the reason, one line a variable."""
    shown = [one for one in summary(row for row in rows if row.variable.output is None) if not one.compared]
    of = {one.variable.id: [row for row in rows if row.variable.id == one.variable.id] for one in shown}
    if not shown:
        return []

    def publishers(one: Summary) -> str:
        return ", ".join(dict.fromkeys(ledger.sources[row.observation.source].publisher for row in of[one.variable.id]))

    fields: tuple[doc.Field[Summary], ...] = (
        ("Quantity", lambda one: one.variable.title),
        (doc.Column("Figures", "right"), lambda one: doc.Cell(f"{len(of[one.variable.id])}", len(of[one.variable.id]))),
        ("Published by", publishers),
        ("Why not compared", lambda one: one.variable.reason or ""),
    )
    said = f"{sum(map(len, of.values()))} published figures of {len(of)} quantities that the model does not produce"
    return [doc.Fold(said, (doc.Table.by(shown, fields, "Figures without a counterpart"),))]


def by_variable(of_variable: Sequence[Summary]) -> doc.Table:
    """The number of observations of each variable in each class, and the width of its intervals."""
    columns = (
        doc.Column("Variable", wrap=True, least=30),
        *(doc.Column(name, "right") for name in (*CLASSES, formatting.BEHIND)),
        doc.Column("median width", "right"),
        doc.Column("too wide"),
    )
    rows = (
        doc.Row.of(
            one.variable.title,
            *(doc.Cell(str(n) if n else "·", n) for n in (*one.of.values(), one.behind_prior)),
            doc.Cell(formatting.width(one.width, one.scale, one.variable.unit), one.width),
            f"{one.too_wide} of {one.compared}" if one.too_wide else "imposed" if one.kind == "driver" else "",
        )
        for one in of_variable
        if one.compared
    )
    return doc.Table.of(columns, rows, "By variable", note=WIDTHS)


def closing(rows: Sequence[Compared]) -> str:
    """The number of published figures that the model holds against, class by class, and its worth."""
    n, members = count(rows), members_of(rows)
    if not n.compared:
        return f"The run holds the time of none of {formatting.figures(n.not_compared)}, so nothing was compared."
    said = [formatting.headline(n, members), formatting.behind(n, members)]
    if n.too_wide and members >= ENOUGH:
        said.append(f"In all, {n.too_wide} of the {n.compared} intervals are too wide to say anything.")
    if n.drivers:
        said.append(f"{n.drivers} more figures check what the case imposes and are not counted.")
    return " ".join(filter(None, said))


# What is wrong


def verdicts(rows: Sequence[Compared], members: int, worth: EffectiveSample | None) -> tuple[doc.Block, ...]:
    """The number of figures in each class; nothing is counted over too few histories."""
    n = count(rows)
    if not n.compared:
        return (doc.Paragraph(NOTHING),)
    said = [formatting.headline(n, members), formatting.behind(n, members)]
    if n.drivers:
        said.append(f"Another {n.drivers} only check what the case imposes and are not counted.")
    words = formatting.VERDICTS
    bar = doc.Tally(tuple(doc.Count(n.of[name], words[name].word, words[name].sign, TONES[name]) for name in CLASSES))
    return (
        doc.Paragraph(" ".join(filter(None, said)), "headline"),
        *([bar] if members >= ENOUGH else []),
        *doc.small(certainty.least_sure(rows, worth)),
    )


def explained(rows: Sequence[Compared]) -> doc.Paragraph:
    """The classes of figures, each in a sentence."""
    sign = (" ", doc.strong(formatting.BEHIND), ": a prior was argued from this figure.")
    return doc.Paragraph((*CLASSES_EXPLAINED, *(sign if count(rows).behind_prior else ())), "small")


def mistakes(rows: Sequence[Compared]) -> tuple[doc.Section, doc.Section]:
    """Sections on published figures that lie outside, and on variables that the model says next to nothing of."""
    missed, of_the_case, n = misses(rows), imposed(rows), count(rows)
    outside: list[doc.Block] = [
        doc.Items(tuple(map(_item, missed)), "misses", ordered=True) if missed else doc.Paragraph("None does.")
    ]
    if of_the_case:
        said = "What the case imposes is not counted above. Of it, too, published figures lie outside:"
        outside += [doc.Paragraph(said, "small"), doc.Items(tuple(map(_item, of_the_case)), "small")]
    wide: tuple[doc.Block, ...] = (doc.Paragraph(f"No interval beside a published figure is wider than {TOO_WIDE}."),)
    if found := too_wide(rows):
        said = (
            f"A 90% interval wider than {TOO_WIDE}, says next to nothing, whichever class the figure beside it is in. "
            f"An end below one part in {ABSURD_FACTOR:.0f} of the published figure counts as that part. Of the "
            f"{n.compared} intervals {n.too_wide} {'is' if n.too_wide == 1 else 'are'}:"
        )
        wide = (
            doc.Paragraph(said),
            doc.Items.of((doc.strong(one.variable.title), f": {widest(one)}") for one in found),
        )
    return (
        doc.Section("outside", "Where published figures lie outside", tuple(outside)),
        doc.Section("too-wide", "Where it says next to nothing", wide),
    )


@dataclass(frozen=True)
class Miss:
    """A variable with figures outside the model's interval: how many of how many, and a sentence on by how much."""

    title: str
    variable: str
    outside: int
    compared: int
    sentence: str
    severity: float


def misses(rows: Iterable[Compared]) -> list[Miss]:
    """Variables of outcomes with observations outside, the furthest off first: those that the counts call outside."""
    return _missed(row for row in rows if row.kind == "outcome")


def imposed(rows: Iterable[Compared]) -> list[Miss]:
    """The same of what the case imposes, which no count of the model's own holds."""
    return _missed(row for row in rows if row.kind == "driver")


def too_wide(rows: Iterable[Compared]) -> list[Summary]:
    """Variables with intervals that are absurdly wide, those with most of them first."""
    found = [s for s in summary(rows) if s.too_wide and s.kind == "outcome"]
    return sorted(found, key=lambda s: (-s.too_wide / s.compared, -s.too_wide, -s.widest))


def widest(one: Summary) -> str:
    """The number of a variable's intervals that are too wide, and the width of the widest."""
    at_most = formatting.width(one.widest, one.scale, one.variable.unit)
    how = "" if one.too_wide == 1 else "the widest "
    return f"{one.too_wide} of {formatting.many(one.compared, 'interval')} too wide, {how}{at_most}"


def _item(miss: Miss) -> doc.Item:
    counted = doc.Span(f"{miss.outside} of {miss.compared} outside", kind="count")
    return doc.Item((doc.strong(miss.title), " ", counted, f" {miss.sentence}"))


def _missed(rows: Iterable[Compared]) -> list[Miss]:
    of_variable: dict[str, list[Compared]] = {}
    for row in rows:
        if row.compared:
            of_variable.setdefault(row.variable.id, []).append(row)
    found = [_miss(group) for group in of_variable.values() if any(row.verdict == "outside" for row in group)]
    return sorted(found, key=lambda miss: -miss.severity)


def _miss(group: Sequence[Compared]) -> Miss:
    out = [row for row in group if row.verdict == "outside"]
    sides = {side: [row for row in out if row.too == side] for side in ("low", "high")}
    said = formatting.sentence_case("; ".join(_side(own, side) for side, own in sides.items() if own))
    title, variable = formatting.quantity(group[0]), group[0].variable.id
    return Miss(title, variable, len(out), len(group), f"{said}.", max(map(_severity, out)))


def _side(rows: Sequence[Compared], side: str) -> str:
    worst = max(rows, key=_severity)
    when = f"{'on ' if worst.observation.period is None else ''}{formatting.when(worst.observation)}"
    start = f"too {side}" if len(rows) == 1 else f"too {side} in {len(rows)}, most"
    distance = f"{formatting.distance(worst)} beyond the doubt of the figure"
    if worst.scale == "factor" and math.isinf(worst.gap):
        distance = "so it has next to none"
    published = formatting.published(worst.observation)
    return f"{start} {when}: published {published}, the model says {formatting.model(worst)}, {distance}"


def _severity(row: Compared) -> float:
    """One order for factors and points: ten points weigh like half as much again."""
    return row.gap * 4.0 if row.scale == "points" else math.log(row.gap) if row.gap > 0 else 0.0

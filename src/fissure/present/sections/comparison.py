"""The model beside what was published: every figure, how each variable does, and what the model gets wrong."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present.document import (
    Block,
    Cell,
    Column,
    Count,
    Filter,
    Fold,
    Item,
    Items,
    Medium,
    Only,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    Tally,
    Tone,
    only,
)
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
from fissure.studies.effective import ENOUGH, Effective

ELSEWHERE = "⇄"


@dataclass(frozen=True)
class Placed:
    """A row and its mark: a bracket that joins rivals (``┌ │ └``), ``⇄`` for one elsewhere, or nothing."""

    row: Compared
    mark: str


@dataclass(frozen=True)
class Subject:
    """The rows whose variables read one output of the model."""

    output: str
    placed: tuple[Placed, ...]


def grouped(rows: Iterable[Compared]) -> list[Subject]:
    """Rows of variables that the model has a counterpart of, by output and variable in the ledger's order."""
    of_output: dict[str, dict[str, list[Compared]]] = {}
    for row in rows:
        if row.variable.output is not None:
            of_output.setdefault(row.variable.output, {}).setdefault(row.variable.id, []).append(row)
    return [
        Subject(output, tuple(placed for group in variables.values() for placed in _placed(group)))
        for output, variables in of_output.items()
    ]


def _placed(rows: Sequence[Compared]) -> list[Placed]:
    """Rows of one variable by date, each set of rivals together."""
    clusters = sorted(_clusters(rows), key=lambda cluster: cluster[0].observation.when)
    return [Placed(row, mark) for cluster in clusters for row, mark in zip(cluster, _marks(cluster), strict=True)]


def _clusters(rows: Sequence[Compared]) -> list[list[Compared]]:
    left = {row.observation.id: row for row in sorted(rows, key=lambda row: row.observation.when)}
    clusters = []
    while left:
        waiting, found = [next(iter(left))], []
        while waiting:
            row = left.pop(waiting.pop(), None)
            if row is not None:
                found.append(row)
                waiting += row.observation.rival_of
        clusters.append(sorted(found, key=lambda row: row.observation.when))
    return clusters


def _marks(cluster: Sequence[Compared]) -> list[str]:
    if len(cluster) == 1:
        return [ELSEWHERE if cluster[0].observation.rival_of else ""]
    return ["┌", *["│"] * (len(cluster) - 2), "└"]


TONES: Mapping[Verdict, Tone] = {
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
CLASSES_EXPLAINED = (
    (Span("Inside", strong=True), ": the published number lies within the model's 90% interval. "),
    (Span("Inside, too wide", strong=True), f": it does, but that interval is wider than {TOO_WIDE}, and says next to "
     "nothing. "),
    (Span("Bound kept", strong=True), ": only a one-sided bound was published, and the model's median keeps to it, "
     "which is easier. "),
    (Span("Near", strong=True), ": none of these, but the interval overlaps what was published with its doubt. "),
    (Span("Outside", strong=True), ": they do not overlap."),
)  # fmt: skip
NOTHING = "The run holds the time of no published figure that the model has a counterpart of, so nothing was compared."
WIDTHS = (
    "The 90% interval's width is its high over its low end, where an end below one part in "
    f"{ABSURD_FACTOR:.0f} of the published figure counts as that part; for shares and multipliers it is their "
    f"difference in points. The median of a variable's widths is shown. More than {ABSURD_FACTOR:.0f} times or "
    f"{100 * ABSURD_POINTS:.0f} points counts as too wide, whatever the class of the figure."
)
BEHIND = Span(
    formatting.BEHIND,
    kind="behind",
    words=f"{formatting.BEHIND} behind a prior",
    tip="A prior was argued from this figure",
)
TERMINAL: frozenset[Medium] = frozenset(("terminal",))
PAGE: frozenset[Medium] = frozenset(("page", "json"))


# Every figure


def section(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str], worth: Effective | None) -> Section:
    """Every published figure beside the model; `titles` names the model's outputs.

    A terminal has those that were compared, then a table of variables, and last what it comes to.
    """
    members, compared = members_of(rows), [row for row in rows if row.compared]
    marked = any(row.behind_prior for row in rows)
    intro = (
        "Every published figure of something that the model produces. ┌ and └ join publishers who disagree about the "
        "same thing; ⇄ marks a figure that disagrees with one under another heading, or counts otherwise."
    )
    if marked:
        intro += (
            f" {formatting.BEHIND} marks a figure that a prior was argued from: whether it lies inside is no "
            "independent check."
        )
    choices = tuple((name, str(formatting.VERDICTS[name])) for name in (*CLASSES, "not compared"))
    terminal: list[Block] = []
    if compared:
        left = len(rows) - len(compared)
        counted = (
            f"– {formatting.figures(left)} {'is' if left == 1 else 'are'} not compared; the report says why for each."
        )
        terminal += [table(compared, ledger, titles), *([Paragraph(counted, "small")] if left else [])]
        terminal += [Paragraph(KEY, "small"), *([] if members < ENOUGH else [_by_variable(rows)])]
    terminal.append(Paragraph(((Span(closing(rows), strong=True)),)))
    if compared:
        terminal.append(Paragraph(certainty.least_sure(rows, worth), "small"))
    return Section(
        "observations",
        "All observations",
        (
            Only(TERMINAL, tuple(terminal)),
            only(
                "page",
                Paragraph(intro),
                Filter("Filter the table", "publisher, quantity, date", choices, "only where publishers disagree"),
            ),
            Only(PAGE, (table(rows, ledger, titles), *_without_counterpart(rows, ledger))),
        ),
    )


def table(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> Table:
    """The figures by subject and variable, rivals joined by a bracket."""
    columns = (
        Column("id", on=frozenset(("json",))),
        Column("Of", key="when"),
        Column("Published", "right"),
        Column("90% with doubt", "right", on=PAGE, key="with_doubt"),
        Column("Model median", "right"),
        Column("Model 90%", "right", key="model_interval"),
        Column("Verdict"),
        Column("Published by", on=PAGE),
        Column("By", wrap=True, least=16, on=TERMINAL),
    )
    groups = []
    for subject in grouped(rows):
        title = titles.get(subject.output, subject.output)
        groups.append(RowGroup((), (f"{title} ", Span(subject.output, code=True))))
        of_variable: dict[str, list[Row]] = {}
        for placed in subject.placed:
            own = of_variable.setdefault(formatting.quantity(placed.row), [])
            own.append(_row(placed, ledger, title))
        groups += [RowGroup(tuple(own), quantity, level=2) for quantity, own in of_variable.items()]
    return Table(columns, tuple(groups), "All observations", "observations")


def _row(placed: Placed, ledger: Ledger, subject: str) -> Row:
    row, o = placed.row, placed.row.observation
    source, sources = ledger.sources[o.source], ledger.sources
    publisher = formatting.publisher(o, sources)
    said = [formatting.quantity(row), subject, publisher, source.id, formatting.when(o), o.id]
    rivals = "; ".join(formatting.publisher(ledger.observations[rival], sources) for rival in o.rival_of)
    driver = row.kind == "driver" and row.verdict == "inside"
    published = (formatting.published(o), *((" ", BEHIND) if row.behind_prior else ()))
    cells = (
        Cell(o.id),
        Cell(formatting.when(o), sign=placed.mark or " "),
        Cell(published, row.published),
        Cell((Span(formatting.interval(*o.band, o.unit), soft=True),)),
        Cell(formatting.median(row), row.median if row.compared else None),
        Cell(formatting.model_interval(row)),
        Cell(
            str(formatting.verdict(row)),
            note=row.reason,
            below=True,
            tone="driver" if driver else TONES[row.verdict],
        ),
        Cell(
            publisher,
            href=o.address or "",
            summary=o.scope,
            more=(o.doubt, *([f"Rivals: {rivals}."] if rivals else [])),
        ),
        Cell((f"{source.id} ", Span(source.publisher, soft=True))),
    )
    text = " ".join([*said, *(["behind a prior"] if row.behind_prior else [])]).lower()
    return Row(cells, kind="row", data={"verdict": row.verdict, "text": text})


def _without_counterpart(rows: Sequence[Compared], ledger: Ledger) -> list[Block]:
    """The published figures that the model produces nothing like, with the reason, one line a variable."""
    lines, figures = [], 0
    for one in summary(row for row in rows if row.variable.output is None):
        if one.compared:
            continue
        own = [row for row in rows if row.variable.id == one.variable.id]
        figures += len(own)
        publishers = dict.fromkeys(ledger.sources[row.observation.source].publisher for row in own)
        cells = (one.variable.title, Cell(f"{len(own)}", len(own)), ", ".join(publishers), one.variable.reason or "")
        lines.append(Row(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells)))
    if not lines:
        return []
    columns = ("Quantity", Column("Figures", "right"), "Published by", "Why not compared")
    said = f"{figures} published figures of {len(lines)} quantities that the model does not produce"
    return [Fold(said, (Table.of(columns, tuple(lines), "Figures without a counterpart"),))]


def by_variable(of_variable: Sequence[Summary]) -> Table:
    """How many observations of each variable are in each class; how wide its intervals are."""
    columns = (
        Column("Variable", wrap=True, least=30),
        *(Column(name, "right") for name in (*CLASSES, formatting.BEHIND)),
        Column("median width", "right"),
        Column("too wide"),
    )
    lines = []
    for one in of_variable:
        if not one.compared:
            continue
        numbers = (*one.of.values(), one.behind_prior)
        remark = f"{one.too_wide} of {one.compared}" if one.too_wide else "imposed" if one.kind == "driver" else ""
        cells = (
            Cell(one.variable.title),
            *(Cell(str(n) if n else "·", n) for n in numbers),
            Cell(formatting.width(one.width, one.scale, one.variable.unit), one.width),
            Cell(remark),
        )
        lines.append(Row(cells))
    return Table(columns, (RowGroup(tuple(lines)),), "By variable", note=WIDTHS)


def _by_variable(rows: Sequence[Compared]) -> Section:
    return Section("by-variable", "By variable", (by_variable(summary(rows)),))


def closing(rows: Sequence[Compared]) -> str:
    """How many published figures the model holds against, class by class, and what that is worth."""
    n, members = count(rows), members_of(rows)
    if not n.compared:
        return f"The run holds the time of none of {formatting.figures(n.not_compared)}, so nothing was compared."
    said = [formatting.headline(n, members), formatting.behind(n, members)]
    if n.too_wide and members >= ENOUGH:
        said.append(f"In all, {n.too_wide} of the {n.compared} intervals are too wide to say anything.")
    if n.drivers:
        said.append(f"{n.drivers} more figures check what the case imposes and are not counted.")
    return " ".join(one for one in said if one)


# What is wrong


def verdicts(rows: Sequence[Compared], members: int, worth: Effective | None) -> tuple[Block, ...]:
    """How many figures are in each class; nothing is counted over too few histories."""
    n = count(rows)
    if not n.compared:
        return (Paragraph(NOTHING),)
    said = [formatting.headline(n, members), formatting.behind(n, members)]
    if n.drivers:
        said.append(f"Another {n.drivers} only check what the case imposes and are not counted.")
    bar = Tally(tuple(Count(n.of[name], formatting.VERDICTS[name].word, formatting.VERDICTS[name].sign, TONES[name])
                      for name in CLASSES))  # fmt: skip
    sure = certainty.least_sure(rows, worth)
    return (
        Paragraph(" ".join(one for one in said if one), "headline"),
        *([bar] if members >= ENOUGH else []),
        *([Paragraph(sure, "small")] if sure else []),
    )


def explained(rows: Sequence[Compared]) -> Paragraph:
    """What the classes of figures mean."""
    said = tuple(part for line in CLASSES_EXPLAINED for part in line)
    sign = (" ", Span(formatting.BEHIND, strong=True), ": a prior was argued from this figure.")
    return Paragraph((*said, *(sign if count(rows).behind_prior else ())), "small")


def mistakes(rows: Sequence[Compared]) -> tuple[Section, Section]:
    """Where published figures lie outside, and where the model says next to nothing."""
    missed, of_the_case, n = misses(rows), imposed(rows), count(rows)
    outside: list[Block] = [
        Items(tuple(map(_item, missed)), "misses", ordered=True) if missed else Paragraph("None does.")
    ]
    if of_the_case:
        said = "What the case imposes is not counted above. Of it, too, published figures lie outside:"
        outside += [Paragraph(said, "small"), Items(tuple(map(_item, of_the_case)), "small")]
    wide: tuple[Block, ...] = (Paragraph(f"No interval beside a published figure is wider than {TOO_WIDE}."),)
    if found := too_wide(rows):
        said = (
            f"A 90% interval wider than {TOO_WIDE}, says next to nothing, whichever class the figure beside it is in. "
            f"An end below one part in {ABSURD_FACTOR:.0f} of the published figure counts as that part. Of the "
            f"{n.compared} intervals {n.too_wide} {'is' if n.too_wide == 1 else 'are'}:"
        )
        lines = [(Span(one.variable.title, strong=True), f": {widest(one)}") for one in found]
        wide = (Paragraph(said), Items.of(lines))
    return (
        Section("outside", "Where published figures lie outside", tuple(outside)),
        Section("too-wide", "Where it says next to nothing", wide),
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
    """How many intervals of a variable are too wide, and how wide the widest is."""
    at_most = formatting.width(one.widest, one.scale, one.variable.unit)
    how = "" if one.too_wide == 1 else "the widest "
    return f"{formatting.too_wide(one.too_wide, one.compared)}, {how}{at_most}"


def _item(miss: Miss) -> Item:
    counted = Span(f"{miss.outside} of {miss.compared} outside", kind="count")
    return Item((Span(miss.title, strong=True), " ", counted, f" {miss.sentence}"))


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
    said = "; ".join(_side(own, side) for side, own in sides.items() if own)
    return Miss(
        title=formatting.quantity(group[0]),
        variable=group[0].variable.id,
        outside=len(out),
        compared=len(group),
        sentence=f"{said[0].upper()}{said[1:]}.",
        severity=max(map(_severity, out)),
    )


def _side(rows: Sequence[Compared], side: str) -> str:
    worst = max(rows, key=_severity)
    when = f"{'on ' if worst.observation.period is None else ''}{formatting.when(worst.observation)}"
    start = f"too {side}" if len(rows) == 1 else f"too {side} in {len(rows)}, most"
    distance = f"{formatting.distance(worst)} beyond the doubt of the figure"
    if worst.scale == "factor" and math.isinf(worst.gap):
        distance = "so it has next to none"
    return (
        f"{start} {when}: published {formatting.published(worst.observation)}, the model says "
        f"{formatting.model(worst)}, {distance}"
    )


def _severity(row: Compared) -> float:
    """One order for factors and points: ten points weigh like half as much again."""
    return row.gap * 4.0 if row.scale == "points" else math.log(row.gap) if row.gap > 0 else 0.0

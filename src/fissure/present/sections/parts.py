"""Parts of documents of several studies: tables of the ledger, its publishers, and how a study was made."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fissure.cases.conventions import Leaning
from fissure.context import Context
from fissure.evidence.entries import Claim, Direction, Observation, Source
from fissure.evidence.ledger import Ledger
from fissure.evidence.trace import Kind
from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.charts import figures as charts
from fissure.present.document import (
    EVERYWHERE,
    IN_JSON,
    NOT_IN_JSON,
    NOT_IN_TERMINAL,
    Block,
    Cell,
    Column,
    Command,
    Facts,
    Figure,
    Fold,
    Item,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    not_in_terminal,
    only,
)
from fissure.studies.effective import few_histories
from fissure.studies.measurement import data, leaning_of

AGAIN = "The same command makes the same numbers again:"


def claims_section(ids: Iterable[str], ledger: Ledger) -> Section:
    """The claims that a study answers to, and the sources that make them."""
    found = [ledger.claims[name] for name in dict.fromkeys(ids)]
    said = (
        "What the sources assert or ask, in our words, by source and line. In a terminal ",
        Span(f"fissure trace {found[0].id if found else ''}", code=True),
        " follows any of them further.",
    )
    speak = sources([ledger.sources[name] for name in dict.fromkeys(one.source for one in found)])
    return Section("claims", "Claims", (not_in_terminal(Paragraph(said), claims(found), speak),))


def made(facts: Mapping[str, object], command: str, method: str = "") -> Section:
    """How the numbers were made, by which method, and the command that makes them again."""
    rows = tuple((label, str(value)) for label, value in facts.items())
    by = [Paragraph(method)] if method else []
    return Section("made", "How it was made", (not_in_terminal(*by, Facts(rows), Paragraph(AGAIN), Command(command)),))


def figure(
    key: str, title: str, spec: Mapping[str, Any], said: Line = "", numbers: Table | None = None, kind: str = "one"
) -> Figure:
    """A chart whose spec says what it shows, with a sentence on how to read it."""
    return Figure(key, title, spec, alt=str(spec["description"]), sentence=said, numbers=numbers, kind=kind)


def code(name: str) -> Cell:
    """A name in code."""
    return Cell((Span(name, code=True),))


def named(title: str, name: str) -> Cell:
    """What something is in words, and its name in code."""
    return Cell((f"{title} ", Span(name, code=True)))


def too_few(members: int) -> tuple[Notice, ...]:
    """That there are too few histories for an interval, where there are."""
    said = few_histories(members)
    return (Notice((said,), kind="few"),) if said else ()


CHART = "entry"
"""Key of an entry's chart."""
ABREAST = 4
"""Rivals that stand side by side; more continue in another table."""
DIRECTIONS: dict[Direction, formatting.Words] = {
    "raises": formatting.Words("▲", "raises"),
    "lowers": formatting.Words("▼", "lowers"),
    "describes": formatting.Words("•", "describes"),
    "predicts": formatting.Words("?", "expects"),
}


def mechanism(name: str) -> Span:
    """A mechanism by its label, which leads to its page."""
    known = name in mechanism_classes()
    return Span(formatting.mechanism_label(name), to=f"mechanism:{name}" if known else "")


def sources(some: Iterable[Source], figures: Iterable[Observation] = ()) -> Section:
    """Who says so: each source with its known leaning, and the addresses of these `figures` that it published."""
    of: dict[str, list[str]] = {}
    for o in figures:
        of.setdefault(o.source, []).append(o.address or "")
    items = []
    for one in some:
        about = " · ".join(filter(None, (formatting.kind_of_source(one), one.title, one.file)))
        places = [address for address in dict.fromkeys([one.address or "", *of.get(one.id, ())]) if address]
        line = (Span(formatting.source_name(one), to=f"entry:{one.id}"), Span(f" · {about}. ", soft=True), one.leaning)
        items.append(Item((*line, *(part for place in places for part in (" ", Span(place, href=place))))))
    return Section("sources", "Who says so", (Items(tuple(items), "sources"),))


def claims(some: Sequence[Claim], of: Kind = "claim") -> Table:
    """Claims with where they stand, what they say of what, and who takes them up (not told of one mechanism)."""
    columns = (
        Column("claim", key="id"),
        Column("what it says", wrap=True, least=30, on=NOT_IN_JSON),
        Column("taken up by", wrap=True, least=12, on=IN_JSON if of == "mechanism" else EVERYWHERE, key="mechanism"),
        *(Column(name, on=IN_JSON) for name in ("source", "line", "text", "direction", "effect", "reason", "figure")),
    )
    return Table.of(columns, tuple(map(_claim, some)), "Claims", "publishers claims")


def _claim(one: Claim) -> Row:
    text = " ".join(one.paraphrase.split())
    sign = DIRECTIONS[one.direction]
    figure = (f"; its figure: {one.figure}") if one.figure else ""
    taken: Line = (mechanism(one.mechanism),) if one.mechanism else (Span(f"no mechanism: {one.reason}", soft=True),)
    told = Cell(text, note=f"{sign}: {one.effect}{figure}", below=True)
    stands = Cell((Span(one.id, code=True, to=f"entry:{one.id}"),), note=formatting.claim_place(one), below=True)
    own = (one.source, str(one.line), text, one.direction, one.effect, one.reason or "", one.figure or "")
    return Row((stands, told, Cell(taken), *map(Cell, own)), key=one.id)


def figures(some: Iterable[Observation], context: Context) -> tuple[Block, ...]:
    """Published figures by quantity, each by date."""
    ledger = context.ledger
    of: dict[str, list[Observation]] = {}
    for one in sorted(some, key=lambda o: (o.variable, o.when, o.id)):
        of.setdefault(one.variable, []).append(one)
    columns = (
        Column("when"),
        Column("published", "right"),
        Column("90% with its doubt", "right", key="range"),
        Column("of", wrap=True, least=16, key="scope"),
        Column("by", wrap=True, least=16, key="publisher"),
        Column("entry", on=NOT_IN_TERMINAL, key="id"),
        *(Column(name, on=IN_JSON) for name in ("low", "high", "unit", "doubt")),
    )
    groups = (
        RowGroup(tuple(_figure(o, context) for o in own), (Span(ledger.variables[name].title, to=f"entry:{name}"),))
        for name, own in of.items()
    )
    rival = any(o.rival_of for own in of.values() for o in own)
    note = "⇄ has rivals, side by side below" if rival else ""
    return (Table(columns, tuple(groups), "Published figures", "publishers published", note),)


def _figure(one: Observation, context: Context) -> Row:
    unit = formatting.unit_after(one.unit).strip()
    source = context.ledger.sources[one.source]
    address = one.address or source.address or ""
    by = Span(formatting.publisher(one, context.ledger.sources), href=address)
    return Row(
        (
            Cell(formatting.when(one)),
            Cell(formatting.published(one), one.published),
            Cell(formatting.interval(*one.band, one.unit)),
            Cell(f"{unit}, {one.scope}" if unit else one.scope),
            Cell((by, " ⇄" if one.rival_of else "")),
            Cell((entry_link(one.id),)),
            *(Cell(value=end) for end in one.ends),
            Cell(one.unit),
            Cell(one.doubt),
        )
    )


def entry_link(name: str) -> Span:
    """An entry by its id, which leads to it."""
    return Span(name, code=True, to=f"entry:{name}")


def rivals(
    groups: Sequence[Sequence[Observation]], context: Context, own: str = "", chart: bool = True
) -> Iterator[Section]:
    """Figures that contradict one another, those of one group side by side; the one with the id `own` is marked."""
    blocks: list[Block] = []
    for number, group in enumerate(groups):
        spec = charts.side_by_side(group, own, context.ledger.sources) if own and chart and not number else None
        if spec is not None:
            said, after = (
                "Published figures with their 90% ranges",
                "Triangles are bounds that point to where the truth may lie.",
            )
            blocks.append(Figure(CHART, said, spec, alt=spec["description"], after=after, kind="low"))
        for start in range(0, len(group), ABREAST):
            blocks.append(_side_by_side(group[start : start + ABREAST], context, own))
    if blocks:
        why = Paragraph("They speak of the same thing and disagree, or count otherwise.", "small soft")
        yield Section("rivals", "Rival figures, side by side", (only("page", why), *blocks), kind="rivals")


def _side_by_side(group: Sequence[Observation], context: Context, own: str) -> Table:
    """A column for each figure."""
    ledger = context.ledger
    titles = [ledger.variables[o.variable].title for o in group]

    def row(label: str, cells: Iterable[Line | Cell]) -> Row:
        return Row((Cell(label), *(one if isinstance(one, Cell) else Cell(one) for one in cells)))

    by = (
        (
            Span(formatting.publisher(o, ledger.sources), href=o.address or ledger.sources[o.source].address or ""),
            Span(" (this one)" if o.id == own else "", strong=True),
        )
        for o in group
    )
    rows = (
        row("by", by),
        row("kind", (formatting.kind_of_source(ledger.sources[o.source]) for o in group)),
        row("what", titles),
        row("when", map(formatting.when, group)),
        row("scope", (o.scope for o in group)),
        row("says", (Cell((Span(formatting.figure(o), strong=True),), o.published) for o in group)),
        row("90%", (formatting.interval(*o.band, o.unit) for o in group)),
        row("doubt", (o.doubt for o in group)),
        row("entry", ((entry_link(o.id),) for o in group)),
    )
    columns = (Column("", key="about"), *(Column("", wrap=True, least=14, key=o.id) for o in group))
    return Table.of(columns, rows, f"Rival figures: {', '.join(dict.fromkeys(titles))}", "rivals")


INTRO = (
    "Who published the figures and made the claims, and which way each may lean. Publishers who disagree stay side by "
    "side; none is averaged away."
)
MEASUREMENT = (
    "Where the model is fitted to figures or scored against them, a figure is read as the truth of the model times "
    "(or, for shares, plus) the publisher's lean, with an error. The lean is given as published over true with its "
    "90% range. The common part of a figure's doubt is an error that all figures of one publisher on one family of "
    "quantities share; the rest is each figure's own. A published range may hold the truth anywhere within, and a "
    "bound counts only where it is broken. A bound that already says what leans its way is not moved by the lean."
)


def evidence(ledger: Ledger, leanings: Sequence[Leaning]) -> Section:
    """Every source with its leaning; folded, the measurement model of its figures."""
    figures = [one.source for one in ledger.observations.values()]
    claims = [one.source for one in ledger.claims.values()]
    rows = tuple(_publisher(one, figures.count(one.id), claims.count(one.id)) for one in ledger.sources.values())
    columns = ("Publisher", "Kind", Column("Figures", "right"), Column("Claims", "right"), "Leaning")
    found = publishers(ledger, leanings)
    return Section(
        "evidence",
        "Evidence",
        (
            Paragraph(INTRO),
            Table.of(columns, rows, "Publishers", "publishers"),
            *([measured(found)] if found else []),
        ),
    )


def _publisher(source: Source, figures: int, claims: int) -> Row:
    publisher = Span(source.publisher, href=source.address or "")
    return Row(
        (
            Cell((publisher, " ", Span(source.id, code=True)), note=source.title, below=True),
            Cell(source.kind.replace("-", " ")),
            Cell(str(figures or "·"), figures),
            Cell(str(claims or "·"), claims),
            Cell(source.leaning),
        )
    )


@dataclass(frozen=True)
class Publisher:
    """One publisher on one family of variables: what its figures share, and on what grounds."""

    publisher: str
    source: str
    kind: str
    family: str
    lean: str
    common: str
    figures: int
    reason: str


def publishers(ledger: Ledger, leanings: Sequence[Leaning]) -> list[Publisher]:
    """One row for each bias term of the figures that can be learned from, in the order of the ledger."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for item in data(ledger, leanings):
        grouped.setdefault((item.observation.source, item.variable.of_family), []).append(item.scale)
    rows = []
    for (name, family), scales in grouped.items():
        source = ledger.sources[name]
        leaning = leaning_of(leanings, source.kind, family)
        rows.append(
            Publisher(
                publisher=source.publisher,
                source=name,
                kind=source.kind.replace("-", " "),
                family=family.replace("_", " ").replace("-", " "),
                lean="; ".join(dict.fromkeys(_lean(leaning, scale) for scale in scales)),
                common=f"{leaning.common:.0%}",
                figures=len(scales),
                reason=leaning.reason,
            )
        )
    return rows


def measured(found: Sequence[Publisher]) -> Fold:
    """The measurement model of published figures, to be opened."""
    return Fold("How each publisher's figures relate to the model", (Paragraph(MEASUREMENT), measurement(found)))


def measurement(found: Sequence[Publisher]) -> Table:
    """How each publisher's figures relate to the model, a row for each bias term."""
    columns = (
        "Publisher",
        "Kind",
        "Of",
        Column("Figures", "right"),
        "Lean",
        Column("Common", "right"),
        "Why",
    )
    rows = (
        Row(
            (
                Cell((f"{one.publisher} ", Span(one.source, code=True))),
                Cell(one.kind),
                Cell(one.family),
                Cell(str(one.figures), one.figures),
                Cell(one.lean),
                Cell(one.common),
                Cell(one.reason),
            )
        )
        for one in found
    )
    return Table.of(columns, tuple(rows), "How publishers' figures relate to the model", "publishers")


def _lean(leaning: Leaning, scale: str) -> str:
    """The middle of the lean with its 90% range, in words."""
    if scale == "points":
        if leaning.points is None:
            return "none known"
        low, high = leaning.points
        return f"{50 * (low + high):+.0f} points ({100 * low:+.0f} to {100 * high:+.0f})"
    if leaning.factor is None:
        return "none known"
    low, high = leaning.factor
    return f"× {math.sqrt(low * high):.2g} ({low:g} to {high:g})"

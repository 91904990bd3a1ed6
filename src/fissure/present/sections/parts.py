"""Parts of documents of several studies: tables of the ledger, its publishers, and how a study was made."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fissure.cases.conventions import Leaning
from fissure.context import Context
from fissure.evidence.entries import Claim, Direction, Executes, Observation, Source
from fissure.evidence.ledger import Ledger
from fissure.evidence.trace import Kind
from fissure.model.catalogue import mechanism_classes
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.charts import figures as charts
from fissure.studies.measurement import data, leaning_of

AGAIN = "The same command makes the same numbers again:"


def claims_section(ids: Iterable[str], ledger: Ledger) -> doc.Section:
    """The claims that a study answers to, and the sources that make them."""
    found = [ledger.claims[name] for name in dict.fromkeys(ids)]
    said = (
        "What the sources assert or ask, in our words, by source and line. In a terminal ",
        doc.code(f"fissure trace {found[0].id if found else ''}"),
        " follows any of them further.",
    )
    speak = sources([ledger.sources[name] for name in dict.fromkeys(one.source for one in found)])
    return doc.Section("claims", "Claims", (doc.not_in_terminal(doc.Paragraph(said), claims(found), speak),))


def made(facts: Mapping[str, object], command: str, method: str = "") -> doc.Section:
    """The facts and method behind the numbers, and the command that makes them again."""
    rows = doc.Facts(tuple((label, str(value)) for label, value in facts.items()))
    by = [doc.Paragraph(method)] if method else []
    return doc.Section(
        "made", "How it was made", (doc.not_in_terminal(*by, rows, doc.Paragraph(AGAIN), doc.Command(command)),)
    )


def figure(
    key: str,
    title: str,
    spec: Mapping[str, Any],
    said: doc.Line = "",
    numbers: doc.Table | None = None,
    kind: str = "one",
) -> doc.Figure:
    """A chart whose spec says what it shows, with a sentence on how to read it."""
    return doc.Figure(key, title, spec, alt=str(spec["description"]), sentence=said, numbers=numbers, kind=kind)


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


def mechanism(name: str) -> doc.Span:
    """A mechanism by its label, which leads to its page."""
    known = name in mechanism_classes()
    return doc.Span(formatting.mechanism_label(name), to=f"mechanism:{name}" if known else "")


def sources(some: Iterable[Source], figures: Iterable[Observation] = ()) -> doc.Section:
    """Each source with its known leaning, and the addresses of these `figures` that it published."""
    shown = list(figures)
    items = []
    for one in some:
        about = " · ".join(filter(None, (formatting.kind_of_source(one), one.title, one.file)))
        of = dict.fromkeys(filter(None, [one.address, *(o.address for o in shown if o.source == one.id)]))
        places = (part for place in of for part in (" ", doc.Span(place, href=place)))
        name = doc.Span(formatting.source_name(one), to=f"entry:{one.id}")
        items.append((name, doc.Span(f" · {about}. ", soft=True), one.leaning, *places))
    return doc.Section("sources", "Who says so", (doc.Items.of(items, "sources"),))


def claims(some: Sequence[Claim], of: Kind = "claim") -> doc.Table:
    """Claims with where they stand, what they say of what, and who takes them up (not told of one mechanism)."""
    columns = (
        doc.Column("claim", key="id"),
        doc.Column("what it says", wrap=True, least=30, on=doc.NOT_IN_JSON),
        doc.Column(
            "taken up by", wrap=True, least=12, on=doc.IN_JSON if of == "mechanism" else doc.EVERYWHERE, key="mechanism"
        ),
        *(
            doc.Column(name, on=doc.IN_JSON)
            for name in ("source", "line", "text", "direction", "effect", "reason", "executes", "lacks", "figure")
        ),
    )
    return doc.Table.of(columns, map(_claim, some), "Claims", "publishers claims")


CARRIED_OUT: Mapping[Executes, str] = {"yes": "whole", "partly": "in part", "no": "not yet"}
"""Whether the model does what a claim says, in words."""


def carried_out(one: Claim) -> str:
    """What of a claim its mechanism leaves out; empty where that is nothing."""
    return f"{CARRIED_OUT[one.executes]}. {one.lacks}" if one.lacks else ""


def how_many_are_carried_out(claims: Iterable[Claim]) -> str:
    """How many of them the model carries out, in a sentence."""
    count = Counter(one.carried_out for one in claims)
    taken = count["yes"] + count["partly"] + count["no"]
    return (
        f"Of {taken} claims that a mechanism can carry out the model carries out {count['yes']} whole, "
        f"{count['partly']} in part and {count['no']} not yet; {count[None]} more ask or sum up, and no mechanism "
        "takes them up."
    )


def _claim(one: Claim) -> doc.Row:
    text = " ".join(one.paraphrase.split())
    figure = f"; its figure: {one.figure}" if one.figure else ""
    left_out = f". In the model {carried_out(one)}" if one.lacks else ""
    taken: doc.Line = (
        (mechanism(one.mechanism),) if one.mechanism else (doc.Span(f"no mechanism: {one.reason}", soft=True),)
    )
    return doc.Row.of(
        doc.Cell((entry_link(one.id),), note=formatting.claim_place(one), below=True),
        doc.Cell(text, note=f"{DIRECTIONS[one.direction]}: {one.effect}{figure}{left_out}", below=True),
        taken,
        *(one.source, str(one.line), text, one.direction, one.effect, one.reason or ""),
        *(one.carried_out or "", one.lacks or "", one.figure or ""),
        key=one.id,
    )


def figures(some: Iterable[Observation], context: Context) -> tuple[doc.Block, ...]:
    """Published figures by quantity, each by date."""
    ledger = context.ledger
    of: dict[str, list[Observation]] = {}
    for one in sorted(some, key=lambda o: (o.variable, o.when, o.id)):
        of.setdefault(one.variable, []).append(one)
    columns = (
        doc.Column("when"),
        doc.Column("published", "right"),
        doc.Column("90% with its doubt", "right", key="range"),
        doc.Column("of", wrap=True, least=16, key="scope"),
        doc.Column("by", wrap=True, least=16, key="publisher"),
        doc.Column("entry", on=doc.NOT_IN_TERMINAL, key="id"),
        *(doc.Column(name, on=doc.IN_JSON) for name in ("low", "high", "unit", "doubt")),
    )
    groups = (
        doc.RowGroup(
            tuple(_figure(o, ledger) for o in own), (doc.Span(ledger.variables[name].title, to=f"entry:{name}"),)
        )
        for name, own in of.items()
    )
    note = "⇄ has rivals, side by side below" if any(o.rival_of for own in of.values() for o in own) else ""
    return (doc.Table(columns, tuple(groups), "Published figures", "publishers published", note),)


def _figure(one: Observation, ledger: Ledger) -> doc.Row:
    unit = formatting.unit_after(one.unit).strip()
    return doc.Row.of(
        formatting.when(one),
        doc.Cell(formatting.published(one), one.published),
        formatting.interval(*one.band, one.unit),
        f"{unit}, {one.scope}" if unit else one.scope,
        (_by(one, ledger), " ⇄" if one.rival_of else ""),
        (entry_link(one.id),),
        *(doc.Cell(value=end) for end in one.ends),
        one.unit,
        one.doubt,
    )


def _by(one: Observation, ledger: Ledger) -> doc.Span:
    """The publisher of a figure, which leads to where it was published."""
    href = one.address or ledger.sources[one.source].address or ""
    return doc.Span(formatting.publisher(one, ledger.sources), href=href)


def entry_link(name: str) -> doc.Span:
    """An entry by its id, which leads to it."""
    return doc.code(name, f"entry:{name}")


def rivals(
    groups: Sequence[Sequence[Observation]], context: Context, own: str = "", chart: bool = True
) -> Iterator[doc.Section]:
    """Figures that contradict one another, those of one group side by side; the one with the id `own` is marked."""
    blocks: list[doc.Block] = []
    ledger = context.ledger
    spec = charts.side_by_side(groups[0], own, ledger.sources) if groups and own and chart else None
    if spec is not None:
        said, after = (
            "Published figures with their 90% ranges",
            "Triangles are bounds that point to where the truth may lie.",
        )
        blocks.append(doc.Figure(CHART, said, spec, alt=spec["description"], after=after, kind="low"))
    for group in groups:
        for start in range(0, len(group), ABREAST):
            blocks.append(_side_by_side(group[start : start + ABREAST], ledger, own))
    if blocks:
        why = doc.Paragraph("They speak of the same thing and disagree, or count otherwise.", "small soft")
        yield doc.Section("rivals", "Rival figures, side by side", (doc.only("page", why), *blocks), kind="rivals")


def _side_by_side(group: Sequence[Observation], ledger: Ledger, own: str) -> doc.Table:
    """A column for each figure."""
    titles = [ledger.variables[o.variable].title for o in group]
    rows: dict[str, Iterable[doc.Line | doc.Cell]] = {
        "by": ((_by(o, ledger), doc.Span(" (this one)" if o.id == own else "", strong=True)) for o in group),
        "kind": (formatting.kind_of_source(ledger.sources[o.source]) for o in group),
        "what": titles,
        "when": map(formatting.when, group),
        "scope": (o.scope for o in group),
        "says": (doc.Cell((doc.strong(formatting.figure(o)),), o.published) for o in group),
        "90%": (formatting.interval(*o.band, o.unit) for o in group),
        "doubt": (o.doubt for o in group),
        "entry": ((entry_link(o.id),) for o in group),
    }
    columns = (doc.Column("", key="about"), *(doc.Column("", wrap=True, least=14, key=o.id) for o in group))
    title = f"Rival figures: {', '.join(dict.fromkeys(titles))}"
    return doc.Table.of(columns, (doc.Row.of(label, *cells) for label, cells in rows.items()), title, "rivals")


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


def evidence(ledger: Ledger, leanings: Sequence[Leaning]) -> doc.Section:
    """Every source with its leaning; folded, the measurement model of its figures."""
    figures = Counter(one.source for one in ledger.observations.values())
    claims = Counter(one.source for one in ledger.claims.values())
    fields: tuple[doc.Field[Source], ...] = (
        (
            "Publisher",
            lambda one: doc.Cell(
                (doc.Span(one.publisher, href=one.address or ""), " ", doc.code(one.id)), note=one.title, below=True
            ),
        ),
        ("Kind", formatting.kind_of_source),
        (doc.Column("Figures", "right"), lambda one: doc.Cell(str(figures[one.id] or "·"), figures[one.id])),
        (doc.Column("Claims", "right"), lambda one: doc.Cell(str(claims[one.id] or "·"), claims[one.id])),
        ("Leaning", lambda one: one.leaning),
    )
    found = publishers(ledger, leanings)
    table = doc.Table.by(ledger.sources.values(), fields, "Publishers", "publishers")
    done = doc.Paragraph(how_many_are_carried_out(ledger.claims.values()))
    return doc.Section(
        "evidence", "Evidence", (doc.Paragraph(INTRO), table, done, *([measured(found)] if found else []))
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
    of: dict[tuple[str, str], list[str]] = {}
    for item in data(ledger, leanings):
        of.setdefault((item.observation.source, item.variable.of_family), []).append(item.scale)
    rows = []
    for (name, family), scales in of.items():
        source = ledger.sources[name]
        leaning = leaning_of(leanings, source.kind, family)
        lean = "; ".join(dict.fromkeys(_lean(leaning, scale) for scale in scales))
        own = (source.publisher, name, formatting.kind_of_source(source), formatting.family(family), lean)
        rows.append(Publisher(*own, f"{leaning.common:.0%}", len(scales), leaning.reason))
    return rows


def measured(found: Sequence[Publisher]) -> doc.Fold:
    """The measurement model of published figures, to be opened."""
    return doc.Fold(
        "How each publisher's figures relate to the model", (doc.Paragraph(MEASUREMENT), measurement(found))
    )


def measurement(found: Sequence[Publisher]) -> doc.Table:
    """The relation of each publisher's figures to the model, a row for each bias term."""
    fields: tuple[doc.Field[Publisher], ...] = (
        ("Publisher", lambda one: doc.named(one.publisher, one.source)),
        ("Kind", lambda one: one.kind),
        ("Of", lambda one: one.family),
        (doc.Column("Figures", "right"), lambda one: doc.Cell(str(one.figures), one.figures)),
        ("Lean", lambda one: one.lean),
        (doc.Column("Common", "right"), lambda one: one.common),
        ("Why", lambda one: one.reason),
    )
    return doc.Table.by(found, fields, "How publishers' figures relate to the model", "publishers")


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

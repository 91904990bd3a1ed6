"""Who published: their leaning, how much rests on each, and how each one's figures relate to the model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fissure.cases.conventions import Leaning
from fissure.evidence.entries import Source
from fissure.evidence.ledger import Ledger
from fissure.present.document import Cell, Column, Fold, Paragraph, Row, Section, Span, Table
from fissure.studies.measurement import data, leaning_of

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


def section(ledger: Ledger, leanings: Sequence[Leaning]) -> Section:
    """Every source with its leaning; folded, the measurement model of its figures."""
    figures = [one.source for one in ledger.observations.values()]
    claims = [one.source for one in ledger.claims.values()]
    rows = tuple(_row(one, figures.count(one.id), claims.count(one.id)) for one in ledger.sources.values())
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


def _row(source: Source, figures: int, claims: int) -> Row:
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

"""What documents of several studies have in common: the claims behind a study, and how it was made."""

from collections.abc import Iterable, Mapping
from typing import Any

from fissure.evidence.ledger import Ledger
from fissure.present.document import (
    Cell,
    Command,
    Facts,
    Figure,
    Notice,
    Paragraph,
    Section,
    Span,
    Table,
    not_in_terminal,
)
from fissure.present.sections import ledger_tables
from fissure.studies.effective import few_histories

AGAIN = "The same command makes the same numbers again:"


def claims(ids: Iterable[str], ledger: Ledger) -> Section:
    """The claims that a study answers to, and the sources that make them."""
    found = [ledger.claims[name] for name in dict.fromkeys(ids)]
    said = (
        "What the sources assert or ask, in our words, by source and line. In a terminal ",
        Span(f"fissure trace {found[0].id if found else ''}", code=True),
        " follows any of them further.",
    )
    speak = ledger_tables.sources([ledger.sources[name] for name in dict.fromkeys(one.source for one in found)])
    return Section("claims", "Claims", (not_in_terminal(Paragraph(said), ledger_tables.claims(found), speak),))


def made(facts: Mapping[str, object], command: str, method: str = "") -> Section:
    """How the numbers were made, by which method, and the command that makes them again."""
    rows = tuple((label, str(value)) for label, value in facts.items())
    by = [Paragraph(method)] if method else []
    return Section("made", "How it was made", (not_in_terminal(*by, Facts(rows), Paragraph(AGAIN), Command(command)),))


def figure(
    key: str, title: str, spec: Mapping[str, Any], said: str, numbers: Table | None = None, kind: str = "one"
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

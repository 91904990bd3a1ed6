"""Submodels: every mechanism and every process that is always on, from its docstring, its fields, the ledger."""

import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import GROUPS, mechanism_classes, parts
from fissure.model.description import Variable, described, variables
from fissure.model.effects import Effects
from fissure.model.parameters import Declared
from tools.docs.odd import markdown as md

GROUP_TITLES = {
    "ranks": "The ranks",
    "factions": "Faith and factions",
    "rule": "Rule",
    "governed": "The governed",
    "war": "The war outside",
}
DIRECTIONS = {"raises": "raises", "lowers": "lowers", "describes": "describes", "predicts": "expects"}


@dataclass(frozen=True)
class Submodel:
    """A mechanism or a process as the page shows it; its texts are Markdown."""

    name: str
    heading: str
    title: str
    says: str
    theory: str
    rule: str
    reads: str
    writes: str
    source: str
    claims: tuple[str, ...]
    parameters: str


def mechanism_heading(name: str) -> str:
    """The heading under which the page describes mechanism `name`."""
    return f"Mechanism {name}: {mechanism_classes()[name].title}"


def process_heading(name: str) -> str:
    """The heading under which the page describes the process `name`, one of what is always on."""
    return f"Process {name}: {vars(parts()[name])['title']}"


def mechanisms(declared: Iterable[Declared], ledger: Ledger) -> dict[str, list[Submodel]]:
    """The mechanisms by the title of their group, by name within it."""
    declared = list(declared)
    found: dict[str, list[Submodel]] = {GROUP_TITLES[group]: [] for group in GROUPS}
    for name, kind in mechanism_classes().items():
        text = described(kind)
        found[GROUP_TITLES[kind.group()]].append(
            Submodel(
                name=name,
                heading=mechanism_heading(name),
                title=kind.title,
                says=md.prose(text.line),
                theory=md.prose(text.theory),
                rule=md.document(text.rule),
                reads=md.prose(text.reads),
                writes=", ".join(map(md.code, text.writes)),
                source=text.source,
                claims=tuple(_claim(id_, ledger) for id_ in kind.claims),
                parameters=parameters(p for p in declared if p.owner == name),
            )
        )
    return found


def processes(declared: Iterable[Declared]) -> list[Submodel]:
    """What is always on, the start first."""
    declared = list(declared)
    return [
        Submodel(
            name=name,
            heading=process_heading(name),
            title=vars(kind)["title"],
            says=_about(kind),
            theory="",
            rule=md.document(inspect.getdoc(kind) or ""),
            reads="",
            writes="",
            source="",
            claims=(),
            parameters=parameters(p for p in declared if p.owner == name),
        )
        for name, kind in parts().items()
        if name not in mechanism_classes()
    ]


def parameters(declared: Iterable[Declared]) -> str:
    """A table of parameters with what the case believes of each and why."""
    rows = []
    for p in declared:
        prior = p.prior.prior
        span = md.number(prior.low) if prior.kind == "fixed" else f"{md.number(prior.low)} to {md.number(prior.high)}"
        evidence = ", ".join(map(md.code, p.prior.evidence))
        reason = md.prose(p.prior.reason) + (f" Evidence: {evidence}." if evidence else "")
        rows.append((md.code(p.name), md.prose(p.meaning), md.prose(p.unit), f"{prior.kind}, {span}", reason))
    return md.table(("Parameter", "Meaning", "Unit", "Prior, 5% to 95%", "Why"), rows) if rows else ""


def channels() -> dict[str, list[tuple[Variable, tuple[str, ...]]]]:
    """What mechanisms may contribute, by heading, each with the mechanisms that say they write it."""
    writers: dict[str, list[str]] = {}
    for name, kind in mechanism_classes().items():
        for channel in described(kind).writes:
            writers.setdefault(channel, []).append(name)
    found: dict[str, list[tuple[Variable, tuple[str, ...]]]] = {}
    for v in variables(Effects):
        found.setdefault(v.heading, []).append((v, tuple(writers.get(v.name, ()))))
    return found


def _about(kind: type) -> str:
    """The first line of the module of `kind`, without its own name."""
    line = (sys.modules[kind.__module__].__doc__ or "").split("\n\n")[0]
    text = re.sub(rf"^{kind.__name__}: ", "", line)
    return md.prose(text[:1].upper() + text[1:])


def _claim(id_: str, ledger: Ledger) -> str:
    claim = ledger.claims[id_]
    return (
        f"{md.code(id_)} ({claim.source}, line {claim.line}; {DIRECTIONS[claim.direction]}: {md.prose(claim.effect)}). "
        f"{md.prose(claim.paraphrase)}"
    )

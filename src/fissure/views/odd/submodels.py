"""Submodels: every mechanism and every process that is always on, from its docstring, its fields, the ledger."""

import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import GROUPS, mechanism_classes, parts
from fissure.model.causal import reads_and_writes
from fissure.model.effects import Effects
from fissure.model.mechanism import Mechanism
from fissure.model.parameters import Declared
from fissure.views.odd import markdown as md
from fissure.views.odd.declared import Variable, variables

GROUP_TITLES = {
    "ranks": "The ranks",
    "factions": "Faith and factions",
    "rule": "Rule",
    "governed": "The governed",
    "war": "The war outside",
}
DIRECTIONS = {"raises": "raises", "lowers": "lowers", "describes": "describes", "predicts": "expects"}


@dataclass(frozen=True)
class Told:
    """The parts of a mechanism's docstring: one line, theory, equations with what explains them, and what it uses."""

    line: str
    theory: str
    rule: str
    reads: str
    writes: tuple[str, ...]
    source: str


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


def told(mechanism: type[Mechanism]) -> Told:
    """The docstring of the module of `mechanism`, taken apart."""
    text = inspect.cleandoc(sys.modules[mechanism.__module__].__doc__ or "")
    line, _, rest = text.partition("\n")
    theory, rule, uses = "", [], ""
    for paragraph in re.split(r"\n\s*\n(?! )", rest.strip("\n")):
        if paragraph.startswith("Theory:"):
            theory, _, below = paragraph.removeprefix("Theory:").partition("\n\n")
            rule += [below] if below else []
        elif paragraph.startswith("Reads:"):
            uses = " ".join(paragraph.split())
        else:
            rule.append(paragraph)
    found = re.fullmatch(r"Reads: (.*?)\.? Writes: (.*?)\. Source: (.*?)\.?", uses)
    if not found:
        raise ValueError(f"{mechanism.__module__}: its docstring does not end in 'Reads: ... Writes: ... Source: ...'")
    return Told(line, " ".join(theory.split()), "\n\n".join(rule), found[1], tuple(found[2].split(", ")), found[3])


def told_or_whole(mechanism: type[Mechanism]) -> Told:
    """As `told`; of another package's whose file says it in another way all as it stands, with what is read and moved
    as the code has it.
    """
    try:
        return told(mechanism)
    except ValueError:
        text = inspect.cleandoc(sys.modules[mechanism.__module__].__doc__ or mechanism.__doc__ or "")
        line, _, rest = text.partition("\n")
        found = reads_and_writes(mechanism)
        reads = ", ".join(sorted(set().union(*found.values()))) or "nothing"
        return Told(line or mechanism.title, "", rest.strip("\n"), reads, tuple(sorted(found)), "")


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
        text = told_or_whole(kind)
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
        for channel in told_or_whole(kind).writes:
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
        f"{md.code(id_)} ({claim.source}:{claim.line}, {DIRECTIONS[claim.direction]}: {md.prose(claim.effect)}). "
        f"{md.prose(claim.paraphrase)}"
    )

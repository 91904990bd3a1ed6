"""From any name to what it rests on: its claims, the figures published of it, and their rivals."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from fissure.errors import LedgerError, nearest
from fissure.evidence.entries import Claim, Observation, Source, Variable
from fissure.evidence.ledger import Ledger

Kind = Literal["mechanism", "process", "parameter", "output", "source", "claim", "observation", "variable"]


@dataclass(frozen=True)
class Subject:
    """Something that can be traced.

    `name` as the user types it (`pay-gap`, `pay-gap.sensitivity`, `fighters`), `title` one line, `text` what
    it is (theory and equation of a mechanism; prior, unit and reason of a parameter; meaning of an output),
    `claims` the ids it carries, `related` names that can be traced in turn.
    """

    kind: Kind
    name: str
    title: str
    text: str = ""
    claims: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A subject and its evidence.

    `observations` are its own, by date; `rival_groups` are sets of two or more that contradict one another,
    each holding at least one of its own. `sources` and `variables` hold every entry that they refer to.
    """

    subject: Subject
    claims: tuple[Claim, ...]
    observations: tuple[Observation, ...]
    rival_groups: tuple[tuple[Observation, ...], ...]
    sources: Mapping[str, Source]
    variables: Mapping[str, Variable]
    related: tuple[str, ...]


def trace(name: str, ledger: Ledger, subjects: Mapping[str, Subject]) -> Trace:
    """Resolve `name` to what it rests on.

    `subjects` are those built from code (mechanisms, parameters, outputs), by name; sources, claims,
    observations, variables and mechanisms not yet in the code are found in `ledger`. Where two kinds share
    a name the code's comes first; `variable:territory_km2` asks for a kind; `S1:8a` is the claim `S1-08a`.
    Raises `FissureError` with the nearest name when there is none.
    """
    subject = _find(name, ledger, subjects)
    claims = _claims_of(subject, ledger)
    observations = _observations_of(subject, ledger, claims)
    if subject.kind in ("observation", "variable", "output"):
        mine = {observation.id for observation in observations}
        claims += tuple(c for c in ledger.claims.values() if c.figure in mine and c not in claims)
    groups = _rival_groups(observations, ledger)
    shown = {o.id: o for o in (*observations, *(o for group in groups for o in group))}.values()
    cited = dict.fromkeys([*(claim.source for claim in claims), *(o.source for o in shown)])
    sources = {name: ledger.sources[name] for name in cited}
    variables = {o.variable: ledger.variables[o.variable] for o in shown}
    related = _related(subject, ledger, claims, observations)
    return Trace(subject, claims, observations, groups, sources, variables, related)


def _find(name: str, ledger: Ledger, subjects: Mapping[str, Subject]) -> Subject:
    if place := re.fullmatch(r"(\w+):(\d+)([a-z])", name):  # S1:8a, as the page shows the claim S1-08a
        name = f"{place[1]}-{int(place[2]):02d}{place[3]}"
    kind, _, rest = name.partition(":")
    asked = kind if rest and kind in get_args(Kind) else None
    bare = rest if asked else name
    candidates = [s for s in [subjects.get(bare), *_from_ledger(bare, ledger)] if s is not None]
    for subject in candidates:
        if asked is None or subject.kind == asked:
            return subject
    known = [*subjects, *ledger.mechanisms, *ledger.variables, *ledger.sources, *ledger.claims, *ledger.observations]
    what = f"{asked} " if asked else ""
    raise LedgerError(f"there is no {what}'{bare}' to trace{nearest(bare, known)}")


def _from_ledger(name: str, ledger: Ledger) -> list[Subject]:
    found: list[Subject] = []
    if m := ledger.mechanisms.get(name):
        found.append(Subject("mechanism", name, m.title, f"Effect check: {m.check}"))
    if v := ledger.variables.get(name):
        found.append(Subject("variable", name, v.title, "\n".join(filter(None, [v.note, v.reason]))))
    if s := ledger.sources.get(name):
        found.append(Subject("source", name, s.title, s.leaning))
    if c := ledger.claims.get(name):
        found.append(Subject("claim", name, c.effect, c.paraphrase))
    if o := ledger.observations.get(name):
        text = "\n".join(filter(None, [o.doubt, o.note]))
        found.append(Subject("observation", name, ledger.variables[o.variable].title, text))
    return found


def _claims_of(subject: Subject, ledger: Ledger) -> tuple[Claim, ...]:
    found = {id_: ledger.claims[id_] for id_ in subject.claims if id_ in ledger.claims}
    if subject.kind == "mechanism":
        found |= {claim.id: claim for claim in ledger.claims_of(subject.name)}
    elif subject.kind == "parameter" and not found:  # a parameter rests on what its mechanism rests on
        found = {claim.id: claim for claim in ledger.claims_of(subject.name.partition(".")[0])}
    elif subject.kind == "source":
        found |= {claim.id: claim for claim in ledger.claims.values() if claim.source == subject.name}
    elif subject.kind == "claim":
        found[subject.name] = ledger.claims[subject.name]
    return tuple(claim for id_, claim in ledger.claims.items() if id_ in found)


def _observations_of(subject: Subject, ledger: Ledger, claims: Iterable[Claim]) -> tuple[Observation, ...]:
    everything = ledger.observations.values()
    if subject.kind == "parameter":
        return tuple(o for o in everything if o.id in subject.claims)
    if subject.kind == "output":
        return ledger.observations_of(subject.name)
    if subject.kind == "observation":
        return (ledger.observations[subject.name],)
    if subject.kind == "variable":
        found = [o for o in everything if o.variable == subject.name]
    elif subject.kind == "source":
        found = [o for o in everything if o.source == subject.name]
    else:
        figures = {claim.figure for claim in claims}
        found = [o for o in everything if o.id in figures]
    return tuple(sorted(found, key=lambda o: (o.when, o.variable, o.id)))


def _rival_groups(observations: Iterable[Observation], ledger: Ledger) -> tuple[tuple[Observation, ...], ...]:
    """Connected sets of rivals that `observations` belong to, each by date, in order of first appearance."""
    groups: list[tuple[Observation, ...]] = []
    for observation in observations:
        if not observation.rival_of or any(observation in group for group in groups):
            continue
        group, waiting = {observation.id: observation}, [observation]
        while waiting:
            for rival in ledger.rivals(waiting.pop().id):
                if rival.id not in group:
                    group[rival.id] = rival
                    waiting.append(rival)
        groups.append(tuple(sorted(group.values(), key=lambda o: (o.when, o.id))))
    return tuple(groups)


def _related(
    subject: Subject, ledger: Ledger, claims: Iterable[Claim], observations: Iterable[Observation]
) -> tuple[str, ...]:
    names: list[str] = list(subject.related)
    if subject.kind == "parameter":
        names.append(subject.name.partition(".")[0])
    if subject.kind in ("claim", "output", "observation", "variable"):
        names += [claim.mechanism for claim in claims if claim.mechanism is not None]
    for observation in observations:
        if subject.kind != "source":
            names.append(observation.variable)
        output = ledger.variables[observation.variable].output
        if output is not None:
            names.append(output)
    if subject.kind == "variable" and (output := ledger.variables[subject.name].output) is not None:
        names.append(output)
    return tuple(name for name in dict.fromkeys(names) if name != subject.name)

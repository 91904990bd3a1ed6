"""One entry of the ledger in full: what it says, who says so, who disagrees, and what rests on it."""

from collections.abc import Iterable, Sequence
from typing import Any

from fissure.app.evidence import chart as figures_chart
from fissure.app.evidence.beside import Beside
from fissure.app.evidence.rows import DIRECTIONS, figure, unit
from fissure.app.evidence.taught import taught
from fissure.context import Context
from fissure.evidence.entries import Claim, Observation, Source, Variable
from fissure.evidence.trace import Trace
from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS
from fissure.present.render.html import fragment, web
from fissure.present.sections.learned import biases_table
from fissure.present.sections.publishers import publishers
from fissure.present.words import calibration as words
from fissure.studies.hindcast import Hindcast

CHART = "entry"
"""Key of an entry's chart."""
HOW = {
    "at": "the output in the week of the date (over a period, its mean)",
    "month-sum": "a weekly flow summed over the month or the figure's period",
    "year-sum": "a weekly flow summed over the year or the figure's period",
    "period-sum": "a weekly flow summed over the figure's period",
    "cumulative": "a weekly flow summed up to the date",
    "share-of-peak-lost": "the share lost of the highest value so far",
    "share-of-total": "a part's share of the whole",
    "change-share": "the change against an earlier period",
    "constant": "a number that does not vary with time",
    "none": "",
}


def entry(
    kind: str, name: str, at: Context, past: Hindcast | None = None, found: Beside | None = None
) -> dict[str, Any]:
    """What is shown of the entry `name`, which is there; its chart, if any, is in ``spec``."""
    singular = {"claims": "claim", "observations": "observation", "sources": "source", "variables": "variable"}[kind]
    trace = at.trace(f"{singular}:{name}")
    told = {"id": name, "kind": kind, "spec": None, "trace": f"fissure trace {at.cli_name} {name}"}
    match kind:
        case "claims":
            return told | _claim(at.ledger.claims[name], at, trace)
        case "observations":
            return told | _observation(at.ledger.observations[name], at, trace, past, found)
        case "sources":
            return told | _source(at.ledger.sources[name], at, trace)
        case _:
            return told | _variable(at.ledger.variables[name], at, trace)


def _claim(one: Claim, at: Context, trace: Trace) -> dict[str, Any]:
    found = at.ledger.observations.get(one.figure or "")
    return {
        "title": one.paraphrase,
        "line": f"{one.source}, line {one.line}",
        "direction": DIRECTIONS[one.direction],
        "effect": one.effect,
        "mechanism": _mechanisms([one.mechanism] if one.mechanism else []),
        "reason": one.reason,
        "source": source(at.ledger.sources[one.source]),
        "parameters": _parameters(at.argued_from.get(one.id, ()), at),
        "figure": None if found is None else listed([found], at)[0],
        "rivals": rivals(trace, at, found.id if found else ""),
        "questions": [(asked.name, asked.asks) for asked in at.questions_about(one.id)],
    }


def _observation(
    one: Observation, at: Context, trace: Trace, past: Hindcast | None, found: Beside | None
) -> dict[str, Any]:
    variable, sources = at.ledger.variables[one.variable], at.ledger.sources
    groups = [group for group in trace.rival_groups if one in group]
    spec = figures_chart.side_by_side(groups[0], one.id, sources) if groups else None
    return {
        "title": variable.title,
        "variable": one.variable,
        "when": formatting.when(one),
        "value": formatting.published(one),
        "unit": unit(one.unit).strip(),
        "band": f"{formatting.interval(*one.band, one.unit)}{unit(one.unit)}",
        "bound": {"upper": "an upper bound", "lower": "a lower bound", "range": "a range", "exact": "one number"}[
            one.bound
        ],
        "scope": one.scope,
        "doubt": one.doubt,
        "note": one.note,
        "address": web(one.address),
        "cited": one.address,
        "publisher": formatting.publisher(one, sources),
        "source": source(sources[one.source]),
        "rivals": rivals(trace, at, one.id),
        "claims": [_brief(claim) for claim in trace.claims],
        "parameters": _parameters(at.argued_from.get(one.id, ()), at),
        "mechanisms": _mechanisms(at.mechanisms_of(one.id)),
        "output": variable.output,
        "taught": taught(one, at, past, found),
        "spec": spec,
    }


def _source(one: Source, at: Context, trace: Trace) -> dict[str, Any]:
    biases = []
    if at.posterior is not None:
        own = [item for item in at.comparable.values() if item.observation.source == one.id]
        biases = words.publisher_biases(at.posterior, own, at.ledger)
    return {
        "title": one.title,
        **source(one),
        "date": formatting.day(one.date) if one.date else None,
        "file": one.file,
        "lines": one.lines,
        "claims": [_brief(claim) for claim in trace.claims],
        "figures": listed(trace.observations, at),
        "before": [row for row in publishers(at.ledger, at.case.leanings) if row.source == one.id],
        "biases": fragment([biases_table(biases)]) if biases else "",
        "rivals": [],
    }


def _variable(one: Variable, at: Context, trace: Trace) -> dict[str, Any]:
    return {
        "title": one.title,
        "unit": formatting.unit(one.unit),
        "how": HOW[one.how],
        "output": one.output,
        "family": one.of_family.replace("_", " ").replace("-", " "),
        "note": one.note,
        "reason": one.reason,
        "figures": listed(trace.observations, at),
        "claims": [_brief(claim) for claim in trace.claims],
        "mechanisms": _mechanisms(dict.fromkeys(m for o in trace.observations for m in at.mechanisms_of(o.id))),
        "rivals": [],
        "spec": figures_chart.over_time(trace.observations, at.ledger.sources),
    }


def source(one: Source) -> dict[str, Any]:
    """Who says so, and how they are known to lean."""
    return {
        "id": one.id,
        "name": f"{one.id}, {one.publisher}" if one.file else one.publisher,
        "publisher": one.publisher,
        "work": one.title,
        "type": one.kind.replace("-", " "),
        "leaning": one.leaning,
        "address": web(one.address),
    }


def rivals(trace: Trace, at: Context, own: str) -> list[dict[str, Any]]:
    """The figures that contradict one another, those of one group side by side; `own` is marked."""
    group = next((g for g in trace.rival_groups if any(o.id == own for o in g)), ())
    return [{**row, "own": row["id"] == own} for row in listed(group, at)]


def listed(shown: Iterable[Observation], at: Context) -> list[dict[str, Any]]:
    """Figures as rows."""
    ledger = at.ledger
    return [
        {
            "id": o.id,
            "title": ledger.variables[o.variable].title,
            "when": formatting.when(o),
            "figure": figure(o),
            "band": formatting.interval(*o.band, o.unit),
            "publisher": formatting.publisher(o, ledger.sources),
            "type": ledger.sources[o.source].kind.replace("-", " "),
            "scope": o.scope,
            "doubt": o.doubt,
            "rivals": len(o.rival_of),
        }
        for o in shown
    ]


def _brief(claim: Claim) -> dict[str, str]:
    return {"id": claim.id, "text": claim.paraphrase, "line": f"{claim.source}, line {claim.line}"}


def _mechanisms(names: Iterable[str]) -> list[dict[str, str]]:
    kinds = mechanism_classes()
    return [
        {"name": name, "title": kinds[name].title, "group": GROUPS.get(kinds[name].group(), "")}
        for name in names
        if name in kinds
    ]


def _parameters(names: Sequence[str], at: Context) -> list[dict[str, str]]:
    """Parameters whose priors were argued from an entry: each belongs to a mechanism, or to a process always on."""
    kinds = mechanism_classes()
    return [
        {
            "name": name,
            "title": at.subjects[name].title.rstrip("."),
            "mechanism": owner if (owner := name.partition(".")[0]) in kinds else "",
        }
        for name in names
    ]

"""An entry of the ledger in full, or any other name that can be traced: what it says, who says so, what rests on it.

The page shows the blocks of `entry`; `fissure trace` prints the whole `document`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from fissure.context import Context
from fissure.evidence.entries import Bound, Claim, How, Observation, Source
from fissure.evidence.trace import Kind, Trace
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.present import formatting
from fissure.present.charts import figures as charts
from fissure.present.document import (
    NOT_ON_PAGE,
    Block,
    Command,
    Document,
    Facts,
    Figure,
    Item,
    Items,
    Line,
    Paragraph,
    Section,
    Span,
)
from fissure.present.sections import learned as words
from fissure.present.sections.learned import biases_table
from fissure.present.sections.parts import CHART, DIRECTIONS, claims, figures, mechanism, publishers, rivals, sources
from fissure.version import __version__

KINDS: dict[Kind, str] = {
    "claim": "Claim",
    "observation": "Figure",
    "source": "Source",
    "variable": "Quantity",
    "mechanism": "Mechanism",
    "process": "Part that is always on",
    "parameter": "Parameter",
    "output": "Output of the model",
}
BOUNDS: dict[Bound, str] = {
    "upper": "an upper bound",
    "lower": "a lower bound",
    "range": "a range",
    "exact": "one number",
}
HOW: dict[How, str] = {
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
NOTHING = "Nothing in the ledger speaks of this."


def document(trace: Trace, context: Context) -> Document:
    """All that `trace` found, as `fissure trace` prints it."""
    subject = trace.subject
    blocks = entry(trace, context, addresses=True)
    about = tuple(one for one in blocks if not isinstance(one, Section))
    sections = tuple(one for one in blocks if isinstance(one, Section))
    return Document(
        subject=f"{subject.kind} {subject.name}",
        title=subject.name,
        heading=title(trace, context),
        lead=title(trace, context),
        notices=(),
        sections=(*([Section("about", "What it is", about)] if about else []), *sections),
        version=__version__,
        key="trace",
    )


def title(trace: Trace, context: Context) -> str:
    """What the subject of `trace` is, in one line: of a claim, what it says."""
    subject = trace.subject
    return context.ledger.claims[subject.name].paraphrase if subject.kind == "claim" else subject.title


def entry(
    trace: Trace, context: Context, influence: Sequence[Block] = (), *, addresses: bool = False
) -> tuple[Block, ...]:
    """What the page shows of the subject of `trace`; `influence` says what a figure did to what is believed.

    With `addresses` those of all figures are listed, and the sources of rivals; on a page all are links.
    """
    shown = dict.fromkeys([*trace.observations, *(o for group in trace.rival_groups for o in group)])
    listed = tuple(shown) if addresses else ()
    subject, name = trace.subject, trace.subject.name
    blocks: list[Block] = [*_about(trace, context)]
    of_one = subject.kind in ("claim", "observation")
    if of_one:
        own = (trace.claims if subject.kind == "claim" else trace.observations)[0].source
        others = [one for one in trace.sources.values() if one.id != own] if addresses else []
        blocks.append(sources([trace.sources[own], *others], listed))
    if subject.kind == "claim":
        blocks.append(_taken_up(context.ledger.claims[name]))
    if subject.kind == "source":
        blocks += _biases(context.ledger.sources[name], context)
    if subject.kind == "variable" and (spec := charts.over_time(trace.observations, context.ledger.sources)):
        unit, alt = formatting.unit(trace.observations[0].unit), spec["description"]
        after = "The lines are 90% ranges with each publisher's doubt."
        blocks.append(Figure(CHART, "All figures of it", spec, unit, alt, after=after, kind="low"))
    if trace.observations and subject.kind != "observation":
        count = f"{len(trace.observations)} figure{'s' if len(trace.observations) > 1 else ''}"
        heading = "Its figure" if subject.kind == "claim" else f"What was published: {count}"
        blocks.append(Section("figures", "What was published", figures(trace.observations, context), heading=heading))
    blocks += rivals(trace.rival_groups, context, name)
    blocks += influence
    if trace.claims and subject.kind != "claim":
        heading = "Claims that give this figure" if subject.kind == "observation" else ""
        blocks.append(Section("claims", "What the sources say", (claims(trace.claims, subject.kind),), heading=heading))
    blocks += _resting(trace, context)
    if not trace.claims and not trace.observations:
        blocks.append(Section("claims", "What the sources say", (Paragraph(NOTHING),)))
    if trace.sources and not of_one and subject.kind != "source":
        blocks.append(sources(trace.sources.values(), listed))
    if trace.related:
        named = Paragraph(tuple(part for one in trace.related for part in (" · ", Span(one, code=True)))[1:])
        blocks.append(Section("related", "Trace further", (named,), on=NOT_ON_PAGE))
    return tuple(blocks)


def _about(trace: Trace, context: Context) -> Iterator[Block]:
    """What an entry states itself."""
    ledger, subject = context.ledger, trace.subject
    match subject.kind:
        case "claim":
            claim = ledger.claims[subject.name]
            yield Facts(
                (
                    ("Stands in", f"{formatting.claim_place(claim)} (non-blank lines; in our words)"),
                    ("Effect", f"{DIRECTIONS[claim.direction]}: {claim.effect}"),
                ),
                "facts",
            )
        case "observation":
            yield from _observation(ledger.observations[subject.name], context)
        case "source":
            source = ledger.sources[subject.name]
            text = f"{source.file}, {source.lines} non-blank lines" if source.file else ""
            rows: dict[str, Line] = {
                "Publisher": source.publisher,
                "Kind": formatting.kind_of_source(source),
                "Date": formatting.day(source.date) if source.date else "",
                "Text": text,
                "Known leaning or doubt": source.leaning,
                "Address": (Span(source.address, href=source.address),) if source.address else "",
            }
            yield _facts(rows)
        case "variable":
            variable = ledger.variables[subject.name]
            output = (Span(variable.output, code=True), f": {HOW[variable.how]}") if variable.output else ""
            yield _facts(
                {
                    "Unit": formatting.unit(variable.unit),
                    "Family": formatting.family(variable.of_family),
                    "In the model": output or f"no counterpart: {variable.reason}",
                    "Note": variable.note,
                }
            )
        case "mechanism" if subject.name in mechanism_classes():
            stated = described(mechanism_classes()[subject.name])
            yield Paragraph(stated.line)
            yield from rule(stated.theory)
            yield from rule(stated.rule)
            places = re.sub(r"(\S+):(\d+)(?= |$)", r"\1, line \2;", stated.source).rstrip(";")
            yield _facts({"Reads": stated.reads, "Writes": ", ".join(stated.writes), "Source": places})
        case _:
            for line in filter(None, subject.text.split("\n")):
                yield Paragraph(line)


def _facts(rows: dict[str, Line]) -> Facts:
    return Facts(tuple((label, value) for label, value in rows.items() if value), "facts")


def _observation(one: Observation, context: Context) -> Iterator[Block]:
    variable, address = context.ledger.variables[one.variable], one.address or ""
    unit = "" if one.unit == "share" else f" {formatting.unit(one.unit)}"
    yield Paragraph(
        (Span(formatting.published(one), strong=True), f"{unit} ", Span(formatting.when(one), soft=True)), "big"
    )
    yield _facts(
        {
            "90% range with its doubt": f"{formatting.interval(*one.band, one.unit)}{unit}",
            "What was published": f"{BOUNDS[one.bound]}, {one.scope}",
            "Quantity": (Span(variable.title, to=f"entry:{variable.id}"),),
            "In the model": (Span(variable.output, code=True),) if variable.output else "",
            "Why this much doubt": one.doubt,
            "Note": one.note or "",
            "Address" if address else "Place": (Span(address, href=address),) if address else one.address or "",
        }
    )


def rule(text: str) -> Iterator[Block]:
    """A dedented docstring as paragraphs and, where lines are indented, equations."""
    equation: list[str] = []
    for part in (one for one in text.strip("\n").split("\n\n") if one.strip()):
        if part.startswith("    "):
            equation.append("\n".join(line.removeprefix("    ") for line in part.split("\n")).strip("\n"))
            continue
        if equation:
            yield Command("\n\n".join(equation), "equation")
            equation = []
        said = " ".join(part.split())
        yield Paragraph(said[:1].upper() + said[1:])
    if equation:
        yield Command("\n\n".join(equation), "equation")


def _taken_up(claim: Claim) -> Section:
    if claim.mechanism is None:
        return Section("mechanisms", "No mechanism takes it up", (Paragraph(claim.reason or ""),))
    return Section("mechanisms", "Mechanism that takes it up", (_mechanisms([claim.mechanism]),))


def _resting(trace: Trace, context: Context) -> Iterator[Section]:
    """What rests on an entry: mechanisms, priors, and the questions that it raises."""
    subject, name = trace.subject, trace.subject.name
    rest = dict.fromkeys(m for one in trace.observations for m in context.mechanisms_of(one.id))
    if rest and subject.kind in ("observation", "variable"):
        yield Section("mechanisms", "Mechanisms that rest on it", (_mechanisms(rest),))
    if subject.kind not in ("claim", "observation"):
        return
    if argued := context.argued_from.get(name, ()):
        items = tuple(Item(_parameter(one, context)) for one in argued)
        yield Section("priors", "Priors that were argued from it", (Items(items, "links"),))
    if asked := context.questions_about(name):
        questions = tuple(Item((Span(one.asks, to=f"question:{one.name}"),)) for one in asked)
        yield Section("questions", "Questions that it raises", (Items(questions),))


def _mechanisms(names: Iterable[str]) -> Items:
    kinds = mechanism_classes()
    about = {name: f": {kinds[name].title}" if name in kinds else "" for name in names}
    return Items(tuple(Item((mechanism(name), Span(title, soft=True))) for name, title in about.items()), "links")


def _parameter(name: str, context: Context) -> tuple[str | Span, ...]:
    """A parameter; it belongs to a mechanism, or to a part that is always on."""
    owner = name.partition(".")[0]
    to = f"mechanism:{owner}" if owner in mechanism_classes() else ""
    return (f"{context.subjects[name].title.rstrip('.')} ", Span(name, code=True, to=to))


def _biases(source: Source, context: Context) -> Iterator[Section]:
    """How the figures of a publisher relate to the model, before and after the fit."""
    before = [one for one in publishers(context.ledger, context.case.leanings) if one.source == source.id]
    blocks: list[Block] = []
    lean: list[Item] = []
    if before:
        for one in before:
            many = f"{one.figures} figure{'' if one.figures == 1 else 's'}"
            said = f"On {one.family} ({many}): lean before the fit {one.lean}, {one.common} of the doubt in common. "
            lean.append(Item((said, Span(one.reason, soft=True))))
        blocks.append(Items(tuple(lean)))
    if context.posterior is not None:
        own = [item for item in context.comparable.values() if item.observation.source == source.id]
        if found := words.publisher_biases(context.posterior, own, context.ledger):
            blocks += [Paragraph("After the fit; the broad bar is before, the thin one after.", "small soft")]
            blocks += [biases_table(found)]
    if blocks:
        yield Section("bias", "How its figures relate to the model", tuple(blocks))

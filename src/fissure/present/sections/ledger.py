"""An entry of the ledger in full, or any other name that can be traced: what it says, who says so, what rests on it.

The page shows the blocks of `entry`; `fissure trace` prints the whole `document`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from fissure.context import Context
from fissure.evidence.entries import Bound, How, Observation, Source
from fissure.evidence.trace import Kind, Trace
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.charts import figures as charts
from fissure.present.document import listed as separated
from fissure.present.sections import learned as words
from fissure.present.sections.learned import biases_table
from fissure.present.sections.parts import (
    CARRIED_OUT,
    CHART,
    DIRECTIONS,
    carried_out,
    claims,
    figures,
    mechanism,
    publishers,
    rivals,
    sources,
)
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


def document(trace: Trace, context: Context) -> doc.Document:
    """All that `trace` found, as `fissure trace` prints it."""
    subject = trace.subject
    blocks = entry(trace, context, addresses=True)
    about = tuple(one for one in blocks if not isinstance(one, doc.Section))
    sections = tuple(one for one in blocks if isinstance(one, doc.Section))
    return doc.Document(
        subject=f"{subject.kind} {subject.name}",
        title=subject.name,
        heading=title(trace, context),
        lead=title(trace, context),
        notices=(),
        sections=(*([doc.Section("about", "What it is", about)] if about else []), *sections),
        version=__version__,
        key="trace",
    )


def title(trace: Trace, context: Context) -> str:
    """The subject of `trace` in one line: of a claim, what it says."""
    subject = trace.subject
    return context.ledger.claims[subject.name].paraphrase if subject.kind == "claim" else subject.title


def entry(
    trace: Trace, context: Context, influence: Sequence[doc.Block] = (), *, addresses: bool = False
) -> tuple[doc.Block, ...]:
    """The blocks of the subject of `trace` on a page; `influence` says what a figure did to what is believed.

    With `addresses` those of all figures are listed, and the sources of rivals; on a page all are links.
    """
    shown = dict.fromkeys([*trace.observations, *(o for group in trace.rival_groups for o in group)])
    listed = tuple(shown) if addresses else ()
    kind, name, ledger = trace.subject.kind, trace.subject.name, context.ledger
    blocks: list[doc.Block] = [*_about(trace, context)]
    of_one = kind in ("claim", "observation")
    if of_one:
        own = (trace.claims if kind == "claim" else trace.observations)[0].source
        others = [one for one in trace.sources.values() if one.id != own] if addresses else []
        blocks.append(sources([trace.sources[own], *others], listed))
    if kind == "claim":
        taken, reason = ledger.claims[name].mechanism, doc.Paragraph(ledger.claims[name].reason or "")
        heading = "Mechanism that takes it up" if taken else "No mechanism takes it up"
        blocks.append(doc.Section("mechanisms", heading, (_mechanisms([taken]) if taken else reason,)))
    if kind == "source":
        blocks += _biases(ledger.sources[name], context)
    if kind == "variable" and (spec := charts.over_time(trace.observations, ledger.sources)):
        unit, alt = formatting.unit(trace.observations[0].unit), spec["description"]
        after = "The lines are 90% ranges with each publisher's doubt."
        blocks.append(doc.Figure(CHART, "All figures of it", spec, unit, alt, after=after, kind="low"))
    if trace.observations and kind != "observation":
        count = f"What was published: {formatting.many(len(trace.observations), 'figure')}"
        heading = "Its figure" if kind == "claim" else count
        blocks.append(
            doc.Section("figures", "What was published", figures(trace.observations, context), heading=heading)
        )
    blocks += rivals(trace.rival_groups, context, name)
    blocks += influence
    if trace.claims and kind != "claim":
        heading = "Claims that give this figure" if kind == "observation" else ""
        blocks.append(doc.Section("claims", "What the sources say", (claims(trace.claims, kind),), heading=heading))
    blocks += _resting(trace, context)
    if not trace.claims and not trace.observations:
        blocks.append(doc.Section("claims", "What the sources say", (doc.Paragraph(NOTHING),)))
    if trace.sources and not of_one and kind != "source":
        blocks.append(sources(trace.sources.values(), listed))
    if trace.related:
        named = doc.Paragraph(separated(map(doc.code, trace.related), " · "))
        blocks.append(doc.Section("related", "Trace further", (named,), on=doc.NOT_ON_PAGE))
    return tuple(blocks)


def _about(trace: Trace, context: Context) -> Iterator[doc.Block]:
    """The statements of an entry itself."""
    ledger, name = context.ledger, trace.subject.name
    match trace.subject.kind:
        case "claim":
            claim = ledger.claims[name]
            place = f"{formatting.claim_place(claim)} (non-blank lines; in our words)"
            done = (carried_out(claim) or CARRIED_OUT["yes"]) if claim.mechanism else ""
            others = separated(doc.Span(name, to=f"entry:{name}") for name in claim.rival_of)
            effect = f"{DIRECTIONS[claim.direction]}: {claim.effect}"
            yield facts({"Stands in": place, "Effect": effect, "Carried out": done, "Another cause stands in": others})
        case "observation":
            yield from _observation(ledger.observations[name], context)
        case "source":
            source = ledger.sources[name]
            yield facts(
                {
                    "Publisher": source.publisher,
                    "Kind": formatting.kind_of_source(source),
                    "Date": formatting.day(source.date) if source.date else "",
                    "Text": f"{source.file}, {source.lines} non-blank lines" if source.file else "",
                    "Known leaning or doubt": source.leaning,
                    "Address": (doc.Span(source.address, href=source.address),) if source.address else "",
                }
            )
        case "variable":
            variable = ledger.variables[name]
            output = (doc.code(variable.output), f": {HOW[variable.how]}") if variable.output else ""
            yield facts(
                {
                    "Unit": formatting.unit(variable.unit),
                    "Family": formatting.family(variable.of_family),
                    "In the model": output or f"no counterpart: {variable.reason}",
                    "Note": variable.note,
                }
            )
        case "mechanism" if name in mechanism_classes():
            stated = described(mechanism_classes()[name])
            yield doc.Paragraph(stated.line)
            yield from rule(stated.theory)
            yield from rule(stated.rule)
            places = re.sub(r"(\S+):(\d+)(?= |$)", r"\1, line \2;", stated.source).rstrip(";")
            yield facts({"Reads": stated.reads, "Writes": ", ".join(stated.writes), "Source": places})
        case _:
            yield from map(doc.Paragraph, filter(None, trace.subject.text.split("\n")))


def facts(rows: Mapping[str, doc.Line]) -> doc.Facts:
    """Labels with their values, those without one left out."""
    return doc.Facts(tuple((label, value) for label, value in rows.items() if value), "facts")


def _observation(one: Observation, context: Context) -> Iterator[doc.Block]:
    variable, unit = context.ledger.variables[one.variable], formatting.unit_after(one.unit)
    yield doc.Paragraph(
        (doc.strong(formatting.published(one)), f"{unit} ", doc.Span(formatting.when(one), soft=True)), "big"
    )
    yield facts(
        {
            "90% range with its doubt": f"{formatting.interval(*one.band, one.unit)}{unit}",
            "What was published": f"{BOUNDS[one.bound]}, {one.scope}",
            "Quantity": (doc.Span(variable.title, to=f"entry:{variable.id}"),),
            "In the model": (doc.code(variable.output),) if variable.output else "",
            "Why this much doubt": one.doubt,
            "Note": one.note or "",
            "Address": (doc.Span(one.address, href=one.address),) if one.address else "",
        }
    )


def rule(text: str) -> Iterator[doc.Block]:
    """A dedented docstring as paragraphs and, where lines are indented, equations."""
    parts = (one for one in text.strip("\n").split("\n\n") if one.strip())
    for indented, own in groupby(parts, key=lambda part: part.startswith("    ")):
        if indented:
            equations = ("\n".join(line.removeprefix("    ") for line in part.split("\n")).strip("\n") for part in own)
            yield doc.Command("\n\n".join(equations), "equation")
        else:
            yield from (doc.Paragraph(formatting.sentence_case(" ".join(part.split()))) for part in own)


def _resting(trace: Trace, context: Context) -> Iterator[doc.Section]:
    """The mechanisms and priors that rest on an entry, and the questions that it raises."""
    kind, name = trace.subject.kind, trace.subject.name
    rest = dict.fromkeys(m for one in trace.observations for m in context.mechanisms_of(one.id))
    if rest and kind in ("observation", "variable"):
        yield doc.Section("mechanisms", "Mechanisms that rest on it", (_mechanisms(rest),))
    if kind not in ("claim", "observation"):
        return
    if argued := context.argued_from.get(name, ()):
        lines = []
        for one in argued:  # it belongs to a mechanism, or to a part that is always on
            owner = one.partition(".")[0]
            to = f"mechanism:{owner}" if owner in mechanism_classes() else ""
            lines.append((f"{context.subjects[one].title.rstrip('.')} ", doc.code(one, to)))
        yield doc.Section("priors", "Priors that were argued from it", (doc.Items.of(lines, "links"),))
    if asked := context.questions_about(name):
        questions = doc.Items.of((doc.Span(one.asks, to=f"question:{one.name}"),) for one in asked)
        yield doc.Section("questions", "Questions that it raises", (questions,))


def _mechanisms(names: Iterable[str]) -> doc.Items:
    kinds = mechanism_classes()
    about = {name: f": {kinds[name].title}" if name in kinds else "" for name in names}
    return doc.Items.of(((mechanism(name), doc.Span(title, soft=True)) for name, title in about.items()), "links")


def _biases(source: Source, context: Context) -> Iterator[doc.Section]:
    """The relation of a publisher's figures to the model, before and after the fit."""
    blocks: list[doc.Block] = []
    if before := [one for one in publishers(context.ledger, context.case.leanings) if one.source == source.id]:
        lean = (
            (
                f"On {one.family} ({formatting.many(one.figures, 'figure')}): lean before the fit {one.lean}, "
                f"{one.common} of the doubt in common. ",
                doc.Span(one.reason, soft=True),
            )
            for one in before
        )
        blocks.append(doc.Items.of(lean))
    if context.posterior is not None:
        own = [item for item in context.comparable.values() if item.observation.source == source.id]
        if found := words.publisher_biases(context.posterior, own, context.ledger):
            blocks += [doc.Paragraph("After the fit; the broad bar is before, the thin one after.", "small soft")]
            blocks += [biases_table(found)]
    if blocks:
        yield doc.Section("bias", "How its figures relate to the model", tuple(blocks))

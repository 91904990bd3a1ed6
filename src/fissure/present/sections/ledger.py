"""An entry of the ledger in full, or any other name that can be traced: what it says, who says so, what rests on it.

The page shows the blocks of `entry`; `fissure trace` prints the whole `document`.
"""

from collections.abc import Iterable, Iterator, Sequence

from fissure.context import Context
from fissure.evidence.entries import Bound, Claim, Direction, How, Observation, Source
from fissure.evidence.trace import Kind, Trace
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.present import formatting
from fissure.present.charts import figures as charts
from fissure.present.document import (
    EVERYWHERE,
    IN_JSON,
    NOT_IN_JSON,
    NOT_IN_TERMINAL,
    NOT_ON_PAGE,
    Block,
    Cell,
    Column,
    Command,
    Document,
    Facts,
    Figure,
    Item,
    Items,
    Line,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    only,
)
from fissure.present.sections.learned import biases_table
from fissure.present.sections.publishers import publishers
from fissure.present.words import calibration as words
from fissure.version import __version__

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

    With `addresses` those of all figures are listed; on a page they are links.
    """
    shown = dict.fromkeys([*trace.observations, *(o for group in trace.rival_groups for o in group)])
    listed = tuple(shown) if addresses else ()
    subject, name = trace.subject, trace.subject.name
    blocks: list[Block] = [*_about(trace, context)]
    of_one = subject.kind in ("claim", "observation")
    if of_one:
        own = (trace.claims if subject.kind == "claim" else trace.observations)[0].source
        blocks.append(sources(sorted(trace.sources.values(), key=lambda one: one.id != own), listed))
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
        yield Paragraph(" ".join(part.split()))
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


def mechanism(name: str) -> Span:
    """A mechanism by its label, which leads to its page."""
    known = name in mechanism_classes()
    return Span(formatting.mechanism_label(name), to=f"mechanism:{name}" if known else "")


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


def claims(some: Sequence[Claim], of: Kind) -> Table:
    """Claims with where they stand, what they say of what, and who takes them up (not told of one mechanism)."""
    columns = (
        Column("claim", key="id"),
        Column("what it says", wrap=True, least=30, on=NOT_IN_JSON),
        Column("taken up by", wrap=True, least=12, on=IN_JSON if of == "mechanism" else EVERYWHERE, key="mechanism"),
        *(Column(name, on=IN_JSON) for name in ("source", "line", "text", "direction", "effect", "reason", "figure")),
    )
    return Table.of(columns, tuple(map(_claim, some)), "Claims", "claims")


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
    return (Table(columns, tuple(groups), "Published figures", "published", note),)


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

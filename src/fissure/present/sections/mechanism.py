"""A mechanism or a field of the state in full: what it moves, what it rests on, and the loops that pass through it."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from fissure.context import Context
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.model.parameters import Declared, quantile
from fissure.present import formatting
from fissure.present.document import (
    ON_PAGE,
    Block,
    Cell,
    Column,
    Drawing,
    Facts,
    Fold,
    Grid,
    Item,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
)
from fissure.present.sections import attribution_words as explaining
from fissure.present.sections import causal as signs
from fissure.present.sections import causal_graph, effects, ledger
from fissure.present.sections import learned as words
from fissure.present.sections import parts as ledger_tables
from fissure.present.sections.learned import update_picture
from fissure.present.sections.observation_influence import updates_of
from fissure.studies import verdicts
from fissure.studies.attribution_file import Saved
from fissure.studies.causal import BOTH, DOWN, UNKNOWN, UNMOVED, UP, unknown
from fissure.studies.causal_atlas import Atlas, kinds
from fissure.studies.coverage import caution

LOOPS = 8
"""Loops that are shown of those through a mechanism or a field."""
KINDS = {"reinforcing": "↻", "balancing": "⇄", "undetermined": "±", "unknown": "?"}
RING = (
    "Choose a mechanism on the ring, or a field within it: the larger its dot, the more mechanisms read or move it. A "
    "line says that a mechanism moves the field (solid: raises, dashed: lowers, dotted: either way), a thin grey line "
    "that it reads it. Point at a name to see its own lines."
)
LAYERS = (
    "From left to right, within a week: fields that it reads, with the sign of what it does as they grow, and fields "
    "that it moves, with the way that it moves them. Beyond them the mechanisms that it meets there, a week earlier or "
    "later."
)
OF_FIELD = (
    "To the left who moves it within a week, and which way; to the right who reads it the week after, with the sign of "
    "what that does as it grows. Dashed boxes are always on."
)


def mechanism(name: str, context: Context, atlas: Atlas | None, attribution: Saved | None) -> tuple[Block, ...]:
    """All of a mechanism; of the causal picture nothing while there is no `atlas`."""
    kind, found = mechanism_classes()[name], context.trace(f"mechanism:{name}")
    stated = described(kind)
    theory = Section("theory", "What theory says", (*ledger.rule(stated.theory), *ledger.rule(stated.rule)))
    own = [one for one in context.parameters if one.owner == name]
    claims: Block = Paragraph("The ledger has none.")
    if found.claims:
        claims = ledger_tables.claims(found.claims, "mechanism")
    return (
        *_graph(f"What {formatting.mechanism_label(name)} reads and moves", LAYERS, atlas, "mechanism", name),
        Grid((theory, Section("checked", "What it does in whole runs", tuple(_checked(name, attribution)))), "two"),
        *([] if atlas is None else [_loops(name, atlas), _links_of_mechanism(name, atlas)]),
        Section("parameters", "Parameters, before and after the evidence", tuple(_parameters(own, context))),
        Section("claims", "The claims behind it", (claims,)),
        *([ledger_tables.sources(found.sources.values())] if found.sources else []),
        *ledger_tables.rivals(found.rival_groups, context, chart=False),
    )


def field(path: str, context: Context, atlas: Atlas) -> tuple[Block, ...]:
    """All of a field: who moves and reads it, and the figures that are published of it."""
    about = signs.field(path)
    facts: dict[str, Line] = {
        "There is": about.each,
        "Range": about.range,
        "Unit": about.unit,
        "A run records it as": tuple(part for one in about.outputs for part in (", ", Span(one, code=True, to="")))[1:],
    }
    figures = [one for output in about.outputs for one in context.ledger.observations_of(output)]
    groups = [group for output in about.outputs for group in context.trace(f"output:{output}").rival_groups]
    published = Section("published", "Published figures", ledger_tables.figures(figures, context))
    return (
        Facts(tuple((label, value) for label, value in facts.items() if value), "facts"),
        *_graph(f"Who moves and who reads: {about.label}", OF_FIELD, atlas, "field", path),
        _links_of_field(path, atlas),
        _loops(path, atlas),
        *([published] if figures else []),
        *ledger_tables.rivals(groups, context, chart=False),
    )


def graph(atlas: Atlas) -> tuple[Block, ...]:
    """All mechanisms on a ring."""
    return _graph("The causal graph", RING, atlas, "", "")


def crossroads(atlas: Atlas) -> Section:
    """Every field by its owner, those in which most mechanisms meet first."""
    of: dict[str, list[str]] = {title: [] for title in signs.OWNERS.values()}
    for path in atlas.fields:
        of[signs.field(path).owner].append(path)

    def meets(path: str) -> tuple[int, str]:
        return -len({*atlas.movers[path], *atlas.readers[path]}), path

    groups = tuple(
        RowGroup(tuple(_crossing(path, atlas) for path in sorted(own, key=meets)), title)
        for title, own in of.items()
        if own
    )
    columns = (Column("Field"), Column("What it is"), Column("Moved by"), Column("Read by"))
    said = (
        "Every field with how many mechanisms move it, and which way, and how many read it: + it rises with it, − it "
        f"falls, ± either way by the state, · never seen to{', ? not known' if unknown(atlas.picture) else ''}. "
        "Forcing is what the case imposes from outside; nobody moves it. Through these fields the mechanisms close "
        f"{signs.counted(atlas.loops)}."
    )
    return Section("meet", "Where mechanisms meet", (Paragraph(said), Table(columns, groups, "Fields", "crossroads")))


def _crossing(path: str, atlas: Atlas) -> Row:
    about = signs.field(path)
    name = Span(about.label, to=f"field:{path}")
    by = (_counted(own) for own in (atlas.movers[path], atlas.readers[path]))
    return Row((Cell((name,)), Cell((Span(about.meaning, soft=True),)), *map(Cell, by)))


def _counted(found: Mapping[str, str]) -> str:
    """Such as `8: 5 +, 2 −, 1 ±`."""
    count = Counter(found.values())
    by_sign = (f"{count[s]} {signs.GLYPHS[s]}" for s in (UP, DOWN, BOTH, UNKNOWN, UNMOVED) if count[s])
    return f"{len(found)}: {', '.join(by_sign)}" if found else "none"


def _graph(title: str, said: str, atlas: Atlas | None, kind: str, name: str) -> tuple[Block, ...]:
    """A drawing of the causal picture, with its words."""
    if atlas is None:
        return ()
    caption: list[Line] = [said]
    if names := unknown(atlas.picture):
        each = [part for one in names for part in (", ", Span(one, code=True))][1:]
        why = "signs come with Fissure for its own mechanisms, not for "
        where = "A ? or a grey line of single dots stands where the direction is not known: "
        caption.append((where, why, *each, "."))
    svg = {"mechanism": causal_graph.of_mechanism, "field": causal_graph.of_field}
    drawn = svg[kind](name, atlas) if kind else causal_graph.ring(atlas)
    table = f"cracks/edges.csv{f'?{kind}={name}' if kind else ''}"
    return (Drawing(drawn, title, title=title, caption=tuple(caption), table=table),)


def _checked(name: str, attribution: Saved | None) -> Iterator[Block]:
    """Its share in the attribution, and the effect checks, that were kept."""
    if attribution is not None and name in (players := attribution.found.every.players):
        outcome, every = attribution.found.outcomes[0], attribution.found.every
        value, low, high = explaining.of(every, players.index(name), 0)
        unsure = ", which cannot be distinguished from zero" if explaining.mark(low, high) else ""
        share = f"{explaining.difference(value, low, high)} {formatting.unit(outcome.unit)}"
        yield Paragraph(
            (
                f"{outcome.title}: ",
                Span(share, strong=True),
                f"{unsure}. More means that {outcome.more}. Its share (Shapley value) over {every.members} histories; "
                "see ",
                Span("Why", to="view:why"),
                ".",
            )
        )
    else:
        yield Paragraph(_not_attributed(attribution), "soft")
    kept = verdicts.kept()
    if own := [one for one in verdicts.effects(kept) if one.mechanism == name]:
        earlier = ", with an earlier version of the model" if verdicts.stale(kept) else ""
        yield Paragraph(f"Checked in paired runs that differ in nothing else{earlier}:")
        yield effects.table(own)
    else:
        command = Span(f"fissure check {name}", code=True)
        yield Paragraph(
            (Span("not checked", tone="not-compared"), " ", command, " makes paired runs with and without it.")
        )


def _not_attributed(attribution: Saved | None) -> str:
    said = "" if attribution is None else caution(attribution.found.plan.plugins)
    if not said:
        return "No attribution of this version of the model is kept."
    return f"The attribution that is kept with the case has no share of it. {said}"


def _chip(name: str, known: Mapping[str, object]) -> Span:
    """A mechanism, or a part that is always on."""
    if name not in known:
        return Span(f"{formatting.mechanism_label(name)} (always on)", kind="chip part")
    kind = mechanism_classes()[name]
    label = formatting.mechanism_label(name)
    return Span(label, to=f"mechanism:{name}", kind=f"chip mechanism g-{kind.group()}", tip=kind.title)


def _field_chip(path: str) -> Span:
    return Span(signs.label(path), to=f"field:{path}", kind="chip field")


def _sign(sign: str, said: Mapping[str, str]) -> Span:
    return Span(signs.GLYPHS[sign], words=said[sign], kind=f"s s-{signs.CLASSES[sign]}")


def _linked(chip: Span, sign: str, said: Mapping[str, str], through: str = "") -> Item:
    told = f" {said[sign]}{f', through {through}' if through else ''}"
    return Item((chip, " ", _sign(sign, said), Span(told, soft=True)))


def _links_of_mechanism(name: str, atlas: Atlas) -> Section:
    parts = []
    for key, title, own, said, nothing in (
        ("reads", "Reads", atlas.reads[name], signs.READS, "Nothing."),
        ("moves", "Moves", atlas.moves[name], signs.IN_SHORT, "Nothing at once."),
    ):
        items = tuple(_linked(_field_chip(path), sign, said) for path, sign in own.items())
        parts.append(Section(key, title, (Items(items, "links") if items else Paragraph(nothing, "soft"),)))
    return Section("links", "What it reads and moves", (Grid(tuple(parts), "two"),))


def _links_of_field(path: str, atlas: Atlas) -> Section:
    parts = []
    for key, title, own, said in (
        ("movers", "Moved by", atlas.movers[path], signs.IN_SHORT),
        ("readers", "Read by", atlas.readers[path], signs.READS),
    ):
        items = tuple(_linked(_chip(name, atlas.reads), sign, said) for name, sign in own.items())
        nobody = (
            "No mechanism: the case imposes it." if path.startswith("week.") and key == "movers" else "No mechanism."
        )
        blocks: list[Block] = [Items(items, "links") if items else Paragraph(nobody, "soft")]
        always = [part for part in atlas.parts if part.target == path and key == "movers"]
        if always:
            through = tuple(_linked(_field_chip(one.source), one.sign, said, one.name) for one in always)
            blocks.append(Fold("Through parts that are always on", (Items(through, "links"),)))
        parts.append(Section(key, title, tuple(blocks)))
    return Section("links", "Who moves it, who reads it", (Grid(tuple(parts), "two"),))


def _loops(name: str, atlas: Atlas) -> Section:
    every, shown = atlas.through(name), atlas.shortest(name, LOOPS)
    if not every:
        said = "No loop of at most three mechanisms passes through it."
        return Section("loops", "Feedback loops", (Paragraph(said),))
    of_kind = ", ".join(f"{count:,} {kind}" for kind, count in kinds(every).items())
    few = (
        f" Shown are {len(shown)} of the shortest, each with a mechanism that is in none before it where there is one."
    )
    said = (
        f"{len(every):,} loop{'s pass' if len(every) != 1 else ' passes'} through it of at most three mechanisms: "
        f"{of_kind}.{few if len(every) > len(shown) else ''} A reinforcing loop drives itself on, a balancing one "
        "holds itself back."
    )
    rows = []
    for loop in shown:
        steps = atlas.steps(loop, name)
        line: list[str | Span] = []
        for step in steps:
            sign = _sign(step.sign, signs.MOVES)
            line += [_field_chip(step.field), " → ", _chip(step.by, atlas.reads), " ", sign, " → "]
        again = Span(f"{signs.label(steps[0].field)} again", soft=True)
        kind = Span(f"{KINDS[loop.kind]} {loop.kind}", kind=f"kind {loop.kind}")
        rows.append(Row((Cell((kind,)), Cell((*line, again)))))
    table = Table.of((Column("kind"), Column("loop", wrap=True)), tuple(rows), "Feedback loops", "loops")
    return Section("loops", "Feedback loops", (Paragraph(said), table))


def _parameters(own: list[Declared], context: Context) -> Iterator[Block]:
    """Its parameters, each with prior, posterior where it was learned, and the reason of its prior."""
    if context.no_posterior:
        yield Notice((context.no_posterior,))
    elif context.until:
        yield Paragraph(
            f"Medians with 90% intervals. The posterior has seen figures of days up to {context.until}. Wide bars are "
            "priors, all drawn on the same scale; the narrow one is the posterior."
        )
    if not own:
        yield Paragraph("It has none.")
        return
    columns = (
        Column("Parameter", wrap=True),
        Column("Prior and posterior", on=ON_PAGE),
        Column("Prior", "right"),
        Column("Posterior", "right"),
        Column("Contraction", "right"),
        Column("Why this prior", wrap=True, key="reason"),
    )
    rows = tuple(_parameter(one, context) for one in own)
    yield Table.of(columns, rows, "Parameters", "effects moves parameters")


def _parameter(one: Declared, context: Context) -> Row:
    update = updates_of(context).get(one.name)
    low, middle, high = (float(x) for x in quantile(one.prior.prior, np.asarray(words.NORMAL)))
    unit = "" if one.unit == "share" else formatting.unit(one.unit)
    fixed = one.prior.prior.kind == "fixed"
    at = words.Interval(low, middle, high)
    prior = words.value(middle, one.unit) if fixed else words.median_and_interval(at, one.unit)
    posterior = words.median_and_interval(update.posterior, one.unit) if update else "not learned"
    label = f"prior {prior}, posterior {posterior} {unit}".strip()
    drawn = update_picture(update.normals, label) if update else None
    rests = [part for entry in one.prior.evidence for part in (", ", ledger_tables.entry_link(entry))][1:]
    reason = " ".join(one.prior.reason.split())
    return Row(
        (
            Cell((f"{one.meaning} ", Span(one.name, code=True)), note=unit),
            Cell(picture=drawn),
            Cell((Span(prior, soft=True),), middle),
            Cell(posterior, update.posterior.middle if update else None),
            Cell(formatting.percent(update.contraction), update.contraction) if update else Cell("–"),
            Cell((f"{reason} ", *rests)),
        )
    )

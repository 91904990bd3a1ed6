"""A mechanism or a field of the state in full: what it moves, what it rests on, and the loops that pass through it."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from fissure.context import Context
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.model.parameters import Declared, quantile
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.sections import attribution_words as explaining
from fissure.present.sections import causal as signs
from fissure.present.sections import causal_graph, effects, ledger
from fissure.present.sections import learned as words
from fissure.present.sections import parts as ledger_tables
from fissure.present.sections.learned import update_picture
from fissure.present.sections.observation_influence import updates_of
from fissure.studies.attribution_file import SavedAttribution
from fissure.studies.causal import BOTH, DOWN, UNKNOWN, UNMOVED, UP, Atlas, Loop, kinds, unknown
from fissure.studies.effects import kept_effects
from fissure.studies.kept_results import caution

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


def mechanism(
    name: str, context: Context, atlas: Atlas | None, attribution: SavedAttribution | None
) -> tuple[doc.Block, ...]:
    """All of a mechanism; of the causal picture nothing while there is no `atlas`."""
    found, stated = context.trace(f"mechanism:{name}"), described(mechanism_classes()[name])
    theory = doc.Section("theory", "What theory says", (*ledger.rule(stated.theory), *ledger.rule(stated.rule)))
    claims = ledger_tables.claims(found.claims, "mechanism") if found.claims else doc.Paragraph("The ledger has none.")
    return (
        *_graph(f"What {formatting.mechanism_label(name)} reads and moves", LAYERS, atlas, "mechanism", name),
        doc.Grid(
            (theory, doc.Section("checked", "What it does in whole runs", tuple(_checked(name, attribution)))), "two"
        ),
        *([] if atlas is None else [_loops(name, atlas), _links_of_mechanism(name, atlas)]),
        doc.Section("parameters", "Parameters, before and after the evidence", tuple(_parameters(name, context))),
        doc.Section("claims", "The claims behind it", (claims,)),
        *([ledger_tables.sources(found.sources.values())] if found.sources else []),
        *ledger_tables.rivals(found.rival_groups, context, chart=False),
    )


def field(path: str, context: Context, atlas: Atlas) -> tuple[doc.Block, ...]:
    """All of a field: who moves and reads it, and the figures that are published of it."""
    about = signs.field(path)
    facts: dict[str, doc.Line] = {
        "There is": about.each,
        "Range": about.range,
        "Unit": about.unit,
        "A run records it as": doc.listed(map(doc.code, about.outputs)),
    }
    figures = [one for output in about.outputs for one in context.ledger.observations_of(output)]
    groups = [group for output in about.outputs for group in context.trace(f"output:{output}").rival_groups]
    published = doc.Section("published", "Published figures", ledger_tables.figures(figures, context))
    return (
        ledger.facts(facts),
        *_graph(f"Who moves and who reads: {about.label}", OF_FIELD, atlas, "field", path),
        _links_of_field(path, atlas),
        _loops(path, atlas),
        *([published] if figures else []),
        *ledger_tables.rivals(groups, context, chart=False),
    )


def graph(atlas: Atlas) -> tuple[doc.Block, ...]:
    """All mechanisms on a ring."""
    return _graph("The causal graph", RING, atlas, "", "")


def crossroads(atlas: Atlas) -> doc.Section:
    """Every field by its owner, those in which most mechanisms meet first."""

    def meets(path: str) -> tuple[int, str]:
        return -len({*atlas.movers[path], *atlas.readers[path]}), path

    def counted(found: Mapping[str, str]) -> str:
        """Such as `8: 5 +, 2 −, 1 ±`."""
        count = Counter(found.values())
        by_sign = (f"{count[s]} {signs.GLYPHS[s]}" for s in (UP, DOWN, BOTH, UNKNOWN, UNMOVED) if count[s])
        return f"{len(found)}: {', '.join(by_sign)}" if found else "none"

    of: dict[str, list[doc.Row]] = {title: [] for title in signs.OWNERS.values()}
    for path in sorted(atlas.fields, key=meets):
        about = signs.field(path)
        name, meaning = doc.Span(about.label, to=f"field:{path}"), doc.Span(about.meaning, soft=True)
        by = map(counted, (atlas.movers[path], atlas.readers[path]))
        of[about.owner].append(doc.Row.of((name,), (meaning,), *by))
    groups = tuple(doc.RowGroup(tuple(rows), title) for title, rows in of.items() if rows)
    columns = (doc.Column("Field"), doc.Column("What it is"), doc.Column("Moved by"), doc.Column("Read by"))
    said = (
        "Every field with how many mechanisms move it, and which way, and how many read it: + it rises with it, − it "
        f"falls, ± either way by the state, · never seen to{', ? not known' if unknown(atlas.picture) else ''}. "
        "Forcing is what the case imposes from outside; nobody moves it. Through these fields the mechanisms close "
        f"{signs.counted(atlas.loops)}."
    )
    return doc.Section(
        "meet", "Where mechanisms meet", (doc.Paragraph(said), doc.Table(columns, groups, "Fields", "crossroads"))
    )


def _graph(title: str, said: str, atlas: Atlas | None, kind: str, name: str) -> tuple[doc.Block, ...]:
    """A drawing of the causal picture, with its words."""
    if atlas is None:
        return ()
    caption: list[doc.Line] = [said]
    if names := unknown(atlas.picture):
        why = "signs come with Fissure for its own mechanisms, not for "
        where = "A ? or a grey line of single dots stands where the direction is not known: "
        caption.append((where, why, *doc.listed(map(doc.code, names)), "."))
    svg = {"mechanism": causal_graph.of_mechanism, "field": causal_graph.of_field}
    drawn = svg[kind](name, atlas) if kind else causal_graph.ring(atlas)
    table = f"cracks/edges.csv{f'?{kind}={name}' if kind else ''}"
    return (doc.Drawing(drawn, title, title=title, caption=tuple(caption), table=table),)


def _checked(name: str, attribution: SavedAttribution | None) -> Iterator[doc.Block]:
    """Its share in the attribution, and the effect checks, that were kept."""
    if attribution is not None and name in (players := attribution.found.every.players):
        outcome, every = attribution.found.outcomes[0], attribution.found.every
        value, low, high = explaining.of(every, players.index(name), 0)
        unsure = ", which cannot be distinguished from zero" if explaining.mark(low, high) else ""
        share = doc.strong(f"{explaining.difference(value, low, high)} {formatting.unit(outcome.unit)}")
        means = (
            f"{unsure}. More means that {outcome.more}. Its share (Shapley value) over {every.members} histories; see "
        )
        yield doc.Paragraph((f"{outcome.title}: ", share, means, doc.Span("Why", to="view:why"), "."))
    else:
        said = "" if attribution is None else caution(attribution.found.plan.plugins)
        kept_with = "The attribution that is kept with the case has no share of it."
        none = "No attribution of this version of the model is kept."
        yield doc.Paragraph(f"{kept_with} {said}" if said else none, "soft")
    kept = kept_effects()
    if own := [one for one in kept.effects if one.mechanism == name]:
        earlier = ", with an earlier version of the model" if kept.stale else ""
        yield doc.Paragraph(f"Checked in paired runs that differ in nothing else{earlier}:")
        yield effects.table(own)
    else:
        command = (" ", doc.code(f"fissure check {name}"), " makes paired runs with and without it.")
        yield doc.Paragraph((doc.Span("not checked", tone="not-compared"), *command))


def _chip(name: str, known: Mapping[str, object]) -> doc.Span:
    """A mechanism, or a part that is always on."""
    label = formatting.mechanism_label(name)
    if name not in known:
        return doc.Span(f"{label} (always on)", kind="chip part")
    kind = mechanism_classes()[name]
    return doc.Span(label, to=f"mechanism:{name}", kind=f"chip mechanism g-{kind.group()}", tip=kind.title)


def _field_chip(path: str) -> doc.Span:
    return doc.Span(signs.label(path), to=f"field:{path}", kind="chip field")


def _sign(sign: str, said: Mapping[str, str]) -> doc.Span:
    return doc.Span(signs.GLYPHS[sign], words=said[sign], kind=f"s s-{signs.CLASSES[sign]}")


def _linked(chip: doc.Span, sign: str, said: Mapping[str, str], through: str = "") -> doc.Item:
    words = f" {said[sign]}{f', through {through}' if through else ''}"
    return doc.Item((chip, " ", _sign(sign, said), doc.Span(words, soft=True)))


def _links_of_mechanism(name: str, atlas: Atlas) -> doc.Section:
    parts = []
    for key, title, own, said, nothing in (
        ("reads", "Reads", atlas.reads[name], signs.READS, "Nothing."),
        ("moves", "Moves", atlas.moves[name], signs.IN_SHORT, "Nothing at once."),
    ):
        items = tuple(_linked(_field_chip(path), sign, said) for path, sign in own.items())
        parts.append(doc.Section(key, title, (doc.Items(items, "links") if items else doc.Paragraph(nothing, "soft"),)))
    return doc.Section("links", "What it reads and moves", (doc.Grid(tuple(parts), "two"),))


def _links_of_field(path: str, atlas: Atlas) -> doc.Section:
    parts = []
    for key, title, own, said in (
        ("movers", "Moved by", atlas.movers[path], signs.IN_SHORT),
        ("readers", "Read by", atlas.readers[path], signs.READS),
    ):
        items = tuple(_linked(_chip(name, atlas.reads), sign, said) for name, sign in own.items())
        imposed = path.startswith("week.") and key == "movers"
        nobody = doc.Paragraph("No mechanism: the case imposes it." if imposed else "No mechanism.", "soft")
        blocks: list[doc.Block] = [doc.Items(items, "links") if items else nobody]
        if always := [part for part in atlas.parts if part.target == path and key == "movers"]:
            through = tuple(_linked(_field_chip(one.source), one.sign, said, one.process) for one in always)
            blocks.append(doc.Fold("Through parts that are always on", (doc.Items(through, "links"),)))
        parts.append(doc.Section(key, title, tuple(blocks)))
    return doc.Section("links", "Who moves it, who reads it", (doc.Grid(tuple(parts), "two"),))


def _loops(name: str, atlas: Atlas) -> doc.Section:
    every, shown = atlas.through(name), atlas.shortest(name, LOOPS)
    if not every:
        said = "No loop of at most three mechanisms passes through it."
        return doc.Section("loops", "Feedback loops", (doc.Paragraph(said),))
    of_kind = ", ".join(f"{count:,} {kind}" for kind, count in kinds(every).items())
    few = (
        f" Shown are {len(shown)} of the shortest, each with a mechanism that is in none before it where there is one."
    )
    said = (
        f"{len(every):,} loop{'s pass' if len(every) != 1 else ' passes'} through it of at most three mechanisms: "
        f"{of_kind}.{few if len(every) > len(shown) else ''} A reinforcing loop drives itself on, a balancing one "
        "holds itself back."
    )

    def steps(loop: Loop) -> doc.Line:
        line: list[str | doc.Span] = []
        for step in atlas.steps(loop, name):
            sign = _sign(step.sign, signs.MOVES)
            line += [_field_chip(step.field), " → ", _chip(step.by, atlas.reads), " ", sign, " → "]
        return (*line, doc.Span(f"{line[0].text} again", soft=True)) if isinstance(line[0], doc.Span) else tuple(line)

    fields: tuple[doc.Field[Loop], ...] = (
        ("kind", lambda loop: (doc.Span(f"{KINDS[loop.kind]} {loop.kind}", kind=f"kind {loop.kind}"),)),
        (doc.Column("loop", wrap=True), steps),
    )
    return doc.Section(
        "loops", "Feedback loops", (doc.Paragraph(said), doc.Table.by(shown, fields, "Feedback loops", "loops"))
    )


def _parameters(owner: str, context: Context) -> Iterator[doc.Block]:
    """Its parameters, each with prior, posterior where it was learned, and the reason of its prior."""
    if context.no_posterior:
        yield doc.Notice((context.no_posterior,))
    elif context.until:
        yield doc.Paragraph(
            f"Medians with 90% intervals. The posterior has seen figures of days up to {context.until}. Wide bars are "
            "priors, all drawn on the same scale; the narrow one is the posterior."
        )
    columns = (
        doc.Column("Parameter", wrap=True),
        doc.Column("Prior and posterior", on=doc.ON_PAGE),
        doc.Column("Prior", "right"),
        doc.Column("Posterior", "right"),
        doc.Column("Contraction", "right"),
        doc.Column("Why this prior", wrap=True, key="reason"),
    )
    rows = [_parameter(one, context) for one in context.parameters if one.owner == owner]
    table = doc.Table.of(columns, rows, "Parameters", "effects moves parameters")
    yield table if rows else doc.Paragraph("It has none.")


def _parameter(one: Declared, context: Context) -> doc.Row:
    update = updates_of(context).get(one.name)
    at = words.Interval(*(float(x) for x in quantile(one.prior.prior, np.asarray(words.NORMAL))))
    unit = "" if one.unit == "share" else formatting.unit(one.unit)
    fixed = one.prior.prior.kind == "fixed"
    prior = words.value(at.middle, one.unit) if fixed else words.median_and_interval(at, one.unit)
    posterior = words.median_and_interval(update.posterior, one.unit) if update else "not learned"
    label = f"prior {prior}, posterior {posterior} {unit}".strip()
    rests = doc.listed(map(ledger_tables.entry_link, one.prior.evidence))
    return doc.Row.of(
        doc.named(one.meaning, one.name, unit),
        doc.Cell(picture=update_picture(update.normals, label) if update else None),
        doc.Cell((doc.Span(prior, soft=True),), at.middle),
        doc.Cell(posterior, update.posterior.middle if update else None),
        doc.Cell(formatting.percent(update.contraction), update.contraction) if update else "–",
        (f"{' '.join(one.prior.reason.split())} ", *rests),
    )

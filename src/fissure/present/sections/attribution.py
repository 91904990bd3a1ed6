"""An attribution: how much of each outcome is due to which mechanisms, outcome by outcome, and how sure that is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.document import (
    IN_JSON,
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Fold,
    Grid,
    Items,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    not_in_terminal,
    notice,
    only,
    plain,
)
from fissure.present.formatting import signed
from fissure.present.sections import attribution_charts as charts
from fissure.present.sections import attribution_words as words
from fissure.present.sections import parts
from fissure.studies.attribution import Attribution, Explanation
from fissure.studies.attribution_file import SavedAttribution
from fissure.version import __version__

MOST = 10
"""Mechanisms, and pairs, that stand in a table of the strongest."""
EXACT = 1e-12
"""Exact values sum to the whole effect to within this share of it, or the page says by how much they miss."""
ABOUT_THE_MODEL = (
    Span("This is about the model, not the world.", strong=True),
    " It says how much of what the model does is due to which of its parts. That a part is strong here is no evidence "
    "that it was strong in the war.",
)
STEPS = "Blue adds, orange takes away; the thin line is the 90% interval of the step, ? means that it includes zero."
PAIRS = (
    "On the diagonal what each does alone, with every other of the strongest off; beside it what two do together "
    "beyond that. In brackets: cannot be distinguished from zero. The columns are numbered as the rows."
)
VALUE = (
    Column("Adds", "right"),
    Column("90% interval", "right", key="interval"),
    *(Column(name, on=IN_JSON) for name in ("low", "high")),
    Column("?", key="unclear"),
)
SHARE = Column("Of the whole", "right", key="share")


def document(saved: SavedAttribution, title: str) -> Document:
    """The whole result of `fissure explain` on the case called `title`."""
    found, plan = saved.found, saved.found.plan
    exact = "none" if found.pairs is None else f"{len(found.pairs.players)} mechanisms, {found.pairs.members} members"
    facts = {
        "Version of Fissure": plan.version,
        "Members drawn from": drawn_from(saved),
        "Weeks": plan.weeks,
        "Seed": plan.seed,
        "Members of the groups": found.groups.members,
        "Members of all mechanisms, sampled": found.every.members,
        "The strongest, exactly": exact,
        "Units and slots": f"{plan.units} units of {plan.slots} fighter slots",
        "Digest of the case (SHA-256)": plan.case_digest,
        "Digest of the model (SHA-256)": plan.model_digest,
    }
    return Document(
        subject=title,
        title="what made it come apart",
        heading="What made it come apart?",
        lead=(
            "Each outcome of the simulated histories is shared among the mechanisms: the same members are run with the "
            f"same luck under many sets of them. Members are drawn from {drawn_from(saved)} ({plan.weeks} weeks, seed "
            f"{plan.seed})."
        ),
        notices=(
            Notice((ABOUT_THE_MODEL,), "What kind of numbers these are"),
            *notice(found.few_histories, "few"),
        ),
        sections=(
            *(
                Section(slug(found, n), one.title, (*([rests_on(found)] if n == 0 else []), *outcome(found, n)))
                for n, one in enumerate(found.outcomes)
            ),
            Section("sure", "How sure it is", (Paragraph(words.KEY), *map(Paragraph, sure(found)), _errors(found))),
            Section("wrong", "How it could be wrong", (Items.of(words.WRONG),)),
            parts.made(facts, saved.command),
        ),
        version=plan.version or __version__,
        key="attribution",
    )


def section(saved: SavedAttribution, caution: str = "") -> Section:
    """The section of a run's report on the first outcome; `caution` says what the numbers do not cover of the run."""
    found, others = saved.found, len(saved.found.outcomes) - 1
    more = f", and a page that also tells of {others} other outcome{'s' if others > 1 else ''}" if others else ""
    return Section(
        "attribution",
        "What made it come apart",
        (
            Paragraph(
                (
                    *intro(saved),
                    " These numbers were kept with the case; ",
                    Span(saved.command, code=True),
                    f" makes them again{more}.",
                )
            ),
            *cautions(found, caution),
            Section(slug(found, 0), found.outcomes[0].title, tuple(outcome(found, 0))),
            Fold(
                "How sure it is, and how it could be wrong",
                (Paragraph(words.KEY, "small"), Items.of([*sure(found), *words.WRONG])),
            ),
        ),
    )


def intro(saved: SavedAttribution) -> tuple[str, ...]:
    """The kind of numbers, in a sentence or two."""
    return (
        "How much of an outcome is due to which mechanisms: the same "
        f"{saved.found.groups.members} members, drawn from {drawn_from(saved)}, with the same luck under many sets of "
        "mechanisms. It is about the model, not the world.",
    )


def cautions(found: Explanation, caution: str = "") -> tuple[Block, ...]:
    """Notes that come before any number: too few histories, what they are worth, what is not covered."""
    return (*notice(found.few_histories, "few"), rests_on(found), *notice(caution))


def rests_on(found: Explanation) -> Paragraph:
    """The basis of the intervals."""
    return Paragraph(" ".join(words.rests_on(found)), "small")


def certainty(found: Explanation) -> Section:
    """The certainty of the numbers and how they could be wrong, for a page of one outcome."""
    how_sure = Section("how-sure", "How sure", (Paragraph(words.KEY, "small"), Items.of(sure(found))))
    wrong = Section("how-wrong", "How it could be wrong", (Items.of(words.WRONG),))
    return Section("sure", "How sure it is, and how it could be wrong", (Grid((how_sure, wrong), "judged"),))


def sure(found: Explanation) -> list[str]:
    """The certainty of the numbers: sampling, pairing, and that exact values sum to the whole effect."""
    away = words.sums(found.groups.value, found.effect.mean)
    said = "sum to the whole effect to machine precision" if away < EXACT else f"miss the whole effect by {away:.1g}"
    return [words.sampling(found), words.pairing(found), f"Values of the groups {said}."]


def drawn_from(saved: SavedAttribution) -> str:
    """The source that members are drawn from."""
    return f"the posterior of evidence up to {saved.until}" if saved.until else "the prior"


def slug(found: Explanation, at: int) -> str:
    """The anchor of an outcome, and the beginning of the keys of its charts."""
    return found.outcomes[at].name.replace("@", "-")


def outcome(found: Explanation, at: int) -> Iterator[Block]:
    """The blocks of one outcome: sentences, charts, the strongest mechanisms, and all numbers.

    A terminal has the mechanisms and pairs of the first outcome only.
    """
    one, said = found.outcomes[at], words.sentences(found, at)
    lead = 1 + len(words.ends_reached(found, at))
    yield Paragraph((Span(said[0], strong=True),))
    yield from map(Paragraph, said[1:lead])
    if note := words.note(found, at):
        yield Paragraph(note, "small soft")
    yield Grid(tuple(_figures(found, at)), "waterfalls")
    yield from map(Paragraph, said[lead:])
    unit = f"{formatting.unit(one.unit)}; +: {one.more}"
    yield only("terminal", _groups(found, at, unit))
    strongest, pairs = _strongest(found, at, unit), _pairs(found, at)
    yield strongest if at == 0 else not_in_terminal(strongest)
    if at == 0 and pairs:
        yield only("terminal", Table.of(_PAIRS, tuple(pairs[:MOST]), "Strongest pairs"))
    yield _all_numbers(found, at, pairs)


def _figures(found: Explanation, at: int) -> Iterator[Figure]:
    one = found.outcomes[at]
    marks = f"● {charts.SAMPLED}" + ("" if found.strongest is None else f"; ◆ {charts.EXACT}, with all else on")
    drawn = (
        ("groups", "From everything off to everything on", STEPS, charts.by_group(found, at)),
        ("blocks", "Inside, outside, and only both", "", charts.inside_outside(found, at)),
        ("mechanisms", "Strongest mechanisms", f"{marks}. To the right: {one.more}.", charts.mechanisms(found, at)),
        ("pairs", "The strongest in pairs", PAIRS, charts.interactions(found, at)),
    )
    for key, title, said, spec in drawn:
        if spec is not None:
            yield Figure(
                f"{slug(found, at)}-{key}", title, spec, formatting.unit(one.unit), spec["description"], said,
                kind="low heat" if key == "pairs" else "low", name=f"{one.title}: {title}", scrolls=key == "pairs",
            )  # fmt: skip


def _groups(found: Explanation, at: int, unit: str) -> Table:
    """The groups and all of them together."""
    columns = (Column(f"Groups, {found.groups.members} members"), *VALUE, SHARE)
    own = _rows(found, found.groups, at)
    whole = words.at(found.effect, at)
    together = Row((Cell("all together"), *_values(*whole), _share(found, whole[0], at)), strong=True)
    return Table(columns, (RowGroup((*own, together)),), "Groups", note=unit)


def _rows(found: Explanation, attribution: Attribution, at: int) -> Iterator[Row]:
    """The players, strongest first, with value, interval and share of the whole effect."""
    for name in attribution.strongest(len(attribution.players), at):
        value = words.of(attribution, attribution.players.index(name), at)
        yield Row((_name(name), *_values(*value), _share(found, value[0], at)))


def _name(name: str) -> Cell:
    """A group, or a mechanism with its name and group."""
    if name in words.GROUPS:
        return Cell(words.GROUPS[name])
    kinds = mechanism_classes()
    group = words.GROUPS.get(kinds[name].group(), "") if name in kinds else ""
    return Cell((Span(words.title(name), to=f"mechanism:{name}"), " ", Span(name, code=True)), note=group)


def _values(value: float, low: float, high: float) -> tuple[Cell, ...]:
    """The cells of `VALUE`."""
    mark = words.mark(low, high)
    return Cell(signed(value), value), Cell(words.ends(low, high)), Cell(value=low), Cell(value=high), Cell(mark)


def _share(found: Explanation, value: float, at: int) -> Cell:
    return Cell(words.share(value, found, at))


def _strongest(found: Explanation, at: int, unit: str) -> Table:
    """The strongest of all mechanisms, beside their values in the game of the strongest."""
    exact = found.strongest
    columns = [Column("Strongest mechanisms", wrap=True, key="mechanism"), *VALUE, SHARE]
    note = f"Sampled over {found.every.members} members"
    if exact:
        columns += [Column("Exactly", "right"), Column("90% interval", "right", key="exact_interval")]
        note += f"; exactly, among the strongest with all else on, over {exact.members}"
    rows = []
    for row, name in zip(_rows(found, found.every, at), found.every.strongest(MOST, at), strict=False):
        value = words.of(exact, exact.players.index(name), at) if exact and name in exact.players else None
        marked = f"{words.ends(*value[1:])} {words.mark(*value[1:])}".strip() if value else ""
        last = (Cell(signed(value[0]), value[0]), Cell(marked)) if value else (Cell(), Cell())
        rows.append(Row((*row.cells, *(last if exact else ()))))
    return Table(tuple(columns), (RowGroup(tuple(rows)),), "The strongest mechanisms", "strongest", f"{note}. {unit}.")


_PAIRS = (Column("Strongest pairs", wrap=True, key="pair"), *VALUE, Column("Together", wrap=True))


def _pairs(found: Explanation, at: int) -> list[Row]:
    """Pairs of the strongest with their interaction, those that differ from nothing first."""
    if found.pairs is None:
        return []
    return [
        Row(
            (
                Cell(" and ".join(words.title(found.pairs.players[k]) for k in (i, j))),
                *_values(*words.at(found.pairs.interaction, i, j, at)),
                Cell(words.WORDS[words.pair(found, i, j, at)]),
            )
        )
        for i, j in words.ranked(found, at)
    ]


def _all_numbers(found: Explanation, at: int, pairs: Sequence[Row]) -> Fold:
    """Every number of an outcome in one table."""
    one = found.outcomes[at]
    groups = [
        RowGroup(tuple(_rows(found, found.groups, at)), "Groups"),
        RowGroup(tuple(_rows(found, found.every, at)), "Mechanisms, sampled over all"),
    ]
    if found.strongest is not None:
        groups.append(RowGroup(tuple(_rows(found, found.strongest, at)), "The strongest, exactly, all else on"))
    if pairs:
        two = (Row((replace(row.cells[0], note=plain(row.cells[-1].text)), *row.cells[1:-1], Cell())) for row in pairs)
        groups.append(RowGroup(tuple(two), "Pairs of the strongest: beyond what they do one by one"))
    columns = (Column("Part"), *VALUE, Column("Of the whole", "right", key="share"))
    many = f"{len(found.groups.players)} groups, {len(found.every.players)} mechanisms"
    said = f"All numbers: {many}{f', {len(pairs)} pairs' if pairs else ''}"
    note = f"In {formatting.unit(one.unit)}; +: {one.more}. ? the 90% interval includes zero."
    table = Table(columns, tuple(groups), f"Numbers: {one.title}", "attribution")
    return Fold(said, (Paragraph(note, "small soft"), table))


def _errors(found: Explanation) -> Block:
    """For each outcome the widest interval of a mechanism and what pairing saves."""
    columns = (
        Column("Outcome", wrap=True),
        Column("Widest interval of a mechanism, ± of the whole effect", "right", key="widest_interval"),
        Column("Unpaired runs would need so many times the members", "right", key="pairing"),
    )
    rows = (
        Row(
            (
                Cell(one.title),
                Cell(words.per_cent(float(reached)), float(reached)),
                Cell(formatting.number(float(f"{float(paired):.2g}")), float(paired)),
            )
        )
        for one, reached, paired in zip(found.outcomes, found.reached, found.paired, strict=True)
    )
    return not_in_terminal(Table.of(columns, tuple(rows), "Errors"))

"""A sensitivity study: what each outcome depends on, how sure that is, and which evidence would narrow it."""

from collections.abc import Iterable, Sequence

from fissure.present import formatting
from fissure.present.charts import sensitivity as charts
from fissure.present.document import (
    NOT_ON_PAGE,
    ON_PAGE,
    Block,
    Cell,
    Column,
    Document,
    Fold,
    Grid,
    Item,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    not_in_terminal,
    only,
)
from fissure.present.sections import parts
from fissure.present.words import sensitivity as words
from fissure.studies.sensitivity.information_value import InformationValue, Narrowing
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity

IN_TERMINAL = 4
"""Kinds of evidence that a terminal lists for an outcome."""
MOST = 16
"""Rows and bars of what would narrow an outcome."""
NARROWED = 20
"""Parameters that narrowed most."""
OF_THE_MODEL: Line = (
    Span("These are shares of this model's uncertainty.", strong=True),
    " An input with a large share is one about which little is believed and to which the outcome responds. A cause "
    "that is known well has a small share, however much it did.",
)
METHOD = (
    "Screening by F tests on one ensemble; first-order and total indices from Saltelli's design (Saltelli et al. 2010) "
    "by SALib's estimators, inputs drawn independently from their own distributions, everything else and luck from a "
    "history that each row has; the value of evidence by cross-validated regression (Strong, Oakley and Brennan 2014), "
    "where inputs stay as dependent as they are believed to be."
)


def document(
    found: Sensitivity, subject: str, facts: Iterable[tuple[str, str]], command: str, version: str
) -> Document:
    """The whole result of `fissure sensitivity`.

    `subject` is the title of the case, `facts` say how it was made, `command` makes the same numbers again.
    """
    quick = [(Span(words.QUICK, strong=True),)] if found.quick else []
    few = [Notice((found.few_histories,), kind="few")] if found.few_histories else []
    return Document(
        subject=subject,
        title="what the answers depend on",
        heading="What do the answers depend on?",
        lead=words.overall(found),
        notices=(Notice((OF_THE_MODEL, *quick), "What kind of numbers these are"), *few),
        sections=(
            _in_short(found),
            *(_outcome(at, of, found) for at, of in enumerate(found.of)),
            _screening(found),
            *([_learned(found)] if _narrowed_outcomes(found) else []),
            parts.made(dict(facts), command, METHOD),
        ),
        version=version,
        key="sensitivity",
    )


def _in_short(found: Sensitivity) -> Section:
    said = (words.rests_on(found), words.screened(found), words.converged(found), words.learned(found))
    key = [only("terminal", Paragraph(words.KEY, "soft"))] if found.strong else []
    return Section("evidence", "In short", (Items(tuple(Item(one) for one in said if one)), *key))


def _outcome(at: int, of: OutcomeSensitivity, found: Sensitivity) -> Section:
    """One outcome: its sentences, charts and tables."""
    ends = words.ends(of, found)
    blocks: list[Block] = [Paragraph(words.headline(of, found)), *([Paragraph(ends, "small")] if ends else [])]
    if of.indices:
        blocks += _indices(at, of, found)
    blocks += [Paragraph(words.evidence(of.outcome, found)), *_narrowing(at, of, found)]
    return Section(f"outcome-{at}", of.title, tuple(blocks))


def _indices(at: int, of: OutcomeSensitivity, found: Sensitivity) -> list[Block]:
    """The variance taken apart: a table, and on a page two charts with it folded below."""
    rows = tuple(
        Row.of(
            parts.named(found.titles.get(one.input) or words.CHANCE[one.input], one.input),
            parts.code(one.input),
            Cell("" if one.input in words.CHANCE else found.titles.get(one.input, "")),
            Cell(words.share(one.first, one.first_low, one.first_high), one.first),
            Cell(words.share(one.total, one.total_low, one.total_high), one.total),
            Cell("✓" if one.converged else "? not yet"),
        )
        for one in of.indices
    )
    columns = (
        Column("Input", on=ON_PAGE),
        Column("input", on=NOT_ON_PAGE),
        Column("what it is", on=NOT_ON_PAGE, wrap=True),
        Column("First order", "right"),
        Column("Total", "right"),
        Column("Converged"),
    )
    table = Table.of(columns, rows, f"Indices of {of.title}")
    pair = Grid(
        (
            parts.figure(
                f"indices-{at}", "First-order and total indices", charts.indices(of, found),
                "The thin line is the 95% interval. Where the two bars of an input differ, it acts together with "
                "others.", kind="low"),
            parts.figure(
                f"convergence-{at}", "Have they converged?", charts.convergence(of),
                "The total index of the strongest from a quarter, a half and all rows; upright lines are 95% "
                "intervals.", kind="low"),
        ),
        "pair",
    )  # fmt: skip
    said = f"{of.converged} of {len(of.indices)} have converged. {words.dependence(of)}"
    numbers = Fold("Numbers", (table, Paragraph(words.KEY, "small soft")), "numbers")
    own = Section(f"variance-{at}", "What its variance is due to", (Paragraph(said, "small"), pair, numbers))
    return [only("terminal", table), not_in_terminal(own)]


def _narrowing(at: int, of: OutcomeSensitivity, found: Sensitivity) -> list[Block]:
    """What evidence would narrow an outcome: kinds of figures, single figures and parameters."""
    kinds, parameters, figures = (
        [one for one in found.of_outcome(of.outcome, what) if one.beyond_chance]
        for what in ("kind", "parameter", "figure")
    )
    figures = [one for one in figures if not one.learned][:MOST]
    if not kinds and not parameters:
        return []
    drawn: list[Block] = []
    if kinds:
        spec = charts.worth(kinds[:MOST], of.title, coloured=True)
        said = "What all figures of a kind together, with their publishers' doubt, would take of the variance."
        drawn.append(parts.figure(f"kinds-{at}", "Published figures, by kind", spec, said, kind="low"))
    if parameters:
        spec = charts.worth(parameters[:MOST], of.title)
        said = "What knowing one parameter, and nothing else, would take of the variance."
        drawn.append(parts.figure(f"parameters-{at}", "Parameters, known exactly", spec, said, kind="low"))
    tables: list[Block] = [_worth(kinds, "Kinds of figures")] if kinds else []
    if figures:
        tables += [Paragraph("Single figures that say most:"), _worth(figures, "Single figures")]
    tables += [_worth(parameters, "Parameters")] if parameters else []
    own = Section(
        f"narrow-{at}", "What would narrow it", (Grid(tuple(drawn), "pair"), Fold("Numbers", tuple(tables), "numbers"))
    )
    listed = tuple(Item((Span(words.worth(one), soft=True),)) for one in kinds[:IN_TERMINAL])
    return [*([only("terminal", Items(listed))] if listed else []), not_in_terminal(own)]


def _worth(rows: Sequence[InformationValue], label: str) -> Table:
    columns = (Column("What"), Column("When"), Column("Would take of the variance", "right", key="share"))
    itself = " (the answer itself, measured)"
    made = tuple(
        Row.of(
            Cell((f"{one.title} ", Span(one.name, code=True), Span(itself if one.itself else "", soft=True))),
            Cell(words.when(one)),
            Cell(words.share(one.share, one.low, one.high), one.share),
        )
        for one in rows
    )
    return Table.of(columns, made, label, "publishers")


def _screening(found: Sensitivity) -> Section:
    titles = {one.outcome: one.title for one in found.of}
    rows = tuple(
        Row.of(
            parts.named(found.titles[one.input], one.input),
            Cell("its mean" if one.way == "level" else "its scatter"),
            Cell(titles[one.outcome]),
            Cell(formatting.percent(one.share), one.share),
            Cell(f"{one.p:.0e}", one.p),
        )
        for one in found.screened.found
    )
    said = " An input may move an outcome's mean, or only its scatter, where it acts through others."
    columns = (
        "Input",
        "Moves",
        "Of",
        Column("Explains (of ranks)", "right"),
        Column("By chance (p)", "right"),
    )
    table = [Table.of(columns, rows, "Inputs that pass", "publishers")] if rows else []
    blocks = not_in_terminal(Paragraph(words.screened(found) + said), *table)
    return Section("screening", "Screening", (blocks,), heading="Which inputs move anything")


def _narrowed_outcomes(found: Sensitivity) -> list[Narrowing]:
    names = {one.outcome for one in found.of}
    return [one for one in found.learned if one.name in names]


def _learned(found: Sensitivity) -> Section:
    outcomes = _narrowed_outcomes(found)
    surely = [one for one in found.learned if one not in outcomes and one.low > 0]
    parameters = sorted(surely, key=lambda one: -one.share)[:NARROWED]
    said = " Standard deviations under the prior and the posterior, and the part of the prior variance that is gone."
    blocks: list[Block] = [Paragraph(words.learned(found) + said), _narrowed(outcomes, "Outcomes")]
    if parameters:
        blocks.append(_narrowed(parameters, "Parameters that narrowed most"))
    return Section("learned", "What was learned", (not_in_terminal(*blocks),), heading="What was learned already")


def _narrowed(rows: Sequence[Narrowing], label: str) -> Table:
    columns = (label, Column("Prior", "right"), Column("Posterior", "right"), "Unit", Column("Gone", "right"))
    made = tuple(
        Row.of(
            parts.named(one.title, one.name),
            Cell(formatting.number(one.prior), one.prior),
            Cell(formatting.number(one.posterior), one.posterior),
            Cell(formatting.unit(one.unit)),
            Cell(words.share(one.share, one.low, one.high), one.share),
        )
        for one in rows
    )
    return Table.of(columns, made, label, "publishers")

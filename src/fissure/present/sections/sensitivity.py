"""A sensitivity study: what each outcome depends on, how sure that is, and which evidence would narrow it."""

from collections.abc import Iterable, Sequence

from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.present.formatting import listed, percent
from fissure.present.sections import parts
from fissure.present.sections.sensitivity_charts import (
    CHANCE,
    between,
    convergence_chart,
    indices_chart,
    share,
    when,
    worth_chart,
)
from fissure.studies.sensitivity.design import CONVERGED, FACTOR, LUCK, Index
from fissure.studies.sensitivity.information_value import InformationValue, Narrowing
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity
from fissure.studies.sensitivity.screening import ScreenedInput

QUICK = "A quick look: half the units and few runs. Run without --quick for the full study."
KEY = (
    "First-order index: the part of the variance that is due to the input by itself. Total index: with its "
    "interactions. In brackets 95% intervals. ✓ converged: both are known within a tenth of the variance each way; "
    "? not yet."
)


def screened(found: Sensitivity) -> str:
    """The result of the screening."""
    own, sizes = found.screened, found.sizes
    kept = len(own.kept)
    moved = (
        f"{kept} of {own.inputs} inputs move an outcome" if kept else f"None of {own.inputs} inputs moves an outcome"
    )
    design = f"; the {len(found.strong)} strongest are in the design" if kept else ""
    return (
        f"{moved} by more than chance explains over {own.runs} runs{design}. An input that explains less than about "
        f"{percent(30 / own.runs)} of an outcome would not be seen. Forcings were moved between 1/{FACTOR:g} and "
        f"{FACTOR:g} times in {sizes.forced} of these runs."
    )


def converged(found: Sensitivity) -> str:
    """The convergence of the indices."""
    if not found.strong:
        return "No index was estimated, as no input is strong enough."
    every = [index for one in found.of for index in one.indices]
    many = sum(index.converged for index in every)
    said = f"{many} of {len(every)} indices have converged: their 95% intervals are no wider than {percent(CONVERGED)}"
    rows = f"{said} of the variance, with {found.sizes.rows} rows of {len(found.strong) + 4} runs."
    return (
        rows if many == len(every) else f"{rows} The others need more --members; read them as an order, not as numbers."
    )


def _headline(of: OutcomeSensitivity) -> str:
    unit = formatting.unit(of.unit)
    said = f"{of.title}: {formatting.number(of.low)} to {formatting.number(of.high)} {unit} (90% of histories). "
    inputs = [one for one in of.indices if one.input not in CHANCE and one.total_low > 0.02]
    if not inputs:
        return said + "No input stands out by itself."
    strongest = [f"{one.input} ({percent(one.total)}, {between(one.total_low, one.total_high)})" for one in inputs[:3]]
    luck = next(one for one in of.indices if one.input == LUCK)
    return f"{said}Its variance is due most to {listed(strongest)}; luck alone is {percent(luck.total)} of it."


def evidence(outcome: str, found: Sensitivity) -> str:
    """The evidence that would narrow one outcome most, in a sentence."""
    kinds, parameters = (
        [one for one in found.of_outcome(outcome, what) if one.beyond_chance] for what in ("kind", "parameter")
    )
    best = [f"{_low(one.title)} ({share(one.share, one.low, one.high)})" for one in kinds if not one.itself]
    known = [f"{one.name} ({share(one.share, one.low, one.high)})" for one in parameters]
    said = f"Of published kinds, figures of {listed(best[:3])} would take most off its variance." if best else ""
    more = f"Of parameters, it would pay most to know {listed(known[:3])}." if known else ""
    nothing = "Nothing that was weighed would narrow it by itself by more than chance explains."
    return " ".join(filter(None, (said, more))) or nothing


def overall(found: Sensitivity) -> str:
    """The kinds of evidence that would narrow the answers most, over all outcomes."""
    over = f"on average over {len(found.of)} outcomes" if len(found.of) > 1 else "of its variance"
    best = [f"{_low(title)} ({percent(mean)})" for _, title, mean in found.narrowing("kind")[:3]]
    known = [f"{name} ({percent(mean)})" for name, _, mean in found.narrowing("parameter")[:3]]
    said = f"Figures that would narrow the answers most, {over}: {listed(best)}." if best else ""
    more = f"Parameters that it would pay most to know: {listed(known)}." if known else ""
    nothing = "No kind of evidence that was weighed would narrow an answer by more than chance explains."
    return " ".join(filter(None, (said, more))) or nothing


def learned(found: Sensitivity) -> str:
    """The outcomes that were narrowed already; empty where members come from the prior."""
    own = _narrowed_outcomes(found)
    if not own:
        return ""
    surely = sum(one.low > 0 for one in own)
    most = max(own, key=lambda one: one.share)
    return (
        f"Of {len(own)} outcomes {surely} {'is' if surely == 1 else 'are'} narrower than under the prior for what was "
        f"learned up to {found.until}; most of all {_low(most.title)}, whose variance fell by "
        f"{share(most.share, most.low, most.high)}."
    )


def _low(title: str) -> str:
    return title[:1].lower() + title[1:]


# Charts


# The document


IN_TERMINAL = 4
"""Kinds of evidence that a terminal lists for an outcome."""
MOST = 16
"""Rows and bars of what would narrow an outcome."""
NARROWED = 20
"""Parameters that narrowed most."""
OF_THE_MODEL: doc.Line = (
    doc.Span("These are shares of this model's uncertainty.", strong=True),
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
) -> doc.Document:
    """The whole result of `fissure sensitivity`.

    `subject` is the title of the case, `facts` say how it was made, `command` makes the same numbers again.
    """
    quick = [(doc.strong(QUICK),)] if found.quick else []
    said = (
        certainty.rests_on(found.worth_of, found.sizes.plain), screened(found), converged(found), learned(found)
    )  # fmt: skip
    key = [doc.only("terminal", doc.Paragraph(KEY, "soft"))] if found.strong else []
    return doc.Document(
        subject=subject,
        title="what the answers depend on",
        heading="What do the answers depend on?",
        lead=overall(found),
        notices=(
            doc.Notice((OF_THE_MODEL, *quick), "What kind of numbers these are"),
            *doc.notice(found.few_histories, "few"),
        ),
        sections=(
            doc.Section("evidence", "In short", (doc.Items.of(filter(None, said)), *key)),
            *(_outcome(at, of, found) for at, of in enumerate(found.of)),
            _screening(found),
            *([_learned(found)] if _narrowed_outcomes(found) else []),
            parts.made(dict(facts), command, METHOD),
        ),
        version=version,
        key="sensitivity",
    )


def _outcome(at: int, of: OutcomeSensitivity, found: Sensitivity) -> doc.Section:
    """One outcome: its sentences, charts and tables."""
    ends = [
        *certainty.at_ends(found.bounds_at(of.outcome), of.unit),
        certainty.restricted(of.outcome, found.plan.weeks),
    ]
    return doc.Section(
        f"outcome-{at}",
        of.title,
        (
            doc.Paragraph(_headline(of)),
            *doc.small(" ".join(filter(None, ends))),
            *(_indices(at, of, found) if of.indices else ()),
            doc.Paragraph(evidence(of.outcome, found)),
            *_narrowing(at, of, found),
        ),
    )


def _indices(at: int, of: OutcomeSensitivity, found: Sensitivity) -> tuple[doc.Block, ...]:
    """The variance taken apart: a table, and on a page two charts with it folded below."""
    titles = CHANCE | {name: title for name, title in found.titles.items() if title}
    fields: tuple[doc.Field[Index], ...] = (
        (doc.Column("Input", on=doc.ON_PAGE), lambda one: doc.named(titles[one.input], one.input)),
        (doc.Column("input", on=doc.NOT_ON_PAGE), lambda one: (doc.code(one.input),)),
        (doc.Column("what it is", on=doc.NOT_ON_PAGE, wrap=True),
         lambda one: "" if one.input in CHANCE else found.titles.get(one.input, "")),
        (doc.Column("First order", "right"),
         lambda one: doc.Cell(share(one.first, one.first_low, one.first_high), one.first)),
        (doc.Column("Total", "right"),
         lambda one: doc.Cell(share(one.total, one.total_low, one.total_high), one.total)),
        ("Converged", lambda one: "✓" if one.converged else "? not yet"),
    )  # fmt: skip
    table = doc.Table.by(of.indices, fields, f"Indices of {of.title}")
    pair = doc.Grid(
        (
            parts.figure(
                f"indices-{at}", "First-order and total indices", indices_chart(of, found),
                "The thin line is the 95% interval. Where the two bars of an input differ, it acts together with "
                "others.", kind="low"),
            parts.figure(
                f"convergence-{at}", "Have they converged?", convergence_chart(of),
                "The total index of the strongest from a quarter, a half and all rows; upright lines are 95% "
                "intervals.", kind="low"),
        ),
        "pair",
    )  # fmt: skip
    said = f"{of.converged} of {len(of.indices)} have converged. "
    if of.spread and of.design_spread == of.design_spread:
        said += (
            "Over the design, in which inputs are independent and strong forcings move, its standard deviation is "
            f"{of.design_spread / of.spread:.2f} times that of members as they are believed."
        )
    numbers = doc.Fold("Numbers", (table, doc.Paragraph(KEY, "small soft")), "numbers")
    own = doc.Section(f"variance-{at}", "What its variance is due to", (doc.Paragraph(said, "small"), pair, numbers))
    return doc.only("terminal", table), doc.not_in_terminal(own)


def _narrowing(at: int, of: OutcomeSensitivity, found: Sensitivity) -> tuple[doc.Block, ...]:
    """The evidence that would narrow an outcome: kinds of figures, single figures and parameters."""
    kinds, parameters, figures = (
        [one for one in found.of_outcome(of.outcome, what) if one.beyond_chance]
        for what in ("kind", "parameter", "figure")
    )
    figures = [one for one in figures if not one.learned][:MOST]
    if not kinds and not parameters:
        return ()
    drawn: list[doc.Block] = []
    if kinds:
        spec = worth_chart(kinds[:MOST], of.title, coloured=True)
        said = "What all figures of a kind together, with their publishers' doubt, would take of the variance."
        drawn.append(parts.figure(f"kinds-{at}", "Published figures, by kind", spec, said, kind="low"))
    if parameters:
        spec = worth_chart(parameters[:MOST], of.title)
        said = "What knowing one parameter, and nothing else, would take of the variance."
        drawn.append(parts.figure(f"parameters-{at}", "Parameters, known exactly", spec, said, kind="low"))
    tables: list[doc.Block] = [doc.Table.by(kinds, WORTH, "Kinds of figures", "publishers")] if kinds else []
    if figures:
        single = doc.Table.by(figures, WORTH, "Single figures", "publishers")
        tables += [doc.Paragraph("Single figures that say most:"), single]
    tables += [doc.Table.by(parameters, WORTH, "Parameters", "publishers")] if parameters else []
    shown = (doc.Grid(tuple(drawn), "pair"), doc.Fold("Numbers", tuple(tables), "numbers"))
    lines = [
        (doc.Span(f"{share(one.share, one.low, one.high)}  {one.title}{_itself(one)}, {when(one)}", soft=True),)
        for one in kinds[:IN_TERMINAL]
    ]
    in_terminal = [doc.only("terminal", doc.Items.of(lines))] if lines else []
    return (*in_terminal, doc.not_in_terminal(doc.Section(f"narrow-{at}", "What would narrow it", shown)))


def _itself(one: InformationValue) -> str:
    return " (the answer itself, measured)" if one.itself else ""


WORTH: tuple[doc.Field[InformationValue], ...] = (
    ("What", lambda one: (f"{one.title} ", doc.code(one.name), doc.Span(_itself(one), soft=True))),
    ("When", when),
    (
        doc.Column("Would take of the variance", "right", key="share"),
        lambda one: doc.Cell(share(one.share, one.low, one.high), one.share),
    ),
)


def _screening(found: Sensitivity) -> doc.Section:
    titles = {one.outcome: one.title for one in found.of}
    fields: tuple[doc.Field[ScreenedInput], ...] = (
        ("Input", lambda one: doc.named(found.titles[one.input], one.input)),
        ("Moves", lambda one: "its mean" if one.way == "level" else "its scatter"),
        ("Of", lambda one: titles[one.outcome]),
        (doc.Column("Explains (of ranks)", "right"), lambda one: doc.Cell(percent(one.share), one.share)),
        (doc.Column("By chance (p)", "right"), lambda one: doc.Cell(f"{one.p:.0e}", one.p)),
    )
    said = " An input may move an outcome's mean, or only its scatter, where it acts through others."
    passed = found.screened.found
    table = [doc.Table.by(passed, fields, "Inputs that pass", "publishers")] if passed else []
    blocks = doc.not_in_terminal(doc.Paragraph(screened(found) + said), *table)
    return doc.Section("screening", "Screening", (blocks,), heading="Which inputs move anything")


def _narrowed_outcomes(found: Sensitivity) -> list[Narrowing]:
    names = {one.outcome for one in found.of}
    return [one for one in found.learned if one.name in names]


def _learned(found: Sensitivity) -> doc.Section:
    outcomes = _narrowed_outcomes(found)
    surely = [one for one in found.learned if one not in outcomes and one.low > 0]
    parameters = sorted(surely, key=lambda one: -one.share)[:NARROWED]
    said = " Standard deviations under the prior and the posterior, and the part of the prior variance that is gone."
    blocks: list[doc.Block] = [doc.Paragraph(learned(found) + said), _narrowed(outcomes, "Outcomes")]
    if parameters:
        blocks.append(_narrowed(parameters, "Parameters that narrowed most"))
    return doc.Section(
        "learned", "What was learned", (doc.not_in_terminal(*blocks),), heading="What was learned already"
    )


def _narrowed(rows: Sequence[Narrowing], label: str) -> doc.Table:
    fields: tuple[doc.Field[Narrowing], ...] = (
        (label, lambda one: doc.named(one.title, one.name)),
        (doc.Column("Prior", "right"), lambda one: doc.Cell(formatting.number(one.prior), one.prior)),
        (doc.Column("Posterior", "right"), lambda one: doc.Cell(formatting.number(one.posterior), one.posterior)),
        ("Unit", lambda one: formatting.unit(one.unit)),
        (doc.Column("Gone", "right"), lambda one: doc.Cell(share(one.share, one.low, one.high), one.share)),
    )
    return doc.Table.by(rows, fields, label, "publishers")

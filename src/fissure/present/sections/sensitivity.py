"""A sensitivity study: what each outcome depends on, how sure that is, and which evidence would narrow it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from fissure.present import certainty, formatting
from fissure.present.charts.shared import DASHES, SERIES, finished, finite, legend, tooltip
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
from fissure.present.formatting import listed, percent
from fissure.present.sections import parts
from fissure.studies.sensitivity import InformationValue, Narrowing, OutcomeSensitivity, Sensitivity
from fissure.studies.sensitivity.indices import CONVERGED, LUCK, REST
from fissure.studies.sensitivity.inputs import FACTOR

QUICK = "A quick look: half the units and few runs. Run without --quick for the full study."
KEY = (
    "First-order index: the part of the variance that is due to the input by itself. Total index: with its "
    "interactions. In brackets 95% intervals. ✓ converged: both are known within a tenth of the variance each way; "
    "? not yet."
)
CHANCE = {
    REST: "Everything that is not among these inputs: the other parameters, and luck",
    LUCK: "Luck alone, which no knowledge of any input takes away",
}


def between(low: float, high: float) -> str:
    """An interval in per cent."""
    return "–" if low != low else f"{percent(low)} to {percent(high)}"


def share(middle: float, low: float, high: float) -> str:
    """A share with its interval."""
    return "–" if middle != middle else f"{percent(middle)} ({between(low, high)})"


def rests_on(found: Sensitivity) -> str:
    """What the shares rest on."""
    return certainty.rests_on(found.worth_of, found.sizes.plain)


def ends(of: OutcomeSensitivity, found: Sensitivity) -> str:
    """How many histories are at an end of an outcome, where it does not vary, and how a time is meant."""
    said = certainty.at_ends(found.bounds_at(of.outcome), of.unit)
    return " ".join(one for one in [*said, certainty.restricted(of.outcome, found.plan.weeks)] if one)


def screened(found: Sensitivity) -> str:
    """What the screening came to."""
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
    """Whether the indices can be trusted yet."""
    if not found.strong:
        return "No index was estimated, as no input is strong enough."
    every = [index for one in found.of for index in one.indices]
    many = sum(index.converged for index in every)
    said = f"{many} of {len(every)} indices have converged: their 95% intervals are no wider than {percent(CONVERGED)}"
    rows = f"{said} of the variance, with {found.sizes.rows} rows of {len(found.strong) + 4} runs."
    return (
        rows if many == len(every) else f"{rows} The others need more --members; read them as an order, not as numbers."
    )


def headline(of: OutcomeSensitivity, found: Sensitivity) -> str:
    """What one outcome depends on, in a sentence or two."""
    unit = formatting.unit(of.unit)
    said = f"{of.title}: {formatting.number(of.low)} to {formatting.number(of.high)} {unit} (90% of histories). "
    inputs = [one for one in of.indices if one.input not in CHANCE and one.total_low > 0.02]
    if not inputs:
        return said + "No input stands out by itself."
    strongest = [f"{one.input} ({percent(one.total)}, {between(one.total_low, one.total_high)})" for one in inputs[:3]]
    luck = next(one for one in of.indices if one.input == LUCK)
    return f"{said}Its variance is due most to {listed(strongest)}; luck alone is {percent(luck.total)} of it."


def evidence(outcome: str, found: Sensitivity) -> str:
    """What would narrow one outcome most, in a sentence."""
    kinds = [one for one in found.of_outcome(outcome, "kind") if one.beyond_chance and not one.itself]
    parameters = [one for one in found.of_outcome(outcome, "parameter") if one.beyond_chance]
    if not kinds and not parameters:
        return "Nothing that was weighed would narrow it by itself by more than chance explains."
    out = []
    if kinds:
        best = [f"{_low(one.title)} ({share(one.share, one.low, one.high)})" for one in kinds[:3]]
        out.append(f"Of published kinds, figures of {listed(best)} would take most off its variance.")
    if parameters:
        best = [f"{one.name} ({share(one.share, one.low, one.high)})" for one in parameters[:3]]
        out.append(f"Of parameters, it would pay most to know {listed(best)}.")
    return " ".join(out)


def overall(found: Sensitivity) -> str:
    """Which kinds of evidence would narrow the answers most, over all outcomes."""
    kinds, parameters = found.narrowing("kind"), found.narrowing("parameter")
    if not kinds and not parameters:
        return "No kind of evidence that was weighed would narrow an answer by more than chance explains."
    over = f"on average over {len(found.of)} outcomes" if len(found.of) > 1 else "of its variance"
    out = []
    if kinds:
        best = listed([f"{_low(title)} ({percent(mean)})" for _, title, mean in kinds[:3]])
        out.append(f"Figures that would narrow the answers most, {over}: {best}.")
    if parameters:
        best = listed([f"{name} ({percent(mean)})" for name, _, mean in parameters[:3]])
        out.append(f"Parameters that it would pay most to know: {best}.")
    return " ".join(out)


def learned(found: Sensitivity) -> str:
    """What was learned already; empty where members come from the prior."""
    names = {one.outcome for one in found.of}
    own = [one for one in found.learned if one.name in names]
    if not own:
        return ""
    surely = [one for one in own if one.low > 0]
    most = max(own, key=lambda one: one.share)
    verb = "is" if len(surely) == 1 else "are"
    return (
        f"Of {len(own)} outcomes {len(surely)} {verb} narrower than under the prior for what was learned up to "
        f"{found.until}; most of all {_low(most.title)}, whose variance fell by "
        f"{share(most.share, most.low, most.high)}."
    )


def dependence(of: OutcomeSensitivity) -> str:
    """How much the variance of the design differs from that of members as they are believed."""
    if not of.spread or of.design_spread != of.design_spread:
        return ""
    return (
        f"Over the design, in which inputs are independent and strong forcings move, its standard deviation is "
        f"{of.design_spread / of.spread:.2f} times that of members as they are believed."
    )


def when(one: InformationValue) -> str:
    """The days that figures speak of."""
    if one.first is None or one.last is None:
        return ""
    days = (
        formatting.day(one.first)
        if one.first == one.last
        else f"{formatting.day(one.first)} to {formatting.day(one.last)}"
    )
    return f"{one.figures} figures, {days}" if one.figures > 1 else days


def worth_line(one: InformationValue) -> str:
    """What a kind of evidence would take of the variance of an outcome, in a line."""
    itself = " (the answer itself, measured)" if one.itself else ""
    return f"{share(one.share, one.low, one.high)}  {one.title}{itself}, {when(one)}"


def _low(title: str) -> str:
    return title[:1].lower() + title[1:]


FIRST_ORDER, TOTAL = "first order", "total"
ITSELF, OTHER = "the answer itself, measured", "something else"
LINES = 5
"""Inputs whose convergence is drawn."""
BAND = 26
"""Pixels of a bar."""


def indices_chart(of: OutcomeSensitivity, found: Sensitivity) -> dict[str, Any]:
    """The spec of both indices of every input of one outcome, with their intervals."""
    rows = []
    for one in of.indices:
        for kind, middle, low, high in (
            (FIRST_ORDER, one.first, one.first_low, one.first_high),
            (TOTAL, one.total, one.total_low, one.total_high),
        ):
            if math.isfinite(middle):
                what = found.titles.get(one.input) or CHANCE.get(one.input, "")
                ends = {"share": finite(middle, 4), "low": finite(low, 4), "high": finite(high, 4)}
                rows.append({"input": one.input, "kind": kind, "what": what, "said": share(middle, low, high), **ends})
    order = [one.input for one in of.indices]
    y = alt.Y("input:N", sort=order, title=None, axis=alt.Axis(labelLimit=190))
    offset = alt.YOffset("kind:N", sort=[FIRST_ORDER, TOTAL])
    colour = alt.Color("kind:N", scale=alt.Scale(domain=[FIRST_ORDER, TOTAL], range=list(SERIES[:2])), legend=legend())
    tips = tooltip(input="Input", what="What it is", kind="Index", said="Of the variance")
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="indices")).encode(y=y, yOffset=offset)
        chart = alt.layer(
            base.mark_bar(opacity=0.85, aria=False).encode(x=_share_axis("share"), color=colour, tooltip=tips),
            base.mark_rule(strokeWidth=1.5, style="cursor", aria=False).encode(
                x=alt.X("low:Q"), x2="high", tooltip=tips
            ),
        )
        said = f"Shares of the variance of {of.title}, of {len(order)} inputs with 95% intervals."
        return finished(chart, max(BAND * len(order), 60), said, {"indices": rows})


def convergence_chart(of: OutcomeSensitivity) -> dict[str, Any]:
    """The spec of the total index of the strongest inputs from a quarter, a half and all of the rows."""
    order = [one.input for one in of.indices[:LINES]]
    rows = [
        {
            "input": one.input,
            "rows": one.rows,
            "share": finite(one.total, 4),
            "low": finite(one.total_low, 4),
            "high": finite(one.total_high, 4),
            "said": share(one.total, one.total_low, one.total_high),
        }
        for step in of.converging
        for one in step
        if one.input in order and math.isfinite(one.total)
    ]
    places = sorted({step[0].rows for step in of.converging if step})
    scale = alt.Scale(domain=order, range=list(SERIES[: len(order)]))
    dashes = alt.Scale(domain=order, range=[list(dash) for dash in DASHES[: len(order)]])
    x = alt.X("rows:O", title="rows of the design", sort=places, axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("input:N", sort=order)
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="steps")).encode(
            x=x, xOffset=offset, color=alt.Color("input:N", scale=scale, legend=legend())
        )
        chart = alt.layer(
            base.mark_line(strokeWidth=1.5, opacity=0.7, aria=False).encode(
                y=_share_axis("share", alt.Y),
                strokeDash=alt.StrokeDash("input:N", scale=dashes, legend=legend()),
            ),
            base.mark_rule(strokeWidth=2, aria=False).encode(y=alt.Y("low:Q"), y2="high"),
            base.mark_point(filled=True, size=40, opacity=1, aria=False).encode(
                y=alt.Y("share:Q"),
                tooltip=tooltip(input="Input", rows="Rows", said="Total, of the variance"),
            ),
        )
        return finished(
            chart, 220, f"Total indices of {of.title} from {', '.join(map(str, places))} rows.", {"steps": rows}
        )


def worth_chart(found: Sequence[InformationValue], title: str, coloured: bool = False) -> dict[str, Any]:
    """The spec of how much of an outcome's variance knowing each of `found` would take."""
    order = _names(found)
    rows = [
        {
            "what": name,
            "name": one.name,
            "title": one.title,
            "share": finite(one.share, 4),
            "low": finite(one.low, 4),
            "high": finite(one.high, 4),
            "kind": ITSELF if one.itself else OTHER,
            "when": when(one),
            "said": share(one.share, one.low, one.high),
        }
        for name, one in zip(order, found, strict=True)
    ]
    names = [OTHER, ITSELF]
    scale = alt.Scale(domain=names, range=[SERIES[0], SERIES[5]])
    key = legend() if coloured and any(one.itself for one in found) else None
    tips = tooltip(name="Name", title="What it is", when="When", said="Would take of the variance")
    with debug_mode(False):
        base = alt.Chart(alt.NamedData(name="worth")).encode(
            y=alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=220))
        )
        chart = alt.layer(
            base.mark_bar(opacity=0.85, size=14, aria=False).encode(
                x=_share_axis("share"), color=alt.Color("kind:N", scale=scale, legend=key), tooltip=tips
            ),
            base.mark_rule(strokeWidth=1.5, style="cursor", aria=False).encode(
                x=alt.X("low:Q"), x2="high", tooltip=tips
            ),
        )
        said = f"What knowing each of {len(rows)} would take of the variance of {title}, with 95% intervals."
        return finished(chart, 22 * len(rows), said, {"worth": rows})


def _names(found: Sequence[InformationValue]) -> list[str]:
    """What each is called in a chart: a kind by its title, where no other has it; anything else by its name."""
    titles = [one.title for one in found]
    return [one.title if one.of == "kind" and titles.count(one.title) == 1 else one.name for one in found]


def _share_axis(field: str, channel: Any = alt.X) -> Any:
    return channel(f"{field}:Q", title="of the variance", axis=alt.Axis(format="%", tickCount=5))


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
    quick = [(Span(QUICK, strong=True),)] if found.quick else []
    few = [Notice((found.few_histories,), kind="few")] if found.few_histories else []
    return Document(
        subject=subject,
        title="what the answers depend on",
        heading="What do the answers depend on?",
        lead=overall(found),
        notices=(Notice((OF_THE_MODEL, *quick), "What kind of numbers these are"), *few),
        sections=(
            _in_short(found),
            *(_outcome(at, of, found) for at, of in enumerate(found.of)),
            _screening(found),
            *([_learned_section(found)] if _narrowed_outcomes(found) else []),
            parts.made(dict(facts), command, METHOD),
        ),
        version=version,
        key="sensitivity",
    )


def _in_short(found: Sensitivity) -> Section:
    said = (rests_on(found), screened(found), converged(found), learned(found))
    key = [only("terminal", Paragraph(KEY, "soft"))] if found.strong else []
    return Section("evidence", "In short", (Items(tuple(Item(one) for one in said if one)), *key))


def _outcome(at: int, of: OutcomeSensitivity, found: Sensitivity) -> Section:
    """One outcome: its sentences, charts and tables."""
    at_ends = ends(of, found)
    blocks: list[Block] = [Paragraph(headline(of, found)), *([Paragraph(at_ends, "small")] if at_ends else [])]
    if of.indices:
        blocks += _indices(at, of, found)
    blocks += [Paragraph(evidence(of.outcome, found)), *_narrowing(at, of, found)]
    return Section(f"outcome-{at}", of.title, tuple(blocks))


def _indices(at: int, of: OutcomeSensitivity, found: Sensitivity) -> list[Block]:
    """The variance taken apart: a table, and on a page two charts with it folded below."""
    rows = tuple(
        Row.of(
            parts.named(found.titles.get(one.input) or CHANCE[one.input], one.input),
            parts.code(one.input),
            Cell("" if one.input in CHANCE else found.titles.get(one.input, "")),
            Cell(share(one.first, one.first_low, one.first_high), one.first),
            Cell(share(one.total, one.total_low, one.total_high), one.total),
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
    said = f"{of.converged} of {len(of.indices)} have converged. {dependence(of)}"
    numbers = Fold("Numbers", (table, Paragraph(KEY, "small soft")), "numbers")
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
        spec = worth_chart(kinds[:MOST], of.title, coloured=True)
        said = "What all figures of a kind together, with their publishers' doubt, would take of the variance."
        drawn.append(parts.figure(f"kinds-{at}", "Published figures, by kind", spec, said, kind="low"))
    if parameters:
        spec = worth_chart(parameters[:MOST], of.title)
        said = "What knowing one parameter, and nothing else, would take of the variance."
        drawn.append(parts.figure(f"parameters-{at}", "Parameters, known exactly", spec, said, kind="low"))
    tables: list[Block] = [_worth_table(kinds, "Kinds of figures")] if kinds else []
    if figures:
        tables += [Paragraph("Single figures that say most:"), _worth_table(figures, "Single figures")]
    tables += [_worth_table(parameters, "Parameters")] if parameters else []
    own = Section(
        f"narrow-{at}", "What would narrow it", (Grid(tuple(drawn), "pair"), Fold("Numbers", tuple(tables), "numbers"))
    )
    listed = tuple(Item((Span(worth_line(one), soft=True),)) for one in kinds[:IN_TERMINAL])
    return [*([only("terminal", Items(listed))] if listed else []), not_in_terminal(own)]


def _worth_table(rows: Sequence[InformationValue], label: str) -> Table:
    columns = (Column("What"), Column("When"), Column("Would take of the variance", "right", key="share"))
    itself = " (the answer itself, measured)"
    made = tuple(
        Row.of(
            Cell((f"{one.title} ", Span(one.name, code=True), Span(itself if one.itself else "", soft=True))),
            Cell(when(one)),
            Cell(share(one.share, one.low, one.high), one.share),
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
    blocks = not_in_terminal(Paragraph(screened(found) + said), *table)
    return Section("screening", "Screening", (blocks,), heading="Which inputs move anything")


def _narrowed_outcomes(found: Sensitivity) -> list[Narrowing]:
    names = {one.outcome for one in found.of}
    return [one for one in found.learned if one.name in names]


def _learned_section(found: Sensitivity) -> Section:
    outcomes = _narrowed_outcomes(found)
    surely = [one for one in found.learned if one not in outcomes and one.low > 0]
    parameters = sorted(surely, key=lambda one: -one.share)[:NARROWED]
    said = " Standard deviations under the prior and the posterior, and the part of the prior variance that is gone."
    blocks: list[Block] = [Paragraph(learned(found) + said), _narrowed(outcomes, "Outcomes")]
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
            Cell(share(one.share, one.low, one.high), one.share),
        )
        for one in rows
    )
    return Table.of(columns, made, label, "publishers")

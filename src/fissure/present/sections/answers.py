"""Answers to the questions that the sources ask: what the model says, how sure it is, and how it could be wrong."""

from collections.abc import Iterator
from datetime import date, timedelta

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.present.charts import differences
from fissure.present.sections.attribution_words import GROUPS
from fissure.studies.answers import Answer, Answers, Figure
from fissure.studies.attribution import NONE
from fissure.version import __version__

HEADING = "What the sources ask, and what the model answers"
PARTS = {
    "all": "everything together",
    "inside": "the inside alone",
    "outside": "the war alone",
    "both": "only both together",
    "difference": "difference",
    "as it is": "as it was",
}
RECRUITS = "The inside holds recruitment too, which keeps the group going, beside all that drives it apart."
UNREADABLE = f" cannot be read: with and without the change most histories are at one end of it {certainty.AT_END}"
COLUMNS = (
    doc.Column("Figure", wrap=True),
    doc.Column("Mean"),
    doc.Column("90% interval", key="interval"),
    *(doc.Column(name, on=doc.IN_JSON) for name in ("low", "high")),
    doc.Column("In nine of ten histories", key="histories"),
    *(doc.Column(name, on=doc.IN_JSON) for name in ("least", "most")),
)


def document(made: Answers, title: str, ledger: Ledger) -> doc.Document:
    """The whole result of `fissure answers` on the case called `title`."""
    return doc.Document(
        subject=title,
        title="answers",
        heading=HEADING,
        lead="The questions that the sources end with, and what comes of them in the model.",
        notices=(),
        sections=(doc.Section("answers", "How to read them", _intro(made)), *questions(made, ledger)),
        version=__version__,
        key="answers",
    )


def section(made: Answers, ledger: Ledger, caution: str = "") -> doc.Section:
    """All answers as a section of another page; `caution` says what they do not cover of its model."""
    blocks = (*_intro(made), *([doc.Notice((caution,))] if caution else []), *questions(made, ledger))
    return doc.Section("answers", "Questions and answers", blocks, heading=HEADING)


def _intro(made: Answers) -> tuple[doc.Block, ...]:
    said = (
        "Each question as an article puts it, what comes of it in paired or shared-out simulations, and how the answer "
        "could be wrong. Intervals are 90% intervals of the mean over histories. Each study has a number of histories "
        "of its own, named with it, so the mean of one outcome is not exactly the same in all of them. ",
        doc.Span(made.command, code=True),
        " makes the same numbers again.",
    )
    known = " ".join(notes(made))
    return doc.not_in_terminal(doc.Paragraph(said)), *([doc.Paragraph(known)] if known else [])


def questions(made: Answers, ledger: Ledger) -> Iterator[doc.Section]:
    """A section for each question."""
    for answer in made.answers:
        said = sentence(answer, made)
        several = len(answer.figures) > 1 and len({one.unit for one in answer.figures}) == 1
        yield doc.Section(
            f"answer-of-{answer.name}",
            answer.asks,
            (
                *([doc.Notice((answer.few_histories,), kind="few")] if answer.few_histories else []),
                doc.Paragraph((doc.Span(said, strong=True),)),
                *(doc.Paragraph(one, "small") for one in ends(answer)),
                *([_chart(answer, said)] if several else []),
                doc.not_in_terminal(doc.Table.of(COLUMNS, tuple(map(_row, answer.figures)), f"Figures: {answer.asks}")),
                doc.Paragraph((doc.Span("How it could be wrong.", strong=True), f" {answer.caution}"), "small"),
                doc.Paragraph(_study(answer, ledger), "small soft"),
            ),
            kind="answer",
        )


def _study(answer: Answer, ledger: Ledger) -> tuple[str | doc.Span, ...]:
    """The study behind an answer, and the claims that ask."""
    asked: list[str | doc.Span] = []
    for name in answer.claims:
        asked += [", " if asked else "", doc.Span(name, to=f"entry:{name}", tip=ledger.claims[name].paraphrase)]
    rests = certainty.worth(answer.worth, answer.members)
    return ("Study: ", doc.Span(answer.study, code=True), f", {rests}. Asked by ", *asked, ".")


def _row(figure: Figure) -> doc.Row:
    many = "–" if figure.least is None else formatting.interval(figure.least, figure.most or 0.0, figure.unit)
    mark = f" {certainty.AT_END}" if figure.at_bound.found else ""
    return doc.Row.of(
        f"{figure.title}: {part(figure)}",
        doc.Cell(amount(figure.mean, figure.unit) + mark, figure.mean),
        interval(figure),
        doc.Cell(value=figure.low),
        doc.Cell(value=figure.high),
        many,
        doc.Cell(value=figure.least),
        doc.Cell(value=figure.most),
    )


def _chart(answer: Answer, said: str) -> doc.Figure:
    """The figures with their intervals on one scale; what cannot be read has none."""
    unit = formatting.unit(answer.figures[0].unit)
    points = [
        differences.Point(
            (part(one) if one.part != "difference" else one.title) + (f" {certainty.AT_END}" if one.unreadable else ""),
            one.mean,
            one.mean if one.unreadable else one.low,
            one.mean if one.unreadable else one.high,
            interval(one) if one.unreadable else spread(one),
        )
        for one in answer.figures
    ]
    spec = differences.points(points, unit, said)
    return doc.Figure(
        f"answer-{answer.name}", "Means with 90% intervals", spec, unit, said, kind="low one", name=answer.asks
    )


def sentence(answer: Answer, made: Answers) -> str:
    """The figures in one sentence or a few."""
    first = answer.figures[0]
    if first.part == "all":
        return _shared(answer.figures)
    if first.part == "group":
        return _weighed(answer.figures)
    if first.part == "as it is":
        return f"{first.title}: {when(first, made)}."
    return " ".join(f"{changed(figure)}." for figure in answer.figures)


def ends(answer: Answer) -> list[str]:
    """The number of histories at an end of an outcome."""
    said = {figure.title: certainty.at_ends(figure.at_bound, figure.unit) for figure in answer.figures}
    several = len({figure.title for figure in answer.figures}) > 1
    return [f"{title}: {one}" if several else one for title, own in said.items() for one in own]


def notes(made: Answers) -> list[str]:
    """Notes that are needed to read the intervals and times of all answers."""
    figures = [figure for answer in made.answers for figure in answer.figures]
    said = []
    if any(one.worth is not None and one.worth.pasts < one.worth.histories for one in made.answers):
        said.append(certainty.shared_pasts(all(figure.at_bound.recorded for figure in figures)))
    if any(figure.unit == "weeks" for figure in figures):
        said.append(certainty.restricted_to(made.weeks))
    if not all(figure.at_bound.recorded for figure in figures):
        said.append(
            "How many histories are at an end of an outcome's range was not recorded with these answers; where their "
            "means say it, it is stated."
        )
    return said


def changed(figure: Figure) -> str:
    """The effect of a change on an outcome."""
    if figure.mean == figure.low == figure.high == 0:
        return f"{figure.title}: exactly as it is"
    from_ = "" if figure.base is None else f", on {amount(figure.base, figure.unit)} as it is"
    if not figure.excludes_zero:
        return f"{figure.title}: a change of {spread(figure)}{from_}, which cannot be distinguished from zero"
    if figure.unreadable:
        return f"{figure.title}{UNREADABLE}"
    way = "up" if figure.mean > 0 else "down"
    return f"{figure.title}: {way} by {spread(figure, unsigned=True)}{from_}"


def when(figure: Figure, made: Answers) -> str:
    """A time as weeks from the start and as a day, with the range over histories."""
    start = date.fromisoformat(made.start)
    days = [start + timedelta(weeks=x) for x in (figure.mean, figure.least or 0.0, figure.most or 0.0)]
    last = (
        formatting.day(days[2])
        if (figure.most or 0.0) < made.weeks
        else f"later than the run, which ends on {formatting.day(days[2])}"
    )
    return (
        f"{spread(figure)} from the start on average, about {formatting.day(days[0])}; in nine of ten histories "
        f"between {formatting.day(days[1])} and {last}"
    )


def spread(figure: Figure, unsigned: bool = False) -> str:
    """The mean with its 90% interval and unit."""
    ends = [figure.mean, figure.low, figure.high]
    if unsigned:
        ends = sorted(map(abs, ends[1:]))
        ends = [abs(figure.mean), *ends]
    if figure.part == "difference" and figure.unit == "share":
        mean, low, high = (formatting.number(100 * x) for x in ends)
        return f"{mean} points (90%: {low} to {high})"
    mean, low, high = (formatting.number(x, figure.unit) for x in ends)
    return f"{mean}{unit(figure.unit)} (90%: {low} to {high})"


def interval(figure: Figure) -> str:
    """The 90% interval of a figure; that it cannot be read where it is one of histories at an end."""
    if figure.unreadable:
        return f"cannot be read {certainty.AT_END}"
    return f"{formatting.number(figure.low, figure.unit)} to {formatting.number(figure.high, figure.unit)}"


def amount(x: float, of: str) -> str:
    """A number with its unit."""
    return f"{formatting.number(x, of)}{unit(of)}"


def unit(of: str) -> str:
    """A unit as it follows a number; a share has its sign already."""
    return "" if of == "share" or of.startswith("index") else f" {formatting.unit(of)}"


def part(figure: Figure) -> str:
    """The part of the outcome that a figure is."""
    return GROUPS.get(figure.who, figure.who) or PARTS[figure.part]


def _shared(figures: tuple[Figure, ...]) -> str:
    whole, inside, outside, both = figures
    if not whole.excludes_zero:
        return (
            f"{whole.title} differs by {spread(whole)} between everything on and everything off: that cannot be "
            "distinguished from zero, so there is nothing to share out."
        )
    way, to = ("adds", "to") if whole.mean > 0 else ("takes", "from")
    base = f"{amount(whole.base or 0.0, whole.unit)} with everything off{certainty.marked(whole.at_bound, NONE)}"
    said = f"{whole.title}: everything together {way} {spread(whole, unsigned=True)} {to} {base}."
    blind = [who for who, one in (("the war", outside), ("the inside", inside)) if one.unreadable]
    if not blind:
        return (
            f"{said} The war alone makes {spread(outside)} of it, the inside alone {spread(inside)}, and "
            f"{spread(both)} takes both at once. {RECRUITS}"
        )
    if len(blind) == 2:
        return f"{said} Neither the war alone nor the inside alone can be read from this outcome {certainty.AT_END}."
    seen = f"The war alone makes {spread(outside)}" if inside.unreadable else f"The inside alone makes {spread(inside)}"
    return (
        f"{said} {seen} of it. What {blind[0]} does alone cannot be read from this outcome: with it and with nothing "
        f"on, most histories are at one end of it {certainty.AT_END}. So {spread(both)}, which takes both at once, "
        f"holds what could not show alone. {RECRUITS}"
    )


def _weighed(figures: tuple[Figure, ...]) -> str:
    one, other = figures
    weights = f"{one.title}: {part(one)} account for {spread(one)}, {part(other)} for {spread(other)}"
    apart = one.high < other.low or other.high < one.low
    if not apart:
        return f"{weights}. The two intervals overlap, so neither can be said to weigh more."
    more, less = (one, other) if abs(one.mean) > abs(other.mean) else (other, one)
    return f"{weights}. So more is due to {part(more)} than to {part(less)}."

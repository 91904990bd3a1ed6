"""Answers in words: what the model says to each question that the sources ask."""

from datetime import date, timedelta

from fissure.studies.answers import Answer, Answers, Figure
from fissure.views import wording
from fissure.views.explain import GROUPS

PARTS = {
    "all": "everything together",
    "inside": "the inside alone",
    "outside": "the war alone",
    "both": "only both together",
    "difference": "difference",
    "as it is": "as it was",
}


def sentence(answer: Answer, made: Answers) -> str:
    """What the figures say, in one sentence or a few."""
    first = answer.figures[0]
    if first.part == "all":
        return _shared(answer.figures)
    if first.part == "group":
        return _weighed(answer.figures)
    if first.part == "as it is":
        return f"{first.title}: {when(first, made)}."
    return " ".join(f"{changed(figure)}." for figure in answer.figures)


def changed(figure: Figure) -> str:
    """What a change did to an outcome."""
    if figure.mean == figure.low == figure.high == 0:
        return f"{figure.title}: exactly as it is"
    from_ = "" if figure.base is None else f", on {amount(figure.base, figure.unit)} as it is"
    if not figure.told:
        return f"{figure.title}: a change of {spread(figure)}{from_}, which cannot be told from nothing"
    way = "up" if figure.mean > 0 else "down"
    return f"{figure.title}: {way} by {spread(figure, unsigned=True)}{from_}"


def when(figure: Figure, made: Answers) -> str:
    """A time as weeks from the start and as a day, with the range over histories."""
    start = date.fromisoformat(made.start)
    days = [start + timedelta(weeks=x) for x in (figure.mean, figure.least or 0.0, figure.most or 0.0)]
    last = (
        wording.day(days[2])
        if (figure.most or 0.0) < made.weeks
        else f"later than the run, which ends on {wording.day(days[2])}"
    )
    return (
        f"{spread(figure)} from the start on average, about {wording.day(days[0])}; in nine of ten histories between "
        f"{wording.day(days[1])} and {last}"
    )


def spread(figure: Figure, unsigned: bool = False) -> str:
    """The mean with its 90% interval and unit."""
    ends = [figure.mean, figure.low, figure.high]
    if unsigned:
        ends = sorted(map(abs, ends[1:]))
        ends = [abs(figure.mean), *ends]
    if figure.part == "difference" and figure.unit == "share":
        mean, low, high = (wording.number(100 * x) for x in ends)
        return f"{mean} points (90%: {low} to {high})"
    mean, low, high = (wording.number(x, figure.unit) for x in ends)
    return f"{mean}{unit(figure.unit)} (90%: {low} to {high})"


def amount(x: float, of: str) -> str:
    """A number with its unit."""
    return f"{wording.number(x, of)}{unit(of)}"


def unit(of: str) -> str:
    """A unit as it follows a number; a share has its sign already."""
    return "" if of == "share" or of.startswith("index") else f" {wording.unit(of)}"


def part(figure: Figure) -> str:
    """What of the outcome a figure is."""
    return GROUPS.get(figure.who, figure.who) or PARTS[figure.part]


def _shared(figures: tuple[Figure, ...]) -> str:
    whole, inside, outside, both = figures
    if not whole.told:
        return (
            f"{whole.title} differs by {spread(whole)} between everything on and everything off: that cannot be told "
            "from nothing, so there is nothing to share out."
        )
    way, to = ("adds", "to") if whole.mean > 0 else ("takes", "from")
    return (
        f"{whole.title}: everything together {way} {spread(whole, unsigned=True)} {to} "
        f"{amount(whole.base or 0.0, whole.unit)} with everything off. The war alone makes {spread(outside)} of it, "
        f"the inside alone {spread(inside)}, and {spread(both)} takes both at once."
    )


def _weighed(figures: tuple[Figure, ...]) -> str:
    one, other = figures
    told = f"{one.title}: {part(one)} account for {spread(one)}, {part(other)} for {spread(other)}"
    apart = one.high < other.low or other.high < one.low
    if not apart:
        return f"{told}. The two intervals overlap, so neither can be said to weigh more."
    more, less = (one, other) if abs(one.mean) > abs(other.mean) else (other, one)
    return f"{told}. So more is due to {part(more)} than to {part(less)}."

"""Numbers, days and verdicts in words, the same in the terminal and in the report."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from fissure.errors import ArgumentError
from fissure.evidence.entries import Claim, Observation, Source
from fissure.studies.compare import Compared, Counts, Scale, Verdict
from fissure.studies.effective import ENOUGH


class Words(NamedTuple):
    """A verdict as a sign and a word, so that it does not depend on colour."""

    sign: str
    word: str

    def __str__(self) -> str:
        return f"{self.sign} {self.word}"


BEHIND = "◆"
"""The sign of a figure that a prior was argued from."""
VERDICTS: Mapping[Verdict, Words] = {
    "inside": Words("✓", "inside"),
    "inside, too wide": Words("↕", "inside, too wide"),
    "bound kept": Words("≤≥", "bound kept"),
    "near": Words("~", "near"),
    "outside": Words("▲▼", "outside"),
    "not compared": Words("–", "not compared"),
}
"""Every verdict as the legends name it."""
MECHANISM_GROUPS: Mapping[str, str] = {
    "ranks": "In the ranks",
    "factions": "Between factions",
    "rule": "In how it rules",
    "governed": "Among the governed",
    "war": "In the war",
}
"""Groups of mechanisms as headings, in order."""
UNJUDGED = Words("–", "not judged")
UNKNOWN = "not known"
"""Stands in the place of an interval that there is none of."""


def verdict(row: Compared) -> Words:
    """The verdict on `row`; one history has no interval to judge by."""
    if row.compared and row.histories < 2:
        return UNJUDGED
    match row.verdict:
        case "inside":
            return Words("=", "input agrees") if row.kind == "driver" else VERDICTS["inside"]
        case "bound kept":
            return Words("≤" if row.observation.bound == "upper" else "≥", "bound kept")
        case "near":
            return Words("~", f"near, {row.too}")
        case "outside":
            return Words("▲" if row.too == "high" else "▼", f"too {row.too}")
        case other:
            return VERDICTS[other]


def headline(n: Counts, members: int = ENOUGH) -> str:
    """The score of the model on all the figures that it has a counterpart of, class by class.

    Of so few members that the ends of an interval cannot be estimated, nothing is counted.
    """
    if members < ENOUGH:
        return (
            f"How many of {figures(n.compared)} lie inside a 90% interval is not counted over so few histories "
            f"({members}): the ends of one cannot be estimated from fewer than {ENOUGH}."
        )
    return (
        f"Of {figures(n.compared)} that the model has a counterpart of, {n.of['inside']} "
        f"({n.of['inside'] / n.compared:.0%}) lie inside a 90% interval that says something; "
        f"{n.of['inside, too wide']} lie inside one that is too wide to say anything; "
        f"{n.of['bound kept']} are one-sided bounds that it keeps; {n.of['near']} are near and "
        f"{n.of['outside']} outside."
    )


def behind(n: Counts, members: int = ENOUGH) -> str:
    """The number of figures compared that are no independent check; empty when none is."""
    if not n.behind_prior:
        return ""
    counted = n.of["inside"] and members >= ENOUGH
    inside = f", {n.behind_inside} of the {n.of['inside']} inside among them" if counted else ""
    stand = "stands behind a prior ({}) and is" if n.behind_prior == 1 else "stand behind a prior ({}) and are"
    return f"Of these, {n.behind_prior} {stand.format(BEHIND)} no independent check{inside}."


def figures(count: int) -> str:
    """A number of published figures, such as `12 published figures`."""
    return many(count, "published figure")


def _points(value: float, unit: str) -> str:
    """A difference of shares or of multipliers, in points."""
    if unit not in ("share", "multiplier"):
        return number(value)
    return f"{100 * value:.0f} points" if value >= 0.015 or value < 5e-4 else f"{100 * value:.1g} points"


def number(x: float, unit: str = "") -> str:
    """`x` to three significant digits, with commas: a simulated or judged number claims no more.

    A share is given in per cent.
    """
    if math.isnan(x):
        return "–"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return exact(float(f"{x:.3g}"), unit)


def signed(x: float) -> str:
    """`x` with its sign, to three significant digits."""
    if not math.isfinite(x):
        return "–"
    x = float(f"{x:.3g}")
    said = f"{x:+,.0f}" if abs(x) >= 100 else f"{x:+.3g}"
    return "0" if x == 0 else said.replace("-", "−")


def percent(x: float) -> str:
    """A share in whole per cent; what is below zero by chance stays below zero."""
    return f"{100 * x:.0f}%".replace("-0%", "0%").replace("-", "−") if math.isfinite(x) else "–"


def listed(parts: Sequence[str]) -> str:
    """Parts joined as in a sentence."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else list(parts))


def sentence_case(said: str) -> str:
    """The same with its first letter large."""
    return said[:1].upper() + said[1:]


def many(count: int, what: str) -> str:
    """A number of things, such as `12 histories`."""
    return f"{count:,} {what if count == 1 else f'{what[:-1]}ies' if what.endswith('y') else f'{what}s'}"


def exact(x: float, unit: str = "") -> str:
    """`x` as published: a whole number with commas from a hundred on, else up to three digits."""
    if unit == "share":
        return f"{exact(round(100 * x, 6))}%"
    if abs(x) < 5e-4 or abs(x) >= 100:
        return f"{x:,.0f}".replace("-0", "0").replace("-", "−")
    return f"{x:.3g}".replace("-", "−")


def interval(low: float, high: float, unit: str = "") -> str:
    """`low` to `high` in three significant digits; an open end in words."""
    if math.isinf(high):
        return f"over {number(low, unit)}"
    if math.isinf(low):
        return f"under {number(high, unit)}"
    ends = number(low, unit), number(high, unit)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def published(observation: Observation) -> str:
    """The number or range that was published, with its sign when it is a bound."""
    low, high = (exact(end, observation.unit) for end in observation.ends)
    sign = {"upper": "≤ ", "lower": "≥ "}.get(observation.bound, "")
    return sign + (low if low == high else f"{low} to {high}")


def model(row: Compared) -> str:
    """The model's median with its 90% interval."""
    return f"{median(row)} (90%: {model_interval(row)})"


def median(row: Compared) -> str:
    """The model's median, in the unit of the variable."""
    return number(row.median, row.variable.unit)


def model_interval(row: Compared) -> str:
    """The model's 90% interval, in the unit of the variable."""
    if not row.compared:
        return "–"
    return interval(row.low, row.high, row.variable.unit) if row.histories > 1 else UNKNOWN


def distance(row: Compared) -> str:
    """The distance between the model's interval and the published band, from their nearest ends."""
    if row.scale == "factor":
        return f"a factor of {number(row.gap)}"
    return _points(row.gap, row.variable.unit)


def width(value: float, scale: Scale, unit: str) -> str:
    """The width of an interval."""
    if math.isnan(value):
        return "–"
    if scale == "factor":
        return f"× {number(float(f'{value:.2g}'))}"
    return _points(value, unit)


def when(observation: Observation) -> str:
    """The day or the period that an observation speaks of."""
    if observation.period is None:
        return day(observation.when)
    start, end = observation.period
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(end.year)
    if (start.year, start.month) == (end.year, end.month) and start.day == 1 and end.day >= 28:
        return f"{end:%b %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start:%b}{year}–{end:%b %Y}"


def day(x: date) -> str:
    """Such as 3 Jul 2016."""
    return f"{x.day} {x:%b %Y}"


def day_of(said: object) -> date | None:
    """The day that `said` names, a date or its ISO text; None stays None. Raises `FissureError` for what is no day."""
    if said is None or isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise ArgumentError(f"until is '{said}', expected a day such as 2015-12-31") from None


def publisher(observation: Observation, sources: Mapping[str, Source]) -> str:
    """The publisher; an article also by its id, since their outlets have no name."""
    return source_name(sources[observation.source])


def short(observation: Observation, sources: Mapping[str, Source]) -> str:
    """The publisher as far as its first comma, for where there is little room."""
    source = sources[observation.source]
    return publisher(observation, sources) if source.file else source.publisher.partition(",")[0]


def quantity(row: Compared) -> str:
    """The title of the variable and its unit; shares are given in per cent and need none."""
    variable = row.variable
    return variable.title if variable.unit == "share" else f"{variable.title}, {unit(variable.unit)}"


def unit(text: str) -> str:
    """A unit as it is read: `km2` with its exponent."""
    return text.replace("km2", "km²")


def mechanism_label(name: str) -> str:
    """A mechanism, or a part of the model that is always on, as it is named everywhere: `pay-gap` is `Pay gap`."""
    return sentence_case(family(name))


def claim_place(claim: Claim) -> str:
    """The place of a claim, such as `S1, line 8`."""
    return f"{claim.source}, line {claim.line}"


def kind_of_source(source: Source) -> str:
    """Such as `monitoring group`."""
    return source.kind.replace("-", " ")


def family(name: str) -> str:
    """A family of quantities as it is read."""
    return name.replace("_", " ").replace("-", " ")


def figure(observation: Observation) -> str:
    """The published number with its unit; shares are given in per cent and need none."""
    return published(observation) + unit_after(observation.unit)


def unit_after(name: str) -> str:
    """A unit as it stands after a number; nothing for shares, which are given in per cent."""
    return "" if name == "share" else f" {unit(name)}"


def source_name(source: Source) -> str:
    """The name of a source: an article also by its id, since their outlets have no name."""
    return f"{source.id}, {source.publisher}" if source.file else source.publisher

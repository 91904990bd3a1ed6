"""How patterns are put in words, the same in the terminal and in the report."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from fissure.errors import ArgumentError
from fissure.present import certainty, formatting
from fissure.present.formatting import Words
from fissure.studies.effective import EffectiveSample
from fissure.studies.patterns.met import FACTOR, WEEKS, PatternResult, PlausibleMembers, Sample, Span, Verdict

VERDICTS: Mapping[Verdict, Words] = {
    "met": Words("✓", "met"),
    "mixed": Words("~", "mixed"),
    "not met": Words("✗", "not met"),
    "not recorded": Words("–", "not recorded"),
    "nothing to test": Words("–", "nothing to test"),
}
UNITS = {
    "week": "",
    "weeks": "weeks",
    "ratio": "ratio",
    "share": "share",
    "correlation": "correlation",
    "index": "index 0 to 1",
    "points": "change of the wish to leave in a quarter, points",
    "per 1,000 a half-year": "killed per 1,000 fighters in a half-year",
    "per 1,000 a year": "per 1,000 fighters a year",
    "persons": "persons",
    "persons/month": "persons a month",
    "events": "events",
    "barrels/day": "barrels a day",
    "km2/month": "km² a month",
}
LEVELS = {
    "individual": "Individuals",
    "unit or faction": "Units and factions",
    "organisation": "Organisation",
    "territory": "Territory and residents",
    "war": "War",
}
KEY = (
    "✓ met: in most members that count, the 95% interval (Wilson) lies above a half · ✗ not met: it lies below · ~ "
    "mixed: it holds a half · – not recorded: the run lacks an output · – nothing to test: it applies to no member "
    "that counts"
)
SAMPLES: Mapping[Sample, Words] = {"fits": Words("•", "fits"), "tests": Words("→", "tests")}


def samples(until: date) -> str:
    """What the two marks mean for a fit up to `until`."""
    return (
        f"• fits (in sample): all its figures speak of days up to {formatting.day(until)} · → tests (out of sample): "
        "at least one speaks of a later day"
    )


def day_of(said: object) -> date | None:
    """The day that `said` names, a date or its ISO text; None stays None. Raises `FissureError` for what is no day."""
    if said is None or isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise ArgumentError(f"until is '{said}', expected a day such as 2015-12-31") from None


def headline(found: Sequence[PatternResult]) -> str:
    """How many parts have each verdict."""
    patterns = len({one.pattern.letter for one in found})
    return f"Of {len(found)} parts of {patterns} patterns: {tally(found)}."


def tally(found: Sequence[PatternResult]) -> str:
    """Such as `8 met, 4 mixed, 3 not met`."""
    verdicts = [one.verdict for one in found]
    return ", ".join(f"{verdicts.count(v)} {words.word}" for v, words in VERDICTS.items() if v in verdicts)


def counted(one: PatternResult) -> str:
    """In what share of how many members it is met, or why nothing can be said."""
    if not one.applicable:
        return one.reason[:1].upper() + one.reason[1:] + "."
    said = f"Met in {share(one)} of the {one.applicable} members that count and that it applies to "
    said += f"(95%: {interval(one)})."
    never = int(np.isnan(one.first).sum())
    if never:
        said += f" In {never} of them the first never comes."
    return said


def share(one: PatternResult) -> str:
    """The share of members that meet it."""
    return f"{one.share:.0%}" if one.applicable else "–"


def interval(one: PatternResult) -> str:
    """Its 95% interval."""
    return f"{one.low:.0%} to {one.high:.0%}" if one.applicable else "–"


def filtered(among: PlausibleMembers) -> str:
    """How many members count, and why."""
    if among.fitted:
        return f"All {among.of} members count: they are draws of the posterior, which has weighed the early record."
    if not among.spans:
        return f"Nothing published of the first {WEEKS} weeks lies within the run: all {among.of} members count."
    named = [f"{_named(s)} ({formatting.interval(s.low, s.high)}; {s.kept} keep to it)" for s in among.spans]
    return (
        f"{among.count} of {among.of} members are plausible and count: in the first {WEEKS} weeks they lie, at the "
        f"time of every published figure, within a factor of {FACTOR:.0f} of the widest published range of "
        + ", ".join(named)
        + "."
    )


def sure(among: PlausibleMembers, worth: EffectiveSample | None = None) -> list[str]:
    """What the shares rest on; nothing where that is not known."""
    if worth is None:
        return []
    said = certainty.rests_on(worth, among.of)
    if worth.pasts < worth.histories:
        said += " The intervals of shares take members as independent and are too narrow for that."
    return [said]


def _named(span: Span) -> str:
    title = span.title[:1].lower() + span.title[1:]
    return title if span.unit in ("share", "persons") else f"{title}, {formatting.unit(span.unit)}"

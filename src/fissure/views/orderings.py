"""How orderings are put in words, the same in the terminal and in the report."""

from collections.abc import Mapping, Sequence

import numpy as np

from fissure.studies.orderings import Met, Plausible
from fissure.studies.orderings.met import Verdict
from fissure.studies.orderings.plausible import FACTOR, WEEKS, Span
from fissure.views import wording
from fissure.views.wording import Words

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
    "correlation": "correlation",
    "per 1,000 a half-year": "killed per 1,000 fighters in a half-year",
    "points": "change of the wish to leave in a quarter, points",
}
KEY = (
    "✓ met: in most plausible members, the 95% interval (Wilson) lies above a half · ✗ not met: it lies below · ~ "
    "mixed: it holds a half · – not recorded: the run lacks an output · – nothing to test: it applies to no plausible "
    "member"
)


def headline(found: Sequence[Met]) -> str:
    """How many parts have each verdict."""
    verdicts = [one.verdict for one in found]
    counted = ", ".join(f"{verdicts.count(v)} {words.word}" for v, words in VERDICTS.items() if v in verdicts)
    return f"Of {len(found)} parts of {len({one.ordering.letter for one in found})} orderings: {counted}."


def counted(one: Met) -> str:
    """In what share of how many members it is met, or why nothing can be said."""
    if not one.applicable:
        return one.reason[:1].upper() + one.reason[1:] + "."
    said = f"Met in {share(one)} of the {one.applicable} plausible members that it applies to (95%: {interval(one)})."
    never = int(np.isnan(one.first).sum())
    if never:
        said += f" In {never} of them the first never comes."
    return said


def share(one: Met) -> str:
    """The share of members that meet it."""
    return f"{one.share:.0%}" if one.applicable else "–"


def interval(one: Met) -> str:
    """Its 95% interval."""
    return f"{one.low:.0%} to {one.high:.0%}" if one.applicable else "–"


def filtered(among: Plausible) -> str:
    """How many members are plausible, and by what."""
    if not among.spans:
        return f"Nothing published of the first {WEEKS} weeks lies within the run: all {among.of} members count."
    named = [f"{_named(s)} ({wording.interval(s.low, s.high)}; {s.kept} keep to it)" for s in among.spans]
    return (
        f"{among.count} of {among.of} members are plausible: in the first {WEEKS} weeks they lie, at the time of every "
        f"published figure, within a factor of {FACTOR:.0f} of the widest published range of " + ", ".join(named) + "."
    )


def _named(span: Span) -> str:
    title = span.title[:1].lower() + span.title[1:]
    return title if span.unit in ("share", "persons") else f"{title}, {wording.unit(span.unit)}"

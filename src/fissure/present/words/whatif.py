"""What-ifs in words: what a change did to each outcome, how sure that is, and what it says of the theory."""

import math

from fissure.present import certainty, formatting
from fissure.present.formatting import signed
from fissure.studies.questions import Study
from fissure.studies.whatif import TINY, Answer, Difference, WhatIf

LESS = {
    "apart": "it comes apart sooner",
    "collapsed": "fewer have collapsed",
    "replaced": "recruits cease to replace losses sooner",
    "cohesion": "the ranks hold together worse",
    "collapse": "the ground is lost sooner",
    "deserted": "fewer desert",
    "killed": "fewer are killed",
    "fled": "fewer flee",
    "territory": "less ground is held",
    "fighters": "fewer fighters stay",
    "loyal": "fewer wish to stay",
    "income": "less comes in",
    "support": "fewer support it",
    "residents": "fewer live under it",
}
"""What a lower number of each outcome says; what a higher one says stands with the outcome."""
UNREADABLE = f"cannot be read {certainty.AT_END}"


def rests_on(found: WhatIf) -> str:
    """What the intervals rest on."""
    return certainty.rests_on(found.worth, found.members, allowed=True)


def sentences(answer: Answer, study: Study | None = None) -> list[str]:
    """What changed, outcome by outcome, what is not shown, and how it stands to what the theory expects; see `ends`."""
    if answer.changes_nothing:
        return [] if study is None or not study.falsifies else [expected(answer, study)]
    said = [moved(one) for one in answer.differences if one.verdict == "moves" and not one.unreadable]
    for verdict, words in (("not shown", "Not shown, the interval includes zero"), ("no difference", "As it is")):
        left = [one.title for one in answer.differences if one.verdict == verdict and not one.unreadable]
        if left:
            said.append(f"{words}: {'; '.join(left)}.")
    if blind := [one.title for one in answer.differences if one.unreadable]:
        said.append(f"Cannot be read, most histories are at one end of it with and without: {'; '.join(blind)}.")
    return said if study is None or not study.falsifies else [*said, expected(answer, study)]


def ends(answer: Answer) -> list[str]:
    """How many histories are at an end of which outcome; how a mean time is meant."""
    said = [f"{one.title}: {told}" for one in answer.differences for told in certainty.at_ends(one.at_bound, one.unit)]
    times = [one for one in answer.differences if one.unit == "weeks" and one.at_bound.found]
    return [*said, *([certainty.RESTRICTED] if times else [])]


def moved(one: Difference) -> str:
    """A difference whose interval excludes zero, as a sentence."""
    unit = formatting.unit(one.unit)
    by = f" ({abs(one.relative):.0%} of {formatting.number(one.as_it_is)})" if math.isfinite(one.relative) else ""
    return (
        f"{one.title}: {way(one)}, by {formatting.number(abs(one.mean))} {unit}{by}; 90% interval {interval(one)}. "
        f"So in {share(one)} of {one.members} histories; one history may bring {history(one)}."
    )


def expected(answer: Answer, study: Study) -> str:
    """How a falsification study came out: which outcomes stay as the theory expects."""
    said = [f"The theory expects no difference. {study.expect}"]
    for verdict, words in (
        ("as expected", f"As expected, within {TINY:.0%} of what it is"),
        ("against it", f"Against it, by more than {TINY:.0%}"),
        ("open", "Open, too few histories to tell"),
    ):
        own = [one.title for one in answer.differences if one.expected == verdict]
        if own:
            said.append(f"{words}: {'; '.join(own)}.")
    return " ".join(said)


def way(one: Difference) -> str:
    """What the difference says in words."""
    if one.unreadable:
        return UNREADABLE
    if one.verdict != "moves":
        return one.verdict
    return one.more if one.mean > 0 else LESS[one.outcome.partition("@")[0]]


def interval(one: Difference) -> str:
    """The 90% interval of the mean difference."""
    mark = f" {certainty.AT_END}" if one.at_bound.found else ""
    return f"{signed(one.low)} to {signed(one.high)}{mark}"


def history(one: Difference) -> str:
    """What one history may bring."""
    return f"{signed(one.least)} to {signed(one.most)}"


def share(one: Difference) -> str:
    """The share of histories that move the way of the mean."""
    return f"{one.share:.0%}" if math.isfinite(one.share) else "–"


def pairing(found: WhatIf) -> str:
    """What it was worth to run pairs, measured."""
    if not math.isfinite(found.ratio):
        return "Nothing differs, so what pairing was worth cannot be measured."
    return (
        f"Pairing was worth {formatting.number(found.ratio)} times the histories: the variance of an unpaired "
        "difference over that of the paired one, median over scenarios and outcomes."
    )


def changes(study: Study) -> list[str]:
    """The options of a command that asks for what a study changes, as its file has them."""
    since = [f"--from {study.since}"] if study.since else []
    return [*(f"--set {move}" for move in study.moves), *(f"--off {name}" for name in study.off), *since]

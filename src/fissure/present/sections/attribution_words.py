"""An attribution in words: the same sentences in the terminal, on its page and in the report.

Signs are given by a verb (adds, takes away) and with what more of the outcome is. What an interval cannot tell from
nothing is said to be so, and shares of the whole effect are given only where there is a whole effect to share.
"""

import numpy as np

from fissure.model.catalogue import mechanism_classes
from fissure.present import certainty, formatting
from fissure.present.formatting import listed, sentence_case, signed
from fissure.studies.attribution import ALL, INSIDE_ALONE, NONE, OUTSIDE, RECRUITS, WAR_ALONE, Attribution, Explanation
from fissure.studies.observation_operator import Floats
from fissure.studies.shapley import Interval

GROUPS = {
    "ranks": "the ranks",
    "factions": "the factions",
    "rule": "its rule",
    "governed": "the governed",
    "war": "the war",
}
SINGULAR = {"its rule", "the war", "the inside", "it"}
UNCLEAR = "cannot be distinguished from zero"
LEAST_SHARE = 0.2
"""Of what all players do either way; of a whole effect smaller than that, shares would mislead."""
NAMED = 3
"""Mechanisms and pairs that a sentence names."""
KEY = (
    "Means over members with 90% intervals (Student's t). + adds to the outcome, − takes from it; ? the interval "
    f"includes zero. {certainty.KEY}"
)
WRONG = (
    "It is about the model, not the world: it shares out what the simulated histories do. A mechanism that the model "
    "has wrong, or has not, is given the wrong share, and its share goes to others.",
    "“Everything off” never was: only what is no mechanism goes on, such as posting units and fighting where enemies "
    "already meet. It is where counting begins, no history that could have been.",
    "Shapley values share what several do together evenly among them. They do not say what would have happened without "
    "one: for that, switch it off alone (fissure run --off, fissure check).",
    "Intervals are of the mean over members; single histories differ more. They rest on few members and on the mean "
    "being near normal: of a mechanism that matters in a few histories only, they hold the truth less often than 90%.",
    "Among many mechanisms and pairs some differ from zero by chance: one in ten, where none does anything.",
    "The strongest mechanisms are picked by the same members on which they are then measured, so the strongest look a "
    "little stronger than they are. Their own game leaves everything else on, so its numbers are others than those "
    "over all mechanisms.",
)
"""Ways in which an attribution could be wrong, a sentence each."""


def at(found: Interval, *index: int) -> tuple[float, float, float]:
    """Mean, low and high of one entry of an interval."""
    return float(found.mean[index]), float(found.low[index]), float(found.high[index])


def of(found: Attribution, player: int, outcome: int) -> tuple[float, float, float]:
    """Value, low and high of a player."""
    return at(Interval(found.value, found.low, found.high), player, outcome)


def clear(low: float, high: float) -> bool:
    """True for an interval that excludes zero; one that is not known does not."""
    return low > 0 or high < 0


def mark(low: float, high: float) -> str:
    """The sign of an interval that cannot be distinguished from zero; what is nothing in every member needs none."""
    return "" if clear(low, high) or low == high == 0 else "?"


def ends(low: float, high: float) -> str:
    """An interval of a difference, with signs."""
    first, last = signed(low), signed(high)
    return first if first == last else f"{first} to {last}"


def level(value: float, low: float, high: float, unit: str) -> str:
    """A number with its interval, which is left out where all members agree or it is not known."""
    known = low != high and np.isfinite([low, high]).all()
    ends = f" (90%: {formatting.interval(low, high)})" if known else ""
    return f"{formatting.number(value)} {formatting.unit(unit)}{ends}"


def difference(value: float, low: float, high: float) -> str:
    """A difference with its sign and interval."""
    return signed(value) if low == high else f"{signed(value)} (90%: {ends(low, high)})"


def amount(value: float, low: float, high: float, unit: str) -> str:
    """The size of a difference whose direction a verb tells, with its interval in the same direction."""
    first, last = (-high, -low) if value < 0 else (low, high)
    known = "" if low == high else f" (90%: {formatting.interval(first, last)})"
    return f"{formatting.number(abs(value))} {formatting.unit(unit)}{known}"


def verb(value: float, subject: str) -> str:
    """The verb for a player: it adds to the outcome or takes from it."""
    one = subject in SINGULAR
    return ("adds" if one else "add") if value > 0 else ("takes away" if one else "take away")


def title(name: str) -> str:
    """The title of a mechanism, or its name where it is unknown."""
    kinds = mechanism_classes()
    return kinds[name].title if name in kinds else name


def shares(found: Explanation, outcome: int) -> bool:
    """True for a whole effect that is large and certain enough to be shared out in per cent."""
    effect, low, high = at(found.effect, outcome)
    return clear(low, high) and abs(effect) >= LEAST_SHARE * float(np.abs(found.groups.value[:, outcome]).sum())


def share(value: float, found: Explanation, outcome: int) -> str:
    """`value` in per cent of the whole effect; a dash where that misleads."""
    if not shares(found, outcome):
        return "–"
    return f"{value / float(found.effect.mean[outcome]):.0%}".replace("-", "−").replace("−0%", "0%")


def sentences(found: Explanation, outcome: int) -> list[str]:
    """The attribution of one outcome in sentences, most important first."""
    said = [whole(found, outcome), *ends_reached(found, outcome), by_group(found, outcome)]
    said += [inside_outside(found, outcome), sides(found, outcome), mechanisms(found, outcome), pairs(found, outcome)]
    return [one for one in said if one]


def ends_reached(found: Explanation, outcome: int) -> list[str]:
    """The number of histories at an end of the outcome, in which of the four worlds."""
    return certainty.at_ends(found.bounds_at(outcome), found.outcomes[outcome].unit)


def rests_on(found: Explanation) -> list[str]:
    """The basis of the intervals: those of the groups, and those of all mechanisms where these are others."""
    each = dict.fromkeys([found.groups.members, found.every.members])
    said = [certainty.worth(found.worth.get(members), members) for members in each]
    first = certainty.rests_on(found.worth.get(found.groups.members), found.groups.members, allowed=found.clustered)
    return [first, *(f"Those of all mechanisms, one by one, rest on {one}." for one in said[1:])]


def sides(found: Explanation, outcome: int) -> str:
    """The war, recruitment, and what else is inside: of many mechanisms inside, one brings fighters in."""
    if RECRUITS not in found.every.players:
        return ""
    of, unit = found.sides(outcome), found.outcomes[outcome].unit

    def does(value: float, who: str) -> str:
        return f"{verb(value, who)} {formatting.number(abs(value))} {formatting.unit(unit)}"

    return (
        f"Summed over single mechanisms: the {of.of_war} of the war {does(of.war, 'they')}; recruitment, which is "
        f"inside too, {does(of.recruitment, 'it')}; the other {of.of_rest} inside {does(of.rest, 'they')} "
        f"(means over {found.every.members} members; no interval was kept of such sums)."
    )


def whole(found: Explanation, outcome: int) -> str:
    """The whole effect: everything on beside everything off."""
    one = found.outcomes[outcome]
    ends = found.bounds_at(outcome)
    on, off = (
        level(*at(part, outcome), one.unit) + certainty.marked(ends, world)
        for part, world in ((found.with_all, ALL), (found.without_any, NONE))
    )
    said = f"With everything on it is {on}, with everything off {off}"
    value, low, high = at(found.effect, outcome)
    if value == low == high == 0:
        return f"{said}: the mechanisms change nothing."
    if not clear(low, high):
        return f"{said}: the whole effect, {difference(value, low, high)}, {UNCLEAR}, so no shares of it are given."
    sentence = f"{said}: the mechanisms together {verb(value, 'they')} {amount(value, low, high, one.unit)}."
    if not shares(found, outcome):
        sentence += " That is little beside what they do in both directions, so no shares of it are given."
    return sentence


def by_group(found: Explanation, outcome: int) -> str:
    """The effect of each of the five groups, strongest first."""
    effects, unclear = [], []
    for name in found.groups.strongest(len(found.groups.players), outcome):
        value, low, high = of(found.groups, found.groups.players.index(name), outcome)
        who = GROUPS.get(name, name)
        if clear(low, high):
            part = f", {share(value, found, outcome)} of the whole" if shares(found, outcome) else ""
            much = amount(value, low, high, found.outcomes[outcome].unit)
            effects.append(f"{who} {verb(value, who)} {much}{part}")
        else:
            unclear.append(who)
    said = [f"Shared among the groups: {'; '.join(effects)}."] if effects else []
    if unclear:
        does = "does" if len(unclear) == 1 and unclear[0] in SINGULAR else "do"
        said.append(f"What {listed(unclear)} {does} {UNCLEAR}.")
    return sentence_case(" ".join(said))


def inside_outside(found: Explanation, outcome: int) -> str:
    """The war alone, the inside alone, and what takes both."""
    unit, blocks, ends = found.outcomes[outcome].unit, found.blocks, found.bounds_at(outcome)
    said = []
    for who, block, world in (
        (GROUPS[OUTSIDE], blocks.outside, WAR_ALONE), ("the inside", blocks.inside, INSIDE_ALONE)
    ):  # fmt: skip
        own = at(block, outcome)
        alone = f"{who} alone {verb(own[0], who)} {amount(*own, unit)}"
        if own == (0, 0, 0):
            alone = f"{who} alone does nothing"
        elif not clear(*own[1:]):
            alone = f"what {who} alone does, {difference(*own)}, {UNCLEAR}"
        blind = (
            f"what {who} alone does cannot be read from this outcome: with and without it most histories are at one "
            f"end of it {certainty.AT_END}"
        )
        said.append(blind if ends.unreadable(NONE, world) else f"{alone}{certainty.marked(ends, NONE, world)}")
    return f"{sentence_case(said[0])}; {said[1]}. {_both(found, outcome)}"


def unreadable(found: Explanation, outcome: int) -> bool:
    """True where either side alone cannot be read from the outcome, nor then what takes both."""
    ends = found.bounds_at(outcome)
    return ends.unreadable(NONE, INSIDE_ALONE) or ends.unreadable(NONE, WAR_ALONE)


def _both(found: Explanation, outcome: int) -> str:
    """The part that comes only of both together, read by which way each goes alone."""
    blocks, unit = found.blocks, found.outcomes[outcome].unit
    value, low, high = at(blocks.interaction, outcome)
    if unreadable(found, outcome):
        return (
            f"What comes only of both together, {difference(value, low, high)}, holds what could not show alone, so it "
            "is no sign that the two act on each other."
        )
    if value == low == high == 0:
        return "Nothing comes only of both together: the two add up."
    if not clear(low, high):
        return f"What comes only of both together, {difference(value, low, high)}, {UNCLEAR}."
    much, kind = amount(value, low, high, unit), together(blocks.inside, blocks.outside, blocks.interaction, outcome)
    if kind == "overlap":
        return f"Together they {verb(-value, 'they')} less than the two alone in sum, by {much}: they overlap."
    reinforce = ": they reinforce each other" if kind == "reinforce" else ""
    return f"Only both together {verb(value, 'they')} another {much}{reinforce}."


def together(first: Interval, second: Interval, both: Interval, *index: int) -> str:
    """Name how two causes that differ from nothing go together: ``reinforce``, ``overlap``, ``opposed`` or ``unclear``.

    Of two that go the same way, an interaction that way reinforces, and one the other way is an overlap: each can do
    alone part of what the other does. Of two that go opposite ways no such word fits.
    """
    value, low, high = at(both, *index)
    if not clear(low, high):
        return "unclear"
    a, b = at(first, *index), at(second, *index)
    if not (clear(*a[1:]) and clear(*b[1:])):
        return "some"
    if a[0] * b[0] < 0:
        return "opposed"
    return "reinforce" if a[0] * value > 0 else "overlap"


def mechanisms(found: Explanation, outcome: int) -> str:
    """The strongest mechanisms, sampled over all of them."""
    every, unit = found.every, found.outcomes[outcome].unit
    values = {name: of(every, every.players.index(name), outcome) for name in every.players}
    sure = [name for name in every.strongest(len(every.players), outcome) if clear(*values[name][1:])]
    head = f"Of {len(every.players)} mechanisms {len(sure) or 'none'} can be distinguished from zero"
    head += f" over {every.members} members"
    strongest = (
        f"“{title(name)}” {verb(values[name][0], 'it')} {amount(*values[name], unit)}" for name in sure[:NAMED]
    )
    return f"{head}; strongest: {'; '.join(strongest)}." if sure else f"{head}."


def ranked(found: Explanation, outcome: int) -> list[tuple[int, int]]:
    """Pairs of the strongest, by the size of their interaction, those that differ from nothing first."""
    if found.pairs is None:
        return []
    interaction = found.pairs.interaction

    def order(both: tuple[int, int]) -> tuple[bool, float]:
        value, low, high = at(interaction, *both, outcome)
        return not clear(low, high), -abs(value)

    return sorted(((i, j) for i in range(len(found.pairs.players)) for j in range(i)), key=order)


WORDS = {
    "reinforce": "reinforce each other",
    "overlap": "overlap",
    "opposed": "pull opposite ways",
    "some": "act together",
    "unclear": UNCLEAR,
}


def pair(found: Explanation, i: int, j: int, outcome: int) -> str:
    """Two of the strongest together, as one of `WORDS`; which way each goes is its Shapley value in that game."""
    assert found.pairs is not None and found.strongest is not None
    values = Interval(found.strongest.value, found.strongest.low, found.strongest.high)
    first, second = (Interval(*(part[k] for part in values)) for k in (i, j))
    own = Interval(*(part[i, j] for part in found.pairs.interaction))
    return together(first, second, own, outcome)


def pairs(found: Explanation, outcome: int) -> str:
    """The strongest pairs, those that can be distinguished from zero; empty where none were run."""
    if found.pairs is None:
        return ""
    unit, players = formatting.unit(found.outcomes[outcome].unit), found.pairs.players
    order = ranked(found, outcome)
    sure = [(i, j) for i, j in order if pair(found, i, j, outcome) != "unclear"]
    head = f"Of the {len(order)} pairs of the {len(players)} strongest {len(sure) or 'none'} can be "
    head += f"distinguished from zero over {found.pairs.members} members"
    strongest = (
        f"“{title(players[i])}” and “{title(players[j])}” {WORDS[pair(found, i, j, outcome)]} "
        f"({signed(float(found.pairs.interaction.mean[i, j, outcome]))} {unit})"
        for i, j in sure[:NAMED]
    )
    return f"{head}: {'; '.join(strongest)}." if sure else f"{head}."


def sampling(found: Explanation) -> str:
    """The error that sampling reached, beside what was asked for."""
    reached, asked = float(found.reached[0]), found.size.error
    one = found.outcomes[0].title.lower() if found.outcomes else ""
    head = f"Sampling over all mechanisms looked at {found.every.members} members"
    if not np.isfinite(reached):
        return f"{head}; “{one}” has no whole effect to measure its error by."
    end = "which was reached" if reached <= asked else "which so few members do not reach"
    return (
        f"{head}. The widest interval of a mechanism is ±{per_cent(reached)} of the whole effect on “{one}”; asked for "
        f"was ±{per_cent(asked)}, {end}."
    )


def pairing(found: Explanation) -> str:
    """The saving by pairing, for the outcomes where it could be measured."""
    known = [(o.name, float(x)) for o, x in zip(found.outcomes, found.paired, strict=True) if np.isfinite(x)]
    if not known:
        return "What pairing saves could not be measured: no two runs differ by chance."
    ratios = ", ".join(f"{name} {formatting.number(float(f'{ratio:.2g}'))}" for name, ratio in known)
    return (
        "Runs share their members and luck. Unpaired runs would need this many times as many members for the same "
        f"error (measured variance ratio): {ratios}."
    )


def sums(values: Floats, effect: Floats) -> float:
    """The distance of the values of all players from the whole effect, as a share of it or of their sizes."""
    size = np.maximum(np.abs(effect), np.abs(values).sum(axis=0))
    away = np.abs(values.sum(axis=0) - effect)
    return float(np.max(np.divide(away, size, out=np.zeros_like(away), where=size > 0), initial=0.0))


def note(found: Explanation, outcome: int) -> str:
    """Notes that are needed to read an outcome; empty for most."""
    name = found.outcomes[outcome].name
    said = [certainty.restricted(name, found.plan.weeks), certainty.not_recorded(found.bounds_at(outcome), name)]
    return " ".join(one for one in said if one)


def per_cent(x: float) -> str:
    """A share in per cent, to two digits."""
    return f"{formatting.number(float(f'{100 * x:.2g}'))}%"

"""Attribution: how much of what came about is due to each mechanism, to pairs of them, to inside and outside.

Every coalition of mechanisms is a world of its own, with the same people and luck (`paired_runs`). The worth of a
coalition is an outcome of a member in it; Shapley values share the whole effect, everything on minus everything off,
among the players (`game`). Three games are played:

- the five groups, all 32 coalitions, each mechanism following its group;
- every mechanism, along random orders of all of them, until a stated error is reached;
- the strongest mechanisms, all their coalitions, with everything else on, and their interactions in pairs.

Inside are the groups ranks, factions, rule and governed, outside is the war. Values are per member; intervals are for
their mean over the members that the posterior (or the prior) gives, and so carry what is not known of the parameters.
Members that go on from the same past are not independent: errors are clustered by past (`shapley.mean_interval`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.engine.plan import Plan, whole
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError
from fissure.files import cache_base
from fissure.model.catalogue import GROUPS, mechanism_classes
from fissure.studies import shapley
from fissure.studies.effective import EffectiveSample, effective_size, few_histories, pasts_of
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import NOT_RECORDED, AtBounds, Outcome, at_bounds, bounds_of, outcomes_of
from fissure.studies.paired_runs import PairedRuns, RunOptions
from fissure.studies.scenario import Scenario
from fissure.studies.shapley import Interval, mean_interval

OUTSIDE = "war"
"""The group that comes from outside; the others are inside."""
RECRUITS = "recruitment"
"""The mechanism that brings fighters in: on the inside, and no crack."""
ALL, NONE, INSIDE_ALONE, WAR_ALONE = (
    f"with {what}" for what in ("everything on", "everything off", "the inside alone", "the war alone")
)
"""The four worlds that inside and outside are told apart by, in words."""


@dataclass(frozen=True)
class Size:
    """Size of the games: members of each game, players of the last one, and the error at which sampling stops."""

    groups: int = 32
    sampled: int = 20
    least: int = 16
    """Members that sampling looks at before it may stop."""
    strongest: int = 10
    pairs: int = 4
    """Members of the game of the strongest; 0 plays none."""
    error: float = 0.1
    """Widest interval of a mechanism to either side, as a share of the whole effect on the first outcome."""


FULL = Size()
QUICK = Size(groups=8, sampled=3, least=3, pairs=0)


@dataclass(frozen=True, eq=False)
class Attribution:
    """Shapley values of `players`, (players, outcomes) each, over `members` members."""

    players: tuple[str, ...]
    members: int
    value: Floats
    low: Floats
    high: Floats

    def strongest(self, count: int, outcome: int = 0) -> tuple[str, ...]:
        """The players with the largest values either way, largest first."""
        order = np.argsort(-np.abs(self.value[:, outcome]), kind="stable")
        return tuple(self.players[i] for i in order[:count])


@dataclass(frozen=True, eq=False)
class Blocks:
    """Inside alone, outside alone, and what only both together do: each an interval of shape (outcomes,)."""

    inside: Interval
    outside: Interval
    interaction: Interval


@dataclass(frozen=True, eq=False)
class Pairs:
    """Interactions of `players`, (players, players, outcomes), with what each does alone on the diagonal."""

    players: tuple[str, ...]
    members: int
    interaction: Interval


@dataclass(frozen=True)
class Sides:
    """Sums of the values of all mechanisms; points, as single values do not say how sure a sum is."""

    war: float
    recruitment: float
    rest: float
    of_war: int
    """Number of mechanisms that are the war's."""
    of_rest: int
    """Number of those that are neither the war's nor recruitment."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """A finished attribution; every interval is a 90% interval of a mean over members, with axis (outcomes,) last."""

    outcomes: tuple[Outcome, ...]
    plan: Plan
    size: Size
    folder: Path
    with_all: Interval
    without_any: Interval
    effect: Interval
    """Everything on minus everything off."""
    groups: Attribution
    blocks: Blocks
    every: Attribution
    reached: Floats
    """(outcomes,) widest interval of a mechanism to either side, as a share of the whole effect."""
    strongest: Attribution | None
    pairs: Pairs | None
    paired: Floats
    """(outcomes,) how many times more members unpaired runs would need, the middle one of the groups."""
    at_bound: tuple[AtBounds, ...] = ()
    """Of each outcome the ends of its range at which histories of the four worlds are; see `bounds_at`."""
    worth: Mapping[int, EffectiveSample] = field(default_factory=dict)
    """Independent draws that so many members are worth, by their number; empty where it is not known."""

    def bounds_at(self, outcome: int) -> AtBounds:
        """The ends at which histories of an outcome are."""
        return self.at_bound[outcome] if self.at_bound else NOT_RECORDED

    @property
    def clustered(self) -> bool:
        """True where its errors are clustered by past; those of a file from before are not."""
        return bool(self.at_bound) and all(one.recorded for one in self.at_bound)

    @property
    def few_histories(self) -> str:
        """A warning where parts of it rest on too few members; empty where none does."""
        parts = {"the groups": self.groups.members, "all mechanisms": self.every.members}
        return few_histories(parts | ({"the strongest in pairs": self.pairs.members} if self.pairs else {}))

    def sides(self, outcome: int) -> "Sides":
        """Contributions of the sampled mechanisms, summed over those of the war, recruitment, and all others."""
        kinds, value = mechanism_classes(), self.every.value[:, outcome]
        war = [name in kinds and kinds[name].group() == OUTSIDE for name in self.every.players]
        recruits = [name == RECRUITS for name in self.every.players]
        rest = ~(np.array(war) | np.array(recruits))
        sums = [float(value[one].sum()) for one in (war, recruits, rest)]
        return Sides(sums[0], sums[1], sums[2], sum(war), int(rest.sum()))


def explain(
    case: Case,
    *,
    of: Iterable[str] = (),
    size: Size = FULL,
    out: Path | None = None,
    **options: Unpack[RunOptions],
) -> Explanation:
    """Share the outcomes called `of` (the standard ones where none is named) among the mechanisms.

    Args:
        case: the loaded case.
        of: names of outcomes; the first one says which mechanisms are strongest, and when sampling may stop.
        size: how much is simulated.
        out: the folder to keep what is measured in; one in the user's cache where not given.
        options: see `RunOptions`.

    A member one of whose runs cannot be made is left out, with a warning.

    Raises `FissureError` for bad input or a disk that refuses, and `StoppedError` on Ctrl-C; what was measured is kept.
    """
    check_size(size)
    asked = outcomes_of(of, case, options.get("weeks"))
    folder = out or cache_base() / "runs" / f"explain-{case.name}"
    own = PairedRuns.of(case, asked, folder, **options)
    draws, seed = options.get("draws"), own.plan.seed
    kinds = mechanism_classes()
    groups = {group: [name for name in kinds if kinds[name].group() == group] for group in GROUPS}

    def with_groups(on: Iterable[str]) -> Scenario:
        return _only([name for group in on for name in groups[group]], kinds)

    until, named = draws.until if draws else None, tuple(f"explains {one.name}" for one in asked)
    with keeping(folder, StudyManifest("explain", own.plan, size.groups, None, until, named)):
        worths, there = _worths(own, list(groups), with_groups, range(size.groups), "groups")
        every, reached = _every(own, size, seed)
        strongest, pairs = _strongest(own, every, size)
    inside = sum(1 << i for i, name in enumerate(groups) if name != OUTSIDE)
    pasts = pasts_of(draws, seed, there)
    worth = [effective_size(draws, seed, each) for each in (there, every.members, size.pairs) if each]
    return Explanation(
        outcomes=asked,
        plan=own.plan,
        size=size,
        folder=own.folder,
        with_all=mean_interval(worths[-1], pasts=pasts),
        without_any=mean_interval(worths[0], pasts=pasts),
        effect=mean_interval(worths[-1] - worths[0], pasts=pasts),
        groups=_attribution(tuple(groups), shapley.exact(worths), pasts),
        blocks=Blocks(*(mean_interval(part, pasts=pasts) for part in shapley.split(worths, inside))),
        every=every,
        reached=reached,
        strongest=strongest,
        pairs=pairs,
        paired=_saved(worths),
        at_bound=_at_bound(asked, own.plan, worths, inside),
        worth={one.histories: one for one in worth},
    )


def _at_bound(outcomes: Sequence[Outcome], plan: Plan, worths: Floats, inside: int) -> tuple[AtBounds, ...]:
    """Of each outcome the ends at which members of the four worlds are; `worths` (coalitions, members, outcomes)."""
    masks = {ALL: len(worths) - 1, NONE: 0, INSIDE_ALONE: inside, WAR_ALONE: len(worths) - 1 - inside}
    return tuple(
        at_bounds(
            bounds_of(one.name, plan.weeks, plan.units * plan.slots),
            {world: worths[mask, :, at] for world, mask in masks.items()},
        )
        for at, one in enumerate(outcomes)
    )


def check_size(size: Size) -> None:
    """Raise `FissureError` for sizes that say nothing."""
    whole("the members of the groups", size.groups, 2, 10_000)
    whole("the members that are sampled", size.sampled, 2, 10_000)
    whole("the least members that are sampled", size.least, 2, size.sampled)
    whole("the strongest mechanisms", size.strongest, 2, 12)
    whole("the members of the strongest", size.pairs, 0, 10_000)
    if size.pairs == 1:
        raise ArgumentError("found one member for the strongest mechanisms, expected two or more for an interval")
    if not 0 < size.error < 1:
        raise ArgumentError(f"found the error {size.error:g}, expected a share between 0 and 1 of the whole effect")


def most_runs(size: Size) -> int:
    """The most runs that an attribution of this size takes, if nothing is kept and sampling never stops early."""
    groups, mechanisms = 1 << len(GROUPS), len(mechanism_classes())
    both = min(size.groups, size.sampled)
    runs = size.groups * groups + size.sampled * 2 * mechanisms - both * 2  # orders share everything on and off
    met = min(size.pairs, max(size.groups, size.sampled))  # everything on was run before
    return runs + (size.pairs << min(size.strongest, mechanisms)) - met


def _only(on: Iterable[str], among: Iterable[str]) -> Scenario:
    """The scenario in which of the mechanisms `among` only those `on` are on."""
    return Scenario(off=tuple(sorted(set(among) - set(on))))


def _worths(
    own: PairedRuns, players: Sequence[str], scenario: Callable[[Iterable[str]], Scenario], members: range, phase: str
) -> tuple[Floats, list[int]]:
    """(coalitions, members, outcomes) of all coalitions of `players`, and the members that were finished in all."""
    coalitions = [scenario(_named(players, mask)) for mask in range(1 << len(players))]
    own.measure([(one, member) for member in members for one in coalitions], phase)
    there = own.finished(coalitions, members)
    if len(there) < 2:
        raise ArgumentError(f"{own.folder}: {len(there)} members were finished in every world, expected two or more")
    return np.stack([own.values(one, there) for one in coalitions]), there


def _every(own: PairedRuns, size: Size, seed: int) -> tuple[Attribution, Floats]:
    """Every mechanism, by random orders, one pair of orders a member, until the first outcome is known well enough.

    A new member for each pair makes observations independent, and tells most of the mean over members.
    """
    names = tuple(mechanism_classes())
    orders = shapley.Permutations(len(names), seed)
    found: dict[tuple[int, int], Floats] = {}
    for upto in (*range(size.least, size.sampled, 4), size.sampled):  # after so many it looks whether it may stop
        chains = {(m, way): order for m in range(upto) for way, order in enumerate(orders.pair(m, 0))}
        jobs = {
            key: [_only(_named(names, mask), names) for mask in shapley.chain(order)] for key, order in chains.items()
        }
        own.measure([(one, key[0]) for key, line in jobs.items() for one in line], f"mechanisms, {upto} members")
        for member in range(upto):
            if not all(own.finished(jobs[member, way], [member]) for way in (0, 1)):
                continue
            worths = [np.stack([own.values(s, [member])[0] for s in jobs[member, way]]) for way in (0, 1)]
            ways = [shapley.marginals(chains[member, way], worths[way]) for way in (0, 1)]
            found[member, 0] = np.mean(ways, axis=0)
        sampled = shapley.estimate(found, pasts=dict(enumerate(pasts_of(own.draws, own.plan.seed, upto).tolist())))
        if upto >= size.least and shapley.enough(sampled, size.error, size.least)[0]:
            break
    half = (sampled.high - sampled.low).max(axis=0) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = np.asarray(half / np.abs(sampled.value.sum(axis=0)))
    return Attribution(names, len(found), sampled.value, sampled.low, sampled.high), reached


def _named(names: Sequence[str], mask: int) -> list[str]:
    return [name for i, name in enumerate(names) if mask >> i & 1]


def _strongest(own: PairedRuns, every: Attribution, size: Size) -> tuple[Attribution | None, Pairs | None]:
    """The strongest mechanisms for the first outcome, exactly, with everything else on."""
    if not size.pairs:
        return None, None
    players = every.strongest(size.strongest)
    members = range(size.pairs)
    worths, there = _worths(own, players, lambda on: _only(on, players), members, f"the {len(players)} strongest")
    pasts = pasts_of(own.draws, own.plan.seed, there)
    together = mean_interval(np.moveaxis(shapley.interactions(worths), 2, 0), pasts=pasts)
    return _attribution(players, shapley.exact(worths), pasts), Pairs(players, len(there), together)


def _attribution(players: tuple[str, ...], values: Floats, pasts: NDArray[np.int64]) -> Attribution:
    """Means and intervals of `values` (players, members, outcomes)."""
    return Attribution(players, values.shape[1], *mean_interval(np.moveaxis(values, 1, 0), pasts=pasts))


def _saved(worths: Floats) -> Floats:
    """(outcomes,) variance of unpaired over that of paired differences, the middle one over groups switched off."""
    last = len(worths) - 1
    players = last.bit_length()
    ratios = np.array([shapley.variance_ratio(worths[last], worths[last & ~(1 << i)]) for i in range(players)])
    known = (own[np.isfinite(own)] for own in ratios.T)
    return np.array([np.median(own) if own.size else np.nan for own in known])

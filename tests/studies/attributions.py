"""Made-up attributions: games whose worths are drawn, with no simulation behind them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from fissure.cases.loader import load_case
from fissure.engine.plan import plan_of
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies.attribution import Attribution, Blocks, Explanation, Pairs, Size
from fissure.studies.outcomes import outcomes_of
from fissure.studies.shapley import Interval, mean_interval

ASKED = ("collapse", "deserted")
MEMBERS = 8


def spread(random, mean, sd):
    """(members, ...) numbers around `mean`, of which the mean is `mean` to round-off."""
    off = random.normal(size=(MEMBERS, *np.shape(mean)))
    return np.asarray(mean) + np.asarray(sd) * (off - off.mean(axis=0))


def attribution(players, values, random, sd=1.0):
    """Of (players, outcomes) `values`."""
    members = spread(random, np.asarray(values, float), sd)
    return Attribution(tuple(players), MEMBERS, *mean_interval(members))


def made_up(players=4, scale=(1.0, 100.0), seed=1) -> Explanation:
    """The war takes 60 weeks, the ranks 30, both together 6 more; other groups next to nothing; pairs of all kinds."""
    random, case = np.random.default_rng(seed), load_case("islamic_state")
    by = np.array(scale)
    groups = {"ranks": -30.0, "factions": 0.05, "rule": -8.0, "governed": -0.1, "war": -63.0}
    shared = attribution(groups, np.outer(list(groups.values()), by), random, 0.3 * by)
    total = shared.value.sum(axis=0)
    none = mean_interval(spread(random, 247.0 * by, 0.0 * by))
    effect = mean_interval(spread(random, total, 2.0 * by))
    blocks = [mean_interval(spread(random, x * by, 0.5 * by)) for x in (-35.0, -60.0)]
    both = mean_interval(spread(random, total - (-95.0 * by), 0.5 * by))
    names = list(mechanism_classes())
    values = random.normal(size=len(names)) * 0.2
    values[:12] = [-25, -14, 12, -9, -7, 5, -4, 3.5, -3, 2.5, -2, 1.5]
    every = attribution(names, np.outer(values, by), random, 0.6 * by)
    strongest = every.strongest(players)
    exact = attribution(strongest, 0.9 * every.value[[names.index(n) for n in strongest]], random, 0.4 * by)
    return Explanation(
        outcomes=outcomes_of(ASKED, case), plan=plan_of(case, parameters_of(case), seed=seed), size=Size(),
        folder=Path("made-up"), with_all=Interval(none.mean + total, none.low + effect.low, none.high + effect.high),
        without_any=none, effect=effect, groups=shared, blocks=Blocks(blocks[0], blocks[1], both), every=every,
        reached=np.array([0.08, 0.31]), strongest=exact, pairs=pairs_of(exact, by, random),
        paired=np.array([14.2, 3.0]),
    )  # fmt: skip


def pairs_of(exact, by, random):
    """Of the first two -5, then smaller and smaller with either sign, the last ones unclear."""
    n = len(exact.players)
    mean = np.zeros((n, n, len(by)))
    for i in range(n):
        mean[i, i] = exact.value[i] * 0.8
        for j in range(i):
            mean[i, j] = mean[j, i] = (-1) ** (i + j) * 5.0 / (1 + j + 2 * (i - 1)) * by
    off = np.asarray(spread(random, mean, 0.4 * by))
    low, high = mean_interval(off)[1:]
    half = (high - low + np.swapaxes(high - low, 0, 1)) / 4
    return Pairs(exact.players, MEMBERS, Interval(mean, mean - half, mean + half))


def changed(found: Explanation, name: str, outcome: int, value: float, low: float, high: float) -> Explanation:
    """With another whole effect, or other ``inside``, ``outside``, ``interaction``, for one outcome."""
    own = getattr(found, name, None) or getattr(found.blocks, name)
    parts = [part.copy() for part in own]
    for part, x in zip(parts, (value, low, high), strict=True):
        part[outcome] = x
    if hasattr(found, name):
        return replace(found, **{name: Interval(*parts)})
    return replace(found, blocks=replace(found.blocks, **{name: Interval(*parts)}))

"""What if: the same histories, lived once as they are and once with something changed.

Everything told is a paired difference, changed less as it is, member by member, with the same luck and the same
parameters; never two bands side by side, whose overlap says little about their difference. Nothing here looks for a
change that would serve anybody: what is changed is named by who asks, and no outcome is sought.

Members that go on from the same past are not independent: errors are clustered by past (`shapley.mean_interval`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.engine.parameter_source import Draws, Prior
from fissure.engine.plan import MOST_MEMBERS, Plan, plan_of, whole
from fissure.engine.progress import Progress
from fissure.engine.runner import Workers
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError
from fissure.files import cache_base
from fissure.model.catalogue import parameters_of
from fissure.studies.bounds import NOT_RECORDED, AtBounds, Bounds, at_bounds, bounds_of
from fissure.studies.effective import Effective, effective_size, pasts_of
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import SERIES, Outcome, outcomes_of
from fissure.studies.paired_runs import PairedRuns
from fissure.studies.scenario import AS_IT_IS, Scenario, week_of
from fissure.studies.shapley import mean_interval, variance_ratio

MEMBERS = 48
LEAST, MOST = 0.05, 0.95
"""Quantiles of the members' differences that are told: what one history may bring."""
TINY = 0.05
"""Share of what it is that counts as next to nothing, where the theory expects no difference."""
AS_IT_WAS, CHANGED = "as it is", "with the change"
"""The two worlds of a pair, in words."""
Pasts = NDArray[np.int64] | None
Verdict = Literal["moves", "not shown", "no difference"]
Expected = Literal["as expected", "open", "against it"]


@dataclass(frozen=True)
class Difference:
    """What a change did to one outcome: changed less as it is, over the members."""

    outcome: str
    title: str
    unit: str
    more: str
    """What a higher number says, in words."""
    as_it_is: float
    """Mean over members with nothing changed."""
    mean: float
    """Mean of the paired differences."""
    low: float
    high: float
    """90% interval of that mean (Student's t)."""
    least: float
    most: float
    """5% and 95% quantiles of members' differences: what would happen in one history."""
    share: float
    """Share of members whose difference has the sign of the mean; NaN where the mean is zero."""
    ratio: float
    """By how many times more members two unpaired ensembles would need; see `variance_ratio`."""
    members: int
    changed: int
    """Members in which it differs at all."""
    at_bound: AtBounds = NOT_RECORDED
    """The ends of the outcome's range at which members are, as they are (`AS_IT_WAS`) and changed (`CHANGED`)."""

    @property
    def unreadable(self) -> bool:
        """Whether most members are at the same end of the outcome in both worlds, so that a difference can't show."""
        return self.at_bound.unreadable(AS_IT_WAS, CHANGED)

    @property
    def verdict(self) -> Verdict:
        """Whether the interval of the mean excludes zero; `no difference` where every member has zero."""
        if not self.changed:
            return "no difference"
        return "moves" if self.low > 0 or self.high < 0 else "not shown"

    @property
    def relative(self) -> float:
        """The mean difference as a share of what it is; NaN where that is nothing."""
        return self.mean / abs(self.as_it_is) if self.as_it_is else np.nan

    @property
    def expected(self) -> Expected:
        """How it stands to a theory that expects no difference: within 5% of what it is, beyond it, or not told.

        Where a difference cannot show, its absence supports nothing.
        """
        if self.unreadable:
            return "open"
        bound = TINY * abs(self.as_it_is)
        if -bound <= self.low and self.high <= bound:
            return "as expected"
        return "against it" if self.low > bound or self.high < -bound else "open"


@dataclass(frozen=True, eq=False)
class Course:
    """Paired differences of one series by week, each array of shape (weeks,)."""

    series: str
    title: str
    unit: str
    as_it_is: Floats
    mean: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    changed: int
    """Members in which any week differs."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What one scenario did."""

    name: str
    scenario: Scenario
    differences: tuple[Difference, ...]
    courses: tuple[Course, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether every outcome and every week of every series is as it was, in every member."""
        return not any([*(one.changed for one in self.differences), *(one.changed for one in self.courses)])

    @property
    def ratio(self) -> float:
        """The median variance ratio of its outcomes; NaN where none differs."""
        found = [one.ratio for one in self.differences if np.isfinite(one.ratio)]
        return float(np.median(found)) if found else np.nan


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A finished study: an answer for each scenario, in the order in which they were asked."""

    answers: tuple[Answer, ...]
    plan: Plan
    start: date
    members: int
    folder: Path
    worth: Effective | None = None
    """What the members are worth as independent draws; None where it is not known."""

    @property
    def of(self) -> dict[str, Answer]:
        """Answers by name."""
        return {answer.name: answer for answer in self.answers}

    @property
    def ratio(self) -> float:
        """The median variance ratio over all scenarios and outcomes; NaN where nothing differs."""
        found = [one.ratio for answer in self.answers for one in answer.differences if np.isfinite(one.ratio)]
        return float(np.median(found)) if found else np.nan


def difference_of(
    outcome: Outcome, changed: Floats, as_it_is: Floats, *, pasts: Pasts = None, bounds: Bounds | None = None
) -> Difference:
    """What changed in `outcome`; both (members,), of the same members in the same order.

    `pasts` are equal for members that share a past; `bounds` are the ends of the outcome's range.
    """
    d = changed - as_it_is
    mean, low, high = map(float, mean_interval(d, pasts=pasts))
    least, most = (float(x) for x in np.quantile(d, [LEAST, MOST]))
    return Difference(
        outcome=outcome.name,
        title=outcome.title,
        unit=outcome.unit,
        more=outcome.more,
        as_it_is=float(as_it_is.mean()),
        mean=mean,
        low=low,
        high=high,
        least=least,
        most=most,
        share=float((d * np.sign(mean) > 0).mean()) if mean else np.nan,
        ratio=float(variance_ratio(changed, as_it_is)),
        members=len(d),
        changed=int(np.count_nonzero(d)),
        at_bound=NOT_RECORDED if bounds is None else at_bounds(bounds, {AS_IT_WAS: as_it_is, CHANGED: changed}),
    )


def course_of(series: str, changed: Floats, as_it_is: Floats, *, pasts: Pasts = None) -> Course:
    """How the difference in `series` runs by week; both (members, weeks)."""
    d = changed - as_it_is
    mean, low, high = mean_interval(d, pasts=pasts)
    least, most = np.quantile(d, [LEAST, MOST], axis=0)
    told = SERIES[series]
    return Course(
        series, told.title, told.unit, as_it_is.mean(axis=0), mean, low, high, least, most, int(d.any(axis=1).sum())
    )


def planned(case: Case, *, seed: int = 1, weeks: int | None = None, draws: Draws | None = None) -> Plan:
    """The plan of the runs with nothing changed. Raises `FissureError` for bad input."""
    return plan_of(case, parameters_of(case), seed=seed, weeks=weeks, draws=(draws or Prior()).digest)


def whatif(
    case: Case,
    scenarios: Mapping[str, Scenario],
    *,
    of: Iterable[str] = (),
    members: int = MEMBERS,
    seed: int = 1,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    draws: Draws | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> WhatIf:
    """Run each of `scenarios` beside the same members as they are, and tell the differences.

    Args:
        case: the loaded case.
        scenarios: what is changed, by the name under which it is told.
        of: outcomes, as ``collapse`` or ``territory@2016-12-31``; the standard ones where none is named.
        members: histories of each scenario.
        seed: of all random numbers; the same seed gives the same differences.
        weeks, units, slots: sizes; those of the case where not given.
        draws: what members are drawn from; the prior where not given.
        out: the folder to keep what is measured in; one in the user's cache where not given.
        progress: is told how far it is.
        workers: who simulates; threads of this process where not given. See `cluster.workers_of`.

    A pair of which one run cannot be made is left out, with a warning.

    Raises `FissureError` for bad input or a disk that refuses, and `StoppedError` on Ctrl-C; what was measured is kept,
    and the same call goes on from it.
    """
    if not scenarios:
        raise ArgumentError("nothing was asked, expected at least one scenario")
    whole("members", members, 2, MOST_MEMBERS)
    plan = planned(case, seed=seed, weeks=weeks, draws=draws)
    asked = outcomes_of(of, case, plan.weeks)
    for scenario in scenarios.values():
        week_of(scenario.since, case, plan.weeks)
    folder = out or folder_of(plan)
    worlds = PairedRuns.of(
        case, asked, measured_in(folder), draws=draws, seed=seed, weeks=weeks,
        units=units, slots=slots, weekly={name: one.read for name, one in SERIES.items()}, progress=progress,
        workers=workers,
    )  # fmt: skip
    each = range(members)
    with keeping(folder, asked_for(worlds, scenarios.values(), members)):
        worlds.measure((scenario, member) for scenario in (AS_IT_IS, *scenarios.values()) for member in each)
    there = worlds.finished((AS_IT_IS, *scenarios.values()), each)
    if len(there) < 2:
        raise ArgumentError(f"{folder}: {len(there)} pairs of runs were finished, expected two or more")
    answers = tuple(answer_of(name, scenario, worlds, there) for name, scenario in scenarios.items())
    worth = effective_size(worlds.draws, seed, there)
    return WhatIf(answers, worlds.plan, case.start, len(there), folder, worth)


def folder_of(plan: Plan, within: Path | None = None) -> Path:
    """Where what is measured under `plan` is kept unless a folder is named: `within`, or in the user's cache."""
    return (within or cache_base() / "runs") / f"whatif-{plan.folder_name}"


def measured_in(folder: Path) -> Path:
    """Where the numbers themselves lie in the folder of a what-if."""
    return folder / "measured"


def asked_for(worlds: PairedRuns, scenarios: Iterable[Scenario], members: int) -> StudyManifest:
    """What the folder says that was asked."""
    each = tuple(scenarios)
    runs = members * len({AS_IT_IS, *each})
    return StudyManifest("whatif", worlds.plan, members, runs, worlds.draws.until, tuple(map(str, each)))


def answer_of(name: str, scenario: Scenario, worlds: PairedRuns, members: Sequence[int]) -> Answer:
    """What `scenario` did in `members`, which were measured in it and as they are."""
    changed, plain = worlds.values(scenario, members), worlds.values(AS_IT_IS, members)
    then, before = worlds.series(scenario, members), worlds.series(AS_IT_IS, members)
    plan, pasts = worlds.plan, pasts_of(worlds.draws, worlds.plan.seed, members)
    return Answer(
        name,
        scenario,
        tuple(
            difference_of(
                outcome, changed[:, i], plain[:, i],
                pasts=pasts, bounds=bounds_of(outcome.name, plan.weeks, plan.units * plan.slots),
            )
            for i, outcome in enumerate(worlds.outcomes)
        ),
        tuple(course_of(series, then[series], before[series], pasts=pasts) for series in worlds.weekly),
    )  # fmt: skip

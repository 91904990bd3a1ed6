"""What-ifs: the same histories, lived once as they are and once with something changed.

Everything shown is a paired difference, changed less as it is, member by member, with the same luck and the same
parameters; never two bands side by side, whose overlap says little about their difference. Nothing here looks for a
change that would serve anybody: what is changed is named by who asks, and no outcome is sought.

Members that go on from the same past are not independent: errors are clustered by past (`shapley.mean_interval`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.engine.plan import MOST_MEMBERS, Plan, whole
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError
from fissure.files import cache_base
from fissure.studies.effective import EffectiveSample, effective_size, pasts_of
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import NOT_RECORDED, SERIES, AtBounds, Bounds, Outcome, at_bounds, bounds_of, outcomes_of
from fissure.studies.paired_runs import PairedRuns, RunOptions, planned
from fissure.studies.scenario import AS_IT_IS, Scenario, week_of
from fissure.studies.shapley import mean_interval, variance_ratio

MEMBERS = 48
LEAST, MOST = 0.05, 0.95
"""Quantiles of the members' differences that are shown: what one history may bring."""
TINY = 0.05
"""Share of what it is that counts as next to nothing, where the theory expects no difference."""
AS_IT_WAS, CHANGED = "as it is", "with the change"
"""The two worlds of a pair, in words."""
Pasts = NDArray[np.int64] | None
Verdict = Literal["moves", "not shown", "no difference"]
Expected = Literal["as expected", "open", "against it"]


@dataclass(frozen=True)
class Difference:
    """Effect of a change on one outcome: changed less as it is, over the members."""

    outcome: str
    title: str
    unit: str
    more: str
    """Meaning of a higher number, in words."""
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
        """True where most members are at one end of the outcome in both worlds, so that a difference can't show."""
        return self.at_bound.unreadable(AS_IT_WAS, CHANGED)

    @property
    def verdict(self) -> Verdict:
        """`moves` where the interval of the mean excludes zero; `no difference` where every member has zero."""
        if not self.changed:
            return "no difference"
        return "moves" if self.low > 0 or self.high < 0 else "not shown"

    @property
    def relative(self) -> float:
        """The mean difference as a share of what it is; NaN where that is nothing."""
        return self.mean / abs(self.as_it_is) if self.as_it_is else np.nan

    @property
    def expected(self) -> Expected:
        """Agreement with a theory that expects no difference: within 5% of what it is, beyond it, or open.

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
    """Effects of one scenario."""

    name: str
    scenario: Scenario
    differences: tuple[Difference, ...]
    courses: tuple[Course, ...]

    @property
    def changes_nothing(self) -> bool:
        """True where every outcome and every week of every series is as it was, in every member."""
        return not any([*(one.changed for one in self.differences), *(one.changed for one in self.courses)])

    @property
    def ratio(self) -> float:
        """The median variance ratio of its outcomes; NaN where none differs."""
        return _median(one.ratio for one in self.differences)


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A finished study: an answer for each scenario, in the order in which they were asked."""

    answers: tuple[Answer, ...]
    plan: Plan
    start: date
    members: int
    folder: Path
    worth: EffectiveSample | None = None
    """Independent draws that the members are worth; None where it is not known."""

    @property
    def of(self) -> dict[str, Answer]:
        """Answers by name."""
        return {answer.name: answer for answer in self.answers}

    @property
    def ratio(self) -> float:
        """The median variance ratio over all scenarios and outcomes; NaN where nothing differs."""
        return _median(one.ratio for answer in self.answers for one in answer.differences)


def _median(ratios: Iterable[float]) -> float:
    found = [one for one in ratios if np.isfinite(one)]
    return float(np.median(found)) if found else np.nan


def difference_of(
    outcome: Outcome, changed: Floats, as_it_is: Floats, *, pasts: Pasts = None, bounds: Bounds | None = None
) -> Difference:
    """The change in `outcome`; both (members,), of the same members in the same order.

    `pasts` are equal for members that share a past; `bounds` are the ends of the outcome's range.
    """
    d = changed - as_it_is
    mean, low, high = map(float, mean_interval(d, pasts=pasts))
    least, most = (float(x) for x in np.quantile(d, [LEAST, MOST]))
    share = float((d * np.sign(mean) > 0).mean()) if mean else np.nan
    ends = NOT_RECORDED if bounds is None else at_bounds(bounds, {AS_IT_WAS: as_it_is, CHANGED: changed})
    return Difference(
        outcome.name, outcome.title, outcome.unit, outcome.more, float(as_it_is.mean()), mean, low, high, least, most,
        share, float(variance_ratio(changed, as_it_is)), len(d), int(np.count_nonzero(d)), ends,
    )  # fmt: skip


def course_of(series: str, changed: Floats, as_it_is: Floats, *, pasts: Pasts = None) -> Course:
    """The difference in `series` by week; both (members, weeks)."""
    d, about = changed - as_it_is, SERIES[series]
    mean, low, high = mean_interval(d, pasts=pasts)
    least, most = np.quantile(d, [LEAST, MOST], axis=0)
    changed_in = int(d.any(axis=1).sum())
    return Course(
        series, about.title, about.unit, as_it_is.mean(axis=0), mean, low, high, least, most, changed_in
    )  # fmt: skip


def whatif(
    case: Case,
    scenarios: Mapping[str, Scenario],
    *,
    of: Iterable[str] = (),
    members: int = MEMBERS,
    out: Path | None = None,
    **options: Unpack[RunOptions],
) -> WhatIf:
    """Run each of `scenarios` beside the same members as they are, and tell the differences.

    Args:
        case: the loaded case.
        scenarios: what is changed, by the name under which it is shown.
        of: outcomes, as ``collapse`` or ``territory@2016-12-31``; the standard ones where none is named.
        members: histories of each scenario.
        out: the folder to keep what is measured in; one in the user's cache where not given.
        options: see `RunOptions`.

    A pair of which one run cannot be made is left out, with a warning.

    Raises `FissureError` for bad input or a disk that refuses, and `StoppedError` on Ctrl-C; what was measured is kept,
    and the same call goes on from it.
    """
    if not scenarios:
        raise ArgumentError("nothing was asked, expected at least one scenario")
    whole("members", members, 2, MOST_MEMBERS)
    worlds, folder = runs_of(case, of, out, **options)
    for scenario in scenarios.values():
        week_of(scenario.since, case, worlds.plan.weeks)
    each = range(members)
    with keeping(folder, asked_for(worlds, scenarios.values(), members)):
        worlds.measure((scenario, member) for scenario in (AS_IT_IS, *scenarios.values()) for member in each)
    there = worlds.finished((AS_IT_IS, *scenarios.values()), each)
    if len(there) < 2:
        raise ArgumentError(f"{folder}: {len(there)} pairs of runs were finished, expected two or more")
    return found_in(worlds, scenarios, there, case, folder)


def runs_of(
    case: Case, of: Iterable[str], out: Path | None, within: Path | None = None, **options: Unpack[RunOptions]
) -> tuple[PairedRuns, Path]:
    """The paired runs of what-ifs about the outcomes `of`, and their folder; see `folder_of`."""
    named: RunOptions = {**options, "units": None, "slots": None}
    plan = planned(case, **named)
    folder = out or folder_of(plan, within)
    series = {name: one.read for name, one in SERIES.items()}
    return PairedRuns.of(case, outcomes_of(of, case, plan.weeks), folder / "measured", series, **options), folder


def folder_of(plan: Plan, within: Path | None = None) -> Path:
    """The folder of measurements under `plan` unless one is named: `within`, or in the user's cache."""
    return (within or cache_base() / "runs") / f"whatif-{plan.folder_name}"


def asked_for(worlds: PairedRuns, scenarios: Iterable[Scenario], members: int) -> StudyManifest:
    """The manifest that the folder holds."""
    each = tuple(scenarios)
    runs = members * len({AS_IT_IS, *each})
    return StudyManifest("whatif", worlds.plan, members, runs, worlds.draws.until, tuple(map(str, each)))


def found_in(
    worlds: PairedRuns, scenarios: Mapping[str, Scenario], members: Sequence[int], case: Case, folder: Path
) -> WhatIf:
    """Answers of `members`, which were measured in all of `scenarios` and as they are."""
    answers = tuple(answer_of(name, scenario, worlds, members) for name, scenario in scenarios.items())
    worth = effective_size(worlds.draws, worlds.plan.seed, members)
    return WhatIf(answers, worlds.plan, case.start, len(members), folder, worth)


def answer_of(name: str, scenario: Scenario, worlds: PairedRuns, members: Sequence[int]) -> Answer:
    """Effects of `scenario` in `members`, which were measured in it and as they are."""
    changed, plain = worlds.values(scenario, members), worlds.values(AS_IT_IS, members)
    then, before = worlds.series(scenario, members), worlds.series(AS_IT_IS, members)
    plan, pasts = worlds.plan, pasts_of(worlds.draws, worlds.plan.seed, members)
    bounds = [bounds_of(outcome.name, plan.weeks, plan.units * plan.slots) for outcome in worlds.outcomes]
    differences = (
        difference_of(outcome, changed[:, i], plain[:, i], pasts=pasts, bounds=bounds[i])
        for i, outcome in enumerate(worlds.outcomes)
    )
    courses = (course_of(series, then[series], before[series], pasts=pasts) for series in worlds.weekly)
    return Answer(name, scenario, tuple(differences), tuple(courses))

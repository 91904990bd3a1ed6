"""Answers to the questions that a case's sources ask: for each, figures with intervals, and the study behind them.

Nothing is simulated here: an attribution (`explain`), paired runs (`whatif`) and the group as it was are looked up and
set beside the questions. The answers that were kept with a case are shown by its reports.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fissure.cases.loader import Case
from fissure.cases.naming import called, packaged_name
from fissure.engine.provenance import own_digest
from fissure.model.plugins import made_of
from fissure.studies import kept_results
from fissure.studies.attribution import ALL, INSIDE_ALONE, NONE, WAR_ALONE, Explanation
from fissure.studies.effective import EffectiveSample, few_histories
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import NOT_RECORDED, AtBounds, Outcome, at_bounds, bounds_of
from fissure.studies.questions import Question
from fissure.studies.shapley import Interval, mean_interval
from fissure.studies.whatif import AS_IT_WAS, CHANGED, Difference, Pasts, WhatIf

KEPT = "kept/answers.json"
Part = Literal["inside", "outside", "both", "all", "group", "difference", "as it is"]


@dataclass(frozen=True)
class Figure:
    """A number with its 90% interval: `part` says what of `title`, `who` which group, `least` and `most` are the 5%
    and 95% quantiles over members where they are known.
    """

    part: Part
    title: str
    unit: str
    more: str
    mean: float
    low: float
    high: float
    who: str = ""
    base: float | None = None
    """The number without the change, of a difference; with everything off, of an attribution."""
    least: float | None = None
    most: float | None = None
    at_bound: AtBounds = NOT_RECORDED
    """The ends of the outcome's range at which histories of the worlds are that the figure compares."""

    @property
    def excludes_zero(self) -> bool:
        """True where the interval excludes zero."""
        return self.low > 0 or self.high < 0

    @property
    def unreadable(self) -> bool:
        """True where most histories are at one end of the outcome in both worlds, so that a difference can't show."""
        return self.part in _COMPARED and self.at_bound.unreadable(*_COMPARED[self.part])


_COMPARED: Mapping[Part, tuple[str, str]] = {
    "all": (NONE, ALL),
    "inside": (NONE, INSIDE_ALONE),
    "outside": (NONE, WAR_ALONE),
    "difference": (AS_IT_WAS, CHANGED),
}
"""The two worlds that a part is the difference of, that of `Figure.base` first."""


@dataclass(frozen=True)
class Answer:
    """The model's answer to a question: `study` is the command that makes the figures, `members` what they rest on."""

    name: str
    asks: str
    claims: tuple[str, ...]
    figures: tuple[Figure, ...]
    study: str
    members: int
    caution: str
    worth: EffectiveSample | None = None
    """Independent draws that the members are worth; None where it is not known."""
    few_histories: str = ""
    """A warning where there are too few of them for an interval."""


@dataclass(frozen=True)
class Answers:
    """All answers of a case, and what they were made with."""

    case: str
    model: str
    """Digest of the model."""
    draws: str
    """Digest of the posterior that members were drawn from; empty for the prior."""
    start: str
    """First day of the run."""
    weeks: int
    command: str
    """The command that makes them again."""
    answers: tuple[Answer, ...]
    plugins: tuple[str, ...] = ()
    """Packages that bring mechanisms with which they were made, see `kept_results`."""
    case_digest: str = ""
    """Digest of the files of the case, where they were kept with one."""

    def save(self, path: str | Path) -> Path:
        """Write them as JSON, whole or not at all. Raises `FissureError` where that cannot be done."""
        return kept_results.write_as(Answers, self, Path(path))


@dataclass(frozen=True, eq=False)
class StudyResults:
    """Results of the studies that questions look their figures up in; one that no question names may be missing."""

    shared: Explanation | None
    whatifs: WhatIf | None
    asked: Sequence[Outcome]
    as_it_was: Floats
    """(members, outcomes) of `asked`, of members with nothing changed."""
    pasts: Pasts = None
    """(members,) equal for those of `as_it_was` that share a past; None where none do."""
    room: int = 0
    """Number of fighters that the model has room for."""
    weeks: int = 0
    """Weeks of the run."""


def answer(
    case: Case, questions: Sequence[Question], found: StudyResults, *, draws: str, weeks: int, command: str
) -> Answers:
    """Answer `questions` with what was `found` by members of `draws` over `weeks`.

    Raises `KeyError` where a question asks for an outcome or a study that was not found.
    """
    made = tuple(_answer(question, found, case) for question in questions)
    return Answers(case.name, own_digest(), draws, case.start.isoformat(), weeks, command, made, made_of())


def _answer(question: Question, found: StudyResults, case: Case) -> Answer:
    own = "" if packaged_name(case.folder) is not None else f" {called(case.folder)}"
    of = [f"--of {name}" for name in question.outcomes]
    if question.whatif:
        if found.whatifs is None:
            raise KeyError(question.whatif)
        figures, members = _differences(question, found.whatifs), found.whatifs.members
        study, worth = " ".join([f"fissure whatif{own} {question.whatif}", *of]), found.whatifs.worth
    elif question.run:
        asked = {one.name: at for at, one in enumerate(found.asked)}
        figures, members = (_plain(found, asked[question.run]),), len(found.as_it_was)
        study, worth = f"fissure run{own}", EffectiveSample.of(range(members) if found.pasts is None else found.pasts)
    else:
        (name,) = question.outcomes
        if found.shared is None:
            raise KeyError(name)
        figures, members = _shares(question, found.shared, name), found.shared.groups.members
        study = " ".join([f"fissure explain{own}", *of])
        worth = found.shared.worth.get(members)
    return Answer(
        question.name, question.asks, question.claims, figures, study, members, question.caution,
        worth, few_histories(members),
    )  # fmt: skip


def _figure(part: Part, about: Outcome | Difference, numbers: Iterable[Any], ends: AtBounds, **more: Any) -> Figure:
    """The figure of `about` whose mean, low and high are `numbers`."""
    mean, low, high = map(float, numbers)
    return Figure(part, about.title, about.unit, about.more, mean, low, high, at_bound=ends, **more)


def _differences(question: Question, whatifs: WhatIf) -> tuple[Figure, ...]:
    found = {one.outcome: one for one in whatifs.of[question.whatif or ""].differences}
    return tuple(
        _figure(
            "difference", one, (one.mean, one.low, one.high), one.at_bound,
            base=one.as_it_is, least=one.least, most=one.most,
        )
        for one in (found[name] for name in question.outcomes)
    )  # fmt: skip


def _plain(whole: StudyResults, at: int) -> Figure:
    outcome, found = whole.asked[at], whole.as_it_was[:, at]
    least, most = (float(x) for x in np.quantile(found, [0.05, 0.95]))
    ends = at_bounds(bounds_of(outcome.name, whole.weeks, whole.room), {AS_IT_WAS: found})
    return _figure("as it is", outcome, mean_interval(found, pasts=whole.pasts), ends, least=least, most=most)


def _shares(question: Question, shared: Explanation, name: str) -> tuple[Figure, ...]:
    """The weights of two groups; or the whole effect, and what of it is from inside, outside, and both only."""
    at = [one.name for one in shared.outcomes].index(name)
    outcome, ends, found, blocks = shared.outcomes[at], shared.bounds_at(at), shared.groups, shared.blocks
    if question.groups:
        places = [(group, found.players.index(group)) for group in question.groups]
        return tuple(
            _figure("group", outcome, (x[i, at] for x in (found.value, found.low, found.high)), ends, who=group)
            for group, i in places
        )
    parts: tuple[tuple[Part, Interval], ...] = (
        ("all", shared.effect), ("inside", blocks.inside), ("outside", blocks.outside), ("both", blocks.interaction)
    )  # fmt: skip
    base = float(shared.without_any.mean[at])
    return tuple(_figure(part, outcome, (x[at] for x in own), ends, base=base) for part, own in parts)


def kept(case: Case, draws: str = "") -> Answers | None:
    """The answers that lie with `case`, if some do and they were made by the model that there is now.

    They may have been made with fewer packages that bring mechanisms than there are now: see `kept_results`. `draws`
    is the digest of what members are drawn from, empty for the prior: with others they are of another model.
    """

    def fresh(found: Answers) -> bool:
        own = (found.model, found.draws) == (own_digest(), draws) and kept_results.is_of(found.case_digest, case)
        return own and kept_results.serves(found.plugins)

    return kept_results.first(case, KEPT, read_answers, fresh)


def read_answers(path: str | Path) -> Answers:
    """The answers that `Answers.save` wrote to `path`. Raises `FissureError` for anything else."""
    return kept_results.read_as(Answers, Path(path), "saved answers")

"""What the page shows of answers so far: each question, the differences side by side, and their course by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fissure.app.desk import Desk
from fissure.app.pages import Citation, citation
from fissure.app.questions import Question
from fissure.app.studio import Size, Standing
from fissure.present import formatting
from fissure.present.charts import differences, together
from fissure.present.formatting import signed
from fissure.studies.effective import few_histories
from fissure.studies.whatif import Answer, Course, WhatIf
from fissure.views import text_whatif as words
from fissure.views.report import whatif as report

LETTERS = "ABCD"
"""What questions side by side are called on charts, beside their names."""


@dataclass(frozen=True)
class Shown:
    """A question on the page, its answer as far as it is known."""

    letter: str
    standing: Standing
    found: WhatIf | None
    answer: Answer | None

    @property
    def key(self) -> str:
        """Its anchor."""
        return f"question-{self.letter.lower()}"

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.standing.question

    @property
    def query(self) -> str:
        """The query of the address that asks it alone."""
        return address([self.question], self.standing.size)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its differences as text."""
        return [report.row(one) for one in self.answer.differences] if self.answer else []

    @property
    def sentences(self) -> list[str]:
        """What it says."""
        return words.sentences(self.answer, self.question.study) if self.answer else []

    @property
    def few(self) -> str:
        """What has to be said where there are too few pairs for an interval."""
        return few_histories(self.found.members) if self.found else ""

    @property
    def rests(self) -> str:
        """What its intervals rest on."""
        return words.rests_on(self.found) if self.found else ""

    @property
    def pairing(self) -> str:
        """What pairing was worth."""
        return words.pairing(self.found) if self.found else ""

    def told(self, ahead: int = 0) -> dict[str, Any]:
        """What the script is told: what to ask, and how far its job is, before which `ahead` others come."""
        one, scenario, job = self.standing, self.question.scenario, self.standing.job
        study = self.question.study
        ask: dict[str, Any] = {"title": self.question.name, "members": one.size.members, "seed": one.size.seed}
        if study:
            ask["study"] = study.name
        else:
            ask |= {"set": [str(move) for move in scenario.moves], "off": list(scenario.off)}
            ask |= {"from": str(scenario.since)} if scenario.since else {}
        ask |= {"weeks": one.size.weeks} if one.size.weeks else {}
        how = {name: getattr(job, name) for name in ("phase", "done", "total", "left")} if job else {}
        return {
            **how, "id": one.id, "key": self.key, "title": self.question.title, "text": self.question.text,
            "state": one.state, "asked": job is not None, "known": one.known,
            "members": one.size.members, "ahead": ahead, "ask": ask,
            "error": job.error if job and one.state == "failed" else "",
        }  # fmt: skip


def shown(desk: Desk, questions: Sequence[Question], size: Size) -> list[Shown]:
    """The questions with what is known of each; where several are asked, of the same members."""
    standing = [desk.studio.standing(question, size) for question in questions]
    found = [desk.studio.answer(one) for one in standing]
    return [
        Shown(letter, one, known, known.answers[0] if known else None)
        for letter, one, known in zip(LETTERS, standing, found, strict=False)
    ]


def bare(standing: Sequence[Standing]) -> list[Shown]:
    """The questions without what is known of them."""
    return [Shown(letter, one, None, None) for letter, one in zip(LETTERS, standing, strict=False)]


def told(desk: Desk, each: Sequence[Shown]) -> list[dict[str, Any]]:
    """What the script is told of each question."""
    return [one.told(desk.jobs.ahead(one.standing.id)) for one in each]


@dataclass(frozen=True)
class Cell:
    """One question's difference in one outcome."""

    letter: str
    title: str
    row: dict[str, Any] | None
    picture: dict[str, float] | None


def crossed(each: Sequence[Shown]) -> list[tuple[str, str, str, list[Cell]]]:
    """Outcomes by question: title, unit, as it is, and a cell a question, whose pictures share one scale."""
    first = next((one.answer for one in each if one.answer), None)
    if first is None:
        return []
    out = []
    for at, outcome in enumerate(first.differences):
        own = [one.answer.differences[at] if one.answer else None for one in each]
        ends = [x for d in own if d for x in (d.low, d.high, d.least, d.most)]
        reach = max(map(abs, ends), default=0.0)
        cells = [
            Cell(one.letter, one.question.title, report.row(d) if d else None, report.picture(d, reach) if d else None)
            for one, d in zip(each, own, strict=True)
        ]
        out.append((outcome.title, formatting.unit(outcome.unit), formatting.number(outcome.as_it_is), cells))
    return out


def figures(each: Sequence[Shown]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What stands around each chart, and the specs by key: the report's own for one question, else one over another."""
    known = [one for one in each if one.answer and one.found and not one.answer.changes_nothing]
    if not known:
        return [], {}
    if len(each) == 1:
        one = known[0]
        assert one.answer is not None and one.found is not None
        told = [{**report.figure(one.answer, course, one.found), "key": course.series} for course in one.answer.courses]
        return told, {course.series: _alone(course, one.found) for course in one.answer.courses}
    parts, specs = [], {}
    for at, course in enumerate(known[0].answer.courses if known[0].answer else ()):
        own = [(one.letter, one.question.title, one.answer.courses[at]) for one in known if one.answer]
        start = known[0].found.start if known[0].found else None
        assert start is not None
        specs[course.series] = together.spec(own, start, [one.letter for one in each])
        parts.append(
            {
                "key": course.series,
                "title": course.title,
                "unit": formatting.unit(course.unit),
                "alt": together.describe(own),
                "header": ["Week of", *(f"{letter} (90% interval)" for letter, _, _ in own)],
                "numbers": _numbers([one for _, _, one in own], start),
            }
        )
    return parts, specs


def _numbers(courses: Sequence[Course], start: Any) -> list[tuple[str, ...]]:
    weeks = len(courses[0].mean)
    return [
        (
            formatting.day(start + timedelta(weeks=week)),
            *(
                f"{signed(float(c.mean[week]))} ({signed(float(c.low[week]))} to {signed(float(c.high[week]))})"
                for c in courses
            ),
        )
        for week in dict.fromkeys([*range(0, weeks - 1, report.EVERY), weeks - 1])
    ]


@lru_cache(maxsize=64)
def _alone(course: Course, found: WhatIf) -> dict[str, Any]:
    """The spec of the report, whose vertical scale follows its numbers, so that the band tightens in place."""
    return together.following(differences.spec(course, found.start))


def cited(desk: Desk, each: Sequence[Shown], size: Size) -> Citation | None:
    """How to cite what is shown; None where nothing is known yet."""
    told = [(one, desk.studio.told(one.standing)) for one in each if one.found]
    made = [(one, what) for one, what in told if what is not None]
    if not made:
        return None
    about, posterior = made[0][1].about, desk.posterior
    settings, case = desk.settings, desk.case
    own = (settings.units or case.units, settings.slots or case.slots) == (case.units, case.slots)
    asked = "; ".join(f"{one.question.title} ({one.question.levers}, {one.standing.known} pairs)" for one, _ in made)
    return citation(
        f"What if: {asked}. Paired differences, changed less as it is",
        case=desk.case.title,
        case_digest=about["digest of the case"],
        posterior=posterior.digest if posterior else "",
        until=posterior.until if posterior else None,
        seed=size.seed,
        members=max(one.standing.known for one, _ in made),
        weeks=about["weeks"],
        more={"Size": about["units and slots"], "Digest of the model": about["digest of the model"]},
        command="\n".join(what.command for _, what in made) if own else None,  # the command has no other size
    )


def address(questions: Sequence[Question], size: Size, **more: str) -> str:
    """The query of the address that asks these."""
    told: list[tuple[str, str]] = [("q", one.text) for one in questions]
    told += [("members", str(size.members))]
    told += [("seed", str(size.seed))] if size.seed != 1 else []
    told += [("weeks", str(size.weeks))] if size.weeks else []
    return urlencode([*told, *more.items()])

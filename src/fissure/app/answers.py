"""Answers so far on the page: each question with how far it is, the sections of the report, and what is exported."""

import csv as tables
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from fissure.api.whatifs import OWN, json_value
from fissure.app.desk import Desk, QuestionState, Size
from fissure.app.pages import Citation, PageData, attached, citation
from fissure.app.questions import Question
from fissure.errors import ArgumentError
from fissure.present.document import Section
from fissure.present.render.html import fragment, render
from fissure.present.sections import whatif
from fissure.studies.questions import Study
from fissure.studies.whatif import Answer, Difference, WhatIf

LETTERS = "ABCD"
"""Letters of questions side by side on charts, beside their names."""
FIELDS = ("as_it_is", "mean", "low", "high", "least", "most")
"""Columns of the table of an answer that are numbers."""


@dataclass(frozen=True)
class QuestionView:
    """A question on the page, its answer as far as it is known; `alone` where no other stands beside it."""

    letter: str
    standing: QuestionState
    found: WhatIf | None
    alone: bool

    @property
    def key(self) -> str:
        """Its anchor."""
        return f"question-{self.letter.lower()}"

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.standing.question

    @property
    def query(self) -> str:
        """The query of the address that asks it alone."""
        return address([self.question], self.standing.size)

    @property
    def reply(self) -> whatif.Reply:
        """It and its answer, as the report shows them."""
        answer, question = self.found.answers[0] if self.found else None, self.question
        letter = "" if self.alone else self.letter
        return whatif.Reply(self.key, question.title, answer, question.study, letter, self.standing.known)

    @property
    def remarks(self) -> Markup:
        """The remarks below it."""
        return fragment(whatif.remarks(self.reply, self.found), linked=True)


def views(desk: Desk, questions: Sequence[Question], size: Size, *, answered: bool = True) -> list[QuestionView]:
    """The questions with what is known of each (where `answered`); where several are asked, of the same members."""
    standing = [desk.studio.standing(question, size) for question in questions]
    alone = len(standing) == 1
    return [
        QuestionView(letter, one, desk.studio.answer(one) if answered else None, alone)
        for letter, one in zip(LETTERS, standing, strict=False)
    ]


def state(desk: Desk, view: QuestionView) -> PageData:
    """The data of the script on a question: what to ask, and how far its job is."""
    one, question, job = view.standing, view.question, view.standing.job
    ask: PageData = {"title": question.name, "members": one.size.members, "seed": one.size.seed}
    if question.study:
        ask["study"] = question.study.name
    else:
        scenario = question.scenario
        ask |= {"set": [str(move) for move in scenario.moves], "off": list(scenario.off)}
        ask |= {"from": str(scenario.since)} if scenario.since else {}
    ask |= {"weeks": one.size.weeks} if one.size.weeks else {}
    how = {name: getattr(job, name) for name in ("phase", "done", "total", "left")} if job else {}
    return {
        **how, "id": one.id, "key": view.key, "title": question.title, "text": question.text, "state": one.state,
        "asked": job is not None, "known": one.known, "members": one.size.members, "ahead": desk.jobs.ahead(one.id),
        "ask": ask, "error": job.error if job and one.state == "failed" else "",
    }  # fmt: skip


def sections(each: Sequence[QuestionView]) -> list[Section]:
    """The differences week by week and in a table, as in the report; nothing where nothing is known yet."""
    replies = [one.reply for one in each]
    known = [one.found for one in each if one.found]
    if not known:
        return []
    moved = any(one.answer and not one.answer.changes_nothing for one in replies)
    table = whatif.differences(replies, known[0] if len(each) == 1 else None)
    return [*([whatif.weekly(replies, known[0].start)] if moved else []), table]


def cited(desk: Desk, each: Sequence[QuestionView], size: Size) -> Citation | None:
    """The citation of what is shown; None where nothing is known yet."""
    made = [(one, what) for one in each if one.found and (what := desk.studio.result(one.standing)) is not None]
    if not made:
        return None
    about, posterior = made[0][1].about, desk.posterior
    settings, case = desk.settings, desk.case
    own = (settings.units or case.units, settings.slots or case.slots) == (case.units, case.slots)
    asked = "; ".join(f"{one.question.title} ({one.question.levers}, {one.standing.known} pairs)" for one, _ in made)
    return citation(
        f"What if: {asked}. Paired differences, changed less as it is", case=case.title,
        case_digest=about["digest of the case"], posterior=posterior.digest if posterior else "",
        until=posterior.until if posterior else None, seed=size.seed, weeks=about["weeks"],
        members=max(one.standing.known for one, _ in made),
        more={"Size": about["units and slots"], "Digest of the model": about["digest of the model"]},
        command="\n".join(what.command for _, what in made) if own else None,  # the command has no other size
    )  # fmt: skip


def address(questions: Sequence[Question], size: Size) -> str:
    """The query of the address that asks these."""
    said: list[tuple[str, object]] = [*(("q", one.text) for one in questions), ("members", size.members)]
    said += [("seed", size.seed)] if size.seed != 1 else []
    said += [("weeks", size.weeks)] if size.weeks else []
    return urlencode(said)


# Answers to take along: one HTML page that opens anywhere, and a table


def report(desk: Desk, standing: Sequence[QuestionState]) -> Response:
    """The report of `fissure whatif` on these questions, of as many pairs as all of them have, as an attachment.

    Raises `FissureError` where nothing is measured yet.
    """
    members = min((one.known for one in standing), default=0)
    results = [what for one in standing if (what := desk.studio.result(one, members)) is not None]
    if not results or len(results) < len(standing):
        raise ArgumentError("nothing is measured yet of some of these questions; ask them first")
    answers: list[Answer] = []
    studies: dict[str, Study] = {}
    titles: dict[str, str] = {}
    for at, (what, one) in enumerate(zip(results, standing, strict=True)):
        answer = what.found.answers[0]
        name = answer.name if one.question.study else f"{OWN}-{at + 1}"
        answers.append(replace(answer, name=name))
        titles[name] = one.question.title
        studies |= {name: one.question.study} if one.question.study else {}
    whole = replace(results[0].found, answers=tuple(answers), members=members)
    command = "\n".join(what.command for what in results)
    made = whatif.document(whole, desk.case.title, desk.ledger, studies, results[0].about, command, titles)
    return attached(render(made), "text/html", f"fissure-what-if-{_name(standing)}.html")


def csv(desk: Desk, standing: QuestionState) -> Response:
    """Differences and weekly courses of one question, as an attachment. Raises `FissureError` where none are known."""
    result = desk.studio.result(standing)
    if result is None:
        raise ArgumentError("nothing is measured yet of this question; ask it first")
    answer, out = result.found.answers[0], io.StringIO()
    writer = tables.writer(out, lineterminator="\r\n")
    writer.writerow(["what", "name", "title", "unit", "week", *FIELDS, "members", "at_end"])
    for one in answer.differences:
        numbers = [json_value(getattr(one, name)) for name in FIELDS]
        writer.writerow(["outcome", one.outcome, one.title, one.unit, "", *numbers, one.members, _ends(one)])
    for course in answer.courses:
        for week in range(len(course.mean)):
            day = result.found.start + timedelta(weeks=week)
            numbers = [json_value(float(getattr(course, name)[week])) for name in FIELDS]
            writer.writerow(["week", course.series, course.title, course.unit, day, *numbers, result.found.members, ""])
    return attached(out.getvalue(), "text/csv", f"fissure-what-if-{_name([standing])}.csv")


def _ends(one: Difference) -> str:
    """Histories at an end of an outcome, world by world."""
    return "; ".join(f"{end.world}: {end.count} of {end.of} at {end.bound:g}" for end in one.at_bound.found)


def _name(standing: Sequence[QuestionState]) -> str:
    """Part of a file's name."""
    one = standing[0].question
    return one.study.name if one.study and len(standing) == 1 else standing[0].id[:8]

"""What the page shows of answers so far: each question with how far it is, and the sections of the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from fissure.app.desk import Desk, Size, Standing
from fissure.app.pages import Citation, citation
from fissure.app.questions import Question
from fissure.present.document import Section
from fissure.present.render.html import fragment
from fissure.present.sections import whatif
from fissure.studies.whatif import WhatIf

LETTERS = "ABCD"
"""What questions side by side are called on charts, beside their names."""


@dataclass(frozen=True)
class Shown:
    """A question on the page, its answer as far as it is known; `alone` where no other stands beside it."""

    letter: str
    standing: Standing
    found: WhatIf | None
    alone: bool

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
    def reply(self) -> whatif.Reply:
        """It and its answer, as the report shows them."""
        answer, question = self.found.answers[0] if self.found else None, self.question
        letter = "" if self.alone else self.letter
        return whatif.Reply(self.key, question.title, answer, question.study, letter, self.standing.known)

    @property
    def remarks(self) -> Markup:
        """What stands below it."""
        return fragment(whatif.remarks(self.reply, self.found), linked=True)

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
    alone = len(standing) == 1
    return [Shown(letter, one, desk.studio.answer(one), alone) for letter, one in zip(LETTERS, standing, strict=False)]


def bare(standing: Sequence[Standing]) -> list[Shown]:
    """The questions without what is known of them."""
    alone = len(standing) == 1
    return [Shown(letter, one, None, alone) for letter, one in zip(LETTERS, standing, strict=False)]


def told(desk: Desk, each: Sequence[Shown]) -> list[dict[str, Any]]:
    """What the script is told of each question."""
    return [one.told(desk.jobs.ahead(one.standing.id)) for one in each]


def sections(each: Sequence[Shown]) -> list[Section]:
    """The differences week by week and in a table, as in the report; nothing where nothing is known yet."""
    replies = [one.reply for one in each]
    known = [one.found for one in each if one.found]
    if not known:
        return []
    moved = any(one.answer and not one.answer.changes_nothing for one in replies)
    table = whatif.differences(replies, known[0] if len(each) == 1 else None)
    return [*([whatif.weekly(replies, known[0].start)] if moved else []), table]


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

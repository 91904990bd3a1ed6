"""Answers to take along: one HTML page that opens anywhere, and a table."""

import csv as tables
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from fissure.api.whatifs import OWN, plain
from fissure.app.desk import Desk, Standing
from fissure.errors import ArgumentError
from fissure.present.render.html import render
from fissure.present.sections.whatif import document
from fissure.studies.questions import Study
from fissure.studies.whatif import Answer, Difference, WhatIf

FIELDS = ("as_it_is", "mean", "low", "high", "least", "most")


def report(desk: Desk, standing: Sequence[Standing]) -> Response:
    """The report of `fissure whatif` on these questions, of as many pairs as all of them have, as an attachment.

    Raises `FissureError` where nothing is measured yet.
    """
    members = min((one.known for one in standing), default=0)
    each = [desk.studio.told(one, members) for one in standing]
    told = [one for one in each if one is not None]
    if not told or len(told) < len(standing):
        raise ArgumentError("nothing is measured yet of some of these questions; ask them first")
    answers: list[Answer] = []
    studies: dict[str, Study] = {}
    titles: dict[str, str] = {}
    for at, (what, one) in enumerate(zip(told, standing, strict=True)):
        answer = what.found.answers[0]
        name = answer.name if one.question.study else f"{OWN}-{at + 1}"
        answers.append(replace(answer, name=name))
        titles[name] = one.question.title
        studies |= {name: one.question.study} if one.question.study else {}
    first = told[0].found
    whole = WhatIf(tuple(answers), first.plan, first.start, members, first.folder, first.worth)
    command = "\n".join(what.command for what in told)
    made = document(whole, desk.case.title, desk.ledger, studies, told[0].about, command, titles)
    return _attached(render(made), "text/html", f"fissure-what-if-{_name(standing)}.html")


def csv(desk: Desk, standing: Standing) -> Response:
    """Differences and weekly courses of one question."""
    told = desk.studio.told(standing)
    if told is None:
        raise ArgumentError("nothing is measured yet of this question; ask it first")
    answer, out = told.found.answers[0], io.StringIO()
    writer = tables.writer(out, lineterminator="\r\n")
    writer.writerow(["what", "name", "title", "unit", "week", *FIELDS, "members", "at_end"])
    for one in answer.differences:
        numbers = [_cell(getattr(one, name)) for name in FIELDS]
        writer.writerow(["outcome", one.outcome, one.title, one.unit, "", *numbers, one.members, _ends(one)])
    for course in answer.courses:
        for week in range(len(course.mean)):
            day = told.found.start + timedelta(weeks=week)
            numbers = [_cell(float(getattr(course, name)[week])) for name in FIELDS]
            writer.writerow(["week", course.series, course.title, course.unit, day, *numbers, told.found.members, ""])
    return _attached(out.getvalue(), "text/csv", f"fissure-what-if-{_name([standing])}.csv")


def _ends(one: Difference) -> str:
    """How many histories are at an end of an outcome, world by world."""
    return "; ".join(f"{end.world}: {end.count} of {end.of} at {end.bound:g}" for end in one.at_bound.found)


def _cell(x: float) -> Any:
    found = plain(x)
    return "" if found is None else found


def _attached(text: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=f"{kind}; charset=utf-8", headers=headers)


def _name(standing: Sequence[Standing]) -> str:
    """Part of a file's name."""
    one = standing[0].question
    return one.study.name if one.study and len(standing) == 1 else standing[0].id[:8]

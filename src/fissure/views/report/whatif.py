"""The page of what-ifs: each question, its answer in words, one table, and the difference week by week."""

import math
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.evidence.entries import Claim
from fissure.evidence.ledger import Ledger
from fissure.files import write_whole
from fissure.present import formatting
from fissure.present.charts import differences, theme
from fissure.present.formatting import signed
from fissure.present.render.html import as_json, bundle, check_place, environment, explained, web
from fissure.studies.effective import few_histories
from fissure.studies.questions import Study
from fissure.studies.whatif import Answer, Course, Difference, WhatIf
from fissure.views import text_whatif as words

WIDTH, HALF = 150, 70
"""Pixels of an interval's picture, and of its longer side from zero."""
STYLES = {"moves": "bound-kept", "not shown": "near", "no difference": "not-compared"}
EVERY = 26
"""Weeks between the rows of a chart's numbers."""


def write_whatif(
    found: WhatIf, case: Case, ledger: Ledger, studies: Mapping[str, Study], path: Path, *, about: Mapping[str, Any]
) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `studies` are the named ones among what was asked; `about` holds version, command and what else is told of how it
    was made. Raises `FissureError` when the page cannot be written.
    """
    check_place(path)
    text = render_whatif(found, case, ledger, studies, about=about)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_whatif(
    found: WhatIf,
    case: Case,
    ledger: Ledger,
    studies: Mapping[str, Study],
    *,
    about: Mapping[str, Any],
    titles: Mapping[str, str] | None = None,
) -> str:
    """The page as text; see `write_whatif`. `titles` name answers that are no named study's."""
    specs = {
        key_of(answer, course): differences.spec(course, found.start)
        for answer in found.answers
        if not answer.changes_nothing
        for course in answer.courses
    }
    cited = {id_: ledger.claims[id_] for study in studies.values() for id_ in study.claims}
    return (
        environment()
        .get_template("whatif.html.j2")
        .render(
            case=case,
            about=about,
            members=found.members,
            few=few_histories(found.members),
            rests=words.rests_on(found),
            key=words.KEY,
            nothing=words.NOTHING,
            pairing=words.pairing(found),
            answers=[_answer(answer, studies.get(answer.name), found, titles or {}) for answer in found.answers],
            claims=[claim_row(claim, ledger) for claim in cited.values()],
            sources=[ledger.sources[id_] for id_ in dict.fromkeys(claim.source for claim in cited.values())],
            width=WIDTH,
            bundle=Markup(bundle()),
            shared=as_json({"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}),
        )
    )


def key_of(answer: Answer, course: Course) -> str:
    """Names a chart."""
    return f"{answer.name}-{course.series}"


def _answer(answer: Answer, study: Study | None, found: WhatIf, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": answer.name,
        "title": study.title if study else titles.get(answer.name, "Your own question"),
        "study": study,
        "options": answer.scenario.options or "nothing is changed",
        "nothing": answer.changes_nothing,
        "sentences": words.sentences(answer, study),
        "rows": [row(one) for one in answer.differences],
        "figures": [] if answer.changes_nothing else [figure(answer, course, found) for course in answer.courses],
    }


def row(one: Difference) -> dict[str, Any]:
    """A difference as text, with its picture."""
    return {
        "title": one.title,
        "unit": formatting.unit(one.unit),
        "as_it_is": formatting.number(one.as_it_is),
        "mean": signed(one.mean),
        "interval": words.interval(one),
        "history": words.history(one),
        "share": words.share(one),
        "ratio": f"× {formatting.number(one.ratio)}" if math.isfinite(one.ratio) else "–",
        "words": words.way(one),
        "style": STYLES[one.verdict],
        "picture": picture(one),
    }


def picture(one: Difference, reach: float | None = None) -> dict[str, float] | None:
    """Where zero, the interval of the mean, its middle and the span of histories lie, in pixels.

    Each has a scale of its own unless told how far it is to `reach`. None where every history has zero.
    """
    ends = {"low": one.low, "high": one.high, "middle": one.mean, "least": one.least, "most": one.most}
    if not any(ends.values()):
        return None
    reach = reach or max(map(abs, ends.values()))
    zero = WIDTH / 2
    at = {name: round(zero + HALF * x / reach, 1) for name, x in ends.items()}
    at |= {"zero": zero, "length": max(at["high"] - at["low"], 1.0), "span": max(at["most"] - at["least"], 1.0)}
    return at


def figure(answer: Answer, course: Course, found: WhatIf) -> dict[str, Any]:
    """What stands around the chart of a course, and its numbers as text."""
    weeks = len(course.mean)
    shown = [*range(0, weeks - 1, EVERY), weeks - 1]
    return {
        "key": key_of(answer, course),
        "title": course.title,
        "unit": formatting.unit(course.unit),
        "alt": differences.describe(course),
        "numbers": [
            (
                formatting.day(found.start + timedelta(weeks=week)),
                formatting.number(float(course.as_it_is[week])),
                signed(float(course.mean[week])),
                f"{signed(float(course.low[week]))} to {signed(float(course.high[week]))}",
                f"{signed(float(course.least[week]))} to {signed(float(course.most[week]))}",
            )
            for week in dict.fromkeys(shown)
        ],
    }


def claim_row(claim: Claim, ledger: Ledger) -> dict[str, Any]:
    """A claim with where it stands."""
    letter = claim.id[-1:] if claim.id[-1:].isalpha() else ""
    return {
        "id": claim.id,
        "place": f"{claim.source}:{claim.line}{letter}",
        "paraphrase": claim.paraphrase,
        "source": claim.source,
        "address": web(ledger.sources[claim.source].address),
    }

"""What if: compose a change, watch the difference that it makes, compare up to four."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, environment, page
from fissure.app.what_if import answered, composer, export
from fissure.app.what_if.questions import LONG, Question, once
from fissure.app.what_if.studio import Size
from fissure.errors import FissureError, nearest
from fissure.present.document import Notice
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections.parts import place_of
from fissure.present.sections.whatif import KIND
from fissure.studies.refusal import refuse

KNOWN = ("q", "draft", "members", "seed", "weeks")


router = APIRouter(include_in_schema=False)
Texts = Annotated[list[str] | None, Query(max_length=16)]
Whole = Annotated[int | None, Query(ge=0, le=2**53)]


@dataclass(frozen=True)
class Address:
    """What an address asks."""

    questions: tuple[Question, ...]
    size: Size
    draft: Question | None


def _read(request: Request, desk: Desk, q: Sequence[str], draft: str | None, size: Size) -> Address:
    """What is asked. Raises `FissureError`, one sentence, for what cannot be."""
    refuse(request.query_params)
    for name in request.query_params:
        if name not in KNOWN:
            raise FissureError(f"the address says '{name[:40]}='{nearest(name, KNOWN)}; expected {', '.join(KNOWN)}")
    most = desk.settings.limits.compared
    if len(q) > most:
        raise FissureError(f"{len(q)} questions stand side by side, expected at most {most}")
    reader = desk.studio.reader(size.weeks)
    return Address(once(reader.read(text) for text in q), size, reader.read(draft) if draft else None)


@router.get("/what-if")
def whatif(
    request: Request, desk: AtDesk, q: Texts = None, draft: Annotated[str | None, Query(max_length=LONG)] = None,
    members: Whole = None, seed: Whole = None, weeks: Whole = None,
) -> HTMLResponse:  # fmt: skip
    """The view."""
    asked = _read(request, desk, q or [], draft, desk.studio.size(members, seed, weeks))
    desk.studio.warm()
    studies = desk.studio.studies
    told, specs, texts = _answers(desk, asked)
    length = asked.size.weeks or desk.studio.most_weeks
    shared: dict[str, Any] = {
        "specs": specs,
        "questions": texts,
        "start": desk.case.start.isoformat(),
        "weeks": length,
        "most": desk.settings.limits.compared,
        "studies": {one.name: desk.studio.reader().of(study=one.name).scenario.options for one in studies.values()},
        "draftStudy": asked.draft.study.name if asked.draft and asked.draft.study else None,
    }
    kind = Notice((KIND,), "What kind of numbers these are", "small")
    others = [("q", one.text) for one in asked.questions] + [("members", str(asked.size.members))]
    return page(
        request, "what-if", shared=shared, kind=fragment([kind]), **told,
        draft=asked.draft, rows=composer.rows(desk, asked.draft), groups=composer.switches(asked.draft),
        line=composer.time_line(desk.case, length), wide=composer.WIDE, high=composer.HIGH, weeks=length,
        most_factor=composer.MOST_FACTOR, studies=studies, claims=desk.ledger.claims, place_of=place_of,
        start_from={name: "what-if?" + urlencode([*others, ("draft", f"study={name}")]) + "#compose"
                    for name in studies},
        most_members=desk.settings.limits.members, **_saved(desk),
    )  # fmt: skip


@router.get("/what-if/part")
def part(
    request: Request, desk: AtDesk, q: Texts = None, draft: Annotated[str | None, Query(max_length=LONG)] = None,
    members: Whole = None, seed: Whole = None, weeks: Whole = None,
) -> JSONResponse:  # fmt: skip
    """The answers alone, for the page to put in place of what it shows: HTML, chart specs, what to ask."""
    asked = _read(request, desk, q or [], draft, desk.studio.size(members, seed, weeks))
    told, specs, texts = _answers(desk, asked)
    html = environment().get_template("what-if-answers.html.j2").render(case=desk.case, **told)
    return JSONResponse({"html": html, "specs": specs, "questions": texts})


@router.get("/what-if/saved")
def saved(
    request: Request, desk: AtDesk, q: Texts = None, draft: Annotated[str | None, Query(max_length=LONG)] = None,
    members: Whole = None, seed: Whole = None, weeks: Whole = None,
) -> HTMLResponse:  # fmt: skip
    """The list of saved questions, as it stands on the page with that address."""
    asked = _read(request, desk, q or [], draft, desk.studio.size(members, seed, weeks))
    told = {"each": asked.questions, "query": answered.address(asked.questions, asked.size), **_saved(desk)}
    return HTMLResponse(environment().get_template("what-if-saved.html.j2").render(**told))


@router.get("/what-if/report")
def report(
    request: Request, desk: AtDesk, q: Texts = None,
    members: Whole = None, seed: Whole = None, weeks: Whole = None,
) -> Response:  # fmt: skip
    """All questions of an address as one HTML page that opens anywhere."""
    asked = _read(request, desk, q or [], None, desk.studio.size(members, seed, weeks))
    return export.report(desk, [desk.studio.standing(one, asked.size) for one in asked.questions])


@router.get("/what-if/csv")
def table(
    request: Request, desk: AtDesk, q: Texts = None,
    members: Whole = None, seed: Whole = None, weeks: Whole = None,
) -> Response:  # fmt: skip
    """The one question of an address as a table, also of a server that was started since it was asked."""
    asked = _read(request, desk, q or [], None, desk.studio.size(members, seed, weeks))
    if len(asked.questions) != 1:
        raise FissureError(f"found {len(asked.questions)} questions, expected one")
    return export.csv(desk, desk.studio.standing(asked.questions[0], asked.size))


def _saved(desk: Desk) -> dict[str, Any]:
    """What the list of saved questions takes."""
    found = desk.studio.saved.all(desk.case.name)
    most = desk.settings.limits.compared
    return {"saved": found, "saved_at": {one.id: urlencode({"q": one.q}) for one in found}, "most": most}


def _answers(desk: Desk, asked: Address) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """What the template of the answers takes, the specs of its charts, and what the script is told."""
    each = answered.shown(desk, asked.questions, asked.size)
    found = answered.sections(each)
    cited = answered.cited(desk, each, asked.size)
    without = {
        one.letter: "what-if?" + answered.address([x for x in asked.questions if x != one.question], asked.size)
        for one in each
    }
    told = {
        "each": each, "size": asked.size, "cited": cited, "without": without,
        "found": {one.key: fragment([one], linked=True) for one in found},
        "query": answered.address(asked.questions, asked.size),
        "has_report": bool(each) and all(one.found for one in each),
    }  # fmt: skip
    return told, dict(specs_of(found)), [one.told() for one in each]

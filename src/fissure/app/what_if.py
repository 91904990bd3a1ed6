"""The what-if view: compose a change, watch the difference that it makes, compare up to four."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from fissure.app import answers, composer
from fissure.app.desk import Desk, Size
from fissure.app.jobs import ENDED
from fissure.app.pages import BEGIN, AtDesk, PageData, changes, environment, listening, page
from fissure.app.questions import LEVERS, LONG, NAME, Question, once
from fissure.errors import ArgumentError, nearest
from fissure.present.document import Notice
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections.whatif import KIND
from fissure.studies.scenario import refuse

KNOWN = ("q", "draft", "members", "seed", "weeks")
router = APIRouter(include_in_schema=False)
Texts = Annotated[list[str] | None, Query(max_length=16)]
Whole = Annotated[int | None, Query(ge=0, le=2**53)]
Text = Annotated[str | None, Query(max_length=LONG)]


@dataclass(frozen=True)
class Address:
    """The questions of an address."""

    questions: tuple[Question, ...]
    size: Size
    draft: Question | None

    @property
    def query(self) -> str:
        """The query of the address, without the draft."""
        return answers.address(self.questions, self.size)


def _address(
    request: Request, desk: AtDesk, q: Texts = None, draft: Text = None, members: Whole = None, seed: Whole = None,
    weeks: Whole = None,
) -> Address:  # fmt: skip
    """Read an address. Raises `FissureError`, one sentence, for what cannot be asked."""
    refuse(request.query_params)
    for name in request.query_params:
        if name not in KNOWN:
            raise ArgumentError(f"the address says '{name[:40]}='{nearest(name, KNOWN)}; expected {', '.join(KNOWN)}")
    size, most = desk.studio.size(members, seed, weeks), desk.settings.limits.compared
    if q and len(q) > most:
        raise ArgumentError(f"{len(q)} questions stand side by side, expected at most {most}")
    reader = desk.studio.reader(size.weeks)
    return Address(once(map(reader.read, q or ())), size, reader.read(draft) if draft else None)


AtAddress = Annotated[Address, Depends(_address)]


@router.get("/what-if")
def whatif(request: Request, desk: AtDesk, asked: AtAddress) -> HTMLResponse:
    """The view."""
    desk.studio.warm()
    studies, limits, draft = desk.context.studies, desk.settings.limits, asked.draft
    values, specs, texts = _answers(desk, asked)
    length = asked.size.weeks or desk.studio.most_weeks
    shared: PageData = {
        "specs": specs, "questions": texts, "start": desk.case.start.isoformat(), "weeks": length,
        "most": limits.compared, "draftStudy": draft.study.name if draft and draft.study else None,
    }  # fmt: skip
    kind = Notice((KIND,), "What kind of numbers these are", "small")
    others = [("q", one.text) for one in asked.questions] + [("members", str(asked.size.members))]
    return page(
        request, "what-if", shared=shared, kind=fragment([kind]), **values,
        draft=draft, rows=composer.rows(desk, draft), groups=composer.switches(draft),
        line=composer.time_line(desk.case, length), wide=composer.WIDE, high=composer.HIGH, weeks=length,
        most_factor=composer.MOST_FACTOR, studies=studies, claims=desk.ledger.claims,
        start_from={name: "what-if?" + urlencode([*others, ("draft", f"study={name}")]) + "#compose"
                    for name in studies},
        most_members=limits.members, **_saved(desk),
    )  # fmt: skip


class MovedDriver(BaseModel):
    """A driver as it stands in the composer."""

    name: str = Field(max_length=120)
    how: Literal["times", "to"]
    value: float = Field(allow_inf_nan=False)


class ComposerFields(BaseModel):
    """The fields of the composer."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=NAME)
    study: str | None = Field(None, max_length=NAME, description="the named study that it began with")
    moves: list[MovedDriver] = Field([], max_length=LEVERS)
    off: list[str] = Field([], max_length=LEVERS)
    since: str | None = Field(None, max_length=10)
    pairs: int | None = Field(None, ge=0, le=2**53)


@router.post("/what-if/composed")
def composed(desk: AtDesk, asked: AtAddress, fields: ComposerFields) -> dict[str, str]:
    """The question that the composer makes: its text, and the address that asks it beside those of this one."""
    size = desk.studio.size(asked.size.members if fields.pairs is None else fields.pairs, asked.size.seed,
                            asked.size.weeks)  # fmt: skip
    moves = [(one.name, one.how, one.value) for one in fields.moves]
    question = desk.studio.reader(size.weeks).composed(fields.name, fields.study, moves, fields.off, fields.since)
    return {"q": question.text, "address": f"what-if?{answers.address([*asked.questions, question], size)}"}


@router.get("/what-if/part")
def part(desk: AtDesk, asked: AtAddress) -> PageData:
    """The answers alone, for the page to put in place of what it shows: HTML, chart specs, what to ask."""
    return _part(desk, asked)


@router.get("/what-if/events", response_class=EventSourceResponse, dependencies=[Depends(listening)])
async def events(
    desk: AtDesk, asked: AtAddress, last_event_id: Annotated[str | None, Header(max_length=100)] = None
) -> AsyncIterator[ServerSentEvent]:
    """`event: answers` at each change of the jobs of an address, with the HTML where pairs have come; then `end`."""
    ids = await run_in_threadpool(lambda: [desk.studio.id_of(one, asked.size) for one in asked.questions])
    shown = last_event_id
    yield BEGIN
    async for jobs in changes(desk, lambda: [desk.jobs.get(id) for id in ids]):
        found = await run_in_threadpool(_part, desk, asked, shown)
        shown = found["known"]
        yield ServerSentEvent(event="answers", id=shown, data=found)
        if all(job is None or job.state in ENDED for job in jobs):
            yield ServerSentEvent(event="end", raw_data="null")
            return


@router.get("/what-if/saved")
def saved(desk: AtDesk, asked: AtAddress) -> HTMLResponse:
    """The list of saved questions, as it stands on the page with that address."""
    values = {"each": asked.questions, "query": asked.query, **_saved(desk)}
    return HTMLResponse(environment().get_template("what-if-saved.html.j2").render(**values))


@router.get("/what-if/report")
def report(desk: AtDesk, asked: AtAddress) -> Response:
    """All questions of an address as one HTML page that opens anywhere."""
    return answers.report(desk, [desk.studio.standing(one, asked.size) for one in asked.questions])


@router.get("/what-if/csv")
def table(desk: AtDesk, asked: AtAddress) -> Response:
    """The one question of an address as a table, also of a server that was started since it was asked."""
    if len(asked.questions) != 1:
        raise ArgumentError(f"found {len(asked.questions)} questions, expected one")
    return answers.csv(desk, desk.studio.standing(asked.questions[0], asked.size))


def _saved(desk: Desk) -> PageData:
    """The data of the list of saved questions."""
    found = desk.studio.saved.all(desk.case.name)
    most = desk.settings.limits.compared
    return {"saved": found, "saved_at": {one.id: urlencode({"q": one.q}) for one in found}, "most": most}


def _part(desk: Desk, asked: Address, shown: str | None = None) -> PageData:
    """The state of each question, and the HTML and chart specs of the answers where these are others than `shown`."""
    each = answers.views(desk, asked.questions, asked.size, answered=False)
    if (known := "-".join(str(one.standing.known) for one in each)) == shown:
        return {"known": known, "questions": [answers.state(desk, one) for one in each]}
    values, specs, texts = _answers(desk, asked)
    html = environment().get_template("what-if-answers.html.j2").render(case=desk.case, **values)
    known = "-".join(str(one["known"]) for one in texts)
    return {"known": known, "html": html, "specs": specs, "questions": texts}


def _answers(desk: Desk, asked: Address) -> tuple[PageData, PageData, list[PageData]]:
    """The data of the template of the answers, the specs of its charts, and the data of the script."""
    each = answers.views(desk, asked.questions, asked.size)
    sections = answers.sections(each)
    without = {
        one.letter: "what-if?" + answers.address([x for x in asked.questions if x != one.question], asked.size)
        for one in each
    }
    values = {
        "each": each, "size": asked.size, "cited": answers.cited(desk, each, asked.size), "without": without,
        "found": {one.key: fragment([one], linked=True) for one in sections}, "query": asked.query,
        "has_report": bool(each) and all(one.found for one in each),
    }  # fmt: skip
    return values, dict(specs_of(sections)), [answers.state(desk, one) for one in each]

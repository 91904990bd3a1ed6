"""Studies and jobs: what can be asked, asking it, the answer so far, and what the server is computing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException
from fastapi import Path as InPath
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from fissure.api import whatifs
from fissure.app import answers, composer, questions
from fissure.app.desk import MOST_SEED, QuestionState
from fissure.app.jobs import Job, Jobs
from fissure.app.pages import BEGIN, AtDesk, changes, listening
from fissure.app.questions import LEVERS, LONG, NAME
from fissure.app.run_view import EffectiveSize
from fissure.app.schemas import ResultSchema, refusal, schema_of
from fissure.errors import ArgumentError, nearest
from fissure.studies.effective import few_histories
from fissure.studies.outcomes import AtBound, Outcome, outcomes_of
from fissure.studies.questions import Study
from fissure.studies.scenario import refuse
from fissure.studies.whatif import Course, Difference
from fissure.version import __version__

router = APIRouter(prefix="/api", tags=["studies"])
of_jobs = APIRouter(prefix="/api", tags=["jobs"])
Id = Annotated[str, InPath(min_length=1, max_length=64, pattern=r"^[a-f0-9]+$", description="the id of a study")]
JobId = Annotated[str, InPath(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$", description="the id of a job")]
Lever = Annotated[str, Field(min_length=1, max_length=120)]
BUSY = refusal(503, "Too many questions wait; ask again after the seconds of `retry-after`.")
UNKNOWN = refusal(404, "No such study was asked since the server started.")
NO_JOB = refusal(404, "No such job is known.")


@schema_of(
    Job, without=("asked",), phase="what it does now, in words", done="steps of this phase that are done",
    total="steps of this phase", left="seconds left of this phase, as far as its rate tells",
    error="why it failed, one sentence", version="grows with every change",
)  # fmt: skip
class JobSchema(ResultSchema):
    """A job as it stands."""

    ahead: int = Field(description="jobs that come before it")
    result: dict[str, Any] | None = Field(description="a small summary of what it has found so far")


class StudyJob(JobSchema):
    """The job that measures the answer, and where a person sees it."""

    page: str = Field(description="address of the page that shows it, relative to the root of the page")


class StudyRequest(BaseModel):
    """A what-if: a named study, or drivers that are moved and mechanisms that are switched off."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    study: Annotated[str, Field(min_length=1, max_length=NAME)] | None = Field(None, description="a named study")
    set: list[Lever] = Field([], max_length=LEVERS, description="drivers, as forcing.strikes=x2 or forcing.strikes=700")
    off: list[Lever] = Field([], max_length=LEVERS, description="mechanisms that are switched off")
    since: Annotated[str, Field(min_length=7, max_length=10)] | None = Field(
        None, alias="from", description="the day (2015-03-16) or month (2015-03) from which it holds"
    )
    title: Annotated[str, Field(max_length=NAME)] = Field("", description="what to call it")
    members: int | None = Field(None, ge=2, le=1_000_000, description="pairs; 48 where not given")
    seed: int = Field(1, ge=0, le=MOST_SEED)
    weeks: int | None = Field(None, ge=1, le=2000, description="weeks from the start; all where not given")


@schema_of(Study, renamed={"moves": "set", "since": "from"})
class NamedStudy(ResultSchema):
    """A question that comes with the case."""


@schema_of(
    composer.Driver, low="5% quantile of its prior; null for a forcing",
    high="95% quantile of its prior; null for a forcing", least="what it cannot go below; null where there is no bound",
    most="what it cannot go above; null where there is no bound",
    settable="whether it can be set to a value, not only multiplied",
)  # fmt: skip
class DriverSchema(ResultSchema):
    """Something that can be moved."""


@schema_of(Outcome, without=("measure",), more="what a higher number says")
class OutcomeSchema(ResultSchema):
    """Something that answers tell of."""


@schema_of(
    AtBound, world="as it is, or with the change", least="whether it is at least so many",
    near="whether it is enough to be near that end, where differences still show",
)  # fmt: skip
class AtBoundSchema(ResultSchema):
    """Histories of a world that are at an end of an outcome: differences from or to them are lower bounds."""


@schema_of(
    Difference, low="lower end of the 90% interval of the mean", high="its upper end",
    least="5% quantile of single histories", most="95% quantile of single histories",
    share="share of histories that go the way of the mean",
    ratio="by how many times more members unpaired ensembles would need",
)  # fmt: skip
class DifferenceSchema(ResultSchema):
    """The effect of a change on one outcome: changed less as it is, paired; null where a number is not defined."""

    verdict: str
    at_bound: list[AtBoundSchema] | None = Field(
        description="histories at an end of the outcome's range; null: not recorded"
    )
    unreadable: bool = Field(description="whether most are at one end with and without, so that nothing can show")


@schema_of(Course, without=("series", "title", "changed"))
class CourseSchema(ResultSchema):
    """Paired differences by week."""


class AnswerSchema(BaseModel):
    """The answer so far."""

    id: str
    state: str
    error: str = Field(description="why it failed, if it did")
    title: str
    study: str | None
    set: list[str]
    off: list[str]
    since: date | None = Field(serialization_alias="from")
    members: int = Field(description="pairs that it rests on; 0 where nothing is measured yet")
    of: int = Field(description="pairs that were asked for")
    effective_size: EffectiveSize | None = Field(description="null where nothing is measured yet")
    few_histories: str | None = Field(description="a warning where there are too few for an interval; else null")
    start: date = Field(description="first day of the first week")
    differences: list[DifferenceSchema]
    weekly: dict[str, CourseSchema]
    about: dict[str, Any] = Field(description="how it was made")


@router.get("/studies/named", summary="The questions that come with the case")
def named(desk: AtDesk) -> list[NamedStudy]:
    """Each with the claims that raise it, why its levers stand for it, and how its answer could be wrong."""
    return [NamedStudy.model_validate(one) for one in desk.context.studies.values()]


@router.get("/studies/drivers", summary="What can be moved")
def drivers(desk: AtDesk) -> list[DriverSchema]:
    """Drivers that the case imposes, and every parameter with what is believed of it."""
    return [DriverSchema.model_validate(one) for one in composer.drivers(desk)]


@router.get("/studies/outcomes", summary="What answers tell of")
def outcomes(desk: AtDesk) -> list[OutcomeSchema]:
    """The standard outcomes of the case."""
    return [OutcomeSchema.model_validate(one) for one in outcomes_of((), desk.case, desk.studio.most_weeks)]


@router.post("/studies", summary="Ask a what-if", status_code=202, responses=BUSY)
def ask(desk: AtDesk, body: StudyRequest) -> StudyJob:
    """Begin to measure it, or join who asked the same before; what was measured earlier is not measured again."""
    more = body.model_extra or {}
    refuse(more)
    if more:
        name = next(iter(more))
        raise ArgumentError(
            f"there is nothing called '{name[:NAME]}' to ask with{nearest(name, StudyRequest.model_fields)}"
        )
    studio = desk.studio
    size = studio.size(body.members, body.seed, body.weeks)
    reader = studio.reader(size.weeks)
    question = reader.of(name=body.title, study=body.study, set=body.set, off=body.off, since=body.since)
    if len(question.text) > LONG:
        raise ArgumentError(f"the question takes {len(question.text):,} characters, expected at most {LONG:,}")
    job = studio.ask(question, size)
    asked = [("q", question.text), ("members", size.members), ("seed", size.seed)]
    address = f"what-if?{urlencode(asked + ([('weeks', size.weeks)] if size.weeks else []))}"
    return StudyJob.build(job_schema(job, desk.jobs), page=address)


@router.get("/studies/{id}", summary="The answer so far", responses=UNKNOWN)
def study(desk: AtDesk, id: Id) -> AnswerSchema:
    """Paired differences with their intervals, and their course by week, of the pairs measured so far."""
    standing = _required(desk, id)
    question, scenario, study = standing.question, standing.question.scenario, standing.question.study
    found = desk.studio.result(standing)
    made = whatifs.answer_json(found.found.answers[0], study) if found else {"outcomes": [], "weekly": {}}
    facts = {**found.about, "command": found.command} if found else {}
    about = {name: whatifs.json_value(x) for name, x in facts.items()}
    return AnswerSchema(
        id=id, state=standing.state, error=standing.job.error if standing.job else "", title=question.title,
        study=study.name if study else None, set=[str(move) for move in scenario.moves], off=list(scenario.off),
        since=scenario.since, members=standing.known, of=standing.size.members,
        effective_size=found.found.worth.as_json() if found and found.found.worth else None,
        few_histories=few_histories(standing.known) or None, start=desk.case.start,
        differences=made["outcomes"], weekly=made["weekly"], about=about or {"version": __version__},
    )  # fmt: skip


@router.get(
    "/studies/{id}/report", summary="The answer so far as one HTML page that opens anywhere", responses=UNKNOWN,
    response_class=Response,
)  # fmt: skip
def report(desk: AtDesk, id: Id) -> Response:
    """A self-contained page: it loads nothing from a network."""
    return answers.report(desk, [_measured(desk, id)])


@router.get(
    "/studies/{id}/csv", summary="The answer so far as a table, by week and outcome", responses=UNKNOWN,
    response_class=Response,
)  # fmt: skip
def csv(desk: AtDesk, id: Id) -> Response:
    """One row an outcome, then one a week and series."""
    return answers.csv(desk, _measured(desk, id))


def _required(desk: AtDesk, id: str) -> QuestionState:
    standing = desk.studio.of_job(id)
    if standing is None:
        raise HTTPException(404, f"there is no study '{id}'; ask it (POST /api/studies), what was measured is kept")
    return standing


def _measured(desk: AtDesk, id: str) -> QuestionState:
    standing = _required(desk, id)
    if not standing.known:
        raise HTTPException(404, "nothing is measured yet; ask again in a moment")
    return standing


# Saved questions: kept on this machine, each under a name


class SaveRequest(BaseModel):
    """A question to save, as it stands in an address, under a name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=NAME)]
    q: Annotated[str, Field(min_length=1, max_length=LONG)]


@schema_of(questions.SavedQuestion, without=("case",), saved="when, as an ISO date and time")
class SavedQuestion(ResultSchema):
    """A saved question."""


@router.get("/saved", summary="Saved questions, by name")
def saved(desk: AtDesk) -> list[SavedQuestion]:
    """Those about the case of this server."""
    return [SavedQuestion.model_validate(one) for one in desk.studio.saved.all(desk.case.name)]


@router.post("/saved", summary="Save a question, or give a saved one another name", status_code=201)
def save(desk: AtDesk, body: SaveRequest) -> SavedQuestion:
    """Kept once, whatever it is called: saving it again renames it."""
    question = replace(desk.studio.reader().read(body.q), name=questions.named(body.name))
    return SavedQuestion.model_validate(desk.studio.saved.save(question, desk.case.name))


@router.delete("/saved/{id}", summary="Delete a saved question", status_code=204,
               responses=refusal(404, "There is no such saved question."))  # fmt: skip
def delete(desk: AtDesk, id: Annotated[str, InPath(min_length=1, max_length=64)]) -> None:
    """Gone for good; what was measured for it stays."""
    if not desk.studio.saved.delete(id):
        raise HTTPException(404, "there is no such saved question")


# Jobs: what the server is computing, how far it is, and how to stop it


def job_schema(job: Job, jobs: Jobs) -> JobSchema:
    """`job` as it is sent, with the summary of its result where that has one."""
    found = job.result if isinstance(job.result, dict) else getattr(job.result, "summary", None)
    return JobSchema.build(job, ahead=jobs.ahead(job.id), result=found if isinstance(found, dict) else None)


def required(desk: AtDesk, id: JobId) -> Job:
    """The job of that id, or 404."""
    job = desk.jobs.get(id)
    if job is None:
        raise HTTPException(404, f"there is no job '{id}'; the server has forgotten it or was restarted, ask again")
    return job


@of_jobs.get("/jobs", summary="Jobs that wait, run, or ended lately, oldest first")
def jobs(desk: AtDesk) -> list[JobSchema]:
    """Every job that the server still knows."""
    return [job_schema(job, desk.jobs) for job in desk.jobs.all()]


@of_jobs.get("/jobs/{id}", summary="A job as it stands", responses=NO_JOB)
def job(desk: AtDesk, id: JobId) -> JobSchema:
    """One job, with how far it is."""
    return job_schema(required(desk, id), desk.jobs)


@of_jobs.delete("/jobs/{id}", summary="Cancel a job; what it measured is kept", responses=NO_JOB)
def cancel(desk: AtDesk, id: JobId) -> JobSchema:
    """Cancel it at its next step; nothing happens to one that has ended."""
    required(desk, id)
    return job_schema(desk.jobs.cancel(id) or required(desk, id), desk.jobs)


@of_jobs.get(
    "/jobs/{id}/events",
    summary="A job as it goes, as server-sent events",
    responses=NO_JOB | refusal(503, "Too many listen already."),
    response_class=EventSourceResponse,
    dependencies=[Depends(required), Depends(listening)],
)
async def events(desk: AtDesk, id: JobId) -> AsyncIterator[ServerSentEvent]:
    """`event: job` with the job as JSON at each change, `event: end` when it has ended; a comment now and then."""
    yield BEGIN
    async for job in changes(desk, lambda: desk.jobs.get(id)):
        if job is None:
            yield ServerSentEvent(event="end", raw_data="null")
            return
        out = job_schema(job, desk.jobs)
        yield ServerSentEvent(event="job", id=str(job.version), data=out)
        if job.ended:
            yield ServerSentEvent(event="end", data=out)
            return

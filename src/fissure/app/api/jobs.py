"""Jobs: what the server is computing, how far it is, and how to stop it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi import Path as InPath
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from fissure.app.jobs import Job, Jobs, State
from fissure.app.pages import BEGIN, AtDesk, changes, listening
from fissure.app.schemas import refusal

router = APIRouter(prefix="/api", tags=["jobs"])
Id = Annotated[str, InPath(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$", description="the id of a job")]
UNKNOWN = refusal(404, "No such job is known.")


class JobSchema(BaseModel):
    """A job as it stands."""

    id: str
    kind: str
    title: str
    state: State
    phase: str = Field(description="what it does now, in words")
    done: int = Field(description="steps of this phase that are done")
    total: int = Field(description="steps of this phase")
    left: float | None = Field(description="seconds left of this phase, as far as its rate tells")
    ahead: int = Field(description="jobs that come before it")
    error: str = Field(description="why it failed, one sentence")
    version: int = Field(description="grows with every change")
    result: dict[str, Any] | None = Field(description="a small summary of what it has found so far")


def told(job: Job, jobs: Jobs) -> JobSchema:
    """`job` as it is sent."""
    return JobSchema(
        id=job.id, kind=job.kind, title=job.title, state=job.state, phase=job.phase, done=job.done, total=job.total,
        left=job.left, ahead=jobs.ahead(job.id), error=job.error, version=job.version, result=_summary(job.result),
    )  # fmt: skip


def _summary(result: Any) -> dict[str, Any] | None:
    found = result if isinstance(result, dict) else getattr(result, "summary", None)
    return dict(found) if isinstance(found, dict) else None


def required(desk: AtDesk, id: Id) -> Job:
    """The job of that id, or 404."""
    job = desk.jobs.get(id)
    if job is None:
        raise HTTPException(404, f"there is no job '{id}'; the server has forgotten it or was started anew, ask again")
    return job


@router.get("/jobs", summary="Jobs that wait, run, or ended lately, oldest first")
def jobs(desk: AtDesk) -> list[JobSchema]:
    """Every job that the server still knows."""
    return [told(job, desk.jobs) for job in desk.jobs.all()]


@router.get("/jobs/{id}", summary="A job as it stands", responses=UNKNOWN)
def job(desk: AtDesk, id: Id) -> JobSchema:
    """How far one job is."""
    return told(required(desk, id), desk.jobs)


@router.delete("/jobs/{id}", summary="Cancel a job; what it measured is kept", responses=UNKNOWN)
def cancel(desk: AtDesk, id: Id) -> JobSchema:
    """Cancel it at its next step; nothing happens to one that has ended."""
    required(desk, id)
    return told(desk.jobs.cancel(id) or required(desk, id), desk.jobs)


@router.get(
    "/jobs/{id}/events",
    summary="A job as it goes, as server-sent events",
    responses=UNKNOWN | refusal(503, "Too many listen already."),
    response_class=EventSourceResponse,
    dependencies=[Depends(required), Depends(listening)],
)
async def events(desk: AtDesk, id: Id) -> AsyncIterator[ServerSentEvent]:
    """`event: job` with the job as JSON at each change, `event: end` when it has ended; a comment now and then."""
    yield BEGIN
    async for job in changes(desk, lambda: desk.jobs.get(id)):
        if job is None:
            yield ServerSentEvent(event="end", raw_data="null")
            return
        out = told(job, desk.jobs)
        yield ServerSentEvent(event="job", id=str(job.version), data=out)
        if job.ended:
            yield ServerSentEvent(event="end", data=out)
            return

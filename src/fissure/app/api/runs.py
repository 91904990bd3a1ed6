"""Stored runs: how they were made, their weekly numbers, what was published beside them; and simulating another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from fissure.api.stored import Stored
from fissure.app.desk import Desk
from fissure.app.history.prepared import EffectiveSize, ObservationRow, Verdicts, prepared
from fissure.app.history.runs import PATTERN, ask
from fissure.app.history.series import MOST_BY, OutputRow, OutputSeries, names_of, weekly
from fissure.app.jobs import BusyError, State
from fissure.app.pages import AtDesk
from fissure.app.schemas import refusal
from fissure.errors import ArgumentError, FissureError

router = APIRouter(prefix="/api", tags=["runs"])
BUSY = refusal(503, "Not ready yet, or too much waits already; ask again after the seconds of `retry-after`.")
REFUSED = refusal(404, "There is no run of that name; the sentence names the nearest.") | BUSY
Name = Annotated[str, InPath(max_length=200, description="the name of a stored run")]
View = Literal["ready", "reading", "failed"]


class RunRow(BaseModel):
    """A stored run of the case that the server shows, and how it was made."""

    name: str
    state: str = Field(description="whole, unfinished, damaged, or being written")
    histories: int
    asked: int | None = Field(description="histories that were asked for, where that is known")
    bytes: int
    written: datetime
    case: str
    seed: int
    weeks: int
    units: int
    slots: int
    off: list[str] = Field(description="mechanisms switched off")
    drawn_from: str
    posterior: str | None = Field(description="SHA-256 of the posterior that members were drawn from")
    version: str
    other_version: bool = Field(description="made by another version, which this one does not go on with")
    command: str | None = Field(description="the command that makes it again, where one does")


class RunDetail(RunRow):
    """A run with what its comparison found; `counts` is there once its histories were read."""

    view: View
    error: str = ""
    headline: str | None = None
    counts: Verdicts | None = Field(None, description="null too where there are too few histories to count over")
    few_histories: str | None = Field(None, description="a warning where there are too few for an interval; else null")
    effective_size: EffectiveSize | None = None


class RunRequest(BaseModel):
    """A run that is asked for."""

    model_config = ConfigDict(extra="forbid")

    members: Annotated[int, Field(ge=1, le=1_000_000, description="how many histories")] = 100
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    name: Annotated[str, Field(pattern=f"^{PATTERN}$")] | None = None


class RunJob(BaseModel):
    """The job that makes a run; follow it under ``/api/jobs/{id}``."""

    id: str
    kind: str
    title: str
    state: State
    name: str
    members: int


@router.get("/runs", summary="Stored runs")
def runs(desk: AtDesk) -> list[RunRow]:
    """The runs that can be shown, by name."""
    return [RunRow(**_row(one)) for one in desk.runs().values()]


@router.get("/runs/{name}", summary="A run, how it was made and how it compares", responses=REFUSED)
def run(desk: AtDesk, name: Name) -> RunDetail:
    """One run; `view` tells whether its histories have been read."""
    stored = _stored(desk, name)
    if stored.state == "being written":
        return RunDetail(**_row(stored), view="reading")
    found = prepared(desk, stored)
    if found.value is not None:
        view = found.value
        return RunDetail(
            **_row(stored), view="ready", headline=view.headline, counts=None if view.few else view.counts,
            few_histories=view.few or None, effective_size=view.effective_size,
        )  # fmt: skip
    return RunDetail(**_row(stored), view="failed" if found.error else "reading", error=found.error)


@router.get("/runs/{name}/series", summary="What can be asked for as a series", responses=REFUSED)
def outputs(desk: AtDesk, name: Name) -> list[OutputRow]:
    """The outputs of a run."""
    return names_of(_stored(desk, name), desk.context)


@router.get("/runs/{name}/series/{output}", summary="An output, week by week", responses=REFUSED)
def series(
    desk: AtDesk,
    name: Name,
    output: Annotated[str, InPath(max_length=100)],
    by: Annotated[Sequence[str], Query(max_length=MOST_BY, description="what to tell apart")] = (),
    errors: Annotated[bool, Query(description="with the sampling error of each quantile")] = False,
) -> OutputSeries:
    """Quantiles over members. What `by` does not name is summed, where sums mean something."""
    return weekly(desk, _stored(desk, name), output, tuple(by), errors)


@router.get("/runs/{name}/observations", summary="Published figures beside the run", responses=REFUSED)
def observations(desk: AtDesk, name: Name) -> list[ObservationRow]:
    """Every published figure of the case, with what the model says in its place."""
    stored = _stored(desk, name)
    if stored.state == "being written":
        raise BusyError(f"'{stored.name}' is being simulated; ask again when it is finished")
    found = prepared(desk, stored)
    if found.error:
        raise ArgumentError(found.error)
    if found.value is None:
        raise BusyError(f"the histories of '{stored.name}' are being read; ask again in some seconds")
    return list(found.value.observations)


@router.post("/runs", status_code=202, summary="Simulate a run", responses=BUSY)
def simulate(desk: AtDesk, asked: RunRequest) -> RunJob:
    """Queue a run, or go on with one that was cut short; the same run asked twice is one job."""
    most = desk.settings.limits.run_members
    if asked.members > most:
        raise ArgumentError(f"members is {asked.members}, expected at most {most:,} on this server")
    job = ask(desk, members=asked.members, seed=asked.seed, name=asked.name)
    told = {name: getattr(job, name) for name in ("id", "kind", "title", "state")}
    return RunJob(**told, name=str(job.asked["name"]), members=int(job.asked["members"]))


def _stored(desk: Desk, name: str) -> Stored:
    try:
        found = desk.run(name)
    except FissureError as error:
        raise HTTPException(404, str(error)) from None
    assert found is not None  # of a name there is a run or an error
    return found


def _row(one: Stored) -> dict[str, Any]:
    """What is told of a run; where its folder lies is nobody's business who is elsewhere."""
    told = one.told()
    own = (
        "name", "state", "histories", "asked", "bytes", "written", "case", "seed", "weeks", "units", "slots", "off",
        "drawn_from", "version", "other_version",
    )  # fmt: skip
    return {**{name: told[name] for name in own}, "posterior": told["posterior_digest"], "command": _bare(one.command)}


def _bare(command: str | None) -> str | None:
    """A command without the folder that it writes to."""
    return command.partition(" --out ")[0] if command else None

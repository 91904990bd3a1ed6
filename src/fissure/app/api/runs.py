"""Stored runs: how they were made, their weekly numbers, what was published beside them; and simulating another."""

import json
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

import xarray as xr
from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from fissure import api
from fissure.api.stored import Stored
from fissure.app.desk import Desk
from fissure.app.history import KIND
from fissure.app.jobs import BusyError, Job, JobProgress, State
from fissure.app.pages import AtDesk
from fissure.app.run_view import EffectiveSize, ObservationRow, Verdicts, prepared
from fissure.app.schemas import ResultSchema, refusal
from fissure.context import Context
from fissure.engine import ensemble
from fissure.engine.store import DESCRIPTION
from fissure.errors import ArgumentError, FissureError, nearest
from fissure.files import JsonObject, asking
from fissure.present.charts.panels import QUANTILES, Series, panels, quantiles, standard_errors
from fissure.studies.effective import few_histories

router = APIRouter(prefix="/api", tags=["runs"])
BUSY = refusal(503, "Not ready yet, or too much waits already; ask again after the seconds of `retry-after`.")
REFUSED = refusal(404, "There is no run of that name; the sentence names the nearest.") | BUSY
Name = Annotated[str, InPath(max_length=200, description="the name of a stored run")]
PATTERN = "[a-z0-9][a-z0-9-]{0,47}"
"""Names of runs that are asked for on the page: the name of a folder, never a path."""
MOST_NAMES = 1000
MOST_BY = 3
"""Dimensions that a series can be told apart by at once."""
SUMMED = ("persons", "km2", "million USD", "strikes", "events", "barrels", "districts")
"""Beginnings of the units of what can be summed over places, origins and causes."""


class RunRow(ResultSchema):
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

    view: Literal["ready", "reading", "failed"]
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


class RunJob(ResultSchema):
    """The job that makes a run; follow it under ``/api/jobs/{id}``."""

    id: str
    kind: str
    title: str
    state: State
    name: str
    members: int


class OutputRow(BaseModel):
    """An output that can be asked for as a series."""

    name: str
    title: str
    unit: str
    by: list[str] = Field(description="what it can be split by")
    summed: bool = Field(description="whether it may be summed over what it is not split by")


class Band(BaseModel):
    """Quantiles over members, one a week; None where less than half of them have a value."""

    select: dict[str, str]
    q05: list[float | None]
    q25: list[float | None]
    median: list[float | None]
    q75: list[float | None]
    q95: list[float | None]
    errors: dict[str, list[float | None]] | None = Field(
        None, description="standard error of each quantile, where they were asked for"
    )


class OutputSeries(BaseModel):
    """An output week by week; each date is the Monday of its week."""

    run: str
    output: str
    title: str
    unit: str
    histories: int
    effective_size: EffectiveSize | None
    few_histories: str | None = Field(description="a warning where there are too few for an interval; else null")
    weeks: list[date]
    series: list[Band]


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
    if (view := found.value) is None:
        return RunDetail(**_row(stored), view="failed" if found.error else "reading", error=found.error)
    return RunDetail(
        **_row(stored), view="ready", headline=view.headline, counts=None if view.few else view.counts,
        few_histories=view.few or None, effective_size=view.effective_size,
    )  # fmt: skip


@router.get("/runs/{name}/series", summary="What can be asked for as a series", responses=REFUSED)
def outputs(desk: AtDesk, name: Name) -> list[OutputRow]:
    """The outputs of a run."""
    data = api.opened(_stored(desk, name).folder, desk.context).data
    return [
        OutputRow(name=str(name), by=_dims(array), summed=_summed(array), **_titled(array))
        for name, array in data.data_vars.items()
    ]


@router.get("/runs/{name}/series/{output}", summary="An output, week by week", responses=REFUSED)
def series(
    desk: AtDesk,
    name: Name,
    output: Annotated[str, InPath(max_length=100)],
    by: Annotated[Sequence[str], Query(max_length=MOST_BY, description="what to tell apart")] = (),
    errors: Annotated[bool, Query(description="with the sampling error of each quantile")] = False,
) -> OutputSeries:
    """Quantiles over members. What `by` does not name is summed, where sums mean something."""
    stored = _stored(desk, name)
    key = json.dumps(desk.source_of(stored), sort_keys=True, default=str)
    packed = _weekly(key, stored.name, stored.folder, desk.context, output, tuple(dict.fromkeys(by)), errors)
    return OutputSeries.model_validate_json(zlib.decompress(packed))


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
    job = _ask(desk, asked.members, asked.seed, asked.name)
    return RunJob.build(job, name=job.asked["name"], members=job.asked["members"])


def _stored(desk: Desk, name: str) -> Stored:
    try:
        found = desk.run(name)
    except FissureError as error:
        raise HTTPException(404, str(error)) from None
    assert found is not None  # of a name there is a run or an error
    return found


def _row(one: Stored) -> JsonObject:
    """The facts of a run, but for where its folder lies and which one its command writes to."""
    command = one.command.partition(" --out ")[0] if one.command else None
    known = {name: value for name, value in one.as_json().items() if name in RunRow.model_fields}
    return {**known, "posterior": one.as_json()["posterior_digest"], "command": command}


# The weekly numbers of an output


@lru_cache(maxsize=16)
def _weekly(
    key: str, run: str, folder: Path, context: Context, output: str, by: tuple[str, ...], errors: bool
) -> bytes:
    """Quantiles over members of `output`, week by week, told apart by the dimensions `by`; `errors` with theirs.

    They are made by what makes the bands of the charts, and remembered by `key` as packed JSON: by district it is
    thousands of numbers, which as objects take forty times as much. Raises `FissureError` for an output or a dimension
    that is not there, and where what is left would have to be summed and cannot be.
    """
    result = api.opened(folder, context)
    data = result.data
    if output not in data:
        raise ArgumentError(f"there is no output '{output}'{nearest(output, map(str, data.data_vars))}")
    array = data[output]
    dims = _dims(array)
    for name in by:
        if name not in dims:
            known = f"expected one of {', '.join(dims)}" if dims else "it is not split by anything"
            raise ArgumentError(f"found by '{name}' for '{output}', {known}")
    left = [name for name in dims if name not in by]
    if left and not _summed(array):
        raise ArgumentError(f"'{output}' cannot be summed over {' and '.join(left)}, expected by={'&by='.join(dims)}")
    over = {one.output: one.over for panel in panels(data, result.ledger) for one in panel.series}.get(output, "")
    read = data[[name for name in {output, over} if name in data]].compute()
    bands: list[Band] = []
    weeks: list[date] = []
    for names in product(*(map(str, array[name].values) for name in by)):
        select = dict(zip(by, names, strict=True))
        one = Series(", ".join(names) or output, output, dict(select), over=over)
        rows = quantiles(one, read)
        weeks = [date.fromisoformat(row["week"][:10]) for row in rows]
        sampling = standard_errors(one, read, result.worth) if errors else None
        bands.append(Band(select=select, **{q: [row[q] for row in rows] for q in QUANTILES}, errors=sampling))
    found = OutputSeries(
        run=run, output=output, histories=result.stored.members, weeks=weeks, series=bands,
        effective_size=result.worth and result.worth.as_json(),
        few_histories=few_histories(result.stored.members) or None, **_titled(array),
    )  # fmt: skip
    return zlib.compress(found.model_dump_json().encode(), 1)


def _dims(array: xr.DataArray) -> list[str]:
    return [str(name) for name in array.dims if name not in ("member", "week")]


def _titled(array: xr.DataArray) -> dict[str, str]:
    return {"title": str(array.attrs["long_name"]), "unit": str(array.attrs["units"])}


def _summed(array: xr.DataArray) -> bool:
    return str(array.attrs["units"]).startswith(SUMMED)


# Simulating a run


def _ask(desk: Desk, members: int, seed: int, name: str | None) -> Job:
    """Queue a run of so many members; one that was cut short, or has fewer, goes on where it was.

    Raises `FissureError` where `name` is that of something else, or where the server was started with a run in place of
    a folder for runs, and `BusyError` where the queue is full.
    """
    if (desk.runs_folder / DESCRIPTION).exists():
        raise ArgumentError("the server was started with the folder of one run, expected one that holds runs")
    known = {one.name: one for one in api.stored_runs(desk.runs_folder)} if desk.runs_folder.is_dir() else {}
    if name is None:  # that of a run with that seed, which it then extends, or one that nothing has
        names = (f"seed-{seed}" if n == 1 else f"seed-{seed}-{n}" for n in range(1, MOST_NAMES))
        name = next((one for one in names if _may_be(desk, one, seed, known)), None)
        if name is None:
            raise ArgumentError(f"there are {MOST_NAMES - 1} runs with seed {seed} already, choose another name")
    elif not _may_be(desk, name, seed, known):
        raise ArgumentError(f"'{name}' is the name of something else already, choose another name for the run")
    settings, folder = desk.settings, desk.runs_folder / name

    def work(telling: JobProgress) -> dict[str, object]:
        telling.phase("looking at the evidence")
        desk.context.check()
        with asking(members=members):
            made = ensemble.run(
                desk.case, members=members, seed=seed, weeks=settings.weeks, units=settings.units,
                slots=settings.slots, out=folder, draws=desk.posterior, progress=telling,
            )  # fmt: skip
        return {"run": name, "members": made.members}

    title = f"{members:,} {'history' if members == 1 else 'histories'} with seed {seed}, run “{name}”"
    asked = {"name": name, "members": members, "seed": seed}
    gone = name not in known  # it was deleted meanwhile
    return desk.jobs.submit(f"{KIND}-{name}-{members}-{seed}", KIND, title, asked, work, again=gone)


def _may_be(desk: Desk, name: str, seed: int, known: dict[str, Stored]) -> bool:
    """True where a run with that seed may have that name: nothing has it, or a run made in the same way."""
    if name not in known:
        return not (desk.runs_folder / name).exists()
    one, settings, case = known[name], desk.settings, desk.case
    asked = {
        "case": case.name, "seed": seed, "weeks": settings.weeks or case.weeks, "units": settings.units or case.units,
        "slots": settings.slots or case.slots, "off": [], "outputs": None,
        "draws": desk.posterior.digest if desk.posterior else None,
    }  # fmt: skip
    same = all(one.plan.get(key) == value for key, value in asked.items())
    return one.what == "run" and same and not one.other_version and not api.is_changed(one, case)

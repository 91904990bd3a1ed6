"""History: the simulated histories beside what was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from fissure.api.stored import Stored
from fissure.app.desk import Desk, chosen
from fissure.app.jobs import Job
from fissure.app.pages import AtDesk, Citation, PageData, citation, page
from fissure.app.run_view import RunView, prepared
from fissure.engine.progress import duration
from fissure.errors import ArgumentError, nearest
from fissure.present.charts.maps import Outline
from fissure.present.render.html import as_json
from fissure.studies.compare import CLASSES

router = APIRouter(include_in_schema=False)
KIND = "run"
"""Of the jobs that simulate runs."""
VERDICTS = (*CLASSES, "not compared")
Text = Annotated[str | None, Query(max_length=200)]


@router.get("/")
def start() -> RedirectResponse:
    """The first view."""
    return RedirectResponse("history", 307)  # relative: only the browser knows what stands before it


@router.get("/history")
def history(
    request: Request, desk: AtDesk, run: Text = None, week: Text = None, verdict: Text = None, find: Text = None,
    job: Text = None,
) -> HTMLResponse:  # fmt: skip
    """The view of a stored run, in a week; or of a run that is being simulated."""
    if verdict and verdict not in VERDICTS:
        raise ArgumentError(f"there is no verdict '{verdict}'{nearest(verdict, VERDICTS)}")
    shown = desk.runs()
    common: PageData = {"runs": sorted(shown), "limits": desk.settings.limits, "duration": duration}
    work = running(desk, job)
    if job and work is None:
        common["gone"] = True
    stored = chosen(shown, run)
    if work is not None and (job or stored is None):
        return page(request, "history", state="working", job=work, run=stored, **common)
    if stored is None:
        return page(request, "history", state="none", run=None, **common)
    if stored.state == "being written":  # it has other histories at every look
        return page(request, "history", state="writing", run=stored, **common)
    found = prepared(desk, stored)
    if found.value is None:
        state = "failed" if found.error else "reading"
        return page(request, "history", state=state, run=stored, error=found.error, **common)
    return _shown(request, desk, stored, found.value, week, common)


def _shown(
    request: Request, desk: Desk, stored: Stored, view: RunView, week: str | None, common: Mapping[str, Any]
) -> HTMLResponse:
    at = week_of(view, week)
    player = view.player
    now = player.weekly[at]
    outlines = {one.id: one for one in view.drawing.districts}
    colours = player.ramp["light"]
    districts = [
        District(outlines[name], f"{median}%", interval, colours[median])
        for name, (median, interval) in zip(player.names, player.held(at), strict=True)
    ]
    html = {name: Markup(text) for name, text in view.html.items()}  # it was escaped when it was made
    return page(
        request, "history", drawn=view.charts, state="shown", run=stored, shown=view, html=html,
        at=at, now=now, facts=zip(player.facts, now.facts, strict=True), districts=districts, colours=colours,
        quarter=None if now.quarter is None else player.quarters[now.quarter],
        play=as_json(player.model_dump(mode="json")), cited=cited(desk, stored, view), **common,
    )  # fmt: skip


@dataclass(frozen=True)
class District:
    """A district of the map in a week: its outline, what is held of it, and its colour."""

    outline: Outline
    median: str
    interval: str
    fill: str


def week_of(view: RunView, day: str | None) -> int:
    """The week of the run that holds `day`, the first where none is given. Raises `FissureError` for anything else."""
    if not day:
        return 0
    first, last = (date.fromisoformat(view.player.weekly[n].iso) for n in (0, -1))
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise ArgumentError(f"found the week '{day}', expected a day such as {first}") from None
    if not first <= found <= last + timedelta(days=6):
        close = first if found < first else last
        raise ArgumentError(f"found the week of {found}, expected one from {first} to {last}; the nearest is {close}")
    return (found - first).days // 7


def cited(desk: Desk, stored: Stored, view: RunView) -> Citation:
    """The citation of the view of a run."""
    run = view.run
    sizes = (stored.plan.get("units"), stored.plan.get("slots")) == (desk.case.units, desk.case.slots)
    return citation(
        f"History of the run “{stored.name}”, {run.kind}",
        case=desk.case.title, case_digest=run.digest, posterior=run.posterior or "", until=run.until,
        seed=run.seed, members=run.members, weeks=run.weeks, off=run.off,
        command=run.command if sizes and not stored.plan.get("outputs") else None,
    )  # fmt: skip


def running(desk: Desk, id: str | None = None) -> Job | None:
    """The job of that id, if it simulates a run; where none is given, a run that waits or is simulated now."""
    if id:
        job = desk.jobs.get(id)
        return job if job is not None and job.kind == KIND else None
    return next((job for job in desk.jobs.all() if job.kind == KIND and not job.ended), None)

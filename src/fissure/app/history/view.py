"""History: the simulated histories beside what was published."""

import base64
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from fissure.api.shelf import Stored
from fissure.app.cite import Citation, citation
from fissure.app.desk import Desk, chosen
from fissure.app.history.runs import running
from fissure.app.history.told import Prepared, beside, held, prepared
from fissure.app.pages import AtDesk, page
from fissure.engine.progress import duration
from fissure.errors import FissureError, nearest
from fissure.present import formatting
from fissure.present.charts import play
from fissure.present.render.html import as_json
from fissure.studies import coverage
from fissure.studies.compare import CLASSES

router = APIRouter(include_in_schema=False)
VERDICTS = (*CLASSES, "not compared")
Text = Annotated[str | None, Query(max_length=200)]


@router.get("/")
def start() -> RedirectResponse:
    """The first view."""
    return RedirectResponse("history", 307)  # relative: only the browser knows what stands before it


@router.get("/history")
def history(
    request: Request,
    desk: AtDesk,
    run: Text = None,
    week: Text = None,
    verdict: Text = None,
    find: Text = None,
    job: Text = None,
) -> HTMLResponse:
    """The view of a stored run, in a week; or of a run that is being simulated."""
    if verdict and verdict not in VERDICTS:
        raise FissureError(f"there is no verdict '{verdict}'{nearest(verdict, VERDICTS)}")
    shown = desk.runs()
    common: dict[str, Any] = {
        "runs": sorted(shown),
        "limits": desk.settings.limits,
        "duration": duration,
    }
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
    request: Request, desk: Desk, stored: Stored, kept: Prepared, week: str | None, common: Mapping[str, Any]
) -> HTMLResponse:
    say = kept.say
    at = week_of(say, week)
    colours = {mode: play.ramp(mode) for mode in ("light", "dark")}
    given = ("facts", "weekly", "quarters", "shares", "names")
    scripts = {name: say[name] for name in given} | {"ramp": colours, "district": _places(say)}
    return page(
        request, "history", drawn=kept.charts, state="shown", run=stored, at=at, now=beside(say, at),
        districts=_districts(say, at, colours["light"]), colours=colours["light"], play=as_json(scripts),
        sign=formatting.BEHIND, rivals_apart=True, cited=cited(desk, stored, say),
        cautions=_cautions(desk, stored), start=say["weekly"][0]["day"],
        **{name: value for name, value in say.items() if name not in ("observations", "weekly", "shares")}, **common,
    )  # fmt: skip


def _cautions(desk: Desk, stored: Stored) -> list[str]:
    """What has to be known of a run where mechanisms come from other packages, as in its report."""
    packages, drawn = tuple(stored.plan.get("plugins", ())), desk.context.posterior
    said = [coverage.of_run(packages)]
    if drawn is not None and drawn.digest == stored.plan.get("draws"):
        parameters = desk.context.parameters
        said.append(coverage.of_posterior(drawn.plugins, parameters, packages, stored.switched_off))
    return [one for one in said if one]


def week_of(say: Mapping[str, Any], day: str | None) -> int:
    """The week of the run that holds `day`, the first where none is given. Raises `FissureError` for anything else."""
    if not day:
        return 0
    first, last = date.fromisoformat(say["first"]), date.fromisoformat(say["first"]) + timedelta(weeks=say["weeks"] - 1)
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise FissureError(f"found the week '{day}', expected a day such as {first}") from None
    if not first <= found <= last + timedelta(days=6):
        close = first if found < first else last
        raise FissureError(f"found the week of {found}, expected one from {first} to {last}; the nearest is {close}")
    return (found - first).days // 7


def cited(desk: Desk, stored: Stored, say: Mapping[str, Any]) -> Citation:
    """How to cite the view of a run."""
    about = say["about"]
    sizes = (stored.plan.get("units"), stored.plan.get("slots")) == (desk.case.units, desk.case.slots)
    return citation(
        f"History of the run “{stored.name}”, {about['kind']}",
        case=desk.case.title, case_digest=about["digest"], posterior=about["posterior"] or "", until=about["until"],
        seed=about["seed"], members=say["members"], weeks=say["weeks"], off=about["off"],
        command=about["command"] if sizes and not stored.plan.get("outputs") else None,
    )  # fmt: skip


def _places(say: Mapping[str, Any]) -> list[str]:
    by_id = {one["id"]: one for one in say["drawing"]["districts"]}
    return [f"{by_id[name]['name']}, {by_id[name]['country']}" for name in say["names"]]


def _districts(say: Mapping[str, Any], week: int, colours: tuple[str, ...]) -> list[dict[str, Any]]:
    """The districts in the order of the data, with what is held of each in `week`."""
    unpacked = {name: base64.b64decode(text) for name, text in say["shares"].items()}
    by_id = {one["id"]: one for one in say["drawing"]["districts"]}
    return [
        {**by_id[name], "median": median, "interval": interval, "fill": colours[int(median[:-1])]}
        for name, (median, interval) in zip(say["names"], held(say, unpacked, week), strict=True)
    ]

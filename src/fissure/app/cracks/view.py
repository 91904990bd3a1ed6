"""Cracks: the causal graph to explore, and for each mechanism and field what it rests on."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from fissure.app.cite import Citation, citation
from fissure.app.cracks import atlas as cracks_atlas
from fissure.app.cracks import panel as cracks_panel
from fissure.app.cracks.known import Known, difference, known_of
from fissure.app.cracks.overview import crossroads, found_by
from fissure.app.cracks.shown import SHOWN
from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, page
from fissure.errors import FissureError, nearest
from fissure.model.catalogue import known_mechanism
from fissure.present.charts import causal_layers, causal_ring
from fissure.present.sections.causal import counted
from fissure.studies.causal import unknown
from fissure.studies.causal_atlas import Atlas

Name = Annotated[str | None, Query(max_length=100)]


@asynccontextmanager
async def warm(app: FastAPI) -> AsyncIterator[None]:
    """Begin with what takes seconds when the server starts, so that nobody waits for it."""
    desk: Desk = app.state.desk
    warming = cracks_atlas.warm(desk.settings.home, lambda: known_of(desk.context).warm())
    yield
    await run_in_threadpool(warming.join, desk.patience)
    await run_in_threadpool(cracks_atlas.settle, desk.patience)


router = APIRouter(include_in_schema=False, lifespan=warm)


@router.get("/cracks")
def cracks(
    request: Request, desk: AtDesk, mechanism: Name = None, field: Name = None, find: Name = None
) -> HTMLResponse:
    """The overview, or the page of a mechanism or a field."""
    if mechanism and field:
        raise FissureError("found a mechanism and a field, expected one of them to show")
    found, known = cracks_atlas.look(desk.settings.home), known_of(desk.context)
    shown: dict[str, Any] = {
        **SHOWN, "known": known, "atlas": found.atlas, "waiting": found.waiting, "error": found.error,
        "wait": cracks_atlas.WAITING, "find": find or "", "chosen": mechanism or field or "",
        "listed": found_by(find or "", known, found.atlas), "difference": difference,
        "unknown": () if found.atlas is None else unknown(found.atlas.picture),
    }  # fmt: skip
    if mechanism:
        shown |= _mechanism(mechanism, known, found.atlas)
    elif field and found.atlas:
        shown |= _field(field, known, found.atlas)
    elif field:
        shown |= {"kind": "waiting", "citation": _cite("The causal picture", known, _served(known))}
    else:
        shown |= _overview(known, found.atlas)
    return page(request, "cracks", **shown)


@router.get("/cracks/edges.csv")
def edges(desk: AtDesk, mechanism: Name = None, field: Name = None) -> Response:
    """The arrows of the graph as a table, all or those that begin, end or pass at what is chosen."""
    found = cracks_atlas.look(desk.settings.home)
    if found.atlas is None:
        raise HTTPException(503, found.error or cracks_atlas.WAITING, {"retry-after": "5"})
    chosen = _chosen(found.atlas, mechanism, field)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("from", "to", "sign", "by", "channel"))
    for a in found.atlas.arrows:
        if not chosen or chosen in (a.source, a.target, a.by):
            rows.writerow((a.source, a.target, a.sign, a.by, a.channel))
    name = f"fissure-cracks-{chosen}".rstrip("-").translate(str.maketrans("._/ ", "----"))
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _chosen(atlas: Atlas, mechanism: str | None, field: str | None) -> str:
    """What is asked for by its name, which is one of the graph; empty for all of it. Raises `FissureError` else."""
    if mechanism:
        return known_mechanism(mechanism)
    if field and field not in atlas.fields:
        raise FissureError(f"there is no field '{field}'{nearest(field, atlas.fields)}")
    return field or ""


@router.get("/cracks/ready")
def ready(desk: AtDesk) -> dict[str, bool]:
    """Whether there is any use in waiting for the picture."""
    return {"ready": not cracks_atlas.look(desk.settings.home).waiting}


def _overview(known: Known, atlas: Atlas | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "overview", "citation": _cite("The causal picture", known, _served(known))}
    if atlas is not None:
        shown |= {
            "graph": causal_ring.ring(atlas, *_names(known)), "counted": counted(atlas.loops),
            "crossroads": crossroads(atlas),
        }  # fmt: skip
    return shown


def _mechanism(name: str, known: Known, atlas: Atlas | None) -> dict[str, Any]:
    told = cracks_panel.mechanism(name, known, atlas)
    return {
        "kind": "mechanism",
        "one": told,
        "graph": "" if atlas is None else causal_layers.of_mechanism(name, atlas, *_names(known)),
        "citation": _cite(
            f"Mechanism {name}: {told.title}", known, f"fissure trace {name} --case {known.context.cli_name}"
        ),
    }


def _field(path: str, known: Known, atlas: Atlas) -> dict[str, Any]:
    told = cracks_panel.field(path, known, atlas)
    return {
        "kind": "field",
        "one": told,
        "graph": causal_layers.of_field(path, atlas, *_names(known)),
        "citation": _cite(f"Field {path}: {told.label}", known, _served(known)),
    }


def _names(known: Known) -> tuple[dict[str, str], dict[str, str]]:
    """Groups and titles by mechanism."""
    return (
        {name: one.group for name, one in known.mechanisms.items()},
        {name: one.title for name, one in known.mechanisms.items()},
    )


def _served(known: Known) -> str:
    """The command that shows the picture again."""
    return f"fissure serve {known.context.cli_name}"


def _cite(what: str, known: Known, command: str) -> Citation:
    posterior, case = known.context.posterior, known.case
    return citation(
        what, case=case.title, case_digest=case.digest, posterior=known.context.posterior_digest,
        until=None if posterior is None else posterior.until, command=command,
        more={"Digest of the model (SHA-256)": cracks_atlas.model_digest()},
    )  # fmt: skip

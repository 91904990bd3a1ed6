"""Cracks: the causal graph to explore, and for each mechanism and field what it rests on."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from fissure.app.cite import Citation, citation
from fissure.app.cracks import panel as cracks_panel
from fissure.app.cracks.known import WAITING, Known, difference, known_of, look
from fissure.app.cracks.overview import crossroads, found_by
from fissure.app.cracks.shown import SHOWN
from fissure.app.pages import AtDesk, page
from fissure.engine.provenance import model_digest
from fissure.errors import FissureError, nearest
from fissure.model.catalogue import known_mechanism
from fissure.present.charts import causal_graph
from fissure.present.words.causal import counted
from fissure.studies.causal import unknown
from fissure.studies.causal_atlas import Atlas

Name = Annotated[str | None, Query(max_length=100)]


router = APIRouter(include_in_schema=False)


@router.get("/cracks")
def cracks(
    request: Request, desk: AtDesk, mechanism: Name = None, field: Name = None, find: Name = None
) -> HTMLResponse:
    """The overview, or the page of a mechanism or a field."""
    if mechanism and field:
        raise FissureError("found a mechanism and a field, expected one of them to show")
    found, known = look(desk), known_of(desk.context)
    shown: dict[str, Any] = {
        **SHOWN, "known": known, "atlas": found.value, "waiting": found.waiting, "error": found.error,
        "wait": WAITING, "find": find or "", "chosen": mechanism or field or "",
        "listed": found_by(find or "", known, found.value), "difference": difference,
        "unknown": () if found.value is None else unknown(found.value.picture),
    }  # fmt: skip
    if mechanism:
        shown |= _mechanism(mechanism, known, found.value)
    elif field and found.value:
        shown |= _field(field, known, found.value)
    elif field:
        shown |= {"kind": "waiting", "citation": _cite("The causal picture", known, _served(known))}
    else:
        shown |= _overview(known, found.value)
    return page(request, "cracks", **shown)


@router.get("/cracks/edges.csv")
def edges(desk: AtDesk, mechanism: Name = None, field: Name = None) -> Response:
    """The arrows of the graph as a table, all or those that begin, end or pass at what is chosen."""
    found = look(desk)
    if found.value is None:
        raise HTTPException(503, found.error or WAITING, {"retry-after": "5"})
    chosen = _chosen(found.value, mechanism, field)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("from", "to", "sign", "by", "channel"))
    for a in found.value.arrows:
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
    return {"ready": not look(desk).waiting}


def _overview(known: Known, atlas: Atlas | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "overview", "citation": _cite("The causal picture", known, _served(known))}
    if atlas is not None:
        shown |= {
            "graph": causal_graph.ring(atlas), "counted": counted(atlas.loops),
            "crossroads": crossroads(atlas),
        }  # fmt: skip
    return shown


def _mechanism(name: str, known: Known, atlas: Atlas | None) -> dict[str, Any]:
    told = cracks_panel.mechanism(name, known, atlas)
    return {
        "kind": "mechanism",
        "one": told,
        "graph": "" if atlas is None else causal_graph.of_mechanism(name, atlas),
        "citation": _cite(f"Mechanism {name}: {told.title}", known, f"fissure trace {known.context.cli_name} {name}"),
    }


def _field(path: str, known: Known, atlas: Atlas) -> dict[str, Any]:
    told = cracks_panel.field(path, known, atlas)
    return {
        "kind": "field",
        "one": told,
        "graph": causal_graph.of_field(path, atlas),
        "citation": _cite(f"Field {path}: {told.label}", known, _served(known)),
    }


def _served(known: Known) -> str:
    """The command that shows the picture again."""
    return f"fissure serve {known.context.cli_name}"


def _cite(what: str, known: Known, command: str) -> Citation:
    posterior, case = known.context.posterior, known.case
    return citation(
        what, case=case.title, case_digest=case.digest, posterior=known.context.posterior_digest,
        until=None if posterior is None else posterior.until, command=command,
        more={"Digest of the model (SHA-256)": model_digest()},
    )  # fmt: skip

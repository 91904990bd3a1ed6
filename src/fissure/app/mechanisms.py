"""Cracks: the causal graph to explore, and for each mechanism and field what it rests on."""

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from fissure.app import derived
from fissure.app.derived import Kind, Lookup
from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, Citation, PageData, attached, citation, page
from fissure.context import Context
from fissure.engine.provenance import model_digest
from fissure.errors import ArgumentError, nearest
from fissure.model.catalogue import known_mechanism, mechanism_classes
from fissure.model.description import described
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label
from fissure.present.render.html import fragment
from fissure.present.sections import mechanism as sections
from fissure.present.sections.causal import field as about
from fissure.present.sections.causal import label
from fissure.present.sections.observation_influence import updates_of
from fissure.studies import causal
from fissure.studies.causal import Atlas

Name = Annotated[str | None, Query(max_length=100)]
router = APIRouter(include_in_schema=False)
WAITING = (
    "Mechanisms and fields are being read from the code; this takes some seconds, once for each version of the model."
)
ATLAS = Kind("causal", causal.__name__, causal.to_json, causal.from_json, in_memory=1)


def look(desk: Desk) -> Lookup[Atlas]:
    """The causal picture of the model as it is; where there is none yet, it is made in the background."""
    return desk.derived.get(ATLAS, [], causal.atlas)  # it derives from the code alone


def warm(desk: Desk) -> None:
    """Begin with what takes seconds, so that nobody waits for it; whoever asks later is told what goes wrong."""
    with suppress(Exception):
        look(desk)
        _ = updates_of(desk.context), desk.context.subjects, derived.attribution(desk.context)


@dataclass(frozen=True)
class ListItem:
    """A mechanism or field in the list of all: where it leads, the text that it is found by, whether it was found."""

    name: str
    label: str
    text: str
    found: bool
    title: str = ""


@router.get("/cracks")
def cracks(
    request: Request, desk: AtDesk, mechanism: Name = None, field: Name = None, find: Name = None
) -> HTMLResponse:
    """The overview, or the page of a mechanism or a field."""
    if mechanism and field:
        raise ArgumentError("found a mechanism and a field, expected one of them to show")
    found, context = look(desk), desk.context
    atlas = found.value
    if mechanism:
        shown = _mechanism(mechanism, context, atlas)
    elif field and atlas:
        shown = _field(field, context, atlas)
    else:
        shown = _overview(context, None if field else atlas, waiting_for_field=bool(field))
    groups, fields = _mechanisms(find or ""), _fields(find or "", atlas)
    return page(
        request, "cracks", **shown, waiting=found.waiting, error=found.error, wait=WAITING, find=find or "",
        chosen=mechanism or field or "", groups=groups, group_titles=MECHANISM_GROUPS, fields=fields,
        count=len(mechanism_classes()), hits=sum(one.found for own in groups.values() for one in own),
    )  # fmt: skip


@router.get("/cracks/edges.csv")
def edges(desk: AtDesk, mechanism: Name = None, field: Name = None) -> Response:
    """The arrows of the graph as a table, all or those that begin, end or pass at what is chosen."""
    found = look(desk)
    if found.value is None:
        raise HTTPException(503, found.error or WAITING, {"retry-after": "5"})
    chosen = known_mechanism(mechanism) if mechanism else _known_field(field, found.value) if field else ""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("from", "to", "sign", "by", "channel"))
    for a in found.value.arrows:
        if not chosen or chosen in (a.source, a.target, a.by):
            rows.writerow((a.source, a.target, a.sign, a.by, a.channel))
    name = f"fissure-cracks-{chosen}".rstrip("-").translate(str.maketrans("._/ ", "----"))
    return attached(out.getvalue(), "text/csv", f"{name}.csv")


@router.get("/cracks/ready")
def ready(desk: AtDesk) -> dict[str, bool]:
    """True where there is any use in waiting for the picture."""
    return {"ready": not look(desk).waiting}


def _known_field(path: str, atlas: Atlas) -> str:
    """`path`, if there is such a field; else a `FissureError` with the nearest."""
    if path not in atlas.fields:
        raise ArgumentError(f"there is no field '{path}'{nearest(path, atlas.fields)}")
    return path


def _mechanisms(find: str) -> dict[str, list[ListItem]]:
    """All mechanisms by group; all are found where nothing is looked for."""
    groups: dict[str, list[ListItem]] = {group: [] for group in MECHANISM_GROUPS}
    for name, kind in mechanism_classes().items():
        said = mechanism_label(name)
        text = f"{name} {said} {kind.title} {described(kind).line}".lower()
        groups[kind.group()].append(ListItem(name, said, text, _matches(text, find), kind.title))
    return groups


def _fields(find: str, atlas: Atlas | None) -> list[ListItem]:
    found = []
    for path in () if atlas is None else atlas.fields:
        text = f"{path} {label(path)} {about(path).meaning}".lower()
        found.append(ListItem(path, label(path), text, _matches(text, find)))
    return found


def _matches(text: str, find: str) -> bool:
    return all(word in text for word in find.lower().split())


def _overview(context: Context, atlas: Atlas | None, *, waiting_for_field: bool) -> PageData:
    return {
        "kind": "waiting" if waiting_for_field else "overview",
        "heading": "Cracks",
        "graph": fragment(sections.graph(atlas), linked=True) if atlas else "",
        "body": fragment([sections.crossroads(atlas)], linked=True) if atlas else "",
        "citation": _cite("The causal picture", context, f"fissure serve {context.cli_name}"),
    }


def _mechanism(name: str, context: Context, atlas: Atlas | None) -> PageData:
    kind = mechanism_classes()[known_mechanism(name)]
    blocks = sections.mechanism(name, context, atlas, derived.attribution(context).value)
    command = f"fissure trace {context.cli_name} {name}"
    return {
        "kind": "mechanism",
        "heading": kind.title,
        "trail": MECHANISM_GROUPS[kind.group()],
        "lead": described(kind).line,
        "body": fragment(blocks, linked=True),
        "citation": _cite(f"Mechanism {name}: {kind.title}", context, command),
    }


def _field(path: str, context: Context, atlas: Atlas) -> PageData:
    one = about(_known_field(path, atlas))
    return {
        "kind": "field",
        "heading": one.label,
        "trail": one.owner,
        "lead": f"{one.meaning[:1].upper()}{one.meaning[1:]}.",
        "body": fragment(sections.field(path, context, atlas), linked=True),
        "citation": _cite(f"Field {path}: {one.label}", context, f"fissure serve {context.cli_name}"),
    }


def _cite(what: str, context: Context, command: str) -> Citation:
    return citation(
        what, case=context.case.title, case_digest=context.case.digest, posterior=context.posterior_digest,
        until=context.until, command=command, more={"Digest of the model (SHA-256)": model_digest()},
    )  # fmt: skip

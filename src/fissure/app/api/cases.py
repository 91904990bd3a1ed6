"""Cases for programs: what there is, what moves what in it, and on which evidence."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from fissure.app import derived
from fissure.app.api import mechanisms as schemas
from fissure.app.api.mechanisms import LoopsSchema, MechanismSchema, MechanismSummary, ParameterSchema, Sign
from fissure.app.desk import Desk
from fissure.app.mechanisms import WAITING, look
from fissure.app.pages import AtDesk
from fissure.app.schemas import refusal
from fissure.cases.naming import HOME, case_names
from fissure.context import Context, context_of
from fissure.errors import nearest
from fissure.model.catalogue import mechanism_classes
from fissure.present.sections.causal import field as about
from fissure.present.sections.mechanism import LOOPS
from fissure.studies.causal_atlas import Atlas

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
CaseName = Annotated[str, InPath(max_length=80, pattern=NAME, description="a name that `GET /api/cases` lists")]
MechanismName = Annotated[str, InPath(max_length=80, pattern=NAME, description="such as `pay-gap`")]
Loops = Annotated[int, Query(ge=0, le=20_000, description="how many loops to give at most, the shortest first")]
UNKNOWN = refusal(404, "There is none of that name; the sentence names the nearest.")
NOT_YET = refusal(503, "The causal picture is being made; ask again after the seconds of `retry-after`.")

router = APIRouter(prefix="/api", tags=["cases"])


class CaseShort(BaseModel):
    """A case in a list."""

    name: str
    title: str
    start: date
    weeks: int


class CaseTold(CaseShort):
    """A case: how large it is, and what its members are drawn from."""

    summary: str
    countries: list[str]
    districts: int
    offensives: int
    units: int
    slots: int
    digest: str = Field(description="SHA-256 of the files that a run depends on")
    posterior: str | None = Field(description="SHA-256 of what members are drawn from; null for the prior")
    until: date | None = Field(description="the last day of which the posterior has seen anything")
    mechanisms: int
    parameters: int
    claims: int
    observations: int


class NodeTold(BaseModel):
    """A mechanism or a field of the graph; `group` is the group of the one and the owner of the other."""

    name: str
    kind: str
    label: str
    group: str


class EdgeTold(BaseModel):
    """`source` moves `target` within a week, by a mechanism through a channel, or by a part that is always on."""

    source: str
    target: str
    sign: Sign
    by: str
    channel: str


class GraphTold(BaseModel):
    """The causal graph. `loops.total` counts all loops of at most three mechanisms, also those that are not given."""

    nodes: list[NodeTold]
    edges: list[EdgeTold]
    loops: LoopsSchema


@router.get("/cases", summary="The cases that come with the package, and the one that the server shows")
def cases(desk: AtDesk) -> list[CaseShort]:
    """Names, titles, first day and length; a case of one's own stands in place of a packaged one with its name."""
    return [CaseShort(**_short(_context(name, desk))) for name in _names(desk)]


@router.get("/cases/{case}", summary="One case", responses=UNKNOWN)
def case(case: CaseName, desk: AtDesk) -> CaseTold:
    """Its size, its digest, and what its members are drawn from."""
    context = _context(case, desk)
    loaded = context.case
    return CaseTold(
        **_short(context),
        summary=loaded.summary,
        countries=list(loaded.countries),
        districts=len(loaded.districts),
        offensives=len(loaded.offensives),
        units=loaded.units,
        slots=loaded.slots,
        digest=loaded.digest,
        posterior=context.posterior_digest or None,
        until=context.until,
        mechanisms=len(mechanism_classes()),
        parameters=len(context.parameters),
        claims=len(context.ledger.claims),
        observations=len(context.ledger.observations),
    )


@router.get("/cases/{case}/mechanisms", summary="All mechanisms", responses=UNKNOWN)
def mechanisms(case: CaseName, desk: AtDesk) -> list[MechanismSummary]:
    """By group and name."""
    return list(schemas.summaries(_context(case, desk)).values())


@router.get("/cases/{case}/mechanisms/{name}", summary="All of one mechanism", responses=UNKNOWN)
def mechanism(
    case: CaseName, name: MechanismName, desk: AtDesk, loops: Annotated[int, Query(ge=0, le=5_000)] = LOOPS
) -> MechanismSchema:
    """Theory, rule, parameters before and after the evidence, claims, checks, attribution, and loops.

    What is of the causal picture is null for the first seconds of a server with a new version of the model.
    """
    context = _context(case, desk)
    if name not in mechanism_classes():
        raise HTTPException(404, f"there is no mechanism '{name}'{nearest(name, mechanism_classes())}")
    return schemas.mechanism(name, context, look(desk).value, derived.attribution(context).found, loops)


@router.get("/cases/{case}/parameters", summary="All parameters, before and after the evidence", responses=UNKNOWN)
def parameters(case: CaseName, desk: AtDesk) -> list[ParameterSchema]:
    """Each with unit, reason, prior, and posterior where it was learned."""
    return schemas.parameters(_context(case, desk))


@router.get("/cases/{case}/graph", summary="The causal graph", responses=UNKNOWN | NOT_YET)
def graph(case: CaseName, desk: AtDesk, loops: Loops = 200) -> GraphTold:
    """Mechanisms and fields, who moves what and which way, and feedback loops."""
    _context(case, desk)
    found = look(desk)
    if found.value is None:
        raise HTTPException(503, found.error or WAITING, {"retry-after": "5"})
    return _graph(found.value, loops)


def _graph(atlas: Atlas, most: int) -> GraphTold:
    nodes = [
        NodeTold(name=name, kind="mechanism", label=kind.title, group=kind.group())
        for name, kind in mechanism_classes().items()
    ]
    nodes += [NodeTold(name=p, kind="field", label=about(p).label, group=about(p).owner) for p in atlas.fields]
    edges = [EdgeTold(source=a.source, target=a.target, sign=a.sign, by=a.by, channel=a.channel) for a in atlas.arrows]
    shortest = [schemas.loop(one, atlas) for one in atlas.loops[:most]]
    return GraphTold(nodes=nodes, edges=edges, loops=schemas.loops_of(atlas.loops, shortest))


def _short(context: Context) -> dict[str, Any]:
    return {name: getattr(context.case, name) for name in ("name", "title", "start", "weeks")}


def _names(desk: Desk) -> list[str]:
    return sorted({*case_names(), desk.case.name})


def _context(name: str, desk: Desk) -> Context:
    """Raises `HTTPException` (404) for a name that is not listed; folders are no names here."""
    if name == desk.case.name:
        return desk.context
    if name not in case_names():
        raise HTTPException(404, f"there is no case '{name}'{nearest(name, _names(desk))}")
    return _packaged(name)


@lru_cache(maxsize=16)
def _packaged(name: str) -> Context:
    return context_of(HOME / name)

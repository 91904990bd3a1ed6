"""The ledger for programs: claims, figures, sources and quantities, what a name rests on, and what was learned."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field

from fissure.app import ledger_rows
from fissure.app.pages import AtDesk
from fissure.app.schemas import IntervalSchema, ResultSchema, refusal, schema_of
from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.evidence.entries import Claim, Direction, Executes, Observation, Source, SourceKind, Variable
from fissure.evidence.trace import Kind
from fissure.present.render.html import web
from fissure.present.sections import learned as words
from fissure.present.sections.learned import ParameterUpdate, PublisherBias
from fissure.present.sections.observation_influence import updates_of

router = APIRouter(prefix="/api", tags=["ledger"])
MOST = 500
Name = Annotated[str, Query(max_length=100)]
Id = Annotated[str, Path(max_length=100)]
Fit = Literal["used", "after", "not"]
E = TypeVar("E")
Schema = TypeVar("Schema", bound=ResultSchema)
NOT_FOUND = refusal(404, "There is no such entry; the sentence names the nearest.")


@schema_of(Claim, reason="Why no mechanism takes it up, where none does.", figure="The figure that carries its number.")
class ClaimSchema(ResultSchema):
    """An assertion of a source, in our words, with the line it stands on."""

    parameters: list[str] = Field(description="Parameters whose priors were argued from it.")


@schema_of(Observation, without=("date", "period", "doubt_factor", "doubt_abs", "rival_of"))
class ObservationSchema(ResultSchema):
    """A published figure; an end of the range that is open is null."""

    first: date
    last: date
    range_low: float | None = Field(description="Lower end of the 90% range with the doubt.")
    range_high: float | None = Field(description="Upper end of the 90% range with the doubt.")
    rivals: list[str]
    fit: Fit | None = Field(description="What the fit did with it; null without a fit.")
    parameters: list[str] = Field(description="Parameters whose priors were argued from it.")


@schema_of(Source, without=("date", "file", "lines"))
class SourceSchema(ResultSchema):
    """A source, and how many claims and figures the ledger holds of it."""

    claims: int
    observations: int


@schema_of(Variable, without=("select", "combine", "scale", "offset", "since", "baseline"))
class VariableSchema(ResultSchema):
    """A published quantity, and how the model's output becomes comparable with it."""

    family: str
    observations: int


class EntriesSchema(BaseModel, Generic[Schema]):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[Schema]


class TraceSchema(ResultSchema):
    """The evidence that a name rests on; figures that contradict one another stand together in `rival_groups`."""

    kind: Kind
    name: str
    title: str
    text: str
    claims: list[ClaimSchema]
    observations: list[ObservationSchema]
    rival_groups: list[list[str]]
    sources: list[SourceSchema]
    related: list[str]


@schema_of(
    ParameterUpdate, without=("normals",), shift="In standard deviations of the prior.",
    contraction="The part of the prior variance that the figures took.",
)  # fmt: skip
class ParameterUpdateSchema(ResultSchema):
    """A parameter before and after, in its unit."""

    prior: IntervalSchema
    posterior: IntervalSchema


@schema_of(PublisherBias, without=("bias", "normals"))
class PublisherBiasSchema(ResultSchema):
    """The bias of a publisher, reported over true: a factor, or a difference where `scale` is points."""

    source: str
    prior: IntervalSchema
    posterior: IntervalSchema


class PosteriorSchema(ResultSchema):
    """The posterior, as learned from figures up to `until`."""

    case: str
    until: date
    digest: str
    draws: int
    fitted_to: int = Field(description="Figures that it was fitted to.")
    parameters: list[ParameterUpdateSchema]
    publishers: list[PublisherBiasSchema]


class LedgerQuery(BaseModel):
    """The query of a list of entries."""

    find: str = Field("", max_length=200, description="Words, in any order, that an entry's text holds.")
    limit: int = Field(MOST, ge=1, le=MOST, description="Entries at most.")
    offset: int = Field(0, ge=0, le=100_000, description="Entries that are left out at the start.")

    @property
    def filters(self) -> dict[str, str]:
        """The value of each filter, as in the address of the view."""
        given = self.model_dump(exclude={"find", "limit", "offset"})
        words = {None: "", True: "yes", False: "no"}
        return {name: words[x] if x is None or isinstance(x, bool) else x for name, x in given.items()}


class ClaimQuery(LedgerQuery):
    """The query of claims."""

    source: Name = ""
    group: Name = ""
    mechanism: Name = ""
    executes: Executes | None = None
    direction: Direction | None = None


class ObservationQuery(LedgerQuery):
    """The query of published figures."""

    source: Name = ""
    variable: Name = ""
    output: Name = ""
    mechanism: Name = ""
    fit: Fit | None = None
    rivals: bool | None = Field(None, description="Only those that have rivals, or only those that have none.")
    behind: bool | None = Field(None, description="Only those that a prior was argued from, or others.")


class SourceQuery(LedgerQuery):
    """The query of sources."""

    type: SourceKind | None = Field(None, alias="kind")


class VariableQuery(LedgerQuery):
    """The query of quantities."""

    family: Name = ""
    counterpart: bool | None = Field(None, description="Whether the model has a counterpart.")


def _claim(one: Claim, at: Context) -> ClaimSchema:
    return ClaimSchema.build(one, parameters=at.argued_from.get(one.id, ()))


def _observation(one: Observation, at: Context) -> ObservationSchema:
    low, high = (end if math.isfinite(end) else None for end in one.band)
    first, last = one.period or (one.when, one.when)
    return ObservationSchema.build(
        one, first=first, last=last, range_low=low, range_high=high, rivals=one.rival_of,
        address=web(one.address) or None, fit=ledger_rows.fit_of(one.id, at),
        parameters=at.argued_from.get(one.id, ()),
    )  # fmt: skip


def _source(one: Source, at: Context) -> SourceSchema:
    claims, observations = (
        sum(entry.source == one.id for entry in own)
        for own in (at.ledger.claims.values(), at.ledger.observations.values())
    )
    return SourceSchema.build(one, address=web(one.address) or None, claims=claims, observations=observations)


def _variable(one: Variable, at: Context) -> VariableSchema:
    count = sum(o.variable == one.id for o in at.ledger.observations.values())
    return VariableSchema.build(one, family=one.of_family, observations=count)


@router.get("/ledger/claims", summary="Claims of the sources")
def claims(desk: AtDesk, asked: Annotated[ClaimQuery, Query()]) -> EntriesSchema[ClaimSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    return _matching("claims", desk.context, asked, _claim)


@router.get("/ledger/observations", summary="Published figures")
def observations(desk: AtDesk, asked: Annotated[ObservationQuery, Query()]) -> EntriesSchema[ObservationSchema]:
    """Those that match all that is asked, by date."""
    return _matching("observations", desk.context, asked, _observation)


@router.get("/ledger/sources", summary="Sources")
def sources(desk: AtDesk, asked: Annotated[SourceQuery, Query()]) -> EntriesSchema[SourceSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    return _matching("sources", desk.context, asked, _source)


@router.get("/ledger/variables", summary="Quantities that are published")
def variables(desk: AtDesk, asked: Annotated[VariableQuery, Query()]) -> EntriesSchema[VariableSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    return _matching("variables", desk.context, asked, _variable)


@router.get("/ledger/claims/{id}", summary="A claim", responses=NOT_FOUND)
def claim(desk: AtDesk, id: Id) -> ClaimSchema:
    """With the parameters whose priors were argued from it."""
    return _claim(_required(id, desk.ledger.claims, "claim"), desk.context)


@router.get("/ledger/observations/{id}", summary="A published figure", responses=NOT_FOUND)
def observation(desk: AtDesk, id: Id) -> ObservationSchema:
    """With its rivals, and whether the fit saw it."""
    return _observation(_required(id, desk.ledger.observations, "observation"), desk.context)


@router.get("/ledger/sources/{id}", summary="A source", responses=NOT_FOUND)
def source(desk: AtDesk, id: Id) -> SourceSchema:
    """With its known leaning."""
    return _source(_required(id, desk.ledger.sources, "source"), desk.context)


@router.get("/ledger/variables/{id}", summary="A quantity", responses=NOT_FOUND)
def variable(desk: AtDesk, id: Id) -> VariableSchema:
    """With how the model's output becomes comparable with it."""
    return _variable(_required(id, desk.ledger.variables, "variable"), desk.context)


@router.get("/trace/{name}", summary="What a name rests on", responses=NOT_FOUND)
def trace(desk: AtDesk, name: Annotated[str, Path(max_length=120)]) -> TraceSchema:
    """Of a mechanism, parameter, output, source, claim, observation or variable; `claim:S1-08a` asks for a kind."""
    at = desk.context
    try:
        found = at.trace(name)
    except FissureError as error:
        raise HTTPException(404, str(error)) from None
    return TraceSchema.build(
        found.subject,
        claims=[_claim(one, at) for one in found.claims],
        observations=[_observation(one, at) for one in found.observations],
        rival_groups=[[one.id for one in group] for group in found.rival_groups],
        sources=[_source(one, at) for one in found.sources.values()],
        related=found.related,
    )


@router.get("/posterior", summary="What was learned", responses=refusal(404, "No posterior lies with the case."))
def posterior(desk: AtDesk) -> PosteriorSchema:
    """Parameters and publishers' leans before and after the fit, those that the figures take most of first."""
    at = desk.context
    if (learned := at.posterior) is None:
        raise HTTPException(404, at.no_posterior)
    seen = [item for name, item in at.comparable.items() if name in at.fitted]
    biases = words.publisher_biases(learned, seen, at.ledger)
    return PosteriorSchema.build(
        learned, draws=len(learned.draws), fitted_to=len(at.fitted), parameters=list(updates_of(at).values()),
        publishers=[PublisherBiasSchema.build(one, source=one.bias.partition(".")[0]) for one in biases],
    )  # fmt: skip


def _matching(
    kind: str, at: Context, asked: LedgerQuery, schema: Callable[[Any, Context], Schema]
) -> EntriesSchema[Schema]:
    """The entries of a kind that match. Raises `FissureError` for a filter's value that there is not."""
    rows = ledger_rows.rows(kind, at)
    offered = ledger_rows.filters(kind, at, rows)
    search = ledger_rows.search_of(asked.find, asked.filters, offered, ledger_rows.KINDS[kind])
    found, entries = [row.id for row in rows if search.matches(row)], getattr(at.ledger, kind)
    shown = [schema(entries[name], at) for name in found[asked.offset :][: asked.limit]]
    return EntriesSchema(total=len(found), entries=shown)


def _required(id: str, entries: Mapping[str, E], what: str) -> E:
    if id not in entries:
        raise HTTPException(404, f"there is no {what} '{id}'{nearest(id, entries)}")
    return entries[id]

"""The ledger for programs: claims, figures, sources and quantities, what a name rests on, and what was learned."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field

from fissure.app.evidence import rows as ledger_rows
from fissure.app.pages import AtDesk
from fissure.app.schemas import IntervalSchema, ResultSchema, refusal, schema_of
from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.evidence.entries import Bound, Claim, Direction, Observation, Source, SourceKind, Variable
from fissure.evidence.trace import Kind
from fissure.present.render.html import web
from fissure.present.sections import learned as words
from fissure.present.sections.learned import ParameterUpdate, PublisherBias
from fissure.present.sections.observation_influence import updates_of
from fissure.studies.calibration import Posterior

router = APIRouter(prefix="/api", tags=["ledger"])
MOST = 500
Name = Annotated[str, Query(max_length=100)]
Find = Annotated[str, Query(max_length=200, description="Words, in any order, that an entry's text holds.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Entries that are left out at the start.")]
Rivals = Annotated[bool | None, Query(description="Only those that have rivals, or only those that have none.")]
E = TypeVar("E")
Schema = TypeVar("Schema", bound=BaseModel)
NOT_FOUND = refusal(404, "There is no such entry; the sentence names the nearest.")


@schema_of(Claim, reason="Why no mechanism takes it up, where none does.", figure="The figure that carries its number.")
class ClaimSchema(ResultSchema):
    """What a source asserts, in our words, with the line it stands on."""

    parameters: list[str] = Field(description="Parameters whose priors were argued from it.")

    @classmethod
    def of(cls, one: Claim, at: Context) -> "ClaimSchema":
        """A claim of the ledger."""
        return ClaimSchema(**one.model_dump(), parameters=list(at.argued_from.get(one.id, ())))


class ObservationSchema(BaseModel):
    """A published figure; an end of the range that is open is null."""

    id: str
    variable: str
    source: str
    first: date
    last: date
    bound: Bound
    low: float | None
    value: float | None
    high: float | None
    unit: str
    scope: str
    doubt: str
    range_low: float | None = Field(description="Lower end of the 90% range with the doubt.")
    range_high: float | None = Field(description="Upper end of the 90% range with the doubt.")
    rivals: list[str]
    fit: Literal["used", "after", "not"] | None = Field(description="What the fit did with it; null without a fit.")
    parameters: list[str] = Field(description="Parameters whose priors were argued from it.")
    address: str | None
    note: str | None

    @classmethod
    def of(cls, one: Observation, at: Context) -> "ObservationSchema":
        """An observation of the ledger."""
        low, high = (end if math.isfinite(end) else None for end in one.band)
        first, last = one.period or (one.when, one.when)
        later: Literal["after", "not"] = "after" if one.id in at.comparable else "not"
        return ObservationSchema(
            **{name: getattr(one, name) for name in OF_OBSERVATION}, first=first, last=last, range_low=low,
            range_high=high, rivals=list(one.rival_of), address=web(one.address) or None,
            fit=None if at.until is None else "used" if one.id in at.fitted else later,
            parameters=list(at.argued_from.get(one.id, ())),
        )  # fmt: skip


OF_OBSERVATION = ("id", "variable", "source", "bound", "low", "value", "high", "unit", "scope", "doubt", "note")


@schema_of(Source, without=("date", "file", "lines"))
class SourceSchema(ResultSchema):
    """Who said it, and how many claims and figures the ledger holds of it."""

    claims: int
    observations: int

    @classmethod
    def of(cls, one: Source, at: Context) -> "SourceSchema":
        """A source of the ledger."""
        ledger = at.ledger
        claims, observations = (
            sum(entry.source == one.id for entry in own)
            for own in (ledger.claims.values(), ledger.observations.values())
        )
        told = one.model_dump(exclude={"date", "file", "lines", "address"})
        return SourceSchema(**told, address=web(one.address) or None, claims=claims, observations=observations)


@schema_of(Variable, without=("select", "combine", "scale", "offset", "since", "baseline"))
class VariableSchema(ResultSchema):
    """What is published, and how the model's output becomes comparable with it."""

    family: str
    observations: int

    @classmethod
    def of(cls, one: Variable, at: Context) -> "VariableSchema":
        """A variable of the ledger."""
        told = one.model_dump(exclude={"select", "combine", "scale", "offset", "since", "baseline", "family"})
        count = sum(o.variable == one.id for o in at.ledger.observations.values())
        return VariableSchema(**told, family=one.of_family, observations=count)


class EntriesSchema(BaseModel, Generic[Schema]):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[Schema]


class TraceSchema(BaseModel):
    """What a name rests on; figures that contradict one another stand together in `rival_groups`."""

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
    """What a publisher says over what is true: a factor, or a difference where `scale` is points."""

    source: str
    prior: IntervalSchema
    posterior: IntervalSchema


class PosteriorSchema(BaseModel):
    """What the posterior learned from figures up to `until`."""

    case: str
    until: date
    digest: str
    draws: int
    fitted_to: int = Field(description="Figures that it was fitted to.")
    parameters: list[ParameterUpdateSchema]
    publishers: list[PublisherBiasSchema]


@router.get("/ledger/claims", summary="Claims of the sources")
def claims(
    desk: AtDesk,
    find: Find = "",
    source: Name = "",
    group: Name = "",
    mechanism: Name = "",
    direction: Direction | None = None,
    limit: Limit = MOST,
    offset: Offset = 0,
) -> EntriesSchema[ClaimSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    given = {"source": source, "group": group, "mechanism": mechanism, "direction": direction or ""}
    found = _found("claims", desk.context, find, given)
    return _page(desk.context, ClaimSchema.of, desk.ledger.claims, found, limit, offset)


@router.get("/ledger/observations", summary="Published figures")
def observations(
    desk: AtDesk,
    find: Find = "",
    source: Name = "",
    variable: Name = "",
    output: Name = "",
    mechanism: Name = "",
    fit: Literal["used", "after", "not"] | None = None,
    rivals: Rivals = None,
    behind: Annotated[bool | None, Query(description="Only those that a prior was argued from, or others.")] = None,
    limit: Limit = MOST,
    offset: Offset = 0,
) -> EntriesSchema[ObservationSchema]:
    """Those that match all that is asked, by date."""
    given = {
        "source": source, "variable": variable, "output": output, "mechanism": mechanism, "fit": fit or "",
        "rivals": _yes(rivals), "behind": _yes(behind),
    }  # fmt: skip
    found = _found("observations", desk.context, find, given)
    return _page(desk.context, ObservationSchema.of, desk.ledger.observations, found, limit, offset)


@router.get("/ledger/sources", summary="Sources")
def sources(
    desk: AtDesk, find: Find = "", kind: SourceKind | None = None, limit: Limit = MOST, offset: Offset = 0
) -> EntriesSchema[SourceSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    found = _found("sources", desk.context, find, {"type": kind or ""})
    return _page(desk.context, SourceSchema.of, desk.ledger.sources, found, limit, offset)


@router.get("/ledger/variables", summary="Quantities that are published")
def variables(
    desk: AtDesk,
    find: Find = "",
    family: Name = "",
    counterpart: Annotated[bool | None, Query(description="Whether the model has a counterpart.")] = None,
    limit: Limit = MOST,
    offset: Offset = 0,
) -> EntriesSchema[VariableSchema]:
    """Those that match all that is asked, in the order of the ledger."""
    found = _found("variables", desk.context, find, {"family": family, "counterpart": _yes(counterpart)})
    return _page(desk.context, VariableSchema.of, desk.ledger.variables, found, limit, offset)


Id = Annotated[str, Path(max_length=100)]


@router.get("/ledger/claims/{id}", summary="A claim", responses=NOT_FOUND)
def claim(desk: AtDesk, id: Id) -> ClaimSchema:
    """With the parameters whose priors were argued from it."""
    return ClaimSchema.of(_there(id, desk.ledger.claims, "claim"), desk.context)


@router.get("/ledger/observations/{id}", summary="A published figure", responses=NOT_FOUND)
def observation(desk: AtDesk, id: Id) -> ObservationSchema:
    """With its rivals, and whether the fit saw it."""
    return ObservationSchema.of(_there(id, desk.ledger.observations, "observation"), desk.context)


@router.get("/ledger/sources/{id}", summary="A source", responses=NOT_FOUND)
def source(desk: AtDesk, id: Id) -> SourceSchema:
    """With its known leaning."""
    return SourceSchema.of(_there(id, desk.ledger.sources, "source"), desk.context)


@router.get("/ledger/variables/{id}", summary="A quantity", responses=NOT_FOUND)
def variable(desk: AtDesk, id: Id) -> VariableSchema:
    """With how the model's output becomes comparable with it."""
    return VariableSchema.of(_there(id, desk.ledger.variables, "variable"), desk.context)


@router.get("/trace/{name}", summary="What a name rests on", responses=NOT_FOUND)
def trace(desk: AtDesk, name: Annotated[str, Path(max_length=120)]) -> TraceSchema:
    """Of a mechanism, parameter, output, source, claim, observation or variable; `claim:S1-08a` asks for a kind."""
    at = desk.context
    try:
        found = at.trace(name)
    except FissureError as error:
        raise HTTPException(404, str(error)) from None
    return TraceSchema(
        kind=found.subject.kind,
        name=found.subject.name,
        title=found.subject.title,
        text=found.subject.text,
        claims=[ClaimSchema.of(one, at) for one in found.claims],
        observations=[ObservationSchema.of(one, at) for one in found.observations],
        rival_groups=[[one.id for one in group] for group in found.rival_groups],
        sources=[SourceSchema.of(one, at) for one in found.sources.values()],
        related=list(found.related),
    )


@router.get("/posterior", summary="What was learned", responses=refusal(404, "No posterior lies with the case."))
def posterior(desk: AtDesk) -> PosteriorSchema:
    """Parameters and publishers' leans before and after the fit, those that the figures take most of first."""
    at = desk.context
    if at.posterior is None:
        raise HTTPException(404, at.no_posterior)
    return PosteriorSchema(
        case=at.posterior.case, until=at.posterior.until, digest=at.posterior.digest, draws=len(at.posterior.draws),
        fitted_to=len(at.fitted), parameters=list(map(ParameterUpdateSchema.model_validate, updates_of(at).values())),
        publishers=_biases(at.posterior, at),
    )  # fmt: skip


def _biases(posterior: Posterior, at: Context) -> list[PublisherBiasSchema]:
    seen = [item for name, item in at.comparable.items() if name in at.fitted]
    return [
        PublisherBiasSchema(**{**vars(one), "prior": one.prior._asdict(), "posterior": one.posterior._asdict()},
                            source=one.bias.partition(".")[0])
        for one in words.publisher_biases(posterior, seen, at.ledger)
    ]  # fmt: skip


def _page(
    at: Context, of: Callable[[E, Context], Schema], entries: Mapping[str, E], found: Sequence[str], limit: int,
    offset: int,
) -> EntriesSchema[Schema]:  # fmt: skip
    """The entries that are asked for of those that were `found`."""
    return EntriesSchema(total=len(found), entries=[of(entries[name], at) for name in found[offset:][:limit]])


def _found(kind: str, at: Context, find: str, given: Mapping[str, str]) -> list[str]:
    """Ids of the entries that match. Raises `FissureError` for a filter's value that there is not."""
    rows = ledger_rows.rows(kind, at)
    search = ledger_rows.search_of(find, given, ledger_rows.filters(kind, at, rows), ledger_rows.KINDS[kind])
    return [row.id for row in rows if search.matches(row)]


def _there(id: str, entries: Mapping[str, E], what: str) -> E:
    if id not in entries:
        raise HTTPException(404, f"there is no {what} '{id}'{nearest(id, entries)}")
    return entries[id]


def _yes(asked: bool | None) -> str:
    return "" if asked is None else "yes" if asked else "no"

"""The ledger for programs: claims, figures, sources and quantities, what a name rests on, and what was learned."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query

from fissure.app.api.ledger_told import (
    Claims,
    ClaimTold,
    Leans,
    Learned,
    Moved,
    Observations,
    ObservationTold,
    Sources,
    SourceTold,
    Traced,
    Variables,
    VariableTold,
    claim_told,
    observation_told,
    range_told,
    source_told,
    variable_told,
)
from fissure.app.evidence import rows as ledger_rows
from fissure.app.pages import AtDesk
from fissure.app.refusals import refusal
from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.evidence.entries import Direction, SourceKind
from fissure.present.sections.observation_influence import updates_of
from fissure.present.words import calibration as words

router = APIRouter(prefix="/api", tags=["ledger"])
MOST = 500
Name = Annotated[str, Query(max_length=100)]
Find = Annotated[str, Query(max_length=200, description="Words, in any order, that an entry's text holds.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Entries that are left out at the start.")]
Rivals = Annotated[bool | None, Query(description="Only those that have rivals, or only those that have none.")]
E = TypeVar("E")
NOT_FOUND = refusal(404, "There is no such entry; the sentence names the nearest.")


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
) -> Claims:
    """Those that match all that is asked, in the order of the ledger."""
    at = desk.context
    given = {"source": source, "group": group, "mechanism": mechanism, "direction": direction or ""}
    found = _found("claims", at, find, given)
    return Claims(total=len(found), entries=[claim_told(at.ledger.claims[name], at) for name in found[offset:][:limit]])


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
) -> Observations:
    """Those that match all that is asked, by date."""
    at = desk.context
    given = {
        "source": source, "variable": variable, "output": output, "mechanism": mechanism, "fit": fit or "",
        "rivals": _yes(rivals), "behind": _yes(behind),
    }  # fmt: skip
    found = _found("observations", at, find, given)
    entries = [observation_told(at.ledger.observations[name], at) for name in found[offset:][:limit]]
    return Observations(total=len(found), entries=entries)


@router.get("/ledger/sources", summary="Sources")
def sources(
    desk: AtDesk, find: Find = "", kind: SourceKind | None = None, limit: Limit = MOST, offset: Offset = 0
) -> Sources:
    """Those that match all that is asked, in the order of the ledger."""
    at = desk.context
    found = _found("sources", at, find, {"type": kind or ""})
    return Sources(
        total=len(found), entries=[source_told(at.ledger.sources[name], at) for name in found[offset:][:limit]]
    )


@router.get("/ledger/variables", summary="Quantities that are published")
def variables(
    desk: AtDesk,
    find: Find = "",
    family: Name = "",
    counterpart: Annotated[bool | None, Query(description="Whether the model has a counterpart.")] = None,
    limit: Limit = MOST,
    offset: Offset = 0,
) -> Variables:
    """Those that match all that is asked, in the order of the ledger."""
    at = desk.context
    found = _found("variables", at, find, {"family": family, "counterpart": _yes(counterpart)})
    entries = [variable_told(at.ledger.variables[name], at) for name in found[offset:][:limit]]
    return Variables(total=len(found), entries=entries)


Id = Annotated[str, Path(max_length=100)]


@router.get("/ledger/claims/{id}", summary="A claim", responses=NOT_FOUND)
def claim(desk: AtDesk, id: Id) -> ClaimTold:
    """With the parameters whose priors were argued from it."""
    at = desk.context
    return claim_told(_there(id, at.ledger.claims, "claim"), at)


@router.get("/ledger/observations/{id}", summary="A published figure", responses=NOT_FOUND)
def observation(desk: AtDesk, id: Id) -> ObservationTold:
    """With its rivals, and whether the fit saw it."""
    at = desk.context
    return observation_told(_there(id, at.ledger.observations, "observation"), at)


@router.get("/ledger/sources/{id}", summary="A source", responses=NOT_FOUND)
def source(desk: AtDesk, id: Id) -> SourceTold:
    """With its known leaning."""
    at = desk.context
    return source_told(_there(id, at.ledger.sources, "source"), at)


@router.get("/ledger/variables/{id}", summary="A quantity", responses=NOT_FOUND)
def variable(desk: AtDesk, id: Id) -> VariableTold:
    """With how the model's output becomes comparable with it."""
    at = desk.context
    return variable_told(_there(id, at.ledger.variables, "variable"), at)


@router.get("/trace/{name}", summary="What a name rests on", responses=NOT_FOUND)
def trace(desk: AtDesk, name: Annotated[str, Path(max_length=120)]) -> Traced:
    """Of a mechanism, parameter, output, source, claim, observation or variable; `claim:S1-08a` asks for a kind."""
    at = desk.context
    try:
        found = at.trace(name)
    except FissureError as error:
        raise HTTPException(404, str(error)) from None
    return Traced(
        kind=found.subject.kind,
        name=found.subject.name,
        title=found.subject.title,
        text=found.subject.text,
        claims=[claim_told(one, at) for one in found.claims],
        observations=[observation_told(one, at) for one in found.observations],
        rival_groups=[[one.id for one in group] for group in found.rival_groups],
        sources=[source_told(one, at) for one in found.sources.values()],
        related=list(found.related),
    )


@router.get("/posterior", summary="What was learned", responses=refusal(404, "No posterior lies with the case."))
def posterior(desk: AtDesk) -> Learned:
    """Parameters and publishers' leans before and after the fit, those that the figures take most of first."""
    at = desk.context
    found = at.posterior
    if found is None:
        raise HTTPException(404, at.no_posterior)
    seen = [item for name, item in at.comparable.items() if name in at.fitted]
    return Learned(
        case=found.case,
        until=found.until,
        digest=found.digest,
        draws=len(found.draws),
        fitted_to=len(seen),
        parameters=[
            Moved(
                name=one.name, meaning=one.meaning, unit=one.unit, prior=range_told(one.prior),
                posterior=range_told(one.posterior), shift=one.shift, contraction=one.contraction,
            )
            for one in updates_of(at).values()
        ],
        publishers=[
            Leans(
                publisher=one.publisher, source=one.bias.partition(".")[0], family=one.family, scale=one.scale,
                figures=one.figures, prior=range_told(one.prior), posterior=range_told(one.posterior),
                contraction=one.contraction,
            )
            for one in words.publisher_biases(found, seen, at.ledger)
        ],
    )  # fmt: skip


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

"""What the API tells of the ledger and of what was learned from it: its models, and how an entry becomes one."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from fissure.context import Context
from fissure.evidence.entries import Bound, Claim, Direction, Observation, Source, SourceKind, Variable
from fissure.evidence.trace import Kind
from fissure.present.render.html import web
from fissure.present.words.calibration import Interval


class ClaimTold(BaseModel):
    """What a source asserts, in our words, with the line it stands on."""

    id: str
    source: str
    line: int
    paraphrase: str
    direction: Direction
    effect: str
    mechanism: str | None
    reason: str | None = Field(description="Why no mechanism takes it up, where none does.")
    figure: str | None = Field(description="The figure that carries its number.")
    parameters: list[str] = Field(description="Parameters whose priors were argued from it.")


class ObservationTold(BaseModel):
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


class SourceTold(BaseModel):
    """Who said it."""

    id: str
    title: str
    kind: SourceKind
    publisher: str
    leaning: str
    address: str | None
    claims: int
    observations: int


class VariableTold(BaseModel):
    """What is published, and how the model's output becomes comparable with it."""

    id: str
    title: str
    unit: str
    how: str
    output: str | None
    family: str
    note: str
    reason: str | None
    observations: int


class Claims(BaseModel):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[ClaimTold]


class Observations(BaseModel):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[ObservationTold]


class Sources(BaseModel):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[SourceTold]


class Variables(BaseModel):
    """Those that match: `total` before the limit."""

    total: int
    entries: list[VariableTold]


class Traced(BaseModel):
    """What a name rests on; figures that contradict one another stand together in `rival_groups`."""

    kind: Kind
    name: str
    title: str
    text: str
    claims: list[ClaimTold]
    observations: list[ObservationTold]
    rival_groups: list[list[str]]
    sources: list[SourceTold]
    related: list[str]


class Range(BaseModel):
    """Median and 90% interval."""

    low: float
    median: float
    high: float


class Moved(BaseModel):
    """A parameter before and after, in its unit; `shift` in standard deviations of the prior."""

    name: str
    meaning: str
    unit: str
    prior: Range
    posterior: Range
    shift: float
    contraction: float = Field(description="The part of the prior variance that the figures took.")


class Leans(BaseModel):
    """What a publisher says over what is true: a factor, or a difference where `scale` is points."""

    publisher: str
    source: str
    family: str
    scale: Literal["factor", "points"]
    figures: int
    prior: Range
    posterior: Range
    contraction: float


class Learned(BaseModel):
    """What the posterior learned from figures up to `until`."""

    case: str
    until: date
    digest: str
    draws: int
    fitted_to: int = Field(description="Figures that it was fitted to.")
    parameters: list[Moved]
    publishers: list[Leans]


def claim_told(one: Claim, at: Context) -> ClaimTold:
    """A claim, as it is told."""
    return ClaimTold(**one.model_dump(), parameters=list(at.argued_from.get(one.id, ())))


def observation_told(one: Observation, at: Context) -> ObservationTold:
    """A figure, as it is told."""
    low, high = (end if math.isfinite(end) else None for end in one.band)
    first, last = one.period or (one.when, one.when)
    fit: Literal["used", "after", "not"] = (
        "used" if one.id in at.fitted else "after" if one.id in at.comparable else "not"
    )
    return ObservationTold(
        id=one.id, variable=one.variable, source=one.source, first=first, last=last, bound=one.bound, low=one.low,
        value=one.value, high=one.high, unit=one.unit, scope=one.scope, doubt=one.doubt, range_low=low,
        range_high=high, rivals=list(one.rival_of), fit=None if at.until is None else fit,
        parameters=list(at.argued_from.get(one.id, ())), address=web(one.address) or None, note=one.note,
    )  # fmt: skip


def source_told(one: Source, at: Context) -> SourceTold:
    """A source, as it is told."""
    return SourceTold(
        id=one.id, title=one.title, kind=one.kind, publisher=one.publisher, leaning=one.leaning,
        address=web(one.address) or None, claims=_count(at.ledger.claims.values(), one.id),
        observations=_count(at.ledger.observations.values(), one.id),
    )  # fmt: skip


def _count(entries: Iterable[Claim | Observation], source: str) -> int:
    return sum(one.source == source for one in entries)


def variable_told(one: Variable, at: Context) -> VariableTold:
    """A quantity, as it is told."""
    return VariableTold(
        id=one.id, title=one.title, unit=one.unit, how=one.how, output=one.output, family=one.of_family, note=one.note,
        reason=one.reason, observations=sum(o.variable == one.id for o in at.ledger.observations.values()),
    )  # fmt: skip


def range_told(told: Interval) -> Range:
    """A range, as it is told."""
    return Range(low=told.low, median=told.middle, high=told.high)

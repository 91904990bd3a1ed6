"""Cases for programs: what there is, what moves what in it, and on which evidence."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as InPath
from pydantic import Field

from fissure.app import derived
from fissure.app.desk import Desk
from fissure.app.mechanisms import WAITING, look
from fissure.app.pages import AtDesk
from fissure.app.schemas import IntervalSchema, ResultSchema, refusal, schema_of
from fissure.cases.naming import HOME, case_names
from fissure.context import Context, context_of
from fissure.errors import nearest
from fissure.evidence.entries import Claim, Observation
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import described
from fissure.model.parameters import Declared, quantile
from fissure.present import formatting
from fissure.present.document import Command, Paragraph, plain
from fissure.present.formatting import MECHANISM_GROUPS
from fissure.present.render.html import web
from fissure.present.sections import attribution_words as explaining
from fissure.present.sections import learned as words
from fissure.present.sections.causal import field as about
from fissure.present.sections.ledger import rule
from fissure.present.sections.mechanism import LOOPS
from fissure.present.sections.observation_influence import updates_of
from fissure.studies.attribution_file import SavedAttribution
from fissure.studies.causal import Atlas, kinds
from fissure.studies.effects import Effect, kept_effects

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
CaseName = Annotated[str, InPath(max_length=80, pattern=NAME, description="a name that `GET /api/cases` lists")]
MechanismName = Annotated[str, InPath(max_length=80, pattern=NAME, description="such as `pay-gap`")]
Loops = Annotated[int, Query(ge=0, le=20_000, description="how many loops to give at most, the shortest first")]
SIGN = "+ rises with it or raises it, - the contrary, ± either by the state, 0 never seen to move, ? not known"
Sign = Literal["+", "-", "±", "?", "0"]
UNKNOWN = refusal(404, "There is none of that name; the sentence names the nearest.")
NOT_YET = refusal(503, "The causal picture is being made; ask again after the seconds of `retry-after`.")

router = APIRouter(prefix="/api", tags=["cases"])


class CaseSummary(ResultSchema):
    """A case in a list."""

    name: str
    title: str
    start: date
    weeks: int


class CaseSchema(CaseSummary):
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


class ParameterSchema(ResultSchema):
    """A parameter: what a case believes of it before the evidence, and after it where it was learned."""

    name: str
    owner: str = Field(description="the mechanism, or the part of the model that is always on, which it belongs to")
    meaning: str
    unit: str
    prior_kind: str = Field(description="the shape of the prior")
    prior: IntervalSchema
    posterior: IntervalSchema | None = Field(description="null where it was not learned, or there is no posterior")
    shift: float | None = Field(description="mean of the posterior in standard deviations of the prior")
    contraction: float | None = Field(description="the share of the prior variance that the evidence took")
    reason: str
    evidence: list[str] = Field(description="ids of the published figures that the prior was argued from")


@schema_of(Claim, without=("mechanism", "reason"), figure="id of the observation that carries its number")
class MechanismClaimSchema(ResultSchema):
    """A claim of the ledger, with the line of the source that it stands on."""

    title: str = Field(description="of the source")
    publisher: str
    leaning: str = Field(description="the known leaning or doubt of the source")
    address: str


class FigureSchema(ResultSchema):
    """A published figure, in words as the report has them."""

    id: str
    what: str
    publisher: str
    when: str
    scope: str
    says: str
    band: str = Field(description="90% range once the doubt of the publisher is carried")
    unit: str
    doubt: str
    address: str


@schema_of(
    Effect, without=("mechanism", "group", "sign", "seconds"), renamed={"kind": "changed"},
    relative="the difference in per cent", share="of members that moved the expected way",
)  # fmt: skip
class EffectCheckSchema(ResultSchema):
    """The result of a check of effects: the mean paired difference with its 95% interval (Student's t)."""

    expected: Literal["lower", "higher"]


class ShapleySchema(ResultSchema):
    """The Shapley value of a mechanism for an outcome, with its 90% interval."""

    outcome: str
    title: str
    unit: str
    more: str
    value: float
    low: float
    high: float
    members: int


class LoopStepSchema(ResultSchema):
    """One step of a loop: `field` moves the next one, carried by a mechanism or a part that is always on."""

    field: str
    by: str
    mechanism: bool
    sign: Sign = Field(description=SIGN)


class LoopSchema(ResultSchema):
    """A feedback loop."""

    kind: Literal["reinforcing", "balancing", "undetermined", "unknown"]
    steps: list[LoopStepSchema]


class LoopsSchema(ResultSchema):
    """The number of loops through it, by kind, and the shortest of them."""

    total: int
    kinds: dict[str, int]
    shortest: list[LoopSchema]


class LinkSchema(ResultSchema):
    """A field that a mechanism reads or moves, or a mechanism that reads or moves a field."""

    name: str
    sign: Sign = Field(description=SIGN)


class RuleSchema(ResultSchema):
    """A paragraph of the rule; equations are plain text."""

    equation: bool
    text: str


class MechanismSummary(ResultSchema):
    """A mechanism in a list."""

    name: str
    title: str
    group: str
    says: str
    parameters: int
    claims: int


class MechanismSchema(MechanismSummary):
    """All that the page tells of a mechanism. `causes` is null while the picture is being made."""

    theory: str
    rule: list[RuleSchema]
    sources: list[str] = Field(description="sources and lines that its file names")
    checks: list[EffectCheckSchema]
    checks_stale: bool = Field(description="whether the checks were made with another version of the model")
    attribution: ShapleySchema | None
    parameters_told: list[ParameterSchema]
    claims_told: list[MechanismClaimSchema]
    rivals: list[list[FigureSchema]] = Field(description="published figures on it that contradict one another")
    reads: list[LinkSchema] | None
    moves: list[LinkSchema] | None
    loops: LoopsSchema | None


class NodeSchema(ResultSchema):
    """A mechanism or a field of the graph; `group` is the group of the one and the owner of the other."""

    name: str
    kind: str
    label: str
    group: str


class EdgeSchema(ResultSchema):
    """`source` moves `target` within a week, by a mechanism through a channel, or by a part that is always on."""

    source: str
    target: str
    sign: Sign
    by: str
    channel: str


class GraphSchema(ResultSchema):
    """The causal graph. `loops.total` counts all loops of at most three mechanisms, also those that are not given."""

    nodes: list[NodeSchema]
    edges: list[EdgeSchema]
    loops: LoopsSchema


@router.get("/cases", summary="The cases that come with the package, and the one that the server shows")
def cases(desk: AtDesk) -> list[CaseSummary]:
    """Names, titles, first day and length; a case of one's own stands in place of a packaged one with its name."""
    return [CaseSummary.build(_context(name, desk).case) for name in _names(desk)]


@router.get("/cases/{case}", summary="One case", responses=UNKNOWN)
def case(case: CaseName, desk: AtDesk) -> CaseSchema:
    """Its size, its digest, and what its members are drawn from."""
    context = _context(case, desk)
    loaded, ledger = context.case, context.ledger
    return CaseSchema.build(
        loaded, context, districts=len(loaded.districts), offensives=len(loaded.offensives),
        posterior=context.posterior_digest or None, mechanisms=len(mechanism_classes()),
        parameters=len(context.parameters), claims=len(ledger.claims), observations=len(ledger.observations),
    )  # fmt: skip


@router.get("/cases/{case}/mechanisms", summary="All mechanisms", responses=UNKNOWN)
def mechanisms(case: CaseName, desk: AtDesk) -> list[MechanismSummary]:
    """By group and name."""
    context, order = _context(case, desk), list(MECHANISM_GROUPS)
    names = sorted(mechanism_classes(), key=lambda name: (order.index(mechanism_classes()[name].group()), name))
    return [summary_of(name, context) for name in names]


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
    return mechanism_of(name, context, look(desk).value, derived.attribution(context).value, loops)


@router.get("/cases/{case}/parameters", summary="All parameters, before and after the evidence", responses=UNKNOWN)
def parameters(case: CaseName, desk: AtDesk) -> list[ParameterSchema]:
    """Each with unit, reason, prior, and posterior where it was learned."""
    context = _context(case, desk)
    return [_parameter(one, context) for one in context.parameters]


@router.get("/cases/{case}/graph", summary="The causal graph", responses=UNKNOWN | NOT_YET)
def graph(case: CaseName, desk: AtDesk, loops: Loops = 200) -> GraphSchema:
    """Mechanisms and fields, who moves what and which way, and feedback loops."""
    _context(case, desk)
    found = look(desk)
    if (atlas := found.value) is None:
        raise HTTPException(503, found.error or WAITING, {"retry-after": "5"})
    nodes = [
        NodeSchema(name=name, kind="mechanism", label=kind.title, group=kind.group())
        for name, kind in mechanism_classes().items()
    ]
    nodes += [NodeSchema(name=p, kind="field", label=about(p).label, group=about(p).owner) for p in atlas.fields]
    return GraphSchema(nodes=nodes, edges=list(map(EdgeSchema.build, atlas.arrows)), loops=loops_of(atlas, loops))


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


# Results as schemas


def summary_of(name: str, context: Context) -> MechanismSummary:
    """A mechanism in short."""
    kind = mechanism_classes()[name]
    return MechanismSummary.build(
        kind, name=name, group=kind.group(), says=described(kind).line,
        parameters=sum(one.owner == name for one in context.parameters), claims=len(context.ledger.claims_of(name)),
    )  # fmt: skip


def mechanism_of(
    name: str, context: Context, atlas: Atlas | None, attribution: SavedAttribution | None, most: int = LOOPS
) -> MechanismSchema:
    """All of a mechanism, which exists; with `most` loops at most."""
    text, kept = described(mechanism_classes()[name]), kept_effects()
    sources = context.ledger.sources
    claims = sorted(context.ledger.claims_of(name), key=lambda c: (c.source, c.line, c.id))
    return MechanismSchema.build(
        summary_of(name, context),
        theory=text.theory,
        rule=_rule(text.rule),
        sources=text.source.split(),
        checks=[
            EffectCheckSchema.build(one, expected="lower" if one.sign < 0 else "higher")
            for one in kept.effects if one.mechanism == name
        ],
        checks_stale=kept.stale,
        attribution=_shapley(name, attribution),
        parameters_told=[_parameter(one, context) for one in context.parameters if one.owner == name],
        claims_told=[
            MechanismClaimSchema.build(one, sources[one.source], paraphrase=" ".join(one.paraphrase.split()),
                                       address=web(sources[one.source].address))
            for one in claims
        ],
        rivals=[[_figure(one, context) for one in group] for group in context.trace(f"mechanism:{name}").rival_groups],
        reads=atlas and [{"name": path, "sign": sign} for path, sign in atlas.reads[name].items()],
        moves=atlas and [{"name": path, "sign": sign} for path, sign in atlas.moves[name].items()],
        loops=atlas and loops_of(atlas, most, name),
    )  # fmt: skip


def _parameter(one: Declared, context: Context) -> ParameterSchema:
    low, median, high = (float(x) for x in quantile(one.prior.prior, np.asarray(words.NORMAL)))
    prior = IntervalSchema(low=low, median=median, high=high)
    update = updates_of(context).get(one.name)
    return ParameterSchema.build(one, one.prior, update, prior_kind=one.prior.prior.kind, prior=prior)


def loops_of(atlas: Atlas, most: int, name: str = "") -> LoopsSchema:
    """The loops through the mechanism or field `name`, or all of them, and the shortest `most`."""
    every = atlas.through(name) if name else atlas.loops
    shortest = [
        LoopSchema.build(one, steps=[LoopStepSchema.build(step, mechanism=step.by in atlas.reads)
                                  for step in atlas.steps(one, name)])
        for one in (atlas.shortest(name, most) if name else every[:most])
    ]  # fmt: skip
    return LoopsSchema(total=len(every), kinds=kinds(every), shortest=shortest)


def _figure(one: Observation, context: Context) -> FigureSchema:
    ledger = context.ledger
    return FigureSchema.build(
        one, what=ledger.variables[one.variable].title, publisher=formatting.publisher(one, ledger.sources),
        when=formatting.when(one), says=formatting.published(one), band=formatting.interval(*one.band, one.unit),
        unit=formatting.unit(one.unit), address=web(one.address or ledger.sources[one.source].address),
    )  # fmt: skip


def _shapley(name: str, attribution: SavedAttribution | None) -> ShapleySchema | None:
    """The share of a mechanism in the first outcome of the kept attribution."""
    if attribution is None or name not in attribution.found.every.players:
        return None
    outcome, every = attribution.found.outcomes[0], attribution.found.every
    value, low, high = explaining.of(every, every.players.index(name), 0)
    unit = formatting.unit(outcome.unit)
    return ShapleySchema.build(outcome, every, outcome=outcome.name, unit=unit, value=value, low=low, high=high)


def _rule(text: str) -> list[RuleSchema]:
    return [
        RuleSchema(equation=isinstance(one, Command), text=one.text if isinstance(one, Command) else plain(one.line))
        for one in rule(text) if isinstance(one, Command | Paragraph)
    ]  # fmt: skip

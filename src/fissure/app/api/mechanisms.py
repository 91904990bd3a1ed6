"""Mechanisms and parameters for programs: the schemas of the interface, and how a mechanism becomes one."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from fissure.app.schemas import IntervalSchema
from fissure.context import Context
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
from fissure.present.sections.ledger import rule
from fissure.present.sections.mechanism import LOOPS
from fissure.present.sections.observation_influence import updates_of
from fissure.studies import verdicts
from fissure.studies.attribution_file import Saved
from fissure.studies.causal import Loop
from fissure.studies.causal_atlas import Atlas, kinds
from fissure.studies.effects import Effect

Sign = Literal["+", "-", "±", "?", "0"]
SIGN = "+ rises with it or raises it, - the contrary, ± either by the state, 0 never seen to move, ? not known"


class ParameterSchema(BaseModel):
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


class MechanismClaimSchema(BaseModel):
    """A claim of the ledger, with the line of the source that it stands on."""

    id: str
    source: str
    line: int
    paraphrase: str
    direction: str
    effect: str
    title: str = Field(description="of the source")
    publisher: str
    leaning: str = Field(description="the known leaning or doubt of the source")
    address: str = ""
    figure: str | None = Field(None, description="id of the observation that carries its number")


class FigureSchema(BaseModel):
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
    address: str = ""


class EffectCheckSchema(BaseModel):
    """What a check of effects found: the mean paired difference with its 95% interval (Student's t)."""

    observable: str
    changed: str
    expected: Literal["lower", "higher"]
    difference: float | None
    low: float | None
    high: float | None
    relative: float | None = Field(description="the difference in per cent")
    share: float | None = Field(description="of members that moved the expected way")
    members: int
    verdict: str


class ShapleySchema(BaseModel):
    """The Shapley value of a mechanism for an outcome, with its 90% interval."""

    outcome: str
    title: str
    unit: str
    more: str
    value: float
    low: float
    high: float
    members: int


class LoopStepSchema(BaseModel):
    """One step of a loop: `field` moves the next one, carried by a mechanism or a part that is always on."""

    field: str
    by: str
    mechanism: bool
    sign: Sign = Field(description=SIGN)


class LoopSchema(BaseModel):
    """A feedback loop."""

    kind: Literal["reinforcing", "balancing", "undetermined", "unknown"]
    steps: list[LoopStepSchema]


class LoopsSchema(BaseModel):
    """How many loops pass through it, by kind, and the shortest of them."""

    total: int
    kinds: dict[str, int]
    shortest: list[LoopSchema]


class LinkSchema(BaseModel):
    """A field that a mechanism reads or moves, or a mechanism that reads or moves a field."""

    name: str
    sign: Sign = Field(description=SIGN)


class RuleSchema(BaseModel):
    """A paragraph of the rule; equations are plain text."""

    equation: bool
    text: str


class MechanismSummary(BaseModel):
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


def summaries(context: Context) -> dict[str, MechanismSummary]:
    """Every mechanism in short, by group and name."""
    owners = [one.owner for one in context.parameters]
    order = list(MECHANISM_GROUPS)
    found = sorted(mechanism_classes().items(), key=lambda one: (order.index(one[1].group()), one[0]))
    return {
        name: MechanismSummary(
            name=name,
            title=kind.title,
            group=kind.group(),
            says=described(kind).line,
            parameters=owners.count(name),
            claims=len(context.ledger.claims_of(name)),
        )
        for name, kind in found
    }


def mechanism(
    name: str, context: Context, atlas: Atlas | None, attribution: Saved | None, most: int = LOOPS
) -> MechanismSchema:
    """All of a mechanism, which exists; with `most` loops at most."""
    text = described(mechanism_classes()[name])
    kept = verdicts.kept()
    claims = sorted(context.ledger.claims_of(name), key=lambda c: (c.source, c.line, c.id))
    groups = context.trace(f"mechanism:{name}").rival_groups
    return MechanismSchema(
        **summaries(context)[name].model_dump(),
        theory=text.theory,
        rule=_rule(text.rule),
        sources=text.source.split(),
        checks=[_check(one) for one in verdicts.effects(kept) if one.mechanism == name],
        checks_stale=verdicts.stale(kept),
        attribution=_shapley(name, attribution),
        parameters_told=[one for one in parameters(context) if one.owner == name],
        claims_told=[_claim(one, context) for one in claims],
        rivals=[_figures(group, context) for group in groups],
        reads=None if atlas is None else _links(atlas.reads[name]),
        moves=None if atlas is None else _links(atlas.moves[name]),
        loops=None if atlas is None else loops(name, atlas, most),
    )


def parameters(context: Context) -> list[ParameterSchema]:
    """All of them, by owner, in the order of the model."""
    return [_parameter(one, context) for one in context.parameters]


def _parameter(one: Declared, context: Context) -> ParameterSchema:
    update = updates_of(context).get(one.name)
    low, middle, high = (float(x) for x in quantile(one.prior.prior, np.asarray(words.NORMAL)))
    return ParameterSchema(
        name=one.name,
        owner=one.owner,
        meaning=one.meaning,
        unit=one.unit,
        prior_kind=one.prior.prior.kind,
        prior=IntervalSchema(low=low, median=middle, high=high),
        posterior=None if update is None else IntervalSchema.model_validate(update.posterior._asdict()),
        shift=None if update is None else update.shift,
        contraction=None if update is None else update.contraction,
        reason=one.prior.reason,
        evidence=list(one.prior.evidence),
    )


def loops(name: str, atlas: Atlas, most: int = LOOPS) -> LoopsSchema:
    """Loops through a mechanism or a field."""
    every = atlas.through(name)
    return loops_of(every, [loop(one, atlas, name) for one in atlas.shortest(name, most)])


def loops_of(every: Sequence[Loop], shown: list[LoopSchema]) -> LoopsSchema:
    """Some of all loops."""
    return LoopsSchema(total=len(every), kinds=kinds(every), shortest=shown)


def loop(one: Loop, atlas: Atlas, begin: str = "") -> LoopSchema:
    """A loop step by step, beginning at the field `begin` or where the mechanism `begin` takes it up."""
    steps = [
        LoopStepSchema(field=step.field, by=step.by, mechanism=step.by in atlas.reads, sign=step.sign)
        for step in atlas.steps(one, begin)
    ]
    return LoopSchema(kind=one.kind, steps=steps)


def _claim(one: Claim, context: Context) -> MechanismClaimSchema:
    source = context.ledger.sources[one.source]
    return MechanismClaimSchema(
        id=one.id,
        source=one.source,
        line=one.line,
        paraphrase=" ".join(one.paraphrase.split()),
        direction=one.direction,
        effect=one.effect,
        title=source.title,
        publisher=source.publisher,
        leaning=source.leaning,
        address=web(source.address),
        figure=one.figure,
    )


def _figures(some: Iterable[Observation], context: Context) -> list[FigureSchema]:
    ledger = context.ledger
    return [
        FigureSchema(
            id=o.id,
            what=ledger.variables[o.variable].title,
            publisher=formatting.publisher(o, ledger.sources),
            when=formatting.when(o),
            scope=o.scope,
            says=formatting.published(o),
            band=formatting.interval(*o.band, o.unit),
            unit=formatting.unit(o.unit),
            doubt=o.doubt,
            address=web(o.address or ledger.sources[o.source].address),
        )
        for o in some
    ]


def _check(effect: Effect) -> EffectCheckSchema:
    return EffectCheckSchema(
        observable=effect.observable,
        changed=effect.kind,
        expected="lower" if effect.sign < 0 else "higher",
        difference=_finite(effect.difference),
        low=_finite(effect.low),
        high=_finite(effect.high),
        relative=_finite(effect.relative),
        share=_finite(effect.share),
        members=effect.members,
        verdict=effect.verdict,
    )


def _shapley(name: str, attribution: Saved | None) -> ShapleySchema | None:
    """The share of a mechanism in the first outcome of the kept attribution."""
    if attribution is None or name not in attribution.found.every.players:
        return None
    outcome, every = attribution.found.outcomes[0], attribution.found.every
    value, low, high = explaining.of(every, every.players.index(name), 0)
    return ShapleySchema(
        outcome=outcome.name,
        title=outcome.title,
        unit=formatting.unit(outcome.unit),
        more=outcome.more,
        value=value,
        low=low,
        high=high,
        members=every.members,
    )


def _rule(text: str) -> list[RuleSchema]:
    found = []
    for block in rule(text):
        if isinstance(block, Command):
            found.append(RuleSchema(equation=True, text=block.text))
        elif isinstance(block, Paragraph):
            found.append(RuleSchema(equation=False, text=plain(block.line)))
    return found


def _links(found: Mapping[str, str]) -> list[LinkSchema]:
    return [LinkSchema(name=name, sign=sign) for name, sign in found.items()]


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None

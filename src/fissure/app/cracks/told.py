"""What the page and its API tell of a mechanism, a field and a parameter: typed, so that both tell the same."""

from typing import Literal

from pydantic import BaseModel, Field

Sign = Literal["+", "-", "±", "?", "0"]
SIGN = "+ rises with it or raises it, - the contrary, ± either by the state, 0 never seen to move, ? not known"


class IntervalTold(BaseModel):
    """5%, 50% and 95% quantiles, in the unit of the parameter."""

    low: float
    middle: float
    high: float


class ParameterTold(BaseModel):
    """A parameter: what a case believes of it before the evidence, and after it where it was learned."""

    name: str
    owner: str = Field(description="the mechanism, or the part of the model that is always on, which it belongs to")
    meaning: str
    unit: str
    prior_kind: str = Field(description="the shape of the prior")
    prior: IntervalTold
    posterior: IntervalTold | None = Field(description="null where it was not learned, or there is no posterior")
    shift: float | None = Field(description="mean of the posterior in standard deviations of the prior")
    contraction: float | None = Field(description="the share of the prior variance that the evidence took")
    reason: str
    evidence: list[str] = Field(description="ids of the published figures that the prior was argued from")


class ClaimTold(BaseModel):
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


class FigureTold(BaseModel):
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


class CheckTold(BaseModel):
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


class AttributionTold(BaseModel):
    """The Shapley value of a mechanism for an outcome, with its 90% interval."""

    outcome: str
    title: str
    unit: str
    more: str
    value: float
    low: float
    high: float
    members: int


class StepTold(BaseModel):
    """One step of a loop: `field` moves the next one, carried by a mechanism or a part that is always on."""

    field: str
    by: str
    mechanism: bool
    sign: Sign = Field(description=SIGN)


class LoopTold(BaseModel):
    """A feedback loop."""

    kind: Literal["reinforcing", "balancing", "undetermined", "unknown"]
    steps: list[StepTold]


class LoopsTold(BaseModel):
    """How many loops pass through it, by kind, and the shortest of them."""

    total: int
    kinds: dict[str, int]
    shortest: list[LoopTold]


class LinkTold(BaseModel):
    """A field that a mechanism reads or moves, or a mechanism that reads or moves a field."""

    name: str
    sign: Sign = Field(description=SIGN)


class RuleTold(BaseModel):
    """A paragraph of the rule; equations are plain text."""

    equation: bool
    text: str


class MechanismShort(BaseModel):
    """A mechanism in a list."""

    name: str
    title: str
    group: str
    says: str
    parameters: int
    claims: int


class MechanismTold(MechanismShort):
    """All that the page tells of a mechanism. `causes` is null while the picture is being made."""

    theory: str
    rule: list[RuleTold]
    sources: list[str] = Field(description="sources and lines that its file names")
    checks: list[CheckTold]
    checks_stale: bool = Field(description="whether the checks were made with another version of the model")
    attribution: AttributionTold | None
    parameters_told: list[ParameterTold]
    claims_told: list[ClaimTold]
    rivals: list[list[FigureTold]] = Field(description="published figures on it that contradict one another")
    reads: list[LinkTold] | None
    moves: list[LinkTold] | None
    loops: LoopsTold | None


class FieldTold(BaseModel):
    """A field of the state, or the forcing of a week."""

    path: str
    label: str
    owner: str
    meaning: str
    each: str
    unit: str
    range: str
    outputs: list[str]
    figures: list[FigureTold]
    rivals: list[list[FigureTold]]
    movers: list[LinkTold]
    readers: list[LinkTold]
    always: list[StepTold] = Field(description="fields that move it through a part that is always on")
    loops: LoopsTold

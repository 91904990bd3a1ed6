"""The ledger as rows to search: of each kind its entries, what they can be filtered by, and which match a search.

A row matches where it has every tag that is asked for and its text holds every word that is looked for. The page's
script (`evidence.js`) filters by the same two lists, so that both show the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fissure.context import Context
from fissure.errors import ArgumentError, nearest
from fissure.evidence.entries import Claim, Observation, Source, Variable
from fissure.evidence.trace import Kind as Singular
from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label
from fissure.present.sections.observation_influence import RunComparison
from fissure.present.sections.parts import CARRIED_OUT, DIRECTIONS

FIT = {"used": "in the fit", "after": "after the cut-off", "not": "not to be learned from"}
"""The words for what the fit did with a figure."""


@dataclass(frozen=True)
class LedgerRow:
    """An entry in a list: `value` and `beside` stand at its end, `signs` are short words of what marks it."""

    id: str
    title: str
    about: str
    value: str = ""
    beside: str = ""
    signs: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    more: tuple[str, ...] = ()
    """Words that find it besides those that are shown."""

    @property
    def text(self) -> str:
        """All that words are looked for in."""
        shown = (self.id, self.title, self.about, self.value, self.beside, *self.signs, *self.more)
        return " ".join(" ".join(shown).lower().split())


@dataclass(frozen=True)
class Filter:
    """A choice: its name in the address, its label, and what can be chosen (value and words)."""

    name: str
    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One list of the ledger; `traced` is what `Context.trace` calls one of it."""

    name: str
    title: str
    one: str
    many: str
    traced: Singular


KINDS = {
    kind.name: kind
    for kind in (
        Kind("observations", "Figures", "figure", "figures", "observation"),
        Kind("claims", "Claims", "claim", "claims", "claim"),
        Kind("sources", "Sources", "source", "sources", "source"),
        Kind("variables", "Quantities", "quantity", "quantities", "variable"),
    )
}


@dataclass(frozen=True)
class Search:
    """The terms of a search: words, and of each filter a value."""

    find: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    def matches(self, row: LedgerRow) -> bool:
        """True where a row is among what is looked for."""
        tags = {f"{name}:{value}" for name, value in self.chosen.items()}
        return row.tags >= tags and all(word in row.text for word in self.find.lower().split())


def rows(kind: str, context: Context, run: RunComparison | None = None) -> list[LedgerRow]:
    """All rows of a kind; figures with their verdicts where they were compared with a `run`."""
    ledger = context.ledger
    if kind == "observations":
        order = sorted(ledger.observations.values(), key=lambda o: (o.when, o.variable, o.id))
        return [_observation(one, context, run) for one in order]
    if kind == "claims":
        return [_claim(one, context) for one in ledger.claims.values()]
    if kind == "sources":
        return [_source(one, context) for one in ledger.sources.values()]
    return [_variable(one, context) for one in ledger.variables.values()]


def filters(kind: str, context: Context, shown: Sequence[LedgerRow]) -> list[Filter]:
    """The filters of a kind: only choices that some row has."""
    tags = {tag for row in shown for tag in row.tags}
    found = [
        Filter(one.name, one.label, {v: words for v, words in one.choices.items() if f"{one.name}:{v}" in tags})
        for one in _filters(kind, context)
    ]
    return [one for one in found if one.choices]


def _filters(kind: str, context: Context) -> tuple[Filter, ...]:
    ledger = context.ledger
    sources = {name: formatting.source_name(one) for name, one in ledger.sources.items()}
    mechanisms = {name: mechanism_label(name) for name in mechanism_classes()}
    match kind:
        case "claims":
            return (
                Filter("source", "Source", sources),
                Filter("group", "Group of mechanisms", MECHANISM_GROUPS),
                Filter("mechanism", "Mechanism", mechanisms),
                Filter("executes", "In the model", {str(name): said for name, said in CARRIED_OUT.items()}),
                Filter("direction", "Direction", {name: str(one) for name, one in DIRECTIONS.items()}),
            )
        case "observations":
            titles = sorted((one.title, name) for name, one in ledger.variables.items())
            outputs = {one.output: one.output for one in ledger.variables.values() if one.output}
            verdicts: dict[str, str] = {name: str(one) for name, one in formatting.VERDICTS.items()}
            return (
                Filter("variable", "Quantity", {name: title for title, name in titles}),
                Filter("source", "Published by", sources),
                Filter("output", "Output of the model", outputs),
                Filter("mechanism", "Mechanism", mechanisms),
                Filter("fit", "The fit", FIT),
                Filter("verdict", "The stored run", verdicts),
                Filter("rivals", "Rivals", {"yes": "⇄ has rivals", "no": "no rivals"}),
                Filter("behind", "Priors", {"yes": f"{formatting.BEHIND} behind a prior", "no": "behind none"}),
            )
        case "sources":
            kinds: dict[str, str] = {one.kind: formatting.kind_of_source(one) for one in ledger.sources.values()}
            return (Filter("type", "Kind", kinds),)
        case _:
            families = {one.of_family: formatting.family(one.of_family) for one in ledger.variables.values()}
            return (
                Filter("counterpart", "The model", {"yes": "has a counterpart", "no": "has none"}),
                Filter("family", "Family", families),
            )


def search_of(find: str, given: Mapping[str, str], offered: Iterable[Filter], kind: Kind) -> Search:
    """A search, checked. Raises `FissureError` for a filter or a value that does not exist."""
    offers = {one.name: one for one in offered}
    chosen = {name: value for name, value in given.items() if value}
    for name, value in chosen.items():
        if name not in offers:
            raise ArgumentError(f"{kind.many} cannot be filtered by '{name}'{nearest(name, offers)}")
        if value not in offers[name].choices:
            raise ArgumentError(f"there are no {kind.many} with {name} '{value}'{nearest(value, offers[name].choices)}")
    return Search(find.strip(), chosen)


def entries(context: Context) -> dict[str, Mapping[str, object]]:
    """The entries of the ledger by kind and id."""
    return {kind: getattr(context.ledger, kind) for kind in KINDS}


def fit_of(observation: str, context: Context) -> Literal["used", "after", "not"] | None:
    """The use that the fit made of a figure, see `FIT`; None without a fit."""
    if context.until is None:
        return None
    return "used" if observation in context.fitted else "after" if observation in context.comparable else "not"


def _tags(**values: str | bool | Iterable[str] | None) -> frozenset[str]:
    """By the name of a filter the value or values of a row; none where there is nothing."""
    words = {True: "yes", False: "no", None: ()}
    each = {name: words[x] if isinstance(x, bool) or x is None else x for name, x in values.items()}
    return frozenset(f"{name}:{v}" for name, x in each.items() for v in ((x,) if isinstance(x, str) else x) if v)


def _claim(claim: Claim, context: Context) -> LedgerRow:
    kind = mechanism_classes().get(claim.mechanism or "")
    group = kind.group() if kind else ""
    taken = mechanism_label(claim.mechanism) if claim.mechanism else "taken up by no mechanism"
    source = formatting.source_name(context.ledger.sources[claim.source])
    return LedgerRow(
        claim.id, claim.paraphrase, f"{formatting.claim_place(claim)} · {claim.effect} · {taken}",
        signs=(str(DIRECTIONS[claim.direction]), *([CARRIED_OUT[claim.executes]] if claim.lacks else [])),
        tags=_tags(
            source=claim.source, direction=claim.direction, mechanism=claim.mechanism, group=group,
            executes=claim.carried_out,
        ),
        more=(claim.mechanism or "", kind.title if kind else "", MECHANISM_GROUPS.get(group, ""), source),
    )  # fmt: skip


def _observation(one: Observation, context: Context, run: RunComparison | None) -> LedgerRow:
    ledger = context.ledger
    variable, source = ledger.variables[one.variable], ledger.sources[one.source]
    behind, rivals, fit = bool(context.argued_from.get(one.id)), len(one.rival_of), fit_of(one.id, context)
    compared = run.figures.get(one.id) if run else None
    signs = [f"⇄ {rivals} rival{'s' if rivals > 1 else ''}"] if rivals else []
    signs += [f"{formatting.BEHIND} behind a prior"] if behind else []
    signs += [FIT[fit]] if fit else []
    signs += [compared.word] if compared else []
    return LedgerRow(
        one.id, variable.title, f"{formatting.when(one)} · {formatting.publisher(one, ledger.sources)} · {one.scope}",
        formatting.figure(one), f"90%: {formatting.interval(*one.band, one.unit)}", tuple(signs),
        tags=_tags(
            source=one.source, variable=one.variable, output=variable.output, rivals=rivals > 0, behind=behind, fit=fit,
            mechanism=context.mechanisms_of(one.id), verdict=compared.verdict if compared else None,
        ),
        more=(one.doubt, one.note or "", source.title, variable.id, variable.output or ""),
    )  # fmt: skip


def _source(source: Source, context: Context) -> LedgerRow:
    ledger = context.ledger
    counts = {
        word: sum(one.source == source.id for one in own)
        for word, own in (("claim", ledger.claims.values()), ("figure", ledger.observations.values()))
    }
    said = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts.items() if n]
    return LedgerRow(
        source.id, formatting.source_name(source), f"{formatting.kind_of_source(source)} · {source.title}",
        " · ".join(said) or "nothing", tags=_tags(type=source.kind), more=(source.leaning,),
    )  # fmt: skip


def _variable(variable: Variable, context: Context) -> LedgerRow:
    figures = sum(one.variable == variable.id for one in context.ledger.observations.values())
    about = f"output {variable.output}" if variable.output else "the model has no counterpart"
    return LedgerRow(
        variable.id, variable.title, f"{formatting.unit(variable.unit)} · {about}",
        f"{figures} figure{'' if figures == 1 else 's'}",
        tags=_tags(counterpart=bool(variable.output), family=variable.of_family),
        more=(variable.note, variable.reason or ""),
    )  # fmt: skip

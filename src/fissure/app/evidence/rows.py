"""The ledger as rows to search: of each kind its entries, what they can be filtered by, and which match what is asked.

A row matches where it has every tag that is asked for and its text holds every word that is looked for. The page's
script (`evidence.js`) filters by the same two lists, so that both show the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.evidence.entries import Claim, Observation, Source, Variable
from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS

DIRECTIONS = {"raises": "▲ raises", "lowers": "▼ lowers", "describes": "• describes", "predicts": "? predicts"}
FIT = {
    "used": "in the fit",
    "after": "after the cut-off",
    "not": "not to be learned from",
}
"""What the fit did with a figure."""


@dataclass(frozen=True)
class Row:
    """An entry in a list: `value` and `beside` stand at its end, `signs` are short words of what marks it."""

    id: str
    title: str
    about: str
    value: str = ""
    beside: str = ""
    signs: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True)
class Filter:
    """A choice: its name in the address, its label, and what can be chosen (value and words)."""

    name: str
    label: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One list of the ledger."""

    name: str
    title: str
    one: str
    many: str


KINDS = (
    Kind("observations", "Figures", "figure", "figures"),
    Kind("claims", "Claims", "claim", "claims"),
    Kind("sources", "Sources", "source", "sources"),
    Kind("variables", "Quantities", "quantity", "quantities"),
)


@dataclass(frozen=True)
class Asked:
    """What is looked for: words, and of each filter a value."""

    find: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """In small letters."""
        return self.find.lower().split()

    @property
    def tags(self) -> list[str]:
        """As rows carry them."""
        return [f"{name}:{value}" for name, value in self.chosen.items()]


def matches(row: Row, asked: Asked) -> bool:
    """Whether a row is among what is asked for."""
    return row.tags.issuperset(asked.tags) and all(word in row.text for word in asked.words)


def rows(kind: str, at: Context, verdicts: Mapping[str, tuple[str, str]] | None = None) -> list[Row]:
    """All rows of a kind; `verdicts` holds class and words for figures that a run was held against."""
    match kind:
        case "claims":
            return [_claim(one, at) for one in at.ledger.claims.values()]
        case "observations":
            order = sorted(at.ledger.observations.values(), key=lambda o: (o.when, o.variable, o.id))
            return [_observation(one, at, (verdicts or {}).get(one.id)) for one in order]
        case "sources":
            return [_source(one, at) for one in at.ledger.sources.values()]
        case _:
            return [_variable(one, at) for one in at.ledger.variables.values()]


def filters(kind: str, at: Context, shown: Sequence[Row]) -> list[Filter]:
    """What a kind can be filtered by: only choices that some row has."""
    tags = {tag for row in shown for tag in row.tags}
    ledger, kinds = at.ledger, mechanism_classes()
    sources = {name: _who(one) for name, one in ledger.sources.items()}
    titles = {name: one.title for name, one in sorted(ledger.variables.items(), key=lambda item: item[1].title)}
    outputs = {one.output: one.output for one in ledger.variables.values() if one.output}
    mechanisms = {name: one.title for name, one in sorted(kinds.items(), key=lambda item: item[1].title)}
    every: dict[str, tuple[Filter, ...]] = {
        "claims": (
            Filter("source", "Source", sources),
            Filter("group", "Group of mechanisms", GROUPS),
            Filter("mechanism", "Mechanism", mechanisms),
            Filter("direction", "Direction", DIRECTIONS),
        ),
        "observations": (
            Filter("variable", "Quantity", titles),
            Filter("source", "Published by", sources),
            Filter("output", "Output of the model", outputs),
            Filter("mechanism", "Mechanism", mechanisms),
            Filter("fit", "The fit", FIT),
            Filter("verdict", "The stored run", {key: str(one) for key, one in formatting.VERDICTS.items()}),
            Filter("rivals", "Rivals", {"yes": "⇄ has rivals", "no": "no rivals"}),
            Filter("behind", "Priors", {"yes": f"{formatting.BEHIND} behind a prior", "no": "behind none"}),
        ),
        "sources": (Filter("type", "Kind", {s.kind: s.kind.replace("-", " ") for s in ledger.sources.values()}),),
        "variables": (
            Filter("counterpart", "The model", {"yes": "has a counterpart", "no": "has none"}),
            Filter("family", "Family", {v.of_family: _plain(v.of_family) for v in ledger.variables.values()}),
        ),
    }
    found = [
        Filter(one.name, one.label, {v: said for v, said in one.choices.items() if f"{one.name}:{v}" in tags})
        for one in every[kind]
    ]
    return [one for one in found if one.choices]


def asked_for(find: str, given: Mapping[str, str], offered: Iterable[Filter], kind: Kind) -> Asked:
    """What is asked, checked. Raises `FissureError` for a filter or a value that there is not."""
    offers = {one.name: one for one in offered}
    chosen = {name: value for name, value in given.items() if value}
    for name, value in chosen.items():
        if name not in offers:
            raise FissureError(f"{kind.many} cannot be filtered by '{name}'{nearest(name, offers)}")
        if value not in offers[name].choices:
            raise FissureError(f"there are no {kind.many} with {name} '{value}'{nearest(value, offers[name].choices)}")
    return Asked(find.strip(), chosen)


def kind_of(entry: str, ledger_of: Mapping[str, Mapping[str, object]], among: str | None) -> str | None:
    """The kind that an id belongs to, `among` first; None where there is no such entry."""
    order = [name for name in (among, *ledger_of) if name is not None]
    return next((name for name in order if entry in ledger_of.get(name, {})), None)


def by_kind(at: Context) -> dict[str, Mapping[str, object]]:
    """The entries of the ledger by kind and id."""
    ledger = at.ledger
    return {
        "observations": ledger.observations,
        "claims": ledger.claims,
        "sources": ledger.sources,
        "variables": ledger.variables,
    }


def figure(observation: Observation) -> str:
    """What was published, with its unit."""
    return f"{formatting.published(observation)}{unit(observation.unit)}"


def unit(name: str) -> str:
    """A unit after a number; shares are told in per cent and need none."""
    return "" if name == "share" else f" {formatting.unit(name)}"


def _row(row: Row, tags: Iterable[str], *more: str) -> Row:
    text = " ".join((row.id, row.title, row.about, row.value, row.beside, *row.signs, *more)).lower()
    return Row(row.id, row.title, row.about, row.value, row.beside, row.signs, frozenset(tags), " ".join(text.split()))


def _claim(claim: Claim, at: Context) -> Row:
    kind = mechanism_classes().get(claim.mechanism or "")
    tags = [f"source:{claim.source}", f"direction:{claim.direction}"]
    if claim.mechanism:
        tags.append(f"mechanism:{claim.mechanism}")
    group = kind.group() if kind else ""
    if group:
        tags.append(f"group:{group}")
    taken = kind.title if kind else "taken up by no mechanism"
    row = Row(
        claim.id, claim.paraphrase, f"{claim.source}, line {claim.line} · {claim.effect} · {taken}",
        signs=(DIRECTIONS[claim.direction],),
    )  # fmt: skip
    return _row(row, tags, claim.mechanism or "", GROUPS.get(group, ""), _who(at.ledger.sources[claim.source]))


def _observation(one: Observation, at: Context, verdict: tuple[str, str] | None) -> Row:
    ledger = at.ledger
    variable, source = ledger.variables[one.variable], ledger.sources[one.source]
    behind = at.argued_from.get(one.id, ())
    fit = "used" if one.id in at.fitted else "after" if one.id in at.comparable else "not"
    tags = [
        f"source:{one.source}", f"variable:{one.variable}", f"rivals:{'yes' if one.rival_of else 'no'}",
        f"behind:{'yes' if behind else 'no'}", *(f"mechanism:{name}" for name in at.mechanisms_of(one.id)),
    ]  # fmt: skip
    signs = [f"⇄ {len(one.rival_of)} rival{'s' if len(one.rival_of) > 1 else ''}"] if one.rival_of else []
    signs += [f"{formatting.BEHIND} behind a prior"] if behind else []
    if at.until is not None:
        tags.append(f"fit:{fit}")
        signs.append(FIT[fit])
    if variable.output:
        tags.append(f"output:{variable.output}")
    if verdict:
        tags.append(f"verdict:{verdict[0]}")
        signs.append(verdict[1])
    row = Row(
        one.id, variable.title, f"{formatting.when(one)} · {formatting.publisher(one, ledger.sources)} · {one.scope}",
        figure(one), f"90%: {formatting.interval(*one.band, one.unit)}", tuple(signs),
    )  # fmt: skip
    return _row(row, tags, one.doubt, one.note or "", source.title, variable.id, variable.output or "")


def _source(source: Source, at: Context) -> Row:
    ledger = at.ledger
    claims = sum(one.source == source.id for one in ledger.claims.values())
    figures = sum(one.source == source.id for one in ledger.observations.values())
    told = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((claims, "claim"), (figures, "figure")) if n]
    row = Row(
        source.id, _who(source), f"{source.kind.replace('-', ' ')} · {source.title}", " · ".join(told) or "nothing",
    )  # fmt: skip
    return _row(row, [f"type:{source.kind}"], source.leaning)


def _variable(variable: Variable, at: Context) -> Row:
    figures = sum(one.variable == variable.id for one in at.ledger.observations.values())
    about = f"output {variable.output}" if variable.output else "the model has no counterpart"
    row = Row(
        variable.id, variable.title, f"{formatting.unit(variable.unit)} · {about}",
        f"{figures} figure{'' if figures == 1 else 's'}",
    )  # fmt: skip
    tags = [f"counterpart:{'yes' if variable.output else 'no'}", f"family:{variable.of_family}"]
    return _row(row, tags, variable.note, variable.reason or "")


def _who(source: Source) -> str:
    return f"{source.id}, {source.publisher}" if source.file else source.publisher


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")

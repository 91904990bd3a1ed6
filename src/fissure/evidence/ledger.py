"""A ledger: the package's own folder, then a case's, merged and every reference resolved.

What is wrong in itself (a number, a date, a reference) is refused on loading; what a run could not use (an output that
does not exist, units that differ, a mechanism that rests on no claim) by `require`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fissure.errors import LedgerError, nearest
from fissure.evidence.entries import Claim, Mechanism, Observation, Series, Source, Variable, expanded
from fissure.reading import Strict, read_yaml_lines, stands

_KINDS: Mapping[str, tuple[str, type[Strict]]] = {
    "source": ("sources.yaml", Source),
    "mechanism": ("mechanisms.yaml", Mechanism),
    "claim": ("claims.yaml", Claim),
    "variable": ("variables.yaml", Variable),
    "observation": ("observations.yaml", Observation),
    "series": ("series.yaml", Series),
}
"""The file of each kind of entry, and what it holds."""
FILES = tuple(file for file, _ in _KINDS.values())
FILL_IN = "FILL IN"  # how a text begins that a new mechanism's author has yet to write


@dataclass(frozen=True)
class _Place:
    """An entry by its file and its position there; called with keys, it is `FILE:LINE` of what they lead to."""

    path: Path
    position: int
    line: Callable[..., int]

    def __call__(self, *keys: str | int) -> str:
        return f"{self.path}:{self.line(self.position, *keys)}"


def _empty() -> Any:
    return field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Ledger:
    """All entries by id. Read-only; the order is that of the files."""

    sources: Mapping[str, Source] = _empty()
    mechanisms: Mapping[str, Mechanism] = _empty()
    claims: Mapping[str, Claim] = _empty()
    variables: Mapping[str, Variable] = _empty()
    observations: Mapping[str, Observation] = _empty()
    """Those written one by one, then those that the series expand to."""
    series: Mapping[str, Series] = _empty()
    places: Mapping[tuple[str, str], Callable[..., str]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    """The place where an entry was read: `places["variable", "pay"]("select")` is `FILE:LINE`."""

    def claims_of(self, mechanism: str) -> tuple[Claim, ...]:
        """The claims that `mechanism` takes up; empty for a name nobody knows."""
        return tuple(claim for claim in self.claims.values() if claim.mechanism == mechanism)

    def observations_of(self, output: str) -> tuple[Observation, ...]:
        """The figures that were published of the model's `output`, through every variable, by date."""
        found = [o for o in self.observations.values() if self.variables[o.variable].output == output]
        return tuple(sorted(found, key=lambda o: (o.when, o.variable, o.id)))

    def rivals(self, observation_id: str) -> tuple[Observation, ...]:
        """The observations that contradict, or measure otherwise, what `observation_id` reports.

        Raises `FissureError` for an id that is not in the ledger.
        """
        if observation_id not in self.observations:
            raise LedgerError(f"there is no observation '{observation_id}'{nearest(observation_id, self.observations)}")
        return tuple(self.observations[other] for other in self.observations[observation_id].rival_of)


def package_ledger() -> Path:
    """Folder of the ledger that ships with the package: the mechanisms. What is claimed of them belongs to a case."""
    return Path(__file__).parent / "ledger"


def load_ledger(*folders: Path) -> Ledger:
    """Read and merge the ledgers in `folders`; each file (`sources.yaml` ...) may be absent in a folder.

    Raises `FissureError`, `FILE:LINE: ...`, for a folder that is missing or holds no ledger, variables without
    any `observations.yaml`, what is malformed, an id that stands twice, or a reference
    to an entry that does not exist. The tables of `series.yaml` lie in the folder that its own folder is in; their
    rows become observations. A claim's `figure` may stay open while no observation of its source is loaded.
    """
    _require_files(folders)
    entries = _Entries()
    for kind, (file, model) in _KINDS.items():
        key = "name" if kind == "mechanism" else "id"
        for path in (folder / file for folder in folders if stands(folder / file)):
            read, line = read_yaml_lines(path, list[model])  # type: ignore[valid-type]
            for position, entry in enumerate(read):
                entries.add(kind, entry, _Place(path, position, line), key, key)
    _check_series(entries)
    homes = {name: (one, entries.places["series", name].path.parent.parent) for name, one in entries["series"].items()}
    for observation, table, row in expanded(homes):
        entries.add("observation", observation, _Place(table, row, lambda line, *_: line), "id", "the id")
    _check_claims(entries)
    _check_observations(entries)
    by_file = {file.removesuffix(".yaml"): MappingProxyType(entries[kind]) for kind, (file, _) in _KINDS.items()}
    return Ledger(**by_file, places=MappingProxyType(entries.places))


class _Entries(dict[str, dict[str, Any]]):
    """Entries by kind and id while a ledger is loaded, and the place of each."""

    def __init__(self) -> None:
        super().__init__({kind: {} for kind in _KINDS})
        self.places: dict[tuple[str, str], _Place] = {}

    def add(self, kind: str, entry: Any, place: _Place, key: str, said: str) -> None:
        """Add an entry that is called by its `key`, in words `said`; refuse one whose name is taken."""
        name = getattr(entry, key)
        if name in self[kind]:
            first = self.places[kind, name](key)
            raise LedgerError(f"{place(key)}: {said} '{name}' stands twice, first in {first}")
        self[kind][name], self.places[kind, name] = entry, place

    def resolve(self, kind: str, entry: Any, key: str, target: str) -> None:
        """Refuse what stands at `key` of an entry where no entry of the kind `target` is called so."""
        given = getattr(entry, key)
        for at, name in enumerate(given if isinstance(given, tuple) else (given,)):
            if name is not None and name not in self[target]:
                where = self.places[kind, entry.id](*((key, at) if isinstance(given, tuple) else (key,)))
                wanted = f"expected the id of {'an' if target == 'observation' else 'a'} {target}"
                raise LedgerError(f"{where}: at '{key}' found '{name}', {wanted}{nearest(name, self[target])}")


def _check_series(entries: _Entries) -> None:
    for one in entries["series"].values():
        for key, target in (("source", "source"), ("variable", "variable"), ("rival_of", "series")):
            entries.resolve("series", one, key, target)
        if one.unit != (unit := entries["variable"][one.variable].unit):
            raise LedgerError(
                f"{entries.places['series', one.id]('unit')}: found unit '{one.unit}', expected '{unit}', "
                f"the unit of variable '{one.variable}'"
            )


def _check_claims(entries: _Entries) -> None:
    loaded = {observation.source for observation in entries["observation"].values()}
    for claim in entries["claim"].values():
        entries.resolve("claim", claim, "source", "source")
        if entries["mechanism"]:
            entries.resolve("claim", claim, "mechanism", "mechanism")
        if claim.source in loaded:
            entries.resolve("claim", claim, "figure", "observation")
        lines = entries["source"][claim.source].lines
        if lines is not None and claim.line > lines:
            raise LedgerError(
                f"{entries.places['claim', claim.id]('line')}: found line {claim.line}, expected at most {lines}, "
                f"the length of {claim.source}"
            )
    _check_rivals(entries, "claim")


def _check_observations(entries: _Entries) -> None:
    for observation in entries["observation"].values():
        here = entries.places["observation", observation.id]
        entries.resolve("observation", observation, "source", "source")
        entries.resolve("observation", observation, "variable", "variable")
        _check_figure(here, observation, entries["variable"][observation.variable])
    _check_rivals(entries, "observation")


def _check_rivals(entries: _Entries, kind: str) -> None:
    for one in entries[kind].values():
        entries.resolve(kind, one, "rival_of", kind)
        for position, rival in enumerate(one.rival_of):
            if rival == one.id:
                why = f"itself, expected another {kind}"
            elif one.id not in entries[kind][rival].rival_of:
                why = f"'{rival}', which does not name it in turn"
            else:
                continue
            where = entries.places[kind, one.id]("rival_of", position)
            raise LedgerError(f"{where}: '{one.id}' names as its rival {why}")


def _require_files(folders: Sequence[Path]) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise LedgerError(f"{folder}: there is no such folder, expected a ledger with {', '.join(FILES)}")
        if not any(stands(folder / file) for file in FILES):
            raise LedgerError(f"{folder}: holds nothing of a ledger, expected {', '.join(FILES)}")
    named = [folder for folder in folders if stands(folder / "variables.yaml")]
    if named and not any(stands(folder / "observations.yaml") for folder in folders):
        raise LedgerError(
            f"{named[-1] / 'observations.yaml'}: there is no such file, "
            "expected the observations of the variables in variables.yaml"
        )


def _check_figure(place: _Place, observation: Observation, variable: Variable) -> None:
    """Refuse a number that what is measured cannot have, or a time that it cannot be compared over."""
    for key, number in (("low", observation.low), ("value", observation.value), ("high", observation.high)):
        if number is None:
            continue
        if number < 0 and not variable.signed:
            wanted = f"no negative number of '{variable.id}' ({variable.unit})"
        elif abs(number) > 1 and variable.unit == "share" and variable.how != "change-share":
            wanted = "a share of at most 1"
        else:
            continue
        raise LedgerError(f"{place(key)}: at '{key}' found {number:g}: expected {wanted}")
    if variable.how == "period-sum" and observation.period is None:
        raise LedgerError(f"{place('date')}: expected a period, since '{variable.id}' is a sum over one")


def unfilled(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Kind, id and key of each text of `ledger` that begins with `FILL IN`: left so when a mechanism was made."""
    kinds = {"source": ledger.sources, "mechanism": ledger.mechanisms, "claim": ledger.claims}
    return [
        (kind, name, key)
        for kind, entries in kinds.items()
        for name, entry in entries.items()
        for key, text in entry
        if isinstance(text, str) and text.startswith(FILL_IN)
    ]


def require_mechanism(ledger: Ledger, name: str, group: str, claims: Collection[str], who: str, folder: Path) -> None:
    """Raise `FissureError` unless mechanism `name` is in `ledger`, in `group`, and rests on just the ids `claims`.

    `who` is the mechanism in words and `folder` where its evidence is expected: those of other packages, which
    the project's own tests never see.
    """
    if name not in ledger.mechanisms:
        raise LedgerError(f"{folder / 'mechanisms.yaml'}: {who} is in no ledger, expected an entry `- name: {name}`")
    if ledger.mechanisms[name].group != group:
        raise LedgerError(
            f"{place_of(ledger, 'mechanism', name, 'group')}found group '{ledger.mechanisms[name].group}', "
            f"expected '{group}', as the class says"
        )
    taken_up = [claim.id for claim in ledger.claims_of(name)]
    if not taken_up:
        raise LedgerError(
            f"{folder / 'claims.yaml'}: {who} rests on no claim, expected at least one with `mechanism: {name}`"
        )
    for found in claims:
        if found not in taken_up:
            raise LedgerError(
                f"{who} carries '{found}' in `claims`, expected claims with `mechanism: {name}`"
                f"{nearest(found, taken_up)}"
            )
    for found in taken_up:
        if found not in claims:
            raise LedgerError(
                f"{place_of(ledger, 'claim', found, 'mechanism')}claim '{found}' names the {who}, "
                f"expected that its class carries '{found}' in `claims`"
            )


def require(
    ledger: Ledger,
    outputs: Mapping[str, Mapping[str, Collection[str]]],
    evidence: Mapping[str, Collection[str]],
    place: Callable[[str, str], str] | None = None,
) -> None:
    """Raise `FissureError` for the first thing in `ledger` or `evidence` that a run could not use.

    `outputs` are the dimensions of each output with their coordinates, `evidence` the ids of the ledger's
    entries behind each parameter's prior, and `place` tells `FILE:LINE` of such an id in the prior of a parameter.
    Light: to be called before a simulation.
    """
    for variable in ledger.variables.values():
        _require_output(ledger, variable, outputs)
    for observation in ledger.observations.values():
        unit = ledger.variables[observation.variable].unit
        if observation.unit != unit:
            raise LedgerError(
                f"{place_of(ledger, 'observation', observation.id, 'unit')}found unit '{observation.unit}', "
                f"expected '{unit}', the unit of variable '{observation.variable}'"
            )
    _require_priors(ledger, evidence, place or (lambda *_: ""))


def _require_priors(ledger: Ledger, evidence: Mapping[str, Collection[str]], place: Callable[[str, str], str]) -> None:
    known = {*ledger.claims, *ledger.observations}
    wrong = [(parameter, name) for parameter, names in evidence.items() for name in names if name not in known]
    if not wrong:
        return
    where = [f"{at}: " if (at := place(*one)) else "" for one in wrong]
    (parameter, name), *more = wrong
    said = (
        f"{where[0]}the prior of '{parameter}' rests on '{name}', expected the id of a claim or an observation"
        f"{nearest(name, sorted(known))}"
    )
    if more:
        listed = ", ".join(f"{at}'{p}' on '{n}'" for at, (p, n) in zip(where[1:], more, strict=True))
        said = f"{said.rstrip('?')}; so {'do' if len(more) > 1 else 'does'} {len(more)} more: {listed}"
    raise LedgerError(said)


def _require_output(ledger: Ledger, variable: Variable, outputs: Mapping[str, Mapping[str, Collection[str]]]) -> None:
    if variable.output is None:
        return
    if variable.output not in outputs:
        raise LedgerError(
            f"{place_of(ledger, 'variable', variable.id, 'output')}found output '{variable.output}', "
            f"expected an output of the model{nearest(variable.output, outputs)}"
        )
    dimensions = outputs[variable.output]
    for dimension, picked in (variable.select or {}).items():
        where = place_of(ledger, "variable", variable.id, "select", dimension)
        if dimension not in dimensions:
            raise LedgerError(
                f"{where}found dimension '{dimension}', expected {_listed(dimensions)} of output "
                f"'{variable.output}'{nearest(dimension, dimensions)}"
            )
        labels = dimensions[dimension]
        for label in (picked,) if isinstance(picked, str) else picked:
            if label not in labels:
                raise LedgerError(
                    f"{where}found {dimension} '{label}', expected {_listed(labels)} of output "
                    f"'{variable.output}'{nearest(label, labels)}"
                )


def _listed(names: Collection[str]) -> str:
    if not names:
        return "none"
    return f"one of {', '.join(names)}" if len(names) <= 12 else f"one of the {len(names)}"


def place_of(ledger: Ledger, kind: str, name: str, *keys: str) -> str:
    """`FILE:LINE: `, or which entry it is where it was not read from a file."""
    place = ledger.places.get((kind, name))
    return f"{place(*keys)}: " if place else f"{kind} '{name}': "

"""A ledger: the package's own folder, then a case's, merged and every reference resolved.

What is wrong in itself (a number, a date, a reference) is refused on loading; what a run could not use (an output that
does not exist, units that differ, a mechanism that rests on no claim) by `require`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from fissure.errors import LedgerError, nearest
from fissure.evidence.entries import Claim, Mechanism, Observation, Series, Source, Variable, expanded
from fissure.reading import Strict, read_yaml_lines, stands

E = TypeVar("E", bound=Strict)
FILES = ("sources.yaml", "mechanisms.yaml", "claims.yaml", "variables.yaml", "observations.yaml", "series.yaml")
Places = dict[str, tuple[Path, int, Callable[..., int]]]  # id -> file, position, lines of the file


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
    """Where an entry was read: `places["variable", "pay"]("select")` is `FILE:LINE`."""

    def claims_of(self, mechanism: str) -> tuple[Claim, ...]:
        """The claims that `mechanism` takes up; empty for a name nobody knows."""
        return tuple(claim for claim in self.claims.values() if claim.mechanism == mechanism)

    def observations_of(self, output: str) -> tuple[Observation, ...]:
        """What was published of the model's `output`, through every variable, by date."""
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
    for folder in folders:
        if not folder.is_dir():
            raise LedgerError(f"{folder}: there is no such folder, expected a ledger with {', '.join(FILES)}")
        if not any(stands(folder / file) for file in FILES):
            raise LedgerError(f"{folder}: holds nothing of a ledger, expected {', '.join(FILES)}")
    told = [folder for folder in folders if stands(folder / "variables.yaml")]
    if told and not any(stands(folder / "observations.yaml") for folder in folders):
        raise LedgerError(
            f"{told[-1] / 'observations.yaml'}: there is no such file, "
            "expected the observations of the variables in variables.yaml"
        )
    sources, source_places = _merge(folders, "sources.yaml", Source, "id")
    mechanisms, mechanism_places = _merge(folders, "mechanisms.yaml", Mechanism, "name")
    claims, claim_places = _merge(folders, "claims.yaml", Claim, "id")
    variables, variable_places = _merge(folders, "variables.yaml", Variable, "id")
    observations, observation_places = _merge(folders, "observations.yaml", Observation, "id")
    series, series_places = _merge(folders, "series.yaml", Series, "id")
    for one in series.values():
        here = series_places[one.id]
        _resolve(here, "source", one.source, sources, "source")
        _resolve(here, "variable", one.variable, variables, "variable")
        for position, rival in enumerate(one.rival_of):
            _resolve(here, ("rival_of", position), rival, series, "series")
        if one.unit != (unit := variables[one.variable].unit):
            raise LedgerError(
                f"{_at(here, 'unit')}: found unit '{one.unit}', expected '{unit}', "
                f"the unit of variable '{one.variable}'"
            )
    _add_points(series, series_places, observations, observation_places)

    loaded = {observation.source for observation in observations.values()}
    for claim in claims.values():
        here = claim_places[claim.id]
        _resolve(here, "source", claim.source, sources, "source")
        if claim.mechanism is not None and mechanisms:
            _resolve(here, "mechanism", claim.mechanism, mechanisms, "mechanism")
        if claim.figure is not None and claim.source in loaded:
            _resolve(here, "figure", claim.figure, observations, "observation")
        lines = sources[claim.source].lines
        if lines is not None and claim.line > lines:
            raise LedgerError(
                f"{_at(here, 'line')}: found line {claim.line}, expected at most {lines}, the length of {claim.source}"
            )
    for observation in observations.values():
        here = observation_places[observation.id]
        _resolve(here, "source", observation.source, sources, "source")
        _resolve(here, "variable", observation.variable, variables, "variable")
        _check_figure(here, observation, variables[observation.variable])
        for position, rival in enumerate(observation.rival_of):
            _resolve(here, ("rival_of", position), rival, observations, "observation")
        for position, rival in enumerate(observation.rival_of):
            if rival == observation.id:
                why = "itself, expected another observation"
            elif observation.id not in observations[rival].rival_of:
                why = f"'{rival}', which does not name it in turn"
            else:
                continue
            raise LedgerError(f"{_at(here, 'rival_of', position)}: '{observation.id}' names as its rival {why}")
    return Ledger(
        sources=MappingProxyType(sources),
        mechanisms=MappingProxyType(mechanisms),
        claims=MappingProxyType(claims),
        variables=MappingProxyType(variables),
        observations=MappingProxyType(observations),
        series=MappingProxyType(series),
        places=MappingProxyType(
            {("source", name): partial(_at, place) for name, place in source_places.items()}
            | {("mechanism", name): partial(_at, place) for name, place in mechanism_places.items()}
            | {("claim", name): partial(_at, place) for name, place in claim_places.items()}
            | {("variable", name): partial(_at, place) for name, place in variable_places.items()}
            | {("observation", name): partial(_at, place) for name, place in observation_places.items()}
            | {("series", name): partial(_at, place) for name, place in series_places.items()}
        ),
    )


def _check_figure(place: tuple[Path, int, Callable[..., int]], observation: Observation, variable: Variable) -> None:
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
        raise LedgerError(f"{_at(place, key)}: at '{key}' found {number:g}: expected {wanted}")
    if variable.how == "period-sum" and observation.period is None:
        raise LedgerError(f"{_at(place, 'date')}: expected a period, since '{variable.id}' is a sum over one")


def _merge(folders: Iterable[Path], file: str, kind: type[E], key: str) -> tuple[dict[str, E], Places]:
    entries: dict[str, E] = {}
    places: Places = {}
    for folder in folders:
        path = folder / file
        if not stands(path):
            continue
        read, line = read_yaml_lines(path, list[kind])  # type: ignore[valid-type]
        for position, entry in enumerate(read):
            name = getattr(entry, key)
            if name in entries:
                first, at, first_line = places[name]
                raise LedgerError(
                    f"{path}:{line(position, key)}: {key} '{name}' stands twice, first in {first}:{first_line(at, key)}"
                )
            entries[name] = entry
            places[name] = (path, position, line)
    return entries, places


def _add_points(
    series: Mapping[str, Series], series_places: Places, observations: dict[str, Observation], places: Places
) -> None:
    """Add what `series` expand to, to `observations` and their `places`."""
    homes = {name: (one, series_places[name][0].parent.parent) for name, one in series.items()}
    for observation, table, row in expanded(homes):
        if observation.id in observations:
            first = _at(places[observation.id], "id")
            raise LedgerError(f"{table}:{row}: the id '{observation.id}' stands twice, first in {first}")
        observations[observation.id] = observation
        places[observation.id] = (table, row, lambda line, *_: line)


def _at(place: tuple[Path, int, Callable[..., int]], *keys: str | int) -> str:
    path, position, line = place
    return f"{path}:{line(position, *keys)}"


def _resolve(
    place: tuple[Path, int, Callable[..., int]],
    key: str | tuple[str | int, ...],
    name: str,
    known: Mapping[str, Any],
    what: str,
) -> None:
    if name not in known:
        keys = (key,) if isinstance(key, str) else key
        raise LedgerError(
            f"{_at(place, *keys)}: at '{keys[0]}' found '{name}', expected the id of a {what}"
            f"{nearest(name, known)}".replace("a observation", "an observation")
        )


FILL_IN = "FILL IN"  # how a text begins that a new mechanism's author has yet to write


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

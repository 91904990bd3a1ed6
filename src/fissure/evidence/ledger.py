"""Loading a ledger: the package's own folder, then a case's, merged and every reference resolved."""

from collections.abc import Callable, Iterable, Mapping
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

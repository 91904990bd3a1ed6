"""Loading a case folder: read, check across files, and hand out as arrays.

A folder holds `case.yaml`, `districts.csv`, `neighbours.csv`, `forcing/strikes.csv`, `forcing/prices.csv`,
`forcing/condemnations.csv`, `offensives.csv`, `boundaries.geojson` and, to be run, `priors.yaml`; it may hold
`context.geojson`, `measurement.yaml`, `dates.yaml`, `provenance.yaml` and `ledger/`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fissure.cases import geography
from fissure.cases.conventions import Leaning, StudyDates, read_leanings, read_study_dates
from fissure.cases.naming import folder_of
from fissure.cases.room import without_unit
from fissure.cases.schema import (
    MOST,
    AirForce,
    Bloc,
    CaseFile,
    Condemnation,
    District,
    Neighbours,
    Offensive,
    Opponent,
    ParameterPrior,
    Provenance,
    Strikes,
    price_row,
)
from fissure.cases.shapes import GeoJson
from fissure.errors import CaseError, nearest
from fissure.reading import read_bytes, read_csv, read_text, read_yaml, read_yaml_lines, shown, stands

_REQUIRED = (
    "case.yaml",
    "districts.csv",
    "neighbours.csv",
    "forcing/strikes.csv",
    "forcing/prices.csv",
    "forcing/condemnations.csv",
    "offensives.csv",
    "boundaries.geojson",
)
_DIGESTED = sorted((*_REQUIRED, "context.geojson", "forcing/air_forces.csv", "priors.yaml"))


War = Literal["recorded", "policy"]
WARS: tuple[War, ...] = ("recorded", "policy")


@dataclass(frozen=True, eq=False)
class Case:
    """One group and its war, checked; D districts, C countries, W weeks. Arrays are read-only."""

    folder: Path
    name: str
    title: str
    summary: str
    start: date
    weeks: int
    units: int
    slots: int
    countries: list[str]
    opponents: list[Opponent]
    blocs: list[Bloc]
    districts: list[District]
    neighbours: NDArray[np.bool_] = field(repr=False)
    """(D, D), symmetric, False on the diagonal."""
    strikes: NDArray[np.float64] = field(repr=False)
    """(W, C), air strikes a week."""
    strikes_low: NDArray[np.float64] = field(repr=False)
    strikes_high: NDArray[np.float64] = field(repr=False)
    oil_price: NDArray[np.float64] = field(repr=False)
    """(W,), USD a barrel."""
    exchange: NDArray[np.float64] = field(repr=False)
    """(W, C), local currency a USD."""
    condemnations: NDArray[np.float64] = field(repr=False)
    """(W,), weight of scholars' statements of the week."""
    air_forces: list[AirForce] = field(repr=False)
    """Air forces whose strikes nobody counted."""
    offensives: list[Offensive] = field(repr=False)
    priors: dict[str, ParameterPrior] = field(repr=False)
    provenance: list[Provenance] = field(repr=False)
    leanings: list[Leaning] = field(repr=False)
    """The leanings of kinds of publishers; they say how figures are read, so a run does not depend on it."""
    dates: StudyDates = field(repr=False)
    """Days at which studies look; a run does not depend on them either."""
    war: War = field(default="recorded", kw_only=True)
    """Whether opponents attack as the record says, or as a rule of the model decides."""
    digest: str
    """SHA-256, in hex, over the bytes of every file that a run or its maps depend on, and over another war."""

    @property
    def ledger_folder(self) -> Path:
        """The folder of the evidence of the case (claims and observations)."""
        return self.folder / "ledger"

    @property
    def end(self) -> date:
        """The day after the last week."""
        return self.start + timedelta(weeks=self.weeks)

    @property
    def mondays(self) -> list[date]:
        """The first day of each week, W of them."""
        return [self.start + timedelta(weeks=week) for week in range(self.weeks)]

    @cached_property
    def boundaries(self) -> GeoJson:
        """The GeoJSON feature collection of the districts, one feature for each, with its `id`."""
        return geography.boundaries(self.folder / "boundaries.geojson", self.districts)

    @cached_property
    def context(self) -> GeoJson | None:
        """GeoJSON of the land around the districts for maps, or None when the case ships none."""
        path = self.folder / "context.geojson"
        return geography.context(path, self.boundaries) if stands(path) else None


def load_case(name_or_path: str | Path, war: str = "recorded") -> Case:
    """Load a packaged case by name, or any case folder by its path.

    Args:
        name_or_path: such as ``islamic_state``, or the path of a folder with a ``case.yaml``.
        war: ``recorded``, in which opponents attack as the record of the case says, or ``policy``, in which they decide
            by a rule.

    Returns the case, checked.

    Raises `FissureError` with file, line, finding and cure for what is missing, misspelt or contradictory.

    Example:

        >>> import fissure
        >>> fissure.load_case("islamic_state").weeks
        247
    """
    chosen = _war(war)
    folder = folder_of(name_or_path)
    _require_files(folder)
    top, line_of = read_yaml_lines(folder / "case.yaml", CaseFile)
    mondays = [top.start + timedelta(weeks=week) for week in range(top.weeks)]
    for number, opponent in enumerate(top.opponents):
        if opponent.enters is not None:
            line = line_of("opponents", number, "enters")
            _in_weeks(folder / "case.yaml", line, "enters", opponent.enters, mondays)
    named = [("opponents", number, opponent.country) for number, opponent in enumerate(top.opponents)]
    named += [("blocs", number, bloc.country) for number, bloc in enumerate(top.blocs) if bloc.country]
    for key, number, country in named:
        _known(folder / "case.yaml", line_of(key, number, "country"), "country", country, top.countries)
    if bare := without_unit(top.blocs, top.units):
        names = ", ".join(f"'{bloc.name}'" for bloc in bare)
        raise CaseError(
            f"{folder / 'case.yaml'}:{line_of('units')}: found {top.units} units for {len(top.blocs)} blocs, "
            f"which leaves none for {names}, expected more units"
        )
    districts = _districts(folder / "districts.csv", top)
    ids = [district.id for district in districts]
    strikes, low, high = _strikes(folder / "forcing" / "strikes.csv", top, mondays)
    oil_price, exchange = _prices(folder / "forcing" / "prices.csv", top, mondays)
    provenance = folder / "provenance.yaml"
    case = Case(
        folder=folder,
        **{name: getattr(top, name) for name in CaseFile.model_fields},
        districts=districts,
        neighbours=_neighbours(folder / "neighbours.csv", ids),
        strikes=strikes,
        strikes_low=low,
        strikes_high=high,
        oil_price=oil_price,
        exchange=exchange,
        condemnations=_condemnations(folder / "forcing" / "condemnations.csv", mondays),
        air_forces=_air_forces(folder / "forcing" / "air_forces.csv", top, mondays),
        offensives=_offensives(folder / "offensives.csv", top, ids, mondays),
        priors=_priors(folder / "priors.yaml"),
        provenance=read_yaml(provenance, list[Provenance]) if stands(provenance) else [],
        leanings=read_leanings(folder / "measurement.yaml"),
        dates=read_study_dates(folder, top.start, top.weeks),
        war=chosen,
        digest=digest_of(folder, chosen),
    )
    _ = case.boundaries, case.context  # read now: a mistake in them comes before a simulation, not after
    pairs = [(ids[one], ids[two]) for one, two in np.argwhere(np.triu(case.neighbours))]
    geography.compare_neighbours(folder / "neighbours.csv", case.boundaries, pairs)
    return case


def _war(name: str) -> War:
    if name not in WARS:
        raise CaseError(f"found war {shown(name)}, expected {' or '.join(WARS)}{nearest(name, WARS)}")
    return "policy" if name == "policy" else "recorded"


def in_war(case: Case, war: str) -> Case:
    """`case` with the war that `war` names. Raises `FissureError` where there is none."""
    chosen = _war(war)
    return case if chosen == case.war else replace(case, war=chosen, digest=digest_of(case.folder, chosen))


def _require_files(folder: Path) -> None:
    """Refuse a folder that lacks files, naming all of them: a newcomer mends one list, not one file a run."""
    missing = [name for name in _REQUIRED if not stands(folder / name)]
    if len(missing) == 1:
        raise CaseError(f"{folder / missing[0]}: there is no such file")
    if missing and not stands(folder / "priors.yaml"):  # without it alone a case can be read, though not run
        missing.append("priors.yaml")
    if missing:
        raise CaseError(f"{folder}: {len(missing)} files of a case are missing: {', '.join(missing)}")


def _priors(path: Path) -> dict[str, ParameterPrior]:
    if not stands(path) or not read_text(path).strip():
        return {}
    return read_yaml(path, dict[str, ParameterPrior])


def _known(path: Path, line: int, what: str, found: str, known: Sequence[str]) -> None:
    if found not in known:
        listed = f"one of {', '.join(known)}" if len(known) <= 12 else f"one of the {len(known)} known"
        raise CaseError(f"{path}:{line}: found {what} {shown(found)}, expected {listed}{nearest(found, known)}")


def _require_once(path: Path, what: str, found: Sequence[tuple[int, str]]) -> None:
    lines: dict[str, int] = {}
    for line, name in found:
        if lines.setdefault(name, line) != line:
            raise CaseError(f"{path}:{line}: {what} {shown(name)} is already on line {lines[name]}")


def _districts(path: Path, top: CaseFile) -> list[District]:
    rows = read_csv(path, District)
    if not rows:
        raise CaseError(f"{path}:2: holds no district, expected at least one")
    opponents = {opponent.name: opponent for opponent in top.opponents}
    _require_once(path, "district", [(line, district.id) for line, district in rows])
    for line, district in rows:
        _known(path, line, "country", district.country, top.countries)
        _known(path, line, "opponent", district.opponent, list(opponents))
        if (enters := opponents[district.opponent].enters) is not None:
            raise CaseError(
                f"{path}:{line}: found opponent {district.opponent}, who enters the war on {enters} (case.yaml), "
                "expected one who is there from the start"
            )
    if (total := sum(district.residents for _, district in rows)) > MOST:
        raise CaseError(f"{path}: the districts have {total:,.0f} residents together, expected at most {MOST:,.0f}")
    return [district for _, district in rows]


def _neighbours(path: Path, ids: list[str]) -> NDArray[np.bool_]:
    at = {name: number for number, name in enumerate(ids)}
    shared = np.zeros((len(ids), len(ids)), dtype=np.bool_)
    for line, pair in read_csv(path, Neighbours):
        for name in (pair.a, pair.b):
            _known(path, line, "district", name, ids)
        if pair.a == pair.b:
            raise CaseError(f"{path}:{line}: district '{pair.a}' cannot be its own neighbour")
        if shared[at[pair.a], at[pair.b]]:
            raise CaseError(f"{path}:{line}: the pair '{pair.a}', '{pair.b}' stands twice")
        shared[at[pair.a], at[pair.b]] = shared[at[pair.b], at[pair.a]] = True
    return _frozen(shared)


def _week(path: Path, line: int, day: date, mondays: list[date]) -> int:
    week, rest = divmod((day - mondays[0]).days, 7)
    if rest:
        raise CaseError(f"{path}:{line}: found week {day}, a {day:%A}, expected a Monday")
    if not 0 <= week < len(mondays):
        raise CaseError(f"{path}:{line}: found week {day}, expected one from {mondays[0]} to {mondays[-1]}")
    return week


def _strikes(
    path: Path, top: CaseFile, mondays: list[date]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    out = np.full((3, len(mondays), len(top.countries)), np.nan)
    for line, row in read_csv(path, Strikes):
        _known(path, line, "country", row.country, top.countries)
        cell = (slice(None), _week(path, line, row.week, mondays), top.countries.index(row.country))
        if not np.isnan(out[cell]).all():
            raise CaseError(f"{path}:{line}: week {row.week} in {row.country} stands twice")
        out[cell] = row.strikes, row.low, row.high
    for week, country in np.argwhere(np.isnan(out[0])):
        raise CaseError(f"{path}: week {mondays[week]} in {top.countries[country]} is missing")
    return _frozen(out[0]), _frozen(out[1]), _frozen(out[2])


def _prices(path: Path, top: CaseFile, mondays: list[date]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns = ["oil_usd_per_barrel", *(f"local_per_usd_{country}" for country in top.countries)]
    out = np.full((len(mondays), len(columns)), np.nan)
    for line, row in read_csv(path, price_row(top.countries)):
        day: date = row.week  # type: ignore[attr-defined]
        week = _week(path, line, day, mondays)
        if not np.isnan(out[week]).all():
            raise CaseError(f"{path}:{line}: week {day} stands twice")
        out[week] = [getattr(row, column) for column in columns]
    for missing in np.flatnonzero(np.isnan(out[:, 0])):
        raise CaseError(f"{path}: week {mondays[missing]} is missing")
    return _frozen(out[:, 0]), _frozen(out[:, 1:])


def _condemnations(path: Path, mondays: list[date]) -> NDArray[np.float64]:
    out = np.zeros(len(mondays))
    for line, row in read_csv(path, Condemnation):
        _in_weeks(path, line, "date", row.date, mondays)
        out[(row.date - mondays[0]).days // 7] += row.weight
    return _frozen(out)


def _air_forces(path: Path, top: CaseFile, mondays: list[date]) -> list[AirForce]:
    rows = read_csv(path, AirForce) if stands(path) else []
    _require_once(path, "air force", [(line, f"{row.title} in {row.country}") for line, row in rows])
    for line, row in rows:
        _known(path, line, "country", row.country, top.countries)
        _in_weeks(path, line, "since", row.since, mondays)
    return [row for _, row in rows]


def _offensives(path: Path, top: CaseFile, ids: list[str], mondays: list[date]) -> list[Offensive]:
    rows = read_csv(path, Offensive)
    opponents = {opponent.name: opponent for opponent in top.opponents}
    _require_once(path, "offensive", [(line, offensive.id) for line, offensive in rows])
    for line, offensive in rows:
        _known(path, line, "district", offensive.district, ids)
        _known(path, line, "opponent", offensive.opponent, list(opponents))
        _in_weeks(path, line, "start", offensive.start, mondays)
        enters = opponents[offensive.opponent].enters
        if enters is not None and offensive.start < enters:
            raise CaseError(
                f"{path}:{line}: found start {offensive.start}, expected no day before {enters}, on which "
                f"{offensive.opponent} enters the war (case.yaml)"
            )
    return [offensive for _, offensive in rows]


def _in_weeks(path: Path, line: int, what: str, day: date, mondays: list[date]) -> None:
    end = mondays[-1] + timedelta(days=6)
    if not mondays[0] <= day <= end:
        raise CaseError(
            f"{path}:{line}: found {what} {day}, expected a day from {mondays[0]} to {end} (the case's weeks)"
        )


def _frozen(array: Any) -> Any:
    out = np.ascontiguousarray(array)
    out.setflags(write=False)
    return out


def digest_of(folder: Path, war: str = "recorded") -> str:
    """SHA-256, in hex, over the bytes of the files of the case in `folder` that a run or its maps depend on."""
    sha = hashlib.sha256(b"" if war == "recorded" else f"{war}\0".encode())
    for name in _DIGESTED:
        path = folder / name
        if stands(path):
            data = read_bytes(path)
            sha.update(f"{name}\0{len(data)}\0".encode())
            sha.update(data)
    return sha.hexdigest()

"""What was measured on one machine: `bench/results/MACHINE.json`, the only data of the page.

Of each measurement it holds what it was made with (`Made`) and its tables. The file is written anew as soon as a
measurement is finished, whole or not at all.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.machine import ROOT, Machine
from bench.table import Table

FOLDER = ROOT / "bench" / "results"
QUICK = ROOT / "runs" / "bench"
"""The folder of rough results, which git does not see."""
FORMAT = 1
ABOUT = "Measured by `python -m bench`; docs/reference/speed.md is written from it."


@dataclass(frozen=True)
class Made:
    """When and of what a measurement was made; `code` is a digest, `load` the load average before it and after it."""

    date: str
    revision: str
    dirty: bool
    code: str
    versions: Mapping[str, str]
    load: tuple[float | None, float | None] = (None, None)
    seconds: float | None = None
    quick: bool = False
    note: str = ""

    def same_code(self, code: str, versions: Mapping[str, str], quick: bool) -> bool:
        """Whether the same would be measured now."""
        return (self.code, dict(self.versions), self.quick) == (code, dict(versions), quick)


@dataclass(frozen=True)
class Measured:
    """What a measurement found."""

    made: Made
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """The table of that name; `LookupError` where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise LookupError(f"no table '{name}'")


@dataclass
class Results:
    """All that was measured on a machine, by name of the measurement."""

    machine: Machine
    measured: dict[str, Measured] = field(default_factory=dict)

    def path(self, folder: Path) -> Path:
        """Its file in `folder`."""
        return folder / f"{self.machine.slug}.json"

    def described(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "about": ABOUT,
            "format": FORMAT,
            "machine": {"slug": self.machine.slug, **asdict(self.machine)},
            "measured": {
                name: {"made": asdict(one.made), "tables": [table.described() for table in one.tables]}
                for name, one in sorted(self.measured.items())
            },
        }

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Results":
        """Those that were `described`. Raises `ValueError` for another format."""
        if described.get("format") != FORMAT:
            raise ValueError(f"found format {described.get('format')}, expected {FORMAT}")
        machine = Machine(**{k: v for k, v in described["machine"].items() if k != "slug"})
        measured = {}
        for name, one in described["measured"].items():
            made = Made(**{**one["made"], "load": tuple(one["made"]["load"])})
            measured[name] = Measured(made, tuple(Table.of(table) for table in one["tables"]))
        return cls(machine, measured)

    def table(self, measurement: str, name: str) -> Table:
        """A table of a measurement; `LookupError` where there is none."""
        if measurement not in self.measured:
            raise LookupError(f"'{measurement}' was not measured on {self.machine}")
        return self.measured[measurement].table(name)

    def save(self, folder: Path) -> Path:
        """Write its file, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        path = self.path(folder)
        handle, beside = tempfile.mkstemp(dir=folder, prefix=f".{path.stem}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_text(self.described()))
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return path


def read(path: Path) -> Results:
    """The results in a file. Raises `ValueError` naming it for what is none."""
    try:
        return Results.of(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: no results of `python -m bench` ({error})") from None


def read_all(folder: Path = FOLDER) -> list[Results]:
    """Those of all machines, in order of their names."""
    return [read(path) for path in sorted(folder.glob("*.json"))]


def results_of(machine: Machine, folder: Path) -> Results:
    """Those of `machine` so far."""
    path = Results(machine).path(folder)
    return read(path) if path.is_file() else Results(machine)


def with_table(found: Iterable[Results], measurement: str, name: str) -> Iterator[tuple[Results, Table]]:
    """The machines that have this table, each with it."""
    for results in found:
        try:
            yield results, results.table(measurement, name)
        except LookupError:
            continue


def _text(described: Any, indent: str = "") -> str:
    """JSON in which a row of a table, or anything else that is short, takes one line."""
    line = json.dumps(described, ensure_ascii=False, allow_nan=False)
    if not isinstance(described, dict | list) or len(indent) + len(line) <= 110 or not described:
        return line
    inner = indent + " "
    if isinstance(described, dict):
        parts = [f"{json.dumps(k, ensure_ascii=False)}: {_text(v, inner)}" for k, v in described.items()]
    elif not any(isinstance(x, dict | list) for x in described):
        return line
    else:
        parts = [_text(x, inner) for x in described]
    first, last = "{}" if isinstance(described, dict) else "[]"
    return f"{first}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{last}" + ("" if indent else "\n")

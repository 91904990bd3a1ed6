"""A table of a benchmark: shown while it fills, kept as JSON, written as Markdown."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

Cell = str | int | float | None
Heading = str | tuple[str, str]
"""A name, or a name and a unit."""


class Column(NamedTuple):
    """The heading of a column, and the unit of its numbers where they have one."""

    name: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass
class Table:
    """Rows under headings."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: list[list[Cell]] = field(default_factory=list)
    load: float | None = None
    """Load average of the machine before the table was begun."""
    shown: bool = True
    """False for data that no page shows."""
    note: str = ""

    @classmethod
    def begun(
        cls,
        name: str,
        title: str,
        headings: Sequence[Heading],
        wide: int = 28,
        *,
        shown: bool = True,
        late: bool = False,
    ) -> "Table":
        """A table without rows, its headings printed, the first so `wide`; `late` where all was measured before."""
        columns = [Column(one) if isinstance(one, str) else Column(*one) for one in headings]
        table = cls(name, title, columns, load=None if late else load_average(), shown=shown)
        table._widths = [wide, *(max(len(str(c)) + 2, 18) for c in columns[1:])] if shown else []
        if shown:
            print(f"\n{title}\n", flush=True)
            table._print([str(c) for c in columns])
        return table

    def __post_init__(self) -> None:
        self._widths: list[int] = []

    def row(self, *cells: Cell) -> None:
        """Add a row and print it; cells left out at its end are empty."""
        row = [*cells, *[None] * (len(self.columns) - len(cells))]
        if len(row) != len(self.columns):
            raise ValueError(f"{self.name}: a row of {len(cells)} cells under {len(self.columns)} headings")
        self.rows.append(row)
        self._print([shown(x) for x in row])

    def column(self, name: str) -> list[Cell]:
        """The cells under a heading."""
        at = [c.name for c in self.columns].index(name)
        return [row[at] for row in self.rows]

    def cell(self, row: str, column: str) -> Cell:
        """The cell of the row that begins so; `LookupError` where there is none."""
        found = [cell for own, cell in zip(self.rows, self.column(column), strict=True) if own[0] == row]
        if not found:
            raise LookupError(f"{self.name} has no row '{row}'")
        return found[0]

    def described(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "columns": [c._asdict() for c in self.columns]}

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Table":
        """The table that was `described`."""
        return cls(**{**described, "columns": [Column(**c) for c in described["columns"]]})

    def markdown(self) -> str:
        """As Markdown, with title, note and load."""
        ruler = ["---", *["--:"] * (len(self.columns) - 1)]
        lines = [[str(c) for c in self.columns], ruler, *[[shown(x) for x in row] for row in self.rows]]
        parts = [f"**{self.title}**", "\n".join(f"| {' | '.join(cells)} |" for cells in lines)]
        if self.note:
            parts.append(self.note)
        if self.load is not None:
            parts.append(f"Load average before it began: {self.load:.1f}.")
        return "\n\n".join(parts) + "\n"

    def _print(self, cells: Sequence[str]) -> None:
        if self._widths:
            first, *others = zip(cells, self._widths, strict=True)
            print(f"{first[0]:<{first[1]}}" + "".join(f" {text:>{wide - 1}}" for text, wide in others), flush=True)


def shown(x: Cell) -> str:
    """A cell as text: three significant digits, and nothing where there is nothing."""
    if x is None:
        return ""
    if not isinstance(x, float):
        return str(x)
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def load_average() -> float | None:
    """Processes that ran or waited to run in the last minute, on average; None where the system does not tell."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

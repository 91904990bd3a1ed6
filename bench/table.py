"""A table of a benchmark: shown while it fills, and kept as CSV and Markdown for the docs."""

import csv
import os
import platform
from collections.abc import Sequence
from pathlib import Path

Cell = str | int | float | None


class Table:
    """Rows under headings, printed as they come; `save` writes NAME.csv and NAME.md."""

    def __init__(self, name: str, title: str, headings: Sequence[str], wide: int = 28) -> None:
        self.name, self.title, self.headings = name, title, list(headings)
        self.rows: list[list[Cell]] = []
        self._load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
        self._wide = [wide, *(max(len(h) + 2, 15) for h in self.headings[1:])]
        print(f"\n{title}\n", flush=True)
        self._line(self.headings)

    def row(self, *cells: Cell) -> None:
        """Add a row and print it; cells left out at its end are empty."""
        row = [*cells, *[None] * (len(self.headings) - len(cells))]
        self.rows.append(row)
        self._line([shown(x) for x in row])

    def save(self, folder: Path | None) -> None:
        """Write the table into `folder`, if there is one."""
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{self.name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([self.headings, *self.rows])
        ruler = ["---", *["--:"] * (len(self.headings) - 1)]
        note = f"Load average before it began: {self._load:.1f}.\n" if self._load is not None else ""
        lines = [self.headings, ruler, *[[shown(x) for x in row] for row in self.rows]]
        text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        (folder / f"{self.name}.md").write_text(f"**{self.title}**\n\n{text}\n\n{note}")

    def _line(self, cells: Sequence[str]) -> None:
        first, *others = zip(cells, self._wide, strict=True)
        print(f"{first[0]:<{first[1]}}" + "".join(f"{text:>{wide}}" for text, wide in others), flush=True)


def shown(x: Cell) -> str:
    """A cell as text: three significant digits, and nothing where there is nothing."""
    if x is None:
        return ""
    if not isinstance(x, float):
        return str(x)
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def machine() -> str:
    """This machine in a sentence."""
    from importlib.metadata import version

    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return (
        f"{cores()} cores of {model} ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"jax {version('jax')}, numpy {version('numpy')}"
    )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

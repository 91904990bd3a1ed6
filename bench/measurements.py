"""All that `python -m bench` can measure, in the order of the page."""

import ast
import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.machine import PACKAGES, ROOT
from bench.table import Table


class Asked(NamedTuple):
    """How to measure: `quick` is small and rough; `minutes` is for those that take as long as they are given."""

    quick: bool = False
    minutes: float = 2.0


@dataclass(frozen=True)
class Measurement:
    """One thing that is measured, by `tables(asked, *given)` of `module`, and told in a section of the page."""

    name: str
    section: str
    module: str
    given: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Modules without which it cannot be."""
    packages: tuple[str, ...] = field(default=PACKAGES)
    """Those whose versions are kept with it, and with which it is measured anew."""

    def lacking(self) -> list[str]:
        """Those of `needs` that are not installed here."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]

    def run(self, asked: Asked) -> list[Table]:
        """Measure, in this process."""
        tables: Callable[..., list[Table]] = importlib.import_module(self.module).tables
        return tables(asked, *self.given)

    def about(self) -> str:
        """What the module says of itself after its first paragraph, as Markdown."""
        path = ROOT.joinpath(*self.module.split(".")).with_suffix(".py")
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        return _markdown(said.partition("\n\n")[2])


PEERS = ("fissure", "numba", "numpy", "starsim", "mesa-frames", "mesa")
MEASUREMENTS = (
    Measurement("first", "Until something is seen", "bench.first"),
    Measurement("waits", "On the page", "bench.waits", needs=("playwright", "fastapi", "uvicorn")),
    Measurement("runs", "A run", "bench.runs"),
    Measurement("fit", "Histories for a fit", "bench.fit"),
    Measurement("scale-out", "Scaling out", "bench.scale_out", needs=("distributed",)),
    Measurement("parts", "Time by part", "bench.parts"),
    Measurement("mechanisms", "Time by mechanism", "bench.mechanisms"),
    *(
        Measurement(f"growth-{what}", "Growth", "bench.growth", (what,))
        for what in ("units", "slots", "weeks", "members", "mechanisms")
    ),
    Measurement("roofline", "How fast it could be", "bench.roofline"),
    Measurement("kernels", "Kernels of a week", "bench.kernels"),
    Measurement("peers", "Beside other tools", "bench.desertion.compare", needs=("numba",), packages=PEERS),
    Measurement("guards", "Guarded figures", "bench.guards"),
)
BY_NAME = {one.name: one for one in MEASUREMENTS}


def _markdown(said: str) -> str:
    """Lines of a word and its meaning, indented by four, become items of a list."""
    lines = said.strip("\n").splitlines()
    out: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("    ") and line[4] != " ":
            name, _, meaning = line.strip().partition("  ")
            out.append(f"- *{name}* {meaning.strip()}")
        elif line.startswith("     "):
            out.append(f"  {line.strip()}")
        else:
            out += ["", line] if before.startswith("    ") and line else [line]
    return "\n".join(out) + "\n"

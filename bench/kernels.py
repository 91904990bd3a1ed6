"""How many kernels a week would be on a GPU, and what starting them would cost beside the work. An estimate on a CPU.

The program is compiled for this machine's CPU, small, and the operations of the loop over weeks are counted: each
fusion, product or copy is one kernel of a GPU, roughly. XLA fuses more in some places on a GPU and less in others, and
a CUDA graph can start many kernels at once, so that this is a figure for thinking with, not a measurement.

    launches     kernels of a week times an assumed cost of starting one, over all fighters of members side by side
    of fighters  those that make a number for every fighter; others make one for a unit, district or bloc

Run it with `python bench/kernels.py` (a minute), `--out FOLDER` to keep the tables, `--launch 3` for another cost in
microseconds. `--quick` changes nothing: it is small already.
"""

import argparse
import re
from collections import Counter
from pathlib import Path

from program import block, case
from table import Table, machine

UNITS, SLOTS = 47, 53  # sizes that nothing else has, so that arrays of fighters can be told
FREE = {"get-tuple-element", "tuple", "parameter", "constant", "bitcast", "after-all"}
WIDTHS = (1, 4, 16, 64, 128, 256, 1024)


def main() -> None:
    """Count, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launch", type=float, default=3.0, help="microseconds to start a kernel (assumed: 3)")
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep each table there as CSV and Markdown")
    asked = parser.parse_args()
    print(machine())
    made = block(units=UNITS, slots=SLOTS, weeks=10)
    week = loop(made.program.as_text())  # type: ignore[attr-defined]
    kinds, fighters = (
        Counter(kind for kind, _ in week),
        Counter(kind for kind, out in week if f"{UNITS},{SLOTS}]" in out),
    )
    table = Table("kernels", "Operations of a week in the compiled program", ["operation", "in a week", "of fighters"])
    for kind, n in kinds.most_common():
        table.row(kind, n, fighters[kind])
    table.row("all", sum(kinds.values()), sum(fighters.values()))
    table.save(asked.out)
    full = case().units * case().slots
    share = Table(
        "launches", "Launches on a GPU, estimated", ["members side by side", "us a week", "ns a fighter-week"]
    )
    for width in WIDTHS:
        us = sum(kinds.values()) * asked.launch
        share.row(str(width), us, us * 1e3 / (full * width))
    share.save(asked.out)


def loop(text: str) -> list[tuple[str, str]]:
    """Kind and shape of each operation in the longest loop of a compiled program, those left out that do nothing."""
    bodies = set(re.findall(r"body=(%?[\w.\-]+)", text))
    longest: list[tuple[str, str]] = []
    for name, inside in re.findall(r"^(%?[\w.\-]+) \(.*?\) -> .*? \{\n(.*?)^\}", text, re.M | re.S):
        if name in bodies:
            found = re.findall(r"^\s+(?:ROOT )?%?[\w.\-]+ = (.*?) ([a-z][a-z\-]*)\(", inside, re.M)
            own = [(kind, shape) for shape, kind in found if kind not in FREE]
            longest = max(longest, own, key=len)
    return longest


if __name__ == "__main__":
    main()

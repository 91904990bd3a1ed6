"""How many kernels a week would be on a GPU, and what starting them would cost beside the work. An estimate on a CPU.

The program is compiled for this machine's CPU, small, and the operations of the loop over weeks are counted: each
fusion, product or copy is one kernel of a GPU, roughly. XLA fuses more in some places on a GPU and less in others, and
a CUDA graph can start many kernels at once, so that this is a figure for thinking with, not a measurement.

    launches     kernels of a week times an assumed cost of starting one, over all fighters of members side by side
    of fighters  those that make a number for every fighter; others make one for a unit, district or bloc
"""

import re
from collections import Counter

from bench.measurements import Asked
from bench.program import block, case
from bench.table import Table

UNITS, SLOTS = 47, 53  # sizes that nothing else has, so that arrays of fighters can be told
FREE = {"get-tuple-element", "tuple", "parameter", "constant", "bitcast", "after-all"}
LAUNCH = 3.0
"""Microseconds to start a kernel, assumed."""
WIDTHS = (1, 4, 16, 64, 128, 256, 1024)


def tables(asked: Asked) -> list[Table]:
    """Count; it is small already, so that `quick` changes nothing."""
    made = block(units=UNITS, slots=SLOTS, weeks=10)
    week = loop(made.program.as_text())  # type: ignore[attr-defined]
    kinds = Counter(kind for kind, _ in week)
    fighters = Counter(kind for kind, out in week if f"{UNITS},{SLOTS}]" in out)
    table = Table.begun(
        "kernels", "Operations of a week in the compiled program", ["operation", "in a week", "of fighters"]
    )
    for kind, n in kinds.most_common():
        table.row(kind, n, fighters[kind])
    table.row("all", sum(kinds.values()), sum(fighters.values()))
    share = Table.begun(
        "launches",
        f"Launches on a GPU at {LAUNCH:g} microseconds each, estimated",
        ["members side by side", ("a week", "us"), ("a fighter-week", "ns")],
    )
    us, full = sum(kinds.values()) * LAUNCH, case().units * case().slots
    for width in WIDTHS:
        share.row(str(width), us, us * 1e3 / (full * width))
    return [table, share]


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

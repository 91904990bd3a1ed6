"""Where the time of a week goes: the full model with parts of it left out of the compiled program, side by side.

Each row compiles a program of its own at full scale and runs it in as many threads as there are cores, as `fissure run`
does.

    time      nanoseconds for each fighter slot and week, over all cores together: the least of three runs
    of full   that as a share of the full model, in percent

Left out is not switched off: a mechanism that is off still costs its time. Rows do not add up, as XLA shares work
between parts. Without record and events only fighters by origin and the treasury are kept; without mechanisms
stays the one whose line the record reads.
"""

from collections import Counter
from typing import Any

from bench.measurements import Asked
from bench.program import block
from bench.table import Table
from fissure.model.catalogue import GROUPS, mechanism_classes

REPEATS, CALLS = 3, 4
SMALL: dict[str, Any] = {"units": 48, "slots": 56, "weeks": 20}
LITTLE = ("fighters", "treasury_musd")
"""Outputs, one of each type of number, that are kept where nothing is to be recorded, so that nothing is dead code."""


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is a small world and few weeks, in which times are mostly overhead."""
    table = Table.begun("parts", "The full model, and without parts of it", ["", ("time", "ns"), ("of full", "%")])
    full = 0.0
    for title, mechanisms, outputs in rows():
        made = block(**(SMALL if asked.quick else {}), mechanisms=mechanisms, outputs=outputs)
        ns = min(made.ns(made.taken(CALLS).wall, CALLS) for _ in range(REPEATS))
        full = full or ns
        table.row(title, ns, 100 * ns / full)
    return [table]


def rows() -> list[tuple[str, list[str], tuple[str, ...]]]:
    """The title of each row, the mechanisms that are there, the outputs that are kept, all where none is named."""
    kinds = mechanism_classes()
    counts = Counter(kind.group() for kind in kinds.values())
    without = [
        (f"without {group} ({counts[group]})", [name for name in kinds if kinds[name].group() != group], ())
        for group in GROUPS
    ]
    return [
        ("full model", list(kinds), ()),
        *without,
        ("without record and events", list(kinds), LITTLE),
        (f"without mechanisms ({len(kinds)})", [], ()),
        ("without either", [], LITTLE),
    ]

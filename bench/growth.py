"""How time and memory grow with fighters, weeks, members and mechanisms.

    size      how much of it there is; all else is at full scale but for the weeks (60, where they do not grow)
    compile   seconds to trace and compile a program of that size, without any cache
    run       seconds of the calls on the clock, in as many threads as there are cores: the least of the repetitions
    busy      seconds that the cores were busy with it, over their number: other work on the machine does not count
    time      nanoseconds of that for each fighter slot and week of each member, over all cores together
    exponent  of busy (of run, for members) as a power of size: 1 is linear; by least squares over all repetitions, with
              its 90% interval

Fighters grow by more units and by more slots in a unit. Members run as a user's do, each row in a process of its own
that also writes to disk; there `compile` reads the cache, and peak MB is the most memory that the process held, with
the exponent of memory and what each member adds to it below. A mechanism costs little beside what is always there, so
its exponent is far below 1: what each adds is said too.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.growth_fit import growth, per_piece
from bench.measurements import Asked
from bench.program import Block, block
from bench.runs import run_apart
from bench.table import Table
from fissure.model.catalogue import mechanism_classes

REPEATS = 3
FULL: dict[str, Sequence[int]] = {
    "units": (112, 224, 448, 896, 1792),
    "slots": (28, 56, 112, 224),
    "weeks": (30, 60, 120, 240),
    "mechanisms": (7, 14, 27, 54),
    "members": (32, 64, 128, 256),
}
QUICK: dict[str, Sequence[int]] = {
    "units": (24, 48, 96),
    "slots": (16, 32, 64),
    "weeks": (10, 20, 40),
    "mechanisms": (5, 18, 54),
    "members": (8, 16, 32),
}
SMALL: dict[str, Any] = {"units": 48, "slots": 56, "weeks": 20}
"""What does not grow, in the quick form."""


def tables(asked: Asked, what: str) -> list[Table]:
    """Measure growth with `what`; `quick` is three small sizes."""
    sizes, fixed = (QUICK, SMALL) if asked.quick else (FULL, {"weeks": 60})
    return [members(sizes[what], fixed["weeks"]) if what == "members" else compiled(what, sizes[what], fixed)]


def compiled(what: str, sizes: Sequence[int], fixed: dict[str, Any]) -> Table:
    """Programs that grow in `what`."""
    table = Table.begun(
        f"growth-{what}",
        f"Growth with {what}",
        ["size", ("compile", "s"), ("run", "s"), ("busy", "s"), ("time", "ns")],
        wide=12,
    )
    pairs: list[tuple[int, float]] = []
    for size, made in blocks(what, sizes, fixed):
        calls = 4
        took = [made.taken(calls) for _ in range(REPEATS)]
        pairs += [(size, one.busy) for one in took]
        wall, busy = (min(times) for times in zip(*took, strict=True))
        table.row(str(size), made.compile, wall, busy, made.ns(busy, calls))
    close(table, pairs, what)
    return table


def blocks(what: str, sizes: Sequence[int], fixed: dict[str, Any]) -> Iterator[tuple[int, Block]]:
    """Each size with its program, compiled when it is asked for."""
    for size in sizes:
        if what == "mechanisms":
            yield size, block(**fixed, mechanisms=spread(size))
        else:
            yield size, block(**{**fixed, what: size})


def spread(count: int) -> list[str]:
    """So many mechanisms, taken evenly through the list in order of group and name."""
    names = sorted(mechanism_classes(), key=lambda name: (mechanism_classes()[name].group(), name))
    return [names[i * len(names) // count] for i in range(count)]


def close(table: Table, pairs: list[tuple[int, float]], what: str) -> None:
    """Add what the rows say together."""
    found = growth(*zip(*pairs, strict=True))
    table.row("exponent", None, f"{found.exponent:.3f}", f"{found.low:.3f} to {found.high:.3f}")
    if what == "mechanisms":
        rows = [(float(str(row[0])), float(row[4] or 0)) for row in table.rows[:-1]]
        none, each = per_piece(*zip(*rows, strict=True))
        table.row("without any", None, None, None, none)
        table.row("each adds", None, None, None, each)


def members(sizes: Sequence[int], weeks: int) -> Table:
    """Runs of more and more members, each in a process of its own, that write to disk as a user's do."""
    table = Table.begun(
        "growth-members",
        "Growth with members",
        ["size", ("compile", "s"), ("run", "s"), ("time", "ns"), ("peak", "MB")],
        wide=12,
    )
    times: list[tuple[int, float]] = []
    peaks: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        run_apart(4, weeks, Path(base))  # fills the cache of compiled programs
        for size in sizes:
            took = run_apart(size, weeks, Path(base))
            times.append((size, took["run"]))
            peaks.append((size, took["peak"]))
            table.row(str(size), took["compile"], took["run"], took["ns"], took["peak"])
    close(table, times, "members")
    memory = growth(*zip(*peaks, strict=True))
    table.row("of memory", None, f"{memory.exponent:.3f}", f"{memory.low:.3f} to {memory.high:.3f}")
    table.row("a member", None, None, None, per_piece(*zip(*peaks, strict=True))[1])
    return table

"""How time and memory grow with fighters, weeks, members and mechanisms.

    size      how much of it there is; all else is at full scale but for the weeks (60, where they do not grow)
    compile   seconds to trace and compile a program of that size, without any cache
    run       seconds of the calls on the clock, in as many threads as there are cores: the least of the repetitions
    busy      seconds that the cores were busy with it, over their number: other work on the machine does not count
    ns        nanoseconds of that for each fighter slot and week of each member, over all cores together
    exponent  of busy (of run, for members) as a power of size: 1 is linear; by least squares over all repetitions, with
              its 90% interval

Fighters grow by more units and by more slots in a unit. Members run as a user's do, each row in a process of its own
that also writes to disk; there `compile` reads the cache, and peak MB is the most memory that the process held, with
the exponent of memory and what each member adds to it below. A mechanism costs little beside what is always there, so
its exponent is far below 1: what each adds is said too.

Run it with `python bench/growth.py` (about ten minutes on two cores), `--quick` for small sizes, `--out FOLDER` to keep
the tables. `--only weeks members` measures some of it.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from fit import growth, per_piece
from program import Block, block
from speed import apart
from table import Table, machine

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
SMALL = {"units": 48, "slots": 56, "weeks": 20}
"""What does not grow, in the quick form."""


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three small sizes of each")
    parser.add_argument("--only", nargs="+", choices=list(FULL), default=list(FULL), help="what is to grow")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep each table there as CSV and Markdown")
    asked = parser.parse_args()
    print(machine())
    sizes, fixed = (QUICK, SMALL) if asked.quick else (FULL, {"weeks": 60})
    for what in asked.only:
        found = members(sizes[what], fixed["weeks"]) if what == "members" else compiled(what, sizes[what], fixed)
        found.save(asked.out)


def compiled(what: str, sizes: Sequence[int], fixed: dict[str, int]) -> Table:
    """Programs that grow in `what`."""
    table = Table(f"growth-{what}", f"Growth with {what}", ["size", "compile s", "run s", "busy s", "ns"], wide=12)
    pairs: list[tuple[int, float]] = []
    for size, made in blocks(what, sizes, fixed):
        calls = 4
        took = [made.taken(calls) for _ in range(REPEATS)]
        pairs += [(size, one.busy) for one in took]
        wall, busy = (min(times) for times in zip(*took, strict=True))
        table.row(str(size), made.compile, wall, busy, made.ns(busy, calls))
    close(table, pairs, what)
    return table


def blocks(what: str, sizes: Sequence[int], fixed: dict[str, int]) -> Iterator[tuple[int, Block]]:
    """Each size with its program, compiled when it is asked for."""
    for size in sizes:
        if what == "mechanisms":
            yield size, block(**fixed, mechanisms=spread(size))  # type: ignore[arg-type]
        else:
            yield size, block(**{**fixed, what: size})  # type: ignore[arg-type]


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
    table = Table("growth-members", "Growth with members", ["size", "compile s", "run s", "ns", "peak MB"], wide=12)
    times: list[tuple[int, float]] = []
    peaks: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        apart(4, weeks, Path(base))  # fills the cache of compiled programs
        for size in sizes:
            took = apart(size, weeks, Path(base))
            times.append((size, took["run"]))
            peaks.append((size, took["peak"]))
            table.row(str(size), took["compile"], took["run"], took["ns"], took["peak"])
    close(table, times, "members")
    memory = growth(*zip(*peaks, strict=True))
    table.row("of memory", None, f"{memory.exponent:.3f}", f"{memory.low:.3f} to {memory.high:.3f}")
    table.row("a member", None, None, None, per_piece(*zip(*peaks, strict=True))[1])
    return table


if __name__ == "__main__":
    main()

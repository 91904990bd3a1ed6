"""Has something become slower? `python -m bench.check`, or `make bench-check`: some three minutes.

Measures the guarded figures anew (see bench/guards.py) and holds them against those that are kept for this machine in
bench/results, or for the machine most like it. What is compared is each figure over its reference, in rounds: the ratio
of now to then, a 90% interval, and a verdict.

    same         a change of a tenth is out of the question
    slower       by more than a twentieth, beyond doubt
    faster       likewise
    cannot tell  anything else, and everything where the machine is busy

The exit code is 1 only where the lower end of an interval is above 1.10. Nothing is kept: `python -m bench guards
--again` keeps what it measures as what later checks are held against.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.guards import REFERENCES, ratios_of
from bench.machine import Machine, nearest, this_machine, versions
from bench.measurements import BY_NAME, Asked
from bench.one import FailedMeasurement, measure
from bench.page import made_in_words
from bench.results import FOLDER, QUICK, Measured, Results, read_all
from bench.table import Heading, Table, cores, load_average
from bench.verdict import UNTOLD, change

BUSY = 0.5
"""Of the load average, for each core, above which nothing can be told."""
NAME = "guards"


class Compared(NamedTuple):
    """The table of a check, and the figures that have become slower by more than a tenth."""

    table: Table
    slower: list[str]


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="against `python -m bench guards --quick`; very rough")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where results are kept (bench/results)")
    asked = parser.parse_args()
    folder = asked.results or (QUICK if asked.quick else FOLDER)
    machine, load = this_machine(), load_average()
    before = kept_for(machine, read_all(folder))
    if before is None:
        print(f"{folder} has nothing to compare with: `python -m bench {NAME}` on this machine makes it.")
        return
    then, same = before.measured[NAME], before.machine == machine
    if then.table("rounds").note != REFERENCES:
        print(f"What is kept was measured by other rules: `python -m bench {NAME}`, of the older code, makes it anew.")
        return
    print(against(before.machine, then, same))
    if busy(load):
        print(too_busy(load))
    try:
        tables = measure(BY_NAME[NAME], Asked(asked.quick))
    except FailedMeasurement as failed:
        sys.exit(f"{failed}: nothing was compared")
    found = compared(then.table("rounds"), tables[1], same, busy(load))
    if busy(load):
        print(f"\n{too_busy(load)}")
    if found.slower:
        sys.exit(f"\nSlower by more than a tenth: {', '.join(found.slower)}.")


def kept_for(machine: Machine, found: Sequence[Results]) -> Results | None:
    """The results with guarded figures of this machine, else of the machine most like it."""
    own = {one.machine: one for one in found if NAME in one.measured}
    chosen = machine if machine in own else nearest(machine, own)
    return None if chosen is None else own[chosen]


def against(machine: Machine, then: Measured, same: bool) -> str:
    """What is compared with, in words."""
    where = "this machine" if same else f"another machine, the most like this one: {machine}. Only ratios are compared"
    lines = [f"Compared with {where}. {made_in_words(then.made)}"]
    now = versions(BY_NAME[NAME].packages)
    other = [f"{name} {now[name]} now" for name, was in then.made.versions.items() if now.get(name, was) != was]
    if other:
        lines.append(f"Not of the same versions: {', '.join(other)}.")
    if busy(then.made.load[0]):
        lines.append(f"It was busy then (load average {then.made.load[0]:.1f}).")
    return "\n".join(lines)


def busy(load: float | None) -> bool:
    """Whether so much else runs that nothing can be told."""
    return load is not None and load > BUSY * cores()


def too_busy(load: float | None) -> str:
    """That, in words."""
    return (
        f"The machine is too busy to tell: load average {load:.1f} on {cores()} cores before it began, at most "
        f"{BUSY * cores():.1f} will do. Let it come to rest for two minutes and ask again."
    )


def compared(then: Table, now: Table, same: bool, busy: bool) -> Compared:
    """Each figure of both, in rounds; times beside the ratios only where both are of the `same` machine."""
    heads: list[Heading] = ["figure", "then", "now", "ratio", "90% interval", "verdict", "time then", "time now"]
    table = Table.begun("check", "Figures over their references", heads, 12, late=True)
    before, after, slower = ratios_of(then), ratios_of(now), []
    for name in after:
        if name not in before:
            table.row(name, None, median(after[name]), None, None, "new")
            continue
        found = change(before[name], after[name])
        times = (_time(then, name), _time(now, name)) if same else (None, None)
        middle = median(before[name]), median(after[name])
        if found is None:
            table.row(name, *middle, None, None, UNTOLD, *times)
            continue
        if found.fails and not busy:
            slower.append(name)
        verdict = UNTOLD if busy else found.verdict
        table.row(name, *middle, found.ratio, f"{found.low:.2f} to {found.high:.2f}", verdict, *times)
    return Compared(table, slower)


def _time(raw: Table, name: str) -> str:
    """The middle of a figure itself, with its unit."""
    own = [row for row in raw.rows if row[0] == name]
    return f"{median(float(str(row[2])) for row in own):.3g} {own[0][1]}"


if __name__ == "__main__":
    main()

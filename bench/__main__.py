"""Measure how fast Fissure is on this machine: `python -m bench`, or `make bench`.

    python -m bench                     all of it (about an hour on two cores, on which nothing else should run)
    python -m bench first runs          some of it
    python -m bench --quick             small and rough forms, in some ten minutes; kept in runs/bench, not in the docs
    python -m bench fit --minutes 60    as many histories for a fit as an hour allows; again, and it goes on
    python -m bench --page              measure nothing, only write the pages from what is kept

Each measurement is a process of its own. What it found is kept in bench/results/MACHINE.json as soon as it has ended,
so that Ctrl-C loses only the one that is under way; the same command then goes on. One that is there already, of the
same code and versions, is not measured again but with --again. From the files of all machines docs/reference/speed.md
is written, and the section of docs/how-to/scale-out.md that does arithmetic with them. `python -m bench.check` (`make
bench-check`) measures a few guarded figures anew and compares.

Why not one of the tools for this. pyperf is for functions of microseconds to seconds: it starts processes, finds how
often to repeat and knows whether two sets of times differ; from it are the processes apart and the look at the load.
But a row here is as often memory, a count of operations or an exponent as it is a time; and its comparison takes the
machine for unchanged, where ours divides by a reference that is measured in the same minute. asv keeps a history of
commits, each built in an environment of its own on a machine that does nothing else, and is a site of its own to read;
from it is one file for each machine. pytest-benchmark times functions in the process of the tests; a cold start, a
peak of memory or a cluster cannot be had so. What is left is small: a table, a file, an interval (bench/verdict.py).
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bench import million, page
from bench.machine import code, revision, this_machine, versions
from bench.measurements import BY_NAME, MEASUREMENTS, Asked, Measurement
from bench.one import FailedMeasurement, measure
from bench.results import FOLDER, QUICK, Made, Measured, Results, read_all, results_of
from bench.table import load_average


def main() -> None:
    """Measure what is asked for, keep it, write the pages."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BY_NAME)}")
    parser.add_argument("--quick", action="store_true", help="small and rough; kept apart, in runs/bench")
    parser.add_argument("--again", action="store_true", help="also what was measured before")
    parser.add_argument("--minutes", type=float, default=Asked().minutes, help="of the measurement fit (default: 2)")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the pages")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where results are kept (bench/results)")
    asked = parser.parse_args()
    for name in asked.names:
        if name not in BY_NAME:
            parser.error(f"found '{name}', expected one of {', '.join(BY_NAME)}")
    folder = asked.results or (QUICK if asked.quick else FOLDER)
    chosen = [] if asked.page else [one for one in MEASUREMENTS if not asked.names or one.name in asked.names]
    results = results_of(this_machine(), folder)
    missed: list[str] = []
    try:
        for one in chosen:
            missed += keep(one, results, folder, Asked(asked.quick, asked.minutes), asked.again)
    except KeyboardInterrupt:
        sys.exit(f"\nStopped; what was finished is kept in {folder}. The same command goes on.")
    finally:
        write_pages(folder)
    if missed:
        sys.exit("Not measured: " + "; ".join(missed) + ".")


def keep(one: Measurement, results: Results, folder: Path, asked: Asked, again: bool) -> list[str]:
    """Measure one thing and keep it, unless it is there; why it could not be measured, if so."""
    if lacking := one.lacking():
        print(f"\n{one.name}: left out, as {', '.join(lacking)} is not installed", flush=True)
        return []
    own, found = code(one.module), versions(one.packages)
    before = results.measured.get(one.name)
    if before and set(found) < set(before.made.versions) and not again:
        print(f"\n{one.name}: left out, as it was measured with more packages before; --again does it", flush=True)
        return []
    if before and before.made.same_code(own, found, asked.quick) and not again and one.name != "fit":
        print(f"\n{one.name}: there already, of {before.made.date}; --again measures it anew", flush=True)
        return []
    print(f"\n=== {one.name}: {one.section}", flush=True)
    (commit, dirty), load, began = revision(), load_average(), perf_counter()
    try:
        tables = measure(one, asked)
    except FailedMeasurement as failed:
        print(failed, file=sys.stderr, flush=True)
        return [str(failed)]
    date = datetime.now().astimezone().isoformat(timespec="minutes")
    took = round(perf_counter() - began, 1)
    made = Made(date, commit, dirty, own, found, (load, load_average()), took, asked.quick)
    results.measured = results_of(results.machine, folder).measured  # as others may have kept something meanwhile
    results.measured[one.name] = Measured(made, tuple(tables))
    results.save(folder)
    return []


def write_pages(folder: Path) -> None:
    """The page from the results in `folder`; those of the repository also serve the docs."""
    found = read_all(folder)
    if not found:
        return
    if folder.resolve() != FOLDER.resolve():
        (folder / "speed.md").write_text(page.rendered(found), encoding="utf-8")
        print(f"\nWritten: {folder / 'speed.md'}")
        return
    page.PAGE.write_text(page.rendered(found), encoding="utf-8")
    million.PAGE.write_text(million.with_figures(million.PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"\nWritten: {page.PAGE}, {million.PAGE}")


if __name__ == "__main__":
    main()

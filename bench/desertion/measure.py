"""A process that holds one implementation and times it whenever it is told to; started by `bench.desertion.race`.

It reads a line for each round, `go SEED`, and answers with seconds on the clock and on processors of one run: the mean
of as many as fill a quarter of a second; `once SEED` runs once, `end` ends it.
"""

import json
import os
import resource
import sys
import time

from bench.memory import peak

LONG_ENOUGH = 0.25  # seconds of a round: much more than the grain of any clock


def main() -> None:
    """Serve one implementation: MODULE FIGHTERS WEEKS MEMBERS CORES [FILE for the series of the last run]."""
    module, (fighters, weeks, members, cores), keep = sys.argv[1], map(int, sys.argv[2:6]), sys.argv[6:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])
    import importlib  # only now, so that every library finds the cores that it may use

    import numpy as np

    answers, sys.stdout = sys.stdout, sys.stderr
    peer = importlib.import_module(f"bench.desertion.{module}")
    libraries = peak()
    began = time.process_time()
    run = peer.prepare(fighters, weeks, members)
    compiled = time.process_time() - began
    if module in ("in_fissure", "in_numba"):
        run(0)
    else:
        peer.prepare(1000, 2, 1)(0)

    def answer(**what: float) -> None:
        print(json.dumps(what), file=answers, flush=True)

    answer(compile=compiled, libraries=libraries)
    series = None
    for line in sys.stdin:
        if line.startswith("end"):
            break
        wall, cpu, runs = time.perf_counter(), spent(), 0
        while runs == 0 or (line.startswith("go") and spent() - cpu < LONG_ENOUGH):
            series = run(int(line.split()[1]) + 1000 * runs)
            runs += 1
        answer(wall=(time.perf_counter() - wall) / runs, cpu=(spent() - cpu) / runs)
    if keep and series is not None:
        np.savez(keep[0], **series)
    answer(peak=peak())


def spent() -> float:
    """Processor seconds of this process and its children, user and system."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()

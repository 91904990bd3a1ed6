"""What a cluster costs beside the same work on threads, with one and with two workers on this machine.

A run, and a study of paired runs, are made by so many threads of a process, then by a local Dask cluster of as many
workers of one thread each. Compiled programs are in a cache before. Each is a process of its own.

    total     seconds from asking for workers until all is made and they are gone
    ready     seconds of that until workers were there and had what they need
    overhead  seconds of total beyond that of as many threads, and what total is of theirs
    bytes     whether blocks of the run, or measurements of the study, are the same to the last byte

Two workers are two processes: where there are more cores than workers, threads of XLA can use what is left in both.
"""

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measurements import Asked
from bench.one import apart
from bench.table import Heading, Table

KINDS = ("run", "study")
COUNTS = (1, 2)
FULL: dict[str, Any] = {"run": 64, "study": 32, "size": {}}
QUICK: dict[str, Any] = {"run": 16, "study": 8, "size": {"weeks": 20, "units": 48, "slots": 56}}
"""Histories of a run, members of a study (each simulated twice), and sizes where they are not the case's."""


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is few histories of a small world."""
    chosen = QUICK if asked.quick else FULL
    heads: list[Heading] = [
        "", "histories", "workers", ("total", "s"), ("ready", "s"), ("overhead", "s"), "of threads", "same bytes",
    ]  # fmt: skip
    table = Table.begun("scale-out", "The same on threads and on workers of a local cluster", heads, 22)
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:

        def made(kind: str, who: str, members: int) -> dict[str, Any]:
            folder = Path(base) / f"{kind}-{who.replace(':', '-')}-{members}"
            words = [kind, who, str(folder), str(members), json.dumps(chosen["size"])]
            return apart("bench.scale_out", *words, env={"FISSURE_CACHE": f"{base}/cache"})

        for kind in KINDS:
            made(kind, "threads:1", 4)  # compiles
            histories = chosen[kind] * (2 if kind == "study" else 1)
            for count in COUNTS:
                here, there = (made(kind, f"{who}:{count}", chosen[kind]) for who in ("threads", "local"))
                table.row(f"{kind}, threads", histories, count, here["total"], here["ready"])
                more = there["total"] - here["total"], there["total"] / here["total"]
                same = "yes" if here["digest"] == there["digest"] else "NO"
                table.row(f"{kind}, cluster", histories, count, there["total"], there["ready"], *more, same)
    if "NO" in table.column("same bytes"):
        sys.exit("A cluster made other bytes than threads. That is a fault; times of other results are no comparison.")
    return [table]


def one(kind: str, who: str, folder: Path, members: int, size: dict[str, Any]) -> dict[str, Any]:
    """Make it in this process, by "threads:N" or on "local:N"."""
    from fissure import api
    from fissure.engine.cluster import workers_of
    from fissure.engine.progress import Silent

    began = time.perf_counter()

    class Watch(Silent):
        ready = 0.0

        def phase(self, name: str) -> None:
            if name == "simulating":
                self.ready = time.perf_counter() - began

    context, watch = api.context_of("islamic_state"), Watch()
    where, _, count = who.partition(":")
    began = time.perf_counter()
    with workers_of(who if where == "local" else None, int(count)) as workers:
        make = _run if kind == "run" else _study
        digest = make(context, folder, members, size, watch, workers)
    return {"total": time.perf_counter() - began, "ready": watch.ready, "digest": digest}


def _run(context: Any, folder: Path, members: int, size: dict[str, Any], watch: Any, workers: Any) -> str:
    """A run; the digest of its blocks."""
    from fissure.engine.ensemble import run

    run(context.case, members=members, out=folder, progress=watch, workers=workers, **size)
    blocks = sorted(path for path in folder.rglob("*.zip") if path.is_file())
    sha = hashlib.sha256()
    for path in blocks:
        sha.update(path.name.encode() + path.read_bytes())
    return f"{len(blocks)} blocks {sha.hexdigest()}"


def _study(context: Any, folder: Path, members: int, size: dict[str, Any], watch: Any, workers: Any) -> str:
    """A study of what is without desertion; the digest of all that was measured."""
    from fissure.studies.outcomes import SERIES, outcomes_of
    from fissure.studies.paired_runs import PairedRuns
    from fissure.studies.scenario import AS_IT_IS, scenario_of

    outcomes = outcomes_of(["deserted"], context.case, size.get("weeks", context.case.weeks))
    weekly = {name: one.read for name, one in SERIES.items()}
    runs = PairedRuns.of(context.case, outcomes, folder, weekly=weekly, progress=watch, workers=workers, **size)
    scenarios = [AS_IT_IS, scenario_of(["desertion"], parameters=context.parameters)]
    jobs = [(scenario, member) for scenario in scenarios for member in range(members)]
    runs.measure(jobs)
    runs.require(jobs)
    sha = hashlib.sha256()
    for scenario in scenarios:
        sha.update(runs.values(scenario, range(members)).tobytes())
        for name, series in sorted(runs.series(scenario, range(members)).items()):
            sha.update(name.encode() + series.tobytes())
    return f"{len(jobs)} runs {sha.hexdigest()}"


if __name__ == "__main__":
    kind, who, folder, members, size = sys.argv[1:]
    print(json.dumps(one(kind, who, Path(folder), int(members), json.loads(size))))

"""How long until something is seen: from the start of the process to the first result, cold and warm.

    first line     the first line of any kind
    first members  the first line that tells of finished members
    first result   the first line of what the model says beside what was observed
    end            the process has ended, with its report written

Cold has an empty cache of compiled programs, warm has what an earlier run left there; files are as the system's own
cache has them. Each is a process of its own that simulates into a fresh folder; warm is the least of several.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measurements import Asked
from bench.table import Table

MEMBERS = 10
MARKS = {
    "first line": "",
    "first members": f" of {MEMBERS} members,",
    "first result": f": {MEMBERS} simulated histories",
}
"""What is awaited in the order in which it comes, each with a text of the line that shows it."""


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is 26 weeks, and fewer repetitions."""
    repeats = 2 if asked.quick else 3
    table = Table.begun(
        "first", "Seconds from the start of the process", ["", *((mark, "s") for mark in (*MARKS, "end"))], 44
    )
    nothing = [None] * len(MARKS)
    bare = least(["-c", "pass"], repeats)
    table.row("python -c pass", *nothing, bare)
    table.row("python -c 'import fissure', beyond that", *nothing, least(["-c", "import fissure"], repeats) - bare)
    table.row("fissure --help", *nothing, least(["-m", "fissure", "--help"], repeats))
    weeks = ["--weeks", "26"] if asked.quick else []
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        runs = [run(Path(base), f"run-{n}", weeks) for n in range(repeats + 1)]
    what = " ".join(["fissure run --members", str(MEMBERS), *weeks])
    table.row(f"{what}, cold", *runs[0])
    table.row(f"{what}, warm", *(min(times) for times in zip(*runs[1:], strict=True)))
    return [table]


def least(given: list[str], repeats: int, spare: int = 1) -> float:
    """Seconds that Python takes for what it is given, the least of several after `spare` that are not counted."""
    took = []
    for _ in range(repeats + spare):
        began = time.perf_counter()
        subprocess.run([sys.executable, *given], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return min(took[spare:])


def run(base: Path, name: str, options: list[str]) -> list[float]:
    """Seconds of one run until each of `MARKS`, and until its end."""
    given = ["run", "islamic_state", "--members", str(MEMBERS), *options, "--out", str(base / name)]
    env = {**os.environ, "FISSURE_CACHE": str(base / "cache")}
    env |= {
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "250",
    }  # printed at once, on unbroken lines
    command = [sys.executable, "-m", "fissure", *given]
    seen: list[float] = []
    last = ""
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        for line in process.stdout or ():
            last = line.strip() or last
            awaited = list(MARKS.values())[len(seen) :]
            if awaited and awaited[0] in line:
                seen.append(time.perf_counter() - began)
    if process.returncode or len(seen) < len(MARKS):
        ending = f"ended with {process.returncode} after {len(seen)} of {len(MARKS)} marks: {last}"
        sys.exit(f"fissure {' '.join(given)} {ending}")
    return [*seen, time.perf_counter() - began]

"""How long until something is seen: from the start of the process to the first result, cold and warm.

    first line     the first line of any kind
    first members  the first line that tells of finished members
    first result   the first line of what the model says beside what was observed
    end            the process has ended, with its report written

Cold has an empty cache of compiled programs, warm has what an earlier run left there; files are as the system's own
cache has them. Each is a process of its own that simulates into a fresh folder; warm is the least of several.

Run it with `python bench/first.py` (about two minutes), `--quick` for 26 weeks, `--out FOLDER` to keep the table.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from table import Table, machine

MEMBERS = 10
MARKS = {"first line": "", "first members": f" of {MEMBERS} members,", "first result": f"{MEMBERS} members · seed "}
"""What is awaited in the order in which it comes, each with a text of the line that shows it."""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="26 weeks, and fewer repetitions")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the table there as CSV and Markdown")
    asked = parser.parse_args()
    print(machine())
    repeats = 2 if asked.quick else 3
    table = Table("first", "Seconds from the start of the process", ["", *MARKS, "end"], 44)
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
    table.save(asked.out)


def least(given: list[str], repeats: int) -> float:
    """Seconds that Python takes for what it is given, the least of several after one that is not counted."""
    took = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, *given], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return min(took[1:])


def run(base: Path, name: str, weeks: list[str]) -> list[float]:
    """Seconds of one run until each of `MARKS`, and until its end."""
    given = ["run", "islamic_state", "--members", str(MEMBERS), *weeks, "--out", str(base / name)]
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


if __name__ == "__main__":
    main()

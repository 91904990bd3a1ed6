"""How long the reference case takes, and how much memory, at three numbers of members.

Each row is a process of its own that simulates so many members into a fresh temporary folder. The first row begins with
an empty cache of compiled programs, the others find in it what the first compiled.

    compile   seconds until the compiled program is ready: tracing, then compiling or reading it from the cache
    run       seconds to simulate all members and to write them to disk
    time      nanoseconds of that for each fighter slot and week of each member, over all cores together
    peak      most memory the process ever held at once (resident set), libraries and compiler included
    disk      kilobytes of files for each member
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.measurements import Asked
from bench.memory import peak
from bench.one import apart
from bench.table import Heading, Table


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is 8, 16 and 32 members of 26 weeks."""
    weeks = 26 if asked.quick else 0
    heads: list[Heading] = ["members", ("compile", "s"), ("run", "s"), ("time", "ns"), ("peak", "MB")]
    table = Table.begun("runs", "Runs of the reference case", [*heads, ("disk", "kB a member")], 12)
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        for members in (8, 16, 32) if asked.quick else (8, 32, 100):
            took = run_apart(members, weeks, Path(base))
            table.row(str(members), took["compile"], took["run"], took["ns"], took["peak"], took["disk"])
    return [table]


def run_apart(members: int, weeks: int, base: Path) -> dict[str, float]:
    """What `one` measures, in a process of its own, with a cache in `base`."""
    words = [str(members), str(weeks), str(base / f"run-{members}")]
    return apart("bench.runs", *words, env={"FISSURE_CACHE": str(base / "cache")})


def one(members: int, weeks: int | None, folder: Path) -> dict[str, float]:
    """Simulate in this process; seconds, nanoseconds, the most megabytes it held, kilobytes of files a member."""
    from fissure.engine.ensemble import run  # only here, so that the process that measures others stays small

    timing = run("islamic_state", members=members, weeks=weeks, out=folder).timing
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / members / 1e3
    return {"compile": timing.compile, "run": timing.run, "ns": timing.ns, "peak": peak(), "disk": disk}


if __name__ == "__main__":
    print(json.dumps(one(int(sys.argv[1]), int(sys.argv[2]) or None, Path(sys.argv[3]))))

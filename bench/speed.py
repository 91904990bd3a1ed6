"""How fast, and in how much memory, the reference case runs on this machine.

Each row is one process of its own that simulates so many members into a fresh temporary folder. The first row
begins with an empty cache of compiled programs, the others find in it what the first compiled.

    members   members of the prior ensemble simulated
    compile   seconds until the compiled program is ready: tracing, then compiling or reading it from the cache
    run       seconds to simulate all members and to write them to disk
    ns        nanoseconds of `run` for each fighter slot and week of each member, over all cores together
    peak MB   most memory the process ever held at once (resident set), libraries and compiler included
    growth    MB of that for each member more than in the row before, near 0 if memory does not grow with members;
              from the third row on, as the peak of the first is the compiler's

Run it with `make bench`, or `python bench/speed.py --quick` for a small version in under a minute.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from memory import peak


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="8, 16 and 32 members of 26 weeks, not 8, 32 and 100")
    parser.add_argument("--one", nargs=3, metavar=("MEMBERS", "WEEKS", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        members, weeks, folder = asked.one
        print(json.dumps(one(int(members), int(weeks) or None, Path(folder))))
        return
    weeks = 26 if asked.quick else 0
    print(f"{'members':>8}{'compile s':>11}{'run s':>9}{'ns':>8}{'peak MB':>10}{'growth':>9}", flush=True)
    peaks: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        for members in (8, 16, 32) if asked.quick else (8, 32, 100):
            took = apart(members, weeks, Path(base))
            peaks.append((members, took["peak"]))
            row = f"{members:8}{took['compile']:11.2f}{took['run']:9.2f}{took['ns']:8.2f}{took['peak']:10.0f}"
            if len(peaks) > 2:
                (fewer, low), (more, high) = peaks[-2:]
                row += f"{(high - low) / (more - fewer):9.2f}"
            print(row, flush=True)


def apart(members: int, weeks: int, base: Path) -> dict[str, float]:
    """What `one` measures, in a process of its own."""
    command = [sys.executable, __file__, "--one", str(members), str(weeks), str(base / f"run-{members}")]
    env = {**os.environ, "FISSURE_CACHE": str(base / "cache")}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return dict(json.loads(done.stdout))


def one(members: int, weeks: int | None, folder: Path) -> dict[str, float]:
    """Simulate in this process; seconds, nanoseconds and the most megabytes it held."""
    from fissure.engine.ensemble import run  # only here, so that the process that measures others stays small

    timing = run("islamic_state", members=members, weeks=weeks, out=folder).timing
    return {"compile": timing.compile, "run": timing.run, "ns": timing.ns, "peak": peak()}


if __name__ == "__main__":
    main()

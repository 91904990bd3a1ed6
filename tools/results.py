"""Make all results that come with the reference case anew, in the order in which they rest on each other.

    make results
    python tools/results.py [--folder runs/results] [STEP ...]

    posterior   fissure calibrate       learned from figures up to the cut-off of the posterior that is there
    signs       tools.docs.causal       which way each dependence of the model goes
    verdicts    fissure check           what each mechanism does; with the page docs/reference/effects.md
    explain     fissure explain         what made it come apart
    answers     fissure answers         the questions of the articles
    hindcast    fissure hindcast        forecasts from past dates and their scores
    docs        make docs               what is generated from all of these

Every step is a command that a reader can run; it goes on where it was stopped, and what is finished is kept in the
source tree (`FISSURE_KEEP_IN_SOURCE`). All of it takes about an hour of two
cores. Needed after any change that moves results; one that moves none is shown to by `tools/same_bytes.py`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parents[1]
CASE = "islamic_state"
POSTERIOR = HERE / "src/fissure/cases" / CASE / "posterior"
Command = list[str]


def steps(folder: Path) -> dict[str, list[Command]]:
    """The commands of each step, by its name, in order; what they make on the way lies below `folder`."""
    fissure, python = [sys.executable, "-m", "fissure"], [sys.executable, "-m"]
    check = str(folder / "check")
    return {
        "posterior": [
            [*fissure, "calibrate", CASE, "--until", until, "--keep", "--out", str(folder / f"fit-{until}")]
            for until in sorted(path.stem for path in POSTERIOR.glob("*.json"))
        ],
        "signs": [[*python, "tools.docs.causal", "docs", "--signs"]],
        "verdicts": [[*fissure, "check", CASE, "--out", check], [*python, "tools.docs.effects", check, "docs"]],
        "explain": [[*fissure, "explain", CASE, "--keep", "--out", str(folder / "explain")]],
        "answers": [[*fissure, "answers", CASE, "--keep", "--out", str(folder / "answers")]],
        "hindcast": [[*fissure, "hindcast", CASE, "--keep", "--out", str(folder / "hindcast")]],
        "docs": [["make", "docs"]],
    }


def chosen(names: list[str], folder: Path) -> Iterator[tuple[str, Command]]:
    """The commands of the steps named, or of all where none is, each with the name of its step."""
    for name, commands in steps(folder).items():
        if not names or name in names:
            yield from ((name, command) for command in commands)


def main() -> None:
    """Run them, one after another; a step that fails ends it with its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "steps", nargs="*", choices=[[], *steps(Path())], metavar="STEP", help="all where none is named"
    )
    parser.add_argument("--folder", type=Path, default=Path("runs/results"), help="of what is made on the way")
    asked = parser.parse_args()
    env = {**os.environ, "FISSURE_KEEP_IN_SOURCE": "1"}
    for name, command in chosen(asked.steps, asked.folder):
        print(f"{name}: {' '.join(command)}", flush=True)
        began = time.perf_counter()
        done = subprocess.run(command, cwd=HERE, env=env)
        if done.returncode not in ((0, 1) if "check" in command else (0,)):  # a check that does not hold is a finding
            sys.exit(done.returncode)
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()

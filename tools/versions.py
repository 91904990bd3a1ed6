"""Show that the versions that `pyproject.toml` states are true.

    python tools/versions.py lowest [--python 3.11] [--without-tests]
    python tools/versions.py pythons [3.11 3.12 3.13]

`lowest` makes two environments with the lowest version of everything that is stated (what that asks for in turn is as
new as can be): one with what every user gets, in which a small run is made with its report, and one with all extras,
in which the same is done and all fast tests are run. `pythons` makes one for each Python with the current versions
(`constraints.txt`), and compares the records of the same small run, which must be the same to the last byte.

A Python that is not on this machine is left out, loudly; nothing but packages is fetched. Exit code 1 if anything
fails, 3 if there was no Python to try.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
OF_CURRENT_VERSIONS = "tests/system/test_golden.py::test_numbers_that_are_printed_and_written_are_what_they_were"
"""Compares what is printed, and an old library breaks a narrow cell elsewhere, now and then within a number."""
NOTHING = 3
"""Exit code where there was no Python to try."""
SMALL_RUN = """
import hashlib, json, platform, sys
from pathlib import Path
from typing import Any

import fissure
from fissure.cases.loader import load_case
from fissure.cli import main
from fissure.engine import ensemble

sys.argv = ["fissure", "--version"]
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
case = load_case("islamic_state")
stored = ensemble.run(case, members=3, weeks=6, units=12, slots=8, seed=7, out=Path("run"))
result = fissure.RunResult(fissure.api.context_of(case), stored)
assert result.report("report.html").stat().st_size > 100_000
records = {name: hashlib.sha256(array.values.tobytes()).hexdigest() for name, array in result.data.data_vars.items()}
print(json.dumps({"python": platform.python_version(), "records": records}))
"""


def main() -> int:
    """Do what is asked for, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    of_lowest = kinds.add_parser("lowest", help="the lowest versions that are stated")
    of_lowest.add_argument("--python", default=PYTHONS[0], help="the version of Python")
    of_lowest.add_argument("--without-tests", action="store_true", help="small runs only")
    kinds.add_parser("pythons", help="each Python").add_argument("versions", nargs="*", default=PYTHONS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fissure-versions-") as place:
        if asked.kind == "lowest":
            return lowest(Path(place), asked.python, tests=not asked.without_tests)
        return pythons(Path(place), asked.versions)


def lowest(place: Path, version: str, *, tests: bool) -> int:
    """Small runs, and the fast tests, with the lowest versions that are stated."""
    for extras in ((), ("--all-extras",)):
        python = environment(place / ("all" if extras else "base"), version, "--resolution", "lowest-direct", *extras)
        if python is None:
            return NOTHING
        found = small_run(python, place / f"run-{len(extras)}")
        print(f"Python {found['python']}, lowest versions{' of all extras' if extras else ''}: a small run is made.")
    if not tests:
        return 0
    assert python is not None  # else it was said above
    # what an old library makes a newer one warn of is no fault here
    command = [python, "-m", "pytest", "-W", "default", "-n", "auto", "--dist", "loadgroup", "-m", "not slow"]
    return subprocess.run([*command, "--deselect", OF_CURRENT_VERSIONS], cwd=HERE).returncode


def pythons(place: Path, versions: list[str]) -> int:
    """The same small run in each Python, with current versions; all records must be the same bytes."""
    found = {}
    for version in versions:
        python = environment(place / version, version, "--constraints", str(HERE / "constraints.txt"))
        if python is not None:
            found[version] = small_run(python, place / f"run-{version}")["records"]
            print(f"Python {version}: {len(found[version])} records")
    if not found:
        return NOTHING
    first, *others = found.values()
    differ = sorted({name for other in others for name in first | other if first.get(name) != other.get(name)})
    if differ:
        print(f"{len(differ)} records differ between Pythons, first: {differ[0]}", file=sys.stderr)
        return 1
    print(f"The same bytes in Python {', '.join(found)}.")
    return 0


def environment(place: Path, version: str, *options: str) -> str | None:
    """An environment in `place` with this package as `options` of `uv pip compile` have it: its interpreter.

    None, said loudly, where there is no such Python.
    """
    found = interpreter(version)
    if found is None:
        print(f"NOT TRIED: there is no Python {version} on this machine", file=sys.stderr)
        return None
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--seed", "--quiet", "--python", found, str(place)])
    python = str(place / "bin" / "python")
    stated = place / "stated.txt"
    pip = [*uv, "pip"]
    what = [*options, "--output-file", str(stated), str(HERE / "pyproject.toml")]
    run([*pip, "compile", "--quiet", "--python", python, *what], stdout=subprocess.DEVNULL)
    run([*pip, "install", "--quiet", "--python", python, "--no-deps", "-r", str(stated), "-e", str(HERE)])
    return python


def interpreter(version: str) -> str | None:
    """An interpreter of that version: on the path, or of pyenv, whose entries on the path may lead nowhere."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    found = [shutil.which(f"python{version}"), *map(str, pyenv.glob(f"{version}.*/bin/python"))]
    for one in filter(None, found):
        said = subprocess.run([one, "-c", "import venv, sys; print(sys.executable)"], capture_output=True, text=True)
        if said.returncode == 0:
            return said.stdout.strip()
    return None


def small_run(python: str, folder: Path) -> dict[str, Any]:
    """What `SMALL_RUN` says in an empty folder, with a cache of its own."""
    folder.mkdir()
    own = {"PYTHONPATH": "", "FISSURE_CACHE": str(folder / "cache"), "FISSURE_COMPILED": str(folder / "compiled")}
    done = run([python, "-c", SMALL_RUN], cwd=folder, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed."""
    return subprocess.run(command, check=True, **options)


if __name__ == "__main__":
    sys.exit(main())

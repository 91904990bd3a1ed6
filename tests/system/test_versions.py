"""The versions that `pyproject.toml` states are true: the lowest, and each Python that can be had here."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

NOTHING = 3  # the exit code where there was no Python to try
ROOT = Path(__file__).parents[2]
STATED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tried(*arguments):
    """What `tools/versions.py` says; fails with all that it said."""
    done = subprocess.run(
        [sys.executable, "tools/versions.py", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode in (0, NOTHING), done.stdout
    if "NOT TRIED" in done.stdout:
        pytest.skip(done.stdout)
    return done.stdout


def test_every_requirement_states_a_lowest_version():
    stated = [*STATED["dependencies"], *(one for own in STATED["optional-dependencies"].values() for one in own)]
    without = [one for one in stated if not any(s.operator in (">=", "==", "~=") for s in Requirement(one).specifier)]
    assert without == []


def test_what_two_extras_ask_for_is_the_same():
    """An extra that is named twice has one lowest version."""
    found = {}
    for own in [STATED["dependencies"], *STATED["optional-dependencies"].values()]:
        for one in map(Requirement, own):
            found.setdefault(one.name, set()).add(str(one.specifier))
    assert {name: specifiers for name, specifiers in found.items() if len(specifiers) > 1} == {}


@pytest.mark.slow
@pytest.mark.versions
def test_the_lowest_versions():
    """A small run with what every user gets, then with all extras; there all fast tests too."""
    assert tried("lowest").count("a small run is made") == 2


@pytest.mark.slow
@pytest.mark.versions
def test_every_python_makes_the_same_bytes():
    versions = [
        c.rpartition(" ")[2] for c in STATED["classifiers"] if c.startswith("Programming Language :: Python :: 3.")
    ]
    assert versions == ["3.11", "3.12", "3.13"]
    assert f"The same bytes in Python {', '.join(versions)}." in tried("pythons", *versions)

"""What commands print and write on a small run is what it was; folders of earlier versions still open.

Where something was changed on purpose: `python tools/golden.py freeze`, and look at the difference before committing.
"""

import shutil
from pathlib import Path

import pytest
from tests.commands import fissure_command
from tools.golden import FROZEN, freeze

from fissure import api

OLD = FROZEN.parent / "old"


def test_what_is_printed_and_written_is_what_it_was(tmp_path):
    assert freeze(tmp_path) == 0
    names = {path.name for path in FROZEN.iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == names
    apart = [name for name in sorted(names) if lines(tmp_path / name) != lines(FROZEN / name)]
    for name in apart:
        for sign, one, other in (("-", FROZEN, tmp_path), ("+", tmp_path, FROZEN)):
            print(*(f"{name}: {sign}{line}" for line in lines(one / name) if line not in lines(other / name)), sep="\n")
    assert apart == []


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_a_run_of_before_is_read(tmp_path):
    shutil.copytree(OLD / "run", tmp_path / "run")
    result = api.read_run(tmp_path / "run")
    assert result.data.sizes["member"] == 2 and result.data.sizes["week"] == 12
    done = fissure_command("patterns", "run", cwd=tmp_path)
    assert done.returncode == 0 and "of 2 members" in " ".join(done.stdout.split()), done.stderr


@pytest.mark.parametrize(("name", "what"), [("run", "run"), ("whatif", "whatif"), ("check", "check")])
def test_what_was_stored_before_is_listed(tmp_path, name, what):
    shutil.copytree(OLD / name, tmp_path / name)
    done = fissure_command("runs", "show", name, "--verify", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"what {what}" in said and "state whole" in said, said

"""What commands print and write on a small run is what it was; folders of earlier versions still open.

Where something was changed on purpose: `python tools/golden.py freeze`, and look at the difference before committing.
"""

import shutil

import pytest
from tests.commands import fissure_command
from tools.golden import FROZEN, freeze, numbers

from fissure import api
from fissure.api.stored import CaseChanged

OLD = FROZEN.parent / "old"


def test_numbers_that_are_printed_and_written_are_what_they_were(tmp_path):
    """Words may change; that no number did shows that nothing was lost."""
    assert freeze(tmp_path) == 0
    names = {path.name for path in FROZEN.iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == names
    apart = []
    for name in sorted(names):
        was, now = (numbers((place / name).read_text(encoding="utf-8")) for place in (FROZEN, tmp_path))
        if name.startswith("report.page"):  # its line on how long the run took is not the same twice
            assert sum((was - now).values()) <= 3, f"{name}: gone {sorted((was - now).elements())}"
        elif was != now:
            apart.append(f"{name}: gone {sorted((was - now).elements())}, more {sorted((now - was).elements())}")
    assert not apart, "\n".join(apart)


def test_a_run_of_before_is_read(tmp_path):
    shutil.copytree(OLD / "run", tmp_path / "run")
    with pytest.warns(CaseChanged, match="has changed since this run was made"):
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
    assert f"what: {what}" in said and "state: whole" in said, said

"""Every array that passes through a week has the shape and type that its annotation says."""

import importlib
import subprocess
import sys

import pytest

CHECKED = (
    *(f"fissure.model.{name}" for name in ("state", "sense", "start", "member_inputs", "world", "week", "joining")),
    "fissure.model.settle",
    "fissure.model.mechanisms",
    "fissure.engine.random",
    "fissure.engine.simulate",
)
PROGRAM = f"""
from jaxtyping import install_import_hook
with install_import_hook({CHECKED!r}, "beartype.beartype"):
    from tests.model.conftest import Small
    from fissure.cases.loader import load_case
small = Small(load_case("islamic_state"))
print(small.states(small.middle).fighters.present.shape)
"""


def test_every_module_that_is_checked_exists():
    for name in CHECKED:
        importlib.import_module(name)


@pytest.mark.thorough
def test_annotated_shapes_hold_in_a_run():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "(31, 24, 20)"

"""`bench` is no part of the package: its folders are imported from the root, its scripts by name, as they run."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]
sys.path[:0] = [place for place in (str(ROOT), str(ROOT / "bench")) if place not in sys.path]


@pytest.hookimpl(tryfirst=True)  # before the slow ones are left out
def pytest_collection_modifyitems(items):
    """Comparing with other tools takes a while, and nothing of the package hangs on it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)

"""A small run, made once, and a cache of its own for the tests of the engine."""

import pytest

from fissure.cases.loader import load_case
from fissure.engine import ensemble

SMALL = {"seed": 7, "weeks": 12, "units": 16, "slots": 8}


@pytest.fixture(scope="session")
def case():
    return load_case("islamic_state")


@pytest.fixture(scope="session")
def make(case):
    """`make(folder, members, **changes)`: a small run in `folder`."""

    def make(folder, members, **changes):
        return ensemble.run(case, members=members, out=folder, **{**SMALL, **changes})

    return make


@pytest.fixture(scope="session")
def whole_run(make, tmp_path_factory):
    """Ten members, undisturbed."""
    return make(tmp_path_factory.mktemp("whole") / "run", 10, block=4)

import pytest
import xarray as xr
from histories import still
from synthetic import run

from fissure.cases.loader import Case, load_case
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger


@pytest.fixture(scope="session")
def case() -> Case:
    return load_case("islamic_state")


@pytest.fixture(scope="session")
def ledger(case: Case) -> Ledger:
    return load_ledger(package_ledger(), case.ledger_folder)


@pytest.fixture(scope="session")
def data(case: Case) -> xr.Dataset:
    return run(case)


@pytest.fixture(scope="session")
def quiet(case: Case) -> xr.Dataset:
    """Three members in whom nothing moves; tests move what they speak of in a copy."""
    return still(case)

import pytest
import xarray as xr
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

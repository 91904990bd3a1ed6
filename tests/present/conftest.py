import sys
from pathlib import Path

import pytest
import xarray as xr

from fissure.cases.loader import Case, load_case
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger
from fissure.studies.compare import Compared, compare

sys.path.insert(0, str(Path(__file__).parents[1] / "studies"))
from reports import described, report_of
from synthetic import events, run

from fissure.present.render import html


@pytest.fixture(scope="session")
def case() -> Case:
    return load_case("islamic_state")


@pytest.fixture(scope="session")
def ledger(case: Case) -> Ledger:
    return load_ledger(package_ledger(), case.ledger_folder)


@pytest.fixture(scope="session")
def data(case: Case) -> xr.Dataset:
    return run(case, members=24)  # enough to count verdicts over


@pytest.fixture(scope="session")
def rows(data: xr.Dataset, ledger: Ledger, case: Case) -> list[Compared]:
    return compare(data, ledger, used={id_ for prior in case.priors.values() for id_ in prior.evidence})


@pytest.fixture(scope="session")
def report(
    tmp_path_factory: pytest.TempPathFactory, data: xr.Dataset, case: Case, ledger: Ledger, rows: list[Compared]
) -> Path:
    """The report of the synthetic run, as a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    return html.write(report_of(described(data), data, case, ledger, rows, events=events()), path)

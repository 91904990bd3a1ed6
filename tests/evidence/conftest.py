from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

import fissure
from fissure.evidence import Ledger, load_ledger, package_ledger

CASE = Path(fissure.__file__).parent / "cases" / "islamic_state" / "ledger"

GOOD = {
    "sources": """\
        - id: monitor
          title: Counts
          kind: monitoring-group
          publisher: A monitor
          leaning: Counts too few.
        - id: A1
          title: An article
          kind: article
          publisher: A paper
          leaning: Hopes.
          lines: 12
        """,
    "mechanisms": """\
        - name: pay-gap
          group: ranks
          title: Unequal pay
          check: It matters.
        """,
    "claims": """\
        - id: A1-03a
          source: A1
          line: 3
          paraphrase: Locals earn less.
          mechanism: pay-gap
          direction: raises
          effect: pay on anger
          figure: pay-1
        """,
    "variables": """\
        - id: pay
          title: Pay
          unit: USD/month
          how: at
          output: pay_usd_month
          note: Base pay.
        """,
    "observations": """\
        - id: pay-1
          variable: pay
          source: A1
          date: 2015-01-31
          value: 400
          bound: exact
          unit: USD/month
          scope: all
          doubt: One voice.
          doubt_factor: 2
          rival_of: [pay-2]
        - id: pay-2
          variable: pay
          source: monitor
          date: 2015-02-28
          low: 100
          high: 300
          bound: range
          unit: USD/month
          scope: all
          doubt: A count.
          doubt_factor: 1.5
          rival_of: [pay-1]
        """,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a small good ledger, with some files replaced or (None) left out."""

    def make(folder: str = "ledger", /, **changed: str | None) -> Path:
        here = tmp_path / folder
        here.mkdir()
        for name, text in (GOOD | changed).items():
            if text is not None:
                (here / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
        return here

    return make


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    """The ledger of the reference case with the package's own."""
    return load_ledger(package_ledger(), CASE)

"""A small case of one's own, with figures, in a folder; a fixture for whoever imports it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cases.ruritania import FILES
from tests.own_case import priors

WEEKS = 40
DAYS = [date(2001, 1, 1) + timedelta(weeks=week) for week in range(WEEKS)]
OWN = {
    "case.yaml": FILES["case.yaml"].replace("weeks: 3", f"weeks: {WEEKS}"),
    "forcing/strikes.csv": "week,country,strikes,low,high,basis\n"
    + "".join(f"{day},Ruritania,1,0,9,made-up\n" for day in DAYS),
    "forcing/prices.csv": "week,oil_usd_per_barrel,local_per_usd_Ruritania\n"
    + "".join(f"{day},25,3\n" for day in DAYS),
    "questions.yaml": "- {name: which, asks: Which of them?, claims: [G-01a], caution: It is made up., "
    "groups: [ranks, war], of: collapse}\n",
}
LEDGER = {
    "claims.yaml": "- {id: G-01a, source: gazette, line: 1, mechanism: pay-gap, direction: raises, effect: made up, "
    "paraphrase: Those who are paid less hold it against those who are paid more.}\n",
    "sources.yaml": "- {id: gazette, title: The Gazette, kind: press, publisher: Gazette, leaning: made up}\n",
    "variables.yaml": "- {id: fighters_total, title: Fighters, unit: persons, how: at, output: fighters, note: none}\n",
    "observations.yaml": "- {id: fighters-1, variable: fighters_total, source: gazette, date: 2001-01-08, value: 30, "
    "bound: exact, unit: persons, scope: Ruritania, doubt: made up, doubt_factor: 2}\n"
    "- {id: fighters-2, variable: fighters_total, source: gazette, date: 2001-09-08, value: 20, "
    "bound: exact, unit: persons, scope: Ruritania, doubt: made up, doubt_factor: 2}\n",
}


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """The folder of the case."""
    folder = tmp_path_factory.mktemp("small") / "small_war"
    for file, text in {**FILES, **OWN, **{f"ledger/{name}": text for name, text in LEDGER.items()}}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "priors.yaml").write_text(priors(), encoding="utf-8")
    return folder

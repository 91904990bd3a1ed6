"""A case of one's own that can be simulated: the made-up small war, with priors, a ledger and a what-if."""

from datetime import date, timedelta
from pathlib import Path

import yaml

from fissure.cases import load_case
from tests.cases.ruritania import FILES

TITLE = "A small war"
WEEKS = 3
OBSERVATION = "ranks-2001-01"
LEDGER = {
    "sources.yaml": "- {id: gazette, title: The Gazette, kind: press, publisher: Gazette, leaning: made up}\n",
    "variables.yaml": (
        "- {id: ranks, title: Fighters in the ranks, unit: persons, how: at, output: fighters, note: made up}\n"
    ),
    "observations.yaml": (
        f"- {{id: {OBSERVATION}, variable: ranks, source: gazette, date: 2001-01-10, value: 90, bound: exact, "
        "unit: persons, scope: Ruritania, doubt: made up, doubt_factor: 2.0}\n"
    ),
    "claims.yaml": (
        "- {id: G-01a, source: gazette, line: 1, mechanism: pay-gap, direction: raises, effect: made up, "
        "paraphrase: Those who are paid less hold it against those who are paid more.}\n"
    ),
}
STUDIES = """\
- name: no-strikes
  title: No strikes
  question: What if nothing had been bombed?
  claims: [G-01a]
  set: [forcing.strikes=0]
  why: made up
  caution: made up
"""
QUESTIONS = """\
- name: bombed
  asks: What if nothing had been bombed?
  claims: [G-01a]
  whatif: no-strikes
  of: [deserted]
  caution: made up
"""


LATER = (
    "- {id: ranks-2001-09, variable: ranks, source: gazette, date: 2001-09-08, value: 20, bound: exact, "
    "unit: persons, scope: Ruritania, doubt: made up, doubt_factor: 2.0}\n"
)
"""Another figure, of a war that lasts longer."""


def written(folder: Path, name: str = "small_war", weeks: int = WEEKS) -> Path:
    """Write the case into `folder`, which is made; `name` and its `weeks` stand in its `case.yaml`."""
    files = {**FILES, **{f"ledger/{file}": text for file, text in LEDGER.items()}}
    files |= {"studies.yaml": STUDIES, "questions.yaml": QUESTIONS, "priors.yaml": priors()}
    files["case.yaml"] = files["case.yaml"].replace("name: small_war", f"name: {name}", 1)
    files |= {} if weeks == WEEKS else longer(files, weeks)
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def longer(files: dict[str, str], weeks: int) -> dict[str, str]:
    """Those of the files that are others in a war of so many weeks, up to half a year and more."""
    days = [date(2001, 1, 1) + timedelta(weeks=week) for week in range(weeks)]
    strikes = "".join(f"{day},Ruritania,1,0,9,made-up\n" for day in days)
    prices = "".join(f"{day},25,3\n" for day in days)
    return {
        "case.yaml": files["case.yaml"].replace(f"weeks: {WEEKS}", f"weeks: {weeks}"),
        "forcing/strikes.csv": "week,country,strikes,low,high,basis\n" + strikes,
        "forcing/prices.csv": "week,oil_usd_per_barrel,local_per_usd_Ruritania\n" + prices,
        "ledger/observations.yaml": files["ledger/observations.yaml"] + (LATER if weeks > 36 else ""),
    }


def priors() -> str:
    """The priors of the reference case, without their evidence, of a group that four units of ten slots can hold."""
    priors = yaml.safe_load((load_case("islamic_state").folder / "priors.yaml").read_text(encoding="utf-8"))
    priors["start.fighters"]["prior"] |= {"low": 12.0, "high": 24.0}
    return yaml.safe_dump({name: {k: v for k, v in one.items() if k != "evidence"} for name, one in priors.items()})

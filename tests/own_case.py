"""A case of one's own that can be simulated: the made-up small war, with priors, a ledger and a what-if."""

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


def written(folder: Path, name: str = "small_war") -> Path:
    """Write the case into `folder`, which is made; `name` stands in its `case.yaml`."""
    files = {**FILES, **{f"ledger/{file}": text for file, text in LEDGER.items()}}
    files |= {"studies.yaml": STUDIES, "questions.yaml": QUESTIONS, "priors.yaml": priors()}
    files["case.yaml"] = files["case.yaml"].replace("name: small_war", f"name: {name}", 1)
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def priors() -> str:
    """The priors of the reference case, without their evidence, of a group that four units of ten slots can hold."""
    told = yaml.safe_load((load_case("islamic_state").folder / "priors.yaml").read_text(encoding="utf-8"))
    told["start.fighters"]["prior"] |= {"low": 12.0, "high": 24.0}
    return yaml.safe_dump({name: {k: v for k, v in one.items() if k != "evidence"} for name, one in told.items()})

"""Every file that a person may write of a case, for the made-up one, and reading them all."""

from pathlib import Path
from typing import Any

from fissure.cases import load_case
from fissure.evidence import load_ledger
from fissure.studies.questions import questions_of, studies_of
from tests.cases.ruritania import FILES

SOURCES = """\
- {id: gazette, title: The Gazette, kind: press, publisher: The Gazette, leaning: Counts too few.}
- id: A1
  title: An article
  kind: article
  publisher: A paper
  date: 2001-01-20
  leaning: Hopes.
  lines: 12
"""
CLAIMS = """\
- id: A1-03a
  source: A1
  line: 3
  paraphrase: Locals earn less.
  reason: The case has no pay.
  direction: raises
  effect: pay on anger
  figure: men-1
"""
VARIABLES = """\
- {id: men, title: Fighters, unit: persons, how: at, output: fighters, family: men, note: Made up.}
- id: fled
  title: Who fled
  unit: persons
  how: period-sum
  output: fled_in
  select: {country: [Ruritania]}
  scale: 1.5
  note: Made up.
"""
OBSERVATIONS = """\
- id: men-1
  variable: men
  source: A1
  date: 2001-01-12
  value: 40
  bound: exact
  unit: persons
  scope: all
  doubt: One voice.
  doubt_factor: 2
  rival_of: [men-2]
- id: men-2
  variable: men
  source: gazette
  period: [2001-01-08, 2001-01-14]
  low: 20
  high: 60
  bound: range
  unit: persons
  scope: all
  doubt: A count.
  doubt_abs: 10
  rival_of: [men-1]
"""
SERIES = """\
- id: flight
  variable: fled
  source: gazette
  file: observed/flight.csv
  unit: persons
  scope: all
  bound: range
  doubt: A count.
  doubt_factor: 1.5
"""
PRIORS = """\
start.fighters:
  prior: {kind: lognormal, low: 20, high: 80}
  unit: fighters
  reason: Made up.
  evidence: [men-1]
start.foreign-share:
  prior: {kind: logitnormal, low: 0.25, high: 0.6}
  unit: share
  reason: Made up.
"""
STUDIES = """\
- name: no-strikes
  title: No strikes
  question: What without strikes?
  claims: [A1-03a]
  set: [forcing.strikes=x0]
  from: 2001-01-08
  why: It stands for it.
  caution: Made up.
  falsifies: true
  expect: nothing
"""
QUESTIONS = """\
- name: which-way
  asks: Which way?
  claims: [A1-03a]
  whatif: no-strikes
  of: [fighters@2001-01-15]
  caution: Made up.
"""
LEANINGS = "- {kind: press, family: men, factor: [0.5, 2], common: 0.5, reason: Made up.}\n"
PROVENANCE = """\
- file: districts.csv
  what: Places
  built_by: hand
  producer: nobody
  licence: none
  attribution: none
  edition: "1.10"
"""
WRITTEN: dict[str, str] = {
    **FILES,
    "context.geojson": FILES["boundaries.geojson"],
    "priors.yaml": PRIORS,
    "measurement.yaml": LEANINGS,
    "provenance.yaml": PROVENANCE,
    "studies.yaml": STUDIES,
    "questions.yaml": QUESTIONS,
    "ledger/sources.yaml": SOURCES,
    "ledger/claims.yaml": CLAIMS,
    "ledger/variables.yaml": VARIABLES,
    "ledger/observations.yaml": OBSERVATIONS,
    "ledger/series.yaml": SERIES,
    "observed/flight.csv": "first,last,low,value,high\n2001-01-01,2001-01-07,1,2,3\n2001-01-08,2001-01-14,2,,5\n",
}


def write_all(folder: Path) -> Path:
    """The made-up case with all its files in `folder`."""
    for name, text in WRITTEN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read_all(folder: Path) -> tuple[Any, ...]:
    """All that the files of `folder` say."""
    case = load_case(folder)
    ledger = load_ledger(case.ledger_folder)
    studies = studies_of(case, ledger.claims, [])
    return case, ledger, studies, questions_of(case, ledger.claims, studies)

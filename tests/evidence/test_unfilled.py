"""Texts that a new mechanism's author has yet to write: found in any ledger, and none left in what ships."""

from pathlib import Path

from gaps import problems

import fissure
from fissure.cases import case_names, load_case
from fissure.evidence import load_ledger, unfilled
from fissure.evidence.ledger import FILL_IN

ROOT = Path(fissure.__file__).parent


def test_each_is_a_problem_with_its_line(write):
    text = """\
        - name: pay-gap
          group: ranks
          title: Unequal pay
          check: "FILL IN: what is lower"
        """
    folder = write(mechanisms=text)
    ledger = load_ledger(folder)
    assert unfilled(ledger) == [("mechanism", "pay-gap", "check")]
    said = f"{folder / 'mechanisms.yaml'}:4: 'check' is still to be filled in."
    assert problems(ledger, ["pay-gap"], ["pay_usd_month"]) == [said]


def test_sources_and_claims_are_searched_too(write):
    sources = (write("good") / "sources.yaml").read_text()
    claims = """\
        - id: A1-03a
          source: A1
          line: 3
          paraphrase: "FILL IN: your own words"
          mechanism: pay-gap
          direction: raises
          effect: "FILL IN: what on what"
        """
    folder = write(sources=sources.replace("leaning: Hopes.", "leaning: FILL IN"), claims=claims)
    assert unfilled(load_ledger(folder)) == [
        ("source", "A1", "leaning"),
        ("claim", "A1-03a", "paraphrase"),
        ("claim", "A1-03a", "effect"),
    ]


def test_none_is_left_in_what_ships(ledger):
    assert unfilled(ledger) == []
    for name in case_names():
        case = load_case(name)
        assert not [key for key, prior in case.priors.items() if prior.reason.startswith(FILL_IN)]
    files = (ROOT / "model" / "mechanisms").rglob("*.py")
    assert not [path for path in files if FILL_IN in path.read_text(encoding="utf-8")]

"""What README and the docs tell a reader to type works, and what they point to exists."""

import re
from pathlib import Path

import pytest

from fissure import api
from fissure.cases.loader import load_case

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_names_to_trace_exist():
    case = load_case("islamic_state")
    names = {n for page in PAGES for n in re.findall(r"^ {4}fissure trace (\S+)", page.read_text(), re.M)} - {"NAME"}
    assert len(names) >= 5
    for name in names:
        assert api.trace(name, case).subject.name


def test_mechanisms_to_switch_off_exist():
    from fissure.model.catalogue import known_mechanism

    names = {n for page in PAGES for n in re.findall(r"--off ([a-z][a-z-]+)", page.read_text())}
    assert names
    for name in names:
        known_mechanism(name)


def test_counts_in_the_readme_are_true():
    from fissure.model.catalogue import mechanism_classes, parameters_of

    case, text = load_case("islamic_state"), " ".join((ROOT / "README.md").read_text().split())
    ledger = api.ledger(case)
    assert set(mechanism_classes()) == set(ledger.mechanisms)
    for said in (
        f"All {len(mechanism_classes())} mechanisms that the sources assert",
        f"{len(ledger.mechanisms)} ways",
        f"{len(parameters_of(case))} parameters",
        f"{len(case.districts)} districts",
        f"{len(case.offensives)} ground operations",
        f"{len(ledger.claims)} claims and {len(ledger.observations)} published figures",
        f"{case.weeks} weeks",
    ):
        assert said in text, said

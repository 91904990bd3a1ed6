"""What stands in a mechanism's file is whole, true to its code and claims, and of no case in particular."""

import math
import re
import sys
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

import fissure
from fissure.cases import load_case
from fissure.evidence import load_ledger, package_ledger
from fissure.model.catalogue import mechanism_classes
from fissure.model.causal import contract, reads_and_writes, stated

ROOT = Path(fissure.__file__).parent
UNITS = r"per week|per month|per day|weeks|fighters|km2|\[0, 1\)?\]?|log|share|hazard"

# Places, people, groups, publishers and money of the reference case, of which the model must know nothing.
OF_A_CASE = (
    *("mosul", "raqqa", "koban", "tikrit", "ramadi", "falluja", "sinjar", "palmyra", "aleppo", "idlib"),
    *("homs", "damascus", "baghdad", "kirkuk", "diyala", "anbar", "nineveh", "deir", "tal afar"),
    *("al-bab", "manbij", "sheitat", "euphrates", "iraq", "syria", "turkey", "turkish", "turkm"),
    *("jordan", "libya", "russia", "iran", "france", "tunisia", "chechen", "caucas", "azeri", "europe"),
    *("western", "kurd", "arab", "sunni", "shia", "shiite", "muslim", "islam", "isis", "isil", "daesh"),
    *("caliph", "jihad", "apostat", "takfir", "al-qaeda", "nusra", "sharia", "zakat", "baghdadi"),
    *("assad", "peshmerga", "ypg", "sdf", "sohr", r"ihs\b", "unhcr", r"cia\b", "centcom", "cjtf"),
    *("icsr", "soufan", "airwars", "pentagon", "brent", "dinar", "pound", "syp"),
)


@cache
def the_case():
    return load_case("islamic_state")


@cache
def the_ledger():
    return load_ledger(package_ledger(), the_case().ledger_folder)


def of_each_mechanism(rule):
    """A test that holds `rule` against every mechanism, and names all that break it."""

    def test():
        broken = []
        for mechanism in mechanism_classes().values():
            try:
                rule(mechanism)
            except AssertionError as error:
                broken.append(f"{mechanism.name()}: {error}")
        assert not broken, "\n".join(broken)

    test.__name__, test.__doc__ = rule.__name__, rule.__doc__
    return test


def doc(mechanism):
    return sys.modules[mechanism.__module__].__doc__


def part(mechanism, start, end):
    found = re.search(rf"^{start}(.*?)(?:{end})", doc(mechanism), re.MULTILINE | re.DOTALL)
    assert found, f"{mechanism.__module__}: no '{start}' in its docstring"
    return " ".join(found[1].split())


@of_each_mechanism
def test_it_carries_the_claims_that_name_it(mechanism):
    claimed = sorted(claim.id for claim in the_ledger().claims_of(mechanism.name()))
    assert list(mechanism.claims) == claimed
    assert claimed


@of_each_mechanism
def test_its_group_is_that_of_the_ledger(mechanism):
    assert mechanism.group() == the_ledger().mechanisms[mechanism.name()].group


@of_each_mechanism
def test_it_begins_with_one_line(mechanism):
    lines = doc(mechanism).splitlines()
    assert re.fullmatch(r"[A-Z].{15,}\.", lines[0])
    assert lines[1] == ""


@of_each_mechanism
def test_it_names_theory_with_references(mechanism):
    assert re.search(r"\b(19|20)\d\d\b", part(mechanism, "Theory: ", r"\n\n"))


@of_each_mechanism
def test_it_has_an_equation_block_with_units(mechanism):
    block = [line for line in doc(mechanism).splitlines() if line.startswith("    ")]
    assert block, mechanism.__module__
    assert re.search(UNITS, "\n".join(block)), mechanism.__module__


@of_each_mechanism
def test_every_parameter_stands_in_the_equations(mechanism):
    block = "\n".join(line for line in doc(mechanism).splitlines() if line.startswith("    "))
    for name in {field.name for field in fields(mechanism)} - {"on"}:
        assert re.search(rf"\b{name}\b", block), f"{mechanism.__module__}: {name}"


@of_each_mechanism
def test_it_reads_and_writes_what_it_says(mechanism):
    """Both lists are those traced from the code: paths and channels, in order of the alphabet."""
    said = re.fullmatch(r"Reads: (.*?)\. Writes: (.*?)\.", stated(mechanism))
    assert said, f"{mechanism.__module__}: expected '{contract(mechanism)}'"
    traced = reads_and_writes(mechanism)
    reads, writes = (text.split(", ") for text in said.groups())
    assert reads == (sorted(set().union(*traced.values())) or ["nothing"])
    assert writes == sorted(traced)
    assert traced, mechanism.__module__


@of_each_mechanism
def test_its_source_lines_hold_its_claims(mechanism):
    text = part(mechanism, "Source: ", r"\.\s*\Z")
    assert re.fullmatch(r"S\d:\d+( S\d:\d+)*", text)
    said = text.split()
    assert len(set(said)) == len(said)
    claims = [the_ledger().claims[name] for name in mechanism.claims]
    assert {f"{claim.source}:{claim.line}" for claim in claims} <= set(said)
    articles = the_ledger().sources
    lengths = {name: source.lines or math.inf for name, source in articles.items()}  # other texts: page, no length
    assert all(int(line) <= lengths[s] for s, line in (place.split(":") for place in said))


@of_each_mechanism
def test_its_class_says_in_one_line_what_it_does(mechanism):
    assert re.fullmatch(r"[A-Z].{15,100}\.", mechanism.__doc__)
    assert re.fullmatch(r"[A-Z].{5,60}", mechanism.title)


def of_the_case():
    """Matches a word of the list, or the name of a bloc, country or district of the reference case."""
    case = the_case()
    blocs = {word for bloc in case.blocs for word in bloc.name.split("-")} - {"other", "ex"}
    named = {*blocs, *case.countries, *(d.name for d in case.districts if len(d.name) > 4)}
    words = [*OF_A_CASE, *(re.escape(name) for name in sorted(named))]
    return re.compile(rf"(?<![a-z])(?:{'|'.join(words)})", re.IGNORECASE)


@pytest.mark.parametrize("layer", ["model", "engine"])
def test_the_model_knows_nothing_of_the_case(layer):
    pattern = of_the_case()
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit[0]}"
        for path in sorted((ROOT / layer).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (hit := pattern.search(line))
    ]
    assert not found


def test_the_search_for_names_would_find_one():
    pattern = of_the_case()
    for text in ("at Mosul", "the Kurds", "SOHR counted", "Tal Afar", "IHS map", "apostates", "a caliphate"):
        assert pattern.search(text), text
    for text in ("his share", "a party", "jumps", "an article", "ships"):
        assert not pattern.search(text), text

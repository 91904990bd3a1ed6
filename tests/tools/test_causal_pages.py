"""The causal picture in the docs: as the code is, well formed, with what is known of each mechanism."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tools.docs import causal as page

from fissure.cases.loader import load_case
from fissure.evidence import load_ledger, package_ledger
from fissure.model.catalogue import mechanism_classes
from fissure.present.sections import causal_matrix
from fissure.present.sections.causal import counted
from fissure.studies.causal import Verdict, loops, picture

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def seen():
    return picture()


@pytest.fixture(scope="module")
def ledger():
    return load_ledger(package_ledger(), load_case("islamic_state").ledger_folder)


@pytest.fixture(scope="module")
def pages(ledger):
    return page.pages(ledger)


def test_the_docs_are_up_to_date(pages):
    for path, text in pages.items():
        assert (DOCS / path).read_text(encoding="utf-8") == text, f"{path}: run make docs"


@pytest.mark.parametrize("path", [page.MATRIX, page.RINGS], ids=str)
def test_pictures_are_well_formed(pages, path):
    root = ElementTree.fromstring(pages[path])
    assert root.tag.endswith("svg") and root.get("aria-label")
    for end in ("cx", "x"):
        places = [float(e.get(end)) for e in root.iter() if e.get(end)]
        assert all(0 <= x <= float(root.get("width")) for x in places)


def test_the_matrix_shows_every_mechanism_with_its_claims(pages, ledger):
    tips = [e.text for e in ElementTree.fromstring(pages[page.MATRIX]).iter() if e.tag.endswith("title")]
    for name in mechanism_classes():
        for claim in ledger.claims_of(name):
            assert any(f"{claim.id} " in tip and " ".join(claim.paraphrase.split()) in tip
                       for tip in tips), claim.id  # fmt: skip


def test_loops_are_counted_and_the_listed_are_told(pages, seen):
    found, text = loops(seen), pages[page.PAGE]
    assert counted(found) in text and counted(found).startswith(f"{len(found):,} loops")
    assert text.count("| reinforcing |") == sum(loop.kind == "reinforcing" for loop in causal_matrix.listed(found))


def test_drawn_loops_each_bring_a_mechanism(seen):
    known = set()
    for loop in causal_matrix.drawn(loops(seen)):
        assert set(loop.carriers) - known
        known |= set(loop.carriers)


def test_verdicts_of_checks_stand_with_their_mechanism(ledger, seen):
    checked = replace(seen, verdicts={"contagion": [Verdict("desertions", "+", "as claimed")]})
    text = page.pages(ledger, checked)[page.PAGE]
    assert "- checked: desertions +: as claimed" in text.split("`contagion`)")[1].split("\n\n**")[0]


def test_the_command_writes_the_pages(tmp_path, pages):
    page.main([str(tmp_path)])
    assert {p.relative_to(tmp_path) for p in tmp_path.rglob("*.*")} == set(pages)

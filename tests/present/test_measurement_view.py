"""The table of the measurement model in the report."""

from dataclasses import replace

import pytest

from fissure import load_case
from fissure.evidence import load_ledger, package_ledger
from fissure.present.document import Fold
from fissure.present.render.html import fragment
from fissure.present.sections.parts import evidence, measurement, publishers
from fissure.studies.measurement import biases, data


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


@pytest.fixture(scope="module")
def ledger(case):
    return load_ledger(package_ledger(), case.ledger_folder)


def test_there_is_a_row_for_each_bias_and_every_figure_is_counted(case, ledger):
    rows = publishers(ledger, case.leanings)
    items = data(ledger, case.leanings)
    assert len(rows) == len(biases(items))
    assert sum(row.figures for row in rows) == len(items)


def test_a_lean_is_told_with_its_range(case, ledger):
    rows = {(row.source, row.family): row for row in publishers(ledger, case.leanings)}
    assert rows["cjtf-oir", "deaths"].lean == "× 1.4 (0.9 to 2.2)"
    assert rows["cjtf-oir", "deaths"].common == "80%"
    assert rows["cjtf-oir", "area"].lean == "+6 points (-2 to +14)"
    assert rows["ihs", "area"].lean == "none known"
    assert "twice the truth" in rows["cjtf-oir", "deaths"].reason


def test_without_leanings_none_is_known(ledger):
    assert {row.lean for row in publishers(ledger, [])} == {"none known"}


def test_the_table_is_closed_at_first_and_escapes_what_it_tells(case, ledger):
    row = replace(publishers(ledger, case.leanings)[0], reason="<b>bold</b>")
    page = fragment([measurement([row])])
    assert "&lt;b&gt;bold" in page
    assert page.count("<tr>") == 2
    assert isinstance(evidence(ledger, case.leanings).blocks[-1], Fold)

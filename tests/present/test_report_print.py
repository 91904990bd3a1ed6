"""The report on paper: all its columns, verdicts and publishers, and charts as wide as their place."""

import pytest
from test_report_in_browser import opened
from tests.paper import bare, on_paper, printed

from fissure.present import formatting

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def page(browser, report):
    page, said, _ = opened(browser, report, 1440, "light")
    yield page
    assert said == []
    page.context.close()


@pytest.fixture(scope="module")
def text(page):
    return printed(page)


def test_verdicts_and_publishers_are_in_the_pdf(text, rows, ledger):
    for said in ("Verdict", "Published by"):
        assert bare(said) in text
    for row in rows:
        assert bare(formatting.verdict(row).word) in text
        assert bare(formatting.publisher(row.observation, ledger.sources)) in text


def test_nothing_is_cut_and_every_column_is_there(page, text):
    cut, tables = on_paper(page)
    assert not cut
    assert len(tables) > 5
    for word in {word for columns in tables for name in columns for word in name.split()}:
        assert bare(word) in text, word


def test_what_is_for_the_screen_is_left_out(text):
    for said in ("Skip to the findings", "Search publisher", "Sections"):
        assert bare(said) not in text

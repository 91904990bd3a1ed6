"""The page of a calibration as a reader opens it: in Chromium, with no network."""

import pytest
from calibrations import calibration_of
from test_report_in_browser import opened
from tests.chart_pages import faults
from tests.paper import on_paper

from fissure.present.render import html
from fissure.present.sections.calibration import document

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, case, ledger):
    path = tmp_path_factory.mktemp("calibration") / "calibration.html"
    return html.write(document(calibration_of(case, ledger), case, ledger, "fissure calibrate", "0.1.0"), path)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_draws_everything_without_a_word_or_a_network(browser, page_file, width, scheme):
    page, said, asked = opened(browser, page_file, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
    drawn = page.evaluate(
        """() => [...document.querySelectorAll("[data-chart]")].map((e) =>
        [e.dataset.chart, e.querySelectorAll("svg path[d]").length])"""
    )
    assert [name for name, _ in drawn] == ["coverage", "agreement", "losses"]
    assert all(marks > 3 for _, marks in drawn)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".moves")].filter((e) =>
        e.scrollWidth > e.parentElement.clientWidth + 1).length"""
    )
    assert cut == 0
    assert not faults(page)
    assert not on_paper(page)[0]
    page.context.close()


def test_every_region_that_scrolls_can_be_reached_by_keyboard(browser, page_file):
    page, *_ = opened(browser, page_file, 390, "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    unreached = page.evaluate(
        "document.querySelectorAll('.scroll:not([tabindex=\"0\"]), .scroll:not([aria-label])').length"
    )
    assert unreached == 0
    page.context.close()


def test_paper_is_light_whatever_the_screen_is(browser, page_file):
    page, *_ = opened(browser, page_file, 1280, "dark")
    colour = "document.querySelector('[data-chart=coverage] svg .role-axis-label text').getAttribute('fill')"
    dark = page.evaluate(colour)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(colour) == "#5a6675" != dark  # drawn at once: a printer does not wait
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(colour) == dark
    page.context.close()


def test_a_table_that_is_cut_on_paper_would_be_found(browser, page_file):
    page, *_ = opened(browser, page_file, 1280, "light")
    page.evaluate("document.querySelector('.moves').style.setProperty('min-width', '1020px', 'important')")
    assert any("beyond the paper" in said for said in on_paper(page)[0])
    page.context.close()

"""What the words of the page promise, tried on every chart of every view: pointing, touching, room, paper."""

from contextlib import contextmanager

import pytest
from browser import watched
from small_run import RUN
from tests.chart_pages import drawn, misplaced, silent, unfit_tooltips
from tests.paper import bare, on_paper, printed

pytestmark = pytest.mark.thorough

VIEWS = {
    "history": (f"/history?run={RUN}", 60),
    "why": ("/why", 5),
    "what if": ("/what-if?q=off%3Ddesertion%3Bfrom%3D2014-10&members=2", 6),
    "two questions": ("/what-if?q=off%3Ddesertion%3Bfrom%3D2014-10&q=study%3Doil-untouched&members=2", 6),
    "entry": ("/evidence?entry=territory-2014-10-s1", 1),
    "quantity": ("/evidence?entry=territory_km2", 1),
    "forecast": ("/evidence?kind=forecast", 1),
    "cracks": ("/cracks?mechanism=pay-gap", 0),
}
"""Addresses, and how many charts there are at least."""


@pytest.fixture(scope="module", params=VIEWS)
def view(request):
    return VIEWS[request.param]


@contextmanager
def opened(browser, server, address, **look):
    with watched(browser, server, reduced_motion="reduce", **look) as page:
        page.goto(server + address)
        if "/history" in address:
            page.wait_for_selector("body[data-playable]", timeout=120_000)
        if "q=" in address:
            page.wait_for_function(
                "() => [...document.querySelectorAll('[data-said]')].every((one) => one.textContent === '2 pairs')",
                timeout=240_000,
            )
            page.wait_for_selector("[data-chart]", state="attached")
        page.wait_for_load_state("networkidle")
        yield page


@pytest.fixture(scope="module")
def desk(browser, server, view):
    """The view on a desk, in daylight, with all its charts drawn; and how many those are."""
    address, least = view
    with opened(browser, server, address, viewport={"width": 1440, "height": 900}) as page:
        count = drawn(page)
        assert count >= least
        yield page


def test_every_chart_answers_the_pointer(desk):
    assert not silent(desk)
    assert not unfit_tooltips(desk)


def test_every_chart_answers_a_finger_in_the_dark(browser, server, view):
    look = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}
    with opened(browser, server, view[0], **look) as page:
        assert not silent(page, finger=True, every=6)


@pytest.mark.parametrize("width", [390, 1440, 1680])
def test_nothing_lies_over_a_chart(desk, width):
    desk.set_viewport_size({"width": width, "height": 900})
    desk.evaluate("() => new Promise((done) => setTimeout(done, 0))")
    assert not misplaced(desk)
    for words in (True, False):
        desk.evaluate("(open) => { for (const one of document.querySelectorAll('details')) one.open = open; }", words)
        assert not misplaced(desk)


def columns_on_paper(page, text):
    """Every column of every table that is shown; a heading of several lines is not in one piece."""
    cut, tables = on_paper(page)
    assert not cut
    for word in {word for columns in tables for name in columns for word in name.split()}:
        assert bare(word) in text, word


@pytest.mark.parametrize("name", ["why", "what if", "entry", "forecast", "cracks"])
def test_paper_has_every_chart_and_column_and_no_controls(browser, server, name):
    with opened(browser, server, VIEWS[name][0]) as page:
        text = printed(page)
        columns_on_paper(page, text)
        for said in ("Skip to the content", "SVG", "Save", "Whatif?Evidence"):
            assert bare(said) not in text, said


def test_charts_that_were_never_on_the_screen_are_on_paper(browser, server):
    with opened(browser, server, VIEWS["history"][0], color_scheme="dark") as page:
        page.evaluate("""() => addEventListener("afterprint", () => {
            window.onPaper = document.querySelectorAll("[data-chart] svg").length; }, { capture: true })""")
        text = printed(page)
        assert page.evaluate("window.onPaper") == page.locator("[data-chart]").count() > 60
        for said in ("Verdict", "Published by", "Syrian Observatory for Human Rights", "too high", "inside", "The run"):
            assert bare(said) in text, said
        for said in ("Simulate 100", "weeks a second", "New run", "SVG"):
            assert bare(said) not in text, said
        columns_on_paper(page, text)


def test_the_sliders_of_what_if_are_not_printed(browser, server):
    with opened(browser, server, "/what-if") as page:
        text = printed(page)
        assert bare("Whatif?") in text
        assert "Drivers" not in text
        assert bare("strikes a week") not in text


def test_the_map_speaks_of_districts_only(browser, server):
    with opened(browser, server, f"{VIEWS['history'][0]}#map") as page:
        before = page.get_attribute("#map", "aria-label")
        page.eval_on_selector("#map", "(map) => { map.tabIndex = -1; map.focus(); }")
        assert page.is_hidden("#tip")
        assert page.get_attribute("#map", "aria-label") == before
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('#map .districts path')")
        assert "held (90%: " in page.inner_text("#tip")
        d = page.evaluate("document.activeElement.getAttribute('d')")
        assert page.get_attribute("#map .outline", "d") == d
        page.hover("#map .land path >> nth=0", force=True)
        assert "undefined" not in page.content()

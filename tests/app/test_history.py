"""History as a person sees it: reading, playing through the weeks, pointing, filtering, saving."""

import csv
import json
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from browser import watched
from small_run import RUN


@pytest.fixture(scope="module")
def address(browser, server):
    """The view, once its histories have been read; a person sees it go on by itself."""
    with watched(browser, server) as page:
        page.goto(f"{server}/history?run={RUN}")
        page.wait_for_selector("body[data-playable]")
    return f"{server}/history?run={RUN}"


@pytest.fixture
def view(page, address):
    page.goto(address)
    page.wait_for_selector("body[data-playable]")
    return page


def fills(page):
    return page.eval_on_selector_all("#map .districts path", "all => all.map((one) => one.getAttribute('fill'))")


def test_starts_here_and_draws_what_is_on_the_screen(page, server, address):
    page.goto(server)
    page.locator("[data-chart=ground]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-drawn] svg path[d]", state="attached")
    assert page.title().startswith("History")
    assert page.url.startswith(f"{server}/history")


@pytest.mark.thorough
def test_slider_by_keyboard_moves_everything_and_the_address_keeps_it(view):
    before = fills(view)
    view.focus("#week")
    view.keyboard.press("ArrowRight")
    view.wait_for_url(re.compile("week=2014-07-07"))
    assert view.input_value("#week") == "1"
    assert view.get_attribute("#week", "aria-valuetext") == "Week of 7 Jul 2014"
    assert view.inner_text("#week-said") == "Week of 7 Jul 2014"
    view.keyboard.press("End")
    view.wait_for_url(re.compile("week=2015-08-17"))
    assert fills(view) != before
    facts, shown = view.inner_text("#this-week"), fills(view)
    view.reload()
    view.wait_for_selector("body[data-playable]")
    assert fills(view) == shown
    assert view.inner_text("#this-week") == facts
    view.click("text=The map as a table")
    assert "17 Aug 2015" in view.inner_text("#held")


def test_server_renders_the_week_of_the_address_as_the_script_does(view, address):
    view.click("text=The map as a table")
    view.focus("#week")
    for _ in range(9):
        view.keyboard.press("ArrowRight")
    view.wait_for_url(re.compile("week=2014-09-01"))
    scripted = view.inner_text("#held"), view.inner_text("#this-week"), fills(view)
    names = view.eval_on_selector_all("#map .districts path", "all => all.map((one) => one.getAttribute('aria-label'))")
    view.goto(f"{address}&week=2014-09-03")  # any day of it
    view.wait_for_selector("body[data-playable]")
    view.click("text=The map as a table")
    assert (view.inner_text("#held"), view.inner_text("#this-week"), fills(view)) == scripted
    assert names == view.eval_on_selector_all(
        "#map .districts path", "all => all.map((one) => one.getAttribute('aria-label'))"
    )


def test_plays_without_reading_aloud_and_pauses(view):
    view.select_option("#speed", "16")
    view.click("#play-button")
    assert view.get_attribute("#week-said", "aria-live") == "off"
    assert "Pause" in view.inner_text("#play-button")
    view.wait_for_function("() => Number(document.getElementById('week').value) > 2")
    view.focus("#play-button")
    view.keyboard.press("Space")
    assert view.get_attribute("#week-said", "aria-live") == "polite"
    stopped = int(view.input_value("#week"))
    view.click("[data-step='1']")
    assert int(view.input_value("#week")) == stopped + 1
    view.wait_for_url(re.compile("week="))


def test_a_district_can_be_reached_with_arrow_keys(view):
    view.focus("#map .districts path[tabindex='0']")
    first = view.inner_text("#tip")
    seen = {first}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight"):
        view.keyboard.press(key)
        seen.add(view.inner_text("#tip"))
    assert len(seen) > 1
    assert view.locator("#map .districts path[tabindex='0']").count() == 1
    name = view.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name == view.inner_text("#tip")
    assert re.fullmatch(r".+, .+: \d+% held \(90%: \d+% to \d+%\)", name)


@pytest.mark.thorough
def test_a_line_on_the_charts_follows_the_week(view):
    view.locator("[data-chart=ground]").scroll_into_view_if_needed()
    view.wait_for_selector("[data-chart=ground] .cursor", state="attached")
    at = "document.querySelector('[data-chart=ground] .cursor').getBoundingClientRect().left"
    before = view.evaluate(at)
    view.focus("#week")
    view.keyboard.press("PageUp")
    assert view.evaluate(at) > before


@pytest.mark.thorough
def test_map_is_saved_as_picture_and_table(view):
    view.focus("#week")
    view.keyboard.press("ArrowRight")
    saved = {}
    for kind in ("SVG", "PNG", "CSV"):
        with view.expect_download() as download:
            view.click(f"#map-save button:text('{kind}')")
        saved[kind] = download.value.path().read_bytes(), download.value.suggested_filename
    assert saved["SVG"][1] == "fissure-history-map-2014-07-07.svg"
    picture = ElementTree.fromstring(saved["SVG"][0])
    assert "style" not in {name for one in picture.iter() for name in one.attrib}
    assert "week of 7 Jul 2014" in "".join(picture.itertext())
    assert saved["PNG"][0].startswith(b"\x89PNG\r\n")
    rows = list(csv.DictReader(saved["CSV"][0].decode().splitlines()))
    districts = view.locator("#map .districts path").count()
    assert len(rows) == 60 * districts
    assert rows[0]["week"] == "2014-06-30"


@pytest.mark.thorough
def test_published_figures_are_filtered_and_the_address_says_how(view, address):
    everything = view.locator(".observations tr.row:visible").count()
    view.check("#rivals")
    marks = view.eval_on_selector_all(
        ".observations tr.row:not([hidden]) .mark", "all => all.map((one) => one.textContent)"
    )
    assert marks
    assert all(marks)
    assert 0 < len(marks) < everything
    view.uncheck("#rivals")
    view.select_option("#verdict", "not compared")
    view.fill("#find", "airwars")
    assert "of" in view.inner_text("#shown")
    shown = view.inner_text("#shown")
    assert "find=airwars" in view.url
    assert "verdict=not+compared" in view.url
    view.reload()
    view.wait_for_function("() => document.getElementById('shown').textContent !== ''")
    assert view.inner_text("#shown") == shown


@pytest.mark.parametrize("width", [360, 1280])
def test_fits_any_screen_in_the_dark(browser, server, address, width):
    with watched(browser, server, viewport={"width": width, "height": 800}, color_scheme="dark") as page:
        page.goto(address)
        page.wait_for_selector("body[data-playable]")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        ramp = json.loads(page.locator("#play").text_content())["ramp"]
        assert set(fills(page)) <= set(ramp["dark"])


def test_headings_are_in_order_and_controls_have_names(view):
    levels = view.eval_on_selector_all("h1, h2, h3, h4, h5", "all => all.map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    nameless = view.eval_on_selector_all(
        "main input, main select, main button",
        "all => all.filter((one) => !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim()))"
        ".map((one) => one.outerHTML)",
    )
    assert nameless == []

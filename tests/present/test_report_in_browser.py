"""The report as a reader opens it: in Chromium, with no network."""

import pytest
from playwright.sync_api import Browser, Page
from tests.chart_pages import misplaced, silent, unfit_tooltips
from tests.html_pages import Html


def opened(browser: Browser, report, width: int, scheme: str) -> tuple[Page, list[str], list[str]]:
    """The page once all charts are drawn, what the console said, and every address asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id="America/Los_Angeles"
    )
    context.set_offline(True)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_function("document.documentElement.dataset.drawn", timeout=30_000)
    return page, said, asked


@pytest.fixture(scope="module")
def wide(browser, report):
    return opened(browser, report, 1280, "light")


@pytest.mark.thorough
def test_draws_every_chart_without_a_word_on_the_console(wide):
    page, said, _ = wide
    assert said == []
    charts, drawn = page.evaluate(
        """() => { const all = [...document.querySelectorAll("[data-chart]")];
        return [all.length, all.filter((e) => e.querySelectorAll("svg path[d]").length > 3).length]; }"""
    )
    assert charts == drawn > 30


@pytest.mark.thorough
def test_every_chart_answers_the_pointer(wide):
    page, *_ = wide
    assert not silent(page)
    assert not unfit_tooltips(page)


@pytest.mark.thorough
@pytest.mark.parametrize("screen", ["wide", "narrow"])
def test_nothing_lies_over_a_chart(screen, request):
    page, *_ = request.getfixturevalue(screen)
    assert not misplaced(page)


def test_every_link_within_it_has_a_place_and_no_word_is_a_programs(report):
    html = Html(report.read_text(encoding="utf-8"))
    within = [href.removeprefix("#") for href, _ in html.links if href.startswith("#")]
    assert len(within) > 10
    assert {*within} <= html.ids
    assert not html.unfit()


def test_asks_for_nothing_but_itself(wide, report):
    _, _, asked = wide
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]


def test_shows_the_numbers_of_a_week_in_every_band(wide):
    page, *_ = wide
    chart = page.locator('[data-chart="grievance"]')
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    said = tooltip.inner_text()
    assert "Week of" in said and "Local" in said and "Foreign" in said and "90%:" in said
    assert "undefined" not in said and "NaN" not in said


def test_shows_the_numbers_of_a_quarter_of_events(wide):
    page, *_ = wide
    chart = page.locator('[data-chart="event-raid"]')
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    for part in (0.3, 0.4):  # far above the bars: the whole height of the quarter answers
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * part)
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    said = tooltip.inner_text()
    assert "Q" in said and "Histories with any" in said and "People hurt, median" in said and "90%:" in said
    assert "undefined" not in said and "NaN" not in said


def test_weeks_are_the_same_days_everywhere(wide):
    """A browser west of Greenwich must not show a Monday as a Sunday."""
    page, *_ = wide
    said = page.locator('[data-chart="ground"] ~ details table tbody th').first.text_content()
    assert said == "30 Jun 2014"
    first = page.evaluate("new Date(JSON.parse(shared.textContent).specs.ground.datasets.bands[0].week).getDay()")
    assert first == 1


def test_filters_the_table(wide):
    page, *_ = wide
    visible = page.locator(".observations tr.row:visible")
    everything = visible.count()
    page.fill("#find", "world bank oil")
    assert visible.count() == 4
    assert page.locator("#shown").text_content() == f"4 of {everything} figures"
    assert page.locator(".observations tbody:visible").count() == 1
    page.fill("#find", "")
    page.select_option("#verdict", "not compared")
    assert 0 < visible.count() < everything
    page.select_option("#verdict", "")
    assert visible.count() == everything


@pytest.fixture(scope="module")
def narrow(browser, report):
    return opened(browser, report, 360, "dark")


@pytest.mark.parametrize("screen", ["wide", "narrow"])
def test_fits_the_screen(screen, request):
    page, said, _ = request.getfixturevalue(screen)
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    cut = page.evaluate(
        """() => [...document.querySelectorAll("[data-chart] svg")].filter((svg) =>
        svg.getBoundingClientRect().right > svg.closest("figure").getBoundingClientRect().right + 1).length"""
    )
    assert cut == 0


@pytest.mark.thorough
@pytest.mark.parametrize("width", [400, 1400])
def test_fits_the_screen_with_all_details_open(browser, report, width):
    page, said, _ = opened(browser, report, width, "light")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("figure .numbers .scroll")].filter((e) =>
        e.getBoundingClientRect().right > e.closest("figure").getBoundingClientRect().right + 1 ||
        e.getBoundingClientRect().bottom > e.closest("figure").getBoundingClientRect().bottom + 1).length"""
    )
    assert beyond == 0
    leaning = page.evaluate(
        """() => [...document.querySelectorAll(".publishers td:last-child")].map((e) =>
        [e.getBoundingClientRect().right, e.getBoundingClientRect().width])"""
    )
    assert leaning and all(right <= width and wide >= 250 for right, wide in leaning)
    page.context.close()


@pytest.mark.thorough
@pytest.mark.parametrize("screen", ["wide", "narrow"])  # the one light, the other dark
def test_text_has_contrast(screen, request):
    """Every piece of text against what lies behind it: 4.5 at least (WCAG AA)."""
    page, *_ = request.getfixturevalue(screen)
    weak = page.evaluate(
        """() => {
        const rgb = (s) => s.match(/[\\d.]+/g).map(Number);
        const lin = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
        const lum = ([r, g, b]) => 0.2126 * lin(r) + 0.7152 * lin(g) + 0.0722 * lin(b);
        const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
          if (c.length < 4 || c[3] > 0) return c; } return scheme_page; };
        const scheme_page = rgb(getComputedStyle(document.body).backgroundColor);
        const out = new Set();
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const e = walker.currentNode.parentElement;
          if (!walker.currentNode.textContent.trim() || e.closest("script, svg, style, .skip")) continue;
          const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(behind(e))].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) out.add(e.tagName + "." + e.className);
        }
        return [...out];
        }"""
    )
    assert weak == []


@pytest.mark.thorough
def test_follows_a_change_of_colours(narrow):
    page, said, _ = narrow
    page.emulate_media(color_scheme="light")
    page.wait_for_function("document.documentElement.dataset.drawn === 'light'", timeout=30_000)
    fill = page.locator('[data-chart="ground"] svg .role-axis-label text').first.get_attribute("fill")
    assert fill == "#5a6675"
    assert said == []

"""What every view keeps, whatever it shows: one heading, no sideways scrolling, everything by keyboard and by name."""

from itertools import pairwise

import pytest
from browser import watched
from test_accessible import drawn, settled

from fissure.app.pages import VIEWS


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view.name)
def view(request):
    return request.param


@pytest.fixture(scope="module")
def opened(browser, server, view):
    """The view, opened once; the tests below leave it as they found it, but for where the focus is."""
    with watched(browser, server) as page:
        assert settled(page, server + view.path).status == 200
        yield page


SIDEWAYS = """() => {
  const root = document.documentElement, wide = root.clientWidth;
  const over = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.right > wide + 1 && !one.closest(".scroll, pre, svg, [class*=unseen], .skip");
  });
  return { scrolls: root.scrollWidth > wide, over: over.slice(0, 5).map((one) => one.outerHTML.slice(0, 150)) };
}"""

UNNAMED = """() => [...document.querySelectorAll(
    "input, select, textarea, button, a[href], summary, [role=button], [role=slider]")]
  .filter((one) => one.type !== "hidden" && !(
    one.getAttribute("aria-label")?.trim() || one.title?.trim() || one.textContent.trim() ||
    (one.getAttribute("aria-labelledby") || "").split(" ").some(
      (id) => id && document.getElementById(id)?.textContent.trim()) ||
    [...(one.labels || [])].some((label) => label.textContent.trim()) ||
    one.querySelector?.("img[alt]:not([alt='']), svg[aria-label]")))
  .map((one) => one.outerHTML.slice(0, 150))"""

FIELDS_WITHOUT_LABEL = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter((one) => one.type !== "hidden" && !one.labels?.length && !one.getAttribute("aria-label")?.trim() &&
    !one.getAttribute("aria-labelledby"))
  .map((one) => one.outerHTML.slice(0, 150))"""

FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const seen = (style) =>
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const label = one.labels?.[0];
  return {
    what: one.outerHTML.slice(0, 150),
    where: [...document.querySelectorAll("*")].indexOf(one),
    seen: seen(getComputedStyle(one)) || (label ? seen(getComputedStyle(label)) : false),
    width: one.getBoundingClientRect().width,
  };
}"""


@pytest.mark.thorough
def test_nothing_scrolls_sideways(browser, server, view):
    with watched(browser, server, viewport={"width": 360, "height": 900}) as page:
        settled(page, server + view.path)
        for width in (360, 768, 1680):
            page.set_viewport_size({"width": width, "height": 900})
            drawn(page)
            found = page.evaluate(SIDEWAYS)
            assert not found["scrolls"], (width, found["over"])


@pytest.mark.thorough
def test_headings_language_title_and_the_current_view(opened, view):
    page = opened
    assert page.locator("h1").count() == 1 and page.locator("h1").inner_text().strip()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title().startswith(view.title)
    links = page.locator("nav[aria-label=Views] a")
    assert [link.inner_text() for link in links.all()] == [one.title for one in VIEWS]
    current = page.locator("nav[aria-label=Views] a[aria-current=page]")
    assert current.count() == 1 and current.get_attribute("href") == f".{view.path}"
    levels = page.evaluate("() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((one) => +one.tagName[1])")
    assert levels[0] == 1
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    assert not jumps, f"headings jump: {levels}"
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]


@pytest.mark.thorough
def test_every_control_has_a_name_and_every_field_a_label(opened):
    page = opened
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(FIELDS_WITHOUT_LABEL) == []


@pytest.mark.thorough
def test_the_skip_link_skips(opened):
    page = opened
    page.keyboard.press("Tab")
    link = page.evaluate("() => document.activeElement.getAttribute('href')")
    assert link == "#content"
    box = page.locator("a.skip").bounding_box()
    assert box["y"] >= 0 and box["width"] > 40  # it shows while it has the focus
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash === '#content'")
    page.keyboard.press("Tab")
    inside = page.evaluate(
        "() => !document.activeElement.closest('header') && document.activeElement !== document.body"
    )
    assert inside, page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")


def test_the_keyboard_reaches_controls_and_shows_where_it_is(opened):
    page = opened
    page.locator("a.skip").focus()
    met = []
    for _ in range(25):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            break
        assert found["seen"], f"no visible focus: {found['what']}"
        met.append(found["where"])
    assert len(met) > len(VIEWS)  # the views, at least
    assert len(set(met)) > len(VIEWS)  # and it is caught nowhere


def test_without_scripts_there_is_something_to_read(browser, server, view):
    with watched(browser, server, java_script_enabled=False) as page:
        page.goto(server + view.path)
        assert len(page.locator("main").inner_text()) > 20
        assert page.locator("h1").is_visible()


def test_the_first_address_leads_to_the_first_view(page, server):
    page.goto(server)
    assert page.url == server + VIEWS[0].path

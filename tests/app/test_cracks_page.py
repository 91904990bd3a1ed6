"""Cracks as a person explores it: with a mouse, with the keyboard alone, on a phone."""

import pytest
from browser import watched
from waiting import atlas_of

from fissure.app import mechanisms as view
from fissure.app.derived import Lookup


@pytest.fixture(autouse=True)
def made(settings):
    """The picture is there, so that no test waits for it but the one that means to."""
    atlas_of(settings)


def heading(page, said):
    page.wait_for_function("said => document.querySelector('h1').textContent.trim() === said", arg=said)


def test_from_a_mechanism_to_its_field_and_back(page, server):
    page.goto(f"{server}/cracks")
    page.evaluate("window.same = true")
    page.click(".ring a[data-node='deterrence'] text")
    heading(page, "Fear holds members back")
    assert page.url == f"{server}/cracks?mechanism=deterrence"
    page.click(".layers a[href='?field=fighters.fear'] >> nth=0")
    heading(page, "Fear")
    assert page.url == f"{server}/cracks?field=fighters.fear"
    assert page.title().startswith("Fear")
    page.go_back()
    heading(page, "Fear holds members back")
    assert page.url == f"{server}/cracks?mechanism=deterrence"
    page.go_back()
    heading(page, "Cracks")
    page.go_forward()
    heading(page, "Fear holds members back")
    assert page.evaluate("window.same") is True  # the page was never left


@pytest.mark.thorough
def test_an_address_that_is_reopened_shows_the_same(page, server):
    page.goto(f"{server}/cracks?mechanism=pay-gap")
    before = page.inner_text("#view")
    page.click(".loops a.chip.field >> nth=0")
    page.wait_for_function("() => location.search.startsWith('?field=')")
    page.goto(f"{server}/cracks?mechanism=pay-gap")
    assert page.inner_text("#view") == before
    assert "S1, line 8" in before


@pytest.mark.thorough
def test_with_the_keyboard_alone(page, server):
    page.goto(f"{server}/cracks?mechanism=pay-gap")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.layers a[href=\"?field=fighters.grievance\"]')"):
            break
    page.keyboard.press("Enter")
    heading(page, "Grievance")
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")  # a screen reader goes on from there
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # the way back up stands just before the heading
    heading(page, "Cracks")


@pytest.mark.thorough
def test_search_narrows_as_one_types_and_enter_goes_there(page, server):
    page.goto(f"{server}/cracks")
    page.fill("input[name=find]", "coup")
    page.wait_for_function("() => document.querySelectorAll('.all li:not([hidden])').length === 1")
    assert page.url.endswith("?find=coup")
    assert page.inner_text("[data-count]").startswith("1 of 54 mechanisms")
    page.reload()
    assert page.input_value("input[name=find]") == "coup"
    assert page.locator(".all li:visible").count() == 1
    page.press("input[name=find]", "Enter")
    page.wait_for_function("() => location.search === '?mechanism=coup-plots'")


@pytest.mark.thorough
def test_pointing_at_a_name_lights_its_lines(page, server):
    page.goto(f"{server}/cracks")
    assert page.locator(".ring .lit").count() == 0
    page.hover(".ring a[data-node='fighters.fear'] circle")
    page.wait_for_selector(".ring.pointed .spoke.lit[data-node='deterrence']")
    lit = page.eval_on_selector_all(".ring .line.lit", "all => all.map(one => one.dataset.ends)")
    assert lit
    assert all(ends.endswith(" fighters.fear") for ends in lit)
    page.mouse.move(5, 5)
    page.wait_for_function("() => !document.querySelector('.ring .lit')")


@pytest.mark.thorough
def test_the_drawing_is_saved_so_that_it_stands_alone(page, server, tmp_path):
    page.goto(f"{server}/cracks?mechanism=deterrence")
    with page.expect_download() as saved:
        page.click(".save >> text=SVG")
    svg = saved.value.path().read_text(encoding="utf-8")
    assert saved.value.suggested_filename == "fissure-cracks-what-deterrence-reads-and-moves.svg"
    assert "class=" not in svg
    assert "var(" not in svg
    assert 'fill="rgb(28, 36, 48)"' in svg  # ink on white, whatever the page's colours
    alone = tmp_path / "alone.svg"
    alone.write_text(svg, encoding="utf-8")
    with page.expect_download() as saved:
        page.click(".save >> text=PNG")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as saved:
        page.click(".save >> text=CSV")
    assert saved.value.path().read_text().startswith("from,to,sign,by,channel")


@pytest.mark.thorough
@pytest.mark.parametrize("address", ["/cracks", "/cracks?mechanism=tribal-revolt", "/cracks?field=fighters.present"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_nowhere_sideways(browser, server, address, scheme):
    with watched(browser, server, viewport={"width": 360, "height": 740}, color_scheme=scheme) as page:
        page.goto(f"{server}{address}")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        page.click("#view .finder .all a >> nth=3")
        page.wait_for_function("() => location.search.startsWith('?mechanism=')")
        assert page.evaluate(wide) <= 0


@pytest.mark.thorough
def test_without_scripts_everything_is_a_link(browser, server):
    with watched(browser, server, java_script_enabled=False) as page:
        page.goto(f"{server}/cracks")
        page.click(".ring a[data-node='deterrence'] text")
        assert page.inner_text("h1") == "Fear holds members back"
        page.fill("input[name=find]", "tax")
        page.click(".find button")
        assert page.url == f"{server}/cracks?find=tax"
        assert page.locator(".all li:visible").count() >= 1


@pytest.mark.thorough
def test_a_page_that_waits_shows_the_picture_when_it_is_there(page, server, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(view, "look", lambda desk: Lookup())
        page.goto(f"{server}/cracks?mechanism=pay-gap")
        assert page.locator(".layers").count() == 0
        assert "read from the code" in page.inner_text(".notice")
    page.wait_for_selector(".layers")
    assert page.locator(".notice", has_text="read from the code").count() == 0

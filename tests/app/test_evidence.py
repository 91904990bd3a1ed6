"""Evidence as a person uses it."""

import re
import urllib.request

import pytest
from browser import watched
from playwright.sync_api import expect


@pytest.fixture(scope="module", autouse=True)
def warm(server):
    """The first look reads the case and its posterior, which on a busy core takes longer than a browser waits."""
    for path in ("/evidence", "/why"):
        urllib.request.urlopen(server + path, timeout=300).close()


def shown(page):
    return page.locator("#entries li:not([hidden])")


def test_search_as_one_types_and_the_address_reopened(page, server):
    page.goto(f"{server}/evidence?kind=claims")
    every = shown(page).count()
    page.get_by_label("Search the claims").press_sequentially("pay")
    expect(page.locator("#count")).not_to_have_text(f"{every} of {every} claims")
    expect(page).to_have_url(re.compile("find=pay"))
    words = shown(page).evaluate_all("all => all.map(one => one.dataset.text)")
    assert words and all("pay" in text for text in words)
    page.get_by_label("Source").select_option(index=1)
    expect(page).to_have_url(re.compile("source="))
    few, count = shown(page).count(), page.locator("#count").inner_text()
    assert count == f"{few} of {every} claims"
    page.reload()
    assert shown(page).count() == few
    assert page.locator("#count").inner_text() == count
    assert page.get_by_label("Search the claims").input_value() == "pay"
    page.get_by_role("link", name="Clear").click()
    assert shown(page).count() == every
    assert "find" not in page.url


def test_an_entry_opens_in_place_with_both_rivals(page, server):
    page.goto(f"{server}/evidence?find=territory")
    page.wait_for_selector(".scripted")
    page.locator("a[data-entry='territory-2014-10-s1']").click()
    page.wait_for_selector("#entry table.rivals")
    assert "entry=territory-2014-10-s1" in page.url and "find=territory" in page.url
    rivals = page.locator("#entry table.rivals").inner_text()
    assert "243,000 km²" in rivals and "90,800 km²" in rivals
    page.wait_for_selector("#entry [data-drawn] svg path[d]")
    assert page.locator("#entry .save button").count() == 3
    page.reload()
    assert "243,000 km²" in page.locator("#entry table.rivals").inner_text()
    page.locator("#entry .close").click()
    page.wait_for_selector("#entry", state="detached")
    assert "entry=" not in page.url


def test_with_the_keyboard_alone(page, server):
    page.goto(f"{server}/evidence?kind=sources")
    page.wait_for_selector(".scripted")
    page.get_by_label("Search the sources").focus()
    page.keyboard.type("conflict monitor")
    expect(shown(page)).to_have_count(1)
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.entry"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#entry-title")).to_be_focused()
    assert "area, people, oil and revenue" in page.locator("#entry-title").inner_text()


@pytest.mark.thorough
def test_a_phone_is_wide_enough(browser, server):
    for address in (
        "?entry=territory-2014-10-s1",
        "?entry=ihs",
        "?entry=territory_km2",
        "?kind=learned",
        "?kind=forecast",
    ):
        with watched(browser, server, viewport={"width": 360, "height": 740}) as page:
            page.goto(f"{server}/evidence{address}")
            page.wait_for_load_state("load")
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
                address
            )


def test_it_works_without_scripts(browser, server):
    with watched(browser, server, java_script_enabled=False) as page:
        page.goto(f"{server}/evidence?kind=claims")
        page.get_by_label("Search the claims").fill("pay")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**find=pay**")
        assert 0 < shown(page).count() < page.locator("#entries li").count()

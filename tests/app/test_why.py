"""Why as a person sees it, and that it tells the numbers of the report."""

import urllib.request

import pytest
from browser import watched

from fissure.app import derived
from fissure.app.derived import Lookup
from fissure.present.document import Section
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections import attribution
from fissure.present.sections import attribution_words as words


@pytest.fixture(scope="module")
def saved(client):
    return derived.attribution(client.app.state.desk.context).value


@pytest.fixture
def server(server):
    """The shared one, looked at once: the first look takes longer than a browser waits on a busy core."""
    urllib.request.urlopen(f"{server}/why", timeout=300).close()
    return server


def test_outcomes_are_picked_by_address(page, server, saved):
    page.goto(f"{server}/why")
    assert page.get_by_role("heading", level=2).first.inner_text() == saved.found.outcomes[0].title
    page.wait_for_selector("[data-chart=collapse-groups][data-drawn] svg path[d]")
    page.get_by_role("navigation", name="Outcome").get_by_role("link", name=saved.found.outcomes[1].title).click()
    page.wait_for_url(f"**outcome={saved.found.outcomes[1].name}")
    assert page.get_by_role("heading", level=2).first.inner_text() == saved.found.outcomes[1].title
    assert page.locator("nav.outcomes [aria-current]").inner_text() == saved.found.outcomes[1].title
    page.wait_for_selector("[data-chart=deserted-groups][data-drawn] svg path[d]")
    assert page.locator("[data-chart=deserted-groups] + .save button").count() == 3


def test_with_the_keyboard_alone(page, server, saved):
    page.goto(f"{server}/why")
    page.locator(".outcomes a").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**outcome={saved.found.outcomes[1].name}")


def test_a_phone_is_wide_enough(browser, server):
    with watched(browser, server, viewport={"width": 360, "height": 740}) as page:
        page.goto(f"{server}/why")
        page.locator("[data-chart=collapse-groups]").scroll_into_view_if_needed()
        page.wait_for_selector("[data-chart=collapse-groups][data-drawn]")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("outcome", [0, 3])
def test_the_numbers_are_those_of_the_report(client, saved, outcome):
    name = saved.found.outcomes[outcome].name
    page = client.get("/why", params={"outcome": name}).text
    shown = Section("", "", tuple(attribution.outcome(saved.found, outcome)))
    for spec in specs_of([shown]):
        assert f'data-chart="{spec}"' in page
    assert fragment(shown.blocks, 3, linked=True) in page
    for said in words.sentences(saved.found, outcome):
        assert said in page.replace("&#39;", "'")


def test_each_mechanism_leads_to_the_causal_picture(client, saved):
    page = client.get("/why").text
    for name in saved.found.every.players:
        assert f'href="cracks?mechanism={name}"' in page


def test_answers_lead_to_the_claims_that_ask(client):
    page = client.get("/why").text
    assert 'id="answers"' in page
    assert 'href="evidence?entry=S0-01a#entry"' in page


def test_an_outcome_that_was_not_shared_out_is_said_with_the_nearest_name(client):
    answer = client.get("/why?outcome=colapse")
    assert answer.status_code == 422
    assert "did you mean &#39;collapse&#39;" in answer.text


def test_without_an_attribution_one_sentence_says_what_makes_it(client, monkeypatch):
    derived._read_kept.cache_clear()
    command, path, _ = derived._STUDIES["attribution"]
    monkeypatch.setitem(derived._STUDIES, "attribution", (command, path, lambda *_: None))
    answer = client.get("/why")
    assert answer.status_code == 200
    assert (
        "was made with another model, posterior or package of mechanisms; "
        "fissure explain islamic_state --keep makes one again." in answer.text
    )
    derived._read_kept.cache_clear()
    monkeypatch.setattr(derived, "attribution", lambda _: Lookup(None, "No attribution is kept."))
    assert "No attribution is kept." in client.get("/why").text


def test_it_can_be_cited(client, saved):
    page = client.get("/why").text
    assert saved.command in page.replace("&#39;", "'")
    assert saved.found.plan.draws in page
    assert saved.found.plan.case_digest in page

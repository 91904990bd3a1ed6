"""Each entry of the ledger in full, and what the fit made of it; without a browser."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from waiting import until

from fissure.app import derived
from fissure.app import evidence as run_comparison
from fissure.app.ledger_rows import KINDS
from fissure.app.server import create_app
from fissure.errors import FissureError
from fissure.present.document import Section, Table, plain
from fissure.present.render.html import fragment
from fissure.present.sections import learned as words
from fissure.present.sections import ledger, observation_influence
from fissure.present.sections.observation_influence import updates_of
from fissure.studies import hindcast


@pytest.fixture(scope="module")
def at(client):
    return client.app.state.desk.context


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_entry_has_a_detail_that_can_be_shown(at):
    for kind in KINDS.values():
        for name in getattr(at.ledger, kind.name):
            shown = fragment(ledger.entry(at.trace(f"{kind.traced}:{name}"), at), linked=True)
            assert "<section" in shown or "<dl" in shown
            assert "None" not in text_of(shown), name


@pytest.mark.parametrize("kind", ["claims", "observations", "sources", "variables"])
def test_details_stand_at_their_address(client, at, kind):
    for name in list(getattr(at.ledger, kind))[::25]:
        answer = client.get("/evidence", params={"entry": name})
        assert answer.status_code == 200
        assert 'id="entry"' in answer.text


def test_a_claim_says_where_it_stands_and_what_takes_it_up(client):
    text = text_of(client.get("/evidence?entry=S0-03a").text)
    assert "S0, line 3" in text
    page = client.get("/evidence?entry=S0-03a").text
    assert 'href="cracks?mechanism=air-strikes"' in page
    assert 'href="why#answer-of-from-the-inside-out"' in client.get("/evidence?entry=S0-01a").text


def test_rivals_stand_side_by_side_with_source_and_range(client, at):
    page = client.get("/evidence?entry=territory-2014-10-s1").text
    rivals = page.split('<section id="rivals"')[1].split("</section>")[0]
    for name in ("territory-2014-10-s1", "territory-2015-01-ihs", "territory-iraq-2014-09-unhcr"):
        assert at.ledger.observations[name].scope in rivals
    assert "≥ 243,000 km²" in rivals
    assert "79,000 to 104,000" in rivals
    assert rivals.count("(this one)") == 1


def test_what_the_fit_did_is_told_of_each_kind_of_figure(at):
    uses = {name: observation_influence.fit(one, at).partition(":")[0] for name, one in at.ledger.observations.items()}
    assert {name for name, said in uses.items() if said == "Used"} == at.fitted
    assert all(at.ledger.observations[name].when > at.until for name, said in uses.items() if said == "Never looked at")
    assert uses["strikes-coalition.2015-q1"] == "Not to be learned from"


def test_forecasts_of_a_later_figure_are_those_that_were_kept(at):
    past = hindcast.kept(at.case)
    name = next(row.observation for row in past.dates[1].scored["known"] if not row.one_sided)
    item = at.comparable[name]
    influence = observation_influence.section(item.observation, at, past, None)
    forecasts = next(block for block in influence.blocks if isinstance(block, Table))
    row = next(row for row in past.dates[1].scored["known"] if row.observation == name)
    _, fitted, _, verdict = next(one.cells for one in forecasts.rows if one.cells[0].text == "31 Dec 2015")
    ends = words.between(words.own_unit(row.low, item), words.own_unit(row.high, item), item.observation.unit)
    assert ends in plain(fitted.text)
    assert (verdict.tone == "outside") == (not row.covered)


def test_a_publishers_lean_is_that_of_the_posterior(at):
    name = "territory-2015-01-ihs"
    blocks = observation_influence.section(at.ledger.observations[name], at, None, None).blocks
    (bias,) = (one for one in blocks if isinstance(one, Section) and one.key == "bias")
    term = at.posterior.draws[:, at.posterior.learned.index("bias:ihs.area")]
    item = at.comparable[name]
    middle = np.median(item.lean + item.spread * term)
    assert words.bias(words.own_unit(middle, item), "factor") in plain(bias.blocks[0].line)


@pytest.fixture
def fresh(settings, tmp_path):
    """Settings of a server on which nobody has looked at anything yet."""
    return replace(settings, home=tmp_path)


@pytest.mark.thorough
def test_a_stored_run_is_held_against_the_figures_once_and_kept(fresh):
    """The first look begins it; the page says so and shows the verdicts when they are there."""
    with TestClient(create_app(fresh), base_url="http://127.0.0.1") as client:
        held_against_the_figures(client, fresh)


def held_against_the_figures(client, settings):
    assert 'id="waiting"' in client.get("/evidence").text
    until(lambda: 'id="waiting"' not in client.get("/evidence").text)
    page = client.get("/evidence").text
    assert "The stored run" in page
    kept = json.loads(next((settings.home / "figures").glob("*.json")).read_text())
    assert kept["members"] == 8
    assert not kept["fitted"] or kept["different"] <= 8
    inside = [name for name, one in kept["figures"].items() if one["verdict"] == "inside"]
    shown = client.get("/evidence?verdict=inside").text
    assert shown.count('<li id="row-') - len(re.findall(r'<li id="row-[^>]*hidden>', shown)) == len(inside)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/evidence?kind=claim", "did you mean &#39;claims&#39;"),
        ("/evidence?entry=S0-03", "did you mean &#39;S0-03"),
        ("/evidence?kind=claims&mechanism=pay-gaps", "did you mean &#39;pay-gap&#39;"),
        ("/evidence?run=small-rum", "did you mean &#39;small-run&#39;"),
        ("/evidence?find=" + "x" * 201, "at most 200 characters"),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest_name(client, address, said):
    answer = client.get(address)
    assert answer.status_code == 422
    assert said in answer.text


def test_what_was_learned_is_what_the_report_says(client, at):
    page = client.get("/evidence?kind=learned").text
    assert f"{len(updates_of(at))} parameters" in text_of(page)
    for name in updates_of(at):
        assert f"<code>{name}</code>" in page
    seen = {at.comparable[name].bias for name in at.fitted}
    assert all(f"<code>{name}</code>" in page for name in seen)


def test_forecasts_from_the_past_stand_with_their_scores(client):
    page = client.get("/evidence?kind=forecast").text
    assert "From 31 Dec 2015" in page
    assert "fissure hindcast islamic_state" in page


@pytest.mark.thorough
def test_what_failed_for_want_of_room_is_tried_again(settings, tmp_path, monkeypatch):
    def full(stored, at):
        raise FissureError("home: the disk is full, another 1 MB are needed; what was finished is kept")

    with TestClient(create_app(replace(settings, home=tmp_path)), base_url="http://127.0.0.1") as client:
        with monkeypatch.context() as patch:
            patch.setattr(run_comparison, "_made", full)
            monkeypatch.setattr(derived, "AGAIN", 600.0)
            until(lambda: 'id="waiting"' not in client.get("/evidence").text)
            assert "the disk is full" in client.get("/evidence").text  # and it is not tried at every look
        monkeypatch.setattr(derived, "AGAIN", 0.0)
        until(lambda: 'id="waiting"' not in client.get("/evidence").text)
        assert "the disk is full" not in client.get("/evidence").text

"""Every link of every view leads to what it names: the address answers, the place is there, the entry is open."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from small_run import RUN
from tests.html_pages import Html, targets

from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.model.catalogue import mechanism_classes

HOST = "http://127.0.0.1"
EMPTY = re.compile(r"0 of \d+ (figures|claims|sources|quantities|mechanisms)$")
KINDS = ("observations", "claims", "sources", "variables")
EVERY = 40
"""Of the entries of a kind that are linked, one in so many is opened; that there is an entry is looked up for all."""


@pytest.fixture(scope="module")
def client(settings):
    with TestClient(create_app(settings), base_url=HOST, raise_server_exceptions=False) as client:
        deadline = time.monotonic() + 300
        while "data-reading" in client.get(f"/history?run={RUN}").text:  # a page that waits has no links yet
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield client


@pytest.fixture(scope="module")
def pages(client) -> dict[str, Html]:
    """What was asked so far, by address; each is asked once."""
    return {}


def looked_at(client, pages, address) -> Html:
    if address not in pages:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:300]}"
        pages[address] = Html(answer.text if "html" in answer.headers["content-type"] else "")
    return pages[address]


def start(known) -> Iterator[str]:
    """Each view in each of its states, every mechanism, some fields, an entry of each kind, questions."""
    yield from ("/", *(view.path for view in VIEWS))
    yield f"/history?run={RUN}"
    yield from (f"/evidence?kind={kind}" for kind in (*KINDS, "learned", "forecast"))
    yield from (f"/evidence?entry={next(iter(getattr(known.ledger, kind)))}" for kind in KINDS)
    yield from (f"/cracks?mechanism={name}" for name in mechanism_classes())
    yield from ("/cracks?field=fighters.grievance", "/cracks?field=fighters.present", "/cracks?find=pay")
    yield f"/what-if?{urlencode({'q': 'study=hundred-strikes', 'members': 2})}"
    yield "/what-if?q=study%3Dhundred-strikes&q=study%3Dleft-to-itself&draft=study%3Dequal-pay-and-posting&members=2"


@pytest.mark.thorough
def test_every_link_of_every_view_leads_to_what_it_names(client, pages):
    known = client.app.state.desk.context
    begun = [HOST + address for address in start(known)]
    found = {one: said for address in begun for one, said in targets(looked_at(client, pages, address), address)}
    assert len(found) > 500
    asked_at = {}
    for target, said in found.items():
        parts = urlsplit(target.address)
        query = parse_qs(parts.query)
        if parts.path == "/evidence":
            assert "find" not in query, f"{said} searches, and shows nothing of another kind"
        for entry in query.get("entry", []):
            assert any(entry in getattr(known.ledger, kind) for kind in KINDS), said
            asked_at.setdefault((parts.path, "entry"), []).append((target, said))
            break
        else:
            kind = "field" if query.get("field") else "start" if "draft" in query else ""
            asked_at.setdefault((parts.path, kind), []).append((target, said))
    for (_, kind), links in asked_at.items():
        for target, said in links[:: {"entry": EVERY, "field": 8, "start": 8}.get(kind, 1)]:
            leads(client, pages, target, said)


def leads(client, pages, target, said):
    page = looked_at(client, pages, target.address)
    place = unquote(target.place)
    assert not place or place in page.ids, f"{said}: {target.address} has no place '{place}'"
    entry = parse_qs(urlsplit(target.address).query).get("entry")
    if entry:
        assert {"entry", "entry-title"} <= page.ids, said
        assert any(text == entry[0] for text in page.texts), f"{said} does not open {entry[0]}"
    assert not any(EMPTY.match(text) for text in page.texts), f"{said} leads to an empty list"


def test_every_claim_and_figure_behind_a_mechanism_is_a_link_to_its_entry(client, pages):
    """They were links to a search among figures, in which no claim is found."""
    known = client.app.state.desk.context
    for name in mechanism_classes():
        address = f"{HOST}/cracks?mechanism={name}"
        opened = {
            entry
            for target, _ in targets(looked_at(client, pages, address), address)
            for entry in parse_qs(urlsplit(target.address).query).get("entry", [])
            if target.place == "entry"
        }
        claims = {claim.id for claim in known.ledger.claims.values() if claim.mechanism == name}
        assert claims, name
        assert claims <= opened, name


@pytest.mark.parametrize("address", ["/what-if?q=study%3Dhundred-strikes&members=2", "/what-if", "/why"])
def test_claims_that_raise_a_question_are_links(client, pages, address):
    page = looked_at(client, pages, HOST + address)
    assert any("evidence?entry=S4-07e" in href for href, _ in page.links)


@pytest.mark.thorough
def test_no_view_says_what_only_a_program_says(client, pages):
    for address in start(client.app.state.desk.context):
        assert not looked_at(client, pages, HOST + address).unfit(), address

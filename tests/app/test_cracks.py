"""Cracks as a program sees it: every mechanism and field has a page, and what it says is what code and ledger say."""

import csv
import io
import re
import threading
from html import unescape

import pytest
from fastapi.testclient import TestClient
from waiting import atlas_of

from fissure.app import mechanisms as cracks
from fissure.app.api import cases as schemas
from fissure.app.derived import Lookup
from fissure.app.mechanisms import ATLAS, WAITING
from fissure.app.server import create_app
from fissure.app.settings import Settings
from fissure.context import context_of
from fissure.evidence.ledger import package_ledger
from fissure.model.catalogue import GROUPS, mechanism_classes
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS as GROUP_TITLES
from fissure.present.sections import causal_graph
from fissure.studies import causal
from fissure.studies.effects import kept_effects, verdicts_of

MECHANISMS = sorted(mechanism_classes())


@pytest.fixture(scope="module")
def atlas(settings):
    """The picture, made once for all tests of this process."""
    return atlas_of(settings)


@pytest.fixture(scope="module")
def context(case):
    return context_of(case)


def text(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_mechanism_has_a_page_that_says_what_its_file_and_the_ledger_say(client, atlas, context):
    assert len(MECHANISMS) == 54
    for name in MECHANISMS:
        answer = client.get("/cracks", params={"mechanism": name})
        assert answer.status_code == 200, name
        said = text(answer.text)
        kind = mechanism_classes()[name]
        assert kind.title in said
        assert GROUP_TITLES[kind.group()] in said
        for claim in context.ledger.claims_of(name):
            assert f"{claim.source}, line {claim.line}" in said
            assert " ".join(claim.paraphrase.split()) in said
        for one in context.parameters:
            if one.owner == name:
                assert " ".join(one.meaning.split()) in said
                assert " ".join(one.prior.reason.split()) in said
        for path in [*atlas.reads[name], *atlas.moves[name]]:
            assert f'href="cracks?field={path}"' in answer.text, (name, path)


def test_lines_of_claims_exist_in_their_sources(context):
    for name in MECHANISMS:
        claims = context.ledger.claims_of(name)
        assert claims, name
        for claim in claims:
            source = context.ledger.sources[claim.source]
            assert source.lines is None or 1 <= claim.line <= source.lines
            assert context.ledger.claims[claim.id].line == claim.line
    assert package_ledger().is_dir()


def test_every_field_has_a_page(client, atlas):
    assert len(atlas.fields) > 60
    for path in atlas.fields:
        answer = client.get("/cracks", params={"field": path})
        assert answer.status_code == 200, path
        for name in {*atlas.movers[path], *atlas.readers[path]}:
            assert f'href="cracks?mechanism={name}"' in answer.text, (path, name)


def test_a_field_shows_its_published_figures_and_rivals(client, atlas, context):
    said = text(client.get("/cracks?field=fighters.present").text)
    for figure in context.ledger.observations_of("fighters"):
        assert figure.id in said
        assert formatting.published(figure) in said
    assert "Rival figures, side by side" in said


def test_pages_keep_to_the_policy(client, atlas):
    for address in ("/cracks", "/cracks?mechanism=recruitment", "/cracks?field=fighters.present"):
        page = client.get(address).text
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"\son\w+=", page)


def test_the_overview_shows_all_by_group(client, atlas):
    page = client.get("/cracks").text
    for name in MECHANISMS:
        assert page.count(f'href="?mechanism={name}"') == 2, name  # on the ring and in the list
    for group in GROUPS:
        assert GROUP_TITLES[group] in page
    for path in atlas.fields:
        assert f'href="?field={path}"' in page


def test_search_is_an_address(client, atlas):
    page = client.get("/cracks?find=PAY").text
    listed = re.search(r'<section class="finder".*?</section>', page, re.DOTALL)[0]
    shown = re.findall(r'<li data-text="[^"]*"><a href="\?mechanism=([\w-]+)"', listed)
    assert {"pay-gap", "pay-cuts"} <= set(shown)
    assert "recruitment" not in shown
    assert f"{len(shown)} of 54 mechanisms" in page
    nothing = client.get("/cracks", params={"find": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in nothing
    assert "0 of 54 mechanisms" in nothing


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/cracks?mechanism=paygap", "did you mean 'pay-gap'?"),
        ("/cracks?field=fighters.feer", "did you mean 'fighters.fear'?"),
        ("/cracks?mechanism=pay-gap&field=fighters.fear", "expected one of them"),
        ("/cracks/edges.csv?mechanism=%E4%B8%AD%22", "here is no mechanism"),
        ("/cracks/edges.csv?field=fighters.feer", "did you mean 'fighters.fear'?"),
        (f"/cracks?find={'x' * 101}", "at most 100"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(client, atlas, address, said):
    answer = client.get(address)
    assert answer.status_code == 422
    assert said in unescape(answer.text)


def test_the_table_of_the_graph(client, atlas):
    answer = client.get("/cracks/edges.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert {(r["from"], r["to"], r["sign"], r["by"], r["channel"]) for r in rows} == {
        (a.source, a.target, a.sign, a.by, a.channel) for a in atlas.picture.arrows()
    }
    own = list(csv.DictReader(io.StringIO(client.get("/cracks/edges.csv?mechanism=desertion").text)))
    assert own
    assert {r["by"] for r in own} == {"desertion"}


def test_while_the_picture_is_made_the_rest_is_there(client, monkeypatch):
    monkeypatch.setattr(cracks, "look", lambda desk: Lookup())
    for address in ("/cracks", "/cracks?mechanism=pay-gap", "/cracks?field=fighters.fear"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "data-wait" in answer.text
        assert WAITING in unescape(answer.text)
        assert "<svg" not in re.sub(r"<svg class=\"interval\".*?</svg>", "", answer.text)
    assert "The claims behind it" in client.get("/cracks?mechanism=pay-gap").text
    assert client.get("/cracks/edges.csv").status_code == 503
    assert client.get("/cracks/ready").json() == {"ready": False}


def test_a_picture_that_cannot_be_made_is_said(client, monkeypatch):
    monkeypatch.setattr(cracks, "look", lambda desk: Lookup(error="the signs are of another model"))
    answer = client.get("/cracks?mechanism=pay-gap")
    assert "The picture is not shown: the signs are of another model." in answer.text
    assert "data-wait" not in answer.text


def test_the_kept_picture_is_read_back_whole_and_damage_is_seen(atlas):
    body = ATLAS.bytes_of(atlas)
    back = ATLAS.read(body)
    assert back.loops == atlas.loops
    assert back.picture == atlas.picture
    with pytest.raises(ValueError, match="Invalid JSON"):
        ATLAS.read(body[:-200])


def test_drawings_are_the_same_each_time_and_have_links_and_signs(atlas):
    ring = causal_graph.ring(atlas)
    assert ring == causal_graph.ring(causal.from_json(causal.to_json(atlas)))
    assert "style=" not in ring
    own = causal_graph.of_mechanism("deterrence", atlas)
    assert own == causal_graph.of_mechanism("deterrence", atlas)
    assert 'href="?field=fighters.fear"' in own
    assert "Deterrence raises Fear" in own
    assert ">+</text>" in own
    assert ">−</text>" in own


def test_loops_pass_through_what_they_are_shown_for(atlas):
    for name in ("deterrence", "fighters.fear"):
        listed = schemas.loops_of(atlas, 30, name)
        assert listed.total == sum(listed.kinds.values()) == len(atlas.through(name)) > 0
        for one in listed.shortest:
            assert name in (one.steps[0].field, one.steps[0].by)
            falling = sum(step.sign == "-" for step in one.steps)
            if one.kind != "undetermined":
                assert one.kind == ("balancing" if falling % 2 else "reinforcing")


def test_checks_are_those_that_were_kept(context):
    kept = verdicts_of(kept_effects().effects)
    for name, own in kept.items():
        checks = schemas.mechanism_of(name, context, None, None).checks
        assert [check.verdict for check in checks] == [one.verdict for one in own]


def test_a_server_that_stops_waits_for_what_it_has_begun(tmp_path, monkeypatch):
    go, begun, ended, join = threading.Event(), threading.Event(), [], threading.Thread.join

    def joined(thread, *patience):
        if thread.name == "fissure-background":
            go.set()  # it is waited for, and only then goes on
        join(thread, *patience)

    monkeypatch.setattr(cracks, "warm", lambda desk: (begun.set(), go.wait(), ended.append(desk)))
    app = create_app(Settings(folders=(tmp_path,), home=tmp_path))
    app.state.desk.patience = 600.0
    with TestClient(app, base_url="http://127.0.0.1"):
        assert begun.wait(600) and not ended
        monkeypatch.setattr(threading.Thread, "join", joined)
    assert ended

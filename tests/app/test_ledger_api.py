"""The ledger for programs."""

import pytest

from fissure.app.api.ledger import MOST
from fissure.context import context_of
from fissure.evidence import load_ledger, package_ledger
from fissure.evidence import trace as trace_in


@pytest.fixture(scope="module")
def ledger(case):
    return load_ledger(package_ledger(), case.ledger_folder)


@pytest.mark.parametrize("kind", ["claims", "observations", "sources", "variables"])
def test_every_entry_is_listed_and_told(client, ledger, kind):
    own = getattr(ledger, kind)
    body = client.get(f"/api/ledger/{kind}").json()
    assert body["total"] == len(own) <= MOST
    assert {one["id"] for one in body["entries"]} == set(own)
    for one in body["entries"]:
        answer = client.get(f"/api/ledger/{kind}/{one['id']}")
        assert answer.status_code == 200
        assert answer.json() == one


def test_lists_are_filtered_and_paged(client, ledger):
    body = client.get("/api/ledger/claims?mechanism=pay-gap").json()
    assert {one["id"] for one in body["entries"]} == {claim.id for claim in ledger.claims_of("pay-gap")}
    every = client.get("/api/ledger/observations").json()["entries"]
    page = client.get("/api/ledger/observations?limit=5&offset=7").json()
    assert page["total"] == len(every)
    assert page["entries"] == every[7:12]
    rivals = client.get("/api/ledger/observations?rivals=true&find=ihs%20area").json()["entries"]
    assert rivals and all(one["rivals"] for one in rivals)
    used = client.get("/api/ledger/observations?fit=used").json()
    assert used["total"] == client.get("/api/posterior").json()["fitted_to"]


def test_an_open_end_of_a_range_is_null(client, ledger):
    one = client.get("/api/ledger/observations/territory-2014-10-s1").json()
    assert one["range_low"] == pytest.approx(ledger.observations["territory-2014-10-s1"].band[0])
    assert one["range_high"] is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pay-gap", "mechanism"), ("pay-gap.resentment", "parameter"), ("fighters", "output"), ("ihs", "source"),
        ("S0-03a", "claim"), ("territory-2015-01-ihs", "observation"), ("territory_km2", "output"),
        ("variable:territory_km2", "variable"),
    ],
)  # fmt: skip
def test_a_name_is_traced_to_what_it_rests_on(client, case, ledger, name, kind):
    expected = trace_in(name, ledger, context_of(case).subjects)
    trace = client.get(f"/api/trace/{name}").json()
    assert trace["kind"] == expected.subject.kind == kind
    assert [one["id"] for one in trace["claims"]] == [one.id for one in expected.claims]
    assert [one["id"] for one in trace["observations"]] == [one.id for one in expected.observations]
    assert trace["rival_groups"] == [[one.id for one in group] for group in expected.rival_groups]


def test_claims_are_found_by_whether_the_model_carries_them_out(client, ledger):
    found = client.get("/api/ledger/claims?executes=no").json()["entries"]
    assert found and all(one["executes"] == "no" and one["lacks"] for one in found)
    assert {one["id"] for one in found} == {one.id for one in ledger.claims.values() if one.carried_out == "no"}


def test_what_was_learned(client):
    posterior = client.get("/api/posterior").json()
    assert posterior["until"] == "2015-12-31"
    assert all(one["prior"]["low"] <= one["prior"]["median"] <= one["prior"]["high"] for one in posterior["parameters"])
    contractions = [one["contraction"] for one in posterior["parameters"]]
    assert contractions == sorted(contractions, reverse=True)
    assert {one["source"] for one in posterior["publishers"]} <= {
        one["id"] for one in client.get("/api/ledger/sources").json()["entries"]
    }


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/ledger/claims/S0-03aa", 404, "did you mean 'S0-03a'"),
        ("/api/ledger/sources/ihss", 404, "did you mean 'ihs'"),
        ("/api/ledger/nothing/x", 404, "nothing at this address"),
        ("/api/trace/pay-gaps", 404, "did you mean 'pay-gap'"),
        ("/api/ledger/claims?mechanism=pay-gaps", 422, "did you mean 'pay-gap'"),
        ("/api/ledger/claims?limit=0", 422, "limit"),
        ("/api/ledger/claims?direction=up", 422, "direction"),
        ("/api/ledger/claims?executes=perhaps", 422, "executes"),
        ("/api/ledger/observations?rivals=perhaps", 422, "rivals"),
    ],
)
def test_what_is_not_there_is_said(client, address, status, said):
    answer = client.get(address)
    assert answer.status_code == status
    assert said in answer.json()["detail"]

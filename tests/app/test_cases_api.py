"""Cases for programs."""

import pytest
from waiting import atlas_of

from fissure.app.api import cases
from fissure.app.derived import Lookup
from fissure.cases import case_names, load_case
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies.causal import loops


@pytest.fixture(scope="module")
def atlas(settings):
    return atlas_of(settings)


@pytest.fixture
def get(client):
    """What the API answers, which must be well."""

    def answer(path):
        found = client.get(f"/api/cases{path}")
        assert found.status_code == 200, found.text
        return found.json()

    return answer


def test_lists_the_packaged_cases(get):
    case = load_case("islamic_state")
    assert [one["name"] for one in get("")] == list(case_names())
    assert get("")[0] == {
        "name": case.name, "title": case.title, "start": case.start.isoformat(), "weeks": case.weeks
    }  # fmt: skip


def test_tells_of_a_case(get, case):
    body = get("/islamic_state")
    assert body["digest"] == case.digest
    assert body["mechanisms"] == len(mechanism_classes())
    assert body["parameters"] == len(parameters_of(case))
    assert (body["posterior"] is None) == (body["until"] is None)


def test_tells_all_of_every_mechanism(get, atlas):
    names = [one["name"] for one in get("/islamic_state/mechanisms")]
    assert sorted(names) == sorted(mechanism_classes())
    for name in names:
        body = get(f"/islamic_state/mechanisms/{name}")
        assert {one["id"] for one in body["claims_told"]} >= set(mechanism_classes()[name].claims)
        assert {one["name"]: one["sign"] for one in body["moves"]} == atlas.moves[name]
        assert body["rule"]
        assert len(body["parameters_told"]) == body["parameters"]


def test_tells_priors_and_posteriors(get, case):
    parameters = {one["name"]: one for one in get("/islamic_state/parameters")}
    assert list(parameters) == [one.name for one in parameters_of(case)]
    for one in parameters.values():
        for at in filter(None, (one["prior"], one["posterior"])):
            assert at["low"] <= at["median"] <= at["high"]
        assert one["reason"]
    learned = [one for one in parameters.values() if one["posterior"]]
    assert bool(learned) == (get("/islamic_state")["posterior"] is not None)


def test_tells_the_graph(get, atlas):
    graph = get("/islamic_state/graph?loops=5")
    nodes = {one["name"] for one in graph["nodes"]}
    assert {*mechanism_classes(), *atlas.fields} == nodes
    assert all(one["source"] in nodes and one["target"] in nodes for one in graph["edges"])
    assert len(graph["loops"]["shortest"]) == 5
    assert graph["loops"]["total"] == sum(graph["loops"]["kinds"].values()) == len(atlas.loops)
    assert len(loops(atlas.picture, 1)) == sum(one.mechanisms == 1 for one in atlas.loops)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/islamic_stat", 404, "did you mean 'islamic_state'?"),
        ("/islamic_state/mechanisms/paygap", 404, "did you mean 'pay-gap'?"),
        ("/..%2f..%2fetc", 404, ""),
        ("/islamic_state/graph?loops=-1", 422, "loops"),
        ("/islamic_state/graph?loops=many", 422, "loops"),
        (f"/{'x' * 81}", 422, "case"),
        ("/islamic_state/mechanisms/%00", 400, "null character"),
        (f"/islamic_state/mechanisms/{'x' * 81}", 422, "name"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(client, path, status, said):
    found = client.get(f"/api/cases{path}")
    assert found.status_code == status, found.text
    assert said in found.json()["detail"]


def test_says_that_the_graph_is_being_made(client, monkeypatch):
    monkeypatch.setattr(cases, "look", lambda desk: Lookup())
    found = client.get("/api/cases/islamic_state/graph")
    assert found.status_code == 503
    assert found.headers["retry-after"] == "5"
    assert client.get("/api/cases/islamic_state/mechanisms/pay-gap").json()["loops"] is None

"""Runs as programs see them."""

import numpy as np
import pytest
from small_run import RUN, SMALL
from waiting import until

from fissure import api
from fissure.studies.effective import quantile_error


@pytest.fixture(scope="module")
def result(shelf):
    return api.read_run(shelf / RUN)


def ready(client, address):
    """The answer once the histories have been read."""
    until(lambda: client.get(f"/api/runs/{RUN}").json()["view"] != "reading")
    return client.get(address)


def test_runs_are_listed_with_how_they_were_made_and_no_place(client, shelf):
    (one,) = client.get("/api/runs").json()
    assert (one["name"], one["histories"], one["seed"], one["weeks"]) == (RUN, 8, 3, SMALL["weeks"])
    assert str(shelf) not in client.get("/api/runs").text


def test_a_run_of_too_few_histories_says_so_and_counts_no_verdicts(client, result):
    run = ready(client, f"/api/runs/{RUN}").json()
    assert run["view"] == "ready"
    assert run["counts"] is None and "is not counted over so few histories (8)" in run["headline"]
    assert run["few_histories"].startswith("Too few") and "from 8 histories; at least 20" in run["few_histories"]
    assert run["effective_size"] == {"histories": 8, "pasts": 8, "independent": 8.0}


def test_observations_are_those_that_were_compared(client, result):
    rows = ready(client, f"/api/runs/{RUN}/observations").json()
    assert [row["id"] for row in rows] == [row.observation.id for row in result.compared]
    for figure, row in zip(rows, result.compared, strict=True):
        assert figure["verdict"] == row.verdict
        assert (figure["model"] is None) == (not row.compared)
        if row.compared:
            model = figure["model"]
            assert (model["q05"], model["median"], model["q95"]) == (row.low, row.median, row.high)
            assert model["q05_error"] == pytest.approx(float(quantile_error(row.model, 0.05).error))
    assert any(row["band"][1] is None for row in rows)  # a bound is open
    assert any(row["rivals"] for row in rows)


def test_series_are_the_quantiles_of_the_charts(client, result):
    body = client.get(f"/api/runs/{RUN}/series/fighters").json()
    values = result.data["fighters"].sum("origin").values
    (band,) = body["series"]
    expected = [float(f"{x:.4g}") for x in np.quantile(values, 0.5, axis=0)]
    assert band["median"] == expected
    assert body["weeks"][:2] == ["2014-06-30", "2014-07-07"]
    assert (len(body["weeks"]), body["unit"], body["histories"]) == (60, "persons", 8)


def test_series_are_told_apart(client):
    body = client.get(f"/api/runs/{RUN}/series/killed", params={"by": ["origin", "cause"]}).json()
    origins = {band["select"]["origin"] for band in body["series"]}
    assert origins == {"local", "foreign"}
    assert len(body["series"]) == 2 * len({band["select"]["cause"] for band in body["series"]})
    ends = client.get(f"/api/runs/{RUN}/series/commitment", params={"by": "origin"}).json()["series"]
    assert len(ends) == 2


def test_outputs_say_what_they_can_be_told_apart_by(client, result):
    outputs = {one["name"]: one for one in client.get(f"/api/runs/{RUN}/series").json()}
    assert set(outputs) == set(result.data.data_vars)
    assert outputs["killed"]["by"] == ["cause", "origin"]
    assert outputs["fighters"]["summed"]
    assert not outputs["commitment"]["summed"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{RUN}/series/fightes", "did you mean 'fighters'"),
        (f"{RUN}/series/fighters?by=cause", "expected one of origin"),
        (f"{RUN}/series/leaders?by=origin", "not split by anything"),
        (f"{RUN}/series/commitment", "cannot be summed over origin, expected by=origin"),
        ("smallrun", "did you mean 'small-run'"),
        ("smallrun/series", "did you mean 'small-run'"),
        ("..%2F..%2Fetc", ""),
        (f"{RUN}%00", "null character"),
        (f"{RUN}/series/fighters?" + "&".join(["by=origin"] * 9), ""),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(client, path, said):
    answer = client.get(f"/api/runs/{path}")
    assert answer.status_code in (400, 404, 422), answer.text
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    "asked",
    [
        {"members": 0},
        {"members": 1001},
        {"members": 10**9},
        {"seed": -1},
        {"seed": 2**70},
        {"name": "../up"},
        {"name": "a/b"},
        {"name": ".hidden"},
        {"name": "Capital"},
        {"name": ""},
        {"name": RUN},  # of another seed
        {"members": "many"},
        {"weeks": 5},
        [],
        None,
    ],
)
def test_a_run_that_cannot_be_is_not_begun(client, shelf, asked):
    before = sorted(shelf.iterdir())
    answer = client.post("/api/runs", json=asked)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert client.app.state.desk.jobs.all() == []
    assert sorted(shelf.iterdir()) == before

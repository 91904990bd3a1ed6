"""Simulating a run from the page: on a fresh machine, cancelled, gone on with, asked twice."""

import re

import pytest
from browser import watched
from fastapi.testclient import TestClient
from serving import serving
from small_run import SMALL
from waiting import until

from fissure import api
from fissure.app.server import create_app
from fissure.app.settings import Limits, Settings
from fissure.files import is_held


@pytest.fixture
def fresh(tmp_path):
    """The settings of a machine on which nothing is stored."""
    limits = Limits(burst=100_000, rate=100_000.0)
    return Settings(folders=(tmp_path / "runs",), home=tmp_path / "home", limits=limits, **SMALL)


@pytest.fixture
def client(fresh):
    with TestClient(create_app(fresh), base_url="http://127.0.0.1") as client:
        yield client


def test_a_run_is_made_once_extended_and_read_back(client, fresh):
    desk = client.app.state.desk
    first = client.post("/api/runs", json={"members": 8, "seed": 5})
    assert first.status_code == 202
    asked = first.json()
    assert (asked["kind"], asked["name"], asked["state"]) == ("run", "seed-5", "waiting")
    assert client.post("/api/runs", json={"members": 8, "seed": 5}).json()["id"] == asked["id"]
    until(lambda: desk.jobs.get(asked["id"]).ended)
    job = desk.jobs.get(asked["id"])
    assert (job.state, job.error, job.result) == ("done", "", {"run": "seed-5", "members": 8})
    (stored,) = desk.runs().values()
    assert (stored.name, stored.state, stored.contents.histories) == ("seed-5", "whole", 8)
    assert stored.plan["draws"] == desk.posterior.digest
    assert {name: stored.plan[name] for name in SMALL} == SMALL
    more = client.post("/api/runs", json={"members": 16, "seed": 5}).json()
    assert (more["name"], more["id"] == asked["id"]) == ("seed-5", False)
    until(lambda: desk.jobs.get(more["id"]).ended)
    assert desk.run().contents.histories == 16


@pytest.mark.thorough
def test_what_was_cancelled_is_kept_and_gone_on_with(client, fresh):
    desk = client.app.state.desk
    job = client.post("/api/runs", json={"members": 1000, "seed": 6, "name": "long"}).json()
    until(lambda: desk.jobs.get(job["id"]).done >= 8)
    desk.jobs.cancel(job["id"])
    until(lambda: desk.jobs.get(job["id"]).ended)
    assert desk.jobs.get(job["id"]).state == "cancelled"
    folder = fresh.folders[0] / "long"
    assert not is_held(folder)
    (stored,) = api.stored_runs(fresh.folders[0], verify=True)
    assert (stored.state, stored.asked, stored.damaged) == ("unfinished", 1000, ())
    kept = stored.contents.histories
    assert 8 <= kept < 1000
    again = client.post("/api/runs", json={"members": kept + 8, "seed": 6, "name": "long"}).json()
    until(lambda: desk.jobs.get(again["id"]).ended)
    assert desk.jobs.get(again["id"]).state == "done"
    assert desk.run().state == "whole"
    assert desk.run().contents.histories == kept + 8


@pytest.mark.thorough
def test_a_folder_that_is_something_else_is_left_alone(client, fresh):
    other = fresh.folders[0] / "mine"
    other.mkdir(parents=True)
    (other / "letter.txt").write_text("keep this")
    answer = client.post("/api/runs", json={"members": 8, "name": "mine"})
    assert answer.status_code == 422
    assert "choose another name" in answer.json()["detail"]
    assert [path.name for path in other.iterdir()] == ["letter.txt"]


@pytest.mark.thorough
def test_on_a_fresh_machine_a_person_simulates_looks_and_stops_another(browser, fresh):
    with serving(fresh) as server, watched(browser, server) as page:
        page.goto(server)
        assert "No simulated histories are stored yet" in page.inner_text("main")
        page.fill("input[name=members]", "8")
        assert page.inner_text("[data-new-run] button") == "Simulate 8 histories"
        page.click("[data-new-run] button")
        page.wait_for_url(re.compile(r"job=run-seed-1-8-1"))
        page.wait_for_url(re.compile(r"run=seed-1$"))
        page.wait_for_selector("body[data-playable]")
        assert "8 simulated histories of 60 weeks" in page.inner_text("main")
        page.click("text=New run")
        page.fill("input[name=members]", "1000")
        page.fill("input[name=seed]", "2")
        page.click("[data-new-run] button")
        page.wait_for_function("() => document.querySelector('progress')?.value >= 8")
        page.reload()  # the address is the job
        page.click("[data-cancel]")
        page.wait_for_selector("[data-again]:visible")
        assert "What was finished is kept" in page.inner_text("[data-said]")
        page.click("[data-open]")
        page.wait_for_url(re.compile(r"run=seed-2$"))
        page.wait_for_selector("body[data-playable]")
        assert "of 1000 histories" in page.inner_text("#made")

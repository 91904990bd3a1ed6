"""Jobs as a program sees them: how far they are, cancelling, and their events."""

import asyncio
import json
import threading
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from waiting import GIVEN_UP, ran, until

from fissure.app import pages
from fissure.app.api import studies as module
from fissure.app.server import create_app


@pytest.fixture
def made(settings):
    """A client of a small server, and the jobs that it does."""
    app = create_app(replace(settings, limits=replace(settings.limits, waiting=1, listeners=1)))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client, app.state.desk.jobs


@pytest.fixture
def held(made):
    """A job that goes on until it is told to end, or is cancelled; with a result on the way."""
    client, jobs = made
    go = threading.Event()
    begun = threading.Event()

    def work(tell):
        tell.phase("simulating")
        tell.show({"members": 4, "of": 8})
        begun.set()
        while not go.wait(0.02):
            tell.advance(1, 2, 1.0, 1.0)
        return {"members": 8, "of": 8}

    jobs.submit("held", "a kind", "A title", {}, work)
    assert begun.wait(GIVEN_UP)
    yield client, jobs, go
    go.set()


def test_a_job_as_it_stands(held):
    client, _, _ = held
    job = client.get("/api/jobs/held").json()
    assert job["state"] == "running" and job["phase"] == "simulating" and job["title"] == "A title"
    assert job["result"] == {"members": 4, "of": 8} and job["ahead"] == 0 and job["error"] == ""
    assert [one["id"] for one in client.get("/api/jobs").json()] == ["held"]


def test_one_that_waits_knows_how_many_are_before_it_and_a_full_queue_refuses(held):
    client, jobs, _ = held
    jobs.submit("next", "a kind", "Next", {}, lambda tell: None)
    assert client.get("/api/jobs/next").json()["ahead"] == 1
    refused = client.post("/api/studies", json={"off": ["desertion"], "members": 4})
    assert (
        refused.status_code == 503
        and "already; ask again" in refused.json()["detail"]
        and refused.headers["retry-after"]
    )


def test_cancelled_it_stops_at_its_next_step(held):
    client, jobs, _ = held
    assert client.delete("/api/jobs/held").json()["phase"] == "stopping"
    with client.stream("GET", "/api/jobs/held/events") as stream:
        last = [line for line in stream.iter_lines() if line.startswith("data:")][-1]
    assert json.loads(last[5:])["state"] == "cancelled" == jobs.get("held").state


def test_events_tell_each_change_and_end_with_the_job(held, monkeypatch):
    client, _, go = held
    before = module.job_schema

    def shown(job, jobs):
        go.set()  # it ends once its first event is on its way
        return before(job, jobs)

    monkeypatch.setattr(module, "job_schema", shown)
    with client.stream("GET", "/api/jobs/held/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = [*stream.iter_lines()]
    events = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
    versions = [one["version"] for one in events]
    assert versions == sorted(versions) and events[0]["state"] == "running" and events[-1]["state"] == "done"
    assert events[-1]["result"] == {"members": 8, "of": 8} and "event: end" in lines


def test_an_ended_job_says_so_at_once(made):
    client, jobs = made
    jobs.submit("quick", "run", "Quick", {}, lambda tell: object())
    until(lambda: jobs.get("quick").ended)
    with client.stream("GET", "/api/jobs/quick/events") as stream:
        assert "event: end" in [*stream.iter_lines()]
    assert client.get("/api/jobs/quick").json()["result"] is None  # nothing small to tell


def test_listeners_are_bounded_and_counted_off(held):
    client, _, go = held
    desk = client.app.state.desk
    desk.listening = 1
    refused = client.get("/api/jobs/held/events")
    assert refused.status_code == 503 and "streams are open" in refused.json()["detail"]
    assert refused.headers["retry-after"] and refused.headers["x-fissure"]  # no server that is away says that
    desk.listening = 0
    go.set()
    with client.stream("GET", "/api/jobs/held/events") as stream:
        list(stream.iter_lines())
    assert desk.listening == 0


def asgi(client, path, receive, send):
    """Ask the application of `client` in a loop of our own, as a server of the newest version of ASGI does."""
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.5"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"127.0.0.1")],
    }  # fmt: skip
    return client.app(scope, receive, send)


def test_the_stream_of_a_tab_that_is_closed_is_free_at_once(held, monkeypatch):
    """Not at the next thing that would be sent: nothing is sent here any more."""
    client, _, _ = held
    desk = client.app.state.desk
    monkeypatch.setattr(pages, "STEP", 3600.0)

    async def listen():
        opened, statuses = asyncio.Event(), []

        async def receive():
            if not opened.is_set():
                await opened.wait()
                assert desk.listening == 1
            return {"type": "http.disconnect"}

        async def send(message):
            statuses.append(message.get("status"))
            if b"event: job" in message.get("body", b""):
                opened.set()

        await asyncio.wait_for(asgi(client, "/api/jobs/held/events", receive, send), GIVEN_UP)
        return statuses[0]

    assert ran(listen()) == 200
    assert desk.listening == 0


def test_streams_that_are_asked_for_at_once_are_counted_one_by_one(held):
    """However many come between two looks at the number that is open, no more are let in than may be."""
    client, _, _ = held

    async def listen():
        leave, statuses = asyncio.Event(), []

        async def receive():
            await leave.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                if len(statuses) == 5:
                    leave.set()

        await asyncio.gather(*(asgi(client, "/api/jobs/held/events", receive, send) for _ in range(5)))
        return sorted(statuses)

    assert ran(listen()) == [200, 503, 503, 503, 503]
    assert client.app.state.desk.listening == 0


@pytest.mark.parametrize("how", ["get", "delete"])
def test_what_is_not_known_is_404(made, how):
    client, _ = made
    for path in ("/api/jobs/none", "/api/jobs/%00", "/api/jobs/" + "x" * 65):
        answer = getattr(client, how)(path)
        assert answer.status_code in (400, 404, 422) and answer.json()["detail"]
    assert client.get("/api/jobs/none/events").status_code == 404

"""Thousands of malformed requests: each is answered in a sentence, none with a fault of ours.

Schemathesis makes them from the OpenAPI, valid ones and violations of every kind; to the views, which are not in it,
go random methods, paths and queries.
"""

import threading
from dataclasses import replace

import pytest
import schemathesis
from asking import Asking
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from requests import Request
from small_run import RUN
from waiting import atlas_of_desk, until

from fissure.app.pages import VIEWS
from fissure.app.run_view import prepared
from fissure.app.server import create_app

OPENAPI = "/api/openapi.json"
KNOWN = {"name": RUN, "run": RUN, "id": "held", "mechanism": "pay-gap", "output": "fighters", "outcome": "collapse"}
"""What parameters of these names may be to get past the first check; every third request has them."""
SHARED = {
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
}


@pytest.fixture(scope="module")
def asking(settings, tmp_path_factory):
    """The application; its one worker is busy all the time, so that what is asked waits and nothing is simulated."""
    limits = replace(settings.limits, waiting=100_000)
    app = create_app(replace(settings, home=tmp_path_factory.mktemp("malformed"), limits=limits))
    desk = app.state.desk
    # until then a well-formed question is told to come back
    until(lambda: prepared(desk, desk.run(RUN)).value, lambda: prepared(desk, desk.run(RUN)).error)
    assert atlas_of_desk(desk)
    over = threading.Event()
    app.state.desk.jobs.submit("held", "whatif", "Held", {}, lambda telling: over.wait())
    made = Asking(app)
    yield made
    made.close()
    over.set()
    app.state.desk.jobs.stop()
    app.state.desk.worker.stop()  # no thread may simulate while Python ends


def operations(asking):
    import json

    _, _, text = asking.ask("GET", OPENAPI)
    schema = schemathesis.openapi.from_dict(json.loads(text))
    return [found.ok() for found in schema.get_all_operations()]


def send(asking, case):
    """Send what was generated; False where it cannot be written down as a request at all."""
    if case.path_parameters and asking.asked % 3 == 0:
        for name in case.path_parameters:
            case.path_parameters[name] = KNOWN.get(name, case.path_parameters[name])
    arguments = case.as_transport_kwargs(base_url="http://127.0.0.1")
    wanted = {
        name: arguments.get(name) for name in ("method", "url", "headers", "params", "data", "json", "cookies", "files")
    }
    prepared = Request(**wanted).prepare()
    body = prepared.body or b""
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    headers = {str(name): str(value) for name, value in prepared.headers.items() if name.lower() != "host"}
    asking.ask(prepared.method, prepared.url.removeprefix("http://127.0.0.1"), headers, body)


def fuzz(asking, wanted):
    """About `wanted` requests over all operations, valid and not."""
    found = operations(asking)
    assert found, "the OpenAPI names no operation"
    before, each = asking.asked, -(-wanted // (2 * len(found)))
    for operation in found:
        done = asking.asked
        for mode in (schemathesis.GenerationMode.NEGATIVE, schemathesis.GenerationMode.POSITIVE):
            try:
                cases = operation.as_strategy(generation_mode=mode)
            except Exception as error:  # an operation without parameters cannot be violated
                assert "Impossible" in str(error) or "negat" in str(error).lower(), error
                continue

            @tried(max_examples=each, **SHARED)
            @given(case=cases)
            def every(case):
                send(asking, case)

            try:
                every()
            except AssertionError:
                raise
            except Exception as error:
                assert "Unsatisfiable" in type(error).__name__ or "Skip" in type(error).__name__, error
        twist(asking, operation, each * 2 - (asking.asked - done))
    return asking.asked - before


def twist(asking, operation, times):
    """`times` more requests to an operation: other methods, stray queries, bodies that are none."""

    @tried(max_examples=max(times, 1), **SHARED)
    @given(
        path=st.text(max_size=40), query=st.text(max_size=80), body=st.binary(max_size=200), kind=KINDS, method=METHODS
    )
    def every(path, query, body, kind, method):
        target = operation.path.split("{")[0] + quoted(path if "{" in operation.path else "")
        asking.ask(method, f"{target}?{quoted(query, safe='=&')}", {"content-type": kind} if body else {}, body)

    if times > 0:
        every()


def quoted(text, safe="/"):
    from urllib.parse import quote

    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
KINDS = st.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain", "a/b", ""])
VALUES = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        [
            *["", "nan", "1e999", "-1", "2015-13-45", "0001-01-01", "../..", "\\", "null", "[]", "{}", "💥", "\x7f"],
            *("pay-gap", "pay-gap.resentment", "fighters", "collapse", RUN, "9" * 400, "x" * 3000),
            *("forcing.strikes=x2", "forcing.strikes=x1e999", "forcing.strikes=", "=", "=x"),
        ]
    ),
)


def addresses(routes):
    """The addresses below `routes` that are not in the OpenAPI, and the query parameters that each reads."""
    found = {}
    for route in routes:
        if isinstance(route, APIRoute) and not route.include_in_schema:
            found[route.path] = [one.name for one in route.dependant.query_params]
        elif inner := getattr(route, "original_router", None):
            found |= addresses(inner.routes)
    return found


def views(asking, times):
    read = addresses(asking.app.routes)
    assert {view.path for view in VIEWS} <= set(read)
    paths = st.sampled_from(sorted(read))
    stray = st.text(max_size=30)

    @tried(max_examples=times, **SHARED)
    @given(path=paths, other=stray, data=st.data(), method=st.one_of(st.just("GET"), METHODS))
    def every(path, other, data, method):
        names = st.sampled_from([*read[path], "run", "case", "of"])
        pairs = data.draw(st.lists(st.tuples(st.one_of(names, st.text(max_size=8)), VALUES), max_size=5))
        query = "&".join(f"{quoted(name, safe='')}={quoted(value, safe='')}" for name, value in pairs)
        where = path.replace("{name}", quoted(other, safe="")) if "{" in path else path
        if data.draw(st.integers(0, 3)) == 0:
            where += "/" + quoted(other)
        asking.ask(method, f"{where}?{query}")

    before = asking.asked
    every()
    return asking.asked - before


@pytest.mark.thorough
def test_120_requests_to_the_interface(asking):
    assert fuzz(asking, 120) >= 120
    assert any(400 <= status < 500 for status in asking.statuses)


@pytest.mark.thorough
def test_40_requests_to_the_views(asking):
    assert views(asking, 40) >= 36


@pytest.mark.slow
def test_5000_requests_to_the_interface(asking):
    assert fuzz(asking, 5000) >= 5000
    print(f"{asking.asked} requests: {dict(sorted(asking.statuses.items()))}")


@pytest.mark.slow
def test_1000_requests_to_the_views(asking):
    before = dict(asking.statuses)
    assert views(asking, 1000) >= 950
    print({status: many - before.get(status, 0) for status, many in sorted(asking.statuses.items())})

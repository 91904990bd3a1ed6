"""What an attacker would try, and what a browser is told."""

import asyncio
import contextlib
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from fastapi import Body
from fastapi.testclient import TestClient
from pydantic import BaseModel
from waiting import ran

from fissure.app import auth
from fissure.app.desk import Studio
from fissure.app.middleware import CLIENTS, HEADERS, Rates
from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.app.settings import Limits, Settings, is_loopback
from fissure.errors import FissureError

TOKEN = "a-token-of-the-tests-1"
PLAIN = "/api/openapi.json"


@pytest.fixture(scope="module", autouse=True)
def nothing_in_the_background():
    """No view gets ready for questions that are not asked here: it compiles for longer than a stop waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Studio, "warm", lambda self: None)
        yield


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A server without runs: what is tested here stands before them."""
    limits = Limits(burst=100_000, rate=100_000.0)
    return Settings(folders=(tmp_path_factory.mktemp("none"),), home=tmp_path_factory.mktemp("home"), limits=limits)


class StudyManifest(BaseModel):
    name: str = ""
    number: float = 0.0


def app_with_echo(settings):
    """The application, and an address under it that tells back what it is sent."""
    app = create_app(settings)

    @app.post("/api/echo")
    def echo(asked: StudyManifest, more: dict = Body(default={})):  # noqa: B008
        return {"name": asked.name, "more": more}

    @app.get("/api/broken")
    def broken():
        raise RuntimeError("a secret of the inside")

    @app.get("/broken")
    def broken_page():
        raise RuntimeError("a secret of the inside")

    return app


@contextlib.contextmanager
def client_of(settings, host="127.0.0.1", **headers):
    app = app_with_echo(settings)
    with TestClient(
        app, base_url=f"http://{host}", raise_server_exceptions=False, follow_redirects=False, headers=headers
    ) as client:
        yield client


@pytest.fixture(scope="module")
def near(settings):
    with client_of(settings) as client:
        yield client


@pytest.fixture
def far(settings):
    with client_of(replace(settings, host="0.0.0.0", token=TOKEN), host="analyst.example") as client:
        yield client


def echo(client, **headers):
    return client.post("/api/echo", json={"asked": {"name": "x"}}, headers=headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8014", "localhost:1", "LOCALHOST", "[::1]:8014", "127.8.9.1"])
def test_answers_to_names_of_this_machine(near, host):
    assert near.get(PLAIN, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8014", "10.0.0.1"])
def test_a_name_of_another_one_is_refused(near, host):
    assert near.get(PLAIN, headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "host", ["", "evil@127.0.0.1", "127.0.0.1/x", "[::1", "127.0.0.1:99999999", "a b", "127.0.0.1#", "ä"]
)
def test_what_is_no_name_is_refused(near, host):
    assert near.get(PLAIN, headers={"host": host.encode("utf-8")}).status_code == 400


def test_loopback_is_told_from_the_rest():
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.1.2.3", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example", "", "127.0.0.1.evil.example", "127.1")))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://["},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "file://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_site_changes_nothing(near, method, headers):
    assert near.request(method, "/api/echo", json={}, headers=headers).status_code == 403


def test_the_page_and_programs_may(near):
    assert echo(near).status_code == 200
    assert echo(near, origin="http://127.0.0.1", **{"sec-fetch-site": "same-origin"}).status_code == 200


def test_another_site_may_lead_here_but_takes_nothing_in(near):
    away = {"sec-fetch-site": "cross-site"}
    link = {**away, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert near.get("/evidence", headers=link).status_code == 200
    for dest, mode in (("image", "no-cors"), ("iframe", "navigate"), ("empty", "cors"), ("script", "no-cors")):
        taken = near.get(PLAIN, headers={**away, "sec-fetch-mode": mode, "sec-fetch-dest": dest})
        assert taken.status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_no_question(near, kind):
    sent = near.post("/api/echo", content=b'{"asked": {}}', headers={"content-type": kind})
    assert sent.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"asked": {"number": NaN}}',
        b'{"asked": {"number": -Infinity}}',
        b'{"asked": {"name": "\\ud800"}}',
        b'{"asked": {}, "more": {"\\udfff": 1}}',
        b'{"asked": {"name": "\xff"}}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"[" * 40 + b"]" * 40,
        b'{"asked": {"number": ' + b"9" * 5000 + b"}}",
    ],
)
def test_what_cannot_be_told_again_is_refused(near, body):
    answer = near.post("/api/echo", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"] or "deep" in answer.json()["detail"]


def test_a_sentence_may_hold_what_was_asked(near):
    answer = near.post("/api/echo", json={"asked": {"name": ["\N{PILE OF POO}" * 500]}})
    assert answer.status_code == 422 and "name" in answer.json()["detail"]


def test_bodies_are_bounded_announced_or_not(near, settings):
    most = settings.limits.body
    large = b'{"asked": {"name": "' + b"x" * most + b'"}}'
    kind = {"content-type": "application/json"}
    assert near.post("/api/echo", content=large, headers=kind).status_code == 413
    parts = [large[i : i + 1000] for i in range(0, len(large), 1000)]
    answer = near.post("/api/echo", content=iter(parts), headers=kind)
    assert answer.status_code == 413 and f"{most:,}" in answer.json()["detail"]
    fits = b'{"asked": {"name": "' + b"x" * (most - 100) + b'"}}'
    assert near.post("/api/echo", content=iter([fits[:9], fits[9:]]), headers=kind).status_code == 200


@pytest.mark.parametrize(
    ("length", "status"), [("9" * 5000, 413), ("9" * 20, 413), ("-1", 400), ("1_0", 400), ("²", 400)]
)
def test_lengths_are_numbers(near, length, status):
    answer = near.post("/api/echo", headers={"content-length": length.encode("latin-1"), "content-type": "text/plain"})
    assert answer.status_code == status


def test_addresses_and_headers_are_bounded(near):
    assert near.get("/evidence?" + "a" * 9000).status_code == 414
    assert near.get("/" + "a" * 9000).status_code == 414
    assert near.get(PLAIN, headers={f"x-{i}": "y" * 100 for i in range(200)}).status_code == 431


def test_slow_bodies_are_not_waited_for(settings):
    app = app_with_echo(replace(settings, limits=replace(settings.limits, patience=0.05)))
    said = []

    async def never():
        await asyncio.sleep(3600)

    async def send(message):
        said.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": "/api/echo", "raw_path": b"/api/echo", "query_string": b"",
        "headers": headers, "client": ("127.0.0.1", 1), "http_version": "1.1", "scheme": "http", "root_path": "",
    }  # fmt: skip
    ran(app(scope, never, send))
    assert said[0]["status"] == 408


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2fserver.py",
        "/static/%2e%2e%2fserver.py",
        "/static/..%5cserver.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/static/" + "a" * 5000,
        "/static/",
        "/static",
        "/..%2f..%2fetc/passwd",
        "/%c0%ae%c0%ae/etc/passwd",
    ],
)
def test_no_path_leaves_the_static_files(near, path):
    answer = near.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text.replace("important", "")


@pytest.mark.parametrize(
    "name", ["../small-run", "%2e%2e%2fsmall-run", "..\\small-run", "/etc", "a" * 4000, "C:\\", "."]
)
def test_no_run_but_those_that_are_shown(near, name):
    assert near.get(f"/history?run={name}").status_code == 422


@pytest.mark.parametrize("path", ["/history?run=a%00b", "/static/app.css%00", "/api/%00"])
def test_null_characters_are_refused(near, path):
    assert near.get(path).status_code == 400


def test_reading_needs_no_body(near):
    shown, head = near.get("/evidence"), near.head("/evidence")
    assert head.status_code == shown.status_code == 200
    assert head.content == b"" and head.headers["content-length"] == shown.headers["content-length"]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "POST", "DELETE"])
def test_other_methods_are_refused_and_nothing_is_allowed_across_sites(near, method):
    answer = near.request(method, "/evidence")
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", [*(one.path for one in VIEWS), PLAIN, "/nothing", "/api/nothing", "/broken", "/static/app.css"]
)
def test_every_answer_carries_our_headers(near, path):
    answer = near.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, (path, name)
    assert "server" not in answer.headers
    assert "cache-control" in answer.headers


def test_the_policy_allows_no_inline_script_and_no_other_host():
    policy = dict(part.split(" ", 1) for part in HEADERS["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert not re.search(r"unsafe|\*|https?:", " ".join(policy.values()))


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
def test_what_goes_wrong_inside_is_told_in_the_terminal_only(near, path):
    answer = near.get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text and "Traceback" not in answer.text
    assert "went wrong" in answer.text


def test_plain_text_where_no_page_can_be_made(near, monkeypatch):
    def broken(*_, **__):
        raise OSError("no template")

    monkeypatch.setattr("fissure.app.server.page", broken)
    for path, status in (("/nothing", 404), ("/broken", 500)):
        answer = near.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/plain") and "Traceback" not in answer.text


def test_nobody_listens_to_others_without_a_token(settings):
    with pytest.raises(FissureError, match="token"):
        replace(settings, host="0.0.0.0")


def test_with_a_token_a_proxy_may_call_it_by_its_own_name(settings):
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with client_of(replace(settings, token=TOKEN), host="page.example", **bearer) as client:
        assert client.get("/evidence").status_code == 200
        assert echo(client, origin="https://page.example").status_code == 200
        assert echo(client, origin="https://evil.example").status_code == 403
        assert client.get("/evidence", headers={"authorization": ""}).status_code == 401


def test_without_the_token_there_is_nothing(far):
    for path in ("/", "/evidence", PLAIN, "/static/app.css", "/nothing"):
        answer = far.get(path)
        assert answer.status_code == 401, path
        assert TOKEN not in answer.text
    assert far.get("/?token=" + TOKEN[:-1]).status_code == 401
    assert far.get("/", headers={"authorization": TOKEN}).status_code == 401
    assert far.get("/", headers={"cookie": f"fissure-8014={TOKEN}x"}).status_code == 401
    assert far.post(f"/api/echo?token={TOKEN}", json={}).status_code == 401


@pytest.mark.thorough
def test_the_token_opens_once_and_leaves_the_address(far):
    opened = far.get(f"/history?token={TOKEN}&run=a%26b")
    assert opened.status_code == 303
    assert opened.headers["location"] == "./history?run=a%26b"
    cookie = opened.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "domain" not in cookie
    assert "path=" not in cookie  # the browser keeps it to the folder of the page, whatever prefix stands before it
    assert far.get("/evidence").status_code == 200  # the client kept the cookie


def test_programs_show_the_token_as_bearers(far):
    assert far.get(PLAIN, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert echo(far, authorization=f"bearer {TOKEN}").status_code == 200


def test_cookies_of_others_do_not_hide_ours(far):
    cookie = f'other={{"a": [1, 2]}}; b=@;,<>; fissure-8014={TOKEN}'
    assert far.get(PLAIN, headers={"cookie": cookie}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/%2fevil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "/%09/evil.example",
        "///evil.example/..",
    ],
)
def test_the_token_leads_nowhere_else(path):
    from urllib.parse import unquote

    scope = {"method": "GET", "path": unquote(path), "query_string": f"token={TOKEN}".encode()}
    led = auth.without_token(scope)
    assert led.startswith("./") and led.count("/") == 1 and not urlsplit(led).netloc
    assert "\\" not in led and "\t" not in led


def test_rates_are_bounded_for_each_address():
    now = [0.0]
    rates = Rates(3, 2.0, clock=lambda: now[0])
    assert [rates.allow("a") for _ in range(5)] == [True, True, True, False, False]
    assert rates.allow("b")
    now[0] = 0.5
    assert [rates.allow("a") for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [rates.allow("a") for _ in range(4)] == [True, True, True, False]
    for i in range(3 * CLIENTS):
        rates.allow(str(i))
    assert len(rates._left) == CLIENTS


def test_too_many_requests_are_told_to_wait(settings):
    with client_of(replace(settings, limits=Limits(burst=5, rate=0.001))) as client:
        answers = [client.get("/static/app.css") for _ in range(8)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 3
    assert answers[-1].headers["retry-after"] == "1"


def test_websockets_are_refused(near):
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), near.websocket_connect("/api/live"):
        pass

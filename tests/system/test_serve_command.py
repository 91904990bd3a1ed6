"""`fissure serve` as a user types it: where it listens, what it says, how it stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from tests.commands import fissure_command, refused

from fissure.app import settings as binding
from fissure.errors import FissureError

SOON = 600.0
"""Seconds after which a test is given up; nothing here is decided by how long it takes."""


@pytest.fixture(autouse=True)
def nobody_before_a_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "FISSURE_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def serving(cwd, *arguments, **environment):
    """The running command and the address that it printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "fissure", "serve", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
        env={**os.environ, "FISSURE_CACHE": str(cwd / "cache"), **environment},
    ) as going:  # fmt: skip
        try:
            line = going.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, line + going.stderr.read()
            yield going, found[0]
        finally:
            going.kill()


def ended(going):
    """What the command said after its first line, once it has ended."""
    going.wait(SOON)
    return going.stdout.read(), going.stderr.read()


def ask(address, method="GET", headers=None, body=None):
    """Status, body and headers of an answer; a server that is still starting makes us wait, not fail."""
    request = urllib.request.Request(address, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=SOON) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_serves_on_loopback_and_stops_on_ctrl_c(tmp_path):
    port = free_port()
    with serving(tmp_path, "--port", port) as (going, address):
        assert address == f"http://127.0.0.1:{port}"
        status, page, headers = ask(address + "/evidence")
        assert status == 200 and "<h1" in page and "server" not in {name.lower() for name in headers}
        assert json.loads(ask(address + "/api/openapi.json")[1])["info"]["title"] == "Fissure"
        assert ask(address, headers={"Host": "evil.example"})[0] == 403
        going.send_signal(signal.SIGINT)
        out, said = ended(going)
    assert going.returncode == 130
    assert "Ctrl-C stops it" in out and "Stopped; runs are kept in" in said and "Traceback" not in out + said


@pytest.mark.thorough
def test_an_open_stream_and_a_job_do_not_hold_it_up(tmp_path):
    """A server whose page is open, and which is in the middle of something, stops without running out of patience."""
    code = f"""
import sys, time
sys.argv = ["fissure", "serve", "--port", "{(port := free_port())}"]
from fissure.app import server as module
from starlette.responses import StreamingResponse
module.PATIENCE = 1e6  # with a job that does not listen
made = module.create_app
def with_stream(settings):
    app = made(settings)
    async def endless():
        import asyncio
        while True:
            yield b"data: on\\n\\n"
            await asyncio.sleep(0.05)
    @app.get("/api/endless")
    def stream():
        return StreamingResponse(endless(), media_type="text/event-stream")
    def work(telling):
        while True:
            telling.advance(1, 2, 1.0, 1.0)
            time.sleep(0.01)
    @app.get("/api/begin")
    def begin():
        return app.state.desk.jobs.submit("a", "kind", "title", {{}}, work).state
    return app
module.create_app = with_stream
from fissure.cli import main
main()
"""
    environment = {**os.environ, "FISSURE_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=environment,
    ) as going:  # fmt: skip
        try:
            address = re.search(r"http://\S+", going.stdout.readline())[0]
            assert address.endswith(f":{port}")
            assert ask(address + "/api/begin")[0] == 200
            with urllib.request.urlopen(address + "/api/endless", timeout=SOON) as stream:
                assert stream.readline() == b"data: on\n"
                going.send_signal(signal.SIGTERM)
                out, said = ended(going)
        finally:
            going.kill()
    assert going.returncode == 0
    assert "Stopping at the next step" in said and "Stopped; " in said and "Traceback" not in out + said


@pytest.mark.thorough
def test_behind_a_proxy_it_says_where_it_is_and_answers_there(tmp_path):
    options = ["--root-path", "/user/me/proxy/8014/", "--allow-host", "hub.example.org", "--port", free_port()]
    with serving(tmp_path, *options) as (going, address):
        assert ask(f"{address}/user/me/proxy/8014/evidence", headers={"Host": "hub.example.org"})[0] == 200
        assert ask(f"{address}/evidence")[0] == 200 and ask(address, headers={"Host": "evil.example"})[0] == 403
        going.send_signal(signal.SIGTERM)
        out, _ = ended(going)
    assert "Behind the proxy it is at https://hub.example.org/user/me/proxy/8014/\n" in out


@pytest.mark.thorough
def test_another_address_asks_for_the_token_that_it_prints(tmp_path):
    with serving(tmp_path, "--host", "0.0.0.0", "--port", free_port()) as (going, address):
        place, token = address.split("/?token=")
        local = re.sub(r"//[^:/]+", "//127.0.0.1", place)
        assert len(token) >= 32
        assert ask(local + "/evidence")[0] == 401
        assert ask(local + "/evidence", headers={"Authorization": f"Bearer {token}"})[0] == 200
        going.send_signal(signal.SIGTERM)
        out, said = ended(going)
    assert going.returncode == 0
    assert token not in out + said  # it was printed once, in the first line
    assert "not encrypted" in out


@pytest.mark.thorough
def test_a_token_of_ones_own_may_come_from_the_environment(tmp_path):
    own = "one-of-my-own-1234"
    with serving(tmp_path, "--port", free_port(), FISSURE_TOKEN=own) as (_, address):
        assert address.endswith(f"/?token={own}")
        assert ask(address.split("/?")[0] + "/evidence")[0] == 401


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--token", "short"], ["5 characters", "16"]),
        (["--token", "a" * 40], ["repeats itself"]),
        (["--token", "with a space in it, 1234"], ["letters"]),
        (["--host", "203.0.113.7"], ["203.0.113.7", "address of this machine"]),
        (["--host", "no.such.name.invalid"], ["no.such.name.invalid"]),
        (["--host", "x" * 300], ["address of this machine"]),
        (["--port", "0"], ["--port 0", "65535"]),
        (["--port", "70000"], ["70000"]),
        (["--port", "many"], ["many"]),
        (["nowhere"], ["nowhere", "folder"]),
        (["islamic_stat"], ["islamic_stat", "islamic_state"]),
        (["--root-path", "user/me"], ["--root-path user/me", "/user/me/proxy/8014"]),
        (["--root-path", "https://hub.example/user/me"], ["--root-path", "the path alone"]),
        (["--allow-host", "https://hub.example"], ["--allow-host https://hub.example", "hub.example.org"]),
        (["--disk", "0"], ["--disk 0", "megabytes"]),
        (["--disk", "plenty"], ["plenty", "whole number"]),
        (["--open"], ["--open", "screen"]),
        (["--open", "--host", "0.0.0.0"], ["--open", "token"]),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, arguments, words):
    done = fissure_command("serve", *arguments, cwd=tmp_path)
    refused(done, *words)
    assert "http://" not in done.stdout


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(fissure_command("serve", "--port", port, cwd=tmp_path), str(port), "taken", "--port")


def test_without_a_port_the_next_free_one_is_taken():
    with binding.listen("127.0.0.1", None) as first, binding.listen("127.0.0.1", None) as second:
        ports = [one.getsockname()[1] for one in (first, second)]
    assert binding.PORT <= ports[0] < ports[1] < binding.PORT + binding.TRIED


def test_the_missing_extra_is_named(tmp_path):
    code = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == "uvicorn" else found(name, *a)
sys.argv = ["fissure", "serve"]
from fissure.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=SOON)
    refused(done, "uvicorn", "pip install 'fissure[app]'")


def test_addresses_are_as_a_browser_wants_them():
    assert binding.address("127.0.0.1", 8014) == "http://127.0.0.1:8014"
    assert binding.address("::1", 8014) == "http://[::1]:8014"
    assert binding.address("0.0.0.0", 80, "t") == f"http://{socket.gethostname()}:80/?token=t"


def test_a_browser_is_opened_only_where_someone_sits(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not binding.opens(None, None)
    monkeypatch.setenv("DISPLAY", ":0")
    assert binding.opens(None, None) and binding.opens(True, None)
    assert not binding.opens(None, "token") and not binding.opens(False, None)
    monkeypatch.setenv("SSH_CONNECTION", "1")
    assert not binding.opens(None, None)
    with pytest.raises(FissureError, match="screen"):
        binding.opens(True, None)


def test_tokens_are_made_where_they_are_needed():
    assert binding.token_of("127.0.0.1", None) is None
    assert len({binding.token_of("0.0.0.0", None) for _ in range(8)}) == 8
    assert binding.token_of("localhost", "a-token-of-my-own") == "a-token-of-my-own"

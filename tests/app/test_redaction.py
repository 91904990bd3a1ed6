"""No reader elsewhere is told where files lie on this machine; who sits before it gets commands as they are."""

import html
import re
import shlex
import shutil
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from small_run import RUN

from fissure.app.auth import Places, is_near
from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.app.settings import Settings
from fissure.cases.loader import load_case
from fissure.engine.study_folder import Origin
from fissure.errors import FissureError

pytestmark = pytest.mark.thorough

TOKEN = "a-token-of-the-tests-1"
LINKS = re.compile(r"""\b(?:href|action|data-csv)="([^"#]+)\"""")
ODD = "Fälle & it's “mine”"


@pytest.fixture(scope="module")
def places(tmp_path_factory, shelf):
    """A case and runs in folders of a name that is written in many ways."""
    folder = tmp_path_factory.mktemp("far") / ODD
    shutil.copytree(load_case("islamic_state").folder, folder / "my case")
    shutil.copytree(shelf, folder / "my runs")
    Origin.of(load_case(folder / "my case"), folder / "my runs" / RUN).keep(folder / "my runs" / RUN)
    (folder / "home").mkdir()
    return folder


@pytest.fixture(scope="module")
def own(places, settings):
    return replace(
        settings, case=str(places / "my case"), folders=(places / "my runs",), home=places / "home", host="0.0.0.0",
        token=TOKEN,
    )  # fmt: skip


def asking(settings, **more):
    headers = {"authorization": f"Bearer {TOKEN}"}
    options = {"base_url": "http://analyst.example", "client": ("203.0.113.9", 1), "raise_server_exceptions": False}
    return TestClient(create_app(settings), headers=headers, **{**options, **more})


def crawled(client, start):
    """All that is linked, one address of each kind (path and names of parameters)."""
    todo, seen = [*start], set()
    while todo:
        address = todo.pop()
        parts = urlsplit(address)
        kind = parts.path, tuple(sorted({one.partition("=")[0] for one in parts.query.split("&")}))
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(address)
        yield address, answer
        if answer.headers["content-type"].startswith("text/html"):
            found = [link.replace("&amp;", "&") for link in LINKS.findall(answer.text)]
            todo += [urljoin(address, link) for link in found if not re.match(r"\w+:", link)]


def asked_of(client, study):
    """Every address that the API can be asked without sending anything, with what is there in place of names."""
    names = {
        "/api/jobs": study, "/api/studies": study, "/api/runs": RUN, "/api/cases": "islamic_state", "": "S0-01a",
        "output": "fighters",
    }  # fmt: skip
    for path, item in client.get("/api/openapi.json").json()["paths"].items():
        if "get" in item:
            of = next(at for at in names if path.startswith(at))
            yield (
                path.replace("{output}", names["output"]).replace("{variable}", "fighters").replace("{kind}", "claims"),
                names[of],
            )


def test_nothing_that_is_sent_elsewhere_names_a_folder(own, places):
    secret = [str(places), str(Path.home()) + "/", ODD, str(places.parent), str(Path.cwd()) + "/", "/tmp/"]
    bodies = {}
    with asking(own) as client:
        desk = client.app.state.desk
        desk.studio._warmed = True
        study = client.post("/api/studies", json={"off": ["desertion"], "members": 2}).json()
        with client.stream("GET", f"/api/jobs/{study['id']}/events") as stream:
            bodies["events"] = "\n".join(stream.iter_lines())
        assert '"state":"done"' in bodies["events"]

        def fails(telling):
            telling.phase(f"looking at {places}/my case")
            raise FissureError(f"{places}/my runs/x: the disk is full")

        desk.jobs.submit("fails", "run", "Fails", {"name": "x", "members": 2, "seed": 1}, fails)
        with client.stream("GET", "/api/jobs/fails/events") as stream:
            bodies["failed"] = "\n".join(stream.iter_lines())
        assert "the disk is full" in bodies["failed"]
        while client.get(f"/api/runs/{RUN}").json()["view"] == "reading":
            time.sleep(0.05)
        start = [view.path for view in VIEWS]
        start += [
            f"/history?run={RUN}",
            "/history?job=fails",
            f"/evidence?run={RUN}",
            "/history?run=nothing",
            "/nothing",
        ]
        start += [study["page"], "/evidence?entry=S0-01a", "/cracks?mechanism=pay-gap"]
        bodies |= {address: answer.text for address, answer in crawled(client, [urljoin("/", one) for one in start])}
        for path, name in asked_of(client, study["id"]):
            address = re.sub(r"\{\w+\}", name, path)
            if not address.endswith("/events"):
                bodies[address] = client.get(address).text
    assert {"/api/jobs", f"/api/studies/{study['id']}/report", "/evidence", "/cracks/edges.csv"} <= {*bodies}
    assert any(address.startswith("/what-if/csv") for address in bodies)
    leaks = {(address, one) for address, body in bodies.items() for one in secret if one in body}
    assert not leaks
    entry = next(address for address in bodies if address.startswith("/evidence?") and "entry=" in address)
    assert "fissure trace 'my case' " in html.unescape(bodies[entry])  # the command is there all the same
    report = html.unescape(bodies[f"/api/studies/{study['id']}/report"])
    assert "fissure whatif 'my case' --off desertion --members 2" in report


def test_who_sits_before_the_machine_gets_the_whole_command(own, places):
    with asking(own, base_url="http://127.0.0.1:8014", client=("127.0.0.1", 1)) as client:
        command = html.unescape(re.search(r"fissure trace .*", client.get("/evidence?entry=S0-01a").text)[0])
        assert shlex.quote(f"{places}/my case") in command


@pytest.mark.parametrize(
    ("settings", "host", "client", "headers", "near"),
    [
        ({}, "127.0.0.1:8014", "127.0.0.1", {}, True),
        ({}, "localhost", "testclient", {}, True),
        ({"token": TOKEN}, "127.0.0.1", "127.0.0.1", {}, True),
        ({"token": TOKEN}, "page.example", "127.0.0.1", {}, False),
        ({"token": TOKEN, "host": "0.0.0.0"}, "127.0.0.1", "127.0.0.1", {}, True),
        ({"token": TOKEN, "host": "0.0.0.0"}, "localhost", "203.0.113.9", {}, False),
        ({"token": TOKEN, "host": "::"}, "[::1]", "::1", {}, True),
        ({"token": TOKEN, "host": "::"}, "[::1]", "2001:db8::1", {}, False),
        ({}, "127.0.0.1", "127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, False),
        ({}, "127.0.0.1", "127.0.0.1", {"x-forwarded-prefix": "/a"}, False),
        ({}, "127.0.0.1", "127.0.0.1", {"forwarded": "for=203.0.113.9"}, False),
        ({}, "127.0.0.1", "127.0.0.1", {"x-proxycontextpath": "/a"}, False),
        ({"root_path": "/a"}, "127.0.0.1", "127.0.0.1", {}, False),
        ({"hosts": ("hub.example",)}, "hub.example", "127.0.0.1", {}, False),
    ],
)
def test_who_is_near(settings, host, client, headers, near):
    sent = [(name.encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    assert is_near({"type": "http", "headers": sent, "client": (client, 1)}, Settings(**settings)) is near


@pytest.fixture
def hidden(tmp_path):
    return Places(Settings(home=tmp_path / "a b" / "page", folders=(tmp_path / "Läufe & mehr",))).hidden


def test_a_path_is_left_out_however_it_is_written(hidden, tmp_path):
    at = f"{tmp_path}/Läufe & mehr"
    for text, said in {
        f"--out '{at}/seed-1' --x": "--out 'seed-1' --x",
        f"{at}: the disk is full": "Läufe & mehr: the disk is full",
        f'"{at}/seed-1", "b"'.replace("ä", "\\u00e4"): '"seed-1", "b"',
        f"--out &#39;{at}/seed-1&#39;".replace("& ", "&amp; "): "--out &#39;seed-1&#39;",
        f"{tmp_path}/a b/page/saved/x.json, line 3": "x.json, line 3",
        f"?folder={quote(at + '/x', safe='')}&y": "?folder=x&y",
        f"?folder={quote(at)}/x&y": "?folder=x&y",
        f"{Path.home()}/.cache/fissure": "fissure",
        "made with --out /usr/local/data/run-1, on it": "made with --out run-1, on it",
        "--out=/usr/local/data": "--out=data",
        "file:///usr/local/data": "file://data",
        f"file://{at}/seed-1": "file://seed-1",
    }.items():
        assert hidden(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/usr/local/x", "/api/jobs/{id}", '<a href="static/usr/x.css">', "and/usr/or", "text/tmp/x",
        "M 1 2/usr 3", "//tmp/x", "</script>", "50 fighters/week", "../usr/lib/x", "",
    ],
)  # fmt: skip
def test_what_is_no_path_of_this_machine_stays(hidden, text):
    assert hidden(text) == text


def test_bytes_that_are_no_text_pass(own):
    with asking(own) as client:
        answer = client.get("/static/app.css", headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200 and answer.headers["content-encoding"] == "gzip"
        shown, head = client.get("/evidence"), client.head("/evidence")
        assert head.content == b"" and head.headers["content-length"] == str(len(shown.content))

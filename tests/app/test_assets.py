"""Files of the page: names, digests, packing, and modules that exist once."""

import gzip
import re

import pytest

from fissure.app import pages as assets
from fissure.app.pages import STATIC, TYPES, VEGA, address, asset

NAMES = sorted(path.name for path in STATIC.iterdir() if path.suffix in TYPES)
SCRIPTS = [name for name in NAMES if name.endswith(".js")]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_sent_as_what_it_is(client, name):
    answer = client.get(address(name))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(TYPES["." + name.rsplit(".")[-1]])
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_module_is_imported_by_the_address_that_pages_name(name):
    """Under two addresses a browser would run it twice, with two sets of listeners."""
    body = asset(name).body.decode()
    assert not re.search(r"""["']\./""", body)
    for found in re.findall(r"""/static/([\w.-]+\?\w+)""", body):
        assert f"/static/{found}" == address(found.partition("?")[0])


@pytest.mark.thorough
def test_one_module_runs_once(page, server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/evidence")
    page.wait_for_load_state("networkidle")
    scripts = [url.partition("?")[0] for url in asked if ".js" in url]
    assert len(scripts) == len(set(scripts)) >= 2


def test_an_import_changes_the_digest_of_who_imports(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    digests = []
    for text in ("export const a = 1;", "export const a = 2;"):
        (tmp_path / "one.js").write_text(text)
        (tmp_path / "two.js").write_text('import { a } from "./one.js";\nconst later = () => import("./one.js");')
        assets._files.cache_clear()
        assets._read.cache_clear()
        digests.append(asset("two.js").digest)
        assert asset("two.js").body.decode().count(address("one.js")) == 2
    assets._files.cache_clear()
    assets._read.cache_clear()
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    "name", ["..", ".", "", "server.py", "../server.py", "app.css/", "APP.CSS", "app.css\0", "a" * 999]
)
def test_other_names_are_none_and_are_not_remembered(name):
    before = assets._read.cache_info().currsize
    assert asset(name) is None
    assert assets._read.cache_info().currsize == before
    with pytest.raises(LookupError):
        address(name)


def test_packed_only_where_it_is_taken(client):
    plain = asset("app.css").body
    for accepted, packed in (("gzip", True), ("br, GZIP;q=0.5", True), ("identity", False), ("gzip;q=0, br", False)):
        answer = client.get(address("app.css"), headers={"accept-encoding": accepted})
        assert (answer.headers.get("content-encoding") == "gzip") == packed, accepted
        assert answer.content == plain  # the client unpacks
        assert answer.headers["vary"] == "accept-encoding"
    assert gzip.decompress(asset("app.css").packed) == plain


def test_without_its_digest_a_file_is_asked_for_again_and_sent_once(client):
    first = client.get("/static/app.css")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/app.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert client.get("/static/app.css?stale").headers["cache-control"] == "no-cache"


def test_the_charts_are_in_the_package():
    assert len(asset(VEGA).body) > 500_000

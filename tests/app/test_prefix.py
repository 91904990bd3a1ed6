"""The page below a prefix, behind a proxy that takes the prefix away and behind one that leaves it."""

import re
from dataclasses import replace
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from browser import watched
from fastapi.testclient import TestClient
from proxying import behind
from serving import serving
from test_accessible import settled
from test_what_if_in_browser import done

from fissure.app import auth, middleware, settings
from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.app.settings import Settings
from fissure.errors import FissureError

PREFIX = "/user/me%40uni.example/proxy/8014"
LINKS = re.compile(r"""\b(?:href|src|action|data-csv)="([^"]*)\"""")
ELSEWHERE = ("http://", "https://", "#", "data:", "mailto:")
PAGES = [
    *(view.path for view in VIEWS), "/cracks?mechanism=pay-gap", "/cracks?field=fighters.fear", "/cracks?find=pay",
    "/evidence?entry=S0-01a", "/evidence?kind=learned", "/evidence?kind=forecast", "/why?outcome=nothing",
    "/what-if?q=off=desertion&draft=study=oil-gone", "/history?run=nothing", "/nothing/at/all",
]  # fmt: skip


@pytest.fixture(
    scope="module",
    params=[
        "taken away",
        *(pytest.param(one, marks=pytest.mark.thorough) for one in ("left", "taken away, its own name for us")),
    ],
)
def proxy(request, settings, tmp_path_factory):
    """A proxy before a server of its own, which is started with what it cannot know by itself and no more."""
    left = request.param == "left"
    folder = tmp_path_factory.mktemp("asked")  # nothing is measured there yet, so that streams are needed
    own = replace(settings, folders=(folder, *settings.folders), root_path=PREFIX if left else "")
    named = "fissure.internal:1" if "name" in request.param else None
    if named:
        own = replace(own, hosts=("fissure.internal",))
    with serving(own) as server, behind(server, PREFIX, strips=not left, named=named) as proxy:
        yield proxy


@pytest.fixture
def page(browser, proxy):
    with watched(browser, proxy.address) as page:
        yield page
        stream = [one for one in proxy.failed if one[0] != 404]
        assert not proxy.outside and not stream


@pytest.mark.thorough
def test_every_view_loads_all_of_itself(page, proxy):
    bad = []
    page.on("response", lambda answer: bad.append((answer.status, answer.url)) if answer.status >= 400 else None)
    page.on("requestfailed", lambda one: None if "ABORTED" in (one.failure or "") else bad.append(one.url))
    settled(page, f"{proxy.address}/")
    assert page.url == f"{proxy.address}/history"
    for view in VIEWS[1:]:
        page.locator("nav[aria-label=Views]").get_by_role("link", name=view.title, exact=True).click()
        page.wait_for_url(proxy.address + view.path)
        page.wait_for_load_state("networkidle")
        styled = page.evaluate("() => getComputedStyle(document.querySelector('header.bar')).position")
        assert styled != "static", view
    page.locator(".brand a").click()
    page.wait_for_url(f"{proxy.address}/history")
    assert not bad


@pytest.mark.thorough
def test_a_question_is_asked_and_answered(page, proxy):
    settled(page, f"{proxy.address}/what-if?draft=off=desertion;from=2014-10&members=6")
    page.get_by_role("button", name="Run 6 pairs").click()
    done(page, 6)
    assert page.url.startswith(f"{proxy.address}/what-if?") and "q=off" in page.url
    assert any("/events" in path for path in proxy.streamed)
    page.get_by_role("button", name="Save", exact=False).first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Kept behind a proxy")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Kept behind a proxy", exact=True).click()
    page.wait_for_url(f"{proxy.address}/what-if?q=Kept**")
    with page.expect_download() as got:
        page.get_by_role("link", name="Export as one HTML page").click()
    assert got.value.failure() is None
    page.get_by_role("button", name="Delete Kept behind a proxy").click()
    page.wait_for_selector("text=Saved questions (0)")


@pytest.mark.thorough
def test_links_in_place_and_addresses_that_scripts_make_stay_below(page, proxy):
    settled(page, f"{proxy.address}/cracks?mechanism=pay-gap")
    page.locator("#view a[href^='?field=']").first.click()
    page.wait_for_url(f"{proxy.address}/cracks?field=**")
    page.go_back()
    page.wait_for_url(f"{proxy.address}/cracks?mechanism=pay-gap")
    settled(page, f"{proxy.address}/evidence?kind=claims")
    page.locator("#entries a").first.click()
    page.wait_for_selector("#entry")
    assert page.url.startswith(f"{proxy.address}/evidence?kind=claims&entry=")
    page.get_by_label("Search the claims").fill("pay")
    page.wait_for_url("**find=pay**")


@pytest.mark.thorough
def test_an_address_with_a_slash_too_many_leads_to_the_view(page, proxy):
    for asked in ("/evidence/?kind=claims", "/evidence///?kind=claims"):
        settled(page, proxy.address + asked)
        assert page.url == f"{proxy.address}/evidence?kind=claims"


@pytest.fixture(scope="module", params=["", "/a/b"])
def below(request, settings):
    """A client of a server that was started with a prefix, or without one; and the prefix."""
    app = create_app(replace(settings, root_path=request.param))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client, request.param


def test_no_link_begins_with_a_slash(below):
    """None leaves the prefix either, from wherever it is asked."""
    client, root = below
    for asked in PAGES:
        found = [link for link in LINKS.findall(client.get(root + asked).text) if not link.startswith(ELSEWHERE)]
        assert found, asked
        for link in found:
            assert not link.startswith("/"), (asked, link)
            leads = urlsplit(urljoin(f"http://host/a/b{asked}", link.replace("&amp;", "&"))).path
            assert leads.startswith("/a/b/"), (asked, link)


def test_with_a_prefix_both_ways_of_asking_are_answered(below):
    client, root = below
    for path in [view.path for view in VIEWS] + ["/what-if/part", "/static/app.css", "/api/jobs"]:
        assert client.get(path).status_code == client.get(f"{root}{path}").status_code == 200, path
        assert client.get(f"/a/bc{path}").status_code == client.get(f"/a{path}").status_code == 404, path


def led(client, path):
    answer = client.get(path, follow_redirects=False)
    assert answer.is_redirect, answer.status_code
    return answer.headers["location"]


@pytest.mark.parametrize("below", ["/a/b"], indirect=True)
def test_redirects_are_relative(below):
    client, _ = below
    assert led(client, "/") == led(client, "/a/b/") == "history"
    assert led(client, "/a/b?x=1") == "./b/?x=1"
    assert led(client, "/a/b/what-if/?members=6") == led(client, "/what-if/?members=6") == "../what-if?members=6"
    assert led(client, "/api/jobs/") == "../jobs"
    assert client.get("/nothing/").status_code == 404


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%2fevil.example/", "/%5cevil.example/", "/a/%2f/", "/javascript:x/"]
)
def test_no_redirect_leads_away(path):
    scope = {"path": unquote(path), "raw_path": path.encode(), "query_string": b""}
    led = urlsplit(urljoin(f"http://host/a/b{path}", middleware.without_slash(scope)))
    assert (led.scheme, led.netloc) == ("http", "host") and led.path.startswith("/a/b/")


def test_the_api_says_where_it_lies_relative_to_its_description(client):
    schema = client.get("/api/openapi.json").json()
    assert schema["servers"] == [{"url": ".."}]
    assert urljoin("http://hub/user/me/proxy/1/api/openapi.json", f"{schema['servers'][0]['url']}/api/jobs") == (
        "http://hub/user/me/proxy/1/api/jobs"
    )


def test_the_cookie_stays_below_the_prefix(settings):
    own = replace(settings, token="a-token-of-the-tests-1")
    for root, said in (("", None), ("/a/b", "path=/a/b")):
        with TestClient(create_app(replace(own, root_path=root)), base_url="http://hub.example") as client:
            cookie = client.get(f"/?token={own.token}", follow_redirects=False).headers["set-cookie"].lower()
        assert said in cookie if said else "path=" not in cookie


def test_a_name_of_a_proxy_is_let_in_and_no_other(settings):
    own = replace(settings, hosts=("Hub.Example.org",))
    with TestClient(create_app(own), base_url="https://hub.example.org") as client:
        assert client.get("/evidence").status_code == 200
        assert client.get("/evidence", headers={"host": "hub.example.org:8443"}).status_code == 200
        for other in ("evil.example", "x.hub.example.org", "hub.example.org.evil.example"):
            refused = client.get("/evidence", headers={"host": other, "x-forwarded-host": "hub.example.org"})
            assert refused.status_code == 403 and "--allow-host" in refused.text


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        ({"host": "127.0.0.1:8014", "origin": "https://hub.example.org"}, True),  # the proxy puts its own name there
        ({"host": "127.0.0.1:8014", "origin": "https://hub.example.org:8443"}, True),
        ({"host": "127.0.0.1:8014", "origin": "https://any.example", "sec-fetch-site": "same-origin"}, True),
        ({"host": "127.0.0.1:8014", "origin": "https://any.example"}, False),
        ({"host": "127.0.0.1:8014", "origin": "https://any.example", "sec-fetch-site": "cross-site"}, False),
        ({"host": "127.0.0.1:8014", "origin": "https://hub.example.org", "sec-fetch-site": "same-site"}, False),
        ({"host": "127.0.0.1:8014", "origin": "null"}, False),
    ],
)
def test_whose_word_is_taken_that_the_page_itself_asks(headers, welcome):
    from starlette.datastructures import Headers

    assert auth.is_welcome("POST", Headers(headers), ("hub.example.org",)) is welcome


@pytest.mark.parametrize(
    ("text", "path"),
    [("", ""), ("/", ""), ("/a", "/a"), ("/a/b/", "/a/b"), (" /a ", "/a"), (PREFIX, PREFIX), ("/~me/x_y", "/~me/x_y")],
)
def test_prefixes(text, path):
    assert settings.root_path(text) == Settings(root_path=text).root_path == path


@pytest.mark.parametrize(
    "text", ["a/b", "/a//b", "//evil", "/a/../b", "/a b", "/a?b", "/a#b", "https://h/a", "/%zz", "/ü"]
)
def test_what_is_no_prefix_is_one_sentence(text):
    with pytest.raises(FissureError, match=r"^found --root-path .*expected .*/user/me/proxy/8014"):
        settings.root_path(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hub.Example.org", "hub.example.org"),
        ("[fe80::1]", "fe80::1"),
        ("10.0.0.1", "10.0.0.1"),
        ("hüb.example", "xn--hb-xka.example"),
    ],
)
def test_names(text, name):
    assert settings.host_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "https://hub.example", "hub.example:443", "hub.example/x", "*.example", "a b", "-a"]
)
def test_what_is_no_name_is_one_sentence(text):
    with pytest.raises(FissureError, match=r"^found --allow-host .*expected .*hub\.example\.org"):
        settings.host_name(text)

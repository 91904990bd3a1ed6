"""What if as a person uses it, in Chromium."""

import json
import re
import threading
from contextlib import ExitStack
from dataclasses import replace

import pytest
from browser import watched
from proxying import behind
from serving import serving

from fissure.app import what_if
from fissure.app.jobs import JobProgress
from fissure.engine.progress import Silent
from fissure.studies.progressive import Live


def asked(page, server, q, members=6, **more):
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    qs = "&".join(f"q={one}" for one in ([q] if isinstance(q, str) else q))
    page.goto(f"{server}/what-if?{qs}&members={members}{extra}")


DONE = """([count, said]) => {
  const texts = (where) => [...document.querySelectorAll(where)].map((one) => one.textContent);
  const wrong = texts("[data-error]:not([hidden])");
  return wrong.length ? wrong : texts("[data-said]").filter((one) => one === said).length === count;
}"""


def done(page, members, count=1):
    """Wait for all pairs of that many questions; fails with what the page says where one of them has failed."""
    assert page.wait_for_function(DONE, arg=[count, f"{members} pairs"]).json_value() is True


def says(page, start):
    """Wait for what the first card says of its pairs."""
    page.wait_for_function("start => document.querySelector('[data-said]').textContent.startsWith(start)", arg=start)


@pytest.fixture
def apart(settings, tmp_path):
    """Settings of a server that measures where no other does: of two that do, one is told that the other writes."""
    return replace(settings, home=tmp_path / "home", folders=(tmp_path / "runs",))


@pytest.fixture
def slowly(monkeypatch):
    """Rounds that wait until they are let go on, so that what stands between them can be looked at."""
    gate = threading.Semaphore(0)
    show = JobProgress.show

    def shown(self, result):
        show(self, result)
        while not gate.acquire(timeout=0.05):
            show(self, result)  # raises where it was cancelled

    monkeypatch.setattr(JobProgress, "show", shown)
    yield gate
    gate.release(50)


def test_composed_by_keyboard_run_and_refined(page, server, slowly):
    page.goto(f"{server}/what-if")
    page.get_by_label("Air strikes by the coalition").focus()
    page.keyboard.press("End")
    number = page.get_by_label("forcing.strikes, number")
    assert number.input_value() == "4"
    page.keyboard.press("Home")
    assert number.input_value() == "0"
    number.fill("2")
    assert page.locator("[data-driver='forcing.strikes'] [type=range]").get_attribute("aria-valuetext") == "times 2"
    page.get_by_label("Week from which it holds").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.get_by_label("From", exact=True).input_value() == "2014-07-21"
    page.get_by_role("switch", name="Members desert").focus()
    page.keyboard.press("Space")
    assert "forcing.strikes × 2, without desertion, from 21 July 2014 on" in page.locator("#changed").inner_text()
    page.get_by_role("textbox", name="Name").fill("Mine <i>")
    page.get_by_label("Pairs", exact=True).fill("8")
    page.get_by_label("Pairs", exact=True).press("Enter")
    page.wait_for_selector("[data-drawn] svg path[d]")
    says(page, "4 of 8 pairs so far")
    assert page.locator("article h3").inner_text() == "Mine <i>"
    chart = page.locator("[data-chart=fighters]")
    drawn = chart.locator("svg").element_handle()
    band = chart.locator(".mark-area path[d]").first.get_attribute("d")
    slowly.release(2)
    done(page, 8)
    page.wait_for_function(
        "b => document.querySelector('[data-chart=fighters] .mark-area path[d]').getAttribute('d') !== b", arg=band
    )
    assert drawn.evaluate("svg => svg.isConnected")  # the same picture with other numbers: no flicker
    assert "q=Mine" in page.url and "members=8" in page.url and "draft" not in page.url


@pytest.mark.thorough
def test_reopened_elsewhere_it_shows_the_same_and_computes_nothing(page, server, browser, monkeypatch):
    asked(page, server, "off=desertion;from=2014-10")
    done(page, 6)
    effects = page.locator("table.effects").inner_text()
    ran = []
    run = Live._run

    def asked_for(live, jobs, progress):
        if not isinstance(progress, Silent):  # which is that of getting ready in the background
            ran.append(jobs)
        run(live, jobs, progress)

    monkeypatch.setattr(Live, "_run", asked_for)
    with watched(browser, server) as other:
        other.goto(page.url)
        assert other.locator("table.effects").inner_text() == effects
        assert other.locator("[data-said]").inner_text() == "6 pairs"
        other.wait_for_selector("[data-drawn] svg path[d]")
    assert not ran


def test_cancelled_says_what_is_kept_and_goes_on(page, server, slowly):
    asked(page, server, "off=ethnic-strain;from=2014-11", members=16)
    says(page, "4 of 16 pairs so far")
    page.get_by_role("button", name="Cancel").click()
    says(page, "Cancelled: 4 of 16 pairs")
    assert page.locator("table.effects").is_visible()
    page.reload()
    assert "Cancelled: 4 of 16 pairs are kept" in page.locator("[data-said]").inner_text()
    slowly.release(5)
    page.get_by_role("button", name="Go on").click()
    done(page, 16)


@pytest.mark.thorough
def test_two_are_compared_on_one_scale(page, server):
    asked(page, server, ["A thing;off=desertion;from=2014-10", "study=oil-gone"])
    done(page, 6, count=2)
    page.wait_for_selector("[data-chart=fighters][data-drawn] svg path[d]")
    heads = page.locator("table.crossed thead th").all_inner_texts()
    assert [one.strip() for one in heads[2:]] == ["A A thing", "B It has no oil"]
    assert page.locator("table.crossed tbody tr").count() == 6
    paths = page.locator("[data-chart=fighters] svg .mark-line path[d]")
    assert paths.count() == 2
    assert paths.nth(0).get_attribute("stroke-dasharray") != paths.nth(1).get_attribute("stroke-dasharray")
    page.get_by_role("link", name="Remove A thing").click()
    page.wait_for_selector("[data-chart=fighters][data-drawn] svg path[d]")
    assert page.locator("table.crossed").count() == 0 and page.locator("article").count() == 1


@pytest.mark.thorough
def test_saved_renamed_opened_and_deleted(page, server):
    asked(page, server, "off=desertion;from=2014-10")
    done(page, 6)
    page.get_by_role("button", name="Save without desertion").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Nobody deserts")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Rename Nobody deserts").click()
    page.get_by_role("dialog").get_by_label("Name").fill("No one deserts")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="No one deserts", exact=True).click()
    page.wait_for_url("**/what-if?q=No+one+deserts**")
    assert page.locator("article h3").inner_text() == "No one deserts"
    page.get_by_role("button", name="Delete No one deserts").click()
    page.wait_for_selector("text=Saved questions (0)")
    for job in page.request.get(f"{server}/api/jobs").json():  # opened with all its pairs, which nobody waits for here
        assert page.request.delete(f"{server}/api/jobs/{job['id']}").ok


@pytest.mark.thorough
def test_the_export_draws_without_a_network(page, server, browser, tmp_path):
    asked(page, server, "Mine;off=desertion;from=2014-10")
    done(page, 6)
    with page.expect_download() as got:
        page.get_by_role("link", name="Export as one HTML page").click()
    path = tmp_path / "page.html"
    got.value.save_as(path)
    with watched(browser, path.as_uri()) as alone:
        alone.goto(path.as_uri())
        alone.wait_for_selector("svg path[d]")
        assert "Mine" in alone.locator("#differences").inner_text()


@pytest.mark.thorough
def test_a_full_queue_is_told_and_retried(browser, apart, slowly):
    small = replace(apart, limits=replace(apart.limits, waiting=1))
    with serving(small) as server, watched(browser, server) as page:
        page.expected = ["503"]
        asked(page, server, "set=forcing.strikes=x2;from=2014-12")
        says(page, "4 of 6 pairs so far")
        with watched(browser, server) as other:
            asked(other, server, "set=forcing.strikes=x3;from=2014-12")
            says(other, "Waits: 1 question before it")
            asked(page, server, "set=forcing.strikes=x4;from=2014-12")
            page.get_by_role("button", name="Retry").wait_for()
            assert "question waits already" in page.locator("[data-error]").inner_text()
            slowly.release(20)
            done(other, 6)
        page.get_by_role("button", name="Retry").click()
        done(page, 6)


@pytest.mark.thorough
def test_a_server_stopped_amid_a_run_is_said_and_the_work_goes_on(browser, apart, slowly):
    with ExitStack() as while_looking:
        with serving(apart) as server:
            page = while_looking.enter_context(watched(browser, server))
            page.expected = ["net::ERR_"]
            asked(page, server, "off=ethnic-strain;from=2014-09", members=12)
            says(page, "4 of 12 pairs so far")
        page.wait_for_selector("#away")
        assert "does not answer" in page.locator("#away").inner_text()
        says(page, "4 of 12 pairs so far, kept; waiting for the server")
        slowly.release(20)
        with serving(apart, int(server.rpartition(":")[2])):
            page.wait_for_selector("#away", state="detached")
            done(page, 12)


BANNER = """() => {
  window.banners = 0;
  const look = () => { if (document.getElementById("away")) window.banners += 1; };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}"""


@pytest.mark.thorough
def test_without_a_stream_the_page_asks_now_and_then(browser, apart):
    """Nor is the server taken for away while it refuses to say how far it is."""
    small = replace(apart, limits=replace(apart.limits, listeners=0))
    refused = []

    def refuse(route):
        if len(refused) == 3:
            return route.continue_()
        refused.append(429 if refused else 503)
        refusal = {"status": refused[-1], "json": {"detail": "too many requests"}, "headers": {"x-fissure": "page"}}
        return route.fulfill(**refusal)

    with serving(small) as server, watched(browser, server) as page:
        page.expected = ["503", "429"]
        page.add_init_script(f"({BANNER})()")
        page.route(re.compile(r"/what-if/part"), refuse)
        asked(page, server, "set=forcing.strikes=x5;from=2014-11")
        done(page, 6)
        assert len(refused) == 3 and page.evaluate("window.banners") == 0


@pytest.mark.thorough
def test_a_proxy_whose_server_is_away_is_not_taken_for_it(browser, apart, slowly):
    with ExitStack() as while_looking:
        with serving(apart) as server:
            proxy = while_looking.enter_context(behind(server, "/user/me/proxy/8014"))
            page = while_looking.enter_context(watched(browser, proxy.address))
            page.expected = ["502", "net::ERR_"]
            asked(page, proxy.address, "off=ethnic-strain;from=2015-01", members=12)
            says(page, "4 of 12 pairs so far")
        page.wait_for_selector("#away")
        says(page, "4 of 12 pairs so far, kept; waiting for the server")
        slowly.release(20)
        with serving(apart, int(server.rpartition(":")[2])):
            page.wait_for_selector("#away", state="detached")
            done(page, 12)


@pytest.mark.thorough
def test_a_job_that_the_server_knows_no_more_is_asked_again(browser, apart, slowly):
    small = replace(apart, limits=replace(apart.limits, listeners=0))
    forgotten = []

    def forget(route):
        if forgotten:
            return route.continue_()
        answer = route.fetch()
        body = answer.json()
        forgotten.extend(body["questions"])
        for question in body["questions"]:
            question |= {"state": "new", "asked": False}
        return route.fulfill(response=answer, json=body)

    with serving(small) as server, watched(browser, server) as page:
        page.expected = ["503"]
        page.add_init_script(f"({BANNER})()")
        page.route(re.compile(r"/what-if/part"), forget)
        asked(page, server, "set=forcing.strikes=x6;from=2014-11")
        slowly.release(20)
        done(page, 6)
        assert forgotten and page.evaluate("window.banners") == 0


def test_nothing_on_the_page_is_wider_than_a_phone(browser, server):
    with watched(browser, server, viewport={"width": 360, "height": 740}) as page:
        asked(page, server, "off=desertion;from=2014-10")
        done(page, 6)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        page.goto(f"{server}/what-if?draft=study=oil-gone")
        assert not page.evaluate(wide)
        assert json.loads(page.locator("#shared").text_content())["draftStudy"] == "oil-gone"


@pytest.mark.thorough
def test_composing_meanwhile_does_not_end_the_watching(browser, apart):
    """The address holds what is being composed, and changes while an answer is on its way."""
    small = replace(apart, limits=replace(apart.limits, listeners=0))
    on_its_way = []
    with serving(small) as server, watched(browser, server) as page:
        page.expected = ["503"]
        page.route("**/what-if/part**", lambda route: on_its_way.append(route), times=1)
        with page.expect_request("**/what-if/part**"):
            asked(page, server, "set=forcing.strikes=x7;from=2014-11")
        page.get_by_role("spinbutton", name="forcing.strikes, number").fill("2")
        page.wait_for_url("**&draft=**")
        on_its_way[0].continue_()
        done(page, 6)


@pytest.mark.thorough
def test_what_a_script_cannot_show_is_said_and_not_tried_for_ever(browser, apart):
    small = replace(apart, limits=replace(apart.limits, listeners=0))
    tried = []

    def spoilt(route):
        tried.append(route)
        route.fulfill(json={"questions": 7}, headers={"x-fissure": "page"})

    with serving(small) as server, watched(browser, server) as page:
        page.expected = ["503", "not iterable"]
        page.route("**/what-if/part**", spoilt)
        asked(page, server, "set=forcing.strikes=x8;from=2014-11")
        assert "could not show what came" in page.locator("[data-error]:not([hidden])").inner_text()
        assert "not iterable" in page.locator("#broken").inner_text()
        page.wait_for_timeout(2500)
        assert len(tried) == 1
        page.unroute("**/what-if/part**")
        page.get_by_role("button", name="Retry").click()
        done(page, 6)


@pytest.mark.thorough
def test_what_goes_wrong_in_the_server_is_said_and_not_asked_for_ever(browser, apart, monkeypatch):
    tried = []

    def wrong(*_):
        tried.append(1)
        raise ArithmeticError

    with serving(apart) as server, watched(browser, server) as page:
        page.expected = ["500", "net::ERR_"]
        with monkeypatch.context() as patch:
            patch.setattr(what_if, "_part", wrong)
            asked(page, server, "set=forcing.strikes=x9;from=2014-11")
            assert "went wrong inside Fissure" in page.locator("[data-error]:not([hidden])").inner_text()
            before = len(tried)
            page.wait_for_timeout(2500)  # a stream that ends is asked for again after half a second
            assert len(tried) == before
        page.get_by_role("button", name="Retry").click()
        done(page, 6)

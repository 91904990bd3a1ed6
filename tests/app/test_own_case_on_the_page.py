"""The page and its interface for programs, of a case of one's own in a folder: every view, and its runs alone."""

import contextlib
import shutil
import time

import pytest
from fastapi.testclient import TestClient
from tests.own_case import OBSERVATION, TITLE, written

from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.app.settings import Limits, Settings
from fissure.cases.loader import load_case
from fissure.engine import ensemble

NAME = "small_war"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The case, a copy that kept a packaged name, and a run of each."""
    home = tmp_path_factory.mktemp("own")
    for folder, name in (("mine", NAME), ("copy", "islamic_state")):
        ensemble.run(load_case(written(home / folder, name)), members=2, out=home / "runs" / f"of-{folder}")
    return home


def client(case, home, prepared):
    """Opens the page of a case as `fissure serve --case CASE` does."""
    limits = Limits(burst=100_000, rate=100_000.0)
    settings = Settings(case=str(case), folders=(home / "runs",), home=prepared, limits=limits)
    return TestClient(create_app(settings), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def page(home, tmp_path_factory):
    """The page of the case as it is, for all tests that change nothing."""
    with client(home / "mine", home, tmp_path_factory.mktemp("page")) as page:
        yield page


@pytest.fixture
def open_page(home, tmp_path):
    """Opens the page of another case."""
    with contextlib.ExitStack() as opened:
        yield lambda case: opened.enter_context(client(case, home, tmp_path / "page"))


def history(page, query=""):
    """The view History, once the run is read."""
    for _ in range(1200):
        found = page.get(f"/history{query}")
        assert found.status_code == 200, found.text
        if "data-reading=" not in found.text:
            return found.text
        time.sleep(0.05)
    pytest.fail("the run was not read")


def test_history_shows_the_run_with_the_title_of_the_case(page):
    text = history(page)
    assert TITLE in text and "of-mine" in text and "of-copy" not in text
    run = page.get("/api/runs/of-mine").json()
    assert run["view"] == "ready" and run["error"] == "" and run["case"] == NAME
    assert [one["name"] for one in page.get("/api/runs").json()] == ["of-mine"]
    assert [one["id"] for one in page.get("/api/runs/of-mine/observations").json()] == [OBSERVATION]
    assert page.get("/api/runs/of-mine/series/fighters").json()["weeks"][0] == "2001-01-01"
    assert page.get("/api/runs/of-mine/series").status_code == 200


def test_every_view_opens(page):
    for view in VIEWS:
        found = page.get(view.path)
        assert found.status_code == 200, (view, found.text)


def test_what_the_interface_tells_of_the_case(home, page):
    assert [one["name"] for one in page.get("/api/cases").json()] == ["islamic_state", NAME]
    body = page.get(f"/api/cases/{NAME}").json()
    assert (body["title"], body["districts"], body["posterior"]) == (TITLE, 2, None)
    assert body["digest"] == load_case(home / "mine").digest
    for part in ("mechanisms", "mechanisms/pay-gap", "parameters"):
        assert page.get(f"/api/cases/{NAME}/{part}").status_code == 200, part
    assert page.get("/api/cases/small_wa").json()["detail"].endswith(f"did you mean '{NAME}'?")
    for address in ("/api/ledger/claims/G-01a", f"/api/ledger/observations/{OBSERVATION}", f"/api/trace/{OBSERVATION}"):
        assert page.get(address).status_code == 200, address


@pytest.mark.thorough
def test_a_case_that_kept_a_packaged_name_is_itself(home, open_page):
    page = open_page(home / "copy")
    assert [one["name"] for one in page.get("/api/cases").json()] == ["islamic_state"]
    assert page.get("/api/cases/islamic_state").json()["title"] == TITLE
    assert "of-copy" in history(page) and [one["name"] for one in page.get("/api/runs").json()] == ["of-copy"]


def test_the_packaged_case_shows_none_of_their_runs(home, open_page):
    assert open_page("islamic_state").get("/api/runs").json() == []


@pytest.mark.thorough
def test_a_case_that_was_moved_shows_its_runs(home, open_page, tmp_path):
    moved = shutil.copytree(home / "mine", tmp_path / "moved")
    assert TITLE in history(open_page(moved))


@pytest.mark.thorough
def test_a_case_that_has_changed_is_shown_so_or_its_run_refused(home, open_page, tmp_path):
    case = shutil.copytree(home / "mine", tmp_path / "changing")
    ensemble.run(load_case(case), members=1, out=home / "runs" / "of-changing")
    try:
        path = case / "districts.csv"
        path.write_text(path.read_text().replace("the-state,50,", "the-state,55,", 1))
        text = history(open_page(case), "?run=of-changing")
        assert "changed since this run was made" in text
    finally:
        shutil.rmtree(home / "runs" / "of-changing")

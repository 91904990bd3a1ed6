"""A server with a small stored run, as a person would start it, and a browser that looks at it."""

from dataclasses import replace

import pytest
from browser import watched
from fastapi.testclient import TestClient
from serving import serving
from small_run import RUN, SMALL

from fissure.app.server import create_app
from fissure.app.settings import Limits, Settings
from fissure.cases.loader import load_case
from fissure.engine import ensemble


@pytest.fixture(scope="session")
def case():
    return load_case("islamic_state")


@pytest.fixture(scope="session")
def shelf(tmp_path_factory, case):
    """A folder with one stored run of eight members."""
    folder = tmp_path_factory.mktemp("runs")
    ensemble.run(case, members=8, seed=3, out=folder / RUN, **SMALL)
    return folder


@pytest.fixture(scope="session")
def settings(shelf, tmp_path_factory):
    """Those of the server that most tests share; nothing in them is too small for a busy test."""
    limits = Limits(burst=100_000, rate=100_000.0)
    return Settings(folders=(shelf,), home=tmp_path_factory.mktemp("home"), limits=limits, **SMALL)


@pytest.fixture(scope="session")
def server(settings, tmp_path_factory):
    """The address of the server that most tests share; what it measures lies apart from what `client` does.

    A folder that one of them writes to is refused to the other, as to any other process.
    """
    apart = replace(settings, folders=(tmp_path_factory.mktemp("asked"), *settings.folders))
    with serving(apart) as address:
        yield address


@pytest.fixture(scope="session")
def client(settings):
    """A client of one application for all tests, without a network between them; it meets errors as a browser would.

    Reading the case takes an application a second, so whoever changes nothing in it shares this one. What a test asks
    stays asked: it counts from what was there before.
    """
    with TestClient(create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def page(browser, server):
    """A page 1,280 pixels wide, light; see `browser.watched`."""
    with watched(browser, server) as page:
        yield page

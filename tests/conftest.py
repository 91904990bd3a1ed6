"""Settings for all tests: property tests have no deadline, and in CI they try the same examples every time.

Each test has a cache of its own, but what was compiled is shared in one session, by commands and workers too.
"""

import os
import shutil
import tempfile

import pytest
from hypothesis import settings

from tests.small_case import small

__all__ = ["small"]

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

COMPILED = "FISSURE_COMPILED"


def pytest_configure(config):
    if COMPILED not in os.environ:
        config.compiled = os.environ[COMPILED] = tempfile.mkdtemp(prefix="fissure-compiled-")


def pytest_unconfigure(config):
    if hasattr(config, "compiled"):  # whoever made it: workers found it there
        del os.environ[COMPILED]
        shutil.rmtree(config.compiled, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep what the tests make apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FISSURE_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("FISSURE_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a process: Playwright can be started once in a thread."""
    from playwright.sync_api import sync_playwright

    from tests.chromium import NO_BROWSER, launched

    with sync_playwright() as play:
        browser = launched(play)
        if browser is None:
            pytest.fail(NO_BROWSER, pytrace=False)
        yield browser
        browser.close()

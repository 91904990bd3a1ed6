"""Settings for all tests, and what is made once a machine: a Chromium, finished runs.

Property tests have no deadline, and in CI they try the same examples every time. Each test has a cache of its own; what
was compiled is kept between sessions, as compiling takes most of the time of a first one. It lies in the user's cache,
in a folder for each state of the model's code (`fissure.engine.programs`), of which the newest are kept.
"""

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from tests.own_case import written

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

COMPILED = "FISSURE_COMPILED"
KEPT, LARGEST = 3, 3_000_000_000
"""States of the code of which compiled programs are kept, and bytes of them."""
TOGETHER = {"app": "page", "browser": "page", "calibration": "fits"}
"""Fixtures and folders whose tests are run by one worker, and its name: one browser and one server for all of them."""


def pytest_configure(config):
    if COMPILED not in os.environ:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fissure-tests" / "compiled"
        pruned(cache)
        os.environ[COMPILED] = str(cache)  # workers find it there


def pruned(folder):
    """Remove all but the newest folders of compiled programs; where they have grown too large, all."""
    newest = sorted(folder.glob("jax-*"), key=lambda one: one.stat().st_mtime, reverse=True)
    size = sum(path.stat().st_size for one in newest[:KEPT] for path in one.rglob("*") if path.is_file())
    for old in newest[KEPT if size <= LARGEST else 0 :]:
        shutil.rmtree(old, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)  # before the groups become part of names
def pytest_collection_modifyitems(items):
    """Let one worker have all tests of a file, and one all that need the browser (`--dist loadgroup`)."""
    for item in items:
        folder, names = item.path.parent.name, item.fixturenames
        group = next((TOGETHER[one] for one in (folder, *names) if one in TOGETHER), item.path.name)
        item.add_marker(pytest.mark.xdist_group(group))


@contextmanager
def locked(path):
    """Nobody else is in here meanwhile, on this machine."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """`once(name, make)`: a folder that `make(folder)` fills once a session, whichever worker needs it first."""
    base = tmp_path_factory.getbasetemp()
    common = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once"
    common.mkdir(exist_ok=True)

    def once(name, make):
        folder, done = common / name, common / f"{name}.done"
        with locked(common / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The folder of a small case of one's own, of 40 weeks."""
    return written(tmp_path_factory.mktemp("small") / "small_war", weeks=40)


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

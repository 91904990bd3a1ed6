"""Waiting for what happens in another thread: no test is decided by how long that takes."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from fissure.app.desk import Desk
from fissure.app.mechanisms import look

GIVEN_UP = 600.0
"""Seconds after which it will not happen any more."""


def until(condition, why=lambda: "it did not come to that"):
    """What `condition` returns, once that is anything."""
    end = time.monotonic() + GIVEN_UP
    while not (found := condition()):
        assert time.monotonic() < end, why()
        time.sleep(0.005)
    return found


def ran(coroutine):
    """What `coroutine` returns, in a loop of its own; in the thread of the tests that of Playwright may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def atlas_of_desk(desk):
    """The causal picture of a server that runs, once it is made."""
    found = until(lambda: None if (now := look(desk)).waiting else now)
    assert found.value is not None, found.error
    return found.value


def atlas_of(settings):
    """The causal picture of a server with these settings, once it is made."""
    desk = Desk(settings)
    try:
        return atlas_of_desk(desk)
    finally:
        desk.worker.stop()

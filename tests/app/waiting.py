"""Waiting for what happens in another thread: no test is decided by how long that takes."""

import time

GIVEN_UP = 600.0
"""Seconds after which it will not happen any more."""


def until(condition, why=lambda: "it did not come to that"):
    """What `condition` returns, once that is anything."""
    end = time.monotonic() + GIVEN_UP
    while not (found := condition()):
        assert time.monotonic() < end, why()
        time.sleep(0.005)
    return found

"""Server-sent events of something that changes: its state at once, then at each change, until it has ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse

from fissure.app.desk import Desk
from fissure.app.jobs import Busy

STEP = 0.1
"""Seconds between two looks."""
BEAT = 5.0
"""Seconds of silence after which a comment says that the server is there."""
LONGEST = 20.0
"""Seconds after which a stream ends and the browser asks for the next, so that none outlives who listens."""
RETRY = 500
"""Milliseconds after which a browser asks again."""

Snapshot = Callable[[], tuple[int, bool, str] | None]
"""Version, whether it has ended, JSON; None where it is known no more."""


class Stream(StreamingResponse):
    """An event stream."""

    media_type = "text/event-stream"


def stream(desk: Desk, snapshot: Snapshot) -> Stream:
    """The events of `snapshot`. Raises `Busy` where too many streams are open."""
    most = desk.settings.limits.listeners
    if desk.listening >= most:
        raise Busy(f"{most} streams are open already; close another window of this page, or ask /api/jobs now and then")
    return Stream(_events(desk, snapshot), headers={"x-accel-buffering": "no"})


async def _events(desk: Desk, snapshot: Snapshot) -> AsyncIterator[str]:
    desk.listening += 1
    try:
        yield f"retry: {RETRY}\n\n"
        seen, began = -1, time.monotonic()
        spoke = began
        while (now := time.monotonic()) - began < LONGEST and not desk.closing.is_set():
            found = snapshot()
            if found is None:
                yield "event: end\ndata: null\n\n"
                return
            version, ended, text = found
            if version != seen:
                seen, spoke = version, now
                yield f"id: {version}\nevent: job\ndata: {text}\n\n"
            elif now - spoke >= BEAT:
                spoke = now
                yield ": still here\n\n"
            if ended:
                yield f"event: end\ndata: {text}\n\n"
                return
            await asyncio.sleep(STEP)
    finally:
        desk.listening -= 1

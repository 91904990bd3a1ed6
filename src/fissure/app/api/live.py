"""Server-sent events of something that changes: its state at once, then at each change, until it has ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from fissure.app.desk import Desk

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
    """An event stream, one of those that `desk` has open from the first byte until it ends or the client has left.

    Where too many are open it is refused as any request is, so that a page can tell that from a server that is away.
    """

    media_type = "text/event-stream"

    def __init__(self, desk: Desk, events: AsyncIterator[str], status_code: int = 200) -> None:
        super().__init__(events, status_code, headers={"x-accel-buffering": "no"})
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        most = self._desk.settings.limits.listeners
        if self._desk.listening >= most:
            refused = f"{most} streams are open already; ask how far it is now and then, without one (GET /api/jobs)"
            answer = JSONResponse({"detail": refused}, 503, {"retry-after": "5"})
            await answer(scope, receive, send)
            return
        self._desk.listening += 1  # nothing else runs between the question and this
        try:
            # by its version of ASGI a server may leave it to us to notice that the client has left
            await super().__call__({**scope, "asgi": {**scope.get("asgi", {}), "spec_version": "2.3"}}, receive, send)
        finally:
            self._desk.listening -= 1


def stream(desk: Desk, snapshot: Snapshot) -> Stream:
    """The events of `snapshot`."""
    return Stream(desk, _events(desk, snapshot))


async def _events(desk: Desk, snapshot: Snapshot) -> AsyncIterator[str]:
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

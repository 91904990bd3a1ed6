"""Server-sent events of something that changes: its state at once, then at each change, until it has ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from fastapi import HTTPException
from fastapi.sse import ServerSentEvent

from fissure.app.desk import Desk
from fissure.app.pages import AtDesk

T = TypeVar("T")
STEP = 0.1
"""Seconds between two looks."""
LONGEST = 20.0
"""Seconds after which a stream ends and the browser asks for the next, so that none outlives who listens."""
BEGIN = ServerSentEvent(retry=500)
"""The first event of a stream: after how many milliseconds a browser asks again."""


async def listening(desk: AtDesk) -> AsyncIterator[None]:
    """Counts a stream as open until it ends or the client has left.

    Where too many are open it is refused as any request is, so that a page can tell that from a server that is away.
    """
    most = desk.settings.limits.listeners
    if desk.listening >= most:
        refused = f"{most} streams are open already; ask how far it is now and then, without one (GET /api/jobs)"
        raise HTTPException(503, refused, {"retry-after": "5"})
    desk.listening += 1  # nothing else runs between the question and this
    try:
        yield
    finally:
        desk.listening -= 1


async def changes(desk: Desk, look: Callable[[], T]) -> AsyncIterator[T]:
    """What `look` sees, at once and whenever that is another, as long as a stream may be open."""
    seen: list[T] = []
    began = time.monotonic()
    while time.monotonic() - began < LONGEST and not desk.closing.is_set():
        found = look()
        if seen != [found]:
            seen = [found]
            yield found
        await asyncio.sleep(STEP)

"""Serving the page until somebody stops it; then stopping at the next step, never hanging."""

import contextlib
import contextvars
import logging
import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.concurrency import run_in_threadpool

from fissure.app.desk import Desk
from fissure.app.server import create_app
from fissure.app.settings import Settings

PATIENCE = 20.0
"""Seconds that a job is given to come to its next step."""
STREAMS = 2
"""Seconds that answers under way, and streams that never end, are given."""


class Server(uvicorn.Server):
    """Stops its jobs before its connections, so that an open page is told; a second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, desk: Desk, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._desk, self._stopping = desk, stopping
        self.signal = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Meanwhile Ctrl-C and SIGTERM stop it; uvicorn's own would raise them again at the end."""
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            os._exit(130)
        self.signal, self.should_exit = number, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Jobs first; then connections, of which those that stream are cut."""
        self._stopping()
        self._desk.closing.set()
        self._desk.patience = STREAMS / 4  # whoever called `serve` leaves the process at once
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it would print a traceback for each cut stream
        await run_in_threadpool(self._desk.jobs.stop, PATIENCE)
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    listening: socket.socket,
    *,
    opened: str | None = None,
    stopping: Callable[[], None] = lambda: None,
) -> int:
    """Serve on `listening` until SIGINT or SIGTERM, and return which it was.

    Args:
        settings: what the server was started with.
        listening: see `fissure.app.binding.listen`.
        opened: an address to open in a browser.
        stopping: called when stopping begins.
    """
    app = create_app(settings)
    config = uvicorn.Config(
        app, http="h11", ws="none", loop="asyncio", lifespan="on", log_level="error", access_log=False,
        proxy_headers=False,  # whoever asks could give any address as theirs
        server_header=False, limit_concurrency=settings.limits.connections, timeout_graceful_shutdown=STREAMS,
    )  # fmt: skip
    server = Server(config, app.state.desk, stopping)
    if opened is not None:
        threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()
    # In a context of its own: what is kept must not name this command, and its token, as what made it.
    contextvars.Context().run(server.run, [listening])
    return server.signal

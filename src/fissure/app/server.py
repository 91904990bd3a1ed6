"""The application, what is said when something is wrong, and serving it until somebody stops it."""

import contextlib
import contextvars
import logging
import os
import signal
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from types import FrameType

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match

from fissure.app import attribution, evidence, history, pages
from fissure.app import mechanisms as cracks
from fissure.app import what_if as whatif
from fissure.app.api import cases, ledger, runs, studies
from fissure.app.desk import Desk
from fissure.app.jobs import BusyError
from fissure.app.middleware import HEADERS, Guard, without_slash
from fissure.app.pages import page
from fissure.app.run_view import prepare_newest
from fissure.app.schemas import EVERYWHERE
from fissure.app.settings import Settings
from fissure.errors import FissureError
from fissure.version import __version__

ABOUT = (
    "What a Fissure server on this machine knows and does: cases, evidence, stored runs, and what-ifs. "
    "All numbers are simulated aggregates of a historical case; quote them with their intervals."
)
PATIENCE = 20.0
"""Seconds that a job is given to come to its next step."""
STREAMS = 2
"""Seconds that answers under way, and streams that never end, are given."""
LONGEST = 1000
"""Characters of a sentence; what was asked may be part of it."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of a server that is started with `settings`."""
    settings = settings or Settings()
    desk = Desk(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        desk.worker.submit("newest", lambda: prepare_newest(desk))
        desk.worker.submit("mechanisms", lambda: cracks.warm(desk), spare=True)
        if settings.warm:
            desk.studio.warm()
        yield
        desk.closing.set()
        await run_in_threadpool(desk.jobs.stop, desk.patience)
        await run_in_threadpool(desk.worker.stop, desk.patience)

    app = FastAPI(
        title="Fissure", version=__version__, description=ABOUT, lifespan=lifespan,
        openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, responses=EVERYWHERE,
        servers=[{"url": ".."}], redirect_slashes=False,  # relative to the description; theirs would name a host
    )  # fmt: skip
    app.state.desk = desk
    app.add_middleware(Guard, settings=settings)
    for part in (pages, history, cracks, attribution, whatif, evidence, cases, ledger, runs, studies):
        app.include_router(part.router)
    app.include_router(studies.of_jobs)
    app.add_exception_handler(FissureError, _mendable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
    return app


def _said(request: Request, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """One sentence: as JSON under ``/api`` and for who asks for it, else as a page, or as text where that fails."""
    text = text[:LONGEST].encode("utf-8", "replace").decode()  # half a surrogate pair of theirs cannot be sent
    asked = request.headers.get("accept", "").startswith("application/json")
    if asked or request.scope["path"].startswith(("/api/", "/static/")):
        return JSONResponse({"detail": text}, status, headers)
    try:
        answer: Response = page(request, "said", status=status, text=text)
    except Exception:
        logging.getLogger(__name__).exception("the page that says so could not be made: %s", text)
        answer = PlainTextResponse(f"Fissure: {text}\n", status)
    answer.headers.update(headers or {})
    return answer


def _mendable(request: Request, error: Exception) -> Response:
    if isinstance(error, BusyError):
        return _said(request, 503, str(error), {"retry-after": "10"})
    return _said(request, 422, str(error))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])[:100] or "the request"
    return _said(request, 422, f"{where}: {first['msg'][:300]}")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and (led := without_slash(request.scope)) and _is_there(request):
        return RedirectResponse(led, 307)
    said = {404: "there is nothing at this address", 405: "this address cannot be asked in that way"}
    own = error.detail not in ("Not Found", "Method Not Allowed")
    text = error.detail if own else said.get(error.status_code, error.detail)
    return _said(request, error.status_code, text, error.headers)


def _is_there(request: Request) -> bool:
    """True where there is something at the address without the slashes at its end."""
    bare = {**request.scope, "path": request.scope["path"].rstrip("/")}
    return any(route.matches(bare)[0] is Match.FULL for route in request.app.routes)


def _unforeseen(request: Request, error: Exception) -> Response:
    text = "something went wrong inside Fissure; the terminal in which it runs says what"
    headers = {**HEADERS, "cache-control": "no-store"}  # this answer does not pass through the guard
    return _said(request, 500, text, headers)


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
        listening: see `fissure.app.settings.listen`.
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

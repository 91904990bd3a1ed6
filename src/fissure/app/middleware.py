"""The guard between the network and the page: who may ask, how much, how often, and what a browser may do with it.

Without a token the server listens on loopback, and the name by which it is called must be one of loopback's, or of a
proxy that it was started with: a page elsewhere cannot reach it through a name of its own (DNS rebinding). With one,
every request must show it. What another site makes a browser ask is refused, but for a link that a person follows. What
a proxy adds to a request (`X-Forwarded-Host` and the like) opens nothing, since anybody could add it. (Starlette's own
check of the host knows names alone: neither all addresses of loopback, nor a sentence that says what to do.)

A proxy of JupyterHub, Open OnDemand or code-server shows the page below a prefix such as ``/user/me/proxy/8014``. Most
take the prefix away before they ask the server; then nothing need be known of it, because every link, script, request
and redirect of the page is relative. Some leave it: then the server is started with it (`Settings.root_path`) and takes
it away itself. What a request says of its own prefix (`X-Forwarded-Prefix`) is not heeded: anybody could say it.
"""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fissure.app import auth
from fissure.app.auth import Places, discreet, is_near
from fissure.app.settings import Limits, Settings, is_loopback

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-fissure": "page",  # tells our answers from those of a proxy whose server is away
}
DEEPEST = 16
"""The depth to which lists and objects may lie in one another in what is sent; what the page sends is three deep."""
CLIENTS = 1024
"""Addresses whose rate is remembered."""
_OTHER_NAME = (
    "the page answers only to names of this machine, such as 127.0.0.1 and localhost; behind a proxy start it with "
    "--allow-host and the name that the browser asks for"
)


class Guard:
    """Pure ASGI, so that streams pass through it unbuffered."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._places = Places(settings)
        self._rates = Rates(settings.limits.burst, settings.limits.rate)
        self._cookie = f"fissure-{settings.port}"  # a browser sends a host's cookies to all its ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused; pass on the rest, its body read, and our headers on the answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks WebSocket
            await send({"type": "websocket.close", "code": 1008})
            return
        answered = _headed(send, only_head=scope["method"] == "HEAD")
        scope = below(scope, self._settings.root_path)
        if not (is_near(scope, self._settings) or scope["path"].startswith("/static/")):
            answered = discreet(answered, self._places)
        try:
            if opened := self._checked(scope):
                await opened(scope, receive, answered)
                return
            sent = await self._sent(scope, receive)
        except HTTPException as error:
            await _said(scope, error)(scope, receive, answered)
            return
        if not scope["path"]:  # the prefix itself, without the slash that relative links need
            last = self._settings.root_path.rpartition("/")[2]  # relative to the prefix
            await RedirectResponse(f"./{last}/{_query(scope)}", 307)(scope, receive, answered)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        # by its version of ASGI a server may leave it to us to notice that who listens to a stream has left
        scope = {**scope, "asgi": {**scope.get("asgi", {}), "spec_version": "2.3"}}
        await self._app(scope, sent, answered)

    def _checked(self, scope: Scope) -> Response | None:
        """The answer that keeps a token which is shown, if one is. Raises `HTTPException` for what is refused."""
        headers, settings = Headers(scope=scope), self._settings
        if not self._rates.allow((scope.get("client") or ("",))[0]):
            raise HTTPException(429, "too many requests; wait a second", {"retry-after": "1"})
        _require_small(scope, headers, settings.limits)
        name, token = auth.called(headers), settings.token
        if name is None:
            raise HTTPException(400, "the request does not say which host it asks")
        if token is None and not (is_loopback(name) or name.lower() in settings.hosts):
            raise HTTPException(403, _OTHER_NAME)
        if not auth.is_welcome(scope["method"], headers, settings.hosts):
            raise HTTPException(403, "only the page itself may ask this, not another site")
        # anything else than JSON is what a form of another site can send without asking first
        if auth.has_body(headers) and not auth.is_json(headers):
            raise HTTPException(415, "what is sent must be JSON: content-type: application/json")
        if token is None:
            return None
        shown = auth.shown_token(scope)
        if shown is not None and auth.is_same(shown, token):
            answer = RedirectResponse(auth.without_token(scope), 303)
            # Without a path of ours the browser keeps it to the folder of what it asked: behind a proxy that gives each
            # user a prefix, "/" would hand the token to every other user's server.
            path = settings.root_path or None
            answer.set_cookie(self._cookie, token, httponly=True, samesite="strict", path=path)
            return answer
        if auth.has_token(headers, self._cookie, token):
            return None
        text = "this page asks for the token that was printed when the server started: open the address printed there"
        raise HTTPException(401, text, {"www-authenticate": "Bearer"})

    async def _sent(self, scope: Scope, receive: Receive) -> Receive:
        """The body as the application may read it, in place of `receive`. Raises `HTTPException` for a wrong one."""
        limits = self._settings.limits
        if not auth.has_body(Headers(scope=scope)):
            return receive
        try:
            async with asyncio.timeout(limits.patience):
                body = await _body(scope, receive, limits.body)
        except TimeoutError:
            raise HTTPException(408, "what is sent came too slowly", {"connection": "close"}) from None
        if fault := _fault(body):
            raise HTTPException(400, fault)
        return _again(body, receive)


def _headed(send: Send, *, only_head: bool) -> Send:
    """`send` with our headers, and without the body where only the head was asked for."""
    ended = False

    async def headed(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        elif only_head:
            if ended:
                return
            ended, message = True, {"type": "http.response.body", "body": b""}
        await send(message)

    return headed


def _require_small(scope: Scope, headers: Headers, limits: Limits) -> None:
    path, query = scope.get("raw_path") or scope["path"].encode("utf-8", "replace"), scope["query_string"]
    if len(path) + len(query) > limits.address:
        raise HTTPException(414, f"the address is longer than {limits.address:,} bytes")
    if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
        raise HTTPException(400, "the address holds a null character")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.headers:
        raise HTTPException(431, f"the headers of the request are larger than {limits.headers:,} bytes")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise HTTPException(400, "the length of the request is no number")
    if len(length) > 18 or int(length) > limits.body:
        raise HTTPException(413, f"the request is larger than {limits.body:,} bytes")


def _said(scope: Scope, refused: HTTPException) -> Response:
    """One sentence: as JSON under ``/api``, else as text."""
    status, text, headers = refused.status_code, refused.detail, refused.headers
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": text}, status, headers)
    return PlainTextResponse(f"Fissure: {text}.\n", status, headers)


# How often one address may ask


class Rates:
    """A bucket for each address: `burst` requests at once, `rate` a second on the whole."""

    def __init__(self, burst: int, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate, self._clock = float(burst), rate, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, client: str) -> bool:
        """True where `client` may ask now; the addresses that have not asked for longest are forgotten."""
        now = self._clock()
        left, then = self._left.pop(client, (self._burst, now))
        left = min(left + (now - then) * self._rate, self._burst)
        self._left[client] = (left - 1.0 if left >= 1.0 else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return left >= 1.0


# What is sent: read whole before anything is done with it, small, and JSON that can be written again


async def _body(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body of a request, empty where the client has left. Raises `HTTPException` beyond `most` bytes."""
    body = bytearray()
    with suppress(ClientDisconnect):
        async for part in Request(scope, receive).stream():
            body += part
            if len(body) > most:  # its length was not announced
                raise HTTPException(413, f"the request is larger than {most:,} bytes", {"connection": "close"})
        return bytes(body)
    return b""


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for who comes after `_body`: the body at once, then what else the client does."""
    given = False

    async def after() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return after


def _fault(body: bytes) -> str | None:
    """Why `body` is no JSON that can be worked with; None where it is.

    NaN, infinities and halves of surrogate pairs pass Python's own parser, and could not be written again; a number
    of thousands of digits, or thousands of brackets, would end in an error of its own.
    """
    if not body:
        return None
    try:
        found = json.loads(body, parse_constant=int)  # which takes no NaN and no infinity
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        return "what is sent must be JSON in UTF-8, without halves of surrogate pairs"
    except (ValueError, RecursionError):
        return "what is sent must be JSON"
    if _depth(found) > DEEPEST:
        return f"what is sent may be {DEEPEST} lists or objects deep, no more"
    return None


def _depth(found: Any) -> int:
    depth, inside = 0, [found]
    while inside := [one for one in inside if isinstance(one, dict | list)]:
        depth += 1
        inside = [part for one in inside for part in (one.values() if isinstance(one, dict) else one)]
    return depth


# Where the page lies behind a proxy


def up(scope: Scope) -> str:
    """The way from the address that was asked to the top of the page: ``./`` from a view, ``../`` from below one."""
    return "../" * (_asked(scope).count("/") - 1) or "./"


def below(scope: Scope, root: str) -> Scope:
    """`scope` as it is without the prefix `root`, if its path has it; an empty path where it is nothing else."""
    prefix, path = unquote(root), scope["path"]
    if not root or not (path == prefix or path.startswith(f"{prefix}/")):
        return scope
    raw = "/".join(["", *_asked(scope).split("/")[root.count("/") + 1 :]])
    return {**scope, "path": path[len(prefix) :], "raw_path": raw.encode("latin-1")}


def without_slash(scope: Scope) -> str | None:
    """The way from an address with slashes at its end to that without, relative to it; None where it has none."""
    path = _asked(scope)
    bare = path.rstrip("/")
    if bare == path or not bare:
        return None
    return "../" * (len(path) - len(bare)) + bare.rpartition("/")[2] + _query(scope)


def _asked(scope: Scope) -> str:
    """The path as it stands in the browser, where ``%2F`` is no slash."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _query(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"?{query}" if query else ""

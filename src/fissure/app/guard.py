"""What stands between the network and the page: who may ask, how much, how often, and what a browser may do with it.

Without a token the server listens on loopback, and the name by which it is called must be one of loopback's, or of a
proxy that it was started with: a page elsewhere cannot reach it through a name of its own (DNS rebinding). With one,
every request must show it. What another site makes a browser ask is refused, but for a link that a person follows. What
a proxy adds to a request (`X-Forwarded-Host` and the like) opens nothing, since anybody could add it.
"""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fissure.app import bodies, who
from fissure.app.discreet import Places, discreet, is_near
from fissure.app.prefix import below, with_slash
from fissure.app.rates import Rates
from fissure.app.settings import Settings, is_loopback

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
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
        sent = self._refused(scope) or await self._sent(scope, receive)
        if isinstance(sent, Response):
            await sent(scope, receive, answered)
            return
        if not scope["path"]:  # the prefix itself, without the slash that relative links need
            await RedirectResponse(with_slash(self._settings.root_path, scope), 307)(scope, receive, answered)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        # by its version of ASGI a server may leave it to us to notice that who listens to a stream has left
        scope = {**scope, "asgi": {**scope.get("asgi", {}), "spec_version": "2.3"}}
        await self._app(scope, sent, answered)

    def _refused(self, scope: Scope) -> Response | None:
        headers, limits = Headers(scope=scope), self._settings.limits
        if not self._rates.allow((scope.get("client") or ("",))[0]):
            return _said(scope, 429, "too many requests; wait a second", {"retry-after": "1"})
        return (
            _too_large(scope, headers, limits.address, limits.headers, limits.body)
            or self._called_wrongly(scope, headers)
            or self._asked_for_token(scope, headers)
        )

    def _called_wrongly(self, scope: Scope, headers: Headers) -> Response | None:
        name = who.called(headers)
        if name is None:
            return _said(scope, 400, "the request does not say which host it asks")
        if self._settings.token is None and not (is_loopback(name) or name.lower() in self._settings.hosts):
            return _said(scope, 403, _OTHER_NAME)
        if not who.is_welcome(scope["method"], headers, self._settings.hosts):
            return _said(scope, 403, "only the page itself may ask this, not another site")
        if not who.is_json_or_nothing(headers):  # what a form of another site can send without asking first
            return _said(scope, 415, "what is sent must be JSON: content-type: application/json")
        return None

    def _asked_for_token(self, scope: Scope, headers: Headers) -> Response | None:
        token = self._settings.token
        if token is None:
            return None
        shown = who.shown_token(scope)
        if shown is not None and who.is_same(shown, token):
            answer = RedirectResponse(who.without_token(scope), 303)
            # Without a path of ours the browser keeps it to the folder of what it asked: behind a proxy that gives each
            # user a prefix, "/" would hand the token to every other user's server.
            path = self._settings.root_path or None
            answer.set_cookie(self._cookie, token, httponly=True, samesite="strict", path=path)
            return answer
        if who.has_token(headers, self._cookie, token):
            return None
        text = "this page asks for the token that was printed when the server started: open the address printed there"
        return _said(scope, 401, text, {"www-authenticate": "Bearer"})

    async def _sent(self, scope: Scope, receive: Receive) -> Receive | Response:
        """What the application may read in place of `receive`, or why what is sent is refused."""
        limits, announced = self._settings.limits, Headers(scope=scope)
        if announced.get("content-length", "0").strip("0") == "" and "transfer-encoding" not in announced:
            return receive
        try:
            async with asyncio.timeout(limits.patience):
                body = await bodies.read(receive, limits.body)
        except bodies.TooLarge:  # its length was not announced
            return _said(scope, 413, _size(limits.body), {"connection": "close"})
        except TimeoutError:
            return _said(scope, 408, "what is sent came too slowly", {"connection": "close"})
        fault = bodies.fault(body)
        return _said(scope, 400, fault) if fault else bodies.again(body, receive)


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


def _too_large(scope: Scope, headers: Headers, address: int, head: int, body: int) -> Response | None:
    path, query = scope.get("raw_path") or scope["path"].encode("utf-8", "replace"), scope["query_string"]
    if len(path) + len(query) > address:
        return _said(scope, 414, f"the address is longer than {address:,} bytes")
    if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
        return _said(scope, 400, "the address holds a null character")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > head:
        return _said(scope, 431, f"the headers of the request are larger than {head:,} bytes")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return _said(scope, 400, "the length of the request is no number")
    if len(length) > 18 or int(length) > body:
        return _said(scope, 413, _size(body))
    return None


def _size(most: int) -> str:
    return f"the request is larger than {most:,} bytes"


def _said(scope: Scope, status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """One sentence: as JSON under ``/api``, else as text."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": text}, status, headers)
    return PlainTextResponse(f"Fissure: {text}.\n", status, headers)

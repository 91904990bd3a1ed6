"""What stands between the network and the page: who may ask, how much, how often, and what a browser may do with it.

On loopback the name by which the server is called must be one of loopback's: a page elsewhere cannot reach it through
a name of its own (DNS rebinding). Elsewhere every request must show the token. A request that changes anything must
come from the page itself.
"""

import hmac
import time
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fissure.app.settings import LOOPBACK, Settings

COOKIE = "fissure"
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
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SAFE = ("GET", "HEAD", "OPTIONS")
CLIENTS = 1024
"""Addresses whose rate is remembered."""


class Guard:
    """Pure ASGI, so that streams pass through it unbuffered."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._rates: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused; pass on the rest, with a bounded body and our headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, headed)
            return
        await self._app(scope, self._bounded(receive), headed)

    def _refused(self, scope: Scope) -> Response | None:
        headers, limits = Headers(scope=scope), self._settings.limits
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.address:
            return _said(414, f"the address is longer than {limits.address:,} bytes")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limits.body:
            return _said(413, f"the request is larger than {limits.body:,} bytes")
        if not self._within_rate((scope.get("client") or ("",))[0]):
            return _said(429, "too many requests; wait a second", {"retry-after": "1"})
        if self._settings.loopback and _hostname(headers.get("host", "")) not in LOOPBACK:
            return _said(403, "the page answers only to names of this machine, such as 127.0.0.1 and localhost")
        if scope["method"] not in SAFE and not _own(headers):
            return _said(403, "only the page itself may change anything")
        return self._asked_for_token(scope, headers)

    def _asked_for_token(self, scope: Scope, headers: Headers) -> Response | None:
        token = self._settings.token
        if token is None:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        for name, value in query:
            if name == "token" and _same(value, token):  # shown once in the address, then kept in a cookie
                rest = urlencode([one for one in query if one[0] != "token"])
                path = "/" + scope["path"].lstrip("/")
                answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
                answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
                return answer
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _same(bearer, token) or _same(_cookie(headers.get("cookie", "")), token):
            return None
        return _said(401, "this page asks for the token that was printed when the server started")

    def _within_rate(self, client: str) -> bool:
        """A bucket of tokens for each address; the ones not seen for longest are forgotten."""
        limits, now = self._settings.limits, time.monotonic()
        left, then = self._rates.pop(client, (float(limits.burst), now))
        left = min(left + (now - then) * limits.rate, float(limits.burst))
        self._rates[client] = (max(left - 1.0, 0.0), now)
        if len(self._rates) > CLIENTS:
            self._rates.popitem(last=False)
        return left >= 1.0

    def _bounded(self, receive: Receive) -> Receive:
        most, seen = self._settings.limits.body, 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:  # no length was announced: end it here
                    return {"type": "http.disconnect"}
            return message

        return bounded


def _said(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"Fissure: {text}.\n", status, headers)


def _same(shown: str, token: str) -> bool:
    return hmac.compare_digest(shown.encode(), token.encode())


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _own(headers: Headers) -> bool:
    """Whether a request comes from the page, or from a program that is no browser."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")

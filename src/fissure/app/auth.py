"""Access: by which name and with which token one asks, and what a reader elsewhere is not told.

Commands, errors and exports name folders. Who sits before this machine can use them; for anybody else they are of no
use, and tell of its user. So whatever is sent to a reader elsewhere leaves out of every path all but its last part:
``--out /home/me/runs/seed-1`` becomes ``--out seed-1``, which still makes the same numbers.
"""

import hmac
import html
import json
import os
import re
import shlex
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import Message, Scope, Send

from fissure.app.settings import Settings, is_loopback

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
READING = ("GET", "HEAD", "OPTIONS")
PASSED_ON = ("forwarded", "via", "x-real-ip", "x-proxycontextpath")
"""Headers that a proxy adds, besides those that begin with ``x-forwarded-``."""
READ = ("text/", "application/json")
"""Kinds of answers in which a path may stand."""
EVENTS = "text/event-stream"
_REST = r"(?:(?:/|%2F|\\\\?)[^\s\"'<>&,;:()\[\]{}|]*)?"
_PART = re.compile(r"/|%2F|\\+", re.IGNORECASE)


def called(headers: Headers) -> str | None:
    """The name or address by which the server is called, without its port; None where it is none."""
    host = headers.get("host", "")
    return (urlsplit(f"//{host}").hostname or None) if _HOST.fullmatch(host) else None


def is_welcome(method: str, headers: Headers, hosts: Collection[str] = ()) -> bool:
    """True where a browser asks on behalf of the page, or of the person who sits before it.

    Another site may lead a person here by a link and no more: it may not send anything, nor take anything into a page
    of its own, nor make the server work behind a picture. A program that is no browser says nothing of where it comes
    from and is not meant here. Where a proxy has put its own name in the place of that which the browser called, the
    browser's word that the page itself asks is enough, or an origin that is one of `hosts`.
    """
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return method in ("GET", "HEAD") and followed
    origin = headers.get("origin")
    if origin is None or method in READING or headers.get("sec-fetch-site") == "same-origin":
        return True
    place = _place(origin)
    return bool(place) and (place == headers.get("host", "").lower() or urlsplit(f"//{place}").hostname in hosts)


def has_body(headers: Headers) -> bool:
    """True where a request says that it has a body."""
    return headers.get("content-length", "0").strip("0") != "" or "transfer-encoding" in headers


def is_json(headers: Headers) -> bool:
    """True where the body of a request is said to be JSON."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def shown_token(scope: Scope) -> str | None:
    """The token in the address of a page that is opened; it is there once, and kept in a cookie then."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    return next((value for name, value in _query(scope) if name == "token"), None)


def without_token(scope: Scope) -> str:
    """The address that was asked for, without the token: relative to itself, so that it leads to no other server."""
    rest = urlencode([one for one in _query(scope) if one[0] != "token"])
    last = "./" + quote(scope["path"].rpartition("/")[2], safe="")
    return f"{last}?{rest}" if rest else last


def has_token(headers: Headers, cookie: str, token: str) -> bool:
    """True where a request shows `token`: as a bearer's, or in the cookie of that name."""
    kind, _, shown = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and is_same(shown.strip(), token):
        return True
    return is_same(cookie_parser(headers.get("cookie", "")).get(cookie, ""), token)


def is_same(shown: str, token: str) -> bool:
    """True where both are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode())


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _place(origin: str) -> str:
    """Host and port of a web address; empty for anything else."""
    with suppress(ValueError):
        parts = urlsplit(origin)
        return parts.netloc.lower() if parts.scheme in ("http", "https") else ""
    return ""


# What a reader elsewhere is not told


def is_near(scope: Scope, settings: Settings) -> bool:
    """True where a person before this machine asks, as far as a request tells; behind a proxy nobody does."""
    headers = Headers(scope=scope)
    if settings.root_path or settings.hosts or not is_loopback(called(headers) or ""):
        return False
    if any(name in PASSED_ON or name.startswith("x-forwarded-") for name in headers):
        return False
    return settings.loopback or is_loopback((scope.get("client") or ("",))[0])


class Places:
    """The folders of this machine that a server may speak of."""

    def __init__(self, settings: Settings) -> None:
        own = [settings.home, *settings.folders, settings.case, "runs", ".", "~", Path(__file__).parents[2]]
        found: set[str] = set()
        for one in (*own, sys.prefix, sys.base_prefix):
            with suppress(OSError):  # the folder in which the server was started may be gone
                path = Path(os.path.expanduser(str(one)))  # noqa: PTH111  Path's own fails for a user without a home
                found |= {str(path.absolute()), str(path.resolve())}
        said = {way for path in found if len(Path(path).parts) > 1 for way in _written(path)}
        self._said = sorted(said, key=len, reverse=True)
        tops = _tops()
        # whatever else is there: a run may say with which command it was made in another folder
        self._others = re.compile(rf"/(?:{'|'.join(map(re.escape, tops))})(?:/[\w.+@%=~-]+)+") if tops else None

    def hidden(self, text: str) -> str:
        """`text` with the last part of each path in place of the path."""
        here = [one for one in self._said if one in text]
        if here:
            text = re.sub(rf"(?:{'|'.join(map(re.escape, here))}){_REST}", _last, text)
        return self._others.sub(_last, text) if self._others else text

    def hidden_in(self, body: bytes) -> bytes:
        """The same of bytes, of which some may be no text."""
        return self.hidden(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def discreet(send: Send, places: Places) -> Send:
    """`send` without paths; whole answers are held back until their end, events go out one by one."""
    start: Message = {}
    kind, body = "", bytearray()

    async def hiding(message: Message) -> None:
        nonlocal start, kind
        begins = message["type"] == "http.response.start"
        if begins:
            start, kind = message, Headers(raw=message["headers"]).get("content-type", "")
        if kind.startswith(EVENTS) and not begins:  # each part is an event, and whole
            await send({**message, "body": places.hidden_in(message.get("body", b""))})
        elif kind.startswith(EVENTS) or not kind.startswith(READ):
            await send(message)
        elif not begins:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                sent = await run_in_threadpool(places.hidden_in, bytes(body))
                headers = MutableHeaders(raw=start["headers"])
                headers["content-length"] = str(len(sent))
                await send({**start, "headers": headers.raw})
                await send({"type": "http.response.body", "body": sent})

    return hiding


def _written(path: str) -> Iterable[str]:
    """The ways in which a path may stand in a page, in a command, in JSON and in an address."""
    shell = shlex.quote(path)
    ways = {path, shell[1:-1] if shell != path else path}
    escaped = {html.escape(way) for way in ways}
    ways |= escaped | {way.replace("&#x27;", "&#39;").replace("&quot;", "&#34;") for way in escaped}
    ways |= {json.dumps(way, ensure_ascii=ascii)[1:-1] for way in tuple(ways) for ascii in (True, False)}
    return ways | {quote(path), quote(path, safe=""), quote_plus(path)}


def _tops() -> list[str]:
    """The folders at the root of the file system, but for names that are addresses of the page."""
    if os.name == "nt":
        return []
    own = {"api", "static", "history", "cracks", "why", "what-if", "evidence"}
    try:
        return sorted(one.name for one in os.scandir("/") if one.name not in own and one.is_dir())
    except OSError:
        return []


def _last(found: re.Match[str]) -> str:
    """The last part of a path that was found, where it begins there and is no part of a longer address."""
    before = found.string[max(found.start() - 8, 0) : found.start()]
    inside = before.endswith(("/", ".", "_", "-", "~")) or before[-1:].isalnum()
    if inside and not before.endswith("file://"):
        return found[0]
    parts = [part for part in _PART.split(found[0]) if part]
    return parts[-1] if parts else found[0]

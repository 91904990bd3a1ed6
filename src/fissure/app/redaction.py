"""What a reader elsewhere is not told: where files lie on this machine.

Commands, errors and exports name folders. Who sits before this machine can use them; for anybody else they are of no
use, and tell of its user. So whatever is sent to a reader elsewhere leaves out of every path all but its last part:
``--out /home/me/runs/seed-1`` becomes ``--out seed-1``, which still makes the same numbers.
"""

import html
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

from fissure.app import auth
from fissure.app.settings import Settings, is_loopback

PASSED_ON = ("forwarded", "via", "x-real-ip", "x-proxycontextpath")
"""Headers that a proxy adds, besides those that begin with ``x-forwarded-``."""
READ = ("text/", "application/json")
"""Kinds of answers in which a path may stand."""
EVENTS = "text/event-stream"
_REST = r"(?:(?:/|%2F|\\\\?)[^\s\"'<>&,;:()\[\]{}|]*)?"
_PART = re.compile(r"/|%2F|\\+", re.IGNORECASE)


def is_near(scope: Scope, settings: Settings) -> bool:
    """Whether who asks sits before this machine, as far as a request tells; behind a proxy nobody does."""
    headers = Headers(scope=scope)
    if settings.root_path or settings.hosts or not is_loopback(auth.called(headers) or ""):
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


def discreet(send: Send, places: Places) -> Send:
    """`send` without paths; whole answers are held back until their end, events go out one by one."""
    start: Message = {}
    kind, body = "", bytearray()

    async def hiding(message: Message) -> None:
        nonlocal start, kind
        if message["type"] == "http.response.start":
            start, kind = message, Headers(raw=message["headers"]).get("content-type", "")
            if not _is_whole(kind):
                await send(message)
        elif kind.startswith(EVENTS):  # each part is an event, and whole
            await send({**message, "body": _bytes(places.hidden(_text(message.get("body", b""))))})
        elif not _is_whole(kind):
            await send(message)
        else:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                sent = _bytes(await run_in_threadpool(places.hidden, _text(bytes(body))))
                headers = MutableHeaders(raw=start["headers"])
                headers["content-length"] = str(len(sent))
                await send({**start, "headers": headers.raw})
                await send({"type": "http.response.body", "body": sent})

    return hiding


def _is_whole(kind: str) -> bool:
    """Whether a path may stand in an answer of that kind, and it has an end."""
    return kind.startswith(READ) and not kind.startswith(EVENTS)


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


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

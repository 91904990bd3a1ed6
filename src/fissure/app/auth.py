"""Who asks: by which name the server is called, whether the page itself asks, and the token that is shown."""

import hmac
import re
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
READING = ("GET", "HEAD", "OPTIONS")


def called(headers: Headers) -> str | None:
    """The name or address by which the server is called, without its port; None where it is none."""
    host = headers.get("host", "")
    return (urlsplit(f"//{host}").hostname or None) if _HOST.fullmatch(host) else None


def is_welcome(method: str, headers: Headers, hosts: Collection[str] = ()) -> bool:
    """Whether a browser asks on behalf of the page, or of the person who sits before it.

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
    return place is not None and (place == headers.get("host", "").lower() or urlsplit(f"//{place}").hostname in hosts)


def is_json_or_nothing(headers: Headers) -> bool:
    """Whether the request has no body, or one that is said to be JSON."""
    if headers.get("content-length", "0").strip("0") == "" and "transfer-encoding" not in headers:
        return True
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
    """Whether a request shows `token`: as a bearer's, or in the cookie of that name."""
    kind, _, shown = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and is_same(shown.strip(), token):
        return True
    return is_same(cookie_parser(headers.get("cookie", "")).get(cookie, ""), token)


def is_same(shown: str, token: str) -> bool:
    """Whether both are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode())


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _place(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in ("http", "https") and parts.netloc else None

"""Styles, scripts and pictures of the page, all from the package; a file's address changes with its content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import vl_convert
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from fissure.present.render.html import TEMPLATES as REPORT

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
SHARED = ("report.css", "calibration.css", "hindcast.css", "print.css", "tooltips.js")
"""Files of the report that the page uses too."""
VEGA = "vega.js"
_IMPORT = re.compile(r"""(\b(?:from|import)\s*\(?\s*["'])\./([\w.-]+\.js)(["'])""")
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    packed: bytes
    kind: str

    @cached_property
    def digest(self) -> str:
        """Of its content."""
        return hashlib.sha256(self.body).hexdigest()[:12]


def asset(name: str) -> Asset | None:
    """The asset of that name; `vega.js` is the bundle of the charts, `report.css` and others are the report's."""
    return _read(name) if name in _names() else None  # what is not there is not remembered either


def address(name: str) -> str:
    """The address of an asset below the page's own, with its digest, so that a browser may keep it."""
    found = asset(name)
    if found is None:
        raise LookupError(name)
    return f"/static/{name}?{found.digest}"


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    """Send an asset."""
    found = asset(name)
    if found is None:
        raise HTTPException(404, "there is no such file")
    known = request.url.query == found.digest
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if known else "no-cache",
        "etag": f'"{found.digest}"',
        "vary": "accept-encoding",
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(found.packed, media_type=found.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, media_type=found.kind, headers=headers)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Of all assets: names, never paths."""
    return frozenset({VEGA, *SHARED, *(path.name for path in STATIC.iterdir() if path.suffix in TYPES)})


@cache
def _read(name: str) -> Asset:
    if name == VEGA:
        body = vl_convert.javascript_bundle().encode()  # type: ignore[call-arg]  # its stub forgets the default
    elif name in SHARED:
        body = (REPORT / name).read_bytes()
    else:
        body = (STATIC / name).read_bytes()
    if name != VEGA and name.endswith(".js"):
        body = _IMPORT.sub(_imported, body.decode()).encode()
    return Asset(body, gzip.compress(body, 6, mtime=0), TYPES[Path(name).suffix])


def _imported(found: re.Match[str]) -> str:
    """An import by the address that a page names, relative to the importing script, so that a prefix stays.

    Under another address the browser would run the module twice.
    """
    return f"{found[1]}..{address(found[2])}{found[3]}"


def _takes_gzip(accepted: str) -> bool:
    for one in accepted.lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False

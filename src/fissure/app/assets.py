"""Styles, scripts and pictures of the page, all from the package; a file's address changes with its content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import vl_convert
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from fissure.views.report.html import TEMPLATES as REPORT

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
SHARED_STYLES = ("report.css", "calibration.css", "explain.css", "hindcast.css")
VEGA = "vega.js"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    packed: bytes
    kind: str

    @property
    def digest(self) -> str:
        """Of its content."""
        return hashlib.sha256(self.body).hexdigest()[:12]


@lru_cache(maxsize=64)
def asset(name: str) -> Asset | None:
    """The asset of that name; `vega.js` is the bundle of the charts, `report.css` and others are the report's."""
    if name == VEGA:
        body = vl_convert.javascript_bundle().encode()  # type: ignore[call-arg]  # its stub forgets the default
    elif name in SHARED_STYLES:
        body = (REPORT / name).read_bytes()
    elif name in {path.name for path in STATIC.iterdir()}:  # a name, never a path
        body = (STATIC / name).read_bytes()
    else:
        return None
    return Asset(body, gzip.compress(body, 6, mtime=0), TYPES.get(Path(name).suffix, "application/octet-stream"))


def address(name: str) -> str:
    """The address of an asset, with its digest, so that a browser may keep it."""
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
        "vary": "accept-encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, media_type=found.kind, headers=headers)

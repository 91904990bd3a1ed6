"""Pages: the templates, the parts that all views share, each view's address, and the files that it loads.

Styles, scripts and pictures all come from the package; a file's address changes with its content.
"""

import asyncio
import gzip
import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import jinja2
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.sse import ServerSentEvent
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from fissure.app.desk import Desk
from fissure.app.middleware import up
from fissure.present.charts import theme
from fissure.present.render.html import TEMPLATES as REPORT
from fissure.present.render.html import as_json
from fissure.present.render.vega import libraries
from fissure.version import __version__

T = TypeVar("T")
PageData = dict[str, Any]
"""The values of a template or a script of the page, by name."""
OWN = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
SHARED = ("report.css", "calibration.css", "hindcast.css", "print.css", "tooltips.js")
"""Files of the report that the page uses too."""
VEGA = "vega.js"
_IMPORT = re.compile(r"""(\b(?:from|import)\s*\(?\s*["'])\./([\w.-]+\.js)(["'])""")
router = APIRouter(include_in_schema=False)
"""Of the assets."""


@dataclass(frozen=True)
class View:
    """One of the five: its name in the address, and its title."""

    name: str
    title: str

    @property
    def path(self) -> str:
        """Its address."""
        return f"/{self.name}"


VIEWS = (
    View("history", "History"),
    View("cracks", "Cracks"),
    View("why", "Why"),
    View("what-if", "What if"),
    View("evidence", "Evidence"),
)


def desk_of(request: Request) -> Desk:
    """The desk of the server that was asked."""
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(desk_of)]


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The page's templates and, after them, the report's, so that both share their parts."""
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(OWN), jinja2.FileSystemLoader(REPORT)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"views": VIEWS, "version": __version__, "vega": VEGA}
    return made


def page(
    request: Request,
    name: str,
    *,
    status: int = 200,
    shared: PageData | None = None,
    drawn: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """The view `name` as a page.

    `shared` is what its scripts are given: ``specs`` (charts by key), ``geography`` (of maps), and whatever else the
    view's own script reads; the colours of the charts are added. `drawn` stands for its ``specs`` where they were made
    before: their text, as `as_json` gives it. `values` go to the template ``NAME.html.j2``; what follows an underscore
    tells apart the templates of one view, and from those of the report.

    All links are relative, so that the page may lie below any prefix: `root` leads from the address that was asked to
    the top of the page. The five views lie directly below it, and name one another without it.
    """
    desk = desk_of(request)
    given = {"specs": {}, **(shared or {}), "config": {mode: theme.config(mode) for mode in ("light", "dark")}}
    if drawn is not None:
        del given["specs"]
    scripts = as_json(given) if drawn is None else Markup('{"specs":' + drawn + "," + str(as_json(given))[1:])
    root = up(request.scope)
    text = (
        environment()
        .get_template(f"{name}.html.j2")
        .render(
            case=desk.case, view=name.partition("_")[0], shared=scripts, verbatim=_verbatim, root=root,
            asset=lambda asset: root + address(asset).lstrip("/"), **values,
        )
    )  # fmt: skip
    return HTMLResponse(text, status)


def _verbatim(name: str) -> Markup:
    return Markup((REPORT / name).read_text(encoding="utf-8"))


def attached(text: str, kind: str, name: str) -> Response:
    """A file of that media type to save under that name."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=f"{kind}; charset=utf-8", headers=headers)


# The files that a page loads


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
    return _read(name) if name == VEGA or name in _files() else None  # what is not there is not remembered either


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
def _files() -> dict[str, Path]:
    own = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}
    return own | {name: REPORT / name for name in SHARED}


@cache
def _read(name: str) -> Asset:
    if name == VEGA:
        body = libraries()
    else:
        body = _files()[name].read_bytes()
        body = _IMPORT.sub(_imported, body.decode()).encode() if name.endswith(".js") else body
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


# How to cite what is on the screen


@dataclass(frozen=True)
class Citation:
    """`facts` are labels and values in order; `command` makes the same numbers again, where one command does."""

    what: str
    facts: tuple[tuple[str, str], ...]
    command: str | None = None

    @property
    def text(self) -> str:
        """All of it on a few lines, to be copied; the page adds its address."""
        lines = [f"Fissure {__version__}. {self.what}.", *(f"{label}: {value}." for label, value in self.facts)]
        return "\n".join([*lines, *([f"Made with: {self.command}"] if self.command else [])])


def citation(
    what: str,
    *,
    case: str,
    case_digest: str = "",
    posterior: str = "",
    until: Any = None,
    seed: int | None = None,
    members: int | None = None,
    weeks: int | None = None,
    off: Sequence[str] | None = None,
    more: Mapping[str, Any] | None = None,
    command: str | None = None,
) -> Citation:
    """The citation of numbers that were made so; what is not given is left out."""
    drawn = f"posterior of evidence up to {until} (SHA-256 {posterior})" if posterior else "the prior"
    facts: dict[str, Any] = {
        "Case": case,
        "Digest of the case (SHA-256)": case_digest or None,
        "Members drawn from": drawn,
        "Seed": seed,
        "Members": members,
        "Weeks": weeks,
        "Mechanisms switched off": None if off is None else ", ".join(off) or "none",
        **(more or {}),
    }
    shown = tuple((label, str(value)) for label, value in facts.items() if value is not None)
    return Citation(what, shown, command)


# Server-sent events of something that changes: its state at once, then at each change, until it has ended


STEP = 0.1
"""Seconds between two looks."""
LONGEST = 20.0
"""Seconds after which a stream ends and the browser asks for the next, so that none outlives who listens."""
BEGIN = ServerSentEvent(retry=500)
"""The first event of a stream: after how many milliseconds a browser asks again."""


async def listening(desk: AtDesk) -> AsyncIterator[None]:
    """Counts a stream as open until it ends or the client has left.

    Where too many are open it is refused as any request is, so that a page can tell that from a server that is away.
    """
    most = desk.settings.limits.listeners
    if desk.listening >= most:
        refused = f"{most} streams are open already; ask how far it is now and then, without one (GET /api/jobs)"
        raise HTTPException(503, refused, {"retry-after": "5"})
    desk.listening += 1  # nothing else runs between the question and this
    try:
        yield
    finally:
        desk.listening -= 1


async def changes(desk: Desk, look: Callable[[], T]) -> AsyncIterator[T]:
    """Yield the value of `look` at once and whenever it is another, as long as a stream may be open."""
    seen: list[T] = []
    began = time.monotonic()
    while time.monotonic() - began < LONGEST and not desk.closing.is_set():
        found = look()
        if seen != [found]:
            seen = [found]
            yield found
        await asyncio.sleep(STEP)

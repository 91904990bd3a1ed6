"""What a server is started with: where it listens, what it may read, and the bounds of all that it accepts."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from fissure.cases.naming import REFERENCE
from fissure.errors import ArgumentError
from fissure.files import cache_base

PORT = 8014
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:.]{2,45}")


def home() -> Path:
    """Where the page keeps what it makes: saved questions and prepared views."""
    return cache_base() / "page"


def is_loopback(name: str) -> bool:
    """Whether a host of that name, or with that address, can only be this machine."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def root_path(text: str) -> str:
    """`text` as the path of a prefix, without a slash at its end; empty for the root.

    Raises `FissureError` for what is no path.
    """
    found = text.strip().rstrip("/")
    if not found:
        return ""
    if "//" in found and ":" in found.partition("//")[0]:
        raise ArgumentError(f"found --root-path {text[:200]}, expected the path alone, such as /user/me/proxy/8014")
    segments = found.split("/")[1:]
    whole = found.startswith("/") and all(map(_SEGMENT.fullmatch, segments)) and not {".", ".."} & {*segments}
    if not whole:
        raise ArgumentError(
            f"found --root-path {text[:200] or 'of nothing'}, expected a path that begins with / as an address has it, "
            "such as /user/me/proxy/8014"
        )
    return found


def host_name(text: str) -> str:
    """`text` as a name by which a browser calls the page, in small letters. Raises `FissureError` for anything else."""
    found = text.strip().lower().removeprefix("[").removesuffix("]")
    try:
        found = found.encode("idna").decode() if not found.isascii() else found
    except UnicodeError:
        found = ""
    if not _NAME.fullmatch(found):
        raise ArgumentError(
            f"found --allow-host {text[:200] or 'without a name'}, expected a name alone as it stands in the browser's "
            "address, without https:// and without a port, such as hub.example.org"
        )
    return found


@dataclass(frozen=True)
class Limits:
    """Bounds of what a server accepts; beyond them it refuses in one sentence."""

    body: int = 64 * 1024
    """Bytes of a request's body."""
    address: int = 8 * 1024
    """Bytes of a request's path and query."""
    patience: float = 20.0
    """Seconds in which a request's body must have come."""
    headers: int = 16 * 1024
    """Bytes of a request's headers."""
    waiting: int = 8
    """Jobs that wait while one runs."""
    members: int = 200
    """Members of a what-if."""
    run_members: int = 1000
    """Members of a run."""
    compared: int = 4
    """Questions side by side."""
    saved: int = 200
    """Questions kept."""
    kept: int = 800_000_000
    """Bytes of disk for what was measured and prepared; beyond them what was needed longest ago is deleted."""
    memory: int = 150_000_000
    """Bytes of memory for what was measured; the rest is read from the disk when it is needed."""
    burst: int = 240
    """Requests at once from one address."""
    rate: float = 120.0
    """Requests a second from one address, on the whole."""
    listeners: int = 32
    """Streams open at a time."""
    connections: int = 256
    """Connections at a time."""


@dataclass(frozen=True)
class Settings:
    """How a server was started."""

    case: str = REFERENCE
    folders: tuple[Path, ...] = ()
    """Where runs are looked for; ``./runs`` and the user's cache where empty."""
    host: str = "127.0.0.1"
    port: int = PORT
    token: str | None = None
    """What a browser must show where the server listens on more than loopback."""
    root_path: str = ""
    """The path below which a proxy shows the page, as ``/user/me/proxy/8014``; see `fissure.app.middleware`."""
    hosts: tuple[str, ...] = ()
    """Names besides loopback's by which the page may be called: those of proxies."""
    weeks: int | None = None
    units: int | None = None
    slots: int | None = None
    """Sizes of what is simulated on the page; the case's own where not given."""
    warm: bool = False
    """Whether the server gets ready for the first what-if as soon as it starts; else when the view is first opened."""
    home: Path = field(default_factory=home)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.token is None and not self.loopback:
            raise ArgumentError(f"found host {self.host} without a token, expected one where others can reach the page")
        object.__setattr__(self, "root_path", root_path(self.root_path))
        object.__setattr__(self, "hosts", tuple(map(host_name, self.hosts)))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

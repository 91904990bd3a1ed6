"""What a server is started with: where it listens, what it may read, and the bounds of all that it accepts."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from fissure.app.prefix import host_name, root_path
from fissure.cases.naming import REFERENCE
from fissure.errors import FissureError

PORT = 8014


def home() -> Path:
    """Where the page keeps what it makes: saved questions and prepared views."""
    from fissure.engine.cache import cache_base  # it loads JAX, and settings are made before the first line is printed

    return cache_base() / "page"


def is_loopback(name: str) -> bool:
    """Whether a host of that name, or with that address, can only be this machine."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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
    """The path below which a proxy shows the page, as ``/user/me/proxy/8014``; see `fissure.app.prefix`."""
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
            raise FissureError(f"found host {self.host} without a token, expected one where others can reach the page")
        object.__setattr__(self, "root_path", root_path(self.root_path))
        object.__setattr__(self, "hosts", tuple(map(host_name, self.hosts)))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

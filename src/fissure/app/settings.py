"""A server as it is started: where it listens, what it may read, and the bounds of all that it accepts.

Nothing heavy is imported here, so that the address is on the screen at once and a browser may already knock.
"""

import errno
import ipaddress
import os
import re
import secrets
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from fissure.cases.naming import REFERENCE
from fissure.errors import ArgumentError
from fissure.files import cache_base

PORT = 8014
SHORTEST = 16
"""Characters of a token."""
TRIED = 20
"""Ports that are tried where none was asked for."""
_TOKEN = re.compile(r"[A-Za-z0-9._~-]+")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:.]{2,45}")


def home() -> Path:
    """The folder in which the page keeps what it makes: saved questions and prepared views."""
    return cache_base() / "page"


def is_loopback(name: str) -> bool:
    """True where a host of that name, or with that address, can only be this machine."""
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
    """The settings with which a server was started."""

    case: str = REFERENCE
    folders: tuple[Path, ...] = ()
    """Folders in which runs are looked for; ``./runs`` and the user's cache where empty."""
    host: str = "127.0.0.1"
    port: int = PORT
    token: str | None = None
    """The token that a browser must show where the server listens on more than loopback."""
    root_path: str = ""
    """The path below which a proxy shows the page, as ``/user/me/proxy/8014``; see `fissure.app.middleware`."""
    hosts: tuple[str, ...] = ()
    """Names besides loopback's by which the page may be called: those of proxies."""
    weeks: int | None = None
    units: int | None = None
    slots: int | None = None
    """Sizes of what is simulated on the page; the case's own where not given."""
    warm: bool = False
    """True where the server gets ready for the first what-if as it starts; else when the view is first opened."""
    home: Path = field(default_factory=home)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.token is None and not self.loopback:
            raise ArgumentError(f"found host {self.host} without a token, expected one where others can reach the page")
        object.__setattr__(self, "root_path", root_path(self.root_path))
        object.__setattr__(self, "hosts", tuple(map(host_name, self.hosts)))

    @property
    def loopback(self) -> bool:
        """True where only this machine can reach it."""
        return is_loopback(self.host)


# Where it listens


def listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens on `host` and `port`; on the next free port from 8014 on where `port` is None.

    Raises `FissureError` where there is no such address here, or the port is taken.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port or PORT, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ArgumentError(f"found --host '{host}', expected an address of this machine, such as 127.0.0.1") from None
    for one in (port,) if port is not None else range(PORT, PORT + TRIED):
        try:
            return socket.create_server((place[0], one, *place[2:]), family=family, backlog=128)
        except OSError as error:
            if port is not None or error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ArgumentError(_why(error, host, one)) from None
    raise ArgumentError(f"the ports {PORT} to {PORT + TRIED - 1} are all taken, expected --port with a free one")


def token_of(host: str, own: str | None) -> str | None:
    """The token that a browser must show: `own`, or a new one where `host` is reached from elsewhere, or None.

    Raises `FissureError` for one that could be guessed, or that no address can hold.
    """
    if own is None:
        return None if is_loopback(host) else secrets.token_urlsafe(24)
    if len(own) < SHORTEST:
        raise ArgumentError(f"found a token of {len(own)} characters, expected {SHORTEST} or more, or none to get one")
    if not _TOKEN.fullmatch(own):
        raise ArgumentError("found a token with other characters, expected letters, digits and - . _ ~")
    if len(set(own)) < SHORTEST // 3:
        raise ArgumentError("found a token that repeats itself, expected one that nobody guesses, or none to get one")
    return own


def address(host: str, port: int, token: str | None = None) -> str:
    """The address to type into a browser."""
    name = socket.gethostname() if host in ("0.0.0.0", "::", "") else host
    place = f"http://{f'[{name}]' if ':' in name else name}:{port}"
    return f"{place}/?token={token}" if token else place


def opens(asked: bool | None, token: str | None) -> bool:
    """Decide whether to open a browser: by default where a person sits before a screen.

    Raises `FissureError` where it was asked for and cannot be, or would show the token to all users of the machine.
    """
    if asked is None:
        return token is None and sys.stdout.isatty() and _has_screen()
    if asked and token is not None:
        raise ArgumentError(
            "found --open together with a token, which every user of this machine could then read in the list of "
            "programs; open the address yourself"
        )
    if asked and not _has_screen():
        raise ArgumentError("found --open, but there is no screen here (or it is over SSH); open the address yourself")
    return bool(asked)


def _has_screen() -> bool:
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken, expected --port with a free one (none takes the next that is free)"
    if error.errno == errno.EACCES:
        return f"port {port} is not for everyone, expected --port of 1024 or more"
    return f"found --host '{host}', expected an address of this machine, such as 127.0.0.1"

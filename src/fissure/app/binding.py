"""Where a server listens: the address, the port, the token, and whether a browser can be opened on it.

Nothing heavy is imported here, so that the address is on the screen at once and a browser may already knock.
"""

import errno
import os
import re
import secrets
import socket
import sys

from fissure.app.settings import PORT, is_loopback
from fissure.errors import ArgumentError

SHORTEST = 16
"""Characters of a token."""
TRIED = 20
"""Ports that are tried where none was asked for."""
_TOKEN = re.compile(r"[A-Za-z0-9._~-]+")


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
            if port is not None or not _is_taken(error):
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
    """What to type into a browser."""
    name = socket.gethostname() if host in ("0.0.0.0", "::", "") else host
    place = f"http://{f'[{name}]' if ':' in name else name}:{port}"
    return f"{place}/?token={token}" if token else place


def opens(asked: bool | None, token: str | None) -> bool:
    """Whether to open a browser: by default where a person sits before a screen.

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


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, errno.EACCES)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken, expected --port with a free one (none takes the next that is free)"
    if error.errno == errno.EACCES:
        return f"port {port} is not for everyone, expected --port of 1024 or more"
    return f"found --host '{host}', expected an address of this machine, such as 127.0.0.1"

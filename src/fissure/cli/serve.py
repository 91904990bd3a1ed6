"""`fissure serve`: the page, in a browser."""

import importlib.util
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from fissure.cli.parts import path, split_case, whole
from fissure.errors import ArgumentError


def serve(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CASE] [FOLDER]...",
            help="A case, the reference case if none; folders with runs, or single runs: ./runs and the cache if none.",
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Listen here. Any address but loopback's asks for a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="Listen on this port; the next free one by default.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            envvar="FISSURE_TOKEN",
            show_envvar=True,
            help="What a browser must show, 16 characters or more; made and printed where one is needed.",
        ),
    ] = None,
    root_path: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="Behind a proxy: the path below which it shows the page, as /user/me/proxy/8014."
        ),
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Behind a proxy: a name by which browsers call the page; may be repeated."),
    ] = None,
    disk: Annotated[
        int,
        typer.Option(
            parser=whole,
            metavar="MB",
            help="Megabytes that what is measured on the page may take; what was needed longest ago is deleted first.",
        ),
    ] = 800,
    open_: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open", help="Open a browser; by default where there is a screen.", show_default=False
        ),
    ] = None,
) -> None:
    """Open the page: history, cracks, why, what if and evidence, to look at, to ask and to cite.

    Everything is on this machine. Ctrl-C stops it; what is finished is kept.
    """
    if missing := [name for name in ("fastapi", "uvicorn") if importlib.util.find_spec(name) is None]:
        raise ArgumentError(f"the page needs {' and '.join(missing)}, expected after: pip install 'fissure[app]'")
    if port is not None and not 1 <= port <= 65535:
        raise ArgumentError(f"found --port {port}, expected a number from 1 to 65535")
    if disk < 1:
        raise ArgumentError(f"found --disk {disk}, expected 1 or more megabytes")
    from fissure.app import settings

    below, hosts = settings.root_path(root_path), tuple(map(settings.host_name, allow_host or ()))
    case, folders = split_case(words)
    places = _places([path(folder) for folder in folders])
    _known(case)
    token = settings.token_of(host, token)
    opened = settings.opens(open_, token)
    place = settings.listen(host, port)
    address = settings.address(host, place.getsockname()[1], token)
    typer.echo(f"The page is at {address}\nCtrl-C stops it; what is finished is kept.")
    if below or hosts:
        shown = f"/?token={token}" if token else "/"
        typer.echo(f"Behind the proxy it is at https://{hosts[0] if hosts else 'PROXY'}{below}{shown}")
    if not settings.is_loopback(host):
        typer.echo("Its traffic is not encrypted: over a network that is not yours alone, use an SSH tunnel instead.")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing is at stake before it serves
    given = {"case": case, "host": host, "token": token, "root_path": below, "hosts": hosts}
    _serve(places, place, address if opened else None, disk * 1_000_000, given)


def _serve(places: tuple[Path, ...], place: Any, opened: str | None, disk: int, given: Mapping[str, Any]) -> None:
    from fissure.app import settings
    from fissure.app.server import serve as until_stopped

    home = settings.home()
    places = _with_room(places, home)
    limits, port = settings.Limits(kept=disk), place.getsockname()[1]
    made = settings.Settings(folders=places, port=port, home=home, warm=True, limits=limits, **given)
    ended = until_stopped(made, place, opened=opened, stopping=_stopping)
    kept = f"runs are kept in {places[0] if places else 'runs'}, questions in {home}"
    _leave(f"Stopped; {kept}.", 130 if ended == signal.SIGINT else 0)


def _places(folders: list[Path]) -> tuple[Path, ...]:
    for folder in folders:
        if not folder.is_dir():
            raise ArgumentError(f"{folder}: is no folder, expected one with runs, or a run")
    return tuple(dict.fromkeys(folder.absolute() for folder in folders))


def _with_room(places: tuple[Path, ...], home: Path) -> tuple[Path, ...]:
    """The folders, the first of which takes new runs: it is none that is itself a run."""
    from fissure.engine.registry import stored_in

    single = [place for place in places if any(one.folder == place for one in stored_in(place))]
    wide = [place for place in places if place not in single]
    return (*wide, *single) if wide or not single else (home / "runs", *single)


def _known(case: str) -> None:
    """Refuse a case that cannot be read before anything is printed."""
    from fissure.cases.loader import load_case

    load_case(case)


def _stopping() -> None:
    typer.echo("Stopping at the next step; Ctrl-C again stops at once.", err=True)


def _leave(said: str, code: int) -> NoReturn:
    """Go at once: threads of a compiler, or of an answer under way, would hold up or crash an orderly exit."""
    typer.echo(said, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

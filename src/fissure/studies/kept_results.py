"""Results that are kept of a case (posteriors, attribution, answers, hindcast): their place, and what they hold for.

They lie in the folder of the case. Of a packaged case what a user keeps lies in a folder of theirs, which comes before
what came with the package: `FISSURE_DATA`, `$XDG_DATA_HOME/fissure` or `~/.local/share/fissure`. An installed package
is never written to. In a checkout `FISSURE_KEEP_IN_SOURCE=1` lets maintainers keep what the package is to come with.

Each says with which packages that bring mechanisms it was made, as `fissure.model.plugins.made_of` gives them: name,
version and a digest of their files. What comes with Fissure was made with none.

- One made with fewer packages than there are now is shown, with a sentence on what it does not cover.
- One made with a package that is not there now, or not as it was, is of another model: it is not used.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from fissure.cases import naming
from fissure.cases.loader import Case
from fissure.cases.naming import packaged_name
from fissure.errors import ArgumentError, FileError, FissureError
from fissure.files import disk_errors, write_whole
from fissure.model.parameters import Declared
from fissure.model.plugins import Plugin, made_of, plugins

T = TypeVar("T")
Packages = tuple[str, ...]
IN_SOURCE = "FISSURE_KEEP_IN_SOURCE"


def keep_in(case: Case) -> Path:
    """The folder to keep results of `case` in.

    Raises `FissureError` for another war than the recorded one, and where they are to be kept in the source tree and
    this is an installed package.
    """
    if case.war != "recorded":
        raise ArgumentError(
            f"only results of the recorded war are kept with a case, and these are of the {case.war} war"
        )
    folder = case.folder
    name = packaged_name(folder)
    if name is None:
        return folder
    if os.environ.get(IN_SOURCE, "") in ("", "0"):
        return _of_user() / "cases" / name
    checkout = naming.HOME.parents[2]
    if not (checkout / "pyproject.toml").is_file():
        raise ArgumentError(f"{IN_SOURCE} is set, expected a checkout of the source, and {folder} is installed")
    return folder


def places(case: Case, name: str) -> Iterator[Path]:
    """The files and folders `name` that are kept of `case`, those of the user before those that came with the case."""
    folders, own = [case.folder], packaged_name(case.folder)
    with suppress(FissureError):  # there is no home, so nothing is kept in it
        folders = [_of_user() / "cases" / own, case.folder] if own is not None else folders
    yield from (folder / name for folder in folders if (folder / name).exists())


def place(case: Case, name: str) -> Path:
    """The place where the file `name` is kept of `case`, or would be in its folder."""
    return next(places(case, name), case.folder / name)


def first(case: Case, name: str, read: Callable[[Path], T], fresh: Callable[[T], bool]) -> T | None:
    """The first of the `places` of `name` that is `fresh`, read; None where none is."""
    return next((found for found in map(read, places(case, name)) if fresh(found)), None)


def write(path: Path, data: bytes) -> Path:
    """Write the text `data` and a line end, whole or not at all. Raises `FissureError` where that cannot be done."""
    with disk_errors(path.parent, 1 << 20):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data + b"\n")
    return path


def write_as(kind: type[T], found: T, path: Path) -> Path:
    """Write `found` as JSON, for `read_as`; see `write`."""
    from pydantic import TypeAdapter

    return write(path, TypeAdapter(kind).dump_json(found, indent=1))


def read_as(kind: type[T], path: Path, what: str) -> T:
    """The one of that kind that `write_as` wrote. Raises `FissureError`, which names `what`, for anything else."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}, expected {what}") from None
    except ValidationError as error:
        why = error.errors()[0]
        where = ".".join(map(str, why["loc"])) or "the top"
        raise FileError(f"{path}: at {where}: {why['msg']}, expected {what}") from None


def is_of(digest: str, case: Case) -> bool:
    """Check that what was kept with the `digest` of a case's files is of `case` as it is now.

    A folder that was copied brings what was found of another. What comes with the package is kept without a digest: its
    tests see to it that it is fresh.
    """
    return digest == case.digest if digest else packaged_name(case.folder) is not None


def _of_user() -> Path:
    if own := os.environ.get("FISSURE_DATA"):
        return Path(own).expanduser().absolute()
    if (shared := os.environ.get("XDG_DATA_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "fissure"
    try:
        return Path.home() / ".local" / "share" / "fissure"
    except RuntimeError:
        raise ArgumentError("there is no home folder to keep results in, set FISSURE_DATA to a folder") from None


def serves(made: Iterable[str]) -> bool:
    """Check that a result made with the packages `made` is of the model with the installed ones, or some of them."""
    return set(made) <= set(made_of())


def uncovered(made: Iterable[str], now: Iterable[str] | None = None, off: Collection[str] = ()) -> Packages:
    """Those of the packages `now` (the installed ones where None) that a result made with `made` knows nothing of.

    Not one whose mechanisms are all in `off`: what is switched off cannot be missed.
    """
    known = set(made)
    new = [one for one in (made_of() if now is None else now) if one not in known]
    return tuple(one for one in new if not (own := _brought(one)) or any(p.name not in off for p in own))


def caution(made: Iterable[str], now: Iterable[str] | None = None, off: Collection[str] = ()) -> str:
    """One sentence on what a result made with `made` does not cover of `now`, see `uncovered`; empty where nothing."""
    missing = uncovered(made, now, off)
    if not missing:
        return ""
    return f"Made without {named(missing)}: these numbers are of the model without {_it(missing)}."


def of_posterior(
    made: Iterable[str], parameters: Sequence[Declared], now: Iterable[str] | None = None, off: Collection[str] = ()
) -> str:
    """One sentence on what a posterior fitted with `made` does not cover of `now`, and what of `parameters` is drawn
    from the prior for that reason; empty where nothing.
    """
    missing = uncovered(made, now, off)
    if not missing:
        return ""
    brought = mechanisms(missing)
    own = [p.name for p in parameters if p.owner in brought]
    prior = f"{', '.join(own)} {'are' if len(own) > 1 else 'is'} drawn from the prior, and " if own else ""
    return (
        f"Fitted without {named(missing)}: {prior}histories with {_it(missing)} were never held against the evidence."
    )


def of_run(now: Iterable[str]) -> str:
    """One sentence on a run made with `now` where a package of these is not installed as it was; else empty."""
    said = gone(now)
    meaning = "what is said here of mechanisms, causes and claims is of the model as it is now"
    return f"This run was made with {said}; {meaning}." if said else ""


def gone(made: Iterable[str]) -> str:
    """The packages of `made` that are not installed as they were, in a sentence; empty where all are."""
    there, installed = made_of(), {plugin.package for plugin in plugins()}
    states = {True: "has changed since", False: "is not installed now"}
    missing = [one for one in made if one not in there]
    return listed([f"{_quoted(one)}, which {states[_name_and_version(one)[0] in installed]}" for one in missing])


def require_own(what: str) -> None:
    """Raise `FissureError` where packages that bring mechanisms are installed: `what` is kept for our own alone."""
    if packages := made_of():
        raise ArgumentError(
            f"found {named(packages)}, expected Fissure's own mechanisms alone, as their {what} are kept with it; "
            "uninstall the others first"
        )


def named(packages: Iterable[str]) -> str:
    """Packages with their mechanisms, as far as they are known, in a sentence."""
    said = []
    for one in packages:
        names = [f"'{p.name}'" for p in _brought(one)]
        many = "mechanisms" if len(names) > 1 else "mechanism"
        said.append(f"{_quoted(one)} ({many} {listed(names)})" if names else _quoted(one))
    return listed(said)


def mechanisms(packages: Iterable[str]) -> frozenset[str]:
    """Names of the mechanisms that `packages` bring, as far as they are installed."""
    return frozenset(p.name for one in packages for p in _brought(one))


def _brought(package: str) -> list[Plugin]:
    return [p for p in plugins() if (p.package, p.version) == _name_and_version(package)]


def _name_and_version(package: str) -> tuple[str, str]:
    name, _, version = package.partition(" (digest ")[0].rpartition(" ")
    return name, version


def _quoted(package: str) -> str:
    name, version = _name_and_version(package)
    return f"the package '{name}' {version}"


def _it(packages: Sequence[str]) -> str:
    return "it" if len(packages) == 1 else "them"


def listed(said: Sequence[str]) -> str:
    """Texts as a sentence lists them, the last after an `and`."""
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]]))

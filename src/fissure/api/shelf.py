"""What is stored: runs and studies on disk, how they were made, and taking them away."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from fissure.api.arguments import path as a_path
from fissure.api.arguments import plain_arguments
from fissure.api.origins import differs, recorded
from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.engine import registry
from fissure.engine.plan import Plan
from fissure.engine.registry import Stored
from fissure.errors import FissureError, RunError, nearest
from fissure.studies.calibration.posterior import packaged, path_of, with_digest

__all__ = ["Stored", "delete_runs", "stored_run", "stored_runs"]


@plain_arguments
def stored_runs(*folders: str | Path, verify: bool = False) -> list[Stored]:
    """The runs and studies that are stored in `folders`; in ``./runs`` and the user's cache where none is given.

    A folder that is itself a run or a study stands for itself.

    Args:
        folders: where to look.
        verify: hold every file against its checksum; without it, damage inside a file is not noticed.

    Returns what is stored, with its state and how it was made.

    Raises `FissureError` for a folder that is not there.

    Example:

        >>> import fissure, tempfile
        >>> fissure.stored_runs(tempfile.mkdtemp())
        []
    """
    found: dict[Path, Stored] = {}
    for place in _given(folders) or registry.places():
        for one in registry.stored_in(place, verify=verify):
            found.setdefault(one.folder.absolute(), replace(one, command=one.command or _command(one)))
    return list(found.values())


@plain_arguments
def stored_run(name: str | Path, *folders: str | Path, verify: bool = False) -> Stored:
    """The run or study that `name` names: its folder, or the name of its folder in one of `folders`.

    Args:
        name: the folder, or its name.
        folders: where to look for the name; ``./runs`` and the user's cache where none is given.
        verify: hold every file against its checksum.

    Returns what is stored there, with its state and how it was made.

    Raises `FissureError` where there is none, with the nearest name, or more than one.

    Example:

        >>> import fissure
        >>> made = fissure.run("islamic_state", members=2, weeks=4)
        >>> fissure.stored_run(made.folder).what
        'run'
    """
    path, given = a_path("name", name), _given(folders)
    if len(path.parts) > 1 or path.is_absolute() or path in (Path(), Path("..")):
        return _one(path, str(name), [], verify)
    places = given or registry.places()
    here = [place / path for place in places if (place / path).is_dir()]
    if len(here) > 1:
        raise RunError(
            f"found '{name}' in {' and in '.join(str(one.parent) for one in here)}, expected the path of one of them"
        )
    known = [] if here else [one.name for place in places for one in registry.stored_in(place)]
    return _one(here[0] if here else path, str(name), known, verify)


@plain_arguments
def delete_runs(*names: str | Path | Stored, folders: Iterable[str | Path] = ()) -> int:
    """Delete the runs and studies that `names` name, see `stored_run`; returns how many bytes they took.

    Only folders that hold a run or a study and nothing else are deleted, never one that is being written. All are
    looked up before the first is deleted.

    Args:
        names: folders, their names, or what `stored_runs` returned.
        folders: where to look for names.

    Returns the number of bytes that were freed.

    Raises `FissureError` for what is not there, and for what must not be deleted.

    Example:

        >>> import fissure, tempfile
        >>> made = fissure.run("islamic_state", members=2, weeks=4, out=tempfile.mkdtemp() + "/run")
        >>> fissure.delete_runs(made.folder) > 0
        True
    """
    found = [one if isinstance(one, Stored) else stored_run(one, *folders) for one in names]
    return sum(registry.delete(one.folder) for one in found)


def _given(folders: Sequence[str | Path]) -> list[Path]:
    given = [a_path("folders", folder) for folder in folders]
    for folder in given:
        if not folder.is_dir():
            raise RunError(f"{folder}: is no folder, expected one to look for runs in")
    return given


def _one(path: Path, name: str, known: Iterable[str], verify: bool) -> Stored:
    found = [one for one in registry.stored_in(path, verify=verify) if one.folder == path] if path.is_dir() else []
    if path.name.startswith(registry.DELETED) and path.is_dir():
        found = [registry.look(path)]
    if not found:
        raise RunError(f"there is no run or study '{name}'{nearest(name, known)}")
    return replace(found[0], command=found[0].command or _command(found[0]))


def _command(one: Stored) -> str | None:
    """The command that makes a run again, where its plan tells it; of a study only its own file does."""
    if one.what != "run" or not one.plan or one.plan.get("outputs"):
        return None
    try:
        plan = Plan.of(one.plan)
        case = recorded(one.folder, plan.case, one.origin)
        drawn = _drawn(case, plan.draws)
    except FissureError:
        return None
    if drawn is None or (plan.units, plan.slots) != (case.units, case.slots) or differs(plan, one.origin, case):
        return None
    said = [
        "fissure run",
        called(case.folder),
        f"--members {one.asked or one.contents.histories}",
        f"--seed {plan.seed}",
    ]
    said += [f"--weeks {plan.weeks}", *(f"--off {name}" for name in plan.off), drawn]
    return " ".join(word for word in [*said, f"--out {shlex.quote(str(one.folder))}"] if word)


@lru_cache(maxsize=64)
def _drawn(case: Case, digest: str) -> str | None:
    """The option of a command that draws members as they were drawn; None where it is not known."""
    if not digest:
        return "--prior"
    found = with_digest(case, digest)
    if found is None:
        return None
    return "" if found[0] == packaged(case)[-1] else f"--posterior {shlex.quote(str(path_of(case, found[0])))}"

"""Runs and studies on disk: the case that each is of, how it was made, and taking it away.

The case of a run is found again by where it lies and by its digest, never by its name alone.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from fissure.api.arguments import path as a_path
from fissure.api.arguments import plain_arguments
from fissure.api.results import Option, command_line
from fissure.cases.loader import Case, digest_of, in_war, load_case
from fissure.cases.naming import HOME, case_names, packaged_name
from fissure.context import CaseLike, Context, context_of
from fissure.engine import ensemble, registry
from fissure.engine.plan import Plan, case_digest, priors_digest
from fissure.engine.provenance import model_digest
from fissure.engine.records import coordinates_of
from fissure.engine.registry import Stored
from fissure.engine.store import open_store
from fissure.engine.study_folder import Origin, origin_of
from fissure.errors import FissureError, RunError, nearest
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of
from fissure.studies.calibration.posterior import packaged, path_of, with_digest

CURE = "name the folder of its case: --case FOLDER, or case=FOLDER from Python"
_PLACES = {
    "week": "first week",
    "country": "list of countries",
    "district": "list of districts",
    "bloc": "list of blocs",
}
"""The labels by which a run and its evidence are compared; where they differ, figures would be misplaced."""


class CaseChanged(UserWarning):
    """The files of a case are not as they were when a run of it was made."""


def context_of_run(run: ensemble.Run, case: CaseLike | None = None) -> Context:
    """The context of the case that a stored run is of: `case` where it is given, else where the run says that it lies.

    A case whose files have changed since can be read beside the run, whose own numbers are kept with it. Raises
    `FissureError` where the case cannot be found, and where its weeks, countries, districts or blocs are others than
    the run's, as figures would then be held against the wrong places.
    """
    origin = origin_of(run.folder)
    war = run.plan.war
    context = context_of(recorded(run.folder, run.plan.case, origin, war) if case is None else case, war)
    found = context.case
    if case is None and origin is None and differs(run.plan, None, found):
        raise RunError(
            f"{run.folder}: holds a run of another case than the '{found.name}' that comes with the package, and does "
            f"not say of which; {CURE}"
        )
    other = _other_places(run, found)
    if other:
        raise RunError(
            f"{run.folder}: holds a run of the case '{run.plan.case}', and {found.folder} has another "
            f"{' and another '.join(other)} than it had; {CURE}, as it was when the run was made, or run the case again"
        )
    return context


def warn_of_changes(run: ensemble.Run, case: Case) -> None:
    """Warn (`CaseChanged`) where `case`, which `run` is of, is not as it was when the run was made."""
    if differs(run.plan, origin_of(run.folder), case):
        warnings.warn(
            f"{run.folder}: the case in {case.folder} has changed since this run was made; the run's numbers are "
            "those of the case as it was, run it again for those of the case as it is",
            CaseChanged,
            stacklevel=3,
        )


def is_of(stored: Stored, case: Case) -> bool:
    """True where a stored run is of `case`: it lay there when the run was made, or its files are the same."""
    origin, packaged = stored.origin, packaged_name(case.folder)
    if origin is None:  # from before runs said it
        try:
            plan = Plan.of(stored.plan)
        except FissureError:
            return False
        return plan.case == case.name and not differs(plan, None, case)
    if origin.packaged or packaged is not None:
        return origin.packaged and origin.name == packaged
    here = case.folder.resolve()
    return origin.digest == case.digest or any(place.resolve() == here for place in origin.places(stored.folder))


def is_changed(stored: Stored, case: Case) -> bool:
    """True where `case` is known to give other members than those of a stored run."""
    plan = Plan.of(stored.plan)
    return differs(plan, stored.origin, in_war(case, plan.war))


def differs(plan: Plan, origin: Origin | None, case: Case) -> bool:
    """True where `case` is known to give other members than those of `plan`."""
    if origin is not None and origin.digest == case.digest:
        return False
    if plan.model_digest != model_digest():  # digests of another version of the model say nothing
        return origin is not None
    return (plan.case_digest, plan.priors_digest) != _model_input(case, plan.units, plan.slots)


@lru_cache(maxsize=16)
def _model_input(case: Case, units: int, slots: int) -> tuple[str, str]:
    """Digests of what the model is given of `case`, as a plan holds them."""
    return case_digest(case, world_of(case, units, slots)), priors_digest(parameters_of(case))


def recorded(folder: Path, name: str, origin: Origin | None, war: str) -> Case:
    """The case of the run in `folder`, whose plan calls it `name`, where `origin` says that it lies, in its `war`.

    Of a run that says nothing, from before runs did, the packaged case of that name. Raises `FissureError` where there
    is none.
    """
    if origin is None or origin.packaged:
        return in_war(_packaged(folder, name), war)
    places = [place for place in dict.fromkeys(origin.places(folder)) if place.is_dir()]
    same = [place for place in places if _digest(place, war) == origin.digest]
    found_at = [*same, *places] or _renamed(folder, origin, war)
    if not found_at:
        raise RunError(
            f"{folder}: holds a run of the case '{origin.name}' in {origin.folder}, which is not there any more; "
            f"{CURE}, where it is now"
        )
    return in_war(_loaded(found_at[0], digest_of(found_at[0])), war)


def _packaged(folder: Path, name: str) -> Case:
    known = case_names()
    if name not in known:
        raise RunError(f"{folder}: holds a run of the case '{name}', expected one of {', '.join(known)}; {CURE}")
    return _loaded(HOME / name, digest_of(HOME / name))


@lru_cache(maxsize=8)
def _loaded(folder: Path, digest: str) -> Case:
    """The case in `folder`, loaded once for many runs of it."""
    return load_case(folder)


def _renamed(run: Path, origin: Origin, war: str) -> list[Path]:
    """The one folder beside where the case lay that holds the same files."""
    found: dict[Path, Path] = {}
    for parent in (place.parent for place in origin.places(run)):
        try:
            beside = sorted(path for path in parent.iterdir() if (path / "case.yaml").is_file())
        except OSError:
            continue
        found |= {path.resolve(): path for path in beside if _digest(path, war) == origin.digest}
    return list(found.values()) if len(found) == 1 else []


def _digest(folder: Path, war: str) -> str:
    try:
        return digest_of(folder, war)
    except FissureError:  # a file that cannot be read
        return ""


def _other_places(run: ensemble.Run, case: Case) -> list[str]:
    """The dimensions along which the run has other labels than `case`."""
    there, here = open_store(run.folder).description["coordinates"], coordinates_of(case, run.plan.weeks)
    return [words for name, words in _PLACES.items() if there.get(name) != here[name]]


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
        case = recorded(one.folder, plan.case, one.origin, plan.war)
        drawn = _drawn(case, plan.draws)
    except FissureError:
        return None
    if drawn is None or (plan.units, plan.slots) != (case.units, case.slots) or differs(plan, one.origin, case):
        return None
    members = one.asked or one.contents.histories
    return command_line(
        "run",
        Context(case).cli_name,
        members=members,
        seed=plan.seed,
        weeks=plan.weeks,
        off=plan.off,
        **drawn,
        out=one.folder,
    )


@lru_cache(maxsize=64)
def _drawn(case: Case, digest: str) -> Mapping[str, Option] | None:
    """The option of a command that draws members as they were drawn; None where it is not known."""
    if not digest:
        return {"prior": True}
    found = with_digest(case, digest)
    if found is None:
        return None
    return {"posterior": None if found[0] == packaged(case)[-1] else path_of(case, found[0])}

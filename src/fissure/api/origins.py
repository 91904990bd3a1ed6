"""Which case a stored run is of: found again by where it lies and by its digest, never by its name alone."""

import warnings
from functools import lru_cache
from pathlib import Path

from fissure.cases.loader import Case, digest_of, load_case
from fissure.cases.naming import HOME, case_names, packaged_name
from fissure.context import CaseLike, Context, context_of
from fissure.engine import ensemble
from fissure.engine.plan import Plan, case_digest, priors_digest
from fissure.engine.provenance import model_digest
from fissure.engine.records import coordinates_of
from fissure.engine.registry import Stored
from fissure.engine.store import open_store
from fissure.engine.study_folder import Origin, origin_of
from fissure.errors import FissureError, RunError
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of

CURE = "name the folder of its case: --case FOLDER, or case=FOLDER from Python"
_PLACES = {
    "week": "first week",
    "country": "list of countries",
    "district": "list of districts",
    "bloc": "list of blocs",
}
"""What a run and its evidence are told apart by; where these differ, figures would stand at the wrong places."""


class CaseChanged(UserWarning):
    """The files of a case are not as they were when a run of it was made."""


def context_of_run(run: ensemble.Run, case: CaseLike | None = None) -> Context:
    """The context of the case that a stored run is of: `case` where it is given, else where the run says that it lies.

    A case whose files have changed since can be read beside the run, whose own numbers are kept with it. Raises
    `FissureError` where the case cannot be found, and where its weeks, countries, districts or blocs are others than
    the run's, as figures would then be held against the wrong places.
    """
    origin = origin_of(run.folder)
    context = context_of(recorded(run.folder, run.plan.case, origin) if case is None else case)
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
    """Whether a stored run is of `case`: it lay there when the run was made, or its files are the same."""
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
    """Whether `case` is known to give other members than those of a stored run."""
    return differs(Plan.of(stored.plan), stored.origin, case)


def differs(plan: Plan, origin: Origin | None, case: Case) -> bool:
    """Whether `case` is known to give other members than those of `plan`."""
    if origin is not None and origin.digest == case.digest:
        return False
    if plan.model_digest != model_digest():  # digests of another version of the model say nothing
        return origin is not None
    return (plan.case_digest, plan.priors_digest) != _given(case, plan.units, plan.slots)


@lru_cache(maxsize=16)
def _given(case: Case, units: int, slots: int) -> tuple[str, str]:
    """Digests of what the model is given of `case`, as a plan holds them."""
    return case_digest(case, world_of(case, units, slots)), priors_digest(parameters_of(case))


def recorded(folder: Path, name: str, origin: Origin | None) -> Case:
    """The case of the run in `folder`, whose plan calls it `name`, where `origin` says that it lies.

    Of a run that says nothing, from before runs did, the packaged case of that name. Raises `FissureError` where there
    is none.
    """
    if origin is None or origin.packaged:
        return _packaged(folder, name)
    places = [place for place in dict.fromkeys(origin.places(folder)) if place.is_dir()]
    same = [place for place in places if _digest(place) == origin.digest]
    found_at = [*same, *places] or _renamed(folder, origin)
    if not found_at:
        raise RunError(
            f"{folder}: holds a run of the case '{origin.name}' in {origin.folder}, which is not there any more; "
            f"{CURE}, where it is now"
        )
    return _loaded(found_at[0], digest_of(found_at[0]))


def _packaged(folder: Path, name: str) -> Case:
    known = case_names()
    if name not in known:
        raise RunError(f"{folder}: holds a run of the case '{name}', expected one of {', '.join(known)}; {CURE}")
    return _loaded(HOME / name, digest_of(HOME / name))


@lru_cache(maxsize=8)
def _loaded(folder: Path, digest: str) -> Case:
    """The case in `folder`, loaded once for many runs of it."""
    return load_case(folder)


def _renamed(run: Path, origin: Origin) -> list[Path]:
    """The one folder beside where the case lay that holds the same files."""
    found: dict[Path, Path] = {}
    for parent in (place.parent for place in origin.places(run)):
        try:
            beside = sorted(path for path in parent.iterdir() if (path / "case.yaml").is_file())
        except OSError:
            continue
        found |= {path.resolve(): path for path in beside if _digest(path) == origin.digest}
    return list(found.values()) if len(found) == 1 else []


def _digest(folder: Path) -> str:
    try:
        return digest_of(folder)
    except FissureError:  # a file that cannot be read
        return ""


def _other_places(run: ensemble.Run, case: Case) -> list[str]:
    """The dimensions along which the run has other labels than `case`."""
    there, here = open_store(run.folder).description["coordinates"], coordinates_of(case, run.plan.weeks)
    return [words for name, words in _PLACES.items() if there.get(name) != here[name]]

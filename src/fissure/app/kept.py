"""What was kept with the case, read again only when its file changes, and one sentence where it cannot be shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from fissure.app.desk import Desk
from fissure.errors import FissureError
from fissure.studies import answers, explained, hindcast
from fissure.studies.answers import Answers
from fissure.studies.explained import Saved
from fissure.studies.hindcast import Hindcast

T = TypeVar("T")


class Kept(Generic[T]):
    """`found`, or None and `why_not`: one sentence with the command that makes it."""

    def __init__(self, found: T | None, why_not: str = "") -> None:
        self.found, self.why_not = found, why_not


_READ: WeakKeyDictionary[Desk, dict[str, tuple[int, Kept[object]]]] = WeakKeyDictionary()


def attribution(desk: Desk) -> Kept[Saved]:
    """The attribution of the members that the case is run with."""
    case, digest = desk.case, desk.context.posterior_digest
    command = f"fissure explain {desk.context.cli_name} --keep"
    return _kept(
        desk,
        "attribution",
        explained.kept_at(case),
        lambda: explained.kept(case, digest),
        command,
    )


def replies(desk: Desk) -> Kept[Answers]:
    """The answers to the sources' questions."""
    case, digest = desk.case, desk.context.posterior_digest
    command = f"fissure answers {desk.context.cli_name} --keep"
    return _kept(
        desk,
        "set of answers",
        answers.kept_at(case),
        lambda: answers.kept(case, digest),
        command,
    )


def forecasts(desk: Desk) -> Kept[Hindcast]:
    """The forecasts from past dates, with their scores."""
    command = f"fissure hindcast {desk.context.cli_name} --keep"
    return _kept(desk, "hindcast", hindcast.kept_at(desk.case), lambda: hindcast.kept(desk.case), command)


def _kept(desk: Desk, what: str, path: Path, read: Callable[[], T | None], command: str) -> Kept[T]:
    memory = _READ.setdefault(desk, {})
    written = path.stat().st_mtime_ns if path.is_file() else 0
    before = memory.get(what)
    if before is not None and before[0] == written:
        return before[1]  # type: ignore[return-value]  # what is remembered under a name is of its kind
    found = _looked(what, written, read, command)
    memory[what] = (written, found)  # type: ignore[assignment]
    return found


def _looked(what: str, written: int, read: Callable[[], T | None], command: str) -> Kept[T]:
    makes = f"{command} makes one"
    if not written:
        return Kept(None, f"No {what} is kept with this case; {makes}.")
    try:
        found = read()
    except FissureError as error:
        said = str(error)
        return Kept(None, f"{said[:1].upper()}{said[1:]}; {makes} anew.")
    if found is None:
        stale = (
            f"The {what} that is kept with this case is of another case, or was made with another model, posterior or "
            "package of mechanisms"
        )
        return Kept(None, f"{stale}; {makes} anew.")
    return Kept(found)

"""Simulating a run that is asked for on the page: its name, its job, and what becomes of it."""

from fissure import api
from fissure.api.stored import Stored
from fissure.app.desk import Desk
from fissure.app.jobs import Job, Telling
from fissure.engine import ensemble
from fissure.engine.store import DESCRIPTION
from fissure.errors import ArgumentError
from fissure.files import asking

KIND = "run"
PATTERN = "[a-z0-9][a-z0-9-]{0,47}"
"""Names of runs that are asked for on the page: the name of a folder, never a path."""
_MOST_NAMES = 1000


def ask(desk: Desk, *, members: int, seed: int, name: str | None = None) -> Job:
    """Queue a run of so many members; one that was cut short, or has fewer, goes on where it was.

    Raises `FissureError` where `name` is that of something else, or where the server was started with a run in place of
    a folder for runs, and `BusyError` where the queue is full.
    """
    if (desk.runs_folder / DESCRIPTION).exists():
        raise ArgumentError("the server was started with the folder of one run, expected one that holds runs")
    known = {one.name: one for one in api.stored_runs(desk.runs_folder)} if desk.runs_folder.is_dir() else {}
    if name is None:
        name = _free(desk, seed, known)
    elif not _may_be(desk, name, seed, known):
        raise ArgumentError(f"'{name}' is the name of something else already, choose another name for the run")
    folder = desk.runs_folder / name

    def work(telling: Telling) -> dict[str, object]:
        telling.phase("looking at the evidence")
        desk.context.check()
        with asking(members=members):
            made = ensemble.run(
                desk.case, members=members, seed=seed, weeks=desk.settings.weeks, units=desk.settings.units,
                slots=desk.settings.slots, out=folder, draws=desk.posterior, progress=telling,
            )  # fmt: skip
        return {"run": name, "members": made.members}

    title = f"{members:,} {'history' if members == 1 else 'histories'} with seed {seed}, run “{name}”"
    asked = {"name": name, "members": members, "seed": seed}
    gone = name not in known  # it was deleted meanwhile
    return desk.jobs.submit(f"{KIND}-{name}-{members}-{seed}", KIND, title, asked, work, anew=gone)


def running(desk: Desk, id: str | None = None) -> Job | None:
    """The run with that job's id; where none is given, one that waits or is simulated now."""
    if id:
        job = desk.jobs.get(id)
        return job if job is not None and job.kind == KIND else None
    return next((job for job in desk.jobs.all() if job.kind == KIND and not job.ended), None)


def _free(desk: Desk, seed: int, known: dict[str, Stored]) -> str:
    """A name for the run with that seed: that of such a run, which it then extends, or one that nothing has."""
    names = (f"seed-{seed}" if n == 1 else f"seed-{seed}-{n}" for n in range(1, _MOST_NAMES))
    found = next((name for name in names if _may_be(desk, name, seed, known)), None)
    if found is None:
        raise ArgumentError(f"there are {_MOST_NAMES - 1} runs with seed {seed} already, choose another name")
    return found


def _may_be(desk: Desk, name: str, seed: int, known: dict[str, Stored]) -> bool:
    """Whether a run with that seed may have that name: nothing has it, or a run made in the same way."""
    if name not in known:
        return not (desk.runs_folder / name).exists()
    one, settings, case = known[name], desk.settings, desk.case
    asked = {
        "case": case.name,
        "seed": seed,
        "weeks": settings.weeks or case.weeks,
        "units": settings.units or case.units,
        "slots": settings.slots or case.slots,
        "off": [],
        "draws": desk.posterior.digest if desk.posterior else None,
        "outputs": None,
    }
    same = all(one.plan.get(key) == value for key, value in asked.items())
    return one.what == "run" and same and not one.other_version and not api.is_changed(one, case)

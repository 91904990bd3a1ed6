"""The Python face of Fissure: `fissure.run`, `fissure.trace`, `fissure.ledger`."""

import inspect
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fissure.cases.loader import Case, case_names, load_case
from fissure.engine import ensemble
from fissure.engine.cache import cache_base
from fissure.engine.dataset import coordinates_of
from fissure.engine.progress import Progress
from fissure.engine.store import explained
from fissure.errors import FissureError
from fissure.evidence import Ledger, Mechanism, Subject, Trace, load_ledger, package_ledger, require, unfilled
from fissure.evidence import trace as trace_in
from fissure.evidence.check import FILL_IN, require_mechanism
from fissure.model.catalogue import mechanism_classes, parameters_of, parts
from fissure.model.limits import LIMITS
from fissure.model.parameters import Declared
from fissure.model.plugins import ledger_folders, plugins
from fissure.model.record import OUTPUTS, Output
from fissure.studies import effects, verdicts
from fissure.studies.calibrate import Calibration, Posterior, Setting, chosen, path_of
from fissure.studies.calibrate import calibrate as fit
from fissure.studies.calibrate.fit import MEMBERS
from fissure.studies.compare import Compared, compare
from fissure.studies.patterns import ORDERINGS, Met, Plausible, everyone, met, of_ledger, plausible
from fissure.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Result:
    """A finished run: its records, its parameters, how it compares with what was observed, and its report."""

    case: Case
    stored: ensemble.Run

    @property
    def data(self) -> "xr.Dataset":
        """All records, dimensions (member, week, ...), every variable with `units` and `long_name`."""
        return self.stored.data

    @property
    def parameters(self) -> "xr.DataArray":
        """The parameters of each member, dimensions (member, parameter), with their units."""
        return self.stored.parameters

    @property
    def events(self) -> "pd.DataFrame":
        """What happened to whom, where, and how much: columns member, week, kind, district, bloc, size.

        Ordered by member, week, kind, bloc and district; `attrs["kinds"]` tells the unit of the size of each kind.
        """
        return self.stored.events

    @property
    def until(self) -> str | None:
        """The last day of which the posterior that members are drawn from has seen anything; None for the prior."""
        found = self.data.attrs.get("until")
        return None if found is None else str(found)

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return self.stored.folder

    @cached_property
    def ledger(self) -> Ledger:
        """The evidence that the run is held against."""
        return ledger(self.case)

    @cached_property
    def compared(self) -> list[Compared]:
        """The model beside each observation of the case."""
        used = {name for p in parameters_of(self.case) for name in p.prior.evidence}
        return compare(self.data, self.ledger, used)

    @cached_property
    def plausible(self) -> Plausible:
        """The members that count: of a posterior all, else those that the early record does not rule out."""
        if self.until:
            return everyone(self.stored.members)
        return plausible(self.compared, self.stored.members, self.data["week"].values[0])

    @cached_property
    def patterns(self) -> list[Met]:
        """In what share of the members that count each pattern that the record shows comes about."""
        return met(self.data, self.plausible, of_ledger(self.ledger))

    @property
    def orderings(self) -> list[Met]:
        """Those of `patterns` that say what came first."""
        return [one for one in self.patterns if one.pattern in ORDERINGS]

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        from fissure.views.report import write_report

        path = Path(path)
        write_report(
            self.data, self.case, self.ledger, self.compared, path,
            about=self.about(), missing=missing_mechanisms(self.ledger), limits=LIMITS,
            events=self.events,
        )  # fmt: skip
        return path

    def about(self) -> dict[str, Any]:
        """How the run was made, for its report."""
        plan, timing = self.stored.plan, self.stored.timing
        off = "".join(f" --off {name}" for name in plan.off)
        return {
            "version": __version__,
            "title": self.case.title,
            "kind": "posterior predictions" if self.until else "prior predictions",
            "until": self.until,
            "posterior": plan.draws or None,
            "seed": plan.seed,
            "members": self.stored.members,
            "weeks": plan.weeks,
            "units": plan.units,
            "slots": plan.slots,
            "off": list(plan.off),
            "plugins": list(plan.plugins) or None,
            "digest": plan.case_digest,
            "model_digest": plan.model_digest,
            "timing": timing,
            "command": f"fissure run {_name_of(self.case)} --members {self.stored.members} --seed {plan.seed} "
            f"--weeks {plan.weeks}{off}{'' if self.until else ' --prior'}",
        }


def run(
    case: str | Path | Case = "islamic_state",
    *,
    members: int = 100,
    seed: int = 1,
    weeks: int | None = None,
    off: Iterable[str] = (),
    prior: bool = False,
    posterior: str | Path | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate an ensemble of a case, or read back what is there already.

    Members are drawn from the posterior that comes with the case, where one does.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: how many simulated histories.
        seed: of all random numbers; the same seed gives the same arrays.
        weeks: how many weeks from the start; all of the case's where not given.
        off: names of mechanisms to switch off.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from, see `calibrate`.
        out: the folder to keep the run in; a folder in the user's cache where not given.
        progress: is told how far the run is.

    Raises `FissureError` with one clear sentence for anything the caller can mend, and for a posterior that was
    fitted to another model, case, prior or evidence.
    """
    loaded = _loaded(case)
    if off is None or not isinstance(off, Iterable):
        raise FissureError(f"off is {off!r}, expected names of mechanisms")
    if out is not None and not isinstance(out, str | Path):
        raise FissureError(f"out is {out!r}, expected the path of a folder")
    check_evidence(loaded)
    stored = ensemble.run(
        loaded, members=members, seed=seed, weeks=weeks, off=off, out=Path(out).expanduser() if out else None,
        draws=draws_of(loaded, prior=prior, posterior=posterior), progress=progress,
    )  # fmt: skip
    return Result(loaded, stored)


def draws_of(case: Case, *, prior: bool = False, posterior: str | Path | None = None) -> Posterior | None:
    """The posterior that members of `case` are drawn from; None for the prior.

    Raises `FissureError` where both are asked for, and for a posterior that cannot be read or is stale.
    """
    if prior and posterior is not None:
        raise FissureError("found both prior and a posterior, expected one of them to draw members from")
    if prior:
        return None
    return chosen(case, ledger(case), None if posterior is None else Path(posterior).expanduser())


@dataclass(frozen=True, eq=False)
class Fit:
    """A finished calibration: the posterior, what its checks found, and their page."""

    case: Case
    calibration: Calibration
    folder: Path

    @property
    def posterior(self) -> Posterior:
        """What was learned."""
        return self.calibration.posterior

    def keep(self) -> Path:
        """Put the posterior with the case, for every later run of it to use; returns where it lies.

        Raises `FissureError` where the folder of the case cannot be written.
        """
        path = path_of(self.case, self.posterior.until)
        with explained(path.parent, 1 << 20):
            self.posterior.write(path)
        return path


def calibrate(
    case: str | Path | Case = "islamic_state",
    *,
    until: str | date,
    members: int = MEMBERS,
    seed: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Learn from what was published of a case up to the day `until`, and check what was learned.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        until: the cut-off, a day or its text (``2015-12-31``); figures of later days are never looked at.
        members: how many simulated histories to learn from.
        seed: of all random numbers.
        out: the folder of the fit; one in the user's cache where not given. Asked again, a fit goes on where it was.
        progress: is told how far it is.

    Raises `FissureError` with one clear sentence for anything the caller can mend, such as BayesFlow not installed.
    """
    loaded, day = _loaded(case), _day(until)
    check_evidence(loaded)
    folder = Path(out).expanduser() if out else cache_base() / "fits" / f"{loaded.name}-{day}"
    made = fit(loaded, ledger(loaded), day, setting=Setting(members=members, seed=seed), out=folder, progress=progress)
    return Fit(loaded, made, folder)


def _day(found: str | date) -> date:
    try:
        return found if isinstance(found, date) else date.fromisoformat(found)
    except (TypeError, ValueError):
        raise FissureError(f"found {found!r}, expected a day such as 2015-12-31") from None


@dataclass(frozen=True, eq=False)
class Effects:
    """Finished checks of mechanisms: what each found, and their page."""

    case: Case
    checked: effects.Checked
    asked: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[effects.Effect]:
        """What each check found, in order of group and mechanism."""
        return iter(self.checked.effects)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return self.checked.holds

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        from fissure.views.report.effects import write_effects

        plan, most = self.checked.plan, self.checked.members
        command = " ".join(["fissure check", *self.asked, f"--members {most} --weeks {plan.weeks} --seed {plan.seed}"])
        about = {
            "version": __version__,
            "members at most": most,
            "weeks": plan.weeks,
            "seed": plan.seed,
            "units and slots": f"{plan.units} units of {plan.slots} fighter slots",
            "digest of the case": plan.case_digest,
            "command": f"{command} --case {_name_of(self.case)}{' --quick' if self.checked.quick else ''}",
        }
        titles = {name: kind.title for name, kind in mechanism_classes().items()}
        return write_effects(self.checked, self.case, ledger(self.case), Path(path), about=about, titles=titles)


def check(
    mechanisms: str | Iterable[str] = (),
    *,
    case: str | Path | Case = "islamic_state",
    members: int = effects.MEMBERS,
    weeks: int | None = None,
    seed: int = 1,
    quick: bool = False,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Effects:
    """Check that each of `mechanisms` (all where none is named) moves what its sources say, the way they say.

    Args:
        mechanisms: names; see `fissure mechanisms`.
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: how many simulated histories at most; a check that holds with fewer stops there.
        weeks: how many weeks from the start; all of the case's where not given.
        seed: of all random numbers; the same seed gives the same numbers.
        quick: half the units and 16 members at most, for a first look.
        out: the folder to keep what is measured in; a folder in the user's cache where not given.
        progress: is told how far the checks are.

    Raises `FissureError` with one clear sentence for anything the caller can mend.
    """
    loaded = _loaded(case)
    asked = (mechanisms,) if isinstance(mechanisms, str) else tuple(mechanisms)
    check_evidence(loaded)
    checked = effects.check(
        loaded, asked, members=members, weeks=weeks, seed=seed, quick=quick,
        out=Path(out).expanduser() if out else None, progress=progress,
    )  # fmt: skip
    verdicts.write(checked)
    return Effects(loaded, checked, asked)


def read_run(folder: str | Path) -> Result:
    """The run that `folder` holds, as far as it is finished, of a case that comes with the package.

    Raises `FissureError` where there is no run, or one of another case.
    """
    stored = ensemble.open_run(folder)
    if stored.plan.case not in case_names():
        known = ", ".join(case_names())
        raise FissureError(f"{folder}: holds a run of the case '{stored.plan.case}', expected one of {known}")
    return Result(load_case(stored.plan.case), stored)


def check_evidence(case: Case) -> None:
    """Refuse a case or package whose ledger or priors name what does not exist, before anything is simulated.

    Raises `FissureError` with the nearest valid name; warns of texts that are still to be filled in.
    """
    labels = coordinates_of(case, case.weeks)
    outputs = {o.name: {dim: labels[dim] for dim in o.dims if dim in labels} for o in OUTPUTS}
    declared, known = parameters_of(case), ledger(case)
    require(known, outputs, {p.name: p.prior.evidence for p in declared})
    for plugin in plugins():
        kind = plugin.kind
        require_mechanism(known, plugin.name, kind.group(), kind.claims, str(plugin), plugin.ledger_folder)
    left = list(dict.fromkeys(f"{kind} '{name}'" for kind, name, _ in unfilled(known)))
    left += [f"the prior of '{p.name}'" for p in declared if p.prior.reason.startswith(FILL_IN)]
    for name, kind in mechanism_classes().items():
        if FILL_IN in f"{inspect.getdoc(inspect.getmodule(kind))} {kind.__doc__}":
            left.append(f"the docstrings of '{name}'")
    if left:
        warnings.warn(f"still to be filled in: {', '.join(left)}", stacklevel=3)


def _loaded(case: str | Path | Case) -> Case:
    if isinstance(case, Case):
        return case
    if not isinstance(case, str | Path) or not str(case):
        raise FissureError(f"case is {case!r}, expected a name, the path of a folder, or a loaded case")
    return load_case(case)


def _name_of(case: Case) -> str:
    """What to call a case on the command line: its name if it comes with the package, else its folder."""
    packaged = case.name in case_names() and load_case(case.name).folder == case.folder
    return case.name if packaged else str(case.folder)


def ledger(case: str | Path | Case = "islamic_state") -> Ledger:
    """All claims, those of other packages among them, and the observations of `case`."""
    loaded = _loaded(case)
    mechanism_classes()  # refuses a package whose name clashes, before its entries do
    return load_ledger(package_ledger(), *ledger_folders(), loaded.ledger_folder)


def trace(name: str, case: str | Path | Case = "islamic_state") -> Trace:
    """What a mechanism, parameter, output, source, claim or observation rests on, rival claims side by side."""
    loaded = _loaded(case)
    return trace_in(name, ledger(loaded), subjects(loaded))


def missing_mechanisms(known: Ledger) -> list[Mechanism]:
    """Mechanisms of the ledger that the model does not have yet."""
    return [m for name, m in known.mechanisms.items() if name not in mechanism_classes()]


def subjects(case: Case) -> dict[str, Subject]:
    """What of the model can be traced: mechanisms, the processes that are always on, parameters and outputs."""
    declared = parameters_of(case)
    found = {owner: _part(owner, kind, declared) for owner, kind in parts().items()}
    found |= {p.name: _parameter(p) for p in declared}
    return found | {o.name: _output(o) for o in OUTPUTS}


def _part(owner: str, kind: type, declared: list[Declared]) -> Subject:
    own = tuple(p.name for p in declared if p.owner == owner)
    mechanism = mechanism_classes().get(owner)
    if mechanism is not None:
        text = inspect.getdoc(inspect.getmodule(mechanism)) or ""
        return Subject("mechanism", owner, mechanism.title, text, mechanism.claims, own)
    return Subject("process", owner, vars(kind)["title"], inspect.getdoc(kind) or "", (), own)


def _parameter(p: Declared) -> Subject:
    prior = p.prior.prior
    span = "bounds" if prior.kind == "uniform" else "90% between"
    text = f"Prior: {prior.kind}, {span} {prior.low:g} and {prior.high:g} {p.unit}.\nReason: {p.prior.reason}"
    return Subject("parameter", p.name, p.meaning, text, tuple(p.prior.evidence), (p.owner,))


def _output(o: Output) -> Subject:
    dims = ", ".join(("member", "week", *o.dims))
    return Subject("output", o.name, o.long_name, f"Dimensions: {dims}. Unit: {o.unit}.", (), ())

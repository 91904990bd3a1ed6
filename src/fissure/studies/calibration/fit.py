"""Calibrate a case: simulate the prior, screen, train, check, draw, resample, and keep posterior and checks.

    out/bank/               outputs that figures are compared with, of every history of the prior
    out/histories/          the same of histories drawn from what was learned, of which some go on
    out/posterior.json      the posterior
    out/calibration.json    results of the checks

Whatever was finished stays: called again with the same evidence, a fit goes on where it was stopped.
"""

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from fissure.cases.loader import Case
from fissure.engine import ensemble
from fissure.engine.plan import whole
from fissure.engine.progress import Progress, Silent
from fissure.engine.random import prior_normals
from fissure.engine.runner import Workers
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError, DamagedError, FissureError
from fissure.evidence.ledger import Ledger
from fissure.files import DamagedBlock, JsonObject, cache_base, disk_errors, sealed_json, unsealed_json, write_whole
from fissure.model.catalogue import parameters_of
from fissure.model.plugins import made_of
from fissure.studies.calibration.checks import (
    Agreement,
    PredictiveCheck,
    Recovery,
    TargetRecovery,
    compare_methods,
    posterior_predictive,
    recover,
)
from fissure.studies.calibration.flow import Training, flow_available, train
from fissure.studies.calibration.importance_resampling import (
    OneDrawEach,
    resample_histories,
    state_observations,
    without,
)
from fissure.studies.calibration.posterior import DECIMALS, FARTHEST, Posterior, dependencies, read_posterior
from fissure.studies.calibration.problem import Problem, ScreenedParameter, problem_of, screen
from fissure.studies.measurement import Datum, comparable, truths
from fissure.studies.measurement import data as figures_of
from fissure.version import __version__

MEMBERS = 4_000
"""Members of the prior that are simulated."""
DRAWS = 1_000
"""Draws of the posterior that are kept."""
HISTORIES = 4_000
"""Members that are simulated to the cut-off, to go on from those near the state that was known."""
CHECKED = 400
"""Synthetic data sets (members kept from training), draws for each, and members for the predictive check."""
FEWEST = 40
"""Members below which nothing can be learned."""
BLOCK = 64
CHECKS_FILE = "calibration.json"
_IN_FILE = {"abc_mean": "simple_mean", "abc_spread": "simple_spread"}
"""Names in that file which differ from those of the fields."""
NOTHING = "nothing that the model says was published of '{}' by then, choose a later date"


@dataclass(frozen=True, eq=False)
class Calibration:
    """A posterior and the results of its checks.

    `screened` has a line for each parameter, `agreements` one for each target, `predictive` one for each figure;
    `losses` are the flow's training and validation loss by epoch.
    """

    posterior: Posterior
    items: tuple[Datum, ...]
    screened: tuple[ScreenedParameter, ...]
    losses: tuple[tuple[float, float], ...]
    recovery: Recovery
    agreements: tuple[Agreement, ...]
    predictive: tuple[PredictiveCheck, ...]
    state: tuple[str, ...]
    """The figures of the state at the cut-off, by which histories were weighted."""
    effective_size: float
    """Effective sample size of these weights."""


@dataclass(frozen=True)
class Setting:
    """Settings of a fit: members of the prior, draws to keep, sets to check on, seed, training, sizes of a member."""

    members: int = MEMBERS
    draws: int = DRAWS
    histories: int = HISTORIES
    checked: int = CHECKED
    seed: int = 1
    training: Training = field(default_factory=Training)
    units: int | None = None
    slots: int | None = None

    @property
    def sets(self) -> int:
        """Synthetic data sets, and members of the predictive check."""
        return min(self.checked, self.members // 5)

    def described(self) -> JsonObject:
        """As plain values."""
        packages = {"plugins": list(found)} if (found := made_of()) else {}
        return {**asdict(self), "fissure": __version__, **packages}


def calibrate(
    case: Case,
    ledger: Ledger,
    until: date,
    *,
    setting: Setting | None = None,
    weeks: int | None = None,
    bank: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Calibration:
    """Fit `case` to the figures of `ledger` that speak of a day up to `until`; or read back the fit that is there.

    Args:
        case, ledger: the case, and its evidence; figures of later days are never looked at.
        until: the cut-off.
        setting: how the fit is made.
        weeks: how long members of the prior run, where more than one cut-off is to learn from the same `bank`.
        bank: the folder of the simulated prior; `out/bank` where not given.
        out: the folder of the fit; one in the user's cache where not given.
        progress: shows how far it is.
        workers: who simulates; threads of this process where not given. See `cluster.workers_of`.

    Raises `FissureError` for a cut-off outside the case, before anything was published, or without BayesFlow.
    """
    setting, progress = setting or Setting(), progress or Silent()
    whole("members", setting.members, FEWEST, 1_000_000)
    whole("draws", setting.draws, 1, 1_000_000)
    whole("histories", setting.histories, 2, 1_000_000)
    whole("checked", setting.checked, 2, 1_000_000)
    needed = weeks_until(case, until)
    known = figures_of(ledger, case.leanings, until=until)
    fitted_to = dependencies(case, known)
    out = cache_base() / "fits" / f"{case.name}-{until}" if out is None else out
    if not known:
        raise ArgumentError(NOTHING.format(case.name))
    made = _read_fit(out, fitted_to, setting, known)
    if made is not None:
        return made
    flow_available()
    plan = ensemble.planned(case, seed=setting.seed, weeks=needed, units=setting.units, slots=setting.slots)
    with keeping(out, StudyManifest("calibrate", plan, setting.members, setting.members + setting.histories, until)):
        simulate = partial(
            ensemble.run, case, units=setting.units, slots=setting.slots, block=BLOCK, outputs=outputs_of(ledger),
            progress=progress, workers=workers,
        )  # fmt: skip
        longest = max(weeks or 0, needed)
        run = simulate(seed=setting.seed, members=setting.members, weeks=longest, out=bank or out / "bank")
        run.require_all()
        items = comparable(run.data, known)
        if not items:
            raise ArgumentError(NOTHING.format(case.name))
        names = [p.name for p in parameters_of(case)]
        problem = problem_of(run.data, prior_normals(setting.seed, range(run.members), names), names, items)
        bare = Posterior(case.name, until, (), np.empty((0, 0)), fitted_to, setting.described())
        found = _fitted(bare, problem, setting, partial(simulate, weeks=needed), needed, out, progress)
        with disk_errors(out, 1 << 20):
            _write_fit(out, found)
    progress.finish()
    return found


def _fitted(
    bare: Posterior,
    problem: Problem,
    setting: Setting,
    simulate: Callable[..., ensemble.Run],
    weeks: int,
    out: Path,
    progress: Progress,
) -> Calibration:
    """Screen, learn, check, and draw, from a posterior without draws; `simulate` runs histories to the cut-off."""
    seen = setting.members - setting.sets  # members that training may see; the others are synthetic data sets

    def first(one: Problem) -> Problem:
        return replace(one, z=one.z[:seen], truth=one.truth[:seen])

    screened = screen(first(problem).z, first(problem).truth, problem.parameters, problem.items)
    learned = tuple(at for at, one in enumerate(screened) if one.learned)
    if not learned:
        raise ArgumentError(
            f"nothing can be learned from what was published up to {bare.until} with {setting.members} members, choose "
            "a later date or more members"
        )
    problem = replace(problem, learned=learned)
    state = state_observations(problem.items, bare.until)
    before = without(problem, state)
    progress.phase("training")
    flow = train(first(before), setting.seed, setting.training)
    progress.phase("checking")
    recovery = recover(flow, before, range(seen, setting.members), setting.sets, setting.seed)
    own = setting.seed + 1  # members of this stage have one draw each, and luck that no member of the bank had
    drawn = flow.sample(before.observed[None], setting.histories, own)[0]
    agreements = compare_methods(before, drawn, setting.seed)
    if not np.isfinite(drawn).all():
        raise ArgumentError(
            "training came to nothing (draws that are no numbers), choose a smaller rate or more members"
        )
    draws = replace(bare, learned=before.targets, draws=drawn.clip(-FARTHEST, FARTHEST).round(DECIMALS))
    folder = out / "histories" / draws.digest[:12]
    lived = simulate(seed=own, members=setting.histories, out=folder, draws=OneDrawEach(draws))
    lived.require_all()
    truth = truths(lived.data, problem.items)
    posterior, rows, effective_size = resample_histories(draws, problem, state, truth, setting.draws, own, weeks)
    bias = posterior.draws[:, len(problem.learned) :]
    predictive = posterior_predictive(truth[rows], problem.items, bias, setting.seed)
    losses = tuple((float(a), float(b)) for a, b in flow.losses)
    return Calibration(
        posterior, problem.items, tuple(screened), losses, recovery, tuple(agreements), tuple(predictive),
        tuple(problem.items[at].observation.id for at in state), effective_size,
    )  # fmt: skip


def weeks_until(case: Case, until: date) -> int:
    """Weeks from the start of `case` to the end of the one that holds `until`; `FissureError` outside the case."""
    days = (until - case.start).days + 1
    if not 1 <= days <= 7 * case.weeks:
        raise ArgumentError(f"found the cut-off {until}, expected a day of the case, from {case.start} to {case.end}")
    return math.ceil(days / 7)


def outputs_of(ledger: Ledger) -> list[str]:
    """The outputs that figures of `ledger`, of whatever day, are compared with."""
    return sorted({v.output for v in ledger.variables.values() if v.output is not None})


def _write_fit(out: Path, fit: Calibration) -> None:
    content = {
        "screened": [asdict(one) for one in fit.screened],
        "losses": fit.losses,
        "recovery": asdict(fit.recovery),
        "agreements": [{_IN_FILE.get(name, name): x for name, x in asdict(one).items()} for one in fit.agreements],
        "predictive": [asdict(one) for one in fit.predictive],
        "state": fit.state,
        "worth": fit.effective_size,
        "posterior": fit.posterior.digest,
    }
    write_whole(out / CHECKS_FILE, sealed_json(content))
    fit.posterior.write(out / "posterior.json")  # last: where it is, all is


def _read_fit(out: Path, fitted_to: Mapping[str, str], setting: Setting, known: list[Datum]) -> Calibration | None:
    """The fit in `out`, if it was made of the same things in the same way."""
    path = out / "posterior.json"
    if not path.exists():
        return None
    try:
        posterior = read_posterior(path)
    except FissureError:
        warnings.warn(f"{path}: this posterior is damaged and is made again", DamagedBlock, stacklevel=2)
        return None
    if posterior.fitted_to != fitted_to or posterior.made != json.loads(json.dumps(setting.described())):
        return None
    try:
        content = unsealed_json(out / CHECKS_FILE)
        if content["posterior"] != posterior.digest:
            return None
        predictive = tuple(PredictiveCheck(**one) for one in content["predictive"])
        named = {item.observation.id: item for item in known}
        recovery, own = content["recovery"], {old: name for name, old in _IN_FILE.items()}
        return Calibration(
            posterior,
            tuple(named[one.observation] for one in predictive),
            tuple(ScreenedParameter(**one) for one in content["screened"]),
            tuple((a, b) for a, b in content["losses"]),
            Recovery(recovery["sets"], tuple(TargetRecovery(**one) for one in recovery["targets"])),
            tuple(Agreement(**{own.get(name, name): x for name, x in one.items()}) for one in content["agreements"]),
            predictive,
            tuple(content["state"]),
            float(content["worth"]),
        )
    except (DamagedError, ValueError, LookupError, TypeError):
        warnings.warn(f"{out / CHECKS_FILE}: this calibration is damaged and is made again", DamagedBlock, stacklevel=2)
        return None

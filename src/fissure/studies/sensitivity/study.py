"""The study: what is simulated, from the plain ensemble to the design of the strong inputs.

Runs are spent on four things:

- **plain**: members as they are believed, for the worth of evidence;
- **forced**: further members under forcings moved at random; both together are screened;
- **prior**: where members come from a posterior, members of the prior, for what was learned already;
- **design**: A, B and their mixtures over the strongest inputs (`indices`), with members of their own.

Forcings are the same for `BLOCK` runs side by side, since these share a world; tests and intervals allow for it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import local
from typing import Any, Unpack

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.parameter_source import Draws, Prior
from fissure.engine.plan import Plan, whole
from fissure.engine.provenance import STUDY, code_digest
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.model.catalogue import parameters_of
from fissure.studies.effective import effective_size
from fissure.studies.measurement import Datum, floored, truths
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import Outcome, at_bounds, bounds_of
from fissure.studies.paired_runs import Job, PairedRuns, RunOptions, planned
from fissure.studies.scenario import AS_IT_IS, FORCING
from fissure.studies.sensitivity.design import (
    APART,
    LUCK,
    REST,
    Index,
    Input,
    Margins,
    SeparateLuck,
    available,
    converging,
    forced,
    inputs_of,
    log_factor,
    spread,
)
from fissure.studies.sensitivity.information_value import Narrowing, narrowed, of_figures, of_parameters
from fissure.studies.sensitivity.result import BLOCK, OutcomeSensitivity, Sensitivity, Sizes
from fissure.studies.sensitivity.screening import Screening, screen

RUNS, QUICK, FEWEST = 3200, 900, 80
"""Runs by default, of a quick look, and the fewest that can be spent."""
STRONG = 8
"""Inputs in the design, at most."""
DESIGN = 1 << 22
"""The first member of the design."""


def sensitivity(
    case: Case,
    outcomes: Sequence[Outcome],
    figures: Sequence[Datum],
    folder: Path,
    *,
    runs: int | None = None,
    quick: bool = False,
    **options: Unpack[RunOptions],
) -> Sensitivity:
    """Screen all inputs, take apart the variance of `outcomes`, and weigh evidence.

    Args:
        case: the loaded case.
        outcomes: what is asked about.
        figures: published figures whose worth is asked for.
        folder: where what is measured is kept; asked again, a study goes on where it was stopped.
        runs: how many in all; fewer are used where few inputs are strong.
        quick: half the units, and `QUICK` runs where `runs` is not given.
        options: see `RunOptions`.

    Raises `FissureError` for bad input or without SALib, and `StoppedError` on Ctrl-C; what was measured is kept.
    """
    available()
    runs = (QUICK if quick else RUNS) if runs is None else runs
    whole("runs", runs, FEWEST, 1_000_000)
    plan = planned(case, quick=quick, **options)
    options |= {"seed": plan.seed, "weeks": plan.weeks, "units": plan.units, "slots": plan.slots}
    draws = options.get("draws") or Prior()
    study = _Study(case, tuple(outcomes), tuple(figures), folder / "measured", draws, plan, options)
    named = tuple(f"hangs on: {one.name}" for one in outcomes)
    with keeping(folder, StudyManifest("sensitivity", plan, None, int(runs), draws.until, named)):
        return study.found(int(runs), folder, quick)


@dataclass(frozen=True, eq=False)
class _Study:
    case: Case
    outcomes: tuple[Outcome, ...]
    figures: tuple[Datum, ...]
    folder: Path
    draws: Draws
    plan: Plan
    options: RunOptions

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.outcomes)

    def found(self, runs: int, folder: Path, quick: bool) -> Sensitivity:
        seed, learned, room = self.plan.seed, self.draws.until is not None, self.plan.units * self.plan.slots
        sizes = Sizes.of(runs, STRONG, learned)
        inputs = inputs_of(parameters_of(self.case))
        own = [one for one in inputs if one.kind == "parameter"]
        plain, truth = self._plain(sizes.plain)
        screened = self._screened(inputs, plain, sizes)
        strong = screened.kept[:STRONG]
        sizes = Sizes.of(runs, len(strong), learned) if strong else replace(sizes, rows=0)
        designs = self._designs([one for one in inputs if one.name in strong], sizes.rows)
        z = self.draws.normals(seed, range(sizes.plain), [one.name for one in own])
        worth = of_parameters(z, plain, own, self.names, seed)
        worth += of_figures(truth, self.figures, self.draws, seed, plain, self.names)
        columns = list(zip(self.outcomes, plain.T, strict=True))
        return Sensitivity(
            self.plan,
            runs,
            sizes,
            inputs,
            strong,
            screened,
            tuple(OutcomeSensitivity(o.name, o.title, o.unit, *_summary(y), *designs[o.name]) for o, y in columns),
            tuple(worth),
            tuple(self._learned(own, plain, sizes.prior)),
            self.draws.until.isoformat() if self.draws.until else None,
            folder,
            quick,
            effective_size(self.draws, seed, sizes.plain),
            tuple(at_bounds(bounds_of(o.name, self.plan.weeks, room), {"as it is": y}) for o, y in columns),
        )

    def _measured(
        self, jobs: Sequence[Job], draws: Draws, phase: str, where: str = "runs", more: Sequence[Outcome] = ()
    ) -> Floats:
        """(jobs, outcomes), those of `more` last."""
        options: RunOptions = {**self.options, "draws": draws}
        worlds = PairedRuns.of(self.case, (*self.outcomes, *more), self.folder / where, **options)
        worlds.measure(jobs, phase)
        worlds.require(jobs)
        return np.stack([worlds.values(scenario, [member])[0] for scenario, member in jobs])

    def _plain(self, members: int) -> tuple[Floats, Floats]:
        """(members, outcomes), and (members, figures) the truth behind each figure."""
        code = code_digest("fissure.studies.measurement", boundary=STUDY)[:16]
        jobs = [(AS_IT_IS, member) for member in range(members)]
        more = figure_outcomes(self.figures)
        values = self._measured(jobs, self.draws, "what is believed", f"plain-{code}", more)
        return values[:, : len(self.outcomes)], values[:, len(self.outcomes) :]

    def _screened(self, inputs: tuple[Input, ...], plain: Floats, sizes: Sizes) -> Screening:
        """The screening of plain and forced members together."""
        rng = np.random.default_rng([self.plan.seed, 1])
        u = spread(sizes.forced // BLOCK, len(FORCING), rng)
        under = [forced(tuple(FORCING), row) for row in u]
        members = range(sizes.plain, sizes.plain + sizes.forced)
        jobs = [(under[i // BLOCK], member) for i, member in enumerate(members)]
        moved = self._measured(jobs, self.draws, "forcings moved")
        parameters = [one.name for one in inputs if one.kind == "parameter"]
        z = self.draws.normals(self.plan.seed, range(members.stop), parameters)
        factor = np.concatenate([np.zeros((sizes.plain, len(FORCING))), np.repeat(log_factor(u), BLOCK, axis=0)])
        return screen(
            np.concatenate([z, factor], axis=1),
            np.concatenate([plain, moved]),
            [one.name for one in inputs],
            self.names,
            by_block=tuple(FORCING),
            block=np.arange(members.stop) // BLOCK,
        )

    def _designs(self, strong: Sequence[Input], rows: int) -> dict[str, tuple[float, tuple[tuple[Index, ...], ...]]]:
        """Of each outcome its standard deviation over the design, and its indices from more and more rows."""
        if not rows:
            return {name: (float("nan"), ()) for name in self.names}
        margins = Margins.of(strong, parameters_of(self.case), self.draws, self.plan.seed)
        samples = design(strong, rows, self.plan.seed)
        jobs = [
            [(margins.scenario(row), member) for row, member in zip(u, members, strict=True)] for u, members in samples
        ]
        flat = [job for sample in jobs for job in sample]
        found = self._measured(flat, SeparateLuck(self.draws), "strong inputs").reshape(len(jobs), rows, -1)
        names = [*(one.name for one in strong), REST, LUCK]
        out = {}
        for o, name in enumerate(self.names):
            a, b, mixed = found[0, :, o], found[1, :, o], found[2:, :, o]
            steps = converging(a, b, mixed, names, BLOCK, self.plan.seed)
            out[name] = (float(np.concatenate([a, b]).std()), tuple(tuple(step) for step in steps))
        return out

    def _learned(self, own: Sequence[Input], plain: Floats, members: int) -> list[Narrowing]:
        """Prior to posterior, of outcomes and of the parameters `own`; nothing where members come from the prior."""
        if not members:
            return []
        seed, names = self.plan.seed, [one.name for one in own]
        before = self._measured([(AS_IT_IS, m) for m in range(members)], Prior(), "the prior")
        out = narrowed(before, plain, [(o.name, o.title, o.unit) for o in self.outcomes], seed)
        first, then = (draws.normals(seed, range(4000), names) for draws in (Prior(), self.draws))
        return out + narrowed(first, then, [(o.name, o.meaning, "prior standard deviations") for o in own], seed)


def design(strong: Sequence[Input], rows: int, seed: int) -> list[tuple[Floats, list[int]]]:
    """Quantiles (rows, inputs) and members of each sample: A, B, A with B's value of each input, of the rest, of luck.

    Forcings are the same in all rows of a block.
    """
    rng = np.random.default_rng([seed, 2])
    block = np.arange(rows) // BLOCK

    def drawn() -> Floats:
        alone, together = spread(rows, len(strong), rng), spread(rows // BLOCK, len(strong), rng)[block]
        return np.where([one.kind == "forcing" for one in strong], together, alone)

    a, b = drawn(), drawn()
    first, second = (list(range(DESIGN + half * rows, DESIGN + (half + 1) * rows)) for half in (0, 1))
    samples = [(a, first), (b, second)]
    for at in range(len(strong)):
        mixed = a.copy()
        mixed[:, at] = b[:, at]
        samples.append((mixed, first))
    return [*samples, (a, second), (a, [member + APART for member in first])]


def figure_outcomes(figures: Sequence[Datum]) -> tuple[Outcome, ...]:
    """The model's number in the place of each figure, as outcomes to be measured, finite in every member."""
    measure = _Truths(tuple(figures))
    return tuple(
        Outcome(_name(item), item.variable.title, item.variable.unit, "", partial(measure.of, at))
        for at, item in enumerate(figures)
    )


class _Truths:
    """Measures all figures of a run at once; a thread measures all of one run before it turns to the next."""

    def __init__(self, figures: tuple[Datum, ...]) -> None:
        self.figures, self._held = figures, local()

    def of(self, at: int, data: xr.Dataset) -> Floats:
        """(members,) of one figure."""
        if getattr(self._held, "data", None) is not data:
            self._held.data, self._held.found = data, floored(truths(data, self.figures), self.figures)
        found: Floats = self._held.found
        return found[:, at]

    def __reduce__(self) -> tuple[type["_Truths"], tuple[tuple[Datum, ...]]]:
        """As a worker is sent it: without what a thread holds here."""
        return _Truths, (self.figures,)


def _name(item: Datum) -> str:
    """A name that says all that the truth behind a figure depends on."""
    observation, variable = item.observation, item.variable
    depends_on: list[Any] = [observation.model_dump(mode="json", include={"id", "date", "period", "bound"})]
    depends_on += [variable.model_dump(mode="json", exclude={"note", "title", "reason"}), item.scale, item.published]
    return f"figure {json.dumps(depends_on, sort_keys=True)}"


def _summary(y: Floats) -> tuple[float, float, float, float]:
    low, high = np.quantile(y, [0.05, 0.95])
    return float(y.mean()), float(y.std()), float(low), float(high)

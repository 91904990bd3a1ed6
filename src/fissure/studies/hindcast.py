"""Forecasts made with only what was known at past dates, scored on every figure that was published of later days.

From each date the fitted ensemble is run to the end twice: with the war as it came (offensives, strikes and prices are
given, so only the group is forecast), and with only what was known (`extrapolate`). Both, and the prior ensemble with
the war as it came, are published by the same measurement model and scored beside the naive rivals (`baselines`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine import ensemble
from fissure.engine.parameter_source import Draws
from fissure.engine.plan import whole
from fissure.engine.progress import Progress, Silent
from fissure.engine.provenance import own_digest
from fissure.engine.random import prior_normals
from fissure.engine.runner import Workers
from fissure.errors import FileError
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.model.plugins import made_of
from fissure.studies import kept_results
from fissure.studies.baselines import RIVALS, baselines
from fissure.studies.calibration.fit import outputs_of
from fissure.studies.effective import EffectiveSample, effective_size, few_histories
from fissure.studies.endings import COLLAPSES, What, by_week, collapse_weeks
from fissure.studies.forcing_forecasts import RECENT, futures
from fissure.studies.measurement import Datum, comparable, data, floors, noise, published, truths
from fissure.studies.observation_operator import Floats
from fissure.studies.score import ForecastScore, Total, score, total
from fissure.version import __version__

Kind = Literal["known", "extrapolated", "prior"]
KEPT = "kept/hindcast.json"
KINDS: tuple[Kind, ...] = ("known", "extrapolated", "prior")
"""The war as it came; only what was known; the prior ensemble with the war as it came."""
FORECASTS: tuple[str, ...] = (*KINDS, *RIVALS)
"""All that are scored: the three ensembles and the three naive rivals."""


class Simulate(Protocol):
    """Runs an ensemble of `case` whose parameters are `draws` (the prior's where None), kept in `out`."""

    def __call__(self, case: Case, members: int, draws: Draws | None, *, seed: int, out: Path | None) -> xr.Dataset:
        """Dimensions member and week; the same arguments give the same numbers."""


@dataclass(frozen=True)
class Collapse:
    """Probability of collapse by each week: `share` of `members`, one number a week of the run."""

    kind: Kind
    what: What
    members: int
    share: tuple[float, ...]

    def by(self, day: date, start: date) -> float:
        """The probability by the end of the last whole week before or on `day`; `start` is the run's first day."""
        week = ((day - start).days + 1) // 7 - 1
        return self.share[min(week, len(self.share) - 1)] if week >= 0 else 0.0


@dataclass(frozen=True)
class FromDate:
    """Forecasts from one date. `scored` holds a row a figure for each of `FORECASTS` that speaks of it.

    `known` figures were published of days up to the date, `later` after it; `foreseen` names the parameters whose
    priors were argued from some of the later ones; `beyond` of the later ones speak of a
    time that the run does not hold and are left out. `silent` are later figures whose variable had no earlier two-sided
    figure, so that no naive rival can speak; `fell_back` those for which a trend had to fall back to persistence.
    """

    date: date
    known: int
    later: int
    beyond: int
    scored: dict[str, tuple[ForecastScore, ...]]
    foreseen: tuple[str, ...]
    silent: tuple[str, ...]
    fell_back: tuple[str, ...]
    collapse: tuple[Collapse, ...]
    worth: EffectiveSample | None = None
    """Independent draws that the members of the fitted ensembles are worth; None where it was not recorded."""

    @property
    def in_common(self) -> dict[str, Total]:
        """Scores of each of `FORECASTS` over the figures of which all of them speak."""
        both = set.intersection(*({row.observation for row in rows} for rows in self.scored.values()))
        return {name: total(row for row in rows if row.observation in both) for name, rows in self.scored.items()}

    def chance(self, kind: Kind, what: What = "territory") -> Collapse:
        """The probability of collapse over time in one ensemble."""
        return next(one for one in self.collapse if (one.kind, one.what) == (kind, what))


@dataclass(frozen=True)
class Hindcast:
    """A finished hindcast of a case: what it was made with, and what came of each date."""

    case: str
    title: str
    start: date
    weeks: int
    members: int
    futures: int
    seed: int
    version: str
    model: str
    """Digest of the model that made it."""
    dates: tuple[FromDate, ...] = field(default_factory=tuple)
    by: date | None = None
    """The day by which the chance of collapse is quoted; None for the last day of the case."""

    few_histories: str = ""
    """A warning where there are too few members for an interval."""

    plugins: tuple[str, ...] = ()
    """Packages that bring mechanisms with which it was made, see `kept_results`."""

    case_digest: str = ""
    """Digest of the files of the case, where it was kept with one."""

    @property
    def quoted(self) -> date:
        """The day by which the chance of collapse is quoted, within the case."""
        last = self.start + timedelta(weeks=self.weeks) - timedelta(days=1)
        return min(self.by or last, last)

    def save(self, path: str | Path) -> Path:
        """Write it as JSON to `path`, whole or not at all."""
        return kept_results.write_as(Hindcast, self, Path(path))


def kept(case: Case) -> Hindcast | None:
    """The hindcast that lies with `case`, if one does and it was made of it by the model that there is now.

    It may have been made with fewer packages that bring mechanisms than there are now: see `kept_results`.
    """

    def fresh(found: Hindcast) -> bool:
        own = found.model == own_digest() and kept_results.is_of(found.case_digest, case)
        return own and kept_results.serves(found.plugins)

    return kept_results.first(case, KEPT, read_hindcast, fresh)


def read_hindcast(path: str | Path) -> Hindcast:
    """The hindcast that `Hindcast.save` wrote to `path`. Raises `FissureError` for anything else."""
    return kept_results.read_as(Hindcast, Path(path), "a saved hindcast")


def stored(progress: Progress, outputs: Sequence[str] = (), workers: Workers | None = None) -> Simulate:
    """Simulation by `ensemble.run`: what is in its folder already is read back, what is missing is made.

    Of each member only `outputs` are kept, where any are named.
    """

    def simulate(case: Case, members: int, draws: Draws | None, *, seed: int, out: Path | None) -> xr.Dataset:
        run = ensemble.run(
            case, members=members, seed=seed, out=out, draws=draws, outputs=outputs, progress=progress, workers=workers
        )
        run.require_all()
        return run.data

    return simulate


def hindcast(
    case: Case,
    ledger: Ledger,
    dates: Sequence[date],
    *,
    fit: Callable[[date], Draws],
    members: int = 300,
    count: int = 8,
    seed: int = 1,
    out: Path | None = None,
    simulate: Simulate | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Hindcast:
    """Fit to each of `dates`, forecast to the end, and score.

    Args:
        case, ledger: the case, and the evidence that it is scored against.
        dates: what is published of days after each is forecast, and never looked at before that.
        fit: gives the draws of the posterior of a date, of parameters and of ``bias:NAME`` terms.
        members: of each ensemble; those of the extrapolated one are spread evenly over the futures.
        count: how many futures stand for the war as it could have been expected.
        seed: of all random numbers.
        out: the folder to keep the runs in (prior, DATE/known, DATE/extrapolated/N); the user's cache where not given.
        simulate: makes an ensemble; `ensemble.run` by default, so that a stopped hindcast goes on where it was.
        progress: shows which ensemble is made.
        workers: who simulates; threads of this process where not given. See `cluster.workers_of`.

    Raises `FissureError` for a date too early or too late for the case, and for fewer members than two a future.
    """
    dates = sorted(set(dates))
    whole("futures", count, 1, 1_000_000)
    whole(f"members (at least two for each of {count} futures of the war)", members, 2 * count, 1_000_000)
    for day in dates:
        if not _possible(case, ledger, day):
            raise FileError(f"found the date {day} to forecast from, {_expected(case, ledger)}")
    shown = progress or Silent()
    outputs = sorted({*outputs_of(ledger), *COLLAPSES.values()})
    job = _Job(case, ledger, members, count, seed, out, simulate or stored(shown, outputs, workers), shown)
    try:
        found = tuple(job.of(day, fit) for day in dates)
    finally:
        shown.finish()
    return Hindcast(
        case.name, case.title, case.start, case.weeks, members, count, seed, __version__, own_digest(), found,
        case.dates.collapse, few_histories(members), made_of(),
    )  # fmt: skip


def default_dates(case: Case, ledger: Ledger) -> list[date]:
    """The days of the case from which to forecast unless others are asked for, as far as they can be scored.

    Raises `FissureError` where none can.
    """
    days = [day for day in case.dates.hindcasts if _possible(case, ledger, day)]
    if not days:
        tried = " and ".join(map(str, case.dates.hindcasts))
        raise FileError(f"no forecast from {tried} can be scored: ask for a date (--from), {_expected(case, ledger)}")
    return days


def _last_figure(case: Case, ledger: Ledger) -> date:
    return max((o.when for o in ledger.observations.values()), default=case.start)


def _possible(case: Case, ledger: Ledger, day: date) -> bool:
    known = ((day - case.start).days + 1) // 7
    return RECENT <= known < case.weeks and day < _last_figure(case, ledger)


def _expected(case: Case, ledger: Ledger) -> str:
    return (
        f"expected a day from the {RECENT}th week of the case ({case.start} to {case.end}) "
        f"to before the last figure of its ledger ({_last_figure(case, ledger)})"
    )


@dataclass(frozen=True, eq=False)
class _Job:
    case: Case
    ledger: Ledger
    members: int
    count: int
    seed: int
    out: Path | None
    simulate: Simulate
    progress: Progress

    def of(self, day: date, fit: Callable[[date], Draws]) -> FromDate:
        """Everything from one date."""
        earlier = data(self.ledger, self.case.leanings, until=day)
        draws = fit(day)
        prior = self._run("prior", self.case, None, self.members, 0)
        asked = data(self.ledger, self.case.leanings, after=day)
        items = comparable(prior, asked)
        samples, collapse = self._ensembles(day, items, draws, prior)
        naive = baselines(items, earlier, day, members=self.members, seed=self.seed)
        samples |= {one.name: one.samples for one in naive}
        later = {one.observation.id for one in asked}
        return FromDate(
            date=day,
            known=len(earlier),
            later=len(asked),
            beyond=len(asked) - len(items),
            scored={name: tuple(score(samples[name], items)) for name in FORECASTS},
            foreseen=tuple(p.name for p in parameters_of(self.case) if not later.isdisjoint(p.prior.evidence)),
            silent=naive[0].silent,
            fell_back=tuple(dict.fromkeys(name for one in naive for name in one.fell_back)),
            collapse=tuple(collapse),
            worth=effective_size(draws, self.seed, self.members),
        )

    def _ensembles(
        self, day: date, items: Sequence[Datum], draws: Draws, prior: xr.Dataset
    ) -> tuple[dict[str, Floats], list[Collapse]]:
        known = self._run(f"{day}/known", self.case, draws, self.members, 0)
        wars = futures(self.case, day, self.count, self.seed)
        share = [len(part) for part in np.array_split(np.arange(self.members), self.count)]
        # another seed for each future: its members are others of the posterior, with luck of their own
        ahead = [self._run(f"{day}/extrapolated/{n}", war, draws, share[n], n + 1) for n, war in enumerate(wars)]
        runs: dict[Kind, list[tuple[xr.Dataset, int, Draws | None]]] = {
            "known": [(known, 0, draws)],
            "extrapolated": [(run, n + 1, draws) for n, run in enumerate(ahead)],
            "prior": [(prior, 0, None)],
        }
        samples, collapse, least = {}, [], floors(truths(prior, items), items)
        for kind, own in runs.items():
            parts = []
            for run, more, drawn in own:
                normals = prior_normals if drawn is None else drawn.normals
                shown = noise(items, run.sizes["member"], self.seed + more, normals)
                parts.append(published(np.maximum(truths(run, items), least), items, *shown))
            samples[str(kind)] = np.concatenate(parts)
            for what in COLLAPSES:
                weeks = np.concatenate([collapse_weeks(run, what) for run, _, _ in own])
                share_of = tuple(float(x) for x in by_week(weeks, self.case.weeks))
                collapse.append(Collapse(kind, what, len(weeks), share_of))
        return samples, collapse

    def _run(self, name: str, case: Case, draws: Draws | None, members: int, more: int) -> xr.Dataset:
        self.progress.phase(f"ensemble {name}")
        out = None if self.out is None else self.out / name
        return self.simulate(case, members, draws, seed=self.seed + more, out=out)

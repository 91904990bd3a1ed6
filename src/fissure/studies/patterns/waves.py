"""The parts that compare levels: waves against what goes before them, eruptions against calm, quarter with quarter."""

import numpy as np
import xarray as xr

from fissure.constants import HALF_YEAR, QUARTER
from fissure.studies.counterpart import Floats
from fissure.studies.patterns import measures
from fissure.studies.patterns.measures import NEAR, alive, over_members, series
from fissure.studies.patterns.pattern import Answer
from fissure.studies.patterns.timing import FEW, FIFTH

CALM = (52, 104)
"""The second year of the run, in weeks: between the two eruptions that the record shows."""
TIMES = 2.0
"""An eruption at least doubles what there is in the calm."""
STILL = 0.05
"""Share of the ground that may change hands in a quarter of stalemate: about the least change published of one."""
QUARTERS = 2
"""Quarters of each kind that a member must have."""


def executions_follow_losses(data: xr.Dataset) -> Answer:
    """Executions go with the ground lost in the eight weeks before, more than chance would have it."""
    executed = series(data, "executed_members") + series(data, "executed_residents")
    lost = measures.before(measures.drops(data["territory_km2"]))
    return _beyond_chance(executed, lost, data)


def plots_precede_offensives(data: xr.Dataset) -> Answer:
    """Plots go with the opponents who attack in the eight weeks after, more than chance would have it."""
    return _beyond_chance(series(data, "plots"), measures.ahead(series(data, "attackers")), data)


def _beyond_chance(waves: Floats, cause: Floats, data: xr.Dataset) -> Answer:
    found, chance = measures.together(waves, cause, alive(series(data, "fighters")))
    return Answer.of(found, chance, found > chance, np.isfinite(found))


def exit_goes_on(data: xr.Dataset) -> Answer:
    """After a wave of executions of members the rate of desertion is at least half of what it was before."""
    fighters = series(data, "fighters")
    rate = np.divide(series(data, "deserted"), fighters, out=np.zeros(fighters.shape), where=fighters > 0)
    crest, weeks = measures.crests(series(data, "executed_members")), alive(fighters)

    def of_member(member: int) -> tuple[float, float]:
        at = np.flatnonzero(crest[member, : max(weeks[member] - NEAR, 0)])
        earlier = sum(rate[member, week - NEAR : week].sum() for week in at)
        later = sum(rate[member, week + 1 : week + 1 + NEAR].sum() for week in at)
        return (later / earlier, 0.5) if earlier > 0 else (np.nan, np.nan)

    ratio, least = over_members(of_member, fighters.shape[0])
    return Answer.of(ratio, least, ratio >= least, np.isfinite(ratio))


def conflict_erupts_early(data: xr.Dataset) -> Answer:
    """Killings over doctrine at their worst in the first year are twice those of the calmest half of the second."""
    rate, enough = _doctrinal_deaths(data)
    early, calm = _highest(rate[:, HALF_YEAR - 1 : CALM[0]]), _calm(rate)
    return Answer.of(early, calm, early >= TIMES * np.maximum(calm, 1e-12), enough & np.isfinite(early + calm))


def conflict_erupts_again(data: xr.Dataset) -> Answer:
    """After the calm, once a fifth of the ground is lost, they reach twice the calmest half-year again."""
    rate, enough = _doctrinal_deaths(data)
    lost = measures.fell(series(data, "territory_km2"), FIFTH)
    start = np.maximum(np.nan_to_num(lost, nan=np.inf), CALM[1]) + HALF_YEAR
    again = _highest(np.where(np.arange(rate.shape[1]) >= start[:, None], rate, np.nan))
    calm = _calm(rate)
    return Answer.of(again, calm, again >= TIMES * np.maximum(calm, 1e-12), enough & np.isfinite(again + calm))


def _doctrinal_deaths(data: xr.Dataset) -> tuple[Floats, np.ndarray]:
    """Deaths over doctrine per 1,000 fighters in the half-year up to each week, and whether there are enough.

    Members purged, and accused by comrades where the run records it. NaN before half a year and once the group is gone.
    """
    causes = tuple(c for c in ("purge", "accused") if c in data["killed"]["cause"].values)
    deaths, fighters = series(data, "killed", cause=causes), series(data, "fighters")
    over = measures.running(fighters, HALF_YEAR)
    rate = np.divide(HALF_YEAR * measures.running(deaths, HALF_YEAR), over, out=np.full(over.shape, np.nan),
                     where=over > 0)  # fmt: skip
    gone = np.arange(rate.shape[1]) >= alive(fighters)[:, None]
    return np.where(gone, np.nan, 1000 * rate), deaths.sum(axis=1) >= FEW


def _calm(rate: Floats) -> Floats:
    return -_highest(-rate[:, CALM[0] + HALF_YEAR - 1 : CALM[1]])


def _highest(x: Floats) -> Floats:
    """(members,) the highest value; NaN where there is none."""
    there = np.isfinite(x)
    highest = np.where(there, x, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(there.any(axis=1), highest, np.nan)


def stalemate_holds_them(data: xr.Dataset) -> Answer:
    """The wish to leave rises less, or falls more, in quarters of stalemate than in quarters of loss."""
    still, losing = _wish_by_quarter(data)
    return Answer.of(still, losing, still < losing, np.isfinite(still + losing))


def stalemate_restores(data: xr.Dataset) -> Answer:
    """The wish to leave falls in quarters of stalemate."""
    still, losing = _wish_by_quarter(data)
    return Answer.of(still, np.where(np.isfinite(still), 0.0, np.nan), still < 0, np.isfinite(still + losing))


def _wish_by_quarter(data: xr.Dataset) -> tuple[Floats, Floats]:
    """Mean change of the wish to leave, points a quarter, in quarters of stalemate and of loss.

    A quarter of stalemate neither loses nor gains `STILL` of the ground held at its start; a quarter of loss loses it
    or more. NaN in both where a member has fewer than `QUARTERS` of either before its group is gone.
    """
    fighters, ground = series(data, "fighters"), series(data, "territory_km2")
    of_origin = data["fighters"].transpose("member", "week", "origin").values.astype(float)
    wish = (data["wish_to_leave"].transpose("member", "week", "origin").values * of_origin).sum(axis=2)
    wish = np.divide(100.0 * wish, fighters, out=np.full(wish.shape, np.nan), where=fighters > 0)
    weeks = alive(fighters)

    def of_member(member: int) -> tuple[float, float]:
        ends = np.arange(0, weeks[member], QUARTER)
        held, felt = ground[member, ends], wish[member, ends]
        moved, change = np.diff(held) / np.maximum(held[:-1], 1e-9), np.diff(felt)
        any_held = held[:-1] > 0
        still, losing = any_held & (np.abs(moved) < STILL), any_held & (moved <= -STILL)
        if min(still.sum(), losing.sum()) < QUARTERS:
            return np.nan, np.nan
        return float(change[still].mean()), float(change[losing].mean())

    return over_members(of_member, fighters.shape[0])

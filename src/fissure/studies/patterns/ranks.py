"""The parts on fighters and their units: who comes and goes, what they feel, where they die."""

from datetime import date

import numpy as np
import xarray as xr

from fissure.constants import HALF_YEAR, QUARTER, TWO_YEARS, WEEKS_A_MONTH, WEEKS_A_YEAR
from fissure.studies.counterpart import Floats
from fissure.studies.patterns.measures import average, ratio, series, summed
from fissure.studies.patterns.pattern import Answer
from fissure.studies.patterns.timing import FEW, FIFTH, HALF, WITHIN

SPRING_2015 = (date(2015, 3, 1), date(2015, 5, 31))
SPRING_2016 = (date(2016, 3, 1), date(2016, 5, 31))
WINTER_2017 = (date(2017, 1, 1), date(2017, 3, 31))
DRY = 100 * 1.6
"""Foreign arrivals a month: the bound published in March 2017, with its doubt."""
PAY_BEFORE = (date(2015, 9, 1), date(2015, 10, 31))
PAY_AFTER = (date(2016, 1, 1), date(2016, 3, 31))
PAY_CUT = 0.75
"""Half of the published cut, by a half."""
FORTNIGHTLY = 26
MONTHLY = 12


def arrivals_halve(data: xr.Dataset) -> Answer:
    """Foreign arrivals of spring 2016 are at most half of those of spring 2015."""
    arrivals = series(data, "recruits", origin="foreign") * WEEKS_A_MONTH
    before, after = average(data, arrivals, *SPRING_2015), average(data, arrivals, *SPRING_2016)
    return Answer.of(before, after, after <= HALF * before, np.isfinite(after) & (before > 0))


def arrivals_dry_up(data: xr.Dataset) -> Answer:
    """Foreign arrivals of early 2017 keep to the published bound, in members that had any in spring 2015."""
    arrivals = series(data, "recruits", origin="foreign") * WEEKS_A_MONTH
    before, late = average(data, arrivals, *SPRING_2015), average(data, arrivals, *WINTER_2017)
    return Answer.of(late, np.full(late.shape, DRY), late <= DRY, np.isfinite(late) & (before > 0))


def foreigners_leave_less(data: xr.Dataset) -> Answer:
    """In the first year foreigners get away at a lower rate than locals."""
    rates, left = [], np.zeros(data.sizes["member"])
    for origin in ("foreign", "local"):
        away = series(data, "deserted", origin=origin)[:, :WITHIN].sum(axis=1)
        there = series(data, "fighters", origin=origin)[:, :WITHIN].sum(axis=1)
        rates.append(1000 * WEEKS_A_YEAR * ratio(away, there))
        left += away
    foreign, local = rates
    applies = (left >= FEW) & np.isfinite(foreign + local) & _lasts(data, WITHIN)
    return Answer.of(foreign, local, foreign < local, applies)


def pay_is_cut(data: xr.Dataset) -> Answer:
    """Pay set in early 2016, the mean of both origins, is at most three quarters of that of autumn 2015."""
    pay = series(data, "pay_usd_month") / 2
    share = ratio(average(data, pay, *PAY_AFTER), average(data, pay, *PAY_BEFORE))
    return Answer.of(share, np.full(share.shape, PAY_CUT), share <= PAY_CUT, np.isfinite(share))


def doubt_grows(data: xr.Dataset) -> Answer:
    """Mean doubt of fighters in the third quarter of the run is a fifth above that of the first."""
    doubt = _of_fighters(data, "doubt")
    if not _lasts(data, 3 * QUARTER):
        return Answer.silent(data.sizes["member"])
    first, third = doubt[:, :QUARTER].mean(axis=1), doubt[:, 2 * QUARTER : 3 * QUARTER].mean(axis=1)
    return Answer.of(first, third, third >= (1 + FIFTH) * first, np.isfinite(first + third) & (third > 0))


def desertion_clusters(data: xr.Dataset) -> Answer:
    """Escapes lie more unevenly over units than if fighters left independently, in the first two years."""
    weeks = slice(HALF_YEAR, TWO_YEARS)
    found = series(data, "desertion_clustering")[:, weeks]
    left = series(data, "deserted")[:, :TWO_YEARS].sum(axis=1)
    if not _lasts(data, TWO_YEARS):
        return Answer.silent(data.sizes["member"])
    clustering = found.mean(axis=1)
    return Answer.of(clustering, np.ones(clustering.shape), clustering > 1, left >= FEW)


def rural_posts_deadlier(data: xr.Dataset) -> Answer:
    """Deaths from the air per fighter are higher at rural posts than at urban ones, over the whole run."""
    fighters = data["fighters"].transpose("member", "week", "origin").values.astype(float)
    rural = (fighters * data["rural_share"].transpose("member", "week", "origin").values).sum(axis=(1, 2))
    urban = fighters.sum(axis=(1, 2)) - rural
    dead = {post: series(data, "killed_by_strikes_post", post=post).sum(axis=1) for post in ("rural", "urban")}
    rates = [1000 * WEEKS_A_YEAR * ratio(dead["rural"], rural), 1000 * WEEKS_A_YEAR * ratio(dead["urban"], urban)]
    enough = (dead["rural"] + dead["urban"] >= FEW) & np.isfinite(rates[0] + rates[1])
    return Answer.of(rates[0], rates[1], rates[0] > rates[1], enough)


def clashes_are_rare(data: xr.Dataset) -> Answer:
    """At least one clash between blocs in the first year, and fewer than one a fortnight."""
    return _some_but_fewer(data, "clashes", FORTNIGHTLY)


def plots_are_rare(data: xr.Dataset) -> Answer:
    """At least one plot found out in the first year, and fewer than one a month."""
    return _some_but_fewer(data, "exposed", MONTHLY)


def few_are_called_off(data: xr.Dataset) -> Answer:
    """In the first year some operations are called off, but fewer than are launched."""
    off, launched = (series(data, name)[:, :WITHIN].sum(axis=1) for name in ("cancelled", "operations"))
    planned = (off + launched > 0) & _lasts(data, WITHIN)
    return Answer.of(off, launched, (off >= 1) & (off < launched), planned)


def turned_over(data: xr.Dataset) -> Answer:
    """From August 2014 to August 2016 as many are killed, by strikes and on the ground, as stand in the ranks."""
    span = date(2014, 8, 8), date(2016, 8, 10)
    killed = summed(data, series(data, "killed", cause=("strike", "ground")), *span)
    stock = average(data, series(data, "fighters"), *span)
    return Answer.of(killed, stock, killed >= stock, np.isfinite(killed) & (stock > 0))


def _some_but_fewer(data: xr.Dataset, output: str, limit: float) -> Answer:
    many = series(data, output)[:, :WITHIN].sum(axis=1)
    applies = np.full(many.shape, _lasts(data, WITHIN))
    return Answer.of(many, np.full(many.shape, float(limit)), (many >= 1) & (many < limit), applies)


def _of_fighters(data: xr.Dataset, field: str) -> Floats:
    """(members, weeks) mean of a field over fighters of both origins; NaN where there are none."""
    fighters = data["fighters"].transpose("member", "week", "origin").values.astype(float)
    of_origin = data[field].transpose("member", "week", "origin").values
    return ratio((of_origin * fighters).sum(axis=2), fighters.sum(axis=2))


def _lasts(data: xr.Dataset, weeks: int) -> bool:
    return bool(data.sizes["week"] >= weeks)

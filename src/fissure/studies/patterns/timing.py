"""The parts that compare when two things happen, or how long one takes."""

from datetime import date

import numpy as np
import xarray as xr

from fissure.constants import QUARTER
from fissure.studies.counterpart import Floats, calendar_of
from fissure.studies.patterns.measures import fell, first_week, halved, rose, running, series
from fissure.studies.patterns.pattern import Answer

FIFTH = 0.2
"""A move that counts: beyond the 15% that publishers of area are in doubt by."""
HALF = 0.5
"""A fall that counts of arrivals and stock: beyond the factors of 1.25 to 1.6 that their publishers are in doubt by."""
LEAD = (26, 104)
"""'About a year' before, in weeks: a year, half or twice as long."""
FLAT = 31_500 / 20_000
"""The ends of the first published range of fighters: a change within this factor could not have been seen."""
FLAT_WEEKS = 104
WITHIN = 52
"""'Within months': in less than a year, in weeks. In a shorter run no leaver is early or late."""
BASE = (date(2015, 1, 1), date(2015, 6, 30))
"""When area, population and income were first published: January 2015 and June 2015."""
FEW = 20
"""Events below which their timing says nothing."""


def sooner(first: Floats, second: Floats) -> Answer:
    """Whether the first comes before the second. Where the second never comes there is nothing to order."""
    return Answer.of(first, second, first < second, np.isfinite(second))


def services_before_ground(data: xr.Dataset) -> Answer:
    """Services have worsened by a fifth before a fifth of the ground is lost."""
    return sooner(fell(series(data, "services"), FIFTH), fell(series(data, "territory_km2"), FIFTH))


def grievance_before_ground(data: xr.Dataset) -> Answer:
    """The grievance of locals has risen by a fifth before a fifth of the ground is lost."""
    there = series(data, "fighters", origin="local") > 0
    grievance = np.where(there, series(data, "grievance", origin="local"), np.nan)
    return sooner(rose(grievance, FIFTH), fell(series(data, "territory_km2"), FIFTH))


def locals_before_foreigners(data: xr.Dataset) -> Answer:
    """A fifth of all local leavers have left before a fifth of all foreign leavers have."""
    left, enough = [], []
    for origin in ("local", "foreign"):
        upto = np.cumsum(series(data, "deserted", origin=origin), axis=1)
        left.append(first_week((upto[:, -1:] > 0) & (upto >= FIFTH * upto[:, -1:])))
        enough.append((upto[:, -1] >= FEW) & (upto.shape[1] >= WITHIN))
    return Answer.of(left[0], left[1], left[0] < left[1], enough[0] & enough[1])


def arrivals_before_stock(data: xr.Dataset) -> Answer:
    """Foreign arrivals have halved half a year to two years before the stock of fighters has."""
    arrivals = fell(series(data, "recruits", origin="foreign"), HALF)
    stock = fell(series(data, "fighters"), HALF)
    lead = stock - arrivals
    return Answer.of(arrivals, stock, (lead >= LEAD[0]) & (lead <= LEAD[1]), np.isfinite(stock))


def people_before_area(data: xr.Dataset) -> Answer:
    """Residents under control have halved since early 2015 before the area has."""
    base = _base(data)
    return sooner(halved(series(data, "residents_under_control"), base), halved(series(data, "territory_km2"), base))


def income_before_both(data: xr.Dataset) -> Answer:
    """Income has halved since early 2015 before the area and the residents under control have."""
    base = _base(data)
    income, area, people = (
        halved(series(data, name), base) for name in ("income_musd", "territory_km2", "residents_under_control")
    )
    earlier = np.fmin(area, people)
    return Answer.of(income, earlier, income < earlier, np.isfinite(area) & np.isfinite(earlier))


def _base(data: xr.Dataset) -> slice:
    """The weeks of `BASE`; empty beyond the run, where nothing then applies."""
    first = calendar_of(data).first
    start, stop = ((day - first).days // 7 for day in BASE)
    return slice(start, stop + 1) if start >= 0 and stop < data.sizes["week"] else slice(0, 0)


def stock_stays_flat(data: xr.Dataset) -> Answer:
    """In the first two years the stock of fighters changes by no more than the first published range allows."""
    mean = running(series(data, "fighters"))[:, QUARTER - 1 : FLAT_WEEKS]
    members = mean.shape[0]
    limit = np.full(members, FLAT)
    if mean.shape[1] < FLAT_WEEKS - QUARTER + 1:
        return Answer.silent(members)
    high, low = mean.max(axis=1), mean.min(axis=1)
    ratio = np.divide(high, low, out=np.full(members, np.inf), where=low > 0)
    return Answer.of(ratio, limit, ratio <= limit, high > 0)


def stock_falls_within_months(data: xr.Dataset) -> Answer:
    """Once it falls, the stock of fighters goes from half to a tenth of its highest in less than a year."""
    mean = running(series(data, "fighters"))
    high = np.fmax.accumulate(mean, axis=1)
    tenth = first_week((high > 0) & (mean <= 0.1 * high))
    weeks = np.arange(mean.shape[1])
    until = weeks < np.nan_to_num(tenth, nan=0.0)[:, None]
    last_half = np.where(until & (mean >= HALF * high), weeks, -1).max(axis=1)
    took = tenth - last_half
    return Answer.of(took, np.full(len(took), float(WITHIN)), took < WITHIN, np.isfinite(tenth))

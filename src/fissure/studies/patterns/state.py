"""The parts on the state, its ground and the war: whom it executes, what it earns, what it loses, and when."""

from datetime import date

import numpy as np
import xarray as xr

from fissure.constants import HALF_YEAR, QUARTER, TWO_YEARS, WEEKS_A_MONTH
from fissure.studies.counterpart import Floats, NotComparable, calendar_of
from fissure.studies.patterns.measures import average, first_week, on, ratio, series, summed
from fissure.studies.patterns.pattern import Answer
from fissure.studies.patterns.timing import FEW, FIFTH, HALF, WITHIN

FIRST_HALF_YEAR = (date(2014, 6, 30), date(2014, 12, 28))
SECOND_HALF_YEAR = (date(2014, 12, 29), date(2015, 6, 28))
FIRST_YEAR = (date(2014, 6, 30), date(2015, 6, 28))
IN_2016 = (date(2016, 1, 30), date(2016, 10, 29))
EXECUTED = (100 / 2.0, 120 * 2.0)
"""Own members executed up to December 2014: both published counts with their doubt."""
TIMES_MORE = 4
"""(1,878 - 120) residents for 120 members, less the doubt of both counts (1.8 and 2): 4.07."""
STOCK = (19_000 / 1.25, 33_000 * 1.25)
STOCK_SPAN = (date(2014, 9, 11), date(2016, 2, 4))
SLIGHT = 0.85
"""Half of the published fall from July to the second half of 2014, by three tenths."""
POINTS = 0.16
"""Half of the published difference of 32 points, and the doubt of both figures (8 points each) together."""
FASTER = 2.0
"""Half of the published ratio of 4.2."""
LEFT = 0.05
"""What is left when 95% is lost, the last published share before the end."""
LAST_FIGURE = date(2018, 11, 30)
"""When next to nothing was left, as was published: a run that ends before says nothing of the end."""


def hundred_executed(data: xr.Dataset) -> Answer:
    """Members executed in Syria in the first half-year are within what was published, with its doubt."""
    own = summed(data, series(data, "executed_own", country="Syria"), *FIRST_HALF_YEAR)
    low, high = EXECUTED
    return Answer.of(own, np.full(own.shape, high), (own >= low) & (own <= high), np.isfinite(own))


def fewer_executed(data: xr.Dataset) -> Answer:
    """Fewer members are executed in Syria in the second half-year than in the first."""
    own = series(data, "executed_own", country="Syria")
    first, second = summed(data, own, *FIRST_HALF_YEAR), summed(data, own, *SECOND_HALF_YEAR)
    return Answer.of(first, second, second < first, np.isfinite(second) & (first + second >= FEW))


def residents_more(data: xr.Dataset) -> Answer:
    """Residents executed in Syria in the first half-year are at least four times the members executed."""
    residents, own = (
        summed(data, series(data, name, country="Syria"), *FIRST_HALF_YEAR)
        for name in ("executed_residents", "executed_own")
    )
    return Answer.of(residents, own, residents >= TIMES_MORE * own, np.isfinite(own) & (residents + own >= FEW))


def executions_slow(data: xr.Dataset) -> Answer:
    """Residents executed a month in Syria in 2016 are at most half of those of the first year."""
    executed = series(data, "executed_residents", country="Syria") * WEEKS_A_MONTH
    early, late = average(data, executed, *FIRST_YEAR), average(data, executed, *IN_2016)
    return Answer.of(early, late, late <= HALF * early, np.isfinite(late) & (early > 0))


def stock_in_range(data: xr.Dataset) -> Answer:
    """From September 2014 to early 2016 the stock of fighters stays within the published range and its doubt."""
    fighters = series(data, "fighters")
    try:
        weeks = calendar_of(data).shares(STOCK_SPAN) > 0
    except NotComparable:
        return Answer.silent(data.sizes["member"])
    low, high = fighters[:, weeks].min(axis=1), fighters[:, weeks].max(axis=1)
    return Answer.of(low, high, (low >= STOCK[0]) & (high <= STOCK[1]), np.ones(low.shape, bool))


def oil_falls_at_once(data: xr.Dataset) -> Answer:
    """Oil of the second half of 2014 is at most 85% of that of July 2014."""
    july, half_year = _oil(data, date(2014, 7, 1), date(2014, 7, 31)), _oil_2014(data)
    return Answer.of(july, half_year, half_year <= SLIGHT * july, np.isfinite(half_year) & (july > 0))


def oil_halves(data: xr.Dataset) -> Answer:
    """Oil of 2016 is at most half of that of the second half of 2014."""
    early, late = _oil_2014(data), _oil(data, date(2016, 1, 1), date(2016, 12, 31))
    return Answer.of(early, late, late <= HALF * early, np.isfinite(late) & (early > 0))


def _oil(data: xr.Dataset, begin: date, end: date) -> Floats:
    return average(data, series(data, "oil_bpd"), begin, end)


def _oil_2014(data: xr.Dataset) -> Floats:
    return _oil(data, date(2014, 7, 1), date(2014, 12, 31))


def support_falls(data: xr.Dataset) -> Answer:
    """Support among ruled residents in the fourth quarter of the run is a fifth below that of the first."""
    support = series(data, "support")
    if support.shape[1] < WITHIN:
        return Answer.silent(data.sizes["member"])
    first, last = support[:, :QUARTER].mean(axis=1), support[:, WITHIN - QUARTER : WITHIN].mean(axis=1)
    held = series(data, "residents_under_control")[:, WITHIN - QUARTER : WITHIN].min(axis=1)
    return Answer.of(first, last, last <= (1 - FIFTH) * first, (first > 0) & (held > 0))


def resistance_grows(data: xr.Dataset) -> Answer:
    """The share of ruled residents who resist is a fifth higher in the second year than in the first half-year."""
    if data.sizes["week"] < TWO_YEARS:
        return Answer.silent(data.sizes["member"])
    resisters, ruled = series(data, "resisters"), series(data, "residents_under_control")
    early = ratio(resisters[:, :HALF_YEAR].sum(axis=1), ruled[:, :HALF_YEAR].sum(axis=1))
    late = ratio(resisters[:, WITHIN:TWO_YEARS].sum(axis=1), ruled[:, WITHIN:TWO_YEARS].sum(axis=1))
    return Answer.of(early, late, (late > 0) & (late >= (1 + FIFTH) * early), np.isfinite(early + late))


def iraq_first(data: xr.Dataset) -> Answer:
    """By November 2016 the share of the peak lost in Iraq is at least 16 points above that in Syria."""
    lost = []
    for country in ("Iraq", "Syria"):
        ground = series(data, "territory_km2", country=country)
        highest = np.maximum.accumulate(ground, axis=1)
        day = date(2016, 11, 15)
        lost.append(1.0 - ratio(on(data, ground, day), on(data, highest, day)))
    iraq, syria = lost
    return Answer.of(iraq, syria, iraq - syria >= POINTS, np.isfinite(iraq + syria))


def strikes_smaller_part(data: xr.Dataset) -> Answer:
    """Of all killed from September 2014 to June 2015, fewer die from the air than otherwise."""
    span = date(2014, 9, 23), date(2015, 6, 28)
    air = summed(data, series(data, "killed", cause="strike"), *span)
    other = summed(data, series(data, "killed"), *span) - air
    return Answer.of(air, other, air < other, np.isfinite(air) & (air + other >= FEW))


def losses_speed_up(data: xr.Dataset) -> Answer:
    """Ground is lost at least twice as fast from January to November 2017 as in 2015 and 2016."""
    ground = series(data, "territory_km2")
    begin, turn, end = (on(data, ground, day) for day in (date(2015, 1, 1), date(2016, 12, 31), date(2017, 11, 15)))
    slow, fast = (begin - turn) / 24.0, (turn - end) / 10.5
    return Answer.of(slow, fast, (fast > 0) & (fast >= FASTER * slow), np.isfinite(slow + fast) & (begin > 0))


def ends_in_2017_or_later(data: xr.Dataset) -> Answer:
    """The ground held first falls to a twentieth of its highest so far after 2016 and before the run ends."""
    ground = series(data, "territory_km2")
    highest = np.maximum.accumulate(ground, axis=1)
    end = first_week((highest > 0) & (ground <= LEFT * highest))
    calendar = calendar_of(data)
    turn = np.full(end.shape, (date(2017, 1, 1) - calendar.first).days / 7)
    lasts = calendar.last >= LAST_FIGURE
    return Answer.of(end, turn, end >= turn, np.full(end.shape, lasts) & (highest[:, -1] > 0))

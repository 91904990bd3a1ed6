"""How far the ranks still hold together: an index from 0 to 1, and the four parts that it is made of.

    stay       1 - wish to leave                     of the mean fighter, if leaving were free
    unity      1 - spread of doctrine between blocs  standard deviation of blocs' means on an axis from -1 to 1
    candour    1 - quiet dissent                     quiet dissent: the mean of wish to leave times fear
    obedience  (1 - a / p)^26                        a: attempts to leave among p fighters hard pressed, 26 weeks
    cohesion   (stay unity candour obedience)^(1/4)

Students of armies part the wish to stay together from the sharing of a purpose (MacCoun, Kier and Belkin 2006), and
look for cohesion where it is tested, under loss (Shils and Janowitz 1948). `candour` stands for what Kuran (1995) calls
preference falsification: a body that fear keeps quiet looks whole until it breaks, so dissent that is kept quiet counts
against it beyond the wish itself.

The mean is geometric, as that of the Human Development Index has been since 2010: no part makes up fully for another,
and where one is gone so is the whole (OECD and JRC 2008, Handbook on Constructing Composite Indicators, step 6). Its
logarithm is the mean of the logarithms of the parts, so a fall can be shared out among them without a rest. The four
weigh the same because nothing in the evidence says otherwise.
"""

import numpy as np
import xarray as xr

from fissure.constants import HALF_YEAR
from fissure.studies.endings import held
from fissure.studies.observation_operator import Floats, joined

UNITS = "index, 0 to 1"
PARTS = {
    "stay": "Wish to stay: 1 less the wish to leave if leaving were free",
    "unity": "Unity: 1 less the spread of doctrine between blocs",
    "candour": "Candour: 1 less the dissent that fear keeps quiet",
    "obedience": "Obedience under loss: share of hard-pressed fighters who do not try to leave in half a year",
}
"""The parts and their long names."""
READS = (
    "fighters", "wish_to_leave", "spread_between_blocs", "quiet_dissent", "hard_pressed", "attempts_hard_pressed",
)  # fmt: skip
"""Outputs that it is read from."""


def cohesion(data: xr.Dataset) -> xr.Dataset:
    """The index `cohesion` and its four parts, each (member, week), from a run's records.

    NaN where no fighters are left. Obedience that is not put to the test, because in the half-year up to then no unit
    was hard pressed, is taken as it was last seen; before the first test it is NaN and the index is the geometric mean
    of the other three. In the first half-year the window is as long as the run so far. Raises `FissureError` for a run
    that lacks an output (see `READS`).
    """
    held(data, READS, "cohesion")
    read = data[list(READS)].compute()
    there = _sum(read["fighters"]) > 0
    parts = {
        "stay": 1.0 - _mean(read, "wish_to_leave"),
        "unity": 1.0 - _sum(read["spread_between_blocs"]),
        "candour": 1.0 - _mean(read, "quiet_dissent"),
        "obedience": _obedience(_sum(read["attempts_hard_pressed"]), _sum(read["hard_pressed"])),
    }
    parts = {name: np.where(there, np.clip(part, 0.0, 1.0), np.nan) for name, part in parts.items()}
    shown = parts | {"cohesion": _geometric(np.stack(list(parts.values())))}
    names = PARTS | {"cohesion": "Cohesion: geometric mean of its four parts"}
    return xr.Dataset(
        {name: (("member", "week"), shown[name], {"units": UNITS, "long_name": names[name]}) for name in names},
        coords={"member": data["member"], "week": data["week"]},
    )


def _obedience(tried: Floats, pressed: Floats) -> Floats:
    """(members, weeks) the share that half a year of hard pressing at the rate of the last half-year would leave."""
    rate = _ratio(_window(tried), _window(pressed))
    return _last_known(np.asarray((1.0 - np.minimum(rate, 1.0)) ** HALF_YEAR))


def _window(values: Floats) -> Floats:
    """Sum of each week and those before it, half a year in all or as far as the run goes back."""
    total = np.cumsum(values, axis=1)
    earlier = np.zeros_like(total)
    earlier[:, HALF_YEAR:] = total[:, :-HALF_YEAR]
    return np.asarray(total - earlier)


def _last_known(values: Floats) -> Floats:
    """The last value that is no NaN, up to each week; NaN before the first."""
    known = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(known, axis=1), axis=1)


def _geometric(parts: Floats) -> Floats:
    """Geometric mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(parts)
    with np.errstate(divide="ignore"):  # the logarithm of a part that is gone
        logs = np.log(np.where(known, parts, 1.0)).sum(axis=0)
    return np.exp(_ratio(logs, known.sum(axis=0).astype(np.float64)))


def _mean(data: xr.Dataset, output: str) -> Floats:
    """Mean over the fighters of both origins; NaN where there are none."""
    fighters = data["fighters"]
    return _ratio(_sum(data[output] * fighters), _sum(fighters))


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)


def _sum(array: xr.DataArray) -> Floats:
    return joined(array, None, "sum", "cohesion")

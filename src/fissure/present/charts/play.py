"""The map, week by week: outlines of the districts on a plane, and the share of each that the group holds.

What a map of one day shows is in `maps`; this is the same for all weeks, in few bytes.
"""

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.constants import INTERVAL
from fissure.present.charts.plane import plane
from fissure.present.charts.theme import CONTROL, Mode


@dataclass(frozen=True)
class Outline:
    """A district on the plane: its path, and a point within it from which neighbours are looked for."""

    id: str
    name: str
    country: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """What a map of the case is drawn from, in units of `plane.SIZE`; `land` is what lies around the districts."""

    width: int
    height: int
    districts: tuple[Outline, ...]
    land: tuple[str, ...]


@dataclass(frozen=True)
class Shares:
    """Shares held in whole per cent, `uint8` of shape (weeks, districts): median and the ends of the 90% interval.

    `most` counts, week by week, the districts of which the median is half or more.
    """

    median: NDArray[np.uint8]
    low: NDArray[np.uint8]
    high: NDArray[np.uint8]
    most: tuple[int, ...]

    def packed(self) -> dict[str, str]:
        """Each as base64, row after row."""
        named = {"median": self.median, "low": self.low, "high": self.high}
        return {name: base64.b64encode(values.tobytes()).decode("ascii") for name, values in named.items()}


def shares(data: xr.Dataset) -> Shares:
    """What `maps.held` says of a day, rounded as its tooltip shows it, of every week and district of `data`."""
    control = data["control"].transpose("member", "week", "district").values
    low, median, high = np.quantile(control, INTERVAL, axis=0)
    rounded = [[round(float(share), 3) for share in week] for week in median]
    percent = np.array([[math.floor(100 * share + 0.5) for share in week] for week in rounded], np.uint8)
    ends = [np.rint(100 * end).astype(np.uint8) for end in (low, high)]
    return Shares(percent, ends[0], ends[1], tuple(sum(share >= 0.5 for share in week) for week in rounded))


def drawing(case: Case) -> Drawing:
    """The districts of `case` on their plane, in the order of the case, and the land around them."""
    flat = plane(case)
    districts = []
    for one in case.districts:
        x, y = flat.points[one.id]
        districts.append(
            Outline(one.id, one.name, one.country, _path(flat.districts[one.id]), round(x, 1), round(y, 1))
        )
    return Drawing(flat.width, flat.height, tuple(districts), tuple(map(_path, flat.land)))


def ramp(mode: Mode) -> tuple[str, ...]:
    """The colour of each per cent held, from 0 to 100: `CONTROL` with straight lines between."""
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in CONTROL[mode]], float)
    at = np.linspace(0, len(stops) - 1, 101)
    channels = np.stack([np.interp(at, np.arange(len(stops)), stops[:, n]) for n in range(3)], axis=1)
    return tuple("#{:02x}{:02x}{:02x}".format(*map(round, colour.tolist())) for colour in channels)


def _path(shape: Any) -> str:
    """A shape as SVG, ring after ring."""
    import shapely

    return "".join(_ring(shapely.get_coordinates(ring)) for ring in shapely.get_rings(shapely.get_parts(shape)))


def _ring(points: NDArray[np.float64]) -> str:
    """A closed ring, to a tenth of a unit; points that fall on the one before are left out."""
    rounded = np.round(points, 1)
    kept = rounded[np.insert(np.any(np.diff(rounded, axis=0) != 0, axis=1), 0, True)]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept.tolist()) + "Z"

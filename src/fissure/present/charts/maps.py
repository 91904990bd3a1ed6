"""Maps of the share of each district that the group holds: at a few dates, and week by week in few bytes."""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases import geography as globe
from fissure.cases import shapes
from fissure.cases.loader import Case
from fissure.constants import INTERVAL
from fissure.present import formatting
from fissure.present.charts import Row, Spec
from fissure.present.charts.shared import finished, layer, mark, nominal, quantitative, tooltip
from fissure.present.charts.theme import CONTROL, Mode
from fissure.studies.observation_operator import calendar_of

SIZE = 1000
"""Units along the longer side of the drawing."""
MARGIN = 0.02
"""Of the drawing, around the districts."""
POLAR = 80.0
"""Degrees of latitude beyond which Mercator's projection no longer serves."""
STEP = 1.0
"""Degrees between points of a line that the stereographic projection bends."""


@dataclass(frozen=True)
class Plane:
    """Shapes in units of the drawing, x to the right and y down; `points` lie within their districts.

    Of the land there is what lies within the drawing's own width and height of it on each side.
    """

    width: int
    height: int
    districts: Spec
    points: dict[str, tuple[float, float]]
    land: tuple[Any, ...]


def plane(case: Case) -> Plane:
    """The districts of `case`, by id and in its order, and the land around them."""
    import shapely

    on_globe = {one["properties"]["id"]: globe.shape(one) for one in case.boundaries["features"]}
    project = _Projection(shapely.total_bounds(list(on_globe.values())))
    flat = {district.id: project.shape(on_globe[district.id]) for district in case.districts}
    box = shapely.total_bounds(list(flat.values()))
    low, high = box[:2], box[2:]
    scale = SIZE * (1 - 2 * MARGIN) / max(high - low)
    margin = MARGIN * SIZE / scale
    shift = low - margin
    width, height = (np.ceil(np.round((high - shift + margin) * scale, 6))).astype(int).tolist()

    def drawn(shape: Any) -> Any:
        return shapely.transform(shape, lambda points: (points - shift) * scale)

    districts = {name: drawn(shape) for name, shape in flat.items()}
    points = {}
    for one in case.districts:
        shape, point = on_globe[one.id], shapely.Point(one.lon, one.lat)
        near = shapes.moved(point, 360 * round((sum(shape.bounds[::2]) / 2 - one.lon) / 360))
        inside = near if shape.covers(near) else shape.representative_point()
        points[one.id] = tuple(drawn(project.shape(inside)).coords[0])
    window = shapely.box(-width, -height, 2 * width, 2 * height)
    around = [globe.shape(one) for one in (case.context or {"features": []})["features"]]
    land = (_within([drawn(shape) for shape in project.copies(one)], window) for one in around)
    return Plane(width, height, districts, points, tuple(shape for shape in land if not shape.is_empty))


class _Projection:
    """From longitude and latitude to x and y downwards, chosen for districts within `bounds`."""

    def __init__(self, bounds: NDArray[np.float64]) -> None:
        west, south, east, north = bounds
        self.pole = 1 if north > POLAR and south > 0 else -1 if south < -POLAR and north < 0 else 0
        self.centre = (west + east) / 2 if east - west < 359 else 0.0

    def shape(self, shape: Any) -> Any:
        import shapely

        if not self.pole:
            return shapely.transform(shape, self._flat)
        flat = shapely.transform(shapely.segmentize(shape, STEP), lambda points: self._flat(points).round(12))
        return flat if flat.is_valid else shapes.oriented(flat)  # without a seam to the pole

    def copies(self, shape: Any) -> list[Any]:
        """The shape wherever it may be seen from the districts: a turn to the west, in place, a turn to the east."""
        import shapely

        if self.pole:  # a turn leads to the same place, and the other hemisphere is out of sight
            hemisphere = shapely.box(-1000, min(0, 90 * self.pole), 1000, max(0, 90 * self.pole))
            return [self.shape(shapes.oriented(shape.intersection(hemisphere)))]
        return [self.shape(shapes.moved(shape, turn)) for turn in (-360, 0, 360)]

    def _flat(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.pole:
            lon, lat = np.radians(points - [self.centre, 0]).T
            radius = np.tan(np.pi / 4 - self.pole * lat / 2)
            return np.stack([radius * np.sin(lon), self.pole * radius * np.cos(lon)], axis=1)
        lon, lat = np.radians(np.clip(points, [-np.inf, -85], [np.inf, 85])).T
        return np.stack([lon, -np.log(np.tan(np.pi / 4 + lat / 2))], axis=1)


def _within(copies: list[Any], window: Any) -> Any:
    """The part of the copies in the window, as one shape."""
    import shapely

    seen = [shape for shape in copies if not shape.is_empty and window.intersects(shapely.box(*shape.bounds))]
    if len(seen) == 1 and window.covers(shapely.box(*seen[0].bounds)):
        return seen[0]
    cut = [part for shape in seen for part in shapes.areas(shapes.oriented(shape).intersection(window))]
    return shapes.oriented(shapely.MultiPolygon(cut))


PARTS = (0.0, 0.105, 0.42, 0.741)
"""The places of the maps in a run: its start and three later weeks, closer at first when most changes."""
HEIGHT = 300


def dates(data: xr.Dataset, parts: Sequence[float] = PARTS) -> list[date]:
    """The Mondays of the maps, each once."""
    calendar = calendar_of(data)
    weeks = dict.fromkeys(min(round(part * calendar.weeks), calendar.weeks - 1) for part in parts)
    return [calendar.first + timedelta(weeks=week) for week in weeks]


def geography(case: Case) -> dict[str, list[Row]]:
    """The shared data of the maps of a page: the districts' outlines, and the land around them (may be empty).

    As GeoJSON features on the plane of the drawing, so that how they are drawn does not depend on the projection of the
    drawing library, its sense of inside and outside on a sphere, or the antimeridian.
    """
    flat = plane(case)
    return {
        "districts": [
            {"type": "Feature", "id": one.id, "geometry": _geometry(flat.districts[one.id])}
            | {"name": one.name, "country": one.country}
            for one in case.districts
        ],
        "land": [{"type": "Feature", "geometry": _geometry(shape)} for shape in flat.land],
    }


def _geometry(shape: Any) -> Spec:
    import shapely
    from shapely.geometry import mapping

    return mapping(shapely.transform(shape, lambda points: points.round(2)))


def held(data: xr.Dataset, day: date) -> list[Row]:
    """Median and 90% interval over members of the share held, for each district, in the week of `day`."""
    control = data["control"].isel(week=calendar_of(data).week_of(day)).transpose("member", "district")
    low, median, high = np.quantile(control.values, INTERVAL, axis=0)
    return [
        {"id": str(name), "median": round(float(m), 3), "interval": f"{100 * a:.0f}% to {100 * b:.0f}%"}
        for name, a, m, b in zip(data["district"].values, low, median, high, strict=True)
    ]


def spec(data: xr.Dataset, day: date) -> Spec:
    """The Vega-Lite spec of the map of `day`; whoever draws it adds `geography` to its `datasets`."""
    values = held(data, day)
    flat = {"projection": {"type": "identity"}}
    legend = {
        "title": "Share of the district held, median of members", "format": ".0%", "orient": "bottom",
        "direction": "horizontal", "gradientLength": 220, "values": [0, 0.25, 0.5, 0.75, 1], "titleLimit": 320,
    }  # fmt: skip
    tips = [
        *tooltip(name="District", country="Country"),
        quantitative("median", title="Share held, median", format=".0%"),
        nominal("interval", title="90% of members"),
    ]
    looked_up = {"data": {"name": "held"}, "key": "id", "fields": ["median", "interval"]}
    layers = [
        layer("land", mark("geoshape", style="land")) | flat,
        layer(
            "districts", mark("geoshape", style="border"), transform=[{"lookup": "id", "from": looked_up}],
            fill=quantitative("median", scale={"domain": [0, 1]}, legend=legend), tooltip=tips,
        ) | flat,
    ]  # fmt: skip
    return finished(layers, HEIGHT, describe(values, day), {"held": values})


def describe(values: Sequence[Row], day: date) -> str:
    """The map in words."""
    most = sum(row["median"] >= 0.5 for row in values)
    some = sum(0.05 <= row["median"] < 0.5 for row in values)
    return (
        f"Map of {len(values)} districts on {formatting.day(day)}: the group's median share is half or more in {most}, "
        f"between 5% and half in {some}, less in the others."
    )


# Week by week


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
    """The outlines of a map of the case, in units of `plane.SIZE`; `land` is what lies around the districts."""

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
    """The numbers of `held`, rounded as its tooltip shows them, of every week and district of `data`."""
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

"""Shapes on the globe from rings of longitude and latitude, for `geography`.

A shape is a polygon or several, valid, without holes in the wrong place, exterior rings clockwise and holes the other
way. Rings that cross the antimeridian run on beyond 180 degrees, so all arithmetic is that of a plane.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fissure.cases.geojson import Ring

EARTH_KM = 6371.0072
"""Radius of the sphere with the Earth's area."""

LONG = 270.0
"""Degrees of longitude: a longer line goes the other way around the Earth, across the antimeridian."""

_FAULTS = {
    "Hole lies outside shell": "has a hole that lies outside its outline",
    "Holes are nested": "has a hole inside another",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a shape, where, and by what share of its area the mended one differs."""

    what: str
    lon: float
    lat: float
    change: float


def shape_of(polygons: Iterable[list[Ring]]) -> tuple[Any, Fault | None]:
    """The shape that the polygons make together, mended where rings cross, and its worst fault; no area, no shape."""
    import shapely

    parts, faults = [], []
    for rings in polygons:
        part, fault = _mended([_continued(np.array(ring)) for ring in rings])
        parts += part
        faults += [fault] if fault else []
    return oriented(shapely.MultiPolygon(parts)), max(faults, key=lambda fault: fault.change, default=None)


def oriented(shape: Any) -> Any:
    """The shape, valid and with its rings in order; parts that share a line become one."""
    import shapely

    parts = areas(shape if shape.is_valid else shapely.union_all([valid(part) for part in areas(shape)]))
    return shapely.orient_polygons(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts), exterior_cw=True)


def valid(polygon: Any) -> Any:
    """The area that the polygon's rings enclose, as one polygon or several that do not cross."""
    import shapely

    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


def areas(shape: Any) -> list[Any]:
    """The polygons within a geometry of any kind."""
    import shapely

    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon" and part.area]


def in_one_frame(shapes: Sequence[Any]) -> list[Any]:
    """Shapes side by side on the side of the Earth where they lie, across the antimeridian if need be."""
    import shapely

    west = _west([part.bounds for shape in shapes for part in areas(shape)])
    return [oriented(shapely.MultiPolygon([_turned(part, west) for part in areas(shape)])) for shape in shapes]


def moved(shape: Any, degrees: float) -> Any:
    """The shape, so much further east."""
    import shapely

    return shapely.transform(shape, lambda points: points + np.array([degrees, 0.0])) if degrees else shape


def area_km2(shape: Any) -> float:
    """Area on the sphere, by Lambert's cylindrical equal-area map."""
    import shapely

    def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = np.radians(points).T
        return EARTH_KM * np.stack([lon, np.sin(lat)], axis=1)

    return float(shapely.transform(shape, flat).area)


def _west(boxes: Sequence[tuple[float, float, float, float]]) -> float:
    """From which longitude on to draw: -180, or the end of the widest gap where that makes the map much narrower."""
    spans = sorted((box[0] % 360, box[2] - box[0]) for box in boxes)
    west, widest, reached = -180.0, 0.0, max(start + width for start, width in spans) - 360
    for start, width in spans:
        if start - reached > widest:
            west, widest = start, start - reached
        reached = max(reached, start + width)
    plain = [(start + 180) % 360 - 180 for start, _ in spans]
    usual = max(start + width for start, (_, width) in zip(plain, spans, strict=True)) - min(plain)
    if 360 - widest > usual * 2 / 3:
        return -180.0
    return west - 360 if west - widest / 2 > 0 else west


def _turned(part: Any, west: float) -> Any:
    """The polygon where it begins less than a turn east of `west`."""
    return moved(part, -360 * float(np.floor((part.bounds[0] - west + 1e-9) / 360)))


def _continued(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ring with longitudes that run on where it jumps across the antimeridian, say from 179 to -179.

    A ring that goes once around the Earth is closed by way of the pole that it is nearer to. A ring that itself runs
    along the antimeridian and the pole, as RFC 7946 recommends, is left as it is.
    """
    steps = np.diff(ring[:, 0])
    jumps = np.abs(steps) > 180
    if not jumps.any():
        return ring
    lon = ring[0, 0] + np.insert(np.cumsum(steps - 360 * np.round(steps / 360)), 0, 0.0)
    run = np.stack([lon, ring[:, 1]], axis=1)
    if abs(lon[-1] - lon[0]) < 1:
        run[-1] = run[0]
        literal = np.abs(steps).max() < LONG or not _width(run)
        return ring if literal and _width(ring) else run
    if (np.abs(steps[jumps]) > 359.999).all():
        return ring
    pole = 90.0 if ring[:, 1].mean() > 0 else -90.0
    return np.concatenate([run, [[lon[-1], pole], [lon[0], pole], run[0]]])


def _width(ring: NDArray[np.float64]) -> float:
    """Zero where all of the ring's positions lie on one line, but for rounding."""
    import shapely

    hull = float(shapely.convex_hull(shapely.MultiPoint(ring)).area)
    return hull if hull > 1e-12 * np.ptp(ring, axis=0).max() ** 2 else 0.0


def _flat_area(ring: NDArray[np.float64]) -> float:
    x, y = (ring - ring[0]).T
    return float(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2)


def _mended(rings: list[NDArray[np.float64]]) -> tuple[list[Any], Fault | None]:
    """The polygons that the rings of one stand for, and what was wrong with it."""
    import shapely

    shell, *holes = rings
    if not _width(shell):
        return [], None
    middle = shell[:, 0].min() + np.ptp(shell[:, 0]) / 2
    holes = [hole for hole in holes if _width(hole)]
    turns = [round((middle - hole[:, 0].min() - np.ptp(hole[:, 0]) / 2) / 360) for hole in holes]
    holes = [hole + np.array([360.0 * turn, 0.0]) for hole, turn in zip(holes, turns, strict=True)]
    polygon = shapely.Polygon(shell, holes)
    if polygon.is_valid:
        return [polygon], None
    meant = _flat_area(shell) - sum(_flat_area(hole) for hole in holes)
    mended = valid(polygon)
    if not areas(mended):
        return [], None
    change = abs(mended.area - meant) / max(mended.area, abs(meant))
    reason = re.match(r"(.*)\[(\S+) (\S+)\]", shapely.is_valid_reason(polygon))
    if change < 1e-9 or reason is None:  # a ring that only touches itself
        return areas(mended), None
    lon, lat = float(reason[2]), float(reason[3])
    what = _FAULTS.get(reason[1], "has rings that cross" if holes else "has an outline that crosses itself")
    return areas(mended), Fault(what, (lon + 180) % 360 - 180, lat, change)

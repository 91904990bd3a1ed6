"""The districts of a case on a plane, and the land around them: the one projection of every map.

It is Mercator's or, for districts of one hemisphere that reach beyond 80 degrees of latitude, the stereographic one
around the pole: both keep the shape of what is small. Nothing in it depends on where on Earth the case lies.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fissure.cases import geography, shapes
from fissure.cases.loader import Case

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
    districts: dict[str, Any]
    points: dict[str, tuple[float, float]]
    land: tuple[Any, ...]


def plane(case: Case) -> Plane:
    """The districts of `case`, by id and in its order, and the land around them."""
    import shapely

    on_globe = {one["properties"]["id"]: geography.shape(one) for one in case.boundaries["features"]}
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
    around = [geography.shape(one) for one in (case.context or {"features": []})["features"]]
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
    """What of the copies lies in the window, as one shape."""
    import shapely

    seen = [shape for shape in copies if not shape.is_empty and window.intersects(shapely.box(*shape.bounds))]
    if len(seen) == 1 and window.covers(shapely.box(*seen[0].bounds)):
        return seen[0]
    cut = [part for shape in seen for part in shapes.areas(shapes.oriented(shape).intersection(window))]
    return shapes.oriented(shapely.MultiPolygon(cut))

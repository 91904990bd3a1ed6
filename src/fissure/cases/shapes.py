"""Areas from GeoJSON (RFC 7946) and their shapes on the globe, with errors that name file, feature and id.

A shape is a polygon or several, valid, without holes in the wrong place, exterior rings clockwise and holes the other
way. Rings that cross the antimeridian run on beyond 180 degrees, so all arithmetic is that of a plane. Whether they fit
the case is for `geography`.
"""

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from fissure.errors import CaseError
from fissure.reading import read_text

Ring = list[tuple[float, float]]
"""Positions as longitude and latitude, the first again at the end."""

_DEPTH = {"Polygon": 2, "MultiPolygon": 3}  # lists around a position
_LINES = ("Point", "MultiPoint", "LineString", "MultiLineString")
GeoJson: TypeAlias = dict[str, Any]
"""A GeoJSON object, such as a feature or a collection of features."""
_AREAS = "expected a Polygon or a MultiPolygon"
_WGS84 = ("crs84", "4326", "wgs84")  # in the names of coordinate systems, in small letters without blanks


@dataclass(frozen=True)
class Area:
    """A feature of a file: its number there, its id, its properties, and the rings of each of its polygons.

    The id is the property `id` or, without one, the feature's own; `who` begins an error message about it.
    """

    number: int
    id: Any
    properties: dict[str, Any]
    polygons: list[list[Ring]]
    who: str


def read_areas(path: Path) -> list[Area]:
    """The features of the file, each a Polygon, a MultiPolygon or a collection of them, in degrees of WGS 84.

    Raises `FissureError` for anything else, and warns when the file names another coordinate system.
    """
    data = _collection(path)
    system = _system(data)
    areas = []
    for number, feature in enumerate(data["features"], start=1):
        if not isinstance(feature, dict):
            raise CaseError(f"{path}: feature {number} is {brief(feature)}, expected a GeoJSON feature")
        found = feature.get("properties")
        properties = found if isinstance(found, dict) else {}
        own = feature.get("id") if properties.get("id") is None else properties["id"]
        name = own or properties.get("name")
        who = f"{path}: feature {number}" + (f" ({brief(name)})" if name else "")
        polygons = list(_polygons(feature.get("geometry"), who, system))
        areas.append(Area(number, own, properties, polygons, who))
    if areas and system and not any(name in system.lower().replace(" ", "") for name in _WGS84):
        warnings.warn(
            f"{path}: names the coordinate system {brief(system)} as its 'crs', though its numbers look like degrees; "
            "they are read as longitude and latitude of WGS 84",
            stacklevel=2,
        )
    return areas


def brief(value: Any) -> str:
    """A value of a JSON file in a few words."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:56]}…"


def _collection(path: Path) -> GeoJson:
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise CaseError(f"{path}:{error.lineno}: is not JSON ({error.msg}), expected GeoJSON") from None
    except (ValueError, RecursionError) as error:  # a number too long, lists too deep
        raise CaseError(f"{path}: is not JSON that can be read ({error}), expected GeoJSON") from None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        found = f"type {brief(data.get('type'))}" if isinstance(data, dict) else brief(data)
        raise CaseError(f"{path}:1: found {found}, expected a GeoJSON FeatureCollection")
    if "features" not in data:
        raise CaseError(f"{path}: key 'features' is missing, expected a list of GeoJSON features")
    if not isinstance(data["features"], list):
        raise CaseError(f"{path}: found {brief(data['features'])} at 'features', expected a list of features")
    return data


def _system(data: GeoJson) -> str | None:
    """The coordinate system that the file names; a member `crs` was in GeoJSON before RFC 7946."""
    crs = data.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    found = (properties.get("name") or properties.get("href")) if isinstance(properties, dict) else None
    return found if isinstance(found, str) else json.dumps(crs)


def _polygons(geometry: Any, who: str, system: str | None, within: bool = False) -> Iterator[list[Ring]]:
    """The rings of each polygon of a geometry; `within` a collection there is no other."""
    if geometry is None:
        raise CaseError(f"{who} has no geometry, {_AREAS}")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and not within:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not parts:
            raise CaseError(f"{who} has a GeometryCollection without 'geometries', {_AREAS}")
        for part in parts:
            yield from _polygons(part, who, system, within=True)
        return
    if not isinstance(kind, str) or kind not in _DEPTH:
        found = f"of type {brief(kind)}" if isinstance(geometry, dict) else brief(geometry)
        only = ", since only areas can be drawn" if kind in _LINES else ""
        raise CaseError(f"{who} has a geometry {found}, {_AREAS}{only}")
    if "coordinates" not in geometry:
        raise CaseError(f"{who} has a geometry without 'coordinates', expected those of a {kind}")
    coordinates = geometry["coordinates"]
    _check_lists(coordinates, _DEPTH[kind], kind, who)
    for rings in coordinates if kind == "MultiPolygon" else [coordinates]:
        yield [[_position(position, who, system) for position in ring] for ring in _closed(rings, who)]


def _check_lists(found: Any, depth: int, kind: str, who: str) -> None:
    least = 4 if depth == 1 else 1
    if not isinstance(found, list):
        raise CaseError(f"{who} has {brief(found)} among its coordinates, expected the lists of a {kind}")
    if len(found) < least:
        what = "ring of positions" if depth == 1 else "list of coordinates"
        raise CaseError(f"{who} has a {what} with {len(found)} entries, expected at least {least}")
    if depth > 1:
        for part in found:
            _check_lists(part, depth - 1, kind, who)
        return
    for position in found:
        if not isinstance(position, list) or len(position) < 2:
            raise CaseError(f"{who} has {brief(position)} among its coordinates, expected [longitude, latitude]")


def _closed(rings: list[list[Any]], who: str) -> Iterator[list[Any]]:
    for ring in rings:
        first, last = ring[0][:2], ring[-1][:2]
        if first != last:
            raise CaseError(
                f"{who} has a ring that is not closed, from {json.dumps(first)} to {json.dumps(last)}, "
                "expected its first position again at the end"
            )
        yield ring


def _position(found: list[Any], who: str, system: str | None) -> tuple[float, float]:
    """Longitude and latitude; what follows, such as an altitude, is left. Beyond 180 is on past the antimeridian."""
    for number, limit, widest in zip(found, (180, 90), (360, 90 + 1e-6), strict=False):
        if type(number) not in (int, float) or not -widest <= number <= widest:
            what = "longitude" if limit == 180 else "latitude"
            raise CaseError(
                f"{who} has {brief(number)} as a {what}, expected a number of degrees from -{limit} to {limit}"
                + _why(found[0], found[1], system)
            )
    return float(found[0]), max(-90.0, min(90.0, float(found[1])))


def _why(lon: Any, lat: Any, system: str | None) -> str:
    """The likely reason of numbers beyond degrees."""
    if not all(type(number) in (int, float) and abs(number) < float("inf") for number in (lon, lat)):
        return ""
    if abs(lon) <= 90 and abs(lat) <= 180:
        return "; latitude and longitude seem swapped, and GeoJSON has longitude first"
    named = f"the file names '{system}' as its crs" if system else "the file names no crs"
    return f"; the coordinates look projected ({named}), so convert the file to longitude and latitude (EPSG:4326)"


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
    """A fault of a shape: what and where it is, and by what share of its area the mended one differs."""

    what: str
    lon: float
    lat: float
    change: float


def shape_of(polygons: Iterable[list[Ring]]) -> tuple[Any, Fault | None]:
    """The shape that the polygons make together, mended where rings cross, and its worst fault; no area, no shape."""
    parts, faults = [], []
    for rings in polygons:
        part, fault = _mended([_continued(np.array(ring)) for ring in rings])
        parts += part
        faults += [fault] if fault else []
    return oriented(shapely.MultiPolygon(parts)), max(faults, key=lambda fault: fault.change, default=None)


def oriented(shape: Any) -> Any:
    """The shape, valid and with its rings in order; parts that share a line become one."""
    parts = areas(shape if shape.is_valid else shapely.union_all([valid(part) for part in areas(shape)]))
    return shapely.orient_polygons(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts), exterior_cw=True)


def valid(polygon: Any) -> Any:
    """The area that the polygon's rings enclose, as one polygon or several that do not cross."""
    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)


def areas(shape: Any) -> list[Any]:
    """The polygons within a geometry of any kind."""
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon" and part.area]


def in_one_frame(shapes: Sequence[Any]) -> list[Any]:
    """Shapes side by side on the side of the Earth where they lie, across the antimeridian if need be."""
    west = _west([part.bounds for shape in shapes for part in areas(shape)])
    return [oriented(shapely.MultiPolygon([_turned(part, west) for part in areas(shape)])) for shape in shapes]


def moved(shape: Any, degrees: float) -> Any:
    """The shape, so much further east."""
    return shapely.transform(shape, lambda points: points + np.array([degrees, 0.0])) if degrees else shape


def area_km2(shape: Any) -> float:
    """Area on the sphere, by Lambert's cylindrical equal-area map."""

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
    hull = float(shapely.convex_hull(shapely.MultiPoint(ring)).area)
    return hull if hull > 1e-12 * np.ptp(ring, axis=0).max() ** 2 else 0.0


def _flat_area(ring: NDArray[np.float64]) -> float:
    x, y = (ring - ring[0]).T
    return float(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2)


def _mended(rings: list[NDArray[np.float64]]) -> tuple[list[Any], Fault | None]:
    """The polygons that the rings of one stand for, and what was wrong with it."""
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

"""The geography of a case: the shapes of its districts and the land around them, as every map draws them.

Any valid GeoJSON does: rings in either order, with holes, in parts, across the antimeridian. What comes out has
exterior rings clockwise, two numbers a position, and longitudes that run on beyond 180 degrees where the districts lie
across the antimeridian. What contradicts itself or another file of the case is refused where a map could only be wrong,
and is a warning where it is merely unlikely.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry

from fissure.cases import shapes
from fissure.cases.schema import District
from fissure.cases.shapes import Area, GeoJson, brief, read_areas
from fissure.errors import CaseError, nearest

GROSS = 0.05
"""Of its area: a shape that mending changes by more is refused."""


def boundaries(path: Path, districts: Sequence[District]) -> GeoJson:
    """The GeoJSON feature collection of the districts, one feature for each, with its `id`."""
    areas = read_areas(path)
    _check_ids(path, areas, [district.id for district in districts])
    shown = shapes.in_one_frame(_shapes(path, areas))
    drawn = {area.id: (area.number, shape) for area, shape in zip(areas, shown, strict=True)}
    _check_points(path, districts, drawn)
    _check_areas(path, districts, drawn)
    _check_overlaps(path, drawn)
    return _collection([area.properties | {"id": area.id} for area in areas], shown)


def context(path: Path, boundaries: GeoJson) -> GeoJson:
    """The GeoJSON feature collection of the land around the districts."""
    areas = read_areas(path)
    drawn = _shapes(path, areas)
    if drawn:
        _check_land(path, drawn, [shape(feature) for feature in boundaries["features"]])
    return _collection([area.properties for area in areas], drawn)


def compare_neighbours(path: Path, boundaries: GeoJson, pairs: Sequence[tuple[str, str]]) -> None:
    """Warn of pairs of neighbours in `path` whose shapes lie further apart than either is wide."""
    drawn = {one["properties"]["id"]: shape(one) for one in boundaries["features"]}
    far = []
    for one, two in pairs:
        here = shapely.box(*drawn[one].bounds)
        gap = min(here.distance(shapely.box(*shapes.moved(drawn[two], turn).bounds)) for turn in TURNS)
        if gap > max(_width(drawn[one]), _width(drawn[two])):
            far.append(f"'{one}' and '{two}'")
    if far:
        said = "are neighbours, though on the map they lie further apart than either is wide"
        _warn(f"{path}: {far[0]} {said}{_also('and so for', far[1:])}")


def shape(feature: GeoJson) -> Any:
    """The shape of a feature of `boundaries` or `context`."""
    return shapely.geometry.shape(feature["geometry"])


def _collection(properties: Sequence[dict[str, Any]], drawn: Sequence[Any]) -> GeoJson:
    features = [
        {"type": "Feature", "properties": one, "geometry": shapely.geometry.mapping(of)}
        for one, of in zip(properties, drawn, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _check_ids(path: Path, areas: Sequence[Area], known: list[str]) -> None:
    for area in areas:
        if area.id is None:
            raise CaseError(f"{path}: feature {area.number} has no property 'id', expected the id of a district")
        if not isinstance(area.id, str):
            place = "property 'id'" if "id" in area.properties else "'id'"
            raise CaseError(
                f"{path}: feature {area.number} has {brief(area.id)} as its {place}, "
                "expected the id of a district, as text in quotes"
            )
    found = [area.id for area in areas]
    for name in found:
        if name not in known:
            raise CaseError(f"{path}: found '{name}', which is no district of the case{nearest(name, known)}")
    for name in known:
        if found.count(name) != 1:
            raise CaseError(f"{path}: district '{name}' has {found.count(name)} features, expected 1")


def _shapes(path: Path, areas: Sequence[Area]) -> list[Any]:
    """The shapes of the areas; of those that had to be mended, a warning."""
    made, mended = [], []
    for area in areas:
        shape, fault = shapes.shape_of(area.polygons)
        if shape.is_empty:
            raise CaseError(f"{area.who} has a shape without area, expected a ring around an area")
        if fault:
            where = f"{fault.what}, near longitude {fault.lon:.6g}, latitude {fault.lat:.6g}"
            if fault.change > GROSS:
                raise CaseError(
                    f"{area.who} {where}, expected rings that do not cross and holes inside; 'Fix geometries' "
                    "of QGIS or '-clean' of mapshaper may mend it"
                )
            mended.append((area, where))
        made.append(shape)
    if mended:
        area, where = mended[0]
        others = [one.who.removeprefix(f"{path}: ") for one, _ in mended[1:]]
        _warn(f"{area.who} {where}{_also('faults as small also in', others)}; maps show it mended")
    return made


NEAR = 0.05
"""Degrees by which a district's point may lie beyond its shape: points are rounded, coasts are simplified."""
OVERLAP = 0.25
"""Of the smaller of two districts, from which on their overlap is a warning."""
AREA_FACTOR = 50
"""Between `area_km2` and the area of the shape; more is a wrong unit rather than lakes or old borders."""

TURNS = (-360, 0, 360)
"""Degrees by which a shape may be moved and lie where it lay."""

Drawn = Mapping[str, tuple[int, Any]]
"""Number of the feature and shape of each district, by id."""
_SLIPS: tuple[tuple[str, Callable[[float, float], tuple[float, float]]], ...] = (
    ("latitude and longitude seem swapped", lambda lon, lat: (lat, lon)),
    ("the longitude seems to have the wrong sign (west is negative)", lambda lon, lat: (-lon, lat)),
    ("the latitude seems to have the wrong sign (south is negative)", lambda lon, lat: (lon, -lat)),
    ("both seem to have the wrong sign", lambda lon, lat: (-lon, -lat)),
)


def _check_points(path: Path, districts: Sequence[District], drawn: Drawn) -> None:
    """Hold the shapes of `path` against the points of `districts.csv`."""
    strays = [one for one in districts if not _holds(drawn[one.id][1], one.lon, one.lat)]
    for one in strays:
        for slip, mended in _SLIPS:
            if _holds(drawn[one.id][1], *mended(one.lon, one.lat)):
                same = [two for two in strays if two is not one and _holds(drawn[two.id][1], *mended(two.lon, two.lat))]
                also = _also("also for", [repr(two.id) for two in same])
                raise CaseError(f"{_outside(path, one, drawn)}; {slip} in one of the two files{also}")
    at = {one.id: _around(one, drawn) for one in strays}
    for one in strays:
        if at[one.id] in at:
            raise CaseError(
                f"{_outside(path, one, drawn)} and inside that of '{at[one.id]}', whose own point lies elsewhere; "
                "the shapes or the points seem to be mixed up between districts"
            )
    if strays:
        first, *others = strays
        inside = f" and inside that of '{at[first.id]}'" if at[first.id] else ""
        also = _also("and so for", [repr(one.id) for one in others])
        _warn(f"{_outside(path, first, drawn)}{inside}{also}; one of the two files is wrong")


def _check_land(path: Path, land: Sequence[Any], districts: Sequence[Any]) -> None:
    """Warn where none of the land around lies near the districts."""
    west, south, east, north = shapely.total_bounds(districts)
    wide, high = east - west, north - south
    window = shapely.box(west - wide, south - high, east + wide, north + high)
    boxes = [shapely.box(*shapes.moved(one, turn).bounds) for one in land for turn in TURNS]
    if not any(map(window.intersects, boxes)):
        west, south, east, north = shapely.total_bounds(land)
        swapped = window.intersects(shapely.box(south, west, north, east))
        slip = "; latitude and longitude seem swapped" if swapped else ""
        covered = _extent(west, south, east, north)
        _warn(f"{path}: none of its features lies near the districts: they cover {covered}{slip}")


def _warn(said: str) -> None:
    warnings.warn(said, stacklevel=4)


def _also(said: str, names: Sequence[str], most: int = 5) -> str:
    """In brackets, what is so of other things too: a few of the names and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f" ({said} {', '.join(names[:most])}{more})" if names else ""


def _holds(shape: Any, lon: float, lat: float) -> bool:
    """Does the point lie in the box of the shape, or next to it? A centre may lie outside a shape that is bent."""
    west, south, east, north = shape.bounds
    lon += 360 * round(((west + east) / 2 - lon) / 360)
    return west - NEAR <= lon <= east + NEAR and south - NEAR <= lat <= north + NEAR


def _around(one: District, drawn: Drawn) -> str | None:
    """The district in whose shape the point of another lies."""
    points = [shapely.Point(one.lon + turn, one.lat) for turn in TURNS]
    return next((name for name, (_, shape) in drawn.items() if any(map(shape.covers, points))), None)


def _outside(path: Path, one: District, drawn: Drawn) -> str:
    number, shape = drawn[one.id]
    return (
        f"{path}: feature {number} ('{one.id}') covers {_extent(*shape.bounds)}, and its point in districts.csv "
        f"(longitude {one.lon:.6g}, latitude {one.lat:.6g}) lies outside"
    )


def _width(shape: Any) -> float:
    west, south, east, north = shape.bounds
    return math.hypot(east - west, north - south)


def _extent(west: float, south: float, east: float, north: float) -> str:
    west, east = (lon - 360 if lon > 180 else lon for lon in (west, east))
    return f"longitude {west:.6g} to {east:.6g}, latitude {south:.6g} to {north:.6g}"


def _check_areas(path: Path, districts: Sequence[District], drawn: Drawn) -> None:
    sizes = [(one, shapes.area_km2(drawn[one.id][1])) for one in districts]
    wrong = [(one, size) for one, size in sizes if abs(math.log(size / one.area_km2)) > math.log(AREA_FACTOR)]
    if wrong:
        one, size = wrong[0]
        also = _also("and as far apart for", [repr(two.id) for two, _ in wrong[1:]])
        _warn(
            f"{path}: the shape of feature {drawn[one.id][0]} ('{one.id}') has {size:.3g} km², and its area_km2 in "
            f"districts.csv is {one.area_km2:.3g}{also}; one of the two files is wrong"
        )


def _check_overlaps(path: Path, drawn: Drawn) -> None:
    found = sorted(_overlaps(drawn), reverse=True)
    if found:
        share, small, large = found[0]
        also = f" ({len(found) - 1} more pairs overlap)" if found[1:] else ""
        _warn(
            f"{path}: feature {drawn[small][0]} ('{small}') and feature {drawn[large][0]} ('{large}') overlap, on "
            f"{share:.0%} of the smaller{also}, expected districts side by side; on maps one hides the other"
        )


def _overlaps(drawn: Drawn) -> Iterator[tuple[float, str, str]]:
    """Share, smaller and larger of the pairs that overlap, on outlines simple enough to be quick."""
    names = list(drawn)
    plain = [shape.simplify(math.sqrt(shape.area) / 100) for _, shape in drawn.values()]
    for one, two in shapely.STRtree(plain).query(plain).T.tolist():
        small, large = sorted((one, two), key=lambda at: (plain[at].area, at))
        boxes = shapely.box(*plain[small].bounds).intersection(shapely.box(*plain[large].bounds))
        if one < two and boxes.area > OVERLAP * plain[small].area:
            share = plain[small].intersection(plain[large]).area / plain[small].area
            if share > OVERLAP:
                yield share, names[small], names[large]

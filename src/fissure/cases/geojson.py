"""Reading GeoJSON (RFC 7946): the areas of a feature collection, with errors that name file, feature and id.

Here a file is held against the standard; what shapes it holds is for `shapes`, whether they fit the case for
`geography` and `contradictions`.
"""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fissure.errors import FissureError
from fissure.reading import read_text

Ring = list[tuple[float, float]]
"""Positions as longitude and latitude, the first again at the end."""

_DEPTH = {"Polygon": 2, "MultiPolygon": 3}  # lists around a position
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
            raise FissureError(f"{path}: feature {number} is {brief(feature)}, expected a GeoJSON feature")
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


def _collection(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FissureError(f"{path}:{error.lineno}: is not JSON ({error.msg}), expected GeoJSON") from None
    except (ValueError, RecursionError) as error:  # a number too long, lists too deep
        raise FissureError(f"{path}: is not JSON that can be read ({error}), expected GeoJSON") from None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        found = f"type {brief(data.get('type'))}" if isinstance(data, dict) else brief(data)
        raise FissureError(f"{path}:1: found {found}, expected a GeoJSON FeatureCollection")
    if "features" not in data:
        raise FissureError(f"{path}: key 'features' is missing, expected a list of GeoJSON features")
    if not isinstance(data["features"], list):
        raise FissureError(f"{path}: found {brief(data['features'])} at 'features', expected a list of features")
    return data


def _system(data: dict[str, Any]) -> str | None:
    """What the file names as its coordinate system; a member `crs` was in GeoJSON before RFC 7946."""
    crs = data.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    found = (properties.get("name") or properties.get("href")) if isinstance(properties, dict) else None
    return found if isinstance(found, str) else json.dumps(crs)


def _polygons(geometry: Any, who: str, system: str | None, within: bool = False) -> Iterator[list[Ring]]:
    """The rings of each polygon of a geometry; `within` a collection there is no other."""
    if geometry is None:
        raise FissureError(f"{who} has no geometry, {_AREAS}")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and not within:
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not parts:
            raise FissureError(f"{who} has a GeometryCollection without 'geometries', {_AREAS}")
        for part in parts:
            yield from _polygons(part, who, system, within=True)
        return
    if not isinstance(kind, str) or kind not in _DEPTH:
        found = f"of type {brief(kind)}" if isinstance(geometry, dict) else brief(geometry)
        only = (
            ", since only areas can be drawn"
            if kind in ("Point", "MultiPoint", "LineString", "MultiLineString")
            else ""
        )
        raise FissureError(f"{who} has a geometry {found}, {_AREAS}{only}")
    if "coordinates" not in geometry:
        raise FissureError(f"{who} has a geometry without 'coordinates', expected those of a {kind}")
    coordinates = geometry["coordinates"]
    _check_lists(coordinates, _DEPTH[kind], kind, who)
    for rings in coordinates if kind == "MultiPolygon" else [coordinates]:
        yield [[_position(position, who, system) for position in ring] for ring in _closed(rings, who)]


def _check_lists(found: Any, depth: int, kind: str, who: str) -> None:
    least = 4 if depth == 1 else 1
    if not isinstance(found, list):
        raise FissureError(f"{who} has {brief(found)} among its coordinates, expected the lists of a {kind}")
    if len(found) < least:
        what = "ring of positions" if depth == 1 else "list of coordinates"
        raise FissureError(f"{who} has a {what} with {len(found)} entries, expected at least {least}")
    if depth > 1:
        for part in found:
            _check_lists(part, depth - 1, kind, who)
        return
    for position in found:
        if not isinstance(position, list) or len(position) < 2:
            raise FissureError(f"{who} has {brief(position)} among its coordinates, expected [longitude, latitude]")


def _closed(rings: list[list[Any]], who: str) -> Iterator[list[Any]]:
    for ring in rings:
        first, last = ring[0][:2], ring[-1][:2]
        if first != last:
            raise FissureError(
                f"{who} has a ring that is not closed, from {json.dumps(first)} to {json.dumps(last)}, "
                "expected its first position again at the end"
            )
        yield ring


def _position(found: list[Any], who: str, system: str | None) -> tuple[float, float]:
    """Longitude and latitude; what follows, such as an altitude, is left. Beyond 180 is on past the antimeridian."""
    for number, limit, widest in zip(found, (180, 90), (360, 90 + 1e-6), strict=False):
        if type(number) not in (int, float) or not -widest <= number <= widest:
            what = "longitude" if limit == 180 else "latitude"
            raise FissureError(
                f"{who} has {brief(number)} as a {what}, expected a number of degrees from -{limit} to {limit}"
                + _why(found[0], found[1], system)
            )
    return float(found[0]), max(-90.0, min(90.0, float(found[1])))


def _why(lon: Any, lat: Any, system: str | None) -> str:
    """What numbers beyond degrees look like."""
    if not all(type(number) in (int, float) and abs(number) < float("inf") for number in (lon, lat)):
        return ""
    if abs(lon) <= 90 and abs(lat) <= 180:
        return "; latitude and longitude seem swapped, and GeoJSON has longitude first"
    named = f"the file names '{system}' as its crs" if system else "the file names no crs"
    return f"; the coordinates look projected ({named}), so convert the file to longitude and latitude (EPSG:4326)"

"""Where the districts of a case lie: their shapes and the land around them, as every map draws them.

Any valid GeoJSON does: rings in either order, with holes, in parts, across the antimeridian. What comes out has
exterior rings clockwise, two numbers a position, and longitudes that run on beyond 180 degrees where the districts lie
across the antimeridian. What contradicts itself or another file of the case is refused where a map could only be wrong,
and is a warning where it is merely unlikely.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fissure.cases import shapes
from fissure.cases.contradictions import check_districts, check_land, check_neighbours, listed
from fissure.cases.geojson import Area, brief, read_areas
from fissure.cases.schema import District
from fissure.errors import FissureError, nearest

GROSS = 0.05
"""Of its area: a shape that mending changes by more is refused."""


def boundaries(path: Path, districts: Sequence[District]) -> dict[str, Any]:
    """The GeoJSON feature collection of the districts, one feature for each, with its `id`."""
    areas = read_areas(path)
    _check_ids(path, areas, [district.id for district in districts])
    drawn = shapes.in_one_frame(_shapes(path, areas))
    check_districts(path, districts, {area.id: (area.number, shape) for area, shape in zip(areas, drawn, strict=True)})
    return _collection([area.properties | {"id": area.id} for area in areas], drawn)


def context(path: Path, boundaries: dict[str, Any]) -> dict[str, Any]:
    """The GeoJSON feature collection of the land around the districts."""
    areas = read_areas(path)
    drawn = _shapes(path, areas)
    check_land(path, drawn, [shape(feature) for feature in boundaries["features"]])
    return _collection([area.properties for area in areas], drawn)


def compare_neighbours(path: Path, boundaries: dict[str, Any], pairs: Sequence[tuple[str, str]]) -> None:
    """Warn where the neighbours that `path` names lie far apart."""
    check_neighbours(path, pairs, {one["properties"]["id"]: shape(one) for one in boundaries["features"]})


def shape(feature: dict[str, Any]) -> Any:
    """The shape of a feature of `boundaries` or `context`."""
    from shapely.geometry import shape

    return shape(feature["geometry"])


def _collection(properties: Sequence[dict[str, Any]], drawn: Sequence[Any]) -> dict[str, Any]:
    from shapely.geometry import mapping

    features = [
        {"type": "Feature", "properties": one, "geometry": mapping(of)}
        for one, of in zip(properties, drawn, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _check_ids(path: Path, areas: Sequence[Area], known: list[str]) -> None:
    found: list[str] = []
    for area in areas:
        if area.id is None:
            raise FissureError(f"{path}: feature {area.number} has no property 'id', expected the id of a district")
        if not isinstance(area.id, str):
            place = "property 'id'" if "id" in area.properties else "'id'"
            raise FissureError(
                f"{path}: feature {area.number} has {brief(area.id)} as its {place}, "
                "expected the id of a district, as text in quotes"
            )
        found.append(area.id)
    for name in found:
        if name not in known:
            raise FissureError(f"{path}: found '{name}', which is no district of the case{nearest(name, known)}")
    for name in known:
        if found.count(name) != 1:
            raise FissureError(f"{path}: district '{name}' has {found.count(name)} features, expected 1")


def _shapes(path: Path, areas: Sequence[Area]) -> list[Any]:
    """The shapes of the areas; of those that had to be mended, a warning."""
    made, mended = [], []
    for area in areas:
        shape, fault = shapes.shape_of(area.polygons)
        if shape.is_empty:
            raise FissureError(f"{area.who} has a shape without area, expected a ring around an area")
        if fault:
            where = f"{fault.what}, near longitude {fault.lon:.6g}, latitude {fault.lat:.6g}"
            if fault.change > GROSS:
                raise FissureError(
                    f"{area.who} {where}, expected rings that do not cross and holes inside; 'Fix geometries' "
                    "of QGIS or '-clean' of mapshaper may mend it"
                )
            mended.append((area, where))
        made.append(shape)
    if mended:
        area, where = mended[0]
        others = listed([one.who.removeprefix(f"{path}: ") for one, _ in mended[1:]])
        warnings.warn(
            f"{area.who} {where}{f' (faults as small also in {others})' if others else ''}; maps show it mended",
            stacklevel=2,
        )
    return made

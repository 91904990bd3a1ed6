"""The made-up case somewhere else on Earth, in shapes of another kind."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fissure.cases import load_case
from fissure.cases.loader import Case
from tests.cases.ruritania import FILES

Geometry = dict[str, Any] | None
Point = tuple[float, float]


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A ring, clockwise."""
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*polygons: list[list[list[float]]]) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


def collection(geometries: Sequence[Geometry], **members: Any) -> str:
    """As GeoJSON, with the ids of the made-up case."""
    features = [
        {"type": "Feature", "properties": {"id": f"R{number}"}, "geometry": geometry}
        for number, geometry in enumerate(geometries, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": features})


def laid(
    folder: Path,
    geometries: Sequence[Geometry],
    points: Sequence[Point],
    land: Sequence[Geometry] | None = None,
    area_km2: float = 6000,
    **members: Any,
) -> Path:
    """A folder with the made-up case, its two districts of these shapes, with these points."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    table = FILES["districts.csv"]
    for old, (lon, lat) in zip(("100,20,45", "100,20.5,45"), points, strict=True):
        table = table.replace(old, f"{area_km2},{lon},{lat}")
    (folder / "districts.csv").write_text(table, encoding="utf-8")
    (folder / "boundaries.geojson").write_text(collection(geometries, **members), encoding="utf-8")
    if land is not None:
        (folder / "context.geojson").write_text(collection(land), encoding="utf-8")
    return folder


def case_of(folder: Path, geometries: Sequence[Geometry], points: Sequence[Point], **more: Any) -> Case:
    return load_case(laid(folder, geometries, points, **more))

"""Districts, boundaries, context and neighbours, from OCHA's polygons and tables of population.

Which districts: in Iraq, those with at least 4 % inside the armed-group area that UNHCR mapped in September
2014 (checked here), or a dated change of control, or at least 70 deaths in battles with the group in 2014 and
2015 (UCDP), less the city of Baghdad, where the deaths are of bombings. In Syria, every district of
Deir-ez-Zor, Ar-Raqqa and Al-Hasakeh, and those of Aleppo, Homs, Hama and Rural Damascus where the group held
ground or fought battles beyond single raids; Idleb, Dar'a, As-Sweida and Damascus city are left out.
"""

import json
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.polygon import orient

from fissure.cases.shapes import area_km2
from tools.build_case.tables import COUNTRIES, HAND, plain, read, write

NEAR = 0.03  # degrees: the two countries' polygons come from different editions and do not meet exactly
LEAST_SHARE = 0.04
ADM2 = {"Iraq": "irq_adm2_ocha2014_simplified", "Syria": "syr_adm2_simplified"}
ADM1 = {"Iraq": "irq_adm1_simplified", "Syria": "syr_adm1_simplified"}
COLUMNS = (
    *(
        "id",
        "name",
        "adm1",
        "country",
        "area_km2",
        "lon",
        "lat",
        "residents",
        "urban_share",
        "constituency_share",
    ),
    *("start_control", "start_control_low", "start_control_high", "oil_bpd", "opponent", "garrison"),
    *("garrison_low", "garrison_high", "border", "capital", "symbolic", "basis"),
)


def build(raw: Path, out: Path) -> str:
    """Write `districts.csv`, `boundaries.geojson`, `context.geojson` and `neighbours.csv`; say how many."""
    hand = read(HAND / "districts.csv")
    polygons = {c: _polygons(raw / "boundaries" / f"{ADM2[c]}.geojson", "ADM2_PCODE") for c in COUNTRIES}
    known = {pcode: (c, shape_, names) for c in COUNTRIES for pcode, (shape_, names) in polygons[c].items()}
    shares = read(raw / "territory" / "iraq_district_share_armed_group_2014.csv")
    if left_out := {r["A2Code"] for r in shares if float(r["ag_share"]) >= LEAST_SHARE} - {r["id"] for r in hand}:
        raise ValueError(f"districts that the rule selects are not in the table: {sorted(left_out)}")
    rows, features = [], []
    for row in sorted(hand, key=lambda row: row["id"]):
        country, area, names = known[row["id"]]
        if names["ADM2_EN"] != row["name"]:
            raise ValueError(f"{row['id']}: the boundaries call it {names['ADM2_EN']}, the table {row['name']}")
        residents, urban = _residents(raw, row, country)
        point = area.representative_point()
        derived = {
            "adm1": names["ADM1_EN"],
            "country": country,
            "area_km2": plain(area_km2(area), 1),
            "lon": plain(point.x, 4),
            "lat": plain(point.y, 4),
            "residents": plain(residents, 0),
            "urban_share": plain(urban, 3),
        }
        rows.append([derived.get(column, row.get(column, "")) for column in COLUMNS])
        features.append(_feature(area, {"id": row["id"]}, 4))
    write(out / "districts.csv", COLUMNS, rows)
    _geojson(out / "boundaries.geojson", features)
    around = [
        _feature(area.simplify(0.004), {"name": names["ADM1_EN"], "country": country}, 3)
        for country in COUNTRIES
        for area, names in _polygons(raw / "boundaries" / f"{ADM1[country]}.geojson", "ADM1_PCODE").values()
    ]
    _geojson(out / "context.geojson", around)
    pairs = _pairs([(row["id"], *known[row["id"]][:2]) for row in sorted(hand, key=lambda row: row["id"])])
    write(out / "neighbours.csv", ("a", "b"), pairs)
    return f"{len(rows)} districts, {len(pairs)} pairs of neighbours, {len(around)} governorates around"


def _polygons(path: Path, key: str) -> dict[str, tuple[Any, dict[str, str]]]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f["properties"][key]: (shape(f["geometry"]), f["properties"]) for f in features}


def _residents(raw: Path, row: dict[str, str], country: str) -> tuple[float, float]:
    """Residents and the urban share of a district of the hand-written table."""
    factor = float(row["population_factor"])
    if country == "Syria":  # GOVERNORATE/SHARE: a share of the census of 2004 applied to the total of about 2011
        governorate, share = row["population"].split("/")
        totals = read(raw / "population" / "syria_governorate_population_fabflee.csv")
        total = max(float(line["population"]) for line in totals if line["region"] == governorate)
        return total * float(share) * factor, float(row["urban_share"])
    people = read(raw / "population" / "iraq_population_2014_subdistrict.csv")
    urban = rural = 0.0
    for key in row["population"].split(";"):  # GOVERNORATE/DISTRICT or GOVERNORATE/DISTRICT/SUBDISTRICT
        want = key.split("/")
        lines = [p for p in people if [p["gov_en"], p["dis_en"], p["subdistrict_en"]][: len(want)] == want]
        if not lines:
            raise ValueError(f"{row['id']}: the population table has no '{key}'")
        urban += sum(float(p["total.urban"] or 0) for p in lines)
        rural += sum(float(p["total.rural"] or 0) for p in lines)
    return (urban + rural) * factor, urban / (urban + rural)


def _rounded(ring: Any, digits: int) -> list[list[float]]:
    out: list[list[float]] = []
    for x, y in ring:
        pair = [round(x, digits), round(y, digits)]
        if not out or out[-1] != pair:
            out.append(pair)
    return out


def _feature(area: Any, properties: dict[str, str], digits: int) -> dict[str, Any]:
    """A feature wound for d3: exterior rings clockwise, holes the other way."""
    parts = area.geoms if isinstance(area, MultiPolygon) else [area]
    polygons = [
        [_rounded(ring["coordinates"], digits) for ring in _rings(orient(part, sign=-1.0))]
        for part in sorted(parts, key=lambda part: -part.area)
        if part.area > 1e-5
    ]
    geometry = (
        {"type": "Polygon", "coordinates": polygons[0]}
        if len(polygons) == 1
        else {"type": "MultiPolygon", "coordinates": polygons}
    )
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _rings(polygon: Polygon) -> list[dict[str, Any]]:
    return [mapping(polygon.exterior), *(mapping(hole) for hole in polygon.interiors)]


def _geojson(path: Path, features: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(feature, separators=(",", ":"), ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _pairs(places: list[tuple[str, str, Any]]) -> list[tuple[str, str]]:
    """Pairs that share a line (in one country), or run along each other within `NEAR` (in two)."""
    pairs = []
    for number, (a, country, one) in enumerate(places):
        for b, other_country, other in places[number + 1 :]:
            if country == other_country:
                near = one.intersection(other).length > 0 if one.intersects(other) else False
            else:
                near = one.distance(other) < NEAR and one.boundary.intersection(other.buffer(NEAR)).length > 4 * NEAR
            if near:
                pairs.append((a, b))
    return pairs

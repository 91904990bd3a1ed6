"""Where districts lie: what maps are given, and what contradicts itself."""

import json
import warnings

import pytest

from fissure.cases import load_case
from tests.cases.lands import box, case_of, laid, multi, polygon
from tests.cases.ruritania import message

SHAPES = [polygon(box(20, 45, 21, 46)), polygon(box(21, 45, 22, 46))]
POINTS = [(20.5, 45.5), (21.5, 45.5)]


def warned(folder):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load_case(folder)
    return [str(one.message).replace(f"{folder}/", "") for one in caught]


def at(lon, lat):
    return [polygon(box(lon, lat, lon + 1, lat + 1)), polygon(box(lon + 1, lat, lon + 2, lat + 1))]


def test_shapes_come_out_in_one_form(tmp_path):
    hole = [[*position, 300.0] for position in box(20.2, 45.2, 20.4, 45.4)]
    parts = {
        "type": "GeometryCollection",
        "geometries": [polygon(box(21, 45, 21.5, 46)), polygon(box(21.5, 45, 22, 46))],
    }
    case = case_of(tmp_path, [multi([box(20, 45, 21, 46)[::-1], hole]), parts], POINTS, bbox=[0, 0, 1, 1], note="x")
    one, two = case.boundaries["features"]
    assert one["properties"] == {"id": "R1"}
    assert one["geometry"]["type"] == two["geometry"]["type"] == "Polygon"
    assert one["geometry"]["coordinates"][1][0] == (20.2, 45.2)
    assert len(two["geometry"]["coordinates"][0]) == 7
    assert json.loads(json.dumps(case.boundaries)) and case.context is None


def test_collections_hold_areas_alone(tmp_path):
    mixed = {"type": "GeometryCollection", "geometries": [SHAPES[0], {"type": "Point", "coordinates": [20, 45]}]}
    assert "has a geometry of type 'Point', expected a Polygon" in message(laid(tmp_path, [mixed, SHAPES[1]], POINTS))
    deep = SHAPES[0]
    for _ in range(2):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    assert "has a geometry of type 'GeometryCollection'" in message(laid(tmp_path, [deep, SHAPES[1]], POINTS))
    empty = {"type": "GeometryCollection", "geometries": []}
    assert "a GeometryCollection without 'geometries'" in message(laid(tmp_path, [empty, SHAPES[1]], POINTS))


def test_a_feature_may_carry_its_id_itself(tmp_path):
    path = laid(tmp_path, SHAPES, POINTS) / "boundaries.geojson"
    data = json.loads(path.read_text())
    for feature in data["features"]:
        feature |= {"id": feature["properties"]["id"], "properties": None}
    path.write_text(json.dumps(data))
    assert [one["properties"] for one in load_case(tmp_path).boundaries["features"]] == [{"id": "R1"}, {"id": "R2"}]


@pytest.mark.parametrize(("lon", "lat"), [(-70, -34), (178.5, -18), (-1, -1), (15, 78), (-181, 51)])
def test_any_place_on_earth_will_do(tmp_path, lon, lat):
    points = [((lon + 0.5 + n + 180) % 360 - 180, lat + 0.5) for n in (0, 1)]
    folder = laid(tmp_path, at(lon, lat), points, land=[polygon(box(lon - 1, lat - 1, lon + 3, lat + 2))])
    assert warned(folder) == []


def test_a_centre_may_lie_outside_a_bent_shape(tmp_path):
    bent = [[20, 45], [20, 46], [21, 46], [21, 45.9], [20.1, 45.9], [20.1, 45.1], [21, 45.1], [21, 45], [20, 45]]
    assert warned(laid(tmp_path, [polygon(bent), SHAPES[1]], POINTS)) == []


def test_a_ring_must_be_closed(tmp_path):
    folder = laid(tmp_path, [polygon(box(20, 45, 21, 46)[:-1]), SHAPES[1]], POINTS)
    assert message(folder) == (
        "boundaries.geojson: feature 1 ('R1') has a ring that is not closed, from [20, 45] to [21, 45], "
        "expected its first position again at the end"
    )


def test_crossing_rings_are_refused_or_mended(tmp_path):
    bow_tie = [[20, 45], [21, 46], [21, 45], [20, 46], [20, 45]]
    said = message(laid(tmp_path, [polygon(bow_tie), SHAPES[1]], POINTS))
    assert said.startswith(
        "boundaries.geojson: feature 1 ('R1') has an outline that crosses itself, near longitude 20.5, latitude 45.5, "
    )
    said = message(laid(tmp_path, [polygon(box(20, 45, 21, 46), box(25, 45, 25.5, 45.5)), SHAPES[1]], POINTS))
    assert "feature 1 ('R1') has a hole that lies outside its outline, near longitude 25, latitude 45," in said
    small = [[20, 45], [20, 46], [20.5, 46], [20.51, 46.01], [20.51, 46], [20.5, 46.01], [21, 46], [21, 45], [20, 45]]
    twice = [polygon(small), polygon([[x + 1, y] for x, y in small])]
    (said,) = warned(laid(tmp_path, twice, POINTS))
    assert "feature 1 ('R1') has an outline that crosses itself, near longitude 20.50" in said
    assert said.endswith("(faults as small also in feature 2 ('R2')); maps show it mended")


def test_a_shape_has_an_area(tmp_path):
    line = polygon([[20, 45], [20.1, 45.1], [20.2, 45.2], [20, 45]])
    said = message(laid(tmp_path, [line, SHAPES[1]], POINTS))
    assert said == "boundaries.geojson: feature 1 ('R1') has a shape without area, expected a ring around an area"


def test_swapped_axes_are_refused(tmp_path):
    swapped = [polygon([[y, x] for x, y in shape["coordinates"][0]]) for shape in SHAPES]
    assert message(laid(tmp_path, swapped, POINTS)) == (
        "boundaries.geojson: feature 1 ('R1') covers longitude 45 to 46, latitude 20 to 21, and its point in "
        "districts.csv (longitude 20.5, latitude 45.5) lies outside; latitude and longitude seem swapped in one of the "
        "two files (also for 'R2')"
    )
    said = message(laid(tmp_path, [SHAPES[0], swapped[1]], POINTS))
    assert "feature 2 ('R2')" in said and said.endswith("seem swapped in one of the two files")
    assert "feature 1 ('R1')" in message(laid(tmp_path, SHAPES, [(45.5, 20.5), POINTS[1]]))
    said = message(laid(tmp_path, [polygon([[15, 120], [15, 121], [16, 121], [15, 120]]), SHAPES[1]], POINTS))
    assert said.endswith(
        "feature 1 ('R1') has 120 as a latitude, expected a number of degrees from -90 to 90; latitude and longitude "
        "seem swapped, and GeoJSON has longitude first"
    )


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ((-20.5, 45.5), "the longitude seems to have the wrong sign (west is negative) in one of the two files"),
        ((20.5, -45.5), "the latitude seems to have the wrong sign (south is negative) in one of the two files"),
    ],
)
def test_a_wrong_sign_is_refused(tmp_path, point, said):
    assert message(laid(tmp_path, SHAPES, [point, POINTS[1]])).endswith(said)


def test_a_point_outside_its_shape_is_a_warning(tmp_path):
    (said,) = warned(laid(tmp_path, SHAPES, [(24.7, 45.5), POINTS[1]]))
    assert said == (
        "boundaries.geojson: feature 1 ('R1') covers longitude 20 to 21, latitude 45 to 46, and its point in "
        "districts.csv (longitude 24.7, latitude 45.5) lies outside; one of the two files is wrong"
    )
    (said,) = warned(laid(tmp_path, SHAPES, [(21.6, 45.5), POINTS[1]]))
    assert "lies outside and inside that of 'R2'; one of" in said
    assert warned(laid(tmp_path, SHAPES, [(19.97, 45.5), POINTS[1]])) == []  # rounded


def test_shapes_under_the_ids_of_others_are_refused(tmp_path):
    said = message(laid(tmp_path, SHAPES[::-1], POINTS))
    assert "feature 1 ('R1')" in said and "inside that of 'R2', whose own point lies elsewhere" in said


def test_projected_coordinates_are_refused(tmp_path):
    metres = polygon([[701240, 4000000], [701240, 4100000], [711240, 4100000], [701240, 4000000]])
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32637"}}
    said = message(laid(tmp_path, [metres, metres], POINTS, crs=crs))
    assert "feature 1 ('R1') has 701240 as a longitude" in said
    assert "the coordinates look projected (the file names 'urn:ogc:def:crs:EPSG::32637' as its crs)" in said
    assert "look projected (the file names no crs)" in message(laid(tmp_path, [SHAPES[0], metres], POINTS))


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "WGS 84", None]
)
def test_degrees_of_wgs84_may_be_named(tmp_path, name):
    crs = None if name is None else {"type": "name", "properties": {"name": name}}
    assert warned(laid(tmp_path, SHAPES, POINTS, crs=crs)) == []


@pytest.mark.parametrize("crs", [{"type": "name", "properties": {"name": "EPSG:3857"}}, "EPSG:3857"])
def test_another_coordinate_system_is_a_warning(tmp_path, crs):
    (said,) = warned(laid(tmp_path, SHAPES, POINTS, crs=crs))
    assert "EPSG:3857" in said and said.endswith("read as longitude and latitude of WGS 84")


def test_overlaps_are_a_warning(tmp_path):
    (said,) = warned(laid(tmp_path, [SHAPES[0], polygon(box(20.5, 45, 22, 46))], POINTS))
    assert said == (
        "boundaries.geojson: feature 1 ('R1') and feature 2 ('R2') overlap, on 50% of the smaller, expected districts "
        "side by side; on maps one hides the other"
    )
    assert warned(laid(tmp_path, [SHAPES[0], polygon(box(20.9, 45, 22, 46))], POINTS)) == []


def test_an_area_in_another_unit_is_a_warning(tmp_path):
    (said,) = warned(laid(tmp_path, SHAPES, POINTS, area_km2=867000))
    assert "the shape of feature 1 ('R1') has 8.67e+03 km², and its area_km2 in districts.csv is 8.67e+05" in said
    assert warned(laid(tmp_path, SHAPES, POINTS, area_km2=3000)) == []


def test_neighbours_across_the_antimeridian_are_near(tmp_path):
    wide = [
        multi([box(-180, 60, -179, 61)]),
        multi([box(-60, 60, -59, 61)], [box(60, 60, 61, 61)], [box(179, 60, 180, 61)]),
    ]
    assert warned(laid(tmp_path, wide, [(-179.5, 60.5), (179.5, 60.5)])) == []


def test_neighbours_far_apart_are_a_warning(tmp_path):
    (said,) = warned(laid(tmp_path, [SHAPES[0], polygon(box(50, 45, 51, 46))], [POINTS[0], (50.5, 45.5)]))
    assert said.startswith("neighbours.csv: 'R1' and 'R2' are neighbours, though on the map they lie further apart")


def test_land_far_from_the_districts_is_a_warning(tmp_path):
    (said,) = warned(laid(tmp_path, SHAPES, POINTS, land=[polygon(box(45, 20, 46, 22))]))
    assert said == (
        "context.geojson: none of its features lies near the districts: they cover longitude 45 to 46, latitude 20 to "
        "22; latitude and longitude seem swapped"
    )
    assert message(
        laid(tmp_path, SHAPES, POINTS, land=[{"type": "LineString", "coordinates": [[20, 45], [21, 46]]}])
    ) == (
        "context.geojson: feature 1 ('R1') has a geometry of type 'LineString', expected a Polygon or a MultiPolygon, "
        "since only areas can be drawn"
    )

"""Loading a case: its maps."""

import pytest

from fissure.cases import load_case
from tests.cases.ruritania import Write, message


def test_shapes_must_be_those_of_the_districts(write: Write) -> None:
    assert len(load_case(write()).boundaries["features"]) == 2


POLYGONS = "expected a Polygon or a MultiPolygon"
RING = "[[[19.75,44.9],[19.75,45.1],[20.25,45.1],[19.75,44.9]]]"
CORNER = "[19.75,45.1]"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"R2"', '"R3"', ": found 'R3', which is no district of the case"),
        ('"R2"', '"R1"', ": district 'R1' has 2 features, expected 1"),
        ('"R2"', "2", ": feature 2 has 2 as its property 'id', expected the id of a district, as text in quotes"),
        ('{"id":"R2"}', "null", ": feature 2 has no property 'id', expected the id of a district"),
        (
            "FeatureCollection",
            "Feature",
            ":1: found type 'Feature', expected a GeoJSON FeatureCollection",
        ),
        ('"features"', '"feature"', ": key 'features' is missing, expected a list of GeoJSON features"),
        ('"features":[', '"features":{},"more":[', ": found a mapping at 'features', expected a list of features"),
        ('"features":[', '"features":[null,', ": feature 1 is null, expected a GeoJSON feature"),
        ('"geometry"', '"geometri"', f": feature 1 ('R1') has no geometry, {POLYGONS}"),
        (
            '"Polygon"',
            '"Point"',
            f": feature 1 ('R1') has a geometry of type 'Point', {POLYGONS}, since only areas can",
        ),
        ('"Polygon"', "[]", f": feature 1 ('R1') has a geometry of type a list, {POLYGONS}"),
        (
            '"coordinates"',
            '"x"',
            ": feature 1 ('R1') has a geometry without 'coordinates', expected those of a Polygon",
        ),
        (RING, "7", ": feature 1 ('R1') has 7 among its coordinates, expected the lists of a Polygon"),
        (RING, "[]", ": feature 1 ('R1') has a list of coordinates with 0 entries, expected at least 1"),
        (RING, "[[[1,0]]]", ": feature 1 ('R1') has a ring of positions with 1 entries, expected at least 4"),
        (CORNER, "[1]", ": feature 1 ('R1') has a list among its coordinates, expected [longitude, latitude]"),
        (
            CORNER,
            '["x",1]',
            ": feature 1 ('R1') has 'x' as a longitude, expected a number of degrees from -180 to 180",
        ),
        (CORNER, "[1,NaN]", ": feature 1 ('R1') has NaN as a latitude, expected a number of degrees from -90 to 90"),
        (CORNER, "[1,1e9]", ": feature 1 ('R1') has 1000000000.0 as a latitude, expected a number of degrees"),
        (CORNER, "[1," + "9" * 400 + "]", ": feature 1 ('R1') has 99999999999999999999"),
        (CORNER, "[true,1]", ": feature 1 ('R1') has true as a longitude, expected"),
        (CORNER, "[1,1", ":1: is not JSON (Expecting "),
        (RING, "[" * 100_000, ": is not JSON that can be read ("),
    ],
)
def test_a_bad_map_is_found_on_loading(write: Write, old: str, new: str, said: str) -> None:
    folder = write("boundaries.geojson", old, new)
    assert message(folder).startswith(f"boundaries.geojson{said}")


def test_the_land_around_is_checked_too(write: Write) -> None:
    folder = write()
    path = folder / "context.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"properties":null}]}')
    assert message(folder) == f"context.geojson: feature 1 has no geometry, {POLYGONS}"
    path.write_text('{"type":"FeatureCollection","features":[]}')
    assert load_case(folder).context == {"type": "FeatureCollection", "features": []}
    path.write_text("[]")
    assert message(folder) == "context.geojson:1: found a list, expected a GeoJSON FeatureCollection"

"""Maps of the report and of the page: the same wherever the case lies and however its shapes are written."""

import io
import json
import re

import numpy as np
import pytest
import vl_convert
import xarray as xr
from PIL import Image
from tests.cases.lands import box, case_of, multi, polygon

from fissure.present.charts import maps, theme
from fissure.present.charts.maps import plane

POINTS = [(20.5, 45.5), (21.5, 45.5)]
SQUARES = [polygon(box(20, 45, 21, 46)), polygon(box(21, 45, 22, 46))]
MONDAY = np.array(["2001-01-01"], "datetime64[ns]")


def moved(shapes, lon, lat):
    return [polygon(*([[x + lon, y + lat] for x, y in ring] for ring in one["coordinates"])) for one in shapes]


def turned(lon):
    return (lon + 180) % 360 - 180


INKS = (theme.CONTROL["light"][-1], theme.CONTROL["light"][0], "#e4e8ec")


def picture(case):
    """The report's map in pixels, of districts held to none and to all, without its legend."""
    control = xr.DataArray(
        np.array([[[0.0, 1.0]]]), dims=("member", "week", "district"), coords={"week": MONDAY, "district": ["R1", "R2"]}
    )
    spec = maps.spec(xr.Dataset({"control": control}), case.start)
    spec["datasets"] |= maps.geography(case)
    spec["width"] = 460  # a picture has no place to fill
    spec["config"] = theme.config("light") | {"background": "white"}
    for layer in spec["layer"]:
        if "fill" in layer.get("encoding", {}):
            layer["encoding"]["fill"]["legend"] = None
    png = vl_convert.vegalite_to_png(json.dumps(spec), scale=0.5)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def covered(pixels):
    """Shares of the picture that are dark (all held), light (none held) and land."""
    near = [
        np.abs(pixels - np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])).max(axis=2) < 8 for colour in INKS
    ]
    return [float(one.mean()) for one in near]


@pytest.fixture
def plain(tmp_path):
    case = case_of(tmp_path / "plain", SQUARES, POINTS)
    return picture(case), maps.drawing(case)


def test_two_squares_are_drawn_as_such(plain):
    pixels, drawn = plain
    dark, light, _ = covered(pixels)
    assert dark == pytest.approx(light, rel=0.05)
    assert 0.5 < dark + light < 1
    assert [len(re.findall("[ML]", one.path)) for one in drawn.districts] == [5, 5]
    assert (drawn.width, drawn.districts[0].x, drawn.districts[1].x) == (1000, 260, 740)


def both(case, plain):
    """Are the maps those of the plain case?"""
    drawn = maps.drawing(case)
    same = drawn.height == plain[1].height and all(
        np.abs(
            np.array(re.findall(r"[\d.]+", one.path), float) - np.array(re.findall(r"[\d.]+", two.path), float)
        ).max()
        < 0.2
        for one, two in zip(drawn.districts, plain[1].districts, strict=True)
    )
    return same and np.abs(picture(case) - plain[0]).max() < 8


@pytest.mark.parametrize("order", [(1, -1), (-1, 1), (-1, -1)])
def test_the_order_of_rings_moves_no_pixel(tmp_path, plain, order):
    rings = [polygon(one["coordinates"][0][::turn]) for one, turn in zip(SQUARES, order, strict=True)]
    assert both(case_of(tmp_path, rings, POINTS), plain)


@pytest.mark.parametrize("lon", [-120, 110, 158.5, 159, -201.5])
def test_the_longitude_moves_no_pixel(tmp_path, plain, lon):
    points = [(turned(x + lon), y) for x, y in POINTS]
    assert both(case_of(tmp_path, moved(SQUARES, lon, 0), points), plain)


def test_nor_does_how_the_antimeridian_is_crossed(tmp_path, plain):
    points = [(179, 45.5), (-180, 45.5)]
    jumping = [polygon([[turned(x), y] for x, y in one["coordinates"][0]]) for one in moved(SQUARES, 158.5, 0)]
    cut = [jumping[0], multi([box(179.5, 45, 180, 46)], [box(-180, 45, -179.5, 46)])]
    assert both(case_of(tmp_path / "jumping", jumping, points), plain)
    drawn = case_of(tmp_path / "cut", cut, points)
    np.testing.assert_allclose(covered(picture(drawn)), covered(plain[0]), atol=2e-3)
    assert maps.drawing(drawn).districts[1].path.count("M") == 1  # no seam


def test_the_southern_hemisphere_is_the_northern_upside_down(tmp_path, plain):
    south = case_of(
        tmp_path,
        [polygon([[x, -y] for x, y in one["coordinates"][0]]) for one in SQUARES],
        [(x, -y) for x, y in POINTS],
    )
    np.testing.assert_allclose(covered(picture(south)), covered(plain[0]), atol=2e-3)


@pytest.mark.parametrize("turn", [1, -1])
def test_holes_stay_open(tmp_path, plain, turn):
    holed = polygon(box(21, 45, 22, 46), box(21.25, 45.25, 21.75, 45.75)[::turn])
    case = case_of(tmp_path, [SQUARES[0], holed], POINTS)
    dark, light, _ = covered(picture(case))
    assert dark == pytest.approx(0.75 * light, rel=0.1)
    point = maps.drawing(case).districts[1]
    assert not (620 < point.x < 860)  # a point in the hole gives way to one in the shape


def test_around_a_pole(tmp_path):
    caps = [polygon(box(-180, 80, 0, 90)), polygon(box(0, 80, 180, 90))]
    case = case_of(tmp_path / "halves", caps, [(-90, 85), (90, 85)], area_km2=2e6)
    flat = plane(case)
    assert flat.width == flat.height == 1000
    assert [shape.area for shape in flat.districts.values()] == pytest.approx([np.pi * 480**2 / 2] * 2, rel=1e-3)
    ring = polygon([[0, -80], [90, -80], [180, -80], [-90, -80], [0, -80]])
    belt = polygon(box(0, -80, 90, -70))
    whole = plane(case_of(tmp_path / "whole", [ring, belt], [(10, -88), (45, -75)], area_km2=3e6))
    assert whole.districts["R1"].geom_type == "Polygon" and not whole.districts["R1"].interiors
    middle = whole.districts["R1"].centroid
    assert whole.districts["R1"].area == pytest.approx(
        np.pi * middle.distance(whole.districts["R1"].exterior) ** 2, rel=1e-3
    )


def test_the_whole_earth_is_seen_from_the_side(tmp_path):
    world = [polygon(box(-60, 60, 60, 84)), polygon(box(70, -39, 154, -11))]
    land = [polygon([[-180, -90], [-180, -75], [0, -70], [180, -75], [180, -90], [-180, -90]])]
    flat = plane(case_of(tmp_path, world, [(-40, 72), (134, -25)], land=land, area_km2=1e7))
    assert (flat.width, 800 < flat.height < 1000) == (1000, True)
    assert flat.districts["R1"].bounds[3] < flat.districts["R2"].bounds[1] < flat.land[0].bounds[1]


def test_a_tall_country_fits_too(tmp_path):
    tall = [polygon(box(-70, -30, -69, -20)), polygon(box(-70, -40, -69, -30))]
    drawn = maps.drawing(case_of(tmp_path, tall, [(-69.5, -25), (-69.5, -35)], area_km2=1e5))
    assert (drawn.height, 60 < drawn.width < 120) == (1000, True)


def test_of_a_map_of_the_world_only_what_is_near_is_drawn(tmp_path, plain):
    world = [polygon(box(-100, -60, 100, 80)), multi([box(160, 40, 180, 50)], [box(-180, 40, -170, 50)])]
    case = case_of(tmp_path, SQUARES, POINTS, land=world)
    assert len(plane(case).land) == 1
    dark, light, land = covered(picture(case))
    assert dark == pytest.approx(light, rel=0.1)
    assert dark > 0.03 and land > 0.3
    around = plane(case_of(tmp_path / "there", moved(SQUARES, 158.5, 0), [(179, 45.5), (-180, 45.5)], land=world)).land
    assert len(around) == 1 and around[0].geom_type == "Polygon" and not around[0].interiors

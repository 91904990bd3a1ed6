"""Shapes from rings: whole, in order, across the antimeridian and around a pole."""

from math import pi

import pytest
import shapely

from fissure.cases.shapes import EARTH_KM, area_km2, in_one_frame, moved, shape_of
from tests.cases.lands import box


def made(*polygons):
    shape, fault = shape_of([[[tuple(position) for position in ring] for ring in rings] for rings in polygons])
    assert fault is None
    return shape


def test_areas_are_those_of_the_sphere():
    assert area_km2(shapely.box(-180, -90, 180, 90)) == pytest.approx(4 * pi * EARTH_KM**2)
    degree = (pi / 180 * EARTH_KM) ** 2
    assert area_km2(shapely.box(0, -0.5, 1, 0.5)) == pytest.approx(degree, rel=1e-4)
    assert area_km2(shapely.box(0, 59.5, 1, 60.5)) == pytest.approx(degree / 2, rel=1e-3)
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    assert area_km2(ring) == pytest.approx(area_km2(shapely.box(0, 0, 3, 3)) - area_km2(shapely.box(1, 1, 2, 2)))


@pytest.mark.parametrize("outer", [1, -1])
@pytest.mark.parametrize("inner", [1, -1])
def test_the_order_of_rings_does_not_matter(outer, inner):
    shape = made([box(0, 0, 3, 3)[::outer], box(1, 1, 2, 2)[::inner]])
    assert shape.area == 8
    assert not shape.exterior.is_ccw and shape.interiors[0].is_ccw


def test_repeated_positions_and_rings_that_touch_are_whole():
    assert made([[[0, 0], [0, 0], [0, 1], [1, 1], [1, 1], [1, 0], [0, 0]]]).area == 1
    assert (
        made([[[0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 1], [0, 0]]]).area == 2
    )  # an hourglass that does not cross
    assert made([box(0, 0, 1, 1)], [box(1, 0, 2, 1)]).equals(shapely.box(0, 0, 2, 1))  # parts that share a side


@pytest.mark.parametrize(
    "polygons",
    [
        [[box(179, 0, 181, 1)]],
        [[box(-181, 0, -179, 1)]],
        [[[[179, 0], [179, 1], [-179, 1], [-179, 0], [179, 0]]]],
        [[[[-179, 0], [-179, 1], [179, 1], [179, 0], [-179, 0]]]],
        [[box(179, 0, 180, 1)], [box(-180, 0, -179, 1)]],
        [[[[179, 0], [180, 0], [-180, 1], [179, 1], [179, 0]]], [box(-180, 0, -179, 1)]],
    ],
)
def test_across_the_antimeridian_is_one_shape(polygons):
    (shape,) = in_one_frame([made(*polygons)])
    assert shapely.get_num_geometries(shape) == 1
    east = moved(shape, 0 if shape.bounds[0] > 0 else 360)
    assert east.equals(shapely.box(179, 0, 181, 1))


def test_a_hole_lies_on_the_side_of_its_shell():
    shape = made([[[179, 0], [179, 3], [-178, 3], [-178, 0], [179, 0]], box(-179.5, 1, -178.5, 2)])
    assert shape.area == 8


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("pole", [90, -90])
def test_a_ring_around_a_pole_holds_it(turn, pole):
    ring = [[0, pole * 8 / 9], [90, pole * 8 / 9], [180, pole * 8 / 9], [-90, pole * 8 / 9], [0, pole * 8 / 9]]
    assert area_km2(made([ring[::turn]])) == pytest.approx(area_km2(shapely.box(-180, 80, 180, 90)))


def test_a_ring_that_runs_along_antimeridian_and_pole_is_left():
    continent = [[-180, -90], [-180, -75], [0, -70], [180, -75], [180, -90], [-180, -90]]
    assert made([continent]).equals(shapely.Polygon(continent))
    assert made([box(-180, -60, 180, 60)]).area == 360 * 120
    assert made([box(-20, 10, 180, 60)]).area == 200 * 50


def test_what_lies_together_is_drawn_together():
    west, east = in_one_frame([shapely.box(-180, -18, -178, -16), shapely.box(177, -18, 180, -16)])
    assert west.bounds[0] == east.bounds[2]
    americas = [shapely.box(-100, 0, -90, 10), shapely.box(-60, -50, -50, 0)]
    assert all(one.equals(two) for one, two in zip(in_one_frame(americas), americas, strict=True))
    world = [shapely.box(-170, -60, -60, 70), shapely.box(-20, -40, 60, 75), shapely.box(60, -50, 180, 75)]
    assert all(one.equals(two) for one, two in zip(in_one_frame(world), world, strict=True))


def fault_of(*rings):
    return shape_of([[[tuple(position) for position in ring] for ring in rings]])


def test_what_is_wrong_and_where():
    shape, fault = fault_of([[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]])
    assert (fault.what, fault.lon, fault.lat, fault.change) == ("has an outline that crosses itself", 1, 1, 1)
    assert shape.area == 2
    fault = fault_of(box(0, 0, 3, 3), box(5, 5, 6, 6))[1]
    assert (fault.what, fault.lon, fault.lat) == ("has a hole that lies outside its outline", 5, 5)
    assert fault_of(box(0, 0, 5, 5), box(1, 1, 4, 4), box(2, 2, 3, 3))[1].what == "has a hole inside another"
    assert fault_of(box(0, 0, 5, 5), box(4, 4, 6, 6))[1].what == "has rings that cross"
    assert (
        fault_of([[0, 0], [10, 0], [10, 10], [9, 10], [9.1, 10.1], [9.1, 10], [9, 10.1], [0, 10], [0, 0]])[1].change
        < 0.01
    )


@pytest.mark.parametrize(
    "rings",
    [[[[0, 0], [1, 1], [2, 2], [0, 0]]], [[[20, 45], [20.1, 45.1], [20.2, 45.2], [20, 45]]], [box(0, 0, 1, 1)] * 2],
)
def test_no_area_is_no_shape(rings):
    assert fault_of(*rings)[0].is_empty

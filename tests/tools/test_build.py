"""The parts of the build that can be checked without the raw extracts."""

from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box
from tools.build_case import blocs, places, strikes, tables


def test_pairs_share_a_line_and_not_a_corner() -> None:
    within = [("a", "X", box(0, 0, 1, 1)), ("b", "X", box(1, 0, 2, 1)), ("c", "X", box(1, 1, 2, 2))]
    assert places._pairs(within) == [("a", "b"), ("b", "c")]
    across = [("a", "X", box(0, 0, 1, 1)), ("b", "Y", box(1.01, 0, 2, 1)), ("c", "Y", box(1.01, 1.01, 2, 2))]
    assert places._pairs(across) == [("a", "b")]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.5, 3, "1.5"), (0.0, 2, "0"), (-0.001, 2, "0"), (120.0, 1, "120"), (1e5, 0, "100000")],
)
def test_numbers_are_written_plainly(value: float, digits: int, text: str) -> None:
    assert tables.plain(value, digits) == text


def test_a_split_that_slides_meets_its_total() -> None:
    both = np.full(100, 10.0)
    share = strikes._sliding_share(both, 300.0)
    assert (share * both).sum() == pytest.approx(300)
    assert share[0] == pytest.approx(0.48)
    with pytest.raises(ValueError, match="cannot be met"):
        strikes._sliding_share(both, 10.0)


def test_each_country_belongs_to_one_bloc(tmp_path: Path) -> None:
    names = [country for listed in blocs.MEMBERS.values() for country in listed.split(", ")]
    assert len(names) == len(set(names))
    folder = tmp_path / "foreign_fighters"
    folder.mkdir()
    table = folder / "icsr_estimates_by_country.csv"
    head = "country,countrycode,icsr.date,icsr.low,icsr.high,icsr.mean\n"
    table.write_text(head + "tunisia,TUN,20150126,,,100\nrussia,RUS,20150126,,,50\niraq,IRQ,20150126,,,\n")
    found = blocs.shares(tmp_path)
    assert sum(found.values()) == pytest.approx(1)
    assert found["arab-maghreb"] == pytest.approx(0.667)
    table.write_text(head + "atlantis,ATL,20150126,,,100\n")
    with pytest.raises(ValueError, match="atlantis"):
        blocs.shares(tmp_path)

"""Units and places follow the groups that a case has."""

from collections import Counter

import pytest

from fissure.cases.loader import load_case
from fissure.cases.room import blocs_of_units, half_of, places, too_few_places, without_unit
from fissure.cases.schema import Bloc, ParameterPrior
from fissure.errors import FissureError


def bloc(name: str, origin: str, share: float) -> Bloc:
    country = "Ruritania" if origin == "local" else None
    fields = {"title": name, "doctrine": 0, "doctrine_spread": 0.3, "reason": "made up", "source": "none"}
    return Bloc.model_validate({"name": name, "origin": origin, "country": country, "share": share, **fields})


def prior(low: float, high: float) -> ParameterPrior:
    kind = "fixed" if low == high else "uniform"
    return ParameterPrior.model_validate(
        {"prior": {"kind": kind, "low": low, "high": high}, "unit": "any", "reason": "made up"}
    )


HOME, HILLS, ABROAD = bloc("home", "local", 0.75), bloc("hills", "local", 0.25), bloc("abroad", "foreign", 1)


@pytest.mark.parametrize(
    ("blocs", "expected"),
    [
        ([HOME, HILLS], {0: 120, 1: 40}),
        ([HOME, HILLS, ABROAD], {0: 60, 1: 20, 2: 80}),
        ([ABROAD], {0: 160}),
    ],
)
def test_all_units_are_shared_among_the_origins_that_there_are(blocs: list[Bloc], expected: dict[int, int]) -> None:
    assert Counter(blocs_of_units(blocs, 160)) == expected


def test_a_bloc_too_small_for_a_unit_is_named() -> None:
    assert without_unit([HOME, HILLS, ABROAD], 2) == [HILLS]
    assert not without_unit([HOME, HILLS, ABROAD], 8)


def test_half_of_the_units_leaves_one_for_each_origin() -> None:
    assert [half_of([HOME, ABROAD], units) for units in (2, 3, 160)] == [2, 2, 80]
    assert half_of([HOME], 2) == 1
    with pytest.raises(FissureError, match="found 1 units, expected at least 2"):
        blocs_of_units([HOME, ABROAD], 1)


def test_places_by_origin() -> None:
    assert places([HOME, HILLS], 160, 100) == {"local": 16_000}
    assert places([HOME, HILLS, ABROAD], 160, 100) == {"local": 8_000, "foreign": 8_000}


def test_priors_that_reach_beyond_the_places_are_told() -> None:
    fighters, share = prior(5_000, 15_000), prior(0.2, 0.4)
    assert not too_few_places([HOME, HILLS], 160, 100, fighters, share)  # 16,000 for 15,000, whatever the share
    (said,) = too_few_places([HOME, HILLS, ABROAD], 160, 100, fighters, share)
    assert said.startswith("there are 8,000 places for local fighters, fewer than the 12,000 that the priors of")
    assert said.endswith("expected units x slots of 24,000 or more")
    assert not too_few_places([HOME, HILLS, ABROAD], 240, 100, fighters, share)


def test_the_reference_case_has_room() -> None:
    case = load_case("islamic_state")
    given = case.priors["start.fighters"], case.priors["start.foreign-share"]
    assert not too_few_places(case.blocs, case.units, case.slots, *given)

"""Futures of the forcing: what is known stays, what is not known does not leak, and all have one shape."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from fissure.errors import FissureError
from fissure.model.world import world_of
from fissure.studies.forcing_forecasts import MOST, futures

AFTER = date(2015, 12, 31)
ARRAYS = ("strikes", "strikes_low", "strikes_high", "oil_price", "exchange", "condemnations")


@pytest.fixture(scope="module")
def known(case):
    return ((AFTER - case.start).days + 1) // 7


@pytest.fixture(scope="module")
def made(case):
    return futures(case, AFTER, 6, seed=3)


def content(case):
    return [getattr(case, name).tobytes() for name in ARRAYS], [o.model_dump_json() for o in case.offensives]


def test_everything_before_the_date_stays_byte_for_byte(case, made, known):
    begun = [o for o in case.offensives if o.start <= AFTER]
    for one in made:
        for name in ARRAYS:
            assert getattr(one, name)[:known].tobytes() == getattr(case, name)[:known].tobytes()
        assert one.offensives[: len(begun)] == begun
        assert all(o.start > AFTER for o in one.offensives[len(begun) :])


def test_nothing_after_the_date_leaks(case, made, known):
    """The case with its later forcing replaced by noise has the same futures."""
    random = np.random.default_rng(5)
    changed = {}
    for name in ARRAYS:
        array = np.array(getattr(case, name))
        array[known:] = random.uniform(1, 900, array[known:].shape)
        changed[name] = array
    begun = [o for o in case.offensives if o.start <= AFTER]
    later = [o.model_copy(update={"district": case.districts[0].id}) for o in case.offensives if o.start > AFTER][:3]
    other = futures(replace(case, offensives=begun + later, **changed), AFTER, 6, seed=3)
    assert [content(a) for a in made] == [content(b) for b in other]
    assert [a.digest for a in made] == [b.digest for b in other]


def test_futures_differ_from_one_another_and_the_first_do_not_depend_on_their_number(case, made):
    assert len({str(content(one)) for one in made}) == len({one.digest for one in made}) == 6
    assert [content(one) for one in futures(case, AFTER, 2, seed=3)] == [content(one) for one in made[:2]]
    assert content(futures(case, AFTER, 1, seed=4)[0]) != content(made[0])


def test_all_have_the_shapes_of_one_program(made):
    shapes = [{k: v.shape for k, v in vars(world_of(one, 8, 4)).items() if hasattr(v, "shape")} for one in made]
    assert all(s == shapes[0] for s in shapes)


def test_strikes_go_on_from_where_they_stood(case, known):
    many = np.array([one.strikes for one in futures(case, AFTER, 200, seed=1)])
    level = case.strikes[known - 13 : known].mean(axis=0)
    assert np.median(many[:, known], axis=0) == pytest.approx(level, rel=0.1)
    assert (many[:, known:] <= MOST * case.strikes[:known].max(axis=0) + 1e-9).all()
    spread = np.log(many[:, known:] + 1e-9).std(axis=0)
    assert (spread[100] > spread[5]).all()
    one = futures(case, AFTER, 1, seed=1)[0]
    assert (one.strikes_low <= one.strikes).all() and (one.strikes <= one.strikes_high).all()


def test_offensives_come_at_the_rate_seen_like_those_seen(case):
    begun = [o for o in case.offensives if o.start <= AFTER]
    expected = len(begun) / ((AFTER - case.start).days + 1) * (case.end - AFTER).days
    counts = []
    attacked = {o.opponent: {other.district for other in begun if other.opponent == o.opponent} for o in begun}
    strengths = {(o.opponent, o.strength_low, o.strength_high) for o in begun}
    at = {d.id: d for d in case.districts}
    for one in futures(case, AFTER, 150, seed=1):
        new = [o for o in one.offensives if AFTER < o.start < case.end]
        counts.append(len(new))
        for o in new:
            assert (o.opponent, o.strength_low, o.strength_high) in strengths
            assert o.district in attacked[o.opponent] or at[o.district].start_control > 0
        beyond = [o for o in one.offensives if o.start >= case.end]
        assert all(o.start > case.end + timedelta(days=1000) for o in beyond)
    assert np.mean(counts) == pytest.approx(expected, rel=0.1)
    assert np.std(counts) > np.sqrt(expected)  # the rate itself is not known


def test_prices_and_condemnations_go_on_as_before(case, known):
    many = futures(case, AFTER, 150, seed=1)
    assert np.median([one.oil_price[-1] for one in many]) == pytest.approx(case.oil_price[known - 1], rel=0.25)
    assert all((one.oil_price > 0).all() and (one.exchange > 0).all() for one in many)
    seen = set(case.condemnations[:known])
    assert all(set(one.condemnations) <= seen | {0.0} for one in many)
    rate = (case.condemnations[:known] > 0).mean()
    assert np.mean([(one.condemnations[known:] > 0).mean() for one in many]) == pytest.approx(rate, rel=0.2)


def test_a_case_without_strikes_or_offensives_has_futures_without(case):
    bare = replace(case, strikes=case.strikes * 0, strikes_low=case.strikes * 0, offensives=[])
    one = futures(bare, AFTER, 1)[0]
    assert not one.strikes.any() and one.offensives == []


@pytest.mark.parametrize("day", [date(2014, 7, 1), date(2019, 5, 1)])
def test_a_date_without_a_before_or_after_is_refused(case, day):
    with pytest.raises(FissureError, match="expected one from 2014-09-28"):
        futures(case, day, 1)

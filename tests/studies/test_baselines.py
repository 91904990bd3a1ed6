"""Naive rivals on series whose continuation is known, and what they may not look at."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from made import datum, variable

from fissure.studies import baselines as module
from fissure.studies.baselines import RIVALS, baselines

CUT = date(2016, 1, 1)
M = 8000


def years(n: float) -> date:
    return CUT + timedelta(days=round(n * 365.25))


def middles(items, earlier, until=CUT):
    """Median of each rival for each item, on the scale."""
    return {b.name: np.median(b.samples, axis=0) for b in baselines(items, earlier, until, members=M, seed=1)}


def test_a_falling_stock_persists_falls_on_a_line_or_decays():
    earlier = [datum(math.log(x), years(t)) for x, t in ((80.0, -2), (40.0, -1), (20.0, 0))]
    found = middles([datum(math.log(5.0), years(0.5))], earlier)
    assert math.exp(found["persistence"][0]) == pytest.approx(20, rel=0.1)
    assert math.exp(found["linear trend"][0]) == pytest.approx(20 - 30 * 0.5, rel=0.15)
    assert math.exp(found["exponential decay"][0]) == pytest.approx(20 * 0.5**0.5, rel=0.1)


def test_a_line_does_not_go_below_a_hundredth_and_decay_does_not_grow():
    falling = [datum(math.log(x), years(t)) for x, t in ((80.0, -1), (20.0, 0))]
    rising = [datum(math.log(x), years(t), variable("other")) for x, t in ((20.0, -1), (80.0, 0))]
    items = [datum(0.0, years(3)), datum(0.0, years(1), variable("other"))]
    found = middles(items, falling + rising)
    assert math.exp(found["linear trend"][0]) == pytest.approx(0.2, rel=0.2)
    assert math.exp(found["exponential decay"][1]) == pytest.approx(80, rel=0.15)


def test_a_count_goes_on_at_its_rate_and_never_falls():
    count = variable("count", "cumulative", since=years(-2))
    earlier = [datum(math.log(x), years(t), count) for x, t in ((800.0, -1), (1000.0, 0))]
    items = [datum(math.log(1000.0), years(1), count)]
    found = middles(items, earlier)
    assert math.exp(found["persistence"][0]) == pytest.approx(1500, rel=0.03)
    assert math.exp(found["linear trend"][0]) == pytest.approx(1500, rel=0.03)
    k = math.log(200 / 800)  # the rate of the second year over that of the first
    assert math.exp(found["exponential decay"][0]) == pytest.approx(
        1000 + 500 * math.exp(k) * (1 - math.exp(k)) / -k, rel=0.03
    )
    for one in baselines(items, earlier, CUT, members=M, seed=1):
        assert (one.samples >= math.log(1000.0)).all()


def test_a_count_published_with_its_start_has_that_start():
    count = variable("count", "cumulative", since=years(-1), offset=500.0)
    found = middles([datum(0.0, years(1), count)], [datum(math.log(700.0), years(0), count)])
    assert math.exp(found["persistence"][0]) == pytest.approx(900, rel=0.03)


def test_a_flow_is_a_rate_times_its_days():
    flow = variable("flow", "period-sum")
    earlier = [datum(math.log(300.0), (date(2015, 6, 1), date(2015, 6, 30)), flow)]
    found = middles([datum(0.0, (date(2016, 2, 1), date(2016, 4, 30)), flow)], earlier)
    assert math.exp(found["persistence"][0]) == pytest.approx(900, rel=0.1)


def test_shares_stay_shares_and_decay_in_what_is_left():
    lost = variable("lost", "share-of-peak-lost", unit="share")
    earlier = [datum(x, years(t), lost, scale="points") for x, t in ((0.2, -1), (0.6, 0))]
    items = [datum(0.5, years(1), lost, scale="points"), datum(0.5, years(3), lost, scale="points")]
    found = {b.name: b.samples for b in baselines(items, earlier, CUT, members=M, seed=1)}
    assert np.median(found["persistence"][:, 0]) == pytest.approx(0.6, abs=0.03)
    assert np.median(found["linear trend"][:, 1]) == 1.0
    assert np.median(found["exponential decay"][:, 0]) == pytest.approx(0.8, abs=0.03)
    assert all((s >= 0).all() and (s <= 1).all() for s in found.values())


def test_a_change_decays_in_its_ratio():
    change = variable("change", "change-share", unit="share", baseline=(years(-2), years(-1.8)))
    earlier = [datum(x, years(t), change, scale="points") for x, t in ((-0.2, -1), (-0.6, 0))]
    found = middles([datum(0.0, years(1), change, scale="points")], earlier)
    assert found["exponential decay"][0] == pytest.approx(-0.8, abs=0.03)
    assert found["linear trend"][0] == pytest.approx(-1.0, abs=0.03)


def test_one_figure_falls_back_and_none_is_silent():
    own, other = variable("own"), variable("other")
    earlier = [datum(1.0, years(-1), own), datum(2.0, years(-1), other, bound="upper")]
    items = [datum(1.0, years(1), own), datum(1.0, years(1), other)]
    for found in baselines(items, earlier, CUT, members=50, seed=1):
        assert found.silent == (items[1].observation.id,)
        assert np.isnan(found.samples[:, 1]).all() and np.isfinite(found.samples[:, 0]).all()
        assert found.fell_back == (() if found.name == "persistence" else (items[0].observation.id,))


def test_the_bias_of_one_publisher_cancels_and_that_of_two_does_not():
    earlier = [datum(3.0, years(-0.01), bias="a.stock", spread=1.0, lean=0.5)]
    same = datum(3.0, years(0.01), bias="a.stock", spread=1.0, lean=0.5)
    rival = datum(3.0, years(0.01), bias="b.stock", spread=1.0, lean=-0.5)
    samples = baselines([same, rival], earlier, CUT, members=4000, seed=1)[0].samples
    assert samples[:, 0].mean() == pytest.approx(3.0, abs=0.02) and samples[:, 0].std() < 0.1
    assert samples[:, 1].mean() == pytest.approx(2.0, abs=0.06)
    assert samples[:, 1].std() == pytest.approx(math.sqrt(2), rel=0.05)


def test_the_spread_is_that_of_the_doubt_and_of_a_random_walk():
    """Without steps to learn from: variance of both errors, and a quarter of a logarithm squared a year."""
    earlier = [datum(3.0, years(0), error=0.3)]
    samples = baselines([datum(3.0, years(2), error=0.4)], earlier, CUT, members=8000, seed=1)[0].samples
    assert samples.var() == pytest.approx(0.09 + 0.16 + 0.25 * 2, rel=0.06)


def test_the_walk_learns_from_steps_within_a_publisher():
    step = 1.0
    still = [datum(3.0 + step * (n % 2), years(n - 6), bias="a.stock") for n in range(7)]
    past = module._pasts(still, 10, 1)
    pooled = module._pools(past, detrended=False)["factor"]
    assert pooled == pytest.approx((6 * step**2 + 0.25) / 7, rel=1e-3)
    rivals = [datum(3.0 + step * (n % 2), years(n - 6), bias=f"{n}.stock") for n in range(7)]
    assert module._pools(module._pasts(rivals, 10, 1), detrended=False)["factor"] == pytest.approx(0.25)


def test_rivals_of_the_same_day_are_averaged():
    earlier = [datum(x, years(0), bias=f"{x}.stock") for x in (2.0, 4.0)]
    assert middles([datum(3.0, years(0.01))], earlier)["persistence"][0] == pytest.approx(3.0, abs=0.02)


def test_nothing_after_the_date_is_looked_at():
    earlier = [datum(math.log(x), years(t)) for x, t in ((80.0, -2), (40.0, -1), (20.0, 0))]
    item = datum(1.0, years(1))
    noise = [datum(x, years(t)) for x, t in ((9.0, 0.1), (-3.0, 0.5), (7.0, 2.0))]
    plain = baselines([item], earlier, CUT, members=60, seed=1)
    for a, b in zip(plain, baselines([item, *noise], [*earlier, *noise], CUT, members=60, seed=1), strict=True):
        assert a.samples[:, 0].tobytes() == b.samples[:, 0].tobytes()


def test_what_was_published_of_the_item_moves_nothing():
    earlier = [datum(math.log(x), years(t), error=0.1) for x, t in ((40.0, -1), (20.0, 0))]
    item = datum(3.0, years(1), error=0.1)
    other = type(item)(**{**vars(item), "published": 2.0})
    for a, b in zip(*(baselines([i], earlier, CUT, members=60, seed=1) for i in (item, other)), strict=True):
        assert a.name in RIVALS and a.samples.tobytes() == b.samples.tobytes()

"""Attribution where the answer is known: planted games, shapiq, axioms, and orders of players."""

from itertools import permutations
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from planted import planted
from scipy.stats import chi2, ttest_1samp

from fissure.studies.shapley import (
    Permutations,
    SampledValues,
    chain,
    enough,
    estimate,
    exact,
    interactions,
    marginals,
    mean_interval,
    split,
    variance_ratio,
)

EPS, TINY = np.finfo(float).eps, np.finfo(float).tiny


@st.composite
def games(draw, least=1, count=None):
    """Worths with two members on the trailing axis, one game or `count` of them."""
    n = draw(st.integers(least, 5))
    shape = (1 << n, 2) if count is None else (count, 1 << n, 2)
    return draw(hnp.arrays(float, shape, elements=st.floats(-1e6, 1e6, allow_subnormal=False)))


def players(v):
    return len(v).bit_length() - 1


def near(v):
    """Tolerance for sums over the worths."""
    return 1e-12 * (1 + np.abs(v).max())


# Known games


def test_an_additive_game_gives_each_player_its_own():
    v = planted(4, {(0,): 1.0, (1,): -2.0, (2,): 0.5, (3,): 0.0}) + 7
    assert exact(v) == pytest.approx([1, -2, 0.5, 0])
    assert interactions(v) == pytest.approx(np.diag([1, -2, 0.5, 0]))


@pytest.mark.parametrize("team", [(1, 2), (0, 1, 3), (0, 1, 2, 3, 4)])
def test_a_team_shares_equally_what_takes_all_of_it(team):
    v = planted(5, {team: 6.0})
    assert exact(v) == pytest.approx([6 / len(team) if i in team else 0 for i in range(5)])
    both = interactions(v)
    pairs = len(team) * (len(team) - 1) / 2
    for i in range(5):
        for j in range(5):
            assert both[i, j] == pytest.approx(6 / pairs if i != j and i in team and j in team else 0)


def test_planted_interactions_are_found():
    v = planted(4, {(0,): 3.0, (1,): 1.0, (0, 1): -2.0, (2, 3): 4.0, (0, 2, 3): 3.0})
    assert exact(v) == pytest.approx([3 - 1 + 1, 1 - 1, 2 + 1, 2 + 1])
    wanted = [[3, -2, 1, 1], [-2, 1, 0, 0], [1, 0, 0, 4 + 1], [1, 0, 4 + 1, 0]]
    assert interactions(v) == pytest.approx(np.array(wanted))


def test_the_glove_game():
    """One left glove and two right ones: the scarce one gets two thirds (Shapley 1953; Osborne and Rubinstein 1994)."""
    v = np.array([float(mask & 1 and mask & 6 != 0) for mask in range(8)])
    assert exact(v) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_one_player_has_it_all():
    assert exact([3.0, 5.0]) == pytest.approx([2])
    assert interactions([3.0, 5.0]) == pytest.approx(np.array([[2]]))


@pytest.mark.parametrize("worths", [np.ones(3), np.ones((1, 4)), np.ones((0, 2)), 1.0])
def test_worths_of_some_coalitions_only_are_refused(worths):
    for function in (exact, interactions, lambda v: split(v, 0)):
        with pytest.raises(ValueError, match="expected 2\\*\\*n coalitions"):
            function(worths)


def test_a_split_tells_alone_from_together():
    v = planted(4, {(0,): 3.0, (0, 1): 2.0, (2,): 5.0, (1, 2): -1.0, (0, 2, 3): 4.0}) + 9
    found = split(np.stack([v, 2 * v], axis=1), 0b0011)
    assert [part.tolist() for part in found] == [[5, 10], [5, 10], [3, 6]]
    assert split(v, 0) == (0, 13, 0) and split(v, 0b1111) == (13, 0, 0)
    with pytest.raises(ValueError, match="the mask 16, expected one of 4 players: 0 to 15"):
        split(v, 16)


# Agreement with shapiq


@pytest.fixture(scope="module")
def computer():
    from shapiq import ExactComputer

    return lambda v: ExactComputer(lambda on: v[np.asarray(on) @ (1 << np.arange(players(v)))], players(v))


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_random_games_agree_with_shapiq(computer, n):
    v = np.random.default_rng(n).normal(5, 10, 1 << n)
    theirs = computer(v)
    values, pairs = theirs("SV", 1), theirs("STII", 2)
    assert exact(v) == pytest.approx([values[(i,)] for i in range(n)])
    wanted = [[pairs[(i,)] if i == j else pairs[tuple(sorted((i, j)))] for j in range(n)] for i in range(n)]
    assert interactions(v) == pytest.approx(np.array(wanted))


# Axioms


@given(games())
def test_values_sum_to_the_total_to_machine_precision(v):
    for shifted in (v, v + 1e9, v * np.exp(v / 1e5)):
        found, total = exact(shifted), shifted[-1] - shifted[0]
        for member in range(2):
            size = fsum(np.abs(found[:, member]))
            assert abs(fsum(found[:, member]) - total[member]) <= len(found) * EPS * size + TINY


def test_what_cancels_on_the_way_does_not_blur_the_sum():
    """Ten players whose coalitions swing by 1e12, while all together they yield 1."""
    sizes = np.bitwise_count(np.arange(1 << 10)).astype(float)
    v = np.where(sizes % 10 == 0, sizes / 10, 1e12 * np.sin(sizes))
    assert fsum(exact(v)) == pytest.approx(1, abs=4 * EPS)


@given(games(least=2))
def test_interactions_sum_to_the_total_and_to_the_values(v):
    found, n = interactions(v), players(v)
    own = found[np.arange(n), np.arange(n)]
    assert (found == found.swapaxes(0, 1)).all()
    assert (own == v[1 << np.arange(n)] - v[0]).all()
    pairs = (found.sum(axis=1) - own) / 2
    assert own + pairs == pytest.approx(exact(v), abs=near(v))
    assert (own + pairs).sum(axis=0) == pytest.approx(v[-1] - v[0], abs=near(v))


@given(games(least=2))
def test_two_blocks_are_a_game_of_two(v):
    inside = 1
    alone, others, both = split(v, inside)
    found = interactions(v[[0, inside, len(v) - 1 - inside, len(v) - 1]])
    wanted = np.array([found[0, 0], found[1, 1], found[0, 1]])
    assert np.array([alone, others, both]) == pytest.approx(wanted, abs=near(v))
    assert alone + others + both == pytest.approx(v[-1] - v[0], abs=near(v))


@given(games(), st.data())
def test_names_of_players_do_not_matter(v, data):
    n = players(v)
    order = data.draw(st.permutations(range(n)))
    masks = np.arange(len(v))
    renamed = v[sum((masks >> new & 1) << old for new, old in enumerate(order))]
    assert exact(renamed) == pytest.approx(exact(v)[order], abs=near(v))
    assert interactions(renamed) == pytest.approx(interactions(v)[np.ix_(order, order)], abs=near(v))


@given(games(), st.data())
def test_who_changes_nothing_gets_exactly_nothing(v, data):
    idle = data.draw(st.integers(0, players(v) - 1))
    v = v[np.arange(len(v)) & ~(1 << idle)]
    assert not exact(v)[idle].any() and not interactions(v)[idle].any()


@given(games(count=2), st.floats(-3, 3))
def test_values_are_linear(v, factor):
    a, b = v
    for function in (exact, interactions):
        together = function(a + factor * b)
        assert together == pytest.approx(function(a) + factor * function(b), abs=near(a) + 3 * near(b))


@given(games())
def test_each_member_is_a_game_of_its_own(v):
    blurred = np.column_stack([v, np.where(np.arange(len(v)) == 0, np.nan, v[:, 0])])
    for function in (exact, interactions):
        found = function(blurred)
        assert found[..., 0] == pytest.approx(function(v[:, 0]), abs=near(v))
        assert np.isnan(found[..., 2].diagonal() if found.ndim == 3 else found[:, 2]).all()


# Orders of players


@given(games())
def test_the_mean_over_all_orders_is_the_exact_value(v):
    n = players(v)
    added = [marginals(order, v[chain(order)]) for order in permutations(range(n))]
    assert np.mean(added, axis=0) == pytest.approx(exact(v), abs=near(v))


def test_a_chain_adds_one_player_at_a_time():
    assert chain([2, 0, 1]) == [0, 0b100, 0b101, 0b111]
    order, reverse = Permutations(54, 3).pair(0, 0)
    assert chain(order)[-1] == (1 << 54) - 1
    assert all(there ^ back == (1 << 54) - 1 for there, back in zip(chain(order), chain(reverse)[::-1], strict=True))
    assert marginals([2, 0, 1], [10.0, 11.0, 13.0, 17.0]).tolist() == [2, 4, 1]
    with pytest.raises(ValueError, match="found 3 worths, expected 4"):
        marginals([2, 0, 1], [1.0, 2.0, 3.0])


def test_orders_depend_on_seed_member_and_pair_alone():
    asked = [(seed, member, pair) for seed in (1, 2) for member in range(20) for pair in range(20)]
    once = [Permutations(30, seed).pair(member, pair) for seed, member, pair in asked]
    again = [Permutations(30, seed).pair(member, pair) for seed, member, pair in reversed(asked)][::-1]
    assert all((a[0] == b[0]).all() for a, b in zip(once, again, strict=True))
    assert len({tuple(order) for order, _ in once}) == len(asked)
    assert all(sorted(order) == list(range(30)) and (order[::-1] == back).all() for order, back in once)


def test_every_order_is_equally_likely():
    draw, count = Permutations(4, 7), 4800
    orders = np.array([draw.pair(k // 2, k % 2)[0] for k in range(count)])
    _, seen = np.unique(orders, axis=0, return_counts=True)
    assert len(seen) == 24
    assert ((seen - count / 24) ** 2 / (count / 24)).sum() < chi2.ppf(0.999, 23)
    next_pair = orders[0::2, 0] * 4 + orders[1::2, 0]  # who is first in one pair of a member tells nothing of the next
    seen = np.bincount(next_pair, minlength=16)
    assert ((seen - count / 32) ** 2 / (count / 32)).sum() < chi2.ppf(0.999, 15)


# Intervals and ratios


def test_the_interval_is_students():
    x = np.random.default_rng(0).normal(3, 2, (9, 4))
    wanted = ttest_1samp(x, 0).confidence_interval(0.8)
    mean, low, high = mean_interval(x, level=0.8)
    assert mean == pytest.approx(x.mean(axis=0))
    assert low == pytest.approx(wanted.low) and high == pytest.approx(wanted.high)


def test_one_member_has_no_interval_and_equal_members_have_none_to_speak_of():
    assert mean_interval([4.0]) == (4, pytest.approx(np.nan, nan_ok=True), pytest.approx(np.nan, nan_ok=True))
    assert mean_interval(np.full((5, 2), 4.0))[1].tolist() == [4, 4]
    mean, low, high = mean_interval([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    assert (mean[0], low[0], high[0]) == pytest.approx(mean_interval([1.0, 3.0]))
    assert np.isnan([mean[1], low[1], high[1]]).all()


def test_the_ratio_is_what_pairing_saves():
    random = np.random.default_rng(2)
    common, own, other = random.normal(size=(3, 20_000))
    assert variance_ratio(3 * common + own, 3 * common + other) == pytest.approx(20 / 2, rel=0.05)
    assert variance_ratio(own, other) == pytest.approx(1, rel=0.05)
    assert variance_ratio(own, -own) == pytest.approx(0.5)
    whole = np.arange(6.0)
    assert variance_ratio(whole, whole + 1) == np.inf and np.isnan(variance_ratio(np.ones(4), np.ones(4)))
    gap = np.where(np.arange(6) == 2, np.nan, whole**2)
    assert variance_ratio(whole, gap) == pytest.approx(variance_ratio(np.delete(whole, 2), np.delete(gap, 2)))


# Estimates from orders


def test_the_interval_of_an_estimate_is_that_of_the_means_of_members():
    random = np.random.default_rng(3)
    seen = {(member, pair): random.normal(size=(3, 2)) for member in range(5) for pair in range(1 + member % 3)}
    found = estimate(seen)
    means = [np.mean([own for (k, _), own in seen.items() if k == member], axis=0) for member in range(5)]
    wanted = mean_interval(means)
    assert (found.value == pytest.approx(wanted.mean)) and (found.low == pytest.approx(wanted.low))
    assert found.standard_error == pytest.approx(np.std(means, axis=0, ddof=1) / np.sqrt(5))
    assert found.members.tolist() == [5, 5]
    shuffled = estimate(dict(reversed(seen.items())))
    assert found.value.tobytes() == shuffled.value.tobytes() and found.high.tobytes() == shuffled.high.tobytes()


def test_pairs_of_one_member_do_not_pass_for_members():
    """Repeating what each member says narrows nothing."""
    random = np.random.default_rng(4)
    said = random.normal(size=(6, 3))
    once = estimate({(k, 0): said[k] for k in range(6)})
    often = estimate({(k, pair): said[k] for k in range(6) for pair in range(10)})
    assert often.standard_error == pytest.approx(once.standard_error) and often.low == pytest.approx(once.low)


def test_a_member_that_is_not_defined_is_left_out_for_all_players():
    seen = {(0, 0): [1.0, 2.0], (1, 0): [3.0, 5.0], (2, 0): [np.nan, 9.0], (2, 1): [1.0, 1.0]}
    found = estimate(seen)
    assert found.value.tolist() == [2, 3.5] and found.members == 2
    alone = estimate({(0, 0): [1.0, 2.0]})
    assert alone.value.tolist() == [1, 2] and np.isnan(alone.low).all()
    with pytest.raises(ValueError, match="found no observations"):
        estimate({})


def made(value, half, members):
    value, half = np.array(value), np.array(half)
    return SampledValues(value, value - half, value + half, half / 1.7, np.asarray(members))


def test_it_is_enough_when_the_widest_interval_is_narrow():
    value = [[6.0, 6.0, 6.0], [-2.0, -2.0, -2.0]]
    found = enough(made(value, [[0.1, 0.1, 0.1], [0.39, 0.41, 0.39]], [16, 16, 15]), 0.1)
    assert found.tolist() == [True, False, False]
    assert enough(made([-3.0, -1.0], [0.1, 0.1], 8), 0.1, least=8)
    assert not enough(made([3.0, -3.0], [0.1, 0.1], 100), 0.1)
    assert not enough(estimate({(0, 0): [1.0, 2.0]}), 0.5, least=1)


def test_members_of_one_past_widen_the_interval_as_if_they_were_one():
    values = np.random.default_rng(5).normal(size=12)
    alone, doubled = mean_interval(values), mean_interval(np.repeat(values, 3), pasts=np.repeat(np.arange(12), 3))
    for one, other in zip(alone, doubled, strict=True):
        assert one == pytest.approx(other)
    naive = mean_interval(np.repeat(values, 3))
    assert doubled.high - doubled.low > 1.6 * (naive.high - naive.low)


def test_where_no_two_share_a_past_nothing_changes():
    values = np.random.default_rng(6).normal(size=(9, 2))
    assert all(
        (a == b).all() for a, b in zip(mean_interval(values), mean_interval(values, pasts=range(9)), strict=True)
    )


def test_members_of_one_past_alone_have_no_interval():
    found = mean_interval([1.0, 2.0, 4.0], pasts=[7, 7, 7])
    assert found.mean == pytest.approx(7 / 3) and np.isnan([found.low, found.high]).all()


def test_clustered_intervals_hold_the_truth_where_those_of_independent_members_do_not():
    sizes, random = [1] * 24 + [2] * 6 + [3] * 4, np.random.default_rng(7)  # those of 48 members of the shipped case
    pasts, held = np.repeat(np.arange(len(sizes)), sizes), np.zeros(2)
    for _ in range(600):
        shared, own = random.normal(size=len(sizes))[pasts], random.normal(size=48)
        values = np.sqrt(0.8) * shared + np.sqrt(0.2) * own
        for at, found in enumerate((mean_interval(values, pasts=pasts), mean_interval(values))):
            held[at] += found.low < 0 < found.high
    assert 0.86 < held[0] / 600 < 0.94 and held[1] / 600 < 0.84


def test_sampled_values_are_clustered_too():
    random = np.random.default_rng(8)
    once = {(m, 0): random.normal(size=3) for m in range(10)}
    twice = once | {(m + 10, 0): once[m, 0] for m in range(10)}
    alone, shared = estimate(once), estimate(twice, pasts={m: m % 10 for m in range(20)})
    assert shared.low == pytest.approx(alone.low) and shared.standard_error == pytest.approx(alone.standard_error)

"""Each part on made-up histories in which it holds, fails, or does not apply; the filter; the interval."""

import numpy as np
import pytest
import xarray as xr
from histories import ORDERINGS, PARTS, WEEKS, answers, put, step
from synthetic import run

from fissure.studies.compare import compare
from fissure.studies.patterns.met import PlausibleMembers, met, plausible, wilson
from fissure.studies.patterns.quantities import crests, fell, rose


@pytest.fixture
def data(quiet):
    return quiet.copy(deep=True)


TIMED = {part.name: part for pattern in ORDERINGS for part in pattern.parts}


@pytest.mark.parametrize("name", [name for name in TIMED if name != "e1"])  # what never moves is flat
def test_nothing_is_concluded_of_a_history_in_which_nothing_happens(data, name):
    data["plots"] = data["attackers"] * 0
    assert answers(data, name) in ([None] * 3, [False] * 3)


@pytest.mark.parametrize("weeks", [1, 20, 60])
def test_a_short_run_is_no_error(case, weeks):
    short = run(case, members=2, weeks=weeks)
    short["plots"] = short["attackers"]
    assert [name for name, part in PARTS.items() if part.check.answer(short).holds.shape != (2,)] == []


def test_a1_services_before_ground(data):
    put(data, "services", step(30, 120, 30, high=0.8, low=0.2))
    put(data, "territory_km2", step(80, 80, None))
    assert answers(data, "a1") == [True, False, None]


def test_a2_grievance_before_ground(data):
    put(data, "grievance", step(30, 120, 30, high=0.2, low=0.5), origin="local")
    put(data, "territory_km2", step(80, 80, None))
    assert answers(data, "a2") == [True, False, None]
    put(data, "grievance", step(None, None, None, high=0.3), origin="local")
    assert answers(data, "a2") == [False, False, None]


def test_b1_locals_before_foreigners(data):
    put(data, "deserted", step(90, 0, 0, high=10, low=0), origin="local")
    put(data, "deserted", step(0, 0, 90, high=0, low=10), origin="foreign")
    data["deserted"].loc[{"member": 1, "origin": "local"}][200:] = 50
    assert answers(data, "b1") == [True, False, None]


@pytest.mark.parametrize(("lead", "expected"), [(52, True), (26, True), (104, True), (20, False), (120, False)])
def test_b2_arrivals_about_a_year_before_the_stock(data, lead, expected):
    put(data, "recruits", step(60, 200, 60), origin="foreign")
    put(data, "fighters", step(60 + lead, 150, None))
    assert answers(data, "b2") == [expected, False, None]


def waves(lag, noise):
    """Ground that is lost in blows at odd times, and executions that jump `lag` weeks after, or at random weeks."""
    lost = np.full(WEEKS, 2.0)
    lost[[25, 41, 70, 83, 118, 150, 161, 199, 222]] = 60.0
    executed = np.roll(lost, lag) + 1.0
    return lost, np.random.default_rng(noise).permutation(executed) if noise else executed


@pytest.mark.parametrize(("lag", "noise", "expected"), [(4, 0, True), (-6, 0, False), (4, 5, False)])
def test_c1_executions_follow_lost_ground(data, lag, noise, expected):
    lost, executed = waves(lag, noise)
    put(data, "territory_km2", np.tile(20_000 - np.cumsum(lost), (3, 1)))
    put(data, "executed_members", np.tile(executed, (3, 1)))
    put(data, "executed_residents", np.zeros((3, WEEKS)))
    data["fighters"][1, 40:] = 0.0  # gone too soon to tell
    data["territory_km2"][2] = 1000.0  # nothing lost
    assert answers(data, "c1") == [expected, None, None]


def test_c2_exit_goes_on(data):
    executed = np.full((3, WEEKS), 2.0)
    executed[:2, 100:104] = 50.0
    put(data, "executed_members", executed)
    put(data, "deserted", step(None, 101, None, high=10, low=3))
    assert answers(data, "c2") == [True, False, None]
    assert np.flatnonzero(crests(executed)[0]).tolist() in ([101], [102], [101, 102])


def test_d_people_and_income_before_area(data):
    put(data, "territory_km2", step(150, 150, None))
    put(data, "residents_under_control", step(120, 180, 120))
    put(data, "income_musd", step(90, 160, 90))
    assert answers(data, "d1") == [True, False, None]
    assert answers(data, "d2") == [True, False, None]
    put(data, "income_musd", step(130, 130, 90))
    assert answers(data, "d2") == [False, True, None]


def test_d_what_was_lost_before_the_first_figures_does_not_count(data):
    put(data, "territory_km2", step(150, 150, 150))
    put(data, "residents_under_control", step(5, 5, 5))
    assert answers(data, "d1") == [False, False, False]


def test_e1_flat(data):
    slow = np.tile(np.linspace(1000.0, 700.0, WEEKS), (3, 1))
    slow[1, 50:] = 300.0
    slow[2] = 0.0
    put(data, "fighters", slow)
    assert answers(data, "e1") == [True, False, None]


def test_e2_falls_within_months(data):
    weeks = np.arange(WEEKS)
    fast, long = (np.interp(weeks, [104, 104 + w], [1000.0, 10.0]) for w in (30, 140))
    put(data, "fighters", np.array([fast, long, np.full(WEEKS, 1000.0)]))
    assert answers(data, "e2") == [True, False, None]


def test_f_conflict_early_and_again(data):
    deaths = np.full((3, WEEKS), 1.0)
    deaths[0, 10:30] = 5.0
    deaths[0, 180:210] = 5.0
    deaths[2] = 0.0
    data["killed"][:] = 0.0
    put(data, "killed", deaths, cause="purge")
    put(data, "territory_km2", step(150, 150, 150))
    assert answers(data, "f1") == [True, False, None]
    assert answers(data, "f2") == [True, False, None]
    put(data, "territory_km2", step(None, 150, 150))
    assert answers(data, "f2") == [None, False, None]


def test_f_counts_the_accused_where_they_are_recorded(data):
    data["killed"][:] = 0.0
    assert answers(data, "f1") == [None] * 3
    data = data.sel(cause=[c for c in data["cause"].values if c != "accused"])
    more = data["killed"].isel(cause=[0]).assign_coords(cause=["accused"]).copy(deep=True)
    more[:] = 1.0
    more[:, 10:30] = 9.0
    wider = xr.concat([data["killed"], more], "cause")
    assert answers(data.drop_vars(["killed", "killed_in", "cause"]).assign(killed=wider), "f1") == [True] * 3


@pytest.mark.parametrize(("lead", "noise", "expected"), [(4, 0, True), (-12, 0, False), (4, 3, False)])
def test_g_plots_go_before_offensives(data, lead, noise, expected):
    attack, plots = waves(-lead, noise)
    put(data, "attackers", np.tile(attack, (3, 1)))
    flanks = np.tile(plots, (3, 1))[..., None] * np.ones(2)
    data["plots"] = (("member", "week", "flank"), flanks)
    data["plots"][2] = 0.0
    assert answers(data, "g1")[0] is expected
    assert answers(data, "g1")[2] is None


def test_h_stalemate_restores_cohesion(data):
    quarter = np.arange(WEEKS) // 13
    lost = np.where(quarter % 2 == 1, 1.0, 0.0)
    ground = 1000.0 * np.exp(-0.02 * np.cumsum(lost))
    calm_heals = 0.5 + 0.002 * np.cumsum(np.where(lost > 0, 1.0, -1.0))
    put(data, "territory_km2", np.array([ground, ground, np.full(WEEKS, 1000.0)]))
    put(data, "wish_to_leave", np.array([calm_heals, 1.0 - calm_heals, calm_heals]))
    assert answers(data, "h1") == [True, False, None]
    assert answers(data, "h2") == [True, False, None]
    put(data, "wish_to_leave", np.tile(0.5 + 0.002 * np.cumsum(1.0 + lost), (3, 1)))
    assert answers(data, "h1") == [True, True, None]
    assert answers(data, "h2") == [False, False, None]


def test_first_weeks_bear_noise():
    noisy = step(100, high=1000, low=700) + np.random.default_rng(1).normal(0, 100, (1, WEEKS))
    assert 100 <= fell(noisy, 0.2)[0] <= 113
    assert np.isnan(fell(np.zeros((1, 30)), 0.2)[0]) and np.isnan(rose(np.zeros((1, 30)), 0.2)[0])


def test_an_output_that_is_missing_is_not_recorded(data):
    found = {one.part.name: one for one in met(data, PlausibleMembers(np.ones(3, bool), ()), ORDERINGS)}
    assert found["g1"].verdict == "not recorded" and "plots" in found["g1"].reason
    assert all(one.verdict != "not recorded" for name, one in found.items() if name != "g1")


def test_only_plausible_members_count_and_the_verdict_follows_the_interval(data):
    many = data[["fighters"]].isel(member=[0] * 40).assign_coords(member=range(40))
    many["fighters"][:, 50:] = 100.0
    flat = [p for p in ORDERINGS if p.letter == "e"]

    def verdict(steady, keep=40):
        own = many.copy(deep=True)
        own["fighters"][:steady] = 1000.0
        return next(iter(met(own, PlausibleMembers(np.arange(40) < keep, ()), flat)))

    assert verdict(40).verdict == "met" and verdict(40).share == 1
    assert verdict(0).verdict == "not met" and verdict(20).verdict == "mixed"
    assert (verdict(20, keep=20).verdict, verdict(20, keep=20).applicable) == ("met", 20)
    assert verdict(20, keep=0).verdict == "nothing to test"
    assert (verdict(40).first == 1).all() and verdict(40).first.shape == (40,)


@pytest.mark.parametrize(
    ("meet", "of", "low", "high"),
    # Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_published_values(meet, of, low, high):
    assert wilson(meet, of) == pytest.approx((low, high), abs=5e-5)
    assert wilson(of - meet, of) == pytest.approx((1 - high, 1 - low), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_plausible_members_keep_to_what_was_published_early(case, ledger):
    data = run(case, members=6)
    put(data, "territory_km2", np.full((6, WEEKS), 45_000.0))
    put(data, "residents_under_control", np.full((6, WEEKS), 8e6))
    put(data, "fighters", np.full((6, WEEKS), 12_000.0))
    data["territory_km2"][1] = 10_000.0
    data["residents_under_control"][2] = 30e6
    data["fighters"][3, 30:] = 0.0
    data["fighters"][4, 90:] = 0.0  # after the first eighteen months
    data["fighters"][5] = 40_000.0
    found = plausible(compare(data, ledger), 6, data["week"].values[0])
    assert found.keep.tolist() == [True, False, False, False, True, False]
    assert (found.count, found.of) == (2, 6)
    spans = {span.title: span for span in found.spans}
    assert (spans["Fighters in the ranks"].low, spans["Fighters in the ranks"].high) == (1_000, 31_500)
    assert spans["Area held"].kept == 5


def test_without_early_figures_nobody_is_ruled_out(data):
    assert plausible([], 3, data["week"].values[0]).keep.all()

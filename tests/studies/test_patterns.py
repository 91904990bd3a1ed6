"""Each pattern beyond those in time on made-up histories in which it holds, fails, or does not apply."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from histories import ORDERINGS, PARTS, PATTERNS, WEEKS, answers, put, step
from synthetic import run

from fissure.cases.loader import load_case
from fissure.context import context_of
from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger
from fissure.studies.patterns.met import LEVELS, everyone, met, patterns_of, sample

NEW = [part.name for pattern in PATTERNS if pattern not in ORDERINGS for part in pattern.parts]


@pytest.fixture
def data(quiet):
    return quiet.copy(deep=True)


def week(year, month, day):
    """The week of the run that holds a day."""
    return (date(year, month, day) - date(2014, 6, 30)).days // 7


def test_the_table(ledger, data):
    assert [p.letter for p in PATTERNS] == list("abcdefghijklmnopqrstuvwxy")
    assert {part.level for part in PARTS.values()} == set(LEVELS)
    for pattern in PATTERNS:
        for part in pattern.parts:
            assert part.name[0] == pattern.letter and set(part.source) <= set(pattern.source), part.name
            assert set(part.reads) <= set(map(str, data.data_vars)) | {"plots"}, part.name
        assert pattern.why.endswith(".") and pattern.beyond.endswith(".")


def test_what_a_part_reads_is_all_that_it_needs(data):
    data["plots"] = data["attackers"]
    for part in PARTS.values():
        assert part.check.answer(data[list(part.reads)]).holds.shape == (3,), part.name


def test_numbers_of_the_criteria_are_those_of_the_ledger(ledger):
    def limits(name):
        check = PARTS[name].check
        return [float(x) for x in re.findall(r"\d+(?:\.\d+)?", check.holds)] + (
            [] if check.limit is None else [check.limit]
        )

    o = ledger.observations
    first, last = o["own-executed-2014-12-s2"], o["own-executed-2014-12-sohr"]
    assert limits("q1") == [first.value / first.doubt_factor, last.value * last.doubt_factor] == [50, 240]
    low, high = o["fighters-total-2016-02-us-dod"], o["fighters-total-2015-12-us-dod"]
    assert limits("s1") == [low.band[0], high.band[1]] == [15_200, 41_250]
    assert limits("i2") == [o["foreign-inflow-2017-03-us-dod"].band[1]] == [160]
    assert [(1 - o["pay-cut-2015-11-al-tamimi"].value) / 2] == [1 - one for one in limits("k1")]
    iraq, syria = (o[f"territory-lost-{c}-2016-11-global-coalition-icsr"] for c in ("iraq", "syria"))
    assert [pytest.approx((iraq.value - syria.value) / 2)] == limits("w1") == [iraq.doubt_abs + syria.doubt_abs]
    all_, own = o["executed-total-2014-12-sohr"], o["own-executed-2014-12-sohr"]
    times = (all_.value - own.value) / own.value / all_.doubt_factor / own.doubt_factor
    assert limits("r1")[0] < times < limits("r1")[0] + 0.1
    assert pytest.approx(o["territory-lost-2017-11-us-envoy"].value) == 1 - PARTS["y2"].check.first.left
    oil = o["oil-2014-12-world-bank"].value / o["oil-2014-07-world-bank"].value
    assert [pytest.approx((1 + oil) / 2)] == limits("u1")
    flat = o["fighters-total-2014-09-cia"]
    assert flat.high / flat.low == PARTS["e1"].check.factor


def test_a_fit_knows_what_was_published_of_the_days_before(ledger):
    def marks(*day):
        return {part.name: sample(p, part, ledger, date(*day)) for p in PATTERNS for part in p.parts}

    early, late = marks(2015, 12, 31), marks(2019, 3, 24)
    assert set(late.values()) == {"fits"}
    assert {early[name] for name in ("a1", "b1", "j1", "q1", "r1", "u1", "x1")} == {"fits"}
    assert {early[name] for name in ("b2", "e2", "i1", "r2", "u2", "w1", "y1", "y2")} == {"tests"}
    assert marks(2015, 4, 14)["i1"] == "tests" and marks(2016, 4, 26)["i1"] == "fits"


@pytest.mark.parametrize("weeks", [1, 20, 60])
def test_a_short_run_is_no_error(case, weeks):
    short = run(case, members=2, weeks=weeks)
    assert [name for name in NEW if PARTS[name].check.answer(short).holds.shape != (2,)] == []


def test_all_members_of_a_posterior_count(data):
    among = everyone(3)
    assert among.fitted and among.count == among.of == 3
    found = met(data, among, [p for p in PATTERNS if p.letter == "s"])
    assert (found[0].counted, found[0].applicable, found[0].meet, found[0].verdict) == (3, 3, 0, "mixed")


def test_i_arrivals(data):
    fall = week(2015, 10, 1)
    put(data, "recruits", step(fall, None, 0, high=400, low=10), origin="foreign")
    data["recruits"].loc[{"member": 2, "origin": "foreign"}] = 0.0
    assert answers(data, "i1") == [True, False, None]
    assert answers(data, "i2") == [True, False, None]
    put(data, "recruits", step(fall, fall, fall, high=400, low=37), origin="foreign")  # 161 a month
    assert answers(data, "i2") == [False, False, False]


def test_j_foreigners_leave_less(data):
    put(data, "deserted", step(None, None, None, high=5), origin="local")
    put(data, "deserted", np.repeat([[2.0], [8.0], [2.0]], WEEKS, axis=1), origin="foreign")
    data["deserted"][2] = 0.0
    assert answers(data, "j1") == [True, False, None]
    data["fighters"].loc[{"origin": "foreign"}] = 10_000.0
    assert answers(data, "j1") == [True, True, None]


def test_k_pay_is_cut(data):
    cut = week(2015, 12, 15)
    put(data, "pay_usd_month", step(cut, cut, None, high=400, low=299))
    data["pay_usd_month"][1, cut:] = 310.0
    assert answers(data, "k1") == [True, False, False]
    data["pay_usd_month"][:] = 0.0
    assert answers(data, "k1") == [None] * 3


def test_l_doubt_grows(data):
    put(data, "doubt", step(20, 20, 20, high=0.2, low=0.25))
    data["doubt"][1, 20:] = 0.23
    data["fighters"][2, 30:] = 0.0
    assert answers(data, "l1") == [True, False, None]


def test_m_desertion_clusters(data):
    put(data, "desertion_clustering", np.repeat([[1.3], [0.9], [1.3]], WEEKS, axis=1))
    data["deserted"][2] = 0.0
    assert answers(data, "m1") == [True, False, None]


def test_n_rural_posts_are_deadlier(data):
    data["rural_share"][:] = 0.8
    put(data, "killed_by_strikes_post", step(None, None, None, high=10), post="urban")
    put(data, "killed_by_strikes_post", np.repeat([[50.0], [30.0], [0.0]], WEEKS, axis=1), post="rural")
    data["killed_by_strikes_post"][2] = 0.0
    assert answers(data, "n1") == [True, False, None]


@pytest.mark.parametrize(("name", "output", "limit"), [("o1", "clashes", 26), ("o2", "exposed", 12)])
def test_o_rare_but_there(data, name, output, limit):
    data[output][:] = 0.0
    data[output][0, 10] = 1.0
    data[output][1, :limit] = 1.0
    data[output][2, 60:] = 1.0
    assert answers(data, name) == [True, False, False]


def test_p_few_are_called_off(data):
    put(data, "operations", step(None, None, 0, high=2, low=0))
    put(data, "cancelled", np.repeat([[1.0], [3.0], [0.0]], WEEKS, axis=1))
    assert answers(data, "p1") == [True, False, None]
    data["cancelled"][:] = 0.0
    assert answers(data, "p1") == [False, False, None]


def test_q_own_members_executed(data):
    put(data, "executed_own", np.repeat([[4.0], [1.0], [10.0]], WEEKS, axis=1), country="Syria")  # 26 weeks
    assert answers(data, "q1") == [True, False, False]
    put(data, "executed_own", step(26, None, None, high=4, low=1), country="Syria")
    data["executed_own"].loc[{"member": 2}] = 0.0
    assert answers(data, "q2") == [True, False, None]


def test_r_residents_executed(data):
    put(data, "executed_own", step(None, None, None, high=4), country="Syria")
    put(data, "executed_residents", np.repeat([[20.0], [12.0], [0.0]], WEEKS, axis=1), country="Syria")
    data["executed_own"][2] = 0.0
    assert answers(data, "r1") == [True, False, None]
    put(data, "executed_residents", step(60, None, 0, high=20, low=8), country="Syria")
    data["executed_residents"][2] = 0.0
    assert answers(data, "r2") == [True, False, None]


def test_s_stock_in_range(data):
    put(data, "fighters", step(100, 60, 100, high=12_000, low=5_000))  # of each origin
    data["fighters"][2, 40] = 25_000.0
    assert answers(data, "s1") == [True, False, False]
    assert answers(data.isel(week=slice(0, 60)), "s1") == [None] * 3


def test_t_turned_over(data):
    data["killed"][:] = 0.0
    put(data, "killed", np.repeat([[10.0], [8.0], [10.0]], WEEKS, axis=1), cause="strike", origin="local")
    put(data, "killed", np.repeat([[10.0], [8.0], [10.0]], WEEKS, axis=1), cause="ground", origin="local")
    put(data, "killed", np.full((3, WEEKS), 90.0), cause="clash")
    data["fighters"][2] = 0.0
    assert answers(data, "t1") == [True, False, None]  # 105 weeks of 20 or 16 against 2,000


def test_u_oil_falls(data):
    put(data, "oil_bpd", step(week(2014, 8, 10), week(2014, 8, 10), None, high=60_000, low=30_000))
    data["oil_bpd"][1, week(2014, 8, 10) :] = 55_000.0
    assert answers(data, "u1") == [True, False, False]
    put(data, "oil_bpd", step(70, 70, 0, high=60_000, low=25_000))
    data["oil_bpd"][1, 70:] = 40_000.0
    data["oil_bpd"][2] = 0.0
    assert answers(data, "u2") == [True, False, None]


def test_v_residents_turn(data):
    put(data, "support", step(30, 30, 30, high=0.5, low=0.35))
    data["support"][1, 30:] = 0.45
    data["residents_under_control"][2, 45] = 0.0
    assert answers(data, "v1") == [True, False, None]
    data["residents_under_control"][:] = 1000.0
    put(data, "resisters", step(40, 40, 40, high=10, low=15))
    data["resisters"][1, 40:] = 11.0
    data["residents_under_control"][2, 52:104] = 0.0
    assert answers(data, "v2") == [True, False, None]


def test_w_iraq_is_lost_first(data):
    put(data, "territory_km2", step(90, 90, 90, high=1000, low=400), country="Iraq")
    put(data, "territory_km2", step(90, 90, 90, high=1000, low=700), country="Syria")
    data["territory_km2"].loc[{"member": 1, "country": "Syria"}][90:] = 500.0
    data["territory_km2"].loc[{"member": 2, "country": "Syria"}] = 0.0
    assert answers(data, "w1") == [True, False, None]


def test_x_strikes_kill_fewer(data):
    data["killed"][:] = 0.0
    put(data, "killed", np.repeat([[10.0], [10.0], [0.0]], WEEKS, axis=1), cause="strike")
    put(data, "killed", np.repeat([[12.0], [8.0], [0.0]], WEEKS, axis=1), cause="ground")
    assert answers(data, "x1") == [True, False, None]


def test_y_losses_speed_up(data):
    days = [0, week(2015, 1, 1), week(2016, 12, 31), week(2017, 11, 15), WEEKS - 1]
    late, even = (np.interp(np.arange(WEEKS), days, held) for held in ([9, 9, 6, 0.2, 0], [9, 9, 4, 2, 0]))
    put(data, "territory_km2", np.array([late, even, np.zeros(WEEKS)]))
    assert answers(data, "y1") == [True, False, None]


def test_y_ends_after_2016(data):
    put(data, "territory_km2", step(week(2017, 1, 9), week(2016, 12, 19), None, high=1000, low=50))
    assert answers(data, "y2") == [True, False, False]
    assert answers(data.isel(week=slice(0, 200)), "y2") == [None] * 3
    data["territory_km2"][:] = 0.0
    assert answers(data, "y2") == [None] * 3


def spoilt(folder, old, new):
    """What is said of the patterns of a copy of the case in which `old` became `new`."""
    text = (load_case("islamic_state").folder / "patterns.yaml").read_text(encoding="utf-8")
    assert old in text
    folder.mkdir()
    (folder / "patterns.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    case = replace(load_case("islamic_state"), folder=folder)
    with pytest.raises(FissureError) as caught:
        patterns_of(case, context_of("islamic_state").ledger)
    return str(caught.value).removeprefix(str(folder / "patterns.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[S0-03b,", "[S0-03x,", "there is no source 'S0-03x'; did you mean 'S0-03"),
        (
            "{of: services, fell: 0.2}",
            "{of: service, fell: 0.2}",
            "there is no output 'service'; did you mean 'services'?",
        ),
        (
            "select: {origin: local}, reached",
            "select: {origins: local}, reached",
            "there is no dimension of 'deserted' 'origins'",
        ),
        ("kind: order", "kind: ordre", "found kind 'ordre', expected one of compare, order"),
        ("fell: 0.2}", "feel: 0.2}", "found unknown key 'feel', expected one of fell"),
        ("holds: second <= 0.5 first", "holds: secnd <= 0.5 first", "found 'secnd', expected a number, first, second"),
        ("holds: second <= 0.5 first", "holds: first", "expected a comparison such as"),
        ("name: a2", "name: a1", "'a1' is a duplicate"),
        ("fell: 0.2}", "fell: 0.2, rose: 0.2}", "expected one of fell, rose"),
    ],
)
def test_a_bad_pattern_is_refused_with_its_line(tmp_path, old, new, said):
    found = spoilt(tmp_path / "case", old, new)
    assert re.match(r":\d+: ", found) and said in found, found


def test_a_case_without_the_file_has_no_patterns(tmp_path):
    case = replace(load_case("islamic_state"), folder=tmp_path)
    assert patterns_of(case, Ledger()) == ()

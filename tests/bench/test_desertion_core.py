"""The desertion core: implementations draw from one distribution, the test of that has power, the timing works."""

import importlib

import numpy as np
import pytest
from bench.desertion import report
from bench.desertion.agree import agreement
from bench.desertion.peers import PEERS, code_lines
from bench.desertion.race import Size, race, series_of
from bench.desertion.rules import PARAMETERS, SERIES, SLOTS, units_of

pytestmark = pytest.mark.slow  # comparing with other tools takes a while, and nothing of the package hangs on it

FIGHTERS, WEEKS, MEMBERS = 2_000, 30, 120
# Tools that are not installed beside the tests are compared by `make bench`, which fails where they differ.
OTHERS = [peer for peer in PEERS if peer.name not in ("numpy", "starsim-plain") and peer.installed()]


def simulated(module, seed, members=MEMBERS, weeks=WEEKS, **changed):
    prepare = importlib.import_module(f"bench.desertion.{module}").prepare
    return prepare(FIGHTERS, weeks, members, {**PARAMETERS, **changed})(seed)


@pytest.fixture(scope="module")
def reference():
    return simulated("in_numpy", 1)


@pytest.mark.parametrize("peer", OTHERS, ids=lambda peer: peer.name)
def test_all_draw_from_one_distribution(peer, reference):
    series = simulated(peer.module, 2)
    assert {name: x.shape for name, x in series.items()} == dict.fromkeys(SERIES, (MEMBERS, WEEKS))
    assert agreement(series, reference).holds()


@pytest.mark.parametrize(
    ("name", "factor"),
    [("base", 1.2), ("example", 1.6), ("caught", 1.2), ("executed", 1.3), ("pay_resentment", 1.5), ("zeal", 0.0),
     ("restraint", 0.0)],
)  # fmt: skip
def test_another_rule_would_be_seen(name, factor, reference):
    """The same test tells rules apart that differ in one number; so agreement means something."""
    other = simulated("in_numpy", 3, **{name: PARAMETERS[name] * factor})
    assert not agreement(other, reference).holds()


def test_same_rules_with_other_luck_agree(reference):
    assert agreement(simulated("in_numpy", 4), reference).holds()


def test_books_close(reference):
    """Who is present is who was, less those who left, plus those who came; nobody is more than the slots hold."""
    for module in ("in_numpy", "in_fissure"):
        series = simulated(module, 5, members=3)
        left = series["escaped"] + series["executed"]
        np.testing.assert_array_equal(
            series["present"][:, 1:], (series["present"] - left + series["recruited"])[:, :-1]
        )
        assert series["present"].max() <= units_of(FIGHTERS) * SLOTS
        assert ((series["grievance"] >= 0) & (series["grievance"] <= 1)).all()


def test_a_member_of_fissure_does_not_depend_on_the_others():
    few, many = simulated("in_fissure", 6, members=3), simulated("in_fissure", 6, members=7)
    for name in SERIES:
        np.testing.assert_array_equal(few[name], many[name][:3])


def test_timing_runs_peers_in_turn():
    size = Size(500, 3, 2)
    timings = race([peer for peer in PEERS if peer.name in ("numpy", "fissure")], size, rounds=2)
    for timing in timings.values():
        assert len(timing.cpu) == len(timing.wall) == 2
        assert min(timing.cpu) > 0
        assert timing.peak >= timing.libraries > 1
    numpy = next(peer for peer in PEERS if peer.name == "numpy")
    series = series_of(numpy, size, seed=7)
    assert {x.shape for x in series.values()} == {(2, 3)}
    text = report.ratios([timings], list(PEERS)).markdown()
    assert "500 × 2" in text and "NumPy" in text
    assert len(report.rounds(timings.values()).rows) == 4


def test_growth_exponent_is_a_slope():
    x = np.array([1.0, 4.0, 16.0])
    assert report.exponent(x, 3.0 * x**1.5) == pytest.approx(1.5)


def test_lines_of_code_leave_out_prose(tmp_path):
    path = tmp_path / "some.py"
    path.write_text(
        '"""Prose.\n\nMore."""\n\n# remark\nx = 1  # remark\n\n\ndef f(\n    y,\n):\n    """Prose."""\n    return y\n'
    )
    assert code_lines(path) == 5

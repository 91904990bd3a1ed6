"""The tables of the comparison with other tools, from made-up timings: what they say, and when they are refused."""

import numpy as np
import pytest
from bench.desertion import compare
from bench.desertion.race import Timing
from bench.desertion.rules import SERIES
from bench.measurements import Asked

pytestmark = pytest.mark.slow

NANOSECONDS = {"fissure": 4.0, "numba": 2.5, "numpy": 17.0, "starsim": 60.0, "mesa-frames": 100.0, "mesa": 900.0}


def made_race(peers, size, rounds):
    timings = {}
    for peer in peers:
        timing = Timing(peer, size, compile=2.0, libraries=200.0, peak=300.0)
        per = NANOSECONDS.get(peer.name, 40.0)
        timing.cpu = [per * 1e-9 * size.work() * (1 + 0.01 * i) for i in range(rounds)]
        timing.wall = list(timing.cpu)
        timings[peer.name] = timing
    return timings


@pytest.fixture
def tables(monkeypatch):
    """Measure with made-up simulations and timings; `shift` moves what one peer simulates."""

    def run(shift=0.0):
        luck = np.random.default_rng(1)

        def series_of(peer, size, seed):
            moved = shift if peer.name == "fissure" else 0.0
            return {name: luck.normal(10 + moved, 1, (size.members, size.weeks)) for name in SERIES}

        monkeypatch.setattr(compare, "series_of", series_of)
        monkeypatch.setattr(compare, "race", made_race)
        return {table.name: table for table in compare.tables(Asked())}

    return run


def test_tables_tell_ratios_costs_growth_and_who_is_missing(tables):
    found = tables()
    text = "".join(table.markdown() for table in found.values())
    for peer in compare.PEERS:
        assert peer.title in text  # in the tables, or among those not installed
    missing = [peer for peer in compare.PEERS if not peer.installed()]
    assert ("Not installed" in text) == bool(missing)
    assert "4.25 (4.25–4.25)" in text  # NumPy against Fissure, every round alike
    exponents = [float(x) for x in found["grown"].column("exponent of processor time")]
    assert exponents == pytest.approx([1.0] * 3, abs=0.01)  # growth is linear in made-up timings
    assert len(found["rounds"].rows) > 50 and not found["rounds"].shown


def test_tables_of_different_rules_are_refused(tables):
    with pytest.raises(SystemExit, match="Not of one distribution with NumPy: Fissure"):
        tables(shift=2.0)


def test_targets_say_what_is_reached():
    timings = made_race(compare.PEERS, compare.Size(50_000, 52, 1), 3)
    text = compare.targets(timings)
    assert "Mesa: 225.0 times Fissure's time; target 150, aim 300: reached" in text
    assert "Starsim: 15.0 times Fissure's time; target 8, aim 15: aim reached" in text
    assert "1.60 times the hand-tuned loop's time; target at most 2: reached" in text

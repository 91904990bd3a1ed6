"""The page of `python -m bench.desertion`, from made-up timings: what it says, and when it refuses."""

import sys

import numpy as np
import pytest
from bench.desertion import __main__ as page
from bench.desertion.race import Timing
from bench.desertion.rules import SERIES

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
def bench(monkeypatch, tmp_path):
    """Run the command with made-up simulations and timings; `shift` moves what one peer simulates."""

    def run(shift=0.0):
        luck = np.random.default_rng(1)

        def series_of(peer, size, seed):
            moved = shift if peer.name == "fissure" else 0.0
            return {name: luck.normal(10 + moved, 1, (size.members, size.weeks)) for name in SERIES}

        monkeypatch.setattr(page, "series_of", series_of)
        monkeypatch.setattr(page, "race", made_race)
        monkeypatch.setattr(sys, "argv", ["bench", "--out", str(tmp_path)])
        page.main()
        return (tmp_path / "peers.md").read_text(), (tmp_path / "peers.csv").read_text()

    return run


def test_page_tells_ratios_costs_growth_and_who_is_missing(bench):
    text, rows = bench()
    for peer in page.PEERS:
        assert peer.title in text  # in the tables, or among those not installed
    missing = [peer for peer in page.PEERS if not peer.installed()]
    assert ("Not installed" in text) == bool(missing)
    assert "4.25 (4.25–4.25)" in text  # NumPy against Fissure, every round alike
    assert text.count(" 1.000 |") >= 3  # growth is linear in made-up timings
    assert "load average" in text
    assert rows.startswith("tool,fighters,weeks,members,cores,round")
    assert len(rows.splitlines()) > 50


def test_page_of_different_rules_is_refused(bench):
    with pytest.raises(SystemExit, match="Not of one distribution with NumPy: Fissure"):
        bench(shift=2.0)


def test_targets_say_what_is_reached():
    timings = made_race(page.PEERS, page.Size(50_000, 52, 1), 3)
    text = page.targets(timings)
    assert "Mesa: 225.0 times Fissure's time; target 150, aim 300: reached" in text
    assert "Starsim: 15.0 times Fissure's time; target 8, aim 15: aim reached" in text
    assert "1.60 times the hand-tuned loop's time; target at most 2: reached" in text

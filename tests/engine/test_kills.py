"""SIGKILL at random moments: every restart goes on, and ends with the bytes of an undisturbed run."""

import pytest
from lives import survived


@pytest.mark.slow
def test_six_kills_change_no_byte(tmp_path):
    lives = survived(tmp_path, 6)
    assert lives.kills >= 6 and lives.ends >= 1


@pytest.mark.slow
def test_two_hundred_kills_change_no_byte(tmp_path):
    lives = survived(tmp_path, 200, ("run", "run", "whatif", "run", "explain"))
    assert lives.kills >= 200 and lives.ends >= 5

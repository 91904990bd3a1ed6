"""What evidence is worth, of made-up members whose answer is known."""

from datetime import date

import numpy as np
import pytest

from fissure.engine.parameter_source import Prior
from fissure.studies.measurement import data, floored
from fissure.studies.sensitivity.design import Input
from fissure.studies.sensitivity.information_value import narrowed, of_figures, of_parameters, reported


class LearnedDraws(Prior):
    """Draws that have seen figures up to a day."""

    digest = "learned"
    until = date(2015, 12, 31)


def test_parameters_in_a_linear_world():
    z = np.random.default_rng(3).standard_normal((1500, 3))
    y = z @ np.array([[0.8, 0.0], [0.6, 1.0], [0.0, 0.0]])
    inputs = [Input(name, name.upper(), "share", "parameter") for name in "abc"]
    found = {(one.name, one.outcome): one for one in of_parameters(z, y, inputs, ["y", "w"], 1)}
    assert found["a", "y"].share == pytest.approx(0.64, abs=0.05)
    assert found["b", "y"].share == pytest.approx(0.36, abs=0.05)
    assert found["b", "w"].share == pytest.approx(1.0, abs=0.01)
    assert not found["c", "y"].beyond_chance
    assert not found["a", "w"].beyond_chance


@pytest.fixture(scope="module")
def items(case, ledger):
    return [one for one in data(ledger, case.leanings) if one.scale == "factor" and one.observation.bound == "exact"]


def test_figures_are_worth_what_their_doubt_leaves(items):
    """The truth of one figure is the outcome itself, far more uncertain than its publisher; of another, nothing."""
    items, n = items[:2], 1200
    rng = np.random.default_rng(5)
    spread = 4 * max(item.spread + item.error for item in items)
    truth = floored(np.array([item.published for item in items]) + spread * rng.standard_normal((n, 2)), items)
    found = {one.name: one for one in of_figures(truth, items, Prior(), 1, truth[:, :1], ["y"]) if one.of == "figure"}
    known, nothing = (found[item.observation.id] for item in items)
    doubt = items[0].spread ** 2 + items[0].error ** 2
    assert known.share == pytest.approx(1 - doubt / truth[:, 0].var(), abs=0.06)
    assert not nothing.beyond_chance
    said = reported(truth, items, Prior(), 1)
    assert (said - truth - items[0].lean)[:, 0].std() == pytest.approx(doubt**0.5, rel=0.1)


def test_kinds_are_of_what_was_not_seen(items):
    n = 300
    rng = np.random.default_rng(6)
    truth = floored(np.array([item.published for item in items]) + rng.standard_normal((n, len(items))), items)
    found = of_figures(truth, items, LearnedDraws(), 1, rng.standard_normal((n, 1)), ["fighters@2016-12-31"])
    late = [one for one in items if one.observation.when > LearnedDraws.until]
    kinds = [one for one in found if one.of == "kind"]
    assert {one.name for one in kinds} == {one.variable.id for one in late}
    assert sum(one.figures for one in kinds) == len(late)
    seen = {one.name for one in found if one.of == "figure" and one.learned}
    assert seen == {one.observation.id for one in items} - {one.observation.id for one in late}
    assert {one.name for one in kinds if one.itself} == {
        one.variable.id for one in late if one.variable.output == "fighters"
    }


def test_a_figure_in_which_no_members_differ_is_left_out(items):
    assert not of_figures(np.zeros((50, 2)), items[:2], Prior(), 1, np.random.default_rng(1).random((50, 1)), ["y"])


def test_how_much_was_learned():
    rng = np.random.default_rng(8)
    prior, posterior = rng.standard_normal((800, 2)), np.array([0.5, 1.0]) * rng.standard_normal((800, 2))
    one, other = narrowed(prior, posterior, [("a", "A", "km2"), ("b", "B", "km2")], 1)
    assert one.share == pytest.approx(0.75, abs=0.05)
    assert one.low < 0.75 < one.high
    assert other.low < 0 < other.high

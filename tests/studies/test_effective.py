"""What histories are worth that share pasts, and how few are too few."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fissure.studies.calibration.posterior import PastHistories, Posterior
from fissure.studies.effective import ENOUGH, EffectiveSample, effective_size, few_histories, pasts_of


def test_equal_pasts_count_once_and_unequal_ones_less():
    assert EffectiveSample.of([1, 2, 3, 4]) == EffectiveSample(4, 4, 4.0)
    assert EffectiveSample.of([1, 1, 1, 1]) == EffectiveSample(4, 1, 1.0)
    assert EffectiveSample.of([1, 1, 2, 3]) == EffectiveSample(4, 3, 16 / 6)
    assert EffectiveSample.of([]) == EffectiveSample(0, 0, 0.0)


@given(st.lists(st.integers(0, 9), min_size=1))
def test_they_are_worth_at_least_one_and_at_most_their_pasts(pasts):
    found = EffectiveSample.of(pasts)
    assert 1 <= found.independent <= found.pasts <= found.histories == len(pasts)


def posterior(lived):
    draws = np.arange(8.0).reshape(4, 2) / 10
    return Posterior("case", date(2015, 12, 31), ("a", "b"), draws, {}, {}, lived)


def test_members_of_a_posterior_share_the_history_that_they_go_on_from():
    own = posterior(PastHistories(np.array([5, 5, 5, 9]), 3, 10))
    rows = own.rows(1, range(50))
    assert (pasts_of(own, 1, 50) == np.array([5, 5, 5, 9])[rows]).all()
    assert effective_size(own, 1, 50).pasts == 2
    assert (pasts_of(posterior(None), 1, [3, 7]) == posterior(None).rows(1, [3, 7])).all()


def test_members_of_the_prior_share_nothing():
    assert effective_size(None, 1, 7) == EffectiveSample(7, 7, 7.0)
    assert effective_size(None, 1, 0).histories == 0


def test_it_is_read_back_from_json():
    assert EffectiveSample(**EffectiveSample(4, 3, 2.7).as_json()) == EffectiveSample(4, 3, 2.7)


@pytest.mark.parametrize("many", [0, 1, 4, 19])
def test_too_few_are_named_with_the_least_number(many):
    said = few_histories(many)
    assert said.startswith("Too few") and f"from {many} histor" in said and f"at least {ENOUGH} are needed" in said


def test_enough_need_no_warning_and_parts_are_told_apart():
    assert few_histories(20) == few_histories({"groups": 20, "pairs": 20}) == ""
    assert few_histories({"groups": 32, "pairs": 4, "all": 1}).count("history (all)") == 1
    assert "groups" not in few_histories({"groups": 32, "pairs": 4})

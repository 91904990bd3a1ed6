"""Answers are the figures of the studies that the questions name, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from attributions import made_up

from fissure.cases.loader import load_case
from fissure.studies.answers import StudyResults, answer
from fissure.studies.outcomes import outcomes_of
from fissure.studies.questions import Question
from fissure.studies.scenario import Scenario
from fissure.studies.shapley import mean_interval
from fissure.studies.whatif import Answer, WhatIf, difference_of

MEMBERS = 20


def question(**fields):
    return Question.model_validate(
        {"name": "one", "asks": "Does it?", "claims": ["S0-01a"], "caution": "No.", **fields}
    )


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


@pytest.fixture(scope="module")
def explained():
    return made_up()


@pytest.fixture(scope="module")
def numbers():
    """(members, outcomes) with a change and without."""
    random = np.random.default_rng(2)
    plain = random.normal(150, 20, (MEMBERS, 2))
    return plain + random.normal(-30, 5, (MEMBERS, 2)), plain


@pytest.fixture(scope="module")
def whatifs(case, explained, numbers):
    asked = outcomes_of(["collapse", "deserted"], case)
    differences = tuple(difference_of(one, numbers[0][:, i], numbers[1][:, i]) for i, one in enumerate(asked))
    answers = (Answer("study", Scenario(off=("pay-gap",)), differences, ()),)
    return WhatIf(answers, explained.plan, case.start, MEMBERS, Path("made-up"))


@pytest.fixture
def answered(case, explained, whatifs, numbers):
    def ask(**fields):
        studies = StudyResults(explained, whatifs, outcomes_of(["replaced", "collapse"], case), numbers[1])
        found = answer(case, [question(**fields)], studies, draws="d", weeks=247, command="fissure answers")
        assert found.answers[0].asks == "Does it?" and found.answers[0].caution == "No."
        return found.answers[0]

    return ask


def test_a_what_if_gives_its_differences_in_the_order_asked(answered, numbers):
    result = answered(whatif="study", of=["deserted", "collapse"])
    d = numbers[0] - numbers[1]
    for figure, at in zip(result.figures, (1, 0), strict=True):
        assert (figure.mean, figure.low, figure.high) == pytest.approx(tuple(map(float, mean_interval(d[:, at]))))
        assert figure.base == pytest.approx(numbers[1][:, at].mean())
        assert figure.least == pytest.approx(np.quantile(d[:, at], 0.05)) and figure.excludes_zero
    assert result.study == "fissure whatif study --of deserted --of collapse" and result.members == MEMBERS


def test_the_group_as_it_was_gives_a_mean_and_a_range(answered, numbers):
    (figure,) = answered(run="collapse").figures
    assert figure.mean == pytest.approx(numbers[1][:, 1].mean()) and figure.part == "as it is"
    assert (figure.least, figure.most) == pytest.approx(tuple(np.quantile(numbers[1][:, 1], [0.05, 0.95])))


def test_what_is_shared_out_adds_up_to_the_whole(answered, explained):
    result = answered(**{"inside-and-outside": "deserted"})
    whole, inside, outside, both = result.figures
    assert [figure.part for figure in result.figures] == ["all", "inside", "outside", "both"]
    assert inside.mean + outside.mean + both.mean == pytest.approx(whole.mean)
    assert whole.mean == explained.effect.mean[1] and whole.base == explained.without_any.mean[1]
    assert result.study == "fissure explain --of deserted" and result.members == explained.groups.members


def test_groups_are_set_side_by_side(answered, explained):
    one, other = answered(groups=["governed", "war"], of="collapse").figures
    players = explained.groups.players
    assert (one.who, other.who) == ("governed", "war")
    assert one.mean == explained.groups.value[players.index("governed"), 0]
    assert (other.low, other.high) == (
        explained.groups.low[players.index("war"), 0],
        explained.groups.high[players.index("war"), 0],
    )


def test_a_figure_that_the_studies_do_not_hold_is_an_error(answered):
    with pytest.raises(KeyError):
        answered(whatif="another", of="collapse")


@pytest.mark.parametrize(
    "asked", [{"whatif": "study", "of": "collapse"}, {"run": "collapse"}, {"inside-and-outside": "collapse"}]
)
def test_a_study_that_was_not_made_is_an_error(case, asked):
    nothing = StudyResults(None, None, (), np.empty((MEMBERS, 0)))
    with pytest.raises(KeyError):
        answer(case, [question(**asked)], nothing, draws="", weeks=247, command="fissure answers")

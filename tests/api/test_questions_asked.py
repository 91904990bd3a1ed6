"""Questions of a case: which study is asked for which outcomes, and that its answers are found in it."""

import numpy as np
import pytest

from fissure.api import questions
from fissure.context import context_of


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The outcomes that each study is asked for by all questions of the reference case."""
    context, found = context_of("islamic_state"), {}
    monkeypatch.setattr(questions, "_shared", lambda case, of, *_: found.setdefault("shared", of))
    monkeypatch.setattr(questions, "whatif", lambda case, scenarios, *, of, **_: found.setdefault("whatif", of))

    def as_it_was(case, of, members, *_):
        found["plain"] = of
        return np.zeros((members, len(of)))

    monkeypatch.setattr(questions, "_as_it_was", as_it_was)
    each, studies = questions.asked_of(context)
    options = {"seed": 1, "weeks": None, "draws": None, "progress": None, "workers": None}
    made = questions._study_results(context, each, studies, 2, tmp_path, options)
    return each, found, made


def test_each_study_is_asked_for_the_outcomes_of_its_questions(asked):
    each, found, made = asked
    for one in each:
        study = "whatif" if one.whatif else "plain" if one.run else "shared"
        assert set(one.outcomes) <= set(found[study]), one.name
    assert [one.name for one in made.asked] == list(found["plain"])


def test_no_study_is_asked_for_more(asked):
    each, found, _ = asked
    for study, of in found.items():
        mine = [one for one in each if study == ("whatif" if one.whatif else "plain" if one.run else "shared")]
        assert set(of) == {name for one in mine for name in one.outcomes}

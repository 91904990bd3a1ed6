"""The questions of a case: those of the reference case, and what is refused."""

import pytest

from fissure.api import ledger
from fissure.api.questions import asked_of
from fissure.cases.loader import load_case
from fissure.context import context_of
from fissure.errors import FissureError
from fissure.studies.questions import QUESTIONS, questions_of

GOOD = """
- name: one
  asks: Does it?
  claims: [S0-01a]
  caution: It may not.
  run: replaced
"""


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


@pytest.fixture
def asked(case, tmp_path):
    """The questions in a text."""

    def read(text):
        from dataclasses import replace

        (tmp_path / QUESTIONS).write_text(text)
        return questions_of(replace(case, folder=tmp_path), ["S0-01a"], ["hundred-strikes"])

    return read


def test_the_reference_case_asks_what_its_sources_ask(case):
    questions, studies = asked_of(context_of(case))
    assert {"from-the-inside-out", "hundred-strikes", "trained-ground-forces", "recruits-and-losses"} <= {
        one.name for one in questions
    }
    known = ledger(case).claims
    assert all(claim in known for one in questions for claim in one.claims)
    assert all(one.whatif in studies for one in questions if one.whatif)
    sources = {claim.split("-")[0] for one in questions for claim in one.claims}
    assert sources >= {"S0", "S1", "S3", "S4"}


def test_a_case_without_the_file_asks_nothing(case, tmp_path):
    from dataclasses import replace

    assert questions_of(replace(case, folder=tmp_path), [], []) == ()


def test_what_is_well_formed_is_read(asked):
    (one,) = asked(GOOD)
    assert (one.name, one.outcomes) == ("one", ("replaced",))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("S0-01a", "S0-01b", ("questions.yaml:4", "no claim 'S0-01b'", "S0-01a")),
        ("run: replaced", "run: replacd", ("no outcome 'replacd'", "replaced")),
        ("run: replaced", "whatif: hundred-strike\n  of: collapse", ("questions.yaml:6", "hundred-strikes")),
        ("run: replaced", "groups: [governd, war]\n  of: collapse", ("no group 'governd'", "governed")),
        ("run: replaced", "run: replaced\n  whatif: hundred-strikes\n  of: collapse", ("2 studies",)),
        ("  run: replaced\n", "", ("0 studies",)),
        ("run: replaced", "run: replaced\n  of: collapse", ("of names the outcomes of groups and of whatif",)),
        ("run: replaced", "groups: [ranks, war]\n  of: [collapse, deserted]", ("several outcomes",)),
        ("  caution: It may not.\n", "", ("caution",)),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(asked, old, new, words):
    assert old in GOOD
    with pytest.raises(FissureError) as refused:
        asked(GOOD.replace(old, new))
    assert all(word in str(refused.value) for word in words), refused.value


def test_a_question_that_stands_twice_is_refused(asked):
    with pytest.raises(FissureError, match=r"questions.yaml:7: question 'one' stands twice"):
        asked(GOOD + GOOD.lstrip("\n"))

"""The named studies of a case: those that come with the package, and files that cannot be used."""

from dataclasses import replace

import pytest

from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.studies.questions import STUDIES, known_study, studies_of
from fissure.studies.whatif import whatif

GOOD = """- name: calm
  title: Calm
  question: What if?
  claims: [S0-03a]
  set: [forcing.strikes=x0.5]
  from: 2015-03-16
  why: because
  caution: perhaps
"""
ASKED = {
    "hundred-strikes", "trained-ground-forces", "no-foreign-intervention", "no-foreign-recruits",
    "equal-pay-and-posting", "escape-made-safe", "no-executions-of-own-members", "scholars-silent", "oil-untouched",
    "oil-gone", "professionals-stay", "residents-cannot-leave", "alternative-for-residents", "left-to-itself",
}  # fmt: skip


@pytest.fixture(scope="module")
def parameters(case):
    return parameters_of(case)


@pytest.fixture(scope="module")
def studies(case, ledger, parameters):
    return studies_of(case, ledger.claims, parameters)


def test_every_question_of_the_sources_has_a_study_and_two_try_to_refute_the_theory(studies):
    tests = [study for study in studies.values() if study.falsifies]
    assert set(studies) - {study.name for study in tests} == ASKED
    assert len(tests) == 2 and all(study.expect for study in tests)


def test_names_titles_and_changes_are_of_one_study_each(studies, parameters):
    for names in (
        [s.title for s in studies.values()],
        [s.question for s in studies.values()],
        [s.scenario(parameters).key for s in studies.values()],
    ):
        assert len(set(names)) == len(names)


@pytest.mark.slow
def test_each_study_runs_and_changes_something(case, studies, parameters, tmp_path_factory):
    scenarios = {name: study.scenario(parameters) for name, study in studies.items()}
    size = {"weeks": 60, "units": 64, "slots": 112, "out": tmp_path_factory.mktemp("named")}
    few = {name: one for name, one in scenarios.items() if not studies[name].falsifies}
    rare = {name: one for name, one in scenarios.items() if name not in few}
    for asked, members in ((few, 2), (rare, 16)):
        for answer in whatif(case, asked, members=members, **size).answers:
            assert not answer.changes_nothing, answer.name
            assert all(abs(one.mean) < float("inf") for one in answer.differences), answer.name


def written(case, folder, text):
    """The case, as if it lay in `folder` with `text` as its studies."""
    (folder / STUDIES).write_text(text)
    return replace(case, folder=folder)


def test_a_case_without_the_file_has_none(case, ledger, parameters, tmp_path):
    assert studies_of(replace(case, folder=tmp_path), ledger.claims, parameters) == {}


def test_a_study_is_read_as_it_stands(case, ledger, parameters, tmp_path):
    (study,) = studies_of(written(case, tmp_path, GOOD), ledger.claims, parameters).values()
    assert study.scenario(parameters).options == "--set forcing.strikes=x0.5 --from 2015-03-16"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: calm", "name: Calm Down", [":1", "Calm Down"]),
        ("question:", "qestion:", [":3", "qestion", "did you mean 'question'"]),
        ("S0-03a", "S0-03q", [":4", "S0-03q", "did you mean 'S0-03"]),
        ("forcing.strikes", "forcing.strike", [":5", "did you mean 'forcing.strikes'"]),
        ("=x0.5", "=lots", [":5", "lots", "NAME=xFACTOR"]),
        ("set: [forcing.strikes=x0.5]", "off: [pay-gapp]", [":5", "did you mean 'pay-gap'"]),
        ("[forcing.strikes=x0.5]", "[forcing.strikes=x2, forcing.strikes=x3]", [":5", "set twice"]),
        ("  set: [forcing.strikes=x0.5]\n", "", [":1", "changes nothing"]),
        ("2015-03-16", "2031-03-16", [":6", "2031-03-16", "2014-06-30"]),
        ("2015-03-16", "soon", [":6", "expected a date"]),
        ("why: because\n", "why: because\n  falsifies: true\n", ["falsifies", "expect"]),
        ("  caution: perhaps\n", "", [":1", "caution", "missing"]),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(case, ledger, parameters, tmp_path, old, new, words):
    assert old in GOOD
    with pytest.raises(FissureError) as refused:
        studies_of(written(case, tmp_path, GOOD.replace(old, new)), ledger.claims, parameters)
    for word in (STUDIES, *words):
        assert word in str(refused.value), str(refused.value)


def test_a_name_that_stands_twice_is_refused(case, ledger, parameters, tmp_path):
    with pytest.raises(FissureError, match=r":9: study 'calm' stands twice"):
        studies_of(written(case, tmp_path, GOOD + GOOD), ledger.claims, parameters)


def test_a_study_that_there_is_not_is_refused(studies):
    assert known_study("oil-gone", studies) == "oil-gone"
    with pytest.raises(FissureError, match="did you mean 'oil-gone'"):
        known_study("oil-gon", studies)
    with pytest.raises(FissureError, match="--list"):
        known_study("zzz", studies)

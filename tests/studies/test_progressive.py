"""A what-if that gets better ends where the study of the same members does, and loses nothing on the way."""

import threading

import numpy as np
import pytest

from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.studies.paired_runs import OutcomeTask
from fissure.studies.progressive import Live, rounds
from fissure.studies.scenario import AS_IT_IS, scenario_of
from fissure.studies.whatif import whatif

SIZE = {"weeks": 30, "units": 24, "slots": 20}


@pytest.fixture
def asked(case):
    return {"own": scenario_of(["desertion"], [], parameters=parameters_of(case))}


@pytest.fixture
def ran(monkeypatch):
    """The calls that were run, each as its scenarios' keys and members."""
    calls = []
    before = OutcomeTask.measure

    def one(self, call):
        calls.append([(scenario.key, member) for scenario, member in call])
        return before(self, call)

    monkeypatch.setattr(OutcomeTask, "measure", one)
    return calls


def same(a, b):
    assert a.members == b.members and a.plan == b.plan
    for one, other in zip(a.answers, b.answers, strict=True):
        assert one.differences == other.differences
        for course, twin in zip(one.courses, other.courses, strict=True):
            for name in ("as_it_is", "mean", "low", "high", "least", "most"):
                np.testing.assert_array_equal(getattr(course, name), getattr(twin, name))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (2, [2]), (4, [4]), (5, [4, 5]), (8, [4, 8]), (48, [4, 8, 16, 24, 32, 48]),
        (50, [4, 8, 16, 24, 32, 48, 50]), (200, [4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 200]),
    ],
)  # fmt: skip
def test_rounds_grow_up_to_what_was_asked(members, expected):
    assert rounds(members) == expected


def test_it_ends_where_the_study_ends(case, asked, tmp_path, ran):
    found = list(Live.of(case, out=tmp_path / "a", **SIZE).refine(asked, 9))
    assert [one.members for one in found] == [4, 8, 9]
    assert found[0].answers[0].differences[0].members == 4
    same(found[-1], whatif(case, asked, members=9, out=tmp_path / "b", **SIZE))
    before = len(ran)
    same(whatif(case, asked, members=9, out=tmp_path / "a", **SIZE), found[-1])  # one folder for both
    assert len(ran) == before


def test_members_as_they_are_are_lived_once_for_all_questions(case, asked, tmp_path, ran):
    live = Live.of(case, out=tmp_path, **SIZE)
    other = {"own": scenario_of([], ["forcing.strikes=x2"], parameters=parameters_of(case))}
    for one in (asked, other, asked):
        list(live.refine(one, 8))
    runs = [run for call in ran for run in call]
    assert len(runs) == len(set(runs)) == 3 * 8
    assert live.known(asked["own"], 48) == 8 and live.known(other["own"], 5) == 5


def test_warmed_members_are_not_lived_again(case, asked, tmp_path, ran):
    live = Live.of(case, out=tmp_path, **SIZE)
    live.warm(6)
    assert sorted(member for call in ran for _, member in call) == [*range(6)]
    live.warm(6)
    next(iter(live.refine(asked, 8)))
    assert [{key for key, _ in call} for call in ran[2:]] == [{asked["own"].key}]


def test_a_progress_that_raises_leaves_what_was_measured(case, asked, tmp_path, ran):
    class Enough(FissureError):
        pass

    class Impatient:
        def phase(self, name):
            pass

        def advance(self, done, total, seconds, ns):
            assert total == 2 * 16
            if done >= 12:
                raise Enough("enough")

        def finish(self):
            pass

    live = Live.of(case, out=tmp_path, **SIZE)
    seen = []
    with pytest.raises(Enough):
        seen += live.refine(asked, 16, Impatient())
    assert live.known(AS_IT_IS, 16) == 8 and live.known(asked["own"], 16) >= 4
    assert Live.of(case, out=tmp_path, **SIZE).worlds.kept.keys() == live.worlds.kept.keys()
    same(list(live.refine(asked, 16))[-1], whatif(case, asked, members=16, out=tmp_path / "b", **SIZE))
    runs = [run for call in ran for run in call]
    assert len(runs) == 2 * (2 * 16)  # each once, and once more for the study that it was compared with


def test_what_is_known_comes_at_once(case, asked, tmp_path, ran):
    live = Live.of(case, out=tmp_path, **SIZE)
    list(live.refine(asked, 6))
    before = len(ran)
    found = live.refine(asked, 16)
    assert next(found).members == 6 and len(ran) == before
    assert [one.members for one in found] == [8, 16]
    assert [one.members for one in live.refine(asked, 8)] == [8]


def test_progress_counts_over_all_rounds(case, asked, tmp_path):
    calls = []

    class Noting:
        def phase(self, name):
            calls.append(name)

        def advance(self, done, total, seconds, ns):
            calls.append((done, total))

        def finish(self):
            pass

    list(Live.of(case, out=tmp_path, **SIZE).refine(asked, 12, Noting()))
    assert calls[:3] == ["compiling", "simulating", (0, 24)] and calls[-1] == (24, 24)
    counts = [one[0] for one in calls[2:]]
    assert counts == sorted(counts)


def test_a_folder_that_another_holds_is_told_in_one_sentence(case, asked, tmp_path):
    live = Live.of(case, out=tmp_path, **SIZE)
    with keeping(tmp_path, StudyManifest("whatif", live.worlds.plan)):
        with pytest.raises(FissureError, match="is writing to this folder"):
            next(live.refine(asked, 4))
        live.warm(4)  # a comfort, never a reason to fail
    assert next(live.refine(asked, 4)).members == 4


def test_who_asks_waits_for_one_warming_call_at_most(case, asked, tmp_path, ran):
    live = Live.of(case, out=tmp_path, **SIZE)
    live.worlds.task.prepare()
    began, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=live.warm, args=(4000, lambda: stop.is_set() or began.set()))
    thread.start()
    began.wait(10)
    list(live.refine(asked, 8))
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    mine = [at for at, call in enumerate(ran) if call[0][0] == asked["own"].key]
    assert mine[-1] - mine[0] <= 3  # between the two calls of the question at most those of members as they are


@pytest.mark.parametrize(("members", "words"), [(1, "members"), (0, "members")])
def test_too_few_members_are_refused(case, asked, tmp_path, members, words):
    with pytest.raises(FissureError, match=words):
        next(Live.of(case, out=tmp_path, **SIZE).refine(asked, members))

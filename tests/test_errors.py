"""Whatever a message speaks of, it is one line that a person can read."""

import pickle

import pytest

from fissure import api, errors
from fissure.cases.loader import load_case
from fissure.errors import ArgumentError, CaseError, FissureError


def test_what_cannot_be_seen_is_shown_as_escapes():
    said = str(FissureError("found 'a\nb\u2028c\x1b[31m\u202e\xa0', expected 'Würzburg' — 'حلب'"))
    assert said == r"found 'a\nb\u2028c\x1b[31m\u202e\xa0', expected 'Würzburg' — 'حلب'"
    assert said.isprintable() and str(FissureError(said)) == said


def test_long_words_are_cut_and_the_rest_is_not():
    said = str(FissureError(f"found '{'x' * 5000}', expected 'a', not '{'y' * 5000}'"))
    assert said == f"found '{'x' * 300}…', expected 'a', not '{'y' * 300}…'"
    columns = f"found column 'x', expected {', '.join(['column'] * 100)}; did you mean 'column'?"
    assert str(FissureError(columns)) == columns
    path = "/".join(["folder"] * 100)
    assert str(FissureError(f"{path}: there is no such file")).startswith(path)


def test_it_travels_between_processes():
    error = pickle.loads(pickle.dumps(FissureError("a\nb")))
    assert str(error) == r"a\nb"


def test_its_parts_are_attributes():
    error = CaseError("my case/case.yaml:7: found 'weks', expected a key; did you mean 'weeks'?")
    assert (str(error.path), error.line) == ("my case/case.yaml", 7)
    assert (error.found, error.expected, error.hint) == ("'weks'", "a key", "weeks")
    assert str(FissureError("runs/mine: holds no run").path) == "runs/mine"
    assert FissureError("pay-gap.resentment: found 3, expected less").path is None
    bare = FissureError("the queue is full; ask again in a minute")
    assert (bare.path, bare.line, bare.found, bare.expected, bare.hint) == (None,) * 5


def test_every_kind_is_a_fissure_error():
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
    assert len(kinds) > 10 and all(issubclass(kind, FissureError) and kind.__doc__ for kind in kinds)


def test_real_refusals_say_their_parts():
    with pytest.raises(CaseError) as caught:
        load_case("islamic_stat")
    assert caught.value.hint == "islamic_state"
    with pytest.raises(FissureError) as refused:
        api.run("islamic_state", members=0, prior=True)
    assert isinstance(refused.value, ArgumentError) and refused.value.expected

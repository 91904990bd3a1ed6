"""Whatever a message speaks of, it is one line that a person can read."""

import pickle

from fissure.errors import FissureError


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

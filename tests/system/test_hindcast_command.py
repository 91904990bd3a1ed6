"""`fissure hindcast` as a user types it: what is wrong is told before anything is fitted."""

import pytest
from tests.commands import fissure_command

from fissure.api import evidence
from fissure.errors import FissureError


def hindcast(*arguments):
    return fissure_command("hindcast", *arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "December 2015"], ["'December 2015'", "expected a day such as 2015-12-31"]),
        (["--from", "2013-01-01"], ["2013-01-01", "expected"]),
        (["--from", "2014-07-20"], ["2014-07-20 to forecast from", "expected a day from the 13th week"]),
        (["--members", "few"], ["found 'few', expected a whole number"]),
    ],
)
def test_bad_input_is_one_sentence(arguments, words, tmp_path):
    done = hindcast(*arguments, "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    said = " ".join(done.stderr.split())
    for word in words:
        assert word in said
    assert not (tmp_path / "out").exists()


def test_the_seed_is_that_of_the_fits_too(monkeypatch, tmp_path):
    asked = []

    def fit(*_, setting, **__):
        asked.append(setting.seed)
        raise FissureError("enough")

    monkeypatch.setattr(evidence, "fit", fit)
    with pytest.raises(FissureError, match="enough"):
        evidence.hindcast(dates=["2015-12-31"], seed=7, out=tmp_path)
    assert asked == [7]


def test_help_says_what_it_does():
    done = hindcast("--help")
    assert done.returncode == 0 and "--from" in done.stdout and "persistence" in done.stdout

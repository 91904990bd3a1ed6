"""`fissure run` with what was learned, as a user types it: by default, another one, none, and a stale one refused."""

import shutil
from pathlib import Path

import pytest
from tests.commands import fissure_command

from fissure.cases.loader import load_case

pytestmark = pytest.mark.thorough

TINY = ("--members", "1", "--weeks", "30")  # as in test_command, so that the program is compiled once


def fissure(*arguments, cwd=None):
    return fissure_command(*arguments, cwd=cwd)


@pytest.fixture(scope="module")
def posterior():
    [path] = (load_case("islamic_state").folder / "posterior").glob("????-??-??.json")
    return path


def test_the_reference_case_comes_with_one_posterior_up_to_the_end_of_2015(posterior):
    assert posterior.name == "2015-12-31.json"
    assert posterior.stat().st_size < 2_000_000


def test_members_are_drawn_from_it_and_it_is_said_so(tmp_path):
    done = fissure("run", *TINY, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "posterior of evidence up to 2015-12-31" in done.stdout and "posterior predictions" in done.stdout
    page = (tmp_path / "run" / "report.html").read_text()
    assert "These are posterior predictions, fitted to what was published up to 2015-12-31" in page
    assert '<section id="learned">' in page


def test_prior_goes_back(tmp_path):
    done = fissure("run", *TINY, "--prior", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "posterior" not in done.stdout and "prior predictions" in " ".join(done.stdout.split())


def test_prior_and_posterior_at_once_are_refused(posterior, tmp_path):
    done = fissure("run", *TINY, "--prior", "--posterior", posterior, "--out", tmp_path / "run")
    assert done.returncode == 2 and "expected one of them" in " ".join(done.stderr.split())


def test_a_stale_posterior_is_refused_in_one_sentence(tmp_path):
    """A prior that was changed by hand makes what was learned from it stale."""
    case = tmp_path / "case"
    shutil.copytree(load_case("islamic_state").folder, case)
    priors = case / "priors.yaml"
    text = priors.read_text()
    assert "low: 14000, high: 30000" in text
    priors.write_text(text.replace("low: 14000, high: 30000", "low: 14000, high: 31000", 1))
    done = fissure("run", case, *TINY, "--out", tmp_path / "run")
    said = " ".join(done.stderr.split())
    assert done.returncode == 2 and "Traceback" not in said
    assert "stale, as the priors have changed since it was fitted" in said and "--prior" in said
    assert not (tmp_path / "run").exists()
    assert fissure("run", case, *TINY, "--prior", "--out", tmp_path / "run").returncode == 0


def test_the_report_names_the_file_of_another_posterior_in_its_command(posterior, tmp_path):
    other = shutil.copy(posterior, tmp_path / "other.json")
    done = fissure("run", *TINY, "--posterior", other, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert f"--posterior {other}</code>" in (tmp_path / "run" / "report.html").read_text()


def test_a_file_that_is_no_posterior_is_refused(tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    done = fissure("run", *TINY, "--posterior", other, "--out", tmp_path / "run")
    assert done.returncode == 2 and "cannot be read as a posterior" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "expected --until"),
        (("--until", "soon"), "found 'soon', expected a day such as 2015-12-31"),
        (("--until", "2011-01-01"), "expected a day of the case"),
        (("--until", "2015-12-31", "--members", "3"), "expected a whole number from 40"),
    ],
)
def test_bad_input_to_calibrate_is_one_sentence(arguments, words, tmp_path):
    done = fissure("calibrate", "islamic_state", *arguments, "--out", tmp_path / "fit", cwd=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert words in " ".join(done.stderr.split())
    assert list(Path(tmp_path).iterdir()) == []

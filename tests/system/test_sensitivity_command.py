"""`fissure sensitivity` as a user types it, over a few weeks."""

import json
import sys

import pytest
from typer.testing import CliRunner

from fissure import cli
from fissure.cases import load_case
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.studies.scenario import FORCING

pytestmark = pytest.mark.thorough

ASK = ["sensitivity", "--prior", "--quick", "--members", "80", "--weeks", "12", "--seed", "3", "--of", "deserted"]


def asked(*words):
    return CliRunner().invoke(cli.app, list(words), env={"COLUMNS": "120"})


def test_it_prints_a_table_and_writes_page_and_numbers(tmp_path):
    done = asked(*ASK, "--out", str(tmp_path))
    assert done.exit_code == 0, done.exception
    said = " ".join(done.output.split())
    moved = len(FORCING) + sum(p.prior.prior.kind != "fixed" for p in parameters_of(load_case("islamic_state")))
    assert "Fighters lost by desertion" in said and f"of {moved} inputs move" in said and "A quick look" in said
    page = (tmp_path / "sensitivity.html").read_text()
    assert "fissure sensitivity islamic_state --of deserted --members 80 --seed 3 --weeks 12 --prior --quick" in page
    document = json.loads((tmp_path / "sensitivity.json").read_text())
    assert document["runs"] <= 80 and document["outcomes"][0]["outcome"] == "deserted"


def test_an_outcome_that_there_is_not_is_refused(tmp_path):
    done = asked("sensitivity", "--prior", "--of", "desertd", "--out", str(tmp_path))
    assert isinstance(done.exception, FissureError) and "deserted" in str(done.exception)


def test_without_salib_it_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)  # as where it is not installed
    monkeypatch.setattr("sys.argv", ["fissure", "sensitivity", "--prior", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    assert "pip install 'fissure[attribution]'" in capsys.readouterr().err


def test_too_few_runs_are_refused(tmp_path):
    done = asked("sensitivity", "--prior", "--members", "10", "--weeks", "6", "--out", str(tmp_path))
    assert isinstance(done.exception, FissureError) and "expected a whole number from 80" in str(done.exception)

"""`fissure patterns` and `fissure orderings` on the folder of a small run."""

import json

import pytest
from typer.testing import CliRunner

from fissure import api, cli
from fissure.cases.loader import load_case
from fissure.engine import ensemble
from fissure.errors import FissureError
from fissure.files import sealed_json

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("patterns") / "run"
    case = load_case("islamic_state")
    ensemble.run(case, members=2, seed=1, weeks=30, units=24, slots=20, out=out)
    return out


def test_reads_a_run_that_is_there(folder):
    done = CliRunner().invoke(cli.app, ["orderings", str(folder)], env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.exception
    said = " ".join(done.output.split())
    assert "of 2 members are plausible" in said and "Stalemate restores cohesion." in said
    assert len(api.read_run(folder).orderings) == 15


def test_patterns_of_a_run_with_a_cut_off(folder):
    ask = ["patterns", str(folder), "--until", "2015-12-31"]
    done = CliRunner().invoke(cli.app, ask, env={"COLUMNS": "140"})
    assert done.exit_code == 0, done.exception
    said = " ".join(done.output.split())
    assert "Stalemate restores cohesion." in said and "Iraq is lost before Syria." in said and "→ tests" in said
    result = api.read_run(folder)
    assert len(result.patterns) > len(result.orderings) == 15


def test_a_day_that_is_none_is_refused(folder):
    done = CliRunner().invoke(cli.app, ["patterns", str(folder), "--until", "soon"])
    assert isinstance(done.exception, FissureError) and "until is 'soon'" in str(done.exception)


def test_a_run_of_another_case_is_refused(folder, tmp_path):
    document = json.loads((folder / "run.json").read_text())
    document["plan"]["case"] = "ruritania"
    del document["sha256"]
    (tmp_path / "run.json").write_bytes(sealed_json(document))
    (tmp_path / "blocks").symlink_to(folder / "blocks")
    with pytest.raises(FissureError, match="a run of the case 'ruritania', expected one of islamic_state"):
        api.read_run(tmp_path)


def test_what_is_neither_case_nor_run_is_refused(tmp_path):
    done = CliRunner().invoke(cli.app, ["orderings", "islamic_stat"])
    assert isinstance(done.exception, FissureError) and "islamic_state" in str(done.exception)

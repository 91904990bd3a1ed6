"""`fissure runs` as a user types it, and `fissure.stored_runs`; a second command on one folder is refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.commands import fissure_command, refused
from typer.testing import CliRunner

import fissure
from fissure import cli
from fissure.api.stored import stored_run
from fissure.cases.loader import load_case
from fissure.engine import ensemble

SMALL = {"weeks": 12, "units": 16, "slots": 8}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "first"
    ensemble.run(load_case("islamic_state"), members=2, out=out, **SMALL)
    return out


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """A folder to work in, with `runs/first`, `runs/second` and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path / "cache"))
    for name in ("first", "second"):
        shutil.copytree(made, Path("runs") / name)
    return tmp_path


def typed(*arguments, width="160", **options):
    return CliRunner().invoke(cli.app, ["runs", *map(str, arguments)], env={"COLUMNS": width}, **options)


def said(done):
    return " ".join(done.output.split())


def test_runs_here_and_in_the_cache_are_listed(place):
    shutil.copytree(place / "runs" / "first", place / "cache" / "runs" / "third")
    done = typed()
    assert done.exit_code == 0, done.exception
    for word in ("first", "second", "third", "whole", "islamic_state, prior, seed 1, 12 weeks", "3 runs and studies"):
        assert word in said(done), done.output


def test_nothing_stored_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path / "cache"))
    assert said(typed()) == "Nothing is stored here."
    assert json.loads(typed("--json").output) == []


def test_json_says_all(place):
    done = typed("--json")
    rows = json.loads(done.output)
    assert [one["name"] for one in rows] == ["first", "second"]
    assert rows[0]["histories"] == 2 and rows[0]["state"] == "whole" and rows[0]["seed"] == 1
    assert json.loads(typed("show", "first", "--json").output) == rows[0]
    assert "from 2 histories; at least 20" in rows[0]["few_histories"]  # which is what a run has beside what it is
    assert [one.as_json() for one in fissure.stored_runs()] == [
        {name: value for name, value in one.items() if name != "few_histories"} for one in rows
    ]
    assert [one.name for one in fissure.stored_runs("runs/second")] == ["second"]


def test_show_says_how_it_was_made(place):
    done = typed("show", "first")
    assert done.exit_code == 0, done.exception
    for word in ("islamic_state", "16 units of 8 fighter slots", "switched off: nothing", "command: not known"):
        assert word in said(done), done.output


def test_damage_is_an_exit_code_when_looked_for(place):
    path = place / "runs" / "first" / "blocks" / "0000000-0000002.zarr.zip"
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    assert typed().exit_code == 0
    done = typed("--verify", "--in", "runs")
    assert done.exit_code == 1 and "1 damaged" in said(done)
    assert str(path.name) in typed("show", "first", "--verify").output


def test_deletion_asks_unless_told(place, monkeypatch):
    done = typed("delete", "first")
    assert "expected --yes" in str(done.exception) and Path("runs/first").exists()
    monkeypatch.setattr("fissure.cli.runs._can_ask", lambda: True)
    done = typed("delete", "first", input="n\n")
    assert "Nothing was deleted." in done.output and Path("runs/first").exists()
    done = typed("delete", "first", input="y\n")
    assert done.exit_code == 0 and not Path("runs/first").exists() and Path("runs/second").exists()
    done = typed("delete", "runs/second", "--yes")
    assert done.exit_code == 0 and not Path("runs/second").exists()


def test_the_unfinished_and_the_old_are_chosen(place):
    Path("runs/first/run.lock").write_text(json.dumps({"members": 9}))
    done = typed("delete", "--unfinished", "--older-than", "1", "--yes")
    assert "Nothing to delete." in done.output
    for path in Path("runs/first").rglob("*"):
        os.utime(path, (1, 1))
    os.utime("runs/first", (1, 1))
    assert typed("delete", "--unfinished", "--older-than", "1", "--yes").exit_code == 0
    assert not Path("runs/first").exists() and Path("runs/second").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "frist"], ["no run or study 'frist'", "did you mean 'first'"]),
        (["delete", "frist", "--yes"], ["no run or study 'frist'"]),
        (["delete", "first", "frist", "--yes"], ["no run or study 'frist'"]),
        (["delete"], ["expected either names to delete, or --unfinished or --older-than"]),
        (["delete", "first", "--unfinished"], ["expected either names"]),
        (["--in", "nowhere"], ["nowhere: is no folder"]),
        (["--json", "show", "first"], ["found options before 'show'"]),
        (["delete", ".", "--yes"], ["no run or study '.'"]),
        (["delete", "..", "--yes"], ["no run or study '..'"]),
        (["delete", "cache", "--yes"], ["no run or study 'cache'"]),
    ],
)
def test_bad_input_is_one_sentence_and_deletes_nothing(place, arguments, words):
    (place / "cache").mkdir()
    done = typed(*arguments)
    assert isinstance(done.exception, fissure.FissureError) and "\n" not in str(done.exception)
    for word in words:
        assert word in str(done.exception)
    assert Path("runs/first").exists() and Path("runs/second").exists() and (place / "cache").exists()


def test_a_name_in_two_places_needs_its_path(place):
    shutil.copytree(place / "runs" / "first", place / "cache" / "runs" / "first")
    with pytest.raises(fissure.FissureError, match=r"found 'first' in runs and in .*cache/runs, expected the path"):
        stored_run("first")
    assert fissure.delete_runs("runs/first") > 0 and stored_run("first").folder == place / "cache" / "runs" / "first"


HOLDER = (
    "import sys; from pathlib import Path; from fissure.engine.study_folder import held\n"
    "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.thorough
def test_a_second_command_on_one_folder_is_refused_in_one_sentence(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    small = ("--members", 2, "--weeks", 12, "--prior", "--out", out)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        for ask in (("run",), ("whatif", "--off", "pay-gap")):
            done = fissure_command(*ask, *small, cwd=tmp_path)
            refused(done, str(out), f"another process ({process.pid}) is writing to this folder")
        assert [path.name for path in out.iterdir()] == ["run.lock"]
        process.kill()
    assert fissure_command("whatif", "--off", "pay-gap", *small, cwd=tmp_path).returncode == 0
    row = json.loads(fissure_command("runs", "show", out, "--json", cwd=tmp_path).stdout)
    assert (row["what"], row["state"], row["histories"], row["asked"]) == ("whatif", "whole", 4, 4)
    assert row["command"].startswith("fissure whatif --off pay-gap --members 2")
    numbers = (out / "whatif.json").read_bytes()
    call = next(out.rglob("*.npz"))
    data = call.read_bytes()
    call.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    again = fissure_command("whatif", "--off", "pay-gap", *small, cwd=tmp_path)
    assert again.returncode == 0 and again.stderr.startswith("Warning: ")
    assert f"{call.name}: these runs are damaged and are simulated again" in again.stderr
    assert call.read_bytes() == data and (out / "whatif.json").read_bytes() == numbers

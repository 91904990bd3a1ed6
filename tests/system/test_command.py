"""The command as a user types it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.commands import fissure_command, fissure_process, refused

import fissure

CASE = Path(fissure.__file__).parent / "cases" / "islamic_state"


@pytest.fixture
def copy(tmp_path):
    """A copy of the reference case that a test may spoil."""
    folder = tmp_path / "case"
    shutil.copytree(CASE, folder, ignore=shutil.ignore_patterns("build", "__pycache__", "hand"))
    return folder


def spoil(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_help_names_the_commands(tmp_path):
    done = fissure_process("--help", cwd=tmp_path)
    assert done.returncode == 0
    for word in ("run", "trace", "mechanisms", "cases", "check"):
        assert word in done.stdout


@pytest.mark.thorough
def test_run_writes_a_table_a_report_and_a_run_that_goes_on(tmp_path):
    out = tmp_path / "out"
    done = fissure_process("run", "--members", 2, "--weeks", 30, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Central Intelligence" in done.stdout and "ns per fighter-week" in done.stdout
    page = (out / "report.html").read_text()
    assert "prior" in page.lower() and "<script src=" not in page
    more = fissure_command("run", "--members", 3, "--weeks", 30, "--out", out, cwd=tmp_path)
    assert more.returncode == 0, more.stderr
    assert re.search(r"\b1 members? in", more.stdout), more.stdout
    again = fissure_command("run", "--members", 3, "--weeks", 30, "--out", out, cwd=tmp_path)
    assert "there already" in again.stdout
    other = fissure_command("run", "--members", 3, "--weeks", 30, "--seed", 9, "--out", out, cwd=tmp_path)
    refused(other, str(out), "seed")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pay-gap", ["S0", "S1", "resentment"]),
        ("pay-gap.exposure", ["share"]),
        ("fighters", ["Central Intelligence", "31,500"]),
        ("S1-08a", ["S1"]),
    ],
)
def test_trace(tmp_path, name, words):
    done = fissure_command("trace", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout


def test_mechanisms_and_cases_are_listed(tmp_path):
    assert "bloc-clash" in fissure_command("mechanisms", cwd=tmp_path).stdout
    assert "islamic_state" in fissure_command("cases", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--off", "pay-gapp"], ["pay-gapp", "pay-gap"]),
        (["run", "islamic_stat"], ["islamic_stat", "islamic_state"]),
        (["run", "--members", "0"], ["members", "0"]),
        (["run", "--members", "many"], ["many"]),
        (["run", "--members", "10000000"], ["members"]),
        (["run", "--weeks", "0"], ["weeks"]),
        (["run", "--weeks", "9999"], ["weeks", "247"]),
        (["run", "--seed", "-1"], ["seed"]),
        (["run", "--sead", "3"], ["--sead"]),
        (["trace", "pay-gup"], ["pay-gup", "pay-gap"]),
        (["ru"], ["ru"]),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, arguments, words):
    out = tmp_path / "out"
    extra = ["--out", out] if arguments[0] == "run" else []
    refused(fissure_command(*arguments, *extra, cwd=tmp_path), *words)
    assert not out.exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("mine")
    refused(fissure_command("run", "--members", 1, "--out", out, cwd=tmp_path), str(out))
    assert [p.name for p in out.iterdir()] == ["chapter.txt"]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("case.yaml", "weeks: 247", "wekks: 247", ["case.yaml", "weeks"]),
        ("case.yaml", "weeks: 247", "weeks: soon", ["case.yaml:", "soon"]),
        ("case.yaml", "start: 2014-06-30", "start: 2014-06-31", ["case.yaml:"]),
        ("districts.csv", "residents", "resident", ["districts.csv:1", "residents"]),
        (
            "priors.yaml",
            "unit: fighters",
            "unit: weeks",
            ["priors.yaml", "start.fighters", "weeks", "fighters"],
        ),
        ("offensives.csv", "2014-08-09", "2014-08-99", ["offensives.csv:"]),
    ],
)
def test_a_spoilt_case_file_is_named_with_its_line(tmp_path, copy, file, old, new, words):
    spoil(copy / file, old, new)
    refused(fissure_command("run", copy, "--members", 1, "--out", tmp_path / "out", cwd=tmp_path), *words)
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path, copy):
    (copy / "offensives.csv").unlink()
    refused(fissure_command("run", copy, "--members", 1, cwd=tmp_path), "offensives.csv")


@pytest.mark.thorough
def test_run_json_says_how_it_was_made(tmp_path):
    out = tmp_path / "out"
    fissure_command("run", "--members", 1, "--weeks", 30, "--off", "pay-gap", "--out", out, cwd=tmp_path)
    plan = json.loads((out / "run.json").read_text())["plan"]
    assert plan["seed"] == 1 and plan["weeks"] == 30 and plan["off"] == ["pay-gap"]


@pytest.mark.thorough
def test_ctrl_c_stops_with_a_sentence_and_the_run_goes_on(tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "fissure", "run", "--members", "3", "--weeks", "30", "--out", str(out)]
    # nothing is compiled yet, so that there is a while to stop it in
    environment = {**os.environ, "FISSURE_CACHE": str(tmp_path / "cache"), "FISSURE_COMPILED": ""}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as going:
        assert going.stderr is not None
        assert "reading" in going.stderr.readline()
        assert going.stderr.readline().startswith("compiling")
        time.sleep(0.5)
        going.send_signal(signal.SIGINT)
        said = going.communicate(timeout=900)[1]
    assert going.returncode == 130 and "Traceback" not in said
    assert "Stopped" in said
    done = fissure_command("run", "--members", 3, "--weeks", 30, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_evidence_is_checked_before_anything_is_simulated(tmp_path, copy):
    spoil(copy / "ledger" / "variables.yaml", "output: territory_km2", "output: teritory_km2")
    done = fissure_command("run", copy, "--members", 1, "--out", tmp_path / "out", cwd=tmp_path)
    refused(done, "variables.yaml:", "teritory_km2", "territory_km2")
    assert not (tmp_path / "out").exists() and "simulating" not in done.stderr


@pytest.mark.thorough
def test_check_tells_effects_writes_a_page_and_goes_on(tmp_path):
    ask = ("check", "desertion", "--members", 2, "--weeks", 12, "--quick", "--out", tmp_path / "out")
    done = fissure_command(*ask, cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert done.returncode == (0 if "1 of 1 mechanism holds" in done.stdout else 1)
    assert "deserters" in done.stdout and "half the units" in done.stdout
    assert "S1-10" in (tmp_path / "out" / "effects.html").read_text()
    again = fissure_command(*ask, cwd=tmp_path)
    assert "kept" in again.stdout and "compiling" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "pay-gapp"], ["pay-gapp", "pay-gap"]),
        (["check", "--members", "1"], ["members", "1"]),
        (["check", "--weeks", "0"], ["weeks"]),
        (["check", "islamic_stat"], ["islamic_state"]),
    ],
)
def test_bad_input_to_check_is_one_sentence(tmp_path, arguments, words):
    refused(fissure_command(*arguments, "--out", tmp_path / "out", cwd=tmp_path), *words)
    assert not (tmp_path / "out").exists()

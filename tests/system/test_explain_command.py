"""`fissure explain` as a user types it."""

import json
import shutil

import pytest
from tests.commands import fissure_command

from fissure.cases.loader import load_case


def explain(*arguments, cwd=None):
    return fissure_command("explain", *arguments, cwd=cwd)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--of", "colapse"], ["no outcome 'colapse'", "did you mean 'collapse'"]),
        (["--members", "few"], ["found 'few', expected a whole number"]),
        (["--keep", "--weeks", "12"], ["found 12 weeks to keep, expected all 247"]),
    ],
)
def test_bad_input_is_one_sentence(arguments, words, tmp_path):
    done = explain("--prior", *arguments, "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    said = " ".join(done.stderr.split())
    for word in words:
        assert word in said
    assert not (tmp_path / "out").exists()


def test_help_says_what_it_does():
    done = explain("--help")
    assert done.returncode == 0 and "Shapley" in done.stdout and "--of" in done.stdout and "--quick" in done.stdout


@pytest.mark.thorough
def test_a_small_one_from_end_to_end(tmp_path):
    case = tmp_path / "case"
    shutil.copytree(load_case("islamic_state").folder, case)
    text = (case / "case.yaml").read_text()
    (case / "case.yaml").write_text(text.replace("units: 448", "units: 24").replace("slots: 112", "slots: 20"))
    asked = [str(case), "--of", "deserted", "--prior", "--weeks", "30", "--members", "2", "--sampled", "2"]
    done = explain(*asked, "--pairs", "0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "At most 276 runs, with members drawn from the prior" in done.stdout
    assert "Fighters lost by desertion" in done.stdout and "all together" in done.stdout.lower()
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("explain-islamic_state-")
    document = json.loads((folder / "explain.json").read_text())
    shared = sum(row[0] for row in document["groups"]["value"])
    assert document["effect"]["mean"][0] > 0 and abs(shared / document["effect"]["mean"][0] - 1) < 1e-12
    assert document["command"] == (
        f"fissure explain {case} --of deserted --members 2 --sampled 2 --pairs 0 --seed 1 --weeks 30 --prior"
    )
    assert "What made it come apart?" in (folder / "explain.html").read_text()

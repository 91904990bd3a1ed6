"""What is stored is found, its state told, and deleted only where it is a run or a study of ours and nothing else."""

import errno
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from fissure.engine import registry
from fissure.engine.registry import DELETED, delete, look, stored_in
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import FissureError
from fissure.files import LOCK, UNFINISHED, asking, held, sealed, sealed_json, write_whole


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def run(whole_run, tmp_path):
    """A copy of a run of ten members, to be spoilt."""
    return Path(shutil.copytree(whole_run.folder, tmp_path / "stored" / "run"))


@pytest.fixture
def study(whole_run, tmp_path):
    """A what-if of which seven runs are kept."""
    folder = tmp_path / "stored" / "study"
    with asking(command="fissure whatif"), keeping(folder, asked(whole_run)):
        (folder / "measured").mkdir()
        for number, name in ((4, "a"), (3, "b")):
            write_whole(folder / "measured" / f"{name * 20}-{number}.npz", sealed(b"numbers"))
    return folder


def asked(run, **changes):
    fields = {"members": 4, "runs": 8, "until": date(2015, 12, 31), "changes": ("without pay-gap",)}
    return StudyManifest("whatif", run.plan, **{**fields, **changes})


# --- What there is


def test_a_whole_run_is_told(run, whole_run):
    (found,) = stored_in(run.parent)
    assert (found.name, found.what, found.state, found.asked) == ("run", "run", "whole", 10)
    assert found.contents.histories == 10 and not found.other_version and found.damaged == ()
    assert found.contents.bytes == sum(len(data) for data in contents(run).values())
    document = found.as_json()
    assert (document["case"], document["seed"], document["weeks"], document["drawn_from"]) == (
        "islamic_state",
        7,
        12,
        "prior",
    )
    assert document["model_digest"] == whole_run.plan.model_digest and json.loads(json.dumps(document)) == document


def test_a_study_is_told(study):
    (found,) = stored_in(study.parent)
    assert (found.what, found.state, found.contents.histories, found.asked) == ("whatif", "whole", 7, 8)
    assert (found.command, found.until, found.changes) == ("fissure whatif", "2015-12-31", ("without pay-gap",))


def test_a_folder_stands_for_itself_and_others_are_no_runs(run, study, tmp_path):
    assert [one.name for one in stored_in(run)] == ["run"]
    (run.parent / "thesis").mkdir()
    (run.parent / "notes.txt").touch()
    assert [one.name for one in stored_in(run.parent)] == ["run", "study"]
    assert stored_in(tmp_path) == [] and stored_in(tmp_path / "none") == []


def test_a_run_cut_short_says_of_how_many(run):
    (run / LOCK).write_text(json.dumps({"process": 1, "host": "h", "members": 12, "command": "fissure run"}))
    found = look(run)
    assert (found.state, found.contents.histories, found.asked, found.command) == ("unfinished", 10, 12, "fissure run")
    (run / LOCK).write_text(json.dumps({"members": 10}))  # killed after its last block
    assert look(run).state == "whole"
    (run / LOCK).write_text("{")
    assert look(run).state == "unfinished"


def test_a_run_with_a_gap_or_without_members_is_unfinished(run):
    (run / "blocks" / "0000004-0000008.zarr.zip").unlink()
    assert look(run).state == "unfinished" and look(run).contents.histories == 6
    shutil.rmtree(run / "blocks")
    assert look(run).state == "unfinished" and look(run).contents.histories == 0


def test_a_study_that_failed_is_unfinished(study, whole_run):
    with pytest.raises(FissureError, match="no more"), keeping(study, asked(whole_run)):
        raise FissureError("no more")
    assert look(study).state == "unfinished"
    with keeping(study, asked(whole_run)):
        assert look(study).state == "being written"
    assert look(study).state == "whole"


@pytest.mark.parametrize("inside", ["", "bank"])
def test_what_is_being_written_is_told_and_not_deleted(study, run, inside):
    shutil.copytree(run, study / "bank")
    before = contents(study)
    with held(study / inside):
        assert look(study).state == "being written"
        with pytest.raises(FissureError, match=r"this very process .* is writing to this folder"):
            delete(study)
    after = contents(study)
    assert after == before


@pytest.mark.parametrize("what", ["block", "call", "description", "study", "nested"])
def test_damage_is_found_where_it_is_looked_for(run, study, what):
    shutil.copytree(run, study / "bank")
    path = {
        "block": run / "blocks" / "0000004-0000008.zarr.zip",
        "call": study / "measured" / f"{'a' * 20}-4.npz",
        "description": run / "run.json",
        "study": study / "study.json",
        "nested": study / "bank" / "run.json",
    }[what]
    folder = run if what in ("block", "description") else study
    data = path.read_bytes()
    place = data.index(b"islamic") if path.suffix == ".json" else len(data) // 2
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    seen = what in ("description", "study")  # read in any case
    assert look(folder).state == ("damaged" if seen else "whole")
    found = look(folder, verify=True)
    assert found.state == "damaged" and found.damaged == (path,)
    other = look(study if folder == run else run, verify=True)
    assert other.state == "whole"


def test_another_version_is_told(run, study, monkeypatch):
    assert not look(run).other_version
    monkeypatch.setattr(registry, "model_digest", lambda: "changed")
    assert look(run).other_version and look(study).other_version and look(run).state == "whole"


# --- Deletion


def test_a_run_and_a_study_are_deleted_with_all_that_is_theirs(run, study):
    shutil.copytree(run, study / "bank")
    for name in ("whatif.json", "whatif.html", ".report.html.x1.part", f"{UNFINISHED}x"):
        (study / name).write_text("ours")
    (run / "report.html").write_text("ours")
    size = look(run).contents.bytes
    assert delete(run) == size and not run.exists()
    delete(study)
    assert list(study.parent.iterdir()) == []


@pytest.mark.parametrize("place", ["", "blocks"])
def test_a_folder_with_anything_else_is_left_alone(run, place):
    (run / place / "notes.txt").write_text("mine")
    before = contents(run)
    other = str(Path(place) / "notes.txt")
    with pytest.raises(FissureError) as caught:
        delete(run)
    assert str(caught.value) == (f"{run}: also contains ('{other}'), move that away first; nothing was deleted")
    assert contents(run) == before


def test_no_link_is_followed(run, tmp_path):
    outside = tmp_path / "mine"
    outside.mkdir()
    (outside / "run.json").write_text("mine")
    (run / "elsewhere").symlink_to(outside)
    with pytest.raises(FissureError, match=r"also contains \('elsewhere'\)"):
        delete(run)
    (run / "elsewhere").unlink()
    (run / "report.html").symlink_to(outside / "run.json")
    with pytest.raises(FissureError, match=r"also contains \('report.html'\)"):
        delete(run)
    (run / "report.html").unlink()
    link = tmp_path / "link"
    link.symlink_to(run)
    with pytest.raises(FissureError, match="link: is a link, expected the folder of a run itself"):
        delete(link)
    delete(run)
    assert (outside / "run.json").read_text() == "mine"


@pytest.mark.parametrize("text", ["{}", '{"format": 4}', "mine"])
def test_what_only_looks_like_a_run_is_left_alone(tmp_path, text):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "run.json").write_text(text)
    with pytest.raises(FissureError, match="other: holds no run or study of Fissure, nothing was deleted"):
        delete(folder)
    assert (folder / "run.json").read_text() == text
    with pytest.raises(FissureError, match="holds no run or study"):
        delete(tmp_path)
    with pytest.raises(FissureError, match="there is no such folder"):
        delete(tmp_path / "none")


def test_a_run_whose_description_is_damaged_can_be_deleted(run):
    (run / "run.json").write_bytes(b"\0" * 40)
    assert look(run).state == "damaged" and look(run).what == ""
    delete(run)
    assert not run.exists()


def test_a_deletion_that_was_cut_short_is_told_and_ended(run, monkeypatch):
    def stuck(path):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch, pytest.raises(FissureError, match=r"cannot be deleted \(Input/output error\)"):
        patch.setattr(registry.shutil, "rmtree", stuck)
        delete(run)
    assert not run.exists()
    (left,) = stored_in(run.parent)
    assert left.name == f"{DELETED}run" and left.state == "half deleted"
    delete(left.folder)
    assert not left.folder.exists()


# --- The folder of a study


def test_a_second_process_is_refused_a_study(study, whole_run):
    code = (
        "import sys; from pathlib import Path; from fissure.engine.study_folder import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(study)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        refusal = rf"another process \({process.pid}\) is writing to this folder"
        with pytest.raises(FissureError, match=refusal), keeping(study, asked(whole_run)):
            raise AssertionError
        process.kill()
    with keeping(study, asked(whole_run)):
        pass


def test_a_study_that_keeps_nothing_leaves_no_folder(tmp_path, whole_run):
    with pytest.raises(FissureError, match="bad input"), keeping(tmp_path / "new", asked(whole_run)):
        raise FissureError("bad input")
    assert not (tmp_path / "new").exists()
    (tmp_path / "there").mkdir()
    with pytest.raises(FissureError, match="bad input"), keeping(tmp_path / "there", asked(whole_run)):
        raise FissureError("bad input")
    assert (tmp_path / "there").exists()


def test_leftovers_of_a_killed_study_are_removed_but_not_those_of_runs_in_it(study, run, whole_run):
    shutil.copytree(run, study / "bank")
    own, theirs = study / "measured" / f"{UNFINISHED}1", study / "bank" / "blocks" / f"{UNFINISHED}2"
    own.touch()
    theirs.touch()
    with keeping(study, asked(whole_run)):
        pass
    assert not own.exists() and theirs.exists()


def test_the_same_question_leaves_the_description_alone(study, whole_run):
    os.utime(study / "study.json", ns=(1, 1))
    with asking(command="fissure whatif"), keeping(study, asked(whole_run)):
        pass
    assert (study / "study.json").stat().st_mtime_ns == 1
    with keeping(study, asked(whole_run, members=5)):
        pass
    assert json.loads((study / "study.json").read_bytes())["members"] == 5


def test_a_file_in_the_way_is_refused(tmp_path, whole_run):
    (tmp_path / "file").touch()
    with (
        pytest.raises(FissureError, match="is a file, expected a folder"),
        keeping(tmp_path / "file", asked(whole_run)),
    ):
        raise AssertionError


def test_a_study_of_another_kind_of_description_is_damaged(study):
    (study / "study.json").write_bytes(sealed_json({"what": 3}))
    assert look(study).state == "damaged"

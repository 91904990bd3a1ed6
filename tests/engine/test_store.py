"""The run folder: whole blocks or none, damage found, other things in the way refused."""

import errno
import fcntl
import json
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from zarr.storage import ZipStore

from fissure.engine.ensemble import open_run
from fissure.engine.provenance import MACHINE, SETTINGS
from fissure.engine.store import Block, DamagedBlock, blocks_in, encode, missing
from fissure.errors import FissureError
from fissure.files import UNFINISHED, sealed_json, write_whole

ARRAYS = {
    "a": (("member", "week"), np.arange(12, dtype=np.int32).reshape(3, 4), {"units": "x", "long_name": "A"}),
    "b": (("member",), np.array([0.5, np.nan, -1], np.float32), {"units": "y", "long_name": "B"}),
}


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def copied(whole_run, tmp_path):
    """A copy of the undisturbed run, to be spoilt."""
    return Path(shutil.copytree(whole_run.folder, tmp_path / "run"))


# --- One block


def test_a_block_comes_back_as_it_was(tmp_path):
    block = Block.at(tmp_path, 4, 7)
    write_whole(block.path, encode(ARRAYS))
    assert block.path.name == "0000004-0000007.zarr.zip"
    assert blocks_in(tmp_path) == [block] and block.is_whole()
    for name, (_, values, _) in ARRAYS.items():
        assert block.read(name).tobytes() == values.tobytes() and block.read(name).dtype == values.dtype


def test_equal_arrays_are_equal_bytes():
    assert encode(ARRAYS) == encode(dict(ARRAYS))


def test_a_block_is_an_ordinary_zarr_group(tmp_path):
    block = Block.at(tmp_path, 0, 3)
    write_whole(block.path, encode(ARRAYS))
    with (
        ZipStore(block.path, mode="r") as zipped,
        xr.open_zarr(zipped, consolidated=False, chunks=None) as data,
    ):
        assert data.a.dims == ("member", "week") and data.a.attrs["units"] == "x"
        assert (data.a.values == ARRAYS["a"][1]).all()


@pytest.mark.parametrize("at", [0, 40, 200, -80, -1])
def test_one_changed_byte_is_damage(tmp_path, at):
    block = Block.at(tmp_path, 0, 3)
    write_whole(block.path, encode(ARRAYS))
    data = bytearray(block.path.read_bytes())
    data[at] ^= 1
    block.path.write_bytes(data)
    assert not block.is_whole()


def test_a_cut_or_missing_file_is_damage(tmp_path):
    block = Block.at(tmp_path, 0, 3)
    assert not block.is_whole()
    for size in (0, 10, 300):
        block.path.write_bytes(encode(ARRAYS)[:size])
        assert not block.is_whole()
    with pytest.raises(FissureError, match=r"this block is damaged .*ask for the run again"):
        block.read("a")


def test_what_is_missing():
    def at(start, stop):
        return Block(Path("x"), start, stop)

    assert missing([], 10, 4) == [(0, 4), (4, 8), (8, 10)]
    assert missing([at(0, 3)], 10, 4) == [(3, 4), (4, 8), (8, 10)]
    assert missing([at(0, 4), at(8, 12)], 10, 4) == [(4, 8)]
    assert missing([at(0, 4), at(4, 12)], 10, 4) == []
    assert missing([at(0, 12)], 5, 4) == []


def test_foreign_names_and_overlaps_are_left_out(tmp_path):
    for name in ("0000000-0000004", "0000002-0000006", "0000004-0000004", "0000004-0000008", "notes"):
        (tmp_path / f"{name}.zarr.zip").touch()
    assert [(b.start, b.stop) for b in blocks_in(tmp_path)] == [(0, 4), (4, 8)]


# --- Damage in a run


def test_a_damaged_block_is_named_and_made_again(copied, whole_run, make):
    path = copied / "blocks" / "0000004-0000008.zarr.zip"
    sound = path.read_bytes()
    path.write_bytes(sound[:-200] + b"x" * 200)
    with pytest.warns(DamagedBlock, match=r"0000004-0000008.zarr.zip: members 4 to 7 are damaged"):
        again = make(copied, 10, block=4)
    assert again.timing.members == 4
    assert path.read_bytes() == sound


def test_damage_met_while_reading_is_an_error(copied):
    path, whole = copied / "blocks" / "0000004-0000008.zarr.zip", open_run(copied)
    data = path.read_bytes()
    middle = data.index(b"fighters/c/0/0/0") + 60
    path.write_bytes(data[:middle] + b"\0\1\2\3" + data[middle + 4 :])
    with pytest.raises(FissureError, match=r"0000004-0000008.zarr.zip: this block is damaged"):
        whole.data.fighters.load()
    whole.data.fighters.isel(member=slice(0, 4)).load()


def test_a_damaged_block_is_named_when_a_run_is_opened(copied):
    path = copied / "blocks" / "0000004-0000008.zarr.zip"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(FissureError) as caught:
        open_run(copied)
    assert str(caught.value) == f"{path}: members 4 to 7 are damaged, ask for the run again to make them again"


def test_reading_a_variable_reads_no_other(whole_run, monkeypatch):
    asked, read = [], Block.read
    monkeypatch.setattr(Block, "read", lambda self, name: asked.append(name) or read(self, name))
    data = open_run(whole_run.folder).data
    repr(data)
    assert asked == []
    data.support.quantile(0.5, "member")
    assert set(asked) == {"support"}


# --- What is in the way


def test_a_folder_that_holds_something_else_is_refused(tmp_path, make):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FissureError, match=r"is not empty and holds no run \('thesis.txt'\)"):
        make(tmp_path, 2)
    assert contents(tmp_path) == {Path("thesis.txt"): b"mine"}


def test_a_file_is_refused(tmp_path, make):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(FissureError, match="is a file, expected a folder"):
        make(tmp_path / "run", 2)


def test_an_empty_folder_is_taken(tmp_path, make):
    assert make(tmp_path, 1).members == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 8}, "seed 7 there, 8 asked"),
        ({"weeks": 11}, "weeks 12 there, 11 asked"),
        ({"width": 2}, "width 4 there, 2 asked"),
        ({"off": ("desertion", "pay-gap")}, "off nothing there, desertion, pay-gap asked"),
        ({"seed": 8, "units": 20}, "seed 7 there, 8 asked; units 16 there, 20 asked"),
    ],
    ids=str,
)
def test_a_run_of_another_plan_is_refused(copied, make, change, reason):
    before = contents(copied)
    with pytest.raises(FissureError) as caught:
        make(copied, 2, **change)
    assert f"holds another run ({reason}), choose another folder" in str(caught.value)
    assert contents(copied) == before


def test_a_run_of_another_model_is_refused(copied, make, monkeypatch):
    monkeypatch.setattr("fissure.engine.plan.model_digest", lambda: "changed")
    with pytest.raises(FissureError, match="the model has changed since"):
        make(copied, 2)


def made_elsewhere(folder, **changes):
    """Let the run in `folder` be made with something else."""
    path = folder / "run.json"
    document = json.loads(path.read_text())
    document["plan"]["made with"] |= changes
    del document["sha256"]
    path.write_bytes(sealed_json(document))


def test_run_json_tells_what_it_was_made_with(whole_run):
    stamp = json.loads((whole_run.folder / "run.json").read_text())["plan"]["made with"]
    assert {"jax", "jaxlib", "numpy", "scipy", "equinox", "XLA_FLAGS", *MACHINE, *SETTINGS} == set(stamp)
    assert stamp["numpy"] == np.__version__ and stamp["backend"] == "cpu"
    assert all(isinstance(value, str) for value in stamp.values())


@pytest.mark.parametrize(
    ("name", "there"),
    [("numpy", "1.0"), ("XLA_FLAGS", "--xla_a"), ("processor", "Abacus"), ("matmul precision", "highest")],
)
def test_what_was_begun_with_something_else_is_not_gone_on_with(copied, make, name, there):
    asked = json.loads((copied / "run.json").read_text())["plan"]["made with"][name] or "nothing"
    made_elsewhere(copied, **{name: there})
    before = contents(copied)
    with pytest.raises(FissureError) as caught:
        make(copied, 12)
    assert str(caught.value) == (
        f"{copied}: holds another run ({name} {there} there, {asked} asked), choose another folder"
    )
    assert contents(copied) == before


def test_a_run_that_another_machine_finished_is_read_as_it_is(copied, whole_run, make):
    made_elsewhere(copied, processor="Abacus", device="beads")
    before = contents(copied)
    run = make(copied, 9)
    assert run.timing.members == 0 and run.plan.made_with.processor == "Abacus"
    assert run.data.equals(whole_run.data.isel(member=slice(0, 9)))
    assert run.plan == open_run(copied).plan and run.plan.key != whole_run.plan.key
    assert contents(copied) == before
    path = copied / "blocks" / "0000004-0000008.zarr.zip"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FissureError, match=r"0000004-0000008.zarr.zip: members 4 to 7 are damaged"):
        make(copied, 9)
    path.unlink()
    with pytest.raises(FissureError, match=r"device beads there, cpu asked; processor Abacus there"):
        make(copied, 9)


def test_a_run_finished_with_other_versions_is_refused(copied, make):
    made_elsewhere(copied, processor="Abacus", jaxlib="0.0.1")
    with pytest.raises(FissureError, match=r"jaxlib 0.0.1 there, .* asked; processor Abacus there"):
        make(copied, 9)


def test_a_plan_that_cannot_be_read_is_refused(copied):
    path = copied / "run.json"
    document = json.loads(path.read_text())
    del document["plan"]["seed"], document["sha256"]
    path.write_bytes(sealed_json(document))
    with pytest.raises(FissureError, match="the plan of the run cannot be read"):
        open_run(copied)


def test_a_description_that_cannot_be_read_is_refused(copied, make):
    for text in ("{", "[]", '{"format": 99}', '{"format": 3}'):
        (copied / "run.json").write_text(text)
        with pytest.raises(FissureError, match=r"run\.json(:1)?: "):
            make(copied, 2)


def test_a_folder_without_a_run_cannot_be_opened(tmp_path):
    with pytest.raises(FissureError, match="there is no run in this folder"):
        open_run(tmp_path)


def test_a_second_writer_is_refused(copied, make):
    with (copied / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FissureError, match="another process is writing to this folder"):
            make(copied, 12)
    assert make(copied, 10).timing.members == 0


# --- A full disk


def test_a_run_too_large_for_the_disk_is_refused_at_once(tmp_path, make, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10**6))
    with pytest.raises(FissureError, match=r"the run needs about [\d.]+ GB of disk, 1 MB are free"):
        make(tmp_path / "deep" / "run", 1_000_000)
    assert not (tmp_path / "deep").exists()


def test_members_that_are_there_need_no_room(copied, make, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=0))
    assert make(copied, 10).timing.members == 0


def test_a_disk_that_fills_up_leaves_no_half_block(copied, make, monkeypatch):
    before = contents(copied)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(FissureError, match=r"the disk is full, another [\d.]+ kB are needed"):
            make(copied, 14, block=2)
    after = contents(copied)
    assert after.pop(Path("run.lock")) and not before.pop(Path("run.lock"))  # the note says that it was cut short
    assert after == before
    assert not list(copied.rglob(f"{UNFINISHED}*"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make(copied, 14).members == 14
    assert not (copied / "run.lock").read_bytes()


def test_a_folder_that_cannot_be_made_is_one_sentence(make, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FissureError, match=r"file/run: cannot be written \(Not a directory\)"):
        make(tmp_path / "file" / "run", 1)

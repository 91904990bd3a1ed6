"""A disk that is really full: what was finished stays, one sentence says so, and the same call goes on."""

import subprocess

import pytest
from lives import contents

from fissure.engine import ensemble
from fissure.engine.registry import look
from fissure.engine.store import blocks_in
from fissure.errors import FissureError


@pytest.fixture
def disk(tmp_path):
    """`disk(size)`: a file system of its own, of that many kB; called again it grows. Needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def sized(size):
        nonlocal mounted
        options = f"{'remount,' if mounted else ''}size={size}k"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted = True
        return folder

    yield sized
    if mounted:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_keeps_what_is_finished_and_the_run_goes_on(disk, make, whole_run, monkeypatch):
    monkeypatch.setattr(ensemble, "check_room", lambda *_: None)  # it would not even begin
    whole = contents(whole_run.folder)
    blocks = sorted(len(data) for path, data in whole.items() if path.suffix == ".zip")
    room = (sum(blocks[:2]) + len(whole[next(p for p in whole if p.name == "run.json")])) // 1024 + 24
    folder = disk(room) / "run"
    with pytest.raises(FissureError) as caught:
        make(folder, 10, block=4)
    said = str(caught.value)
    assert said.startswith(f"{folder}: the disk is full, another ") and "what was finished is kept" in said
    assert "\n" not in said
    finished = blocks_in(folder / "blocks")
    assert 1 <= len(finished) < len(blocks) and all(block.is_whole() for block in finished)
    assert look(folder).state == "unfinished"
    disk(10 * room)
    assert make(folder, 10, block=4).timing.members == 10 - sum(b.stop - b.start for b in finished)
    assert contents(folder) == whole and look(folder).state == "whole"


def test_a_run_that_is_all_there_is_read_from_a_full_disk(disk, make):
    folder = disk(20_000) / "run"
    make(folder, 3)
    with (folder.parent / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space left"):
        while True:
            filler.write(bytes(4096))
    assert make(folder, 3).data["fighters"].sum() > 0
    assert look(folder).state == "whole"

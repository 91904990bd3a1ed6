"""Killed, or the disk full, at every single step of writing: files are there whole or not, and the work goes on."""

import errno
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest

from fissure import files
from fissure.engine.store import Block, blocks_in, encode, open_store, writing
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import FissureError
from fissure.files import UNFINISHED, held, note, write_whole

OLD, NEW = b"what was there" * 20, b"what is to be there" * 30
DESCRIPTION = {
    "plan": {"seed": 7},
    "coordinates": {"week": ["2014-06-30"]},
    "variables": {"a": {"dims": ["member"], "dtype": "int32", "units": "x", "long_name": "A"}},
    "events": {},
    "attributes": {},
}


class Killed(BaseException):
    """The process is gone: nothing that it would have done later happens."""


class Trouble:
    """At the `at`-th step of writing a process is killed or the disk refuses; a killed one takes no further step.

    Steps are what `write_whole` and the locks ask of the system; a write counts three times, as nothing, a part or all
    of the bytes may have come through.
    """

    def __init__(self, patch, at, killed):
        self.at, self.killed, self.steps, self.hit = at, killed, 0, False
        for owner, name in (
            (tempfile, "mkstemp"), (os, "fsync"), (Path, "chmod"), (Path, "replace"), (Path, "mkdir")
        ):  # fmt: skip
            patch.setattr(owner, name, self.around(getattr(owner, name)))
        patch.setattr(Path, "unlink", self.around(Path.unlink, counts=False))
        fdopen = os.fdopen
        patch.setattr(os, "fdopen", lambda *a, **k: self.watched(fdopen(*a, **k)))

    def around(self, do, counts=True):
        def step(*arguments, **options):
            if counts or self.dead:
                self.step()
            return do(*arguments, **options)

        return step

    @property
    def dead(self):
        return self.hit and self.killed

    def step(self):
        self.steps += 1
        if self.dead or (not self.hit and self.steps > self.at):
            self.hit = True
            raise Killed if self.killed else OSError(errno.ENOSPC, "No space left on device")

    def watched(self, file):
        trouble = self

        class Watched:
            def write(self, data):
                for part in (0, len(data) // 2):
                    try:
                        trouble.step()
                    except BaseException:
                        file.write(data[:part])
                        raise
                return file.write(data)

            def flush(self):
                trouble.step()
                file.flush()

            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def __getattr__(self, name):
                return getattr(file, name)

        return Watched() if "w" in file.mode else file


def every_step(act):
    """Run `act(at)` with trouble at each step in turn, until the step is one that is never reached."""
    for at in range(200):
        if not act(at):
            assert at > 4, "the steps were not counted"
            return
    raise AssertionError("no end of steps")


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "full"])
@pytest.mark.parametrize("there", [True, False], ids=["over an old file", "new"])
def test_a_file_is_whole_or_as_it_was_whatever_happens(tmp_path, monkeypatch, killed, there):
    path = tmp_path / "file"

    def act(at):
        for left in tmp_path.iterdir():
            left.unlink()
        if there:
            path.write_bytes(OLD)
        with monkeypatch.context() as patch:
            trouble = Trouble(patch, at, killed)
            try:
                write_whole(path, NEW)
            except (Killed, OSError):
                assert trouble.hit
        found = path.read_bytes() if path.exists() else None
        assert found == NEW or (trouble.hit and found == (OLD if there else None))
        others = [p.name for p in tmp_path.iterdir() if p != path]
        assert all(name.startswith(UNFINISHED) for name in others) and (killed or not others)
        return trouble.hit

    every_step(act)


def write_run(folder, upto):
    """A run of three blocks, those that are missing."""
    with writing(folder, DESCRIPTION) as store:
        kept = {block.start for block in store.sound_blocks(repair=True)}
        for start in range(upto):
            if start not in kept:
                store.write(Block.at(store.blocks_folder, start, start + 1), RECORDS[start])


RECORDS = [encode({"a": (("member",), np.array([n], np.int32), {})}) for n in range(3)]


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "full"])
def test_a_run_goes_on_from_any_step_to_the_same_bytes(tmp_path, monkeypatch, killed):
    write_run(tmp_path / "undisturbed", 3)
    undisturbed = contents(tmp_path / "undisturbed")

    def act(at):
        folder = tmp_path / f"run-{at}"
        with monkeypatch.context() as patch:
            trouble = Trouble(patch, at, killed)
            try:
                write_run(folder, 3)
            except Killed:
                assert killed
            except FissureError as error:
                assert not killed and "the disk is full" in str(error) and "what was finished is kept" in str(error)
        finished = blocks_in(folder / "blocks")
        assert all(block.is_whole() for block in finished)
        assert all(undisturbed[b.path.relative_to(folder)] == b.path.read_bytes() for b in finished)
        if (folder / "run.json").exists():
            assert open_store(folder).description["plan"] == {"seed": 7}
        assert trouble.hit or len(finished) == 3
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write_run(folder, 3)
        assert contents(folder) == undisturbed
        return trouble.hit

    every_step(act)


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "full"])
def test_a_study_goes_on_from_any_step(tmp_path, monkeypatch, killed, whole_run):
    asked = StudyManifest("whatif", whole_run.plan, 4)

    def study(folder):
        with keeping(folder, asked):
            if not (folder / "measured").exists():
                write_whole(folder / "measured", NEW)

    study(tmp_path / "undisturbed")
    undisturbed = contents(tmp_path / "undisturbed")

    def act(at):
        folder = tmp_path / f"study-{at}"
        with monkeypatch.context() as patch:
            trouble = Trouble(patch, at, killed)
            try:
                study(folder)
            except (Killed, OSError, FissureError):
                assert trouble.hit
        study(folder)
        assert contents(folder) == undisturbed
        return trouble.hit

    every_step(act)


def test_a_killed_run_says_that_it_was_cut_short(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(Killed):
        Trouble(patch, 15, killed=True)
        write_run(tmp_path / "run", 3)
    assert note(tmp_path / "run").process == files.os.getpid()
    with held(tmp_path / "run"):
        pass
    assert note(tmp_path / "run") is None

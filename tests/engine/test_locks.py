"""One writer a folder: the second is refused, a lock ends with its process, a note tells what was cut short."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from fissure import files
from fissure.errors import FissureError
from fissure.files import LOCK, Note, asked_command, asking, held, held_to_remove, is_held, note

HOLDER = """
import sys, time
from pathlib import Path
from fissure.files import asking, held
with asking(members=9, command="fissure run"), held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(files, "WAIT", 0.1)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_another_process_is_refused_and_named_until_it_is_killed(tmp_path, holder):
    assert is_held(tmp_path)
    with pytest.raises(FissureError) as caught, held(tmp_path):
        pass
    assert str(caught.value) == (
        f"{tmp_path}: another process ({holder.pid}) is writing to this folder, wait for it to end or choose another"
    )
    found = note(tmp_path)
    assert (found.process, found.members, found.command) == (holder.pid, 9, "fissure run") and found.since
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_held(tmp_path)
    assert note(tmp_path) == found  # it was cut short
    with held(tmp_path):
        assert note(tmp_path).process == os.getpid()
    assert note(tmp_path) is None


def test_a_second_writer_in_this_process_is_refused_too(tmp_path):
    refused = []

    def second():
        try:
            with held(tmp_path):
                pass
        except FissureError as error:
            refused.append(str(error))

    with held(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1 and f"this very process ({os.getpid()}) is writing" in refused[0]


def test_who_only_looks_hinders_nobody(tmp_path):
    with held(tmp_path):
        pass
    stop = threading.Event()

    def looking():
        while not stop.is_set():
            is_held(tmp_path)

    thread = threading.Thread(target=looking)
    thread.start()
    try:
        for _ in range(200):
            with held(tmp_path):
                pass
    finally:
        stop.set()
        thread.join()


def test_work_that_fails_leaves_its_note(tmp_path):
    with pytest.raises(KeyError), asking(members=4), held(tmp_path):
        raise KeyError
    assert note(tmp_path).members == 4 and not is_held(tmp_path)
    with held_to_remove(tmp_path):
        assert is_held(tmp_path) and note(tmp_path).members == 4


def test_what_is_asked_is_known_inside_alone():
    with asking(command="a"), asking(members=2):
        assert asked_command() == "a"
        with asking(command="b"):
            assert asked_command() == "b"
        assert asked_command() == "a"
    assert asked_command() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        (" \n", None),
        ("{", Note()),
        ("[]", Note()),
        ('{"process": "x", "host": 3, "members": 7, "other": 1}', Note(members=7)),
        (json.dumps({"process": 1, "host": "elsewhere"}), Note(1, "elsewhere")),
    ],
)
def test_any_note_is_read(tmp_path, text, expected):
    (tmp_path / LOCK).write_text(text)
    assert note(tmp_path) == expected


def test_a_writer_on_another_machine_is_named_with_it():
    assert str(Note(12, "elsewhere")) == "another process (12 on elsewhere)"
    assert str(Note()) == "another process"


def test_a_folder_without_a_lock_is_not_held(tmp_path):
    assert not is_held(tmp_path) and note(tmp_path) is None


def test_a_lock_taken_away_with_its_folder_is_not_taken_for_the_new_one(tmp_path, monkeypatch):
    """A writer that opened the lock file just before somebody deleted it locks the file that is there now."""
    take, spoilt = fcntl.flock, []

    def late(file, how):
        if not spoilt:
            spoilt.append((tmp_path / LOCK).unlink())
        return take(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with held(tmp_path):
        assert note(tmp_path).process == os.getpid() and is_held(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has locks everywhere")
def test_where_there_are_no_locks_a_warning_says_so(tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.warns(UserWarning, match=r"its file system has no locks \(No locks available\)"), held(tmp_path):
        assert not is_held(tmp_path)


def test_a_full_disk_hinders_no_lock(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.json, "dumps", full)
    with held(tmp_path):
        assert is_held(tmp_path)

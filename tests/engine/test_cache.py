"""The cache of compiled programs: one folder for each version, source, processor and set of flags."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fissure.engine import programs
from fissure.files import cache_base

PROGRAM = """
import jax, jax.numpy as jnp
from fissure.engine.programs import enable_compile_cache
jax.jit(lambda x: x + 1)(1.0)  # what was compiled before must not settle that there is no cache
folder = enable_compile_cache()
events = []
jax.monitoring.register_event_listener(lambda name, **_: events.append(name))
def long(x):
    for _ in range(300):
        x = jnp.sin(x) @ x
    return x
jax.jit(long)(jnp.ones((4, 4)))
print(folder, sum(name.endswith("cache_hits") for name in events))
"""


def in_process(base, **env):
    out = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "FISSURE_CACHE": str(base), "FISSURE_COMPILED": "", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, hits = out.stdout.split()
    return folder, int(hits)


@pytest.mark.thorough
def test_a_second_process_reads_what_the_first_compiled(tmp_path):
    first, hits = in_process(tmp_path)
    assert hits == 0 and Path(first).parent == tmp_path / "compiled"
    again, hits = in_process(tmp_path)
    assert again == first and hits >= 1
    other, hits = in_process(tmp_path, XLA_FLAGS="--xla_cpu_prefer_vector_width=128")
    assert other != first and hits == 0


def test_it_can_be_turned_off(tmp_path):
    assert in_process(tmp_path, FISSURE_NO_CACHE="1") == ("None", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_the_users_own_is_left_alone(tmp_path):
    assert in_process(tmp_path, JAX_COMPILATION_CACHE_DIR=str(tmp_path / "mine"))[0] == "None"


@pytest.mark.thorough
def test_a_cache_that_cannot_be_written_is_done_without():
    assert in_process("/proc/nowhere") == ("None", 0)


@pytest.mark.parametrize("what", ["version", "model_digest", "processor"])
def test_the_key_tells_apart(monkeypatch, what):
    before = programs._key()
    monkeypatch.setattr(programs, what, lambda *_: "other")
    assert programs._key() != before


@pytest.mark.thorough
def test_what_was_compiled_can_be_shared_by_several_caches(tmp_path):
    for old in range(programs.KEPT_FOLDERS + 1):
        (tmp_path / "shared" / f"jax-{old}").mkdir(parents=True)
    shared = {"FISSURE_COMPILED": str(tmp_path / "shared")}
    first, hits = in_process(tmp_path / "one", **shared)
    assert hits == 0 and Path(first).parent == tmp_path / "shared"
    again, hits = in_process(tmp_path / "two", **shared)
    assert again == first and hits >= 1 and not list(tmp_path.glob("*/compiled"))
    assert len(list((tmp_path / "shared").iterdir())) == programs.KEPT_FOLDERS + 2  # nothing is removed there


def test_old_folders_are_pruned(tmp_path):
    for age in range(6):
        folder = tmp_path / f"jax-{age}"
        folder.mkdir()
        (folder / "entry").touch()
        os.utime(folder, (1e9 - age, 1e9 - age))
    (tmp_path / "other").mkdir()
    programs._prune(tmp_path, tmp_path / "jax-5")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["jax-0", "jax-1", "jax-5", "other"]


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"FISSURE_CACHE": "/a/b"}, "/a/b"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/fissure"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/h"}, "/home/h/.cache/fissure"),
        ({"HOME": "/home/h"}, "/home/h/.cache/fissure"),
    ],
    ids=str,
)
def test_where_the_cache_lies(monkeypatch, env, folder):
    for name in ("FISSURE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert cache_base() == Path(folder)

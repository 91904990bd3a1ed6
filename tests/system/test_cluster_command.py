"""`fissure run --cluster` as a user types it."""

import os
import signal
import subprocess
import sys
import time

import pytest
from tests.commands import fissure_command, refused


def test_no_cluster_is_one_sentence(tmp_path):
    out = tmp_path / "out"
    done = fissure_command("run", "--prior", "--cluster", "host", "--out", out, cwd=tmp_path)
    refused(done, "found the cluster 'host', expected local, local:N, the address of a dask scheduler")
    done = fissure_command("run", "--prior", "--cluster", "nowhere.json", "--out", out, cwd=tmp_path)
    refused(done, "nowhere.json: there is no such scheduler file")
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["Ctrl-C in the terminal", "SIGKILL"])
def test_a_stopped_command_leaves_no_process_and_goes_on_without_a_cluster(tmp_path, how):
    out, ask = tmp_path / "out", ["run", "--prior", "--weeks", "4", "--members", "64"]
    command = [sys.executable, "-m", "fissure", *ask, "--cluster", "local:2", "--out", str(out)]
    environment = {**os.environ, "FISSURE_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, env=environment, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 240
        while len(blocks(out)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        group = os.getpgid(process.pid)
        os.killpg(group, signal.SIGINT) if how.startswith("Ctrl") else process.kill()
        said = process.communicate(timeout=900)[1]
    assert 2 <= len(blocks(out)) < 8
    if how.startswith("Ctrl"):
        assert process.returncode == 130 and "of 64 members kept" in said and "Traceback" not in said
    deadline = time.monotonic() + 30
    while alive(group) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(group)
    done = fissure_command(*ask, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    other = fissure_command(*ask, "--out", tmp_path / "other", cwd=tmp_path)
    assert other.returncode == 0 and blocks(out) == blocks(tmp_path / "other")


def blocks(folder):
    return {path.name: path.read_bytes() for path in folder.glob("blocks/*.zarr.zip")}


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

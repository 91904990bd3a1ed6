"""Schedulers and workers of Dask on loopback, for tests in which they come and go."""

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PATCHED = {
    "model": "from fissure.engine import provenance\nprovenance.model_digest = lambda: 'f' * 64\n",
    "machine": "from fissure.engine import provenance\nprovenance._processor = lambda: 'Abacus'\n",
}


def started(command, **more):
    return subprocess.Popen([sys.executable, "-m", *command], stderr=subprocess.DEVNULL, **more)


@contextmanager
def scheduling(folder):
    """The scheduler file of a scheduler on loopback."""
    file = folder / "scheduler.json"
    command = "distributed.cli.dask_scheduler --host 127.0.0.1 --port 0 --no-dashboard --dashboard-address 127.0.0.1:0"
    process = started([*command.split(), "--scheduler-file", str(file)])
    try:
        until(file.is_file)
        yield str(file)
    finally:
        process.kill()
        process.wait()


@contextmanager
def joining(scheduler, patch=""):
    """One more worker, in a process of its own."""
    command = "distributed.cli.dask_worker --nthreads 1 --no-nanny --no-dashboard --host 127.0.0.1"
    with tempfile.TemporaryDirectory() as folder:
        command = [*command.split(), "--scheduler-file", scheduler, "--local-directory", folder]
        if patch:
            file = Path(folder) / "patch.py"
            file.write_text(PATCHED[patch])
            command += ["--preload", str(file)]
        process = started(command)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def until(there):
    """Wait till `there()`."""
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)

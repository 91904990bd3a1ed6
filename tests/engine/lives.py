"""Lives of a process that runs something small, each ended by SIGKILL at a random moment until one comes to its end."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fissure.files import UNFINISHED

LIFE = """
import sys
from pathlib import Path
from fissure.cases.loader import load_case

what, out = sys.argv[1], Path(sys.argv[2])

class Printed:
    def phase(self, name):
        print(name, flush=True)
    def advance(self, *_):
        pass
    def finish(self):
        pass

small = dict(seed=7, weeks=12, units=16, slots=8, progress=Printed(), out=out)
if what == "run":
    from fissure.engine import ensemble
    ensemble.run("islamic_state", members=40, block=2, **small)
elif what == "whatif":
    from fissure.studies.scenario import Scenario
    from fissure.studies.whatif import whatif
    case = load_case("islamic_state")
    whatif(case, {"own": Scenario(off=("desertion",))}, of=["deserted"], members=24, **small)
else:
    from fissure.studies.attribution import Size, explain
    size = Size(groups=2, sampled=2, least=2, pairs=0)
    explain(load_case("islamic_state"), of=["deserted"], size=size, **small)
"""


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Lives:
    """Kills lives of `whats` in turn until `kills` were killed; every run comes to its end, `ends` counts them."""

    def __init__(self, folder, kills, whats, seed):
        self.folder, self.left, self.whats, self.seed = folder, kills, whats, seed
        self.kills, self.ends, self.early = 0, 0, 0
        self.lock = threading.Lock()
        self.undisturbed, self.seconds = {}, {}
        for what in dict.fromkeys(whats):
            self._run(what, folder / what, None)  # compiles, so that no later life does
            assert self._run(what, folder / f"{what}-again", None)
            self.undisturbed[what] = contents(folder / what)
            assert contents(folder / f"{what}-again") == self.undisturbed[what]

    def all(self, side_by_side):
        with ThreadPoolExecutor(side_by_side) as pool:
            for job in [pool.submit(self._many, at) for at in range(side_by_side)]:
                job.result()
        return self

    def _many(self, worker):
        chance = random.Random(f"{self.seed} {worker}")
        number = worker
        while self.left > 0:
            what = self.whats[number % len(self.whats)]
            self._until_finished(what, self.folder / f"{worker}-{number}", chance)
            number += 1

    def _until_finished(self, what, folder, chance):
        whole = self.undisturbed[what]
        while not self._run(what, folder, chance if self.left > 0 else None):
            with self.lock:
                self.kills, self.left = self.kills + 1, self.left - 1
            found = contents(folder) if folder.exists() else {}
            for path, data in found.items():
                if not path.name.startswith(UNFINISHED) and path.name != "run.lock":
                    assert data == whole[path], f"{path} is not what an undisturbed {what} has there"
        assert contents(folder) == whole
        self.ends += 1

    def _run(self, what, folder, chance):
        """Whether a life came to its end: it is killed while it starts (one in four) or while it simulates."""
        command = [sys.executable, "-c", LIFE, what, str(folder)]
        began, said = time.monotonic(), ""
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
        ) as p:
            if chance is not None:
                start, work = self.seconds[what]
                if chance.random() < 0.25:
                    self.early += 1
                    self._kill(p, chance.uniform(0, start))
                else:
                    said = self._until_simulating(p)
                    self._kill(p, chance.uniform(0, work))
            else:
                said = self._until_simulating(p)
                ready = time.monotonic()
            more, wrong = p.communicate(timeout=600)
        if p.returncode == -signal.SIGKILL and chance is not None:
            return False
        assert p.returncode == 0, f"exit code {p.returncode} after {said + more!r}: {wrong}"
        if chance is None:
            self.seconds.setdefault(what, (0.0, 0.0))
            self.seconds[what] = (ready - began, time.monotonic() - ready)
        return True

    @staticmethod
    def _until_simulating(process):
        """All that it says up to then; where there is nothing to simulate it is done."""
        said = ""
        for line in process.stdout:
            said += line
            if not line.startswith("compiling"):
                break
        return said

    @staticmethod
    def _kill(process, seconds):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def survived(folder: Path, kills: int, whats=("run",), seed=1, side_by_side=2) -> Lives:
    """Kill until `kills` lives were killed, and see every run to its end."""
    return Lives(folder, kills, whats, seed).all(side_by_side)

"""Time several implementations in turn, each in a process of its own, round after round."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.desertion.peers import Peer
from bench.desertion.rules import SLOTS, Recorded, units_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Size:
    """How much is simulated, and on how many cores."""

    fighters: int
    weeks: int
    members: int
    cores: int = 1

    def work(self) -> int:
        """Fighter-weeks: slots, empty or not, times weeks times members."""
        return units_of(self.fighters) * SLOTS * self.weeks * self.members


@dataclass
class Timing:
    """What one implementation took at one size, one entry for each round."""

    peer: Peer
    size: Size
    cpu: list[float] = field(default_factory=list)  # seconds
    wall: list[float] = field(default_factory=list)  # seconds
    compile: float = 0.0  # seconds on processors
    libraries: float = 0.0  # MB, once imported
    peak: float = 0.0  # MB

    def ns(self) -> np.ndarray:
        """Processor nanoseconds for a fighter-week, by round."""
        return np.array(self.cpu) * 1e9 / self.size.work()


class Runner:
    """One implementation in a process of its own, which ends with the `with` that holds it."""

    def __init__(self, peer: Peer, size: Size, keep: Path | None = None) -> None:
        self.timing = Timing(peer, size)
        numbers = map(str, (size.fighters, size.weeks, size.members, size.cores))
        command = [
            sys.executable,
            "-m",
            "bench.desertion.measure",
            peer.module,
            *numbers,
            *([str(keep)] if keep else []),
        ]
        threads = {"POLARS_MAX_THREADS": str(size.cores), "OMP_NUM_THREADS": str(size.cores)}
        environment = {**os.environ, **threads, **dict(peer.environment), "STARSIM_INSTALL_FONTS": "0"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        ready = self.answer()
        self.timing.compile, self.timing.libraries = ready["compile"], ready["libraries"]

    def answer(self) -> dict[str, float]:
        """The next line that it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.timing.peer.title} stopped with exit code {self.process.wait()}; its error is above.")
        return dict(json.loads(line))

    def tell(self, line: str) -> dict[str, float]:
        """Say `line` to it and hear the answer."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)
        return self.answer()

    def go(self, seed: int) -> None:
        """Time one run."""
        took = self.tell(f"go {seed}")
        self.timing.cpu.append(took["cpu"])
        self.timing.wall.append(took["wall"])

    def once(self, seed: int) -> None:
        """Run once, however short that is."""
        self.tell(f"once {seed}")

    def end(self) -> Timing:
        """Let it tell its memory."""
        self.timing.peak = self.tell("end")["peak"]
        return self.timing

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


def race(peers: Sequence[Peer], size: Size, rounds: int) -> dict[str, Timing]:
    """Timings by name; in each round every peer runs once, so that what disturbs the machine disturbs all."""
    with ExitStack() as held:
        runners = [held.enter_context(Runner(peer, size)) for peer in peers]
        for seed in range(1, rounds + 1):
            for runner in runners:
                runner.go(seed)
        return {runner.timing.peer.name: runner.end() for runner in runners}


def series_of(peer: Peer, size: Size, seed: int) -> Recorded:
    """The series that one implementation simulates."""
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as folder:
        path = Path(folder) / "series.npz"
        with Runner(peer, size, path) as runner:
            runner.once(seed)
            runner.end()
        with np.load(path) as found:
            return dict(found)

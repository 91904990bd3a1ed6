"""Measurements of paired runs: all of it on disk, and of that in memory what was needed last.

    FOLDER/3f2a....-4.npz     four runs: their keys, numbers, and series by week; sealed (`fissure.files`)
    FOLDER/failed.json        the runs that could not be made, with why; sealed

A server is asked many different what-ifs, each of which takes about a megabyte, and must not grow with their number. So
numbers are in memory by scenario, and where they take more than `most` bytes those that were needed longest ago are
left to the disk, from which they are read when they are needed again. Files may vanish at any time (somebody makes
room): what is neither in memory nor on disk is not known, and is measured again.
"""

import hashlib
import io
import math
import os
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fissure.errors import DamagedError
from fissure.files import DamagedBlock, disk_errors, sealed, sealed_json, unsealed, unsealed_json, write_whole
from fissure.studies.observation_operator import Floats

Run = tuple[str, int]
"""The key of a scenario, and a member."""
FAILED = "failed.json"
LEAST = 8
"""Scenarios that stay in memory whatever they take: those that one page compares, as it is, and the one measured."""
_OVERHEAD = 400
"""Bytes of a run in memory besides its numbers."""


@dataclass(frozen=True)
class MeasuredRun:
    """Measurements of one run: `outcomes` (outcomes,), `weekly` (series, weeks)."""

    outcomes: Floats
    weekly: Floats


def read_measured(path: Path) -> dict[Run, MeasuredRun]:
    """The runs in a file. Raises `DamagedError` where it is not whole."""
    with np.load(io.BytesIO(unsealed(path))) as file:
        runs, outcomes, weekly = file["runs"], file["outcomes"], file["weekly"]
    return {_run(str(name)): MeasuredRun(*row) for name, *row in zip(runs, outcomes, weekly, strict=True)}


def _run(name: str) -> Run:
    scenario, _, member = name.rpartition("-")
    return scenario, int(member)


class MeasuredRuns(MutableMapping[Run, MeasuredRun]):
    """The runs in `folder`, which `read` reads from one of its files; safe to be used by several threads."""

    def __init__(
        self, folder: Path, read: Callable[[Path], dict[Run, MeasuredRun]] = read_measured, most: float = math.inf
    ) -> None:
        self._folder, self._read = folder, read
        self.most = most
        """Bytes that the numbers in memory may take."""
        self._turn = threading.RLock()
        self._files: dict[str, dict[int, Path]] = {}
        self._known: set[Path] = set()
        self._memory: OrderedDict[str, dict[int, MeasuredRun]] = OrderedDict()
        self._bytes = 0
        self.look_again()

    def keep(self, runs: Sequence[Run], numbers: Floats, weekly: Floats) -> None:
        """Keep what was measured of the `runs` of a call. Raises `FissureError` where the disk refuses."""
        names = [f"{scenario}-{member}" for scenario, member in runs]
        held = io.BytesIO()
        np.savez_compressed(held, runs=np.array(names), outcomes=numbers, weekly=weekly)
        with disk_errors(self._folder, 1 << 20):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{hashlib.sha256(' '.join(names).encode()).hexdigest()[:20]}-{len(runs)}.npz"
            write_whole(path, sealed(held.getvalue()))
        self.on_disk(path, runs)
        self.update(zip(runs, map(MeasuredRun, numbers, weekly), strict=True))

    @property
    def failed(self) -> dict[Run, str]:
        """The runs that could not be made when they were asked for last, with why."""
        path = self._folder / FAILED
        reasons = unsealed_json(path)["failed"] if path.exists() else {}
        return {_run(name): why for name, why in reasons.items()}

    def keep_failed(self, failed: Mapping[Run, str]) -> None:
        """Say which runs could not be made. Raises `FissureError` where the disk refuses."""
        path = self._folder / FAILED
        with disk_errors(self._folder, 1 << 12):
            if failed:
                self._folder.mkdir(parents=True, exist_ok=True)
                reasons = {f"{scenario}-{member}": why for (scenario, member), why in sorted(failed.items())}
                write_whole(path, sealed_json({"format": 1, "failed": reasons}))
            else:
                path.unlink(missing_ok=True)

    def look_again(self) -> None:
        """Find what lies on disk; a damaged file is named in a `DamagedBlock` warning and taken away."""
        for path in sorted(self._folder.glob("*.npz")):
            if path not in self._known:
                self.on_disk(path, self._from(path))
        with self._turn:
            for scenario, held in list(self._memory.items()):
                if self._files.get(scenario, {}).keys() - held.keys():
                    self._leave(scenario)  # it is read again, with all that is there

    def on_disk(self, path: Path, runs: Iterable[Run]) -> None:
        """Note that `path` holds `runs`."""
        with self._turn:
            self._known.add(path)
            for scenario, member in runs:
                self._files.setdefault(scenario, {})[member] = path

    def files(self, scenario: str) -> set[Path]:
        """The files that hold anything of a scenario."""
        with self._turn:
            return set(self._files.get(scenario, {}).values())

    def used(self, scenario: str) -> None:
        """Note on disk that a scenario was needed now, for whoever makes room there."""
        for path in self.files(scenario):
            with suppress(OSError):
                os.utime(path)

    def forget(self, gone: Iterable[Path]) -> None:
        """Forget what the files `gone` held: they were deleted."""
        gone = set(gone)
        with self._turn:
            self._known -= gone
            for scenario, held in list(self._files.items()):
                lost = [member for member, path in held.items() if path in gone]
                for member in lost:
                    del held[member]
                if lost:
                    self._leave(scenario)
                if not held:
                    del self._files[scenario]

    def of(self, scenario: str) -> dict[int, MeasuredRun]:
        """The runs of a scenario by member, in memory from now on; what could not be read is known no more."""
        with self._turn:
            if scenario not in self._memory:
                self._load(scenario)
            if scenario in self._memory:
                self._memory.move_to_end(scenario)
            return self._memory.get(scenario, {})

    def __getitem__(self, run: Run) -> MeasuredRun:
        return self.of(run[0])[run[1]]

    def __contains__(self, run: object) -> bool:
        return isinstance(run, tuple) and run[1] in self.of(run[0])

    def __setitem__(self, run: Run, measured: MeasuredRun) -> None:
        with self._turn:
            self.of(run[0])
            self._put(run, measured)
            self._make_room()

    def __delitem__(self, run: Run) -> None:
        raise TypeError("what was measured is forgotten with its file")

    def __iter__(self) -> Iterator[Run]:
        with self._turn:
            scenarios = {*self._files, *self._memory}
        return ((scenario, member) for scenario in sorted(scenarios) for member in self.of(scenario))

    def __len__(self) -> int:
        with self._turn:
            return sum(len(self.of(scenario)) for scenario in {*self._files, *self._memory})

    def make_room(self, most: float) -> None:
        """Keep no more than `most` bytes in memory from now on."""
        with self._turn:
            self.most = most
            self._make_room()

    @property
    def bytes(self) -> int:
        """Bytes that the numbers in memory take."""
        return self._bytes

    def _load(self, scenario: str) -> None:
        for path in sorted(self.files(scenario)):
            found = self._from(path)
            if not found:
                self.forget([path])
            for run, measured in found.items():
                if run[0] == scenario:
                    self._put(run, measured)
        self._make_room()

    def _from(self, path: Path) -> dict[Run, MeasuredRun]:
        try:
            return self._read(path)
        except DamagedError:
            if path.exists():  # else somebody made room
                message = f"{path}: these runs are damaged and are simulated again"
                warnings.warn(message, DamagedBlock, stacklevel=2)
                path.unlink(missing_ok=True)
        return {}

    def _put(self, run: Run, measured: MeasuredRun) -> None:
        held = self._memory.setdefault(run[0], {})
        if run[1] not in held:
            own = MeasuredRun(measured.outcomes.copy(), measured.weekly.copy())  # not a part of what a whole file takes
            held[run[1]] = own
            self._bytes += _size(own)
        self._memory.move_to_end(run[0])

    def _make_room(self) -> None:
        for scenario in list(self._memory)[: max(len(self._memory) - LEAST, 0)]:
            if self._bytes <= self.most:
                return
            if self._memory[scenario].keys() <= self._files.get(scenario, {}).keys():  # else it could not be read again
                self._leave(scenario)

    def _leave(self, scenario: str) -> None:
        for one in self._memory.pop(scenario, {}).values():
            self._bytes -= _size(one)


def _size(one: MeasuredRun) -> int:
    return one.outcomes.nbytes + one.weekly.nbytes + _OVERHEAD

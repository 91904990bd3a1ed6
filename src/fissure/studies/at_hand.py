"""What was measured of one plan: all of it on disk, and of that in memory what was needed last.

A server is asked many different what-ifs, each of which takes about a megabyte, and must not grow with their number. So
numbers are in memory by scenario, and where they take more than `most` bytes those that were needed longest ago are
left to the disk, from which they are read when they are needed again. Files may vanish at any time (somebody makes
room): what is neither in memory nor on disk is not known, and is measured again.
"""

import os
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path

from fissure.engine.seals import Damaged, DamagedBlock
from fissure.studies.worlds import Measured

Run = tuple[str, int]
"""The key of a scenario, and a member."""
LEAST = 8
"""Scenarios that stay in memory whatever they take: those that one page compares, as it is, and the one measured."""
_OVERHEAD = 400
"""Bytes of a run in memory besides its numbers."""


class AtHand(MutableMapping[Run, Measured]):
    """The runs in `folder`, which `read` reads from one of its files; safe to be used by several threads."""

    def __init__(self, folder: Path, read: Callable[[Path], dict[Run, Measured]], most: float = float("inf")) -> None:
        self._folder, self._read = folder, read
        self.most = most
        """Bytes that the numbers in memory may take."""
        self._turn = threading.RLock()
        self._files: dict[str, dict[int, Path]] = {}
        self._known: set[Path] = set()
        self._memory: OrderedDict[str, dict[int, Measured]] = OrderedDict()
        self._bytes = 0
        self.look_again()

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

    def of(self, scenario: str) -> dict[int, Measured]:
        """The runs of a scenario by member, in memory from now on; what could not be read is known no more."""
        with self._turn:
            held = self._memory.get(scenario)
            if held is None:
                held = self._loaded(scenario)
            if scenario in self._memory:
                self._memory.move_to_end(scenario)
            return held

    def __getitem__(self, run: Run) -> Measured:
        return self.of(run[0])[run[1]]

    def __contains__(self, run: object) -> bool:
        return isinstance(run, tuple) and run[1] in self.of(run[0])

    def __setitem__(self, run: Run, measured: Measured) -> None:
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

    @property
    def bytes(self) -> int:
        """What the numbers in memory take."""
        return self._bytes

    def _loaded(self, scenario: str) -> dict[int, Measured]:
        for path in sorted(self.files(scenario)):
            found = self._from(path)
            if not found:
                self.forget([path])
            for run, measured in found.items():
                if run[0] == scenario:
                    self._put(run, measured)
        self._make_room()
        return self._memory.get(scenario, {})

    def _from(self, path: Path) -> dict[Run, Measured]:
        try:
            return self._read(path)
        except Damaged:
            if path.exists():  # else somebody made room
                message = f"{path}: these runs are damaged and are simulated again"
                warnings.warn(message, DamagedBlock, stacklevel=2)
                path.unlink(missing_ok=True)
        return {}

    def _put(self, run: Run, measured: Measured) -> None:
        held = self._memory.setdefault(run[0], {})
        if run[1] not in held:
            own = Measured(measured.outcomes.copy(), measured.weekly.copy())  # not a part of what a whole file takes
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


def _size(one: Measured) -> int:
    return one.outcomes.nbytes + one.weekly.nbytes + _OVERHEAD

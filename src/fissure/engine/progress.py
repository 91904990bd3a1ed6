"""The progress of a long run: silent by default, a live line or plain lines when asked."""

import sys
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar


class Progress(Protocol):
    """The messages of a run while it goes."""

    def phase(self, name: str) -> None:
        """A new phase begins: `compiling`, `simulating`."""

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        """`done` of `total` members are there, after `seconds` of work at `ns` nanoseconds a fighter-week."""

    def finish(self) -> None:
        """Nothing more will come, whether the run ended well or not."""


class Silent:
    """Tells nothing."""

    def phase(self, name: str) -> None:
        """Tell nothing."""

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        """Tell nothing."""

    def finish(self) -> None:
        """Tell nothing."""


class RichProgress:
    """A live line on a terminal (standard error by default); elsewhere a plain line every `every` seconds.

    Python loses an interrupt that arrives where exceptions are ignored, such as while an object is deleted. Who sets
    `interrupted` beside raising it has it raised once more with the next message.
    """

    interrupted = False

    def __init__(self, stream: TextIO | None = None, every: float = 10.0, what: str = "members"):
        self._console = Console(file=stream or sys.stderr, highlight=False)
        self._every, self._what = every, what
        self._printed = float("-inf")
        self._first: tuple[int, float] | None = None
        self._bar: Bar | None = None
        if self._console.is_terminal:
            columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.fields[text]}"))
            self._bar = Bar(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=None, text="")

    def phase(self, name: str) -> None:
        """Show the phase. Raises `KeyboardInterrupt` where one was lost."""
        self._still_wanted()
        self._printed, self._first = float("-inf"), None
        if self._bar:
            self._bar.start()
            self._bar.update(self._task, description=name, total=None, text="")
        else:
            self._console.print(f"{name} ...")

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        """Show members done, speed and the time left. Raises `KeyboardInterrupt` where one was lost."""
        self._still_wanted()
        text = f"{done} of {total} {self._what}, {ns:.1f} ns a fighter-week{self._left(done, total, seconds)}"
        if self._bar:
            self._bar.update(self._task, completed=done, total=total, text=text)
        elif done == total or time.monotonic() - self._printed >= self._every:
            self._printed = time.monotonic()
            self._console.print(text, soft_wrap=True)

    def _left(self, done: int, total: int, seconds: float) -> str:
        """The time left at the rate since the first call, in words; empty until there is a rate."""
        self._first = self._first or (done, seconds)
        before, since = self._first
        if done <= before or done >= total:
            return ""
        return f", {duration((seconds - since) / (done - before) * (total - done))} left"

    def _still_wanted(self) -> None:
        if self.interrupted:
            raise KeyboardInterrupt

    def finish(self) -> None:
        """Take the live line away."""
        if self._bar:
            self._bar.stop()


def duration(seconds: float) -> str:
    """`seconds` as a person says them: `40 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"

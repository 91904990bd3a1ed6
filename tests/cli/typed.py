"""The command line as it is typed, in this process: exit code, output, and what was written where."""

import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.commands import as_typed, written

from fissure import cli

STARTED = "reading the case and its evidence ..."


class Reached(Exception):
    """A command got as far as simulating, or serving."""


@dataclass(frozen=True)
class Done:
    code: int | None
    """None where the command reached the simulation."""
    out: str
    err: str

    @property
    def said(self):
        """Lines of standard error but for the one that says that a run begins."""
        return [line for line in self.err.splitlines() if line != STARTED]


@contextmanager
def nothing_is_simulated():
    """Whatever would begin to simulate, train or serve raises `Reached`."""

    def reached(*given, **_):
        for one in given:
            if isinstance(one, socket.socket):
                one.close()
        raise Reached

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fissure.engine.programs.require_own_jax", reached)
        patch.setattr(sys.modules["fissure.cli.serve"], "_serve", reached)
        patch.setattr("fissure.studies.calibration.fit.flow_available", lambda: None)
        yield


def typed(*words: str, cwd: Path) -> Done:
    """What `fissure` with these words does in `cwd`; a bug comes out as what it raises."""
    with as_typed(*words, cwd=cwd) as streams:
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        except Reached:
            code = None
    return Done(code, *map(written, streams))

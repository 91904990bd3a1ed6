"""The most memory that this process ever held."""

import resource
import sys
from pathlib import Path


def peak() -> float:
    """Megabytes of this process's resident set at its largest.

    Linux's own count of a process is kept through the start of another program in it, so that a child would begin with
    what its parent held; the high-water mark of its memory is not.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6

"""Processes forked from one in which JAX had begun: its threads did not come along, so that JAX waits there for ever.

Pools of `multiprocessing` fork on Linux by default (up to Python 3.13). What needs no JAX (reading a run, a trace)
works in such a process all the same.
"""

import os
import sys

from fissure.errors import FissureError

_without_threads = False


def _forked() -> None:
    """In the child: whether JAX had begun in the parent, by Fissure or for other work."""
    global _without_threads
    bridge = sys.modules.get("jax._src.xla_bridge")  # the public question takes a lock, which may be held for ever here
    _without_threads = _without_threads or bool(getattr(bridge, "_backends", None))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def require_own_jax() -> None:
    """Raise `FissureError` in a process that was forked after JAX had begun."""
    if _without_threads:
        raise FissureError(
            "this process was forked from one in which JAX had begun, and JAX would wait here for ever: start worker "
            "processes with the method spawn or forkserver (as multiprocessing.get_context('spawn')), or simulate in "
            "one process with cluster='local:N'"
        )

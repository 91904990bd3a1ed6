"""The check that JAX can begin here as Fissure needs it, made before any work and answered in one sentence.

JAX and XLA are set by variables of the environment and by a program's own calls, often for other work. What changes
results or ends the process is refused; what changes nothing is left alone. So is a process that was forked from one in
which JAX had begun: its threads did not come along, so that JAX waits there for ever. (Pools of `multiprocessing` fork
on Linux by default, up to Python 3.13; what needs no JAX, reading a run or a trace, works there all the same.)
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from fissure.errors import SetupError

_NEEDED: dict[str, tuple[Any, ...]] = {
    "jax_disable_jit": (False,),
    "jax_debug_nans": (False,),
    "jax_debug_infs": (False,),
    "jax_check_tracer_leaks": (False,),
    "jax_numpy_rank_promotion": ("allow",),
    "jax_numpy_dtype_promotion": ("standard",),
    "jax_transfer_guard": (None, "allow", "log"),
}
"""Settings of JAX under which the model cannot be compiled or run, each with the values that it needs."""


@contextmanager
def loading() -> Iterator[None]:
    """Say in one sentence what JAX refuses of the environment when it is imported meanwhile."""
    try:
        yield
    except ValueError as error:
        last = traceback.extract_tb(error.__traceback__)[-1].filename.replace("\\", "/")
        if not last.endswith("jax/_src/config.py"):
            raise
        raise SetupError(f"JAX refuses how it is set in the environment ({error}), expected it to be unset") from None


def require_usable() -> None:
    """Raise `FissureError` where JAX finds no device, or is set so that the model cannot run."""
    import jax

    _require_flags(os.environ.get("XLA_FLAGS", ""))
    for name, values in _NEEDED.items():
        found = setting(name)
        if found not in values:
            raise SetupError(f"JAX is set to {name} = {found!r}, expected {values[0]!r}: unset {name.upper()} ({name})")
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        asked = [f"{name}={os.environ[name]}" for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME") if name in os.environ]
        why = next(iter(str(error).splitlines()), "") or "there is no such device"
        raise SetupError(f"JAX does not begin with {' and '.join(asked) or 'its settings'} ({why}): unset it") from None


def setting(name: str) -> Any:
    """A setting of JAX as it holds in this thread, or in the process where it has no value of a thread's own."""
    import jax

    return getattr(jax.config, name, jax.config.values.get(name))


@lru_cache(maxsize=4)
def _require_flags(flags: str) -> None:
    """Raise `FissureError` for flags of XLA that would end the process; asked of another one, as nothing else tells."""
    bridge = sys.modules.get("jax._src.xla_bridge")
    if not flags.strip() or getattr(bridge, "_backends", None):  # it has begun with them
        return
    code = "import jax; jax.config.update('jax_platforms', 'cpu'); jax.devices()"
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, errors="replace", check=False)
    said = [line for line in tried.stderr.splitlines() if "XLA_FLAGS" in line]
    if tried.returncode and said:
        raise SetupError(f"XLA refuses XLA_FLAGS={flags} ({said[0].split('] ')[-1].strip()}): unset it")


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
        raise SetupError(
            "this process was forked from one in which JAX had begun, and JAX would wait here for ever: start worker "
            "processes with the method spawn or forkserver (as multiprocessing.get_context('spawn')), or simulate in "
            "one process with cluster='local:N'"
        )

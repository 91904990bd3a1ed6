"""Where things are kept between runs, and JAX's cache of compiled programs.

A compiled program is only read back by the very versions, sources, processor and flags that made it: all of
them are in the name of its folder. (jaxlib changed in place with an old cache has been seen to crash.)
These folders lie in `compiled` of our folder in the user's cache, or where `FISSURE_COMPILED` says, so that several
caches may share what was compiled; there none is ever removed.
"""

import hashlib
import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache

from fissure.engine.begin import require_own_jax
from fissure.engine.provenance import model_digest
from fissure.errors import FissureError, SetupError
from fissure.version import __version__

KEPT = 3
"""Folders of compiled programs that are kept; older ones are removed."""

_FLAGS = ("XLA_FLAGS", "JAX_PLATFORMS", "JAX_ENABLE_X64", "JAX_DEFAULT_MATMUL_PRECISION")


def cache_base() -> Path:
    """Our folder in the user's cache: `FISSURE_CACHE`, `$XDG_CACHE_HOME/fissure` or `~/.cache/fissure`."""
    if own := os.environ.get("FISSURE_CACHE"):
        return Path(own).expanduser().absolute()
    if (shared := os.environ.get("XDG_CACHE_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "fissure"
    try:
        return Path.home() / ".cache" / "fissure"
    except RuntimeError:
        raise SetupError("there is no home folder to keep runs in, set FISSURE_CACHE to a folder") from None


def processor() -> str:
    """The processor's model and features, as far as this system tells them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    told = {line.strip() for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
    return "\n".join([platform.machine(), *sorted(told)])


def _key() -> str:
    parts = [version("jax"), version("jaxlib"), __version__, model_digest(), processor()]
    parts += [f"{name}={os.environ.get(name, '')}" for name in _FLAGS]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def enable_compile_cache() -> Path | None:
    """Let JAX keep compiled programs between processes, and return the folder where.

    Returns None, and changes nothing, where `FISSURE_NO_CACHE` is set, where the user gave JAX a folder of
    their own, or where the folder cannot be written (a cache is a comfort, never a reason to fail).

    All that simulates comes by here before it begins JAX. Raises `FissureError` in a process in which JAX cannot work.
    """
    require_own_jax()
    if os.environ.get("FISSURE_NO_CACHE", "") not in ("", "0"):
        return None
    set_before: str | None = jax.config.values["jax_compilation_cache_dir"]
    if set_before and not Path(set_before).name.startswith("jax-"):
        return None
    shared = os.environ.get("FISSURE_COMPILED")
    try:
        base = Path(shared).expanduser().absolute() if shared else cache_base() / "compiled"
        folder = base / f"jax-{version('jax')}-{_key()}"
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        if not shared:  # others may be at work there
            _prune(base, folder)
    except (OSError, RuntimeError, FissureError):
        return None
    if set_before != str(folder):
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
        compilation_cache.reset_cache()  # what was compiled before may have settled that there is no cache
    return folder


def _prune(base: Path, current: Path) -> None:
    """Remove all but the newest folders of compiled programs, never `current`."""
    others = [p for p in base.glob("jax-*") if p.is_dir() and p != current]
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)

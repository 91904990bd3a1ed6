"""Where things are kept between runs, and JAX's cache of compiled programs.

A compiled program is only read back by the very versions, sources, processor and flags that made it: all of
them are in the name of its folder. (jaxlib changed in place with an old cache has been seen to crash.)
These folders lie in `compiled` of our folder in the user's cache, or where `FISSURE_COMPILED` says, so that several
caches may share what was compiled; there none is ever removed.
"""

import ast
import hashlib
import os
import platform
import shutil
import threading
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache

from fissure.engine.forks import require_own_jax
from fissure.errors import FissureError
from fissure.model.plugins import made_of
from fissure.version import __version__

_parsing = threading.Lock()  # Python 3.11 counts the depth of all trees that are being built in one place
KEPT = 3
"""Folders of compiled programs that are kept; older ones are removed."""

_FLAGS = ("XLA_FLAGS", "JAX_PLATFORMS", "JAX_ENABLE_X64", "JAX_DEFAULT_MATMUL_PRECISION")
_SOURCES = (
    *(f"engine/{name}.py" for name in ("random", "simulate", "plan", "members", "dataset")),
    *(f"cases/{name}.py" for name in ("schema", "loader", "room")),
)
"""Beside the model itself, the sources on which the records of a member depend."""
_READERS = ("causal.py", "limits.py")
"""Sources of the model that only tell of it."""


def cache_base() -> Path:
    """Our folder in the user's cache: `FISSURE_CACHE`, `$XDG_CACHE_HOME/fissure` or `~/.cache/fissure`."""
    if own := os.environ.get("FISSURE_CACHE"):
        return Path(own).expanduser().absolute()
    if (shared := os.environ.get("XDG_CACHE_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "fissure"
    try:
        return Path.home() / ".cache" / "fissure"
    except RuntimeError:
        raise FissureError("there is no home folder to keep runs in, set FISSURE_CACHE to a folder") from None


@lru_cache(maxsize=1)
def model_digest() -> str:
    """SHA-256, in hex, of the code that makes a member: the model, its random numbers, loop, case and records.

    Comments and docstrings are no part of it. Packages that bring mechanisms are, with all their files.
    """
    return digest_with(made_of())


def digest_with(packages: Iterable[str]) -> str:
    """What `model_digest` is, or would be, with these `packages` that bring mechanisms, as `made_of` gives them."""
    sha = hashlib.sha256(own_digest().encode())
    for told in packages:
        sha.update(told.encode())
    return sha.hexdigest()


@lru_cache(maxsize=1)
def own_digest() -> str:
    """`model_digest` without the packages that bring mechanisms."""
    package = Path(__file__).parents[1]
    model = [path for path in sorted((package / "model").rglob("*.py")) if path.name not in _READERS]
    return code_digest([*model, *(package / name for name in _SOURCES)])


def code_digest(paths: Iterable[Path]) -> str:
    """SHA-256, in hex, of what the sources of this package in `paths` do; comments and docstrings are no part of it."""
    package = Path(__file__).parents[1]
    sha = hashlib.sha256()
    for path in paths:
        code = _code(path.read_text(encoding="utf-8"))
        sha.update(f"{path.relative_to(package).as_posix()}\0{len(code)}\0{code}".encode())
    return sha.hexdigest()


def _code(source: str) -> str:
    """What `source` does, whatever its comments, docstrings and layout."""
    with _parsing:
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return _dumped(tree)


def _dumped(node: object) -> str:
    """What `ast.dump` says in Python 3.11, in any version: what was learned with one must not be stale in another."""
    if isinstance(node, list):
        return f"[{', '.join(map(_dumped, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    told = []
    for name in node._fields:
        value = getattr(node, name, None)
        if (value is None and getattr(type(node), name, ...) is None) or (name == "type_params" and not value):
            continue  # there are parameters of types from Python 3.12 on
        told.append(f"{name}={_dumped(value)}")
    return f"{type(node).__name__}({', '.join(told)})"


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


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

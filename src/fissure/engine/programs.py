"""Compiled programs: the last few of this process, and files of them beside JAX's own cache.

JAX's cache spares compiling, but a process must trace and lower a program to ask it: seconds, for the full model. So
the compiled program itself is kept here, by what went into it (`_name`), and a later process neither traces nor lowers:

    jax-VERSION-KEY/                    the folder of `enable_compile_cache`
        program-3f2a....sealed          what `serialize_executable` makes, closed by its seal

`jax.export`, which is a public interface, was tried in its place: what it keeps is the program before compiling, and
JAX's own cache has to find the rest. Measured (full scale, 26 weeks, seconds of processor until the program is ready,
2 cores): compiled anew 21.2 here and 21.7 by `jax.export`; by a later process 1.0 here, and there 17.4 in the second
process (a program that was read back has another key than the one just exported) and 1.0 from the third on, with the
same bytes. It gains nothing, and takes one more library (flatbuffers).

It is the very same program, so its results are the same bytes. A file that is missing, damaged or refused by JAX is
made again; a program that cannot be written is only compiled. What is unpickled is what we sealed in the user's cache.

A compiled program is only read back by the very versions, sources, processor and flags that made it: all of them are in
the name of its folder. (jaxlib changed in place with an old cache has been seen to crash.) These folders lie in
`compiled` of our folder in the user's cache, or where `FISSURE_COMPILED` says, so that several caches may share what
was compiled; there none is ever removed.
"""

import hashlib
import os
import pickle
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from fissure.engine.begin import require_own_jax
from fissure.engine.plan import Plan, check_fits
from fissure.engine.provenance import model_digest, processor
from fissure.engine.simulate import simulate_block
from fissure.errors import FissureError
from fissure.files import cache_base, sealed, unsealed, write_whole
from fissure.version import __version__

KEPT_FOLDERS = 3
"""Folders of compiled programs that are kept; older ones are removed."""

_FLAGS = ("XLA_FLAGS", "JAX_PLATFORMS", "JAX_ENABLE_X64", "JAX_DEFAULT_MATMUL_PRECISION")


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
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT_FOLDERS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


KEPT = 4
"""Programs that stay in the process."""
Program = Callable[..., Any]
_CACHED = "jax_enable_compilation_cache"
_ELSEWHERE = ("jax_compilation_cache", "jax_persistent_cache", "jax_log", "jax_debug_log")
"""Beginnings of the settings of JAX that are about no program."""

_programs: OrderedDict[Hashable, Program] = OrderedDict()
_lock = threading.RLock()


def program_for(plan: Plan, example: tuple[Any, ...]) -> Program:
    """The program of `plan` for arguments like those of `example`, compiled here or kept from before."""
    return program_of(
        (plan.weeks, plan.width, plan.outputs, plan.made_with, plan.model_digest),
        example,
        lower=lambda: simulate_block.lower(*example, weeks=plan.weeks, width=plan.width, outputs=plan.outputs),
        check=lambda program: check_fits(program, jax.devices()[0], plan.width),
    )


def program_of(
    made_of: Sequence[Hashable], example: tuple[Any, ...], *, lower: Callable[[], Any], check: Callable[[Any], None]
) -> Program:
    """The compiled program for arguments like those of `example`, from this process, a file, or made anew.

    `made_of` is all else on which the program depends, as values that have a text; `lower` traces and lowers it, see
    `jax.jit(...).lower`; `check` raises where it cannot be used, and is asked once in a process.
    """
    leaves, tree = jax.tree.flatten(example)
    types = tuple(jax.typeof(x) for x in leaves)
    key = (*made_of, tree, types)
    with _lock:
        if key not in _programs:
            program = _kept_or_made(_name([*made_of, tree, *types]), example, lower)
            check(program)
            _programs[key] = program
            if len(_programs) > KEPT:
                _programs.popitem(last=False)
        return _programs[key]


def _name(key: Sequence[object]) -> str:
    """The name of a file: of `key` and of the settings of JAX and the devices that a program may depend on."""
    settings = sorted((k, str(v)) for k, v in jax.config.values.items() if not k.startswith(_ELSEWHERE))
    devices = [f"{d.platform} {d.device_kind} {d.id}" for d in jax.devices()]
    sha = hashlib.sha256("\0".join(map(str, [*key, settings, devices])).encode())
    return f"program-{sha.hexdigest()[:32]}.sealed"


def _kept_or_made(name: str, example: tuple[Any, ...], lower: Callable[[], Any]) -> Program:
    folder = enable_compile_cache()
    if folder is None:
        return lower().compile()
    found = _read(folder / name, example)
    if found is None:
        found = _compiled(lower())
        _write(folder / name, found, example)
    return found


def _compiled(lowered: Any) -> Program:
    """The program, compiled past JAX's cache: on a CPU, what was read from that cannot be written a second time."""
    usual = jax.config.values[_CACHED]
    _use_cache(False)
    try:
        return lowered.compile()
    finally:
        _use_cache(usual)


def _use_cache(on: bool) -> None:
    jax.config.update(_CACHED, on)
    compilation_cache.reset_cache()  # it looks at the setting when it is first used


def _read(path: Path, example: tuple[Any, ...]) -> Program | None:
    """The program in `path`; None where there is none, or none that can be used here."""
    try:
        payload, outputs = pickle.loads(unsealed(path))
        program: Program = deserialize_and_load(payload, _tree_of(example), _gives(outputs))
        return program
    except Exception:  # it is damaged, or JAX cannot load it, whatever it raises: it is compiled instead
        return None


def _write(path: Path, program: Any, example: tuple[Any, ...]) -> None:
    """Keep the program, which gives a dictionary of arrays, in `path`; nothing where that cannot be done."""
    try:
        payload, given, gives = serialize(program)
        outputs = sorted(jax.tree.unflatten(gives, range(gives.num_leaves)))
        if (given, gives) == (_tree_of(example), _gives(outputs)):
            write_whole(path, sealed(pickle.dumps((payload, outputs))))
    except Exception:  # a cache is a comfort, never a reason to fail
        return


def _tree_of(example: tuple[Any, ...]) -> Any:
    """The tree of the arguments as JAX keeps it, none given by name."""
    return jax.tree.structure((example, {}))


def _gives(outputs: Sequence[str]) -> Any:
    """The tree of a dictionary of arrays."""
    return jax.tree.structure(dict.fromkeys(outputs, 0))

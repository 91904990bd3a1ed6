"""Compiled programs: the last few of this process, and files of them beside JAX's own cache.

JAX's cache spares compiling, but a process must trace and lower a program to ask it: seconds, for the full model. So
the compiled program itself is kept here, by what went into it (`_name`), and a later process neither traces nor lowers:

    jax-VERSION-KEY/                    the folder of `cache.enable_compile_cache`
        program-3f2a....sealed          what `serialize_executable` makes, closed by its seal

`jax.export`, which is a public interface, was tried in its place: what it keeps is the program before compiling, and
JAX's own cache has to find the rest. Measured (full scale, 26 weeks, seconds of processor until the program is ready,
2 cores): compiled anew 21.2 here and 21.7 by `jax.export`; by a later process 1.0 here, and there 17.4 in the second
process (a program that was read back has another key than the one just exported) and 1.0 from the third on, with the
same bytes. It gains nothing, and takes one more library (flatbuffers).

It is the very same program, so its results are the same bytes. A file that is missing, damaged or refused by JAX is
made again; a program that cannot be written is only compiled. What is unpickled is what we sealed in the user's cache.
"""

import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from fissure.engine.batch_size import check_fits
from fissure.engine.cache import enable_compile_cache
from fissure.engine.checksums import sealed, unsealed
from fissure.engine.plan import Plan
from fissure.engine.simulate import simulate_block
from fissure.files import write_whole

KEPT = 4
"""Programs that stay in the process."""
Program = Callable[..., Any]
_CACHED = "jax_enable_compilation_cache"
_ELSEWHERE = ("jax_compilation_cache", "jax_persistent_cache", "jax_log", "jax_debug_log")
"""How the settings of JAX begin that are about no program."""

_programs: OrderedDict[Hashable, Program] = OrderedDict()
_lock = threading.RLock()


def program_for(plan: Plan, example: tuple[Any, ...]) -> Program:
    """The program of `plan` for arguments like those of `example`, compiled here or kept from before."""
    return program_of(
        (plan.weeks, plan.width, plan.made_with, plan.model_digest),
        example,
        lower=lambda: simulate_block.lower(*example, weeks=plan.weeks, width=plan.width),
        check=lambda program: check_fits(program, jax.devices()[0], plan.width),
    )


def program_of(
    made_of: Sequence[Hashable],
    example: tuple[Any, ...],
    *,
    lower: Callable[[], Any],
    check: Callable[[Any], None],
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


def _name(told: Sequence[object]) -> str:
    """The name of a file: of `told` and of the settings of JAX and the devices that a program may depend on."""
    settings = sorted((k, str(v)) for k, v in jax.config.values.items() if not k.startswith(_ELSEWHERE))
    devices = [f"{d.platform} {d.device_kind} {d.id}" for d in jax.devices()]
    sha = hashlib.sha256("\0".join(map(str, [*told, settings, devices])).encode())
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

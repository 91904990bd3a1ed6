"""The code and the machine that a number comes from.

The code is one digest over the sources that some modules import, however far down.

What is kept under such a digest is never shown as the result of other code. Nobody lists files: a module that is
imported is in, also where the import stands within a function, and one that is not is out. The digest does not move
with comments, docstrings or layout, nor with the version of Python.

A *boundary* is where following stops: what comes through it is in the digest of a result as data (the arrays that a
case gives the model, the priors, the observations), so that the words of a refusal make no number stale.

The machine (`MadeWith`) is all that can change the last bits of a result beside the plan's own numbers.
"""

import ast
import hashlib
import os
import platform
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax

from fissure.engine.begin import require_usable, setting
from fissure.errors import RunError
from fissure.files import kept
from fissure.model.plugins import made_of

PACKAGE = Path(__file__).parents[1]
CASE = ("fissure.errors", "fissure.reading", "fissure.cases", "fissure.evidence.ledger")
"""The readers of a case and a ledger: what comes of it is digested as data, in the plan of a run and of a posterior."""
MODEL = (*CASE, "fissure.evidence.entries", "fissure.engine.begin")
"""The boundary of a simulated history; of `begin`, that it may refuse to begin changes nothing of what is made."""
STUDY = (*CASE, "fissure.files", "fissure.model", "fissure.engine")
"""The boundary of what is measured of a history: the plan, under which it is kept, answers for the history itself."""
_parsing = threading.Lock()  # Python 3.11 counts the depth of all trees that are being built in one place


@lru_cache(maxsize=1)
def model_digest() -> str:
    """SHA-256, in hex, of the code that makes a history, with the packages that bring mechanisms, all their files."""
    return digest_with(made_of())


def digest_with(packages: Iterable[str]) -> str:
    """`model_digest` as it is, or would be, with these `packages` that bring mechanisms, as `made_of` gives them."""
    sha = hashlib.sha256(own_digest().encode())
    for package in packages:
        sha.update(package.encode())
    return sha.hexdigest()


def own_digest() -> str:
    """`model_digest` without the packages that bring mechanisms: the kernel of the engine, and every mechanism."""
    return code_digest("fissure.engine.kernel", "fissure.model.mechanisms", boundary=MODEL)


@lru_cache(maxsize=32)
def code_digest(*roots: str, boundary: tuple[str, ...] = (), package: Path = PACKAGE) -> str:
    """SHA-256, in hex, of what the sources in the `closure` of `roots` do.

    Args:
        roots: names of modules, or of packages, which stand for every module in them.
        boundary: names of modules and packages that are not followed.
        package: the folder of the package, whose name is the first part of every name.

    It is kept in the user's cache under the bytes of all sources, as to parse them takes longer than to start.
    """
    sha = hashlib.sha256("\0".join([*roots, "", *boundary]).encode())
    for path in sorted(package.rglob("*.py")):
        sha.update(f"\0{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    made = kept(f"digests/{sha.hexdigest()[:40]}", lambda: _digest(roots, boundary, package).encode())
    return made.decode()


def _digest(roots: tuple[str, ...], boundary: tuple[str, ...], package: Path) -> str:
    sha = hashlib.sha256()
    for name in sorted(closure(*roots, boundary=boundary, package=package)):
        code = _code(_tree(_file(name, package)))
        sha.update(f"{name}\0{len(code)}\0{code}".encode())
    return sha.hexdigest()


def closure(*roots: str, boundary: tuple[str, ...] = (), package: Path = PACKAGE) -> set[str]:
    """The modules of `package` that `roots` are or import, by name; see `code_digest`.

    Raises `ValueError` for a root or a boundary that there is not.
    """
    for stop in boundary:
        _modules(stop, package)
    todo = [name for root in roots for name in _modules(root, package)]
    found = set(todo)
    while todo:
        for name in _imports(todo.pop(), package):
            if name not in found and not any(f"{name}.".startswith(f"{stop}.") for stop in boundary):
                found.add(name)
                todo.append(name)
    return found


def _modules(root: str, package: Path) -> list[str]:
    """`root`, or all modules of the package that it names."""
    folder = package.parent.joinpath(*root.split("."))
    if folder.with_suffix(".py").is_file():
        return [root]
    files = [path.relative_to(package.parent).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    if not files:
        raise ValueError(f"there is no module '{root}' in {package}")
    return [".".join(part for part in path.parts if part != "__init__") for path in files]


def _file(name: str, package: Path) -> Path:
    """The file of the module `name`, if there is such a module."""
    path = package.parent.joinpath(*name.split("."))
    init = path / "__init__.py"
    return init if init.is_file() else path.with_suffix(".py")


def _imports(name: str, package: Path) -> Iterator[str]:
    """The modules of `package` that the module `name` imports, not those that it names for the types alone.

    Of a package that is on the way to a module the `__init__` counts where something is imported from it.
    """
    for node in _run(_tree(_file(name, package))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, name, package)
            within = [f"{base}.{alias.name}" for alias in node.names]
            own = [one for one in within if _file(one, package).is_file()]
            named = own if len(own) == len(within) else [*own, base]
        else:
            continue
        yield from (one for one in named if one.split(".")[0] == package.name and _file(one, package).is_file())


def _absolute(node: ast.ImportFrom, name: str, package: Path) -> str:
    """The full name of the module that `node`, in the module `name`, imports from."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    if _file(name, package).name != "__init__.py":
        parts = parts[:-1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements within `tree`, at any depth, without those under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _run(child)


@cache
def _parsed(path: Path, version: tuple[int, int]) -> ast.Module:
    text = path.read_text(encoding="utf-8")
    with _parsing:
        for _ in range(9):  # a thread of another's that formats a traceback parses too, and knows nothing of our lock
            with suppress(SystemError):
                return ast.parse(text)
        return ast.parse(text)


def _tree(path: Path) -> ast.Module:
    now = path.stat()
    return _parsed(path, (now.st_mtime_ns, now.st_size))


def _code(node: object) -> str:
    """The text of `ast.dump` in Python 3.11, in any version, without docstrings and other text that does nothing."""
    if isinstance(node, list):
        kept = [one for one in node if not _is_text(one)]
        return f"[{', '.join(map(_code, kept or [ast.Pass()] if node else node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = []
    for name in node._fields:
        value = getattr(node, name, None)
        if (value is None and getattr(type(node), name, ...) is None) or (name == "type_params" and not value):
            continue  # there are parameters of types from Python 3.12 on
        parts.append(f"{name}={_code(value)}")
    return f"{type(node).__name__}({', '.join(parts)})"


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "equinox")
SETTINGS = {
    "matmul precision": "jax_default_matmul_precision",
    "type promotion": "jax_numpy_dtype_promotion",
    "optimizations off": "jax_disable_most_optimizations",
    "optimization level": "jax_optimization_level",
    "optimization effort": "jax_exec_time_optimization_effort",
}
"""Settings of JAX, by the name under which a run tells them."""
MACHINE = ("backend", "device", "processor")
"""The fields that name the machine: a finished run may be read on another one."""


@dataclass(frozen=True)
class MadeWith:
    """Versions, machine and settings under which members are simulated.

    How many cores there are is left out: it changes no byte (measured with 1 to 64 threads of XLA).
    """

    libraries: tuple[tuple[str, str], ...]
    backend: str
    device: str
    processor: str
    xla_flags: str
    settings: tuple[tuple[str, str], ...]

    def described(self) -> dict[str, str]:
        """Each thing by its name in words, as `run.json` tells it."""
        values = asdict(self)
        machine = {name: values[name] for name in MACHINE}
        return {**dict(self.libraries), **machine, "XLA_FLAGS": self.xla_flags, **dict(self.settings)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "MadeWith":
        """The inverse of `described`."""
        return cls(
            libraries=tuple((name, str(document.get(name, "unknown"))) for name in LIBRARIES),
            xla_flags=str(document.get("XLA_FLAGS", "")),
            settings=tuple((name, str(document.get(name, "unknown"))) for name in SETTINGS),
            **{name: str(document.get(name, "unknown")) for name in MACHINE},
        )


def made_with() -> MadeWith:
    """Versions, machine and settings of this process. Raises `FissureError` where JAX has 64 bits or does not begin."""
    if setting("jax_enable_x64"):
        raise RunError("Fissure calculates in 32 bits but JAX is set to 64: unset JAX_ENABLE_X64 (jax_enable_x64)")
    require_usable()
    device = setting("jax_default_device")
    if not isinstance(device, jax.Device):
        device = jax.devices(device)[0]
    return MadeWith(
        libraries=tuple((name, version(name)) for name in LIBRARIES),
        backend=device.platform,
        device=_device(device),
        processor=_processor(),
        xla_flags=" ".join(os.environ.get("XLA_FLAGS", "").split()),
        settings=tuple((name, str(setting(option) or "default")) for name, option in SETTINGS.items()),
    )


def _device(device: Any) -> str:
    """The kind of device and, where it has one, the version of its driver or toolkit."""
    platform = " ".join(str(device.client.platform_version).split())
    return str(device.device_kind) if platform == device.platform else f"{device.device_kind} ({platform})"


def _processor() -> str:
    """The processor in a few words: its model, and a short digest of all that it tells of its features."""
    description = processor()
    lines = description.split("\n")
    model = next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), lines[0])
    return f"{model} (features {hashlib.sha256(description.encode()).hexdigest()[:12]})"


def processor() -> str:
    """The processor's model and features, as far as this system tells them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    features = {line.strip() for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
    return "\n".join([platform.machine(), *sorted(features)])

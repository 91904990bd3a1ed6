"""Which machine something was measured on, and of which code: what a figure hangs on besides itself."""

import hashlib
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.table import cores

ROOT = Path(__file__).parents[1]
PACKAGES = ("fissure", "jax", "jaxlib", "numpy", "scipy", "xarray", "zarr", "dask")
"""Those whose versions are kept beside every measurement."""


@dataclass(frozen=True)
class Machine:
    """What is known of a machine: model of its processor, cores that may be used, its architecture and system."""

    processor: str
    cores: int
    architecture: str
    system: str

    @property
    def slug(self) -> str:
        """A readable name, fit for a file: the same for machines that are the same in all of this."""
        marks = re.sub(r"\((?:r|tm|c)\)|@ *[\d.]+ *ghz|\bcpu\b", " ", self.processor.lower())
        words = f"{marks} {self.cores} {'core' if self.cores == 1 else 'cores'} {self.system} {self.architecture}"
        return "-".join(re.findall(r"[a-z0-9]+", words.lower()))

    def __str__(self) -> str:
        plural = "core" if self.cores == 1 else "cores"
        return f"{self.cores} {plural} of {self.processor} ({self.architecture}), {self.system}"


def this_machine() -> Machine:
    """The one that this runs on."""
    return Machine(_processor(), cores(), platform.machine(), platform.system())


def nearest(machine: Machine, others: Iterable[Machine]) -> Machine | None:
    """The one whose slug has most words in common, as a share of the words of both; None where there is none."""
    own = set(machine.slug.split("-"))

    def likeness(other: Machine) -> tuple[float, str]:
        words = set(other.slug.split("-"))
        return len(own & words) / len(own | words), other.slug

    return max(others, key=likeness, default=None)


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Of Python and of those of `packages` that are installed."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def revision() -> tuple[str, bool]:
    """The commit that is checked out, and whether files differ from it; empty where there is no git."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    return commit, bool(commit and _git("status", "--porcelain", "--", "src", "bench/*.py", "bench/*/*.py"))


def code(module: str) -> str:
    """A digest of what Fissure does and of what `module` of this package does, without comments and layout."""
    from fissure.engine.provenance import code_digest

    root = module.rpartition(".")[0] if module.count(".") > 1 else module  # a package stands for all of its modules
    both = code_digest("fissure.cli"), code_digest(root, package=ROOT / "bench")
    return hashlib.sha256("\0".join(both).encode()).hexdigest()[:16]


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())

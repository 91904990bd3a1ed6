"""A package that brings a mechanism, as `pip install` would leave it: sources and entry point on the path."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import fissure
from fissure.scaffold import new_mechanism

SOURCES, ROOT = Path(fissure.__file__).parents[1], Path(__file__).parents[1]


@dataclass(frozen=True)
class Package:
    """The folder with the sources, and that of the package itself."""

    src: Path
    name: str

    @property
    def own(self):
        return self.src / f"fissure_{self.name.replace('-', '_')}"

    @property
    def module(self):
        return self.own / f"{self.name.replace('-', '_')}.py"

    @property
    def entry_points(self):
        return next(self.src.glob("*.dist-info")) / "entry_points.txt"

    def spoil(self, file, old, new):
        path = file if isinstance(file, Path) else self.own / file
        text = path.read_text()
        assert old in text, text
        path.write_text(text.replace(old, new))

    def python(self, *arguments, **environment):
        """Python in a process of its own, where this package is installed."""
        path = os.pathsep.join([str(SOURCES), str(ROOT), str(self.src)])
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True, text=True, timeout=300, cwd=self.src,
            env={
                **os.environ, "PYTHONPATH": path, "COLUMNS": "120", "PYTHONDONTWRITEBYTECODE": "1",
                "FISSURE_CACHE": str(self.src / "cache"), **environment,
            },
        )  # fmt: skip


def install(folder, name):
    """Make the package of a new mechanism `name` in `folder`, and its entry point."""
    new_mechanism(name, "ranks", title="Rumours spread", into=folder)
    package = Package(folder / "src", name)
    module = name.replace("-", "_")
    cls = "".join(word.capitalize() for word in name.split("-"))
    about = folder / "src" / f"fissure_{module}-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fissure-{name}\nVersion: 0.1.0\n")
    (about / "entry_points.txt").write_text(f"[fissure.mechanisms]\n{name} = fissure_{module}.{module}:{cls}\n")
    return package

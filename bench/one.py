"""One measurement in a process of its own: `python -m bench.one NAME FILE ...`, started by `python -m bench`."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.machine import ROOT
from bench.measurements import BY_NAME, Asked, Measurement
from bench.table import Table


class FailedMeasurement(Exception):
    """It ended with an error, which it has shown itself."""


def measure(measurement: Measurement, asked: Asked) -> list[Table]:
    """The tables of a measurement, made by a process of its own. Raises `FailedMeasurement`."""
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        path = Path(base) / "tables.json"
        words = [measurement.name, str(path), json.dumps(asked._asdict())]
        done = subprocess.run([sys.executable, "-m", "bench.one", *words], cwd=ROOT)
        if done.returncode or not path.is_file():
            raise FailedMeasurement(f"{measurement.name} ended with exit code {done.returncode}")
        return [Table.of(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def apart(module: str, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON that `python -m MODULE WORDS` prints in its last line. Exits where it fails."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"python -m {module} ended with exit code {done.returncode}; its error is above")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure, and write the tables."""
    name, path, asked = sys.argv[1:4]
    try:
        tables = BY_NAME[name].run(Asked(**json.loads(asked)))
    except KeyboardInterrupt:
        sys.exit(130)
    text = json.dumps([table.described() for table in tables], allow_nan=False)
    Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

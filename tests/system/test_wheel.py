"""The wheel holds what is needed and no more, and works where nothing else of this checkout is."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fissure

pytestmark = pytest.mark.thorough

PACKAGE = Path(fissure.__file__).parent
ROOT = PACKAGE.parents[1]
USED = """
import io, json, sys
from contextlib import redirect_stdout
from pathlib import Path
import fissure
from fissure.cli import main

def said(*arguments):
    sys.argv, out = ["fissure", *arguments], io.StringIO()
    with redirect_stdout(out):
        try:
            main()
        except SystemExit as left:
            assert not left.code, (arguments, left.code)
    return out.getvalue()

found = {"where": fissure.__file__, "version": said("--version"), "cases": said("cases")}
found["trace"] = said("trace", "pay-gap")
found["run"] = said("run", "islamic_state", "--members", "1", "--weeks", "2", "--out", "run")
found["report"] = Path("run/report.html").stat().st_size
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of this checkout, built without a network."""
    from hatchling.build import build_wheel

    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return folder / build_wheel(str(folder))


def test_it_holds_the_package_with_all_its_data_and_nothing_else(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    own = {name for name in names if name.startswith("fissure/")}
    here = {p.relative_to(PACKAGE.parent).as_posix() for p in PACKAGE.rglob("*") if p.is_file()}
    assert own == {name for name in here if "__pycache__" not in name}
    about = {name.partition("/")[2] for name in names - own}
    assert about == {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    for kind in (".j2", ".css", ".js", ".json", ".yaml", ".csv", ".geojson", "py.typed"):
        assert any(name.endswith(kind) for name in own), kind


def test_it_is_used_from_elsewhere(wheel, tmp_path):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", tmp_path / "site", wheel], check=True, timeout=300)
    assert (tmp_path / "site" / "bin" / "fissure").is_file()
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", USED], cwd=tmp_path / "work", capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["where"]).is_relative_to(tmp_path / "site")
    assert found["version"] == f"fissure {fissure.__version__}\n" and "islamic_state" in found["cases"]
    assert "pay-gap.resentment" in found["trace"]
    assert "Report: run/report.html" in found["run"] and found["report"] > 1_000_000

"""The worked example of `docs/how-to/add-a-mechanism.md` works as it is printed."""

import re
from pathlib import Path

import pytest
from tests.plugin_package import install

pytestmark = pytest.mark.thorough

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-mechanism.md"
NAME = "trust-among-comrades"
CHECKED = """
import warnings
from fissure import api
from fissure.cases.loader import load_case
warnings.simplefilter("error")
api.context_of("islamic_state").check()
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_example_is_whole_true_to_its_equation_and_leaves_nothing_to_fill_in(tmp_path):
    package = install(tmp_path / "it", NAME)
    for block in blocks("yaml"):
        file = re.match(r"# (\S+)", block)[1]
        path = package.own / file if file == "priors.yaml" else package.own / "ledger" / file
        assert path.exists()
        path.write_text(block)
    rule, changed = blocks("python")
    package.module.write_text(rule)
    test = next((tmp_path / "it" / "tests").glob("test_*.py"))
    test.write_text(test.read_text().partition("def test_its_rule")[0] + changed)

    assert package.python("-c", CHECKED).returncode == 0
    assert "FILL IN" not in package.python("-m", "fissure", "trace", NAME).stdout
    done = package.python("-m", "pytest", "-q", "-p", "no:cacheprovider", test, "-k", "rests or rule")
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_entry_point_is_the_one_that_is_written(tmp_path):
    install(tmp_path / "it", NAME)
    assert blocks("toml")[0] in (tmp_path / "it" / "pyproject.toml").read_text()


def test_the_files_that_it_points_to_are_there():
    for path in re.findall(r"`(src/fissure/[a-z_/]+(?:\.py)?)`", GUIDE.read_text()):
        assert (GUIDE.parents[2] / path).exists(), path

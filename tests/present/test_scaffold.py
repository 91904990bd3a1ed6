"""`fissure new mechanism`: what it writes runs and is well formed; it overwrites nothing, and writes all or nothing.

That a package runs and passes its own test is seen in `tests/model/test_plugins.py`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import fissure
from fissure.errors import FissureError
from fissure.model.catalogue import mechanism_classes
from fissure.scaffold import Change, new_mechanism, write_all

ROOT = Path(fissure.__file__).parents[2]
NAME = "rumour-spread"
HOME = "src/fissure/model/mechanisms"
PRIORS = "src/fissure/cases/islamic_state/priors.yaml"
LEDGER = "src/fissure/evidence/ledger"
OF_CASE = [f"src/fissure/cases/islamic_state/ledger/{name}.yaml" for name in ("sources", "claims")]


def snapshot(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def clean(folder, *paths, select=()):
    """Ruff has nothing to say, by the rules of the `pyproject.toml` in `folder`."""
    for verb in (("check", *select), ("format", "--check")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, "--no-cache", *paths],
            capture_output=True, text=True, cwd=folder, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path):
    """As much of a checkout as is added to."""
    shutil.copytree(ROOT / LEDGER, tmp_path / LEDGER)
    for part in (PRIORS, *OF_CASE):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, tmp_path / part)
    (tmp_path / HOME / "ranks").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("name", [NAME, "a" * 40, "ab"])
def test_a_package_is_clean(tmp_path, name):
    made = new_mechanism(name, "governed", into=tmp_path / "it")
    assert not made.checkout and not made.extended
    assert {p for p in (tmp_path / "it").rglob("*") if p.is_file()} == set(made.created)
    clean(tmp_path / "it", ".", select=("--extend-select", "E,F,I,UP,B,C4,SIM,RUF,PTH"))


def test_a_package_lands_in_a_folder_of_its_name(tmp_path):
    made = new_mechanism(NAME, "war", here=tmp_path)
    assert tmp_path / NAME / "pyproject.toml" in made.created


@pytest.mark.slow
def test_in_a_checkout_the_mechanism_keeps_the_rules_of_the_house(tmp_path):
    """Its own test passes, and so do those that every mechanism's file and parameters must pass."""
    ignored = shutil.ignore_patterns("__pycache__", "build")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "model", tmp_path / "tests" / "model", ignore=ignored)
    for file in ("pyproject.toml", "tests/__init__.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    made = new_mechanism(NAME, "factions", here=tmp_path)
    module, test = made.created
    assert made.checkout
    clean(tmp_path, module, test)
    tests = [test, "tests/model/test_mechanism_docs.py", "tests/model/test_parameters.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests,
         "-k", f"{NAME} or test_rumour or test_parameters"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src"), "FISSURE_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["aaa", "pay-half", "rumour-spread", "zzz"])
def test_priors_stand_in_the_order_of_names_and_nothing_else_moves(checkout, name):
    before = (checkout / PRIORS).read_text()
    new_mechanism(name, "ranks", here=checkout)
    after = (checkout / PRIORS).read_text()
    owners = list(dict.fromkeys(key.partition(".")[0] for key in yaml.safe_load(after)))
    mechanisms = [owner for owner in owners if owner in mechanism_classes() or owner == name]
    assert mechanisms == sorted({*mechanism_classes(), name})
    start = after.index(f"# --- {name}: ")
    length = len(after) - len(before)
    assert (after[:start] + after[start + length :]).rstrip() == before.rstrip()
    assert "\n\n\n" not in after and after.endswith("\n") and not after.endswith("\n\n")


def test_entries_of_a_checkout_are_added_at_the_end(checkout):
    before = snapshot(checkout)
    made = new_mechanism(NAME, "ranks", here=checkout)
    for path in made.extended:
        if path.parent.name == "ledger":
            old = before[path.relative_to(checkout)]
            assert path.read_bytes().startswith(old.rstrip() + b"\n\n- ")
    sources = [source["id"] for source in yaml.safe_load((checkout / OF_CASE[0]).read_text())]
    assert sources[-1] == "S5" and "S5" not in sources[:-1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Rumour Spread", "did you mean 'rumour-spread'?"),
        ("RumourSpread", "did you mean 'rumour-spread'?"),
        ("rumour_spread", "did you mean 'rumour-spread'?"),
        ("import", "small letters, words joined by dashes"),
        ("", "small letters, words joined by dashes"),
        ("../../etc", "did you mean 'etc'?"),
        ("a" * 41, "at most 40"),
        ("pay-gap", "the name 'pay-gap' is taken by a mechanism"),
        ("treasury", "is taken by a part that is always on"),
        ("fighters", "is taken by an output"),
    ],
)
def test_a_name_that_will_not_do(tmp_path, name, words):
    with pytest.raises(FissureError) as error:
        new_mechanism(name, "ranks", into=tmp_path / "it")
    assert words in str(error.value)
    assert not (tmp_path / "it").exists()


def test_a_group_or_title_that_will_not_do(tmp_path):
    with pytest.raises(FissureError, match="expected one of ranks, factions, rule, governed, war; did you mean 'war'"):
        new_mechanism(NAME, "wars", into=tmp_path)
    for title in ('Says "no"', "small first", "A", "Two\nlines here", "L" * 61):
        with pytest.raises(FissureError, match="expected one line of 6 to 60"):
            new_mechanism(NAME, "war", title=title, into=tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_and_then_nothing_is_written(checkout):
    test = checkout / "tests/model/mechanisms/test_rumour_spread.py"
    test.parent.mkdir(parents=True)
    test.write_text("mine")
    before = snapshot(checkout)
    with pytest.raises(FissureError, match=r"test_rumour_spread.py: is there already, .* nothing was written"):
        new_mechanism(NAME, "ranks", here=checkout)
    assert snapshot(checkout) == before


@pytest.mark.parametrize("moves", [0, 1, 4])
def test_a_disk_that_refuses_half_way_leaves_all_as_it_was(checkout, monkeypatch, moves):
    before, replace, done = snapshot(checkout), Path.replace, []

    def refusing(self, target):
        if len(done) == moves:
            raise OSError(28, "No space left on device", str(target))
        done.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(FissureError, match="No space left on device: nothing was written"):
        new_mechanism(NAME, "ranks", here=checkout)
    assert snapshot(checkout) == before
    assert not (checkout / "tests").exists()


def test_a_file_in_the_way_of_a_folder(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(FissureError, match="nothing was written"):
        write_all([Change(tmp_path / "b" / "c", "text"), Change(tmp_path / "a" / "b" / "c", "text")])
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.thorough
def test_the_command_says_what_it_wrote_and_what_to_do_next(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "fissure", "new", "mechanism", NAME, "--group", "ranks"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Wrote rumour-spread/pyproject.toml" in done.stdout and "fissure trace rumour-spread" in done.stdout
    again = subprocess.run(done.args, capture_output=True, text=True, cwd=tmp_path, check=False,
                           env={**os.environ, "PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    assert again.returncode == 2
    assert "is there already" in again.stderr and "Traceback" not in again.stderr

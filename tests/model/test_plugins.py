"""Mechanisms of other packages: found, run, checked, traced and told apart like ours, and refused by name."""

import dataclasses
import importlib
import json
import sys

import pytest

from fissure import api
from fissure.cases.loader import load_case
from fissure.engine.ensemble import planned
from fissure.engine.plan import Plan
from fissure.engine.provenance import model_digest
from fissure.engine.store import differences
from fissure.errors import FissureError
from fissure.model import catalogue, plugins
from fissure.model.catalogue import mechanism_classes, parameters_of
from tests.plugin_package import install

NAME = "rumour-spread"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A package that is installed for other processes only."""
    return install(tmp_path_factory.mktemp("package") / "it", NAME)


def forget():
    for cached in (mechanism_classes, plugins.plugins, plugins.made_of, model_digest):
        cached.cache_clear()
    for name in [n for n in sys.modules if n.startswith("fissure_")]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that is installed in this process for one test, and may be spoiled before it is looked up."""
    made = install(tmp_path / "it", NAME)
    monkeypatch.syspath_prepend(made.src)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget()
    yield made
    forget()


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


def refused(call=mechanism_classes):
    with pytest.raises(FissureError) as error:
        call()
    said = str(error.value)
    assert "\n" not in said
    return said


@pytest.mark.slow
def test_it_runs_and_its_switch_makes_a_difference(installed):
    """The test that comes with it makes paired runs, with and without it; its claims and equation are tested too."""
    done = installed.python("-m", "pytest", "-q", "-p", "no:cacheprovider", installed.src.parent / "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


@pytest.mark.thorough
def test_it_is_listed_and_traced_by_the_command(installed):
    listed = installed.python("-m", "fissure", "mechanisms")
    assert NAME in listed.stdout and "Rumours spread" in listed.stdout
    traced = installed.python("-m", "fissure", "trace", NAME)
    assert traced.returncode == 0, traced.stderr
    for words in ("rise = pace (1 - prestige)", "rumour-spread-s1-01a", "rumour-spread.pace"):
        assert words in traced.stdout, traced.stdout


def test_a_broken_one_is_one_sentence_and_exit_code_2(package):
    package.spoil(package.module, "from typing import ClassVar", "import no_such_library")
    done = package.python("-m", "fissure", "mechanisms")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the package 'fissure-rumour-spread' 0.1.0" in done.stderr
    assert "No module named 'no_such_library'" in done.stderr and "uninstall" in done.stderr


def test_its_parameters_and_claims_are_those_of_a_part_of_the_model(package, case):
    declared = {p.name: p for p in parameters_of(case)}
    assert declared["rumour-spread.pace"].prior.prior.high == 0.05
    shown = api.trace("rumour-spread.pace", case)
    assert [claim.id for claim in shown.claims] == ["rumour-spread-s1-01a"]
    assert mechanism_classes()[NAME].group() == "ranks"


def test_a_case_may_believe_something_else_of_it(package, case):
    entry = parameters_of(case)[0].prior.model_copy(update={"unit": "per week"})
    other = dataclasses.replace(case, priors={**case.priors, "rumour-spread.pace": entry})
    assert {p.name: p.prior for p in parameters_of(other)}["rumour-spread.pace"] == entry


def test_everybody_elses_parameters_keep_their_order_and_priors(case, package):
    with_it = [p for p in parameters_of(case) if p.owner != NAME]
    package.entry_points.unlink()
    forget()
    assert with_it == parameters_of(case)


def test_what_is_left_to_fill_in_is_a_warning(package, case):
    left = "source 'rumour-spread-s1'.*prior of 'rumour-spread.pace', the docstrings of 'rumour-spread'"
    with pytest.warns(UserWarning, match=f"still to be filled in: {left}"):
        api.context_of(case).check()


@pytest.mark.parametrize("file", ["rumour_spread.py", "ledger/claims.yaml", "priors.yaml", "__init__.py"])
def test_the_key_of_a_run_changes_with_each_file_of_the_package(package, case, file):
    before = planned(case)
    (package.own / "__pycache__").mkdir(exist_ok=True)
    (package.own / "__pycache__" / "other.pyc").write_text("not a source")
    forget()
    assert planned(case).key == before.key
    path = package.own / file
    path.write_text(f"{path.read_text()}# changed\n")
    forget()
    after = planned(case)
    assert after.key != before.key
    assert before.plugins[0].startswith("fissure-rumour-spread 0.1.0 (digest ")
    assert after.model_digest != before.model_digest
    assert "plugins fissure-rumour-spread 0.1.0" in differences(before.described(), after.described())


def test_a_plan_with_plugins_is_read_back_as_it_was(package, case):
    plan = planned(case)
    assert Plan.of(json.loads(json.dumps(plan.described()))) == plan


def test_without_plugins_a_plan_says_nothing_of_them(case):
    assert "plugins" not in planned(case).described()


def test_a_name_of_ours(package):
    package.entry_points.write_text("[fissure.mechanisms]\npay-gap = fissure_rumour_spread.pay_gap:RumourSpread\n")
    package.module.rename(package.own / "pay_gap.py")
    said = "offers a mechanism 'pay-gap', but that name is taken by Fissure itself"
    assert said in refused() and "'fissure-rumour-spread' 0.1.0" in refused()
    assert said in refused(api.ledger)


@pytest.mark.parametrize("name", ["treasury", "fighters", "slots", "start"])
def test_a_name_of_a_part_an_output_or_a_stream(package, name):
    package.entry_points.write_text(f"[fissure.mechanisms]\n{name} = fissure_rumour_spread.{name}:RumourSpread\n")
    package.module.rename(package.own / f"{name}.py")
    assert f"a mechanism '{name}', but that name is taken" in refused()


def test_two_packages_of_one_name(package, tmp_path, monkeypatch):
    other = tmp_path / "other" / "another-1.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: another\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text(package.entry_points.read_text())
    monkeypatch.syspath_prepend(other.parent)
    assert refused() == (
        "the packages 'another' and 'fissure-rumour-spread' both offer a mechanism 'rumour-spread', "
        "uninstall one of them"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("in_group: ClassVar[str] = \"ranks\"", 'in_group: ClassVar[str] = "rank"', "did you mean 'ranks'?"),
        ("    in_group: ClassVar[str] = \"ranks\"\n", "", "expected `in_group` to be one of ranks, factions"),
        ("(Mechanism):", ":", "expected a subclass of fissure.model.mechanism.Mechanism"),
        ('title: ClassVar[str] = "Rumours spread"', "other: ClassVar[int] = 1", "whose class has no `title`"),
        ("    pace: Scalar =", "    pace: Scalar\n    rate: Scalar =", "field 'pace' is no parameter"),
        ("class RumourSpread", "class Rumour", "cannot be loaded (AttributeError"),
    ],
)  # fmt: skip
def test_a_class_that_is_none_of_ours_to_run(package, old, new, words):
    package.spoil(package.module, old, new)
    said = refused()
    assert "the package 'fissure-rumour-spread' 0.1.0 offers the mechanism 'rumour-spread'" in said
    assert words in said


def test_a_name_that_is_not_that_of_its_file(package):
    package.spoil(package.entry_points, "rumour-spread =", "rumors =")
    assert "expected the name of its module's file with dashes, 'rumour-spread'" in refused()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("claims.yaml", "mechanism: rumour-spread", "reason: nobody", ["claims.yaml: ", "rests on no claim"]),
        ("mechanisms.yaml", "group: ranks", "group: war", ["mechanisms.yaml:2: ", "expected 'ranks'"]),
        ("claims.yaml", "id: rumour-spread-s1-01a", "id: rumour-spread-s1-02a", ["mean 'rumour-spread-s1-02a'"]),
        ("claims.yaml", "direction: raises", "direction: rises", ["claims.yaml:6: at '0.direction' found 'rises'"]),
        ("sources.yaml", "kind: research", "knd: research", ["sources.yaml:3: found unknown key 'knd'"]),
        ("sources.yaml", "- id: rumour-spread-s1", "- id: S1", ["sources.yaml:1: id 'S1' stands twice, first in"]),
        ("claims.yaml", "source: rumour-spread-s1", "source: rumour", ["claims.yaml:2: at 'source' found 'rumour'"]),
    ],
)  # fmt: skip
def test_evidence_that_will_not_do(package, case, file, old, new, words):
    package.spoil(f"ledger/{file}", old, new)
    if "s1-02a" in new:
        package.spoil("priors.yaml", "[rumour-spread-s1-01a]", "[rumour-spread-s1-02a]")
    said = refused(lambda: api.context_of(case).check())
    for word in words:
        assert word in said, said


def test_no_ledger_at_all(package, case):
    for path in (package.own / "ledger").iterdir():
        path.unlink()
    (package.own / "ledger").rmdir()
    package.spoil("priors.yaml", "[rumour-spread-s1-01a]", "[]")
    said = refused(lambda: api.context_of(case).check())
    assert (
        "ledger/mechanisms.yaml: mechanism 'rumour-spread' of the package 'fissure-rumour-spread' 0.1.0 is in" in said
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("rumour-spread.pace", "pay-gap.resentment", "priors.yaml:1: found a prior of 'pay-gap.resentment'"),
        (
            "rumour-spread.pace",
            "rumour-spread.pac",
            "priors.yaml:1: there is no parameter 'rumour-spread.pac'; did you",
        ),
        ("unit: per week", "unit: weeks", "priors.yaml:3: parameter 'rumour-spread.pace' has unit 'weeks', expected"),
        ("kind: lognormal", "kind: lognorm", "priors.yaml:2: at 'rumour-spread.pace.prior.kind' found 'lognorm'"),
    ],
)
def test_priors_that_will_not_do(package, case, old, new, words):
    package.spoil("priors.yaml", old, new)
    assert f"{package.own}/{words}" in refused(lambda: parameters_of(case))


def test_a_parameter_without_a_prior_names_the_packages_file(package, case):
    (package.own / "priors.yaml").unlink()
    said = refused(lambda: parameters_of(case))
    assert said.startswith(f"{package.own}/priors.yaml: parameter 'rumour-spread.pace' has no prior")


def test_nothing_is_looked_up_before_mechanisms_are(monkeypatch):
    """Neither the import nor a case asks for entry points; the list of mechanisms asks once."""
    asked = []
    monkeypatch.setattr(plugins, "entry_points", lambda **of: asked.append(of) or [])
    forget()
    try:
        load_case("islamic_state")
        assert asked == []
        assert catalogue.mechanism_classes() is catalogue.mechanism_classes()
        catalogue.parameters_of(load_case("islamic_state"))
        assert asked == [{"group": "fissure.mechanisms"}]
    finally:
        forget()

"""Where results are kept: with a case of one's own, in the user's folder of a packaged one, never in the package."""

from dataclasses import replace

import pytest

from fissure.cases import naming
from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.studies import kept_results

NAME = "kept/answers.json"


@pytest.fixture
def case():
    return load_case(naming.REFERENCE)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("FISSURE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(kept_results.IN_SOURCE, raising=False)
    return tmp_path / "data"


def test_of_ones_own_case_in_its_folder(case, tmp_path, data):
    own = replace(case, folder=tmp_path / "case")
    assert kept_results.keep_in(own) == own.folder
    assert kept_results.place(own, NAME) == own.folder / NAME and list(kept_results.places(own, NAME)) == []


def test_of_a_packaged_case_in_a_folder_of_the_user_which_comes_first(case, data):
    folder = kept_results.keep_in(case)
    assert folder == data / "cases" / case.name
    assert kept_results.place(case, NAME) == case.folder / NAME
    (folder / NAME).parent.mkdir(parents=True)
    (folder / NAME).write_text("{}")
    assert list(kept_results.places(case, NAME)) == [folder / NAME, case.folder / NAME]
    assert kept_results.place(case, NAME) == folder / NAME


@pytest.mark.parametrize(("variable", "below"), [("XDG_DATA_HOME", "fissure"), ("HOME", ".local/share/fissure")])
def test_the_users_folder_is_where_the_system_has_such_things(case, tmp_path, monkeypatch, data, variable, below):
    monkeypatch.delenv("FISSURE_DATA")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    assert kept_results.keep_in(case) == tmp_path / below / "cases" / case.name


def test_maintainers_keep_in_the_source_tree_of_a_checkout_alone(case, monkeypatch, data, tmp_path):
    monkeypatch.setenv(kept_results.IN_SOURCE, "1")
    assert kept_results.keep_in(case) == case.folder
    monkeypatch.setattr(naming, "HOME", tmp_path / "site-packages" / "fissure" / "cases")
    monkeypatch.setattr(kept_results, "packaged_name", lambda folder: case.name)
    with pytest.raises(FissureError, match="expected a checkout of the source"):
        kept_results.keep_in(case)


def test_of_the_war_as_recorded_alone(case, data):
    with pytest.raises(FissureError, match="only results of the recorded war are kept"):
        kept_results.keep_in(replace(case, war="policy"))

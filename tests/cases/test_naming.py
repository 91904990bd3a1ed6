"""A packaged case goes by its name, any other by its folder; the two are told apart where both are spelt alike."""

import shutil
from pathlib import Path

import pytest

from fissure.cases import load_case
from fissure.cases.naming import HOME, SameName, called, folder_of, packaged_name
from fissure.errors import FissureError
from tests.own_case import TITLE, written

NAME = "islamic_state"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_packaged_name_beside_a_folder_of_that_name_is_said_and_both_can_be_had(here):
    written(here / NAME)
    with pytest.warns(SameName, match=rf"two cases '{NAME}'.*write \./{NAME} to use the folder"):
        assert load_case(NAME).folder == HOME / NAME
    for way in (f"./{NAME}", f"{NAME}/", str(here / NAME), Path(NAME), Path(f"./{NAME}")):
        assert load_case(way).title == TITLE, way


@pytest.mark.parametrize("file", ["case.yaml", "districts.csv", "priors.yaml"])
def test_a_folder_that_is_no_whole_case_yet_counts_too(here, file):
    (here / NAME).mkdir()
    (here / NAME / file).write_text("")
    with pytest.warns(SameName):
        assert folder_of(NAME) == HOME / NAME


def test_no_warning_where_nothing_can_be_mixed_up(here, monkeypatch):
    (here / NAME).mkdir()
    (here / NAME / "report.html").write_text("")  # of another kind
    assert folder_of(NAME) == HOME / NAME
    (here / "other").mkdir()
    monkeypatch.chdir(here / "other")
    assert folder_of(NAME) == folder_of(Path(NAME)) == HOME / NAME
    monkeypatch.chdir(HOME)
    assert folder_of(NAME) == HOME / NAME  # the folder is the case that comes with the package


def test_what_a_case_is_called_leads_to_it_again(here):
    folders = [HOME / NAME, Path(NAME), Path("my case"), Path("-f"), here / "it's", Path("..") / here.name / "a"]
    for folder in folders[1:]:
        folder.mkdir()
    assert [called(folder) for folder in folders] == [
        NAME, f"./{NAME}", "'my case'", "./-f", f"""'{here}/it'"'"'s'""", f"../{here.name}/a",
    ]  # fmt: skip
    assert packaged_name(folders[0]) == NAME and not any(map(packaged_name, folders[1:]))


def test_a_link_to_the_packaged_case_is_that_case_and_a_copy_is_not(here):
    (here / NAME).symlink_to(HOME / NAME)
    assert packaged_name(Path(NAME)) == NAME
    copy = here / "copies" / NAME
    shutil.copytree(HOME / NAME, copy)
    assert packaged_name(copy) is None and called(copy) == str(copy)


def test_what_there_is_not_is_refused(here):
    with pytest.raises(FissureError, match=r"there is no case 'islamic_stat'.*did you mean 'islamic_state'\?"):
        folder_of("islamic_stat")
    with pytest.raises(FissureError, match="there is no such case folder"):
        folder_of("./islamic_state")

"""Every command on a case of one's own in a folder, and its runs read back: by folder and digest, never by name."""

import json
import shutil
from pathlib import Path

import pytest
import xarray as xr
import zarr
from tests.own_case import OBSERVATION, TITLE, written
from typer.testing import CliRunner

import fissure
from fissure import cli
from fissure.api import CaseChanged
from fissure.cases.naming import SameName
from fissure.engine.study_folder import ORIGIN
from fissure.errors import FissureError
from fissure.files import sealed_json

CASE = "my case"
"""A folder with a name that a shell must have quoted."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the case and a run of two members."""
    home = tmp_path_factory.mktemp("own")
    written(home / CASE)
    fissure.run(home / CASE, members=2, out=home / "runs" / "first")
    return home


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    """A copy of it, to be moved about; where it was first there is nothing to be found by the runs."""
    shutil.copytree(made, tmp_path / "home")
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def again():
    """Ask for the run once more, so that it says where its case lies now."""
    fissure.run(CASE, members=2, out="runs/first")


def said(*words, code=0):
    done = CliRunner().invoke(cli.app, words, env={"COLUMNS": "300"})
    assert done.exit_code == code, (words, done.output, done.exception)
    return " ".join(done.output.split())


def refused(*words):
    done = CliRunner().invoke(cli.app, words)
    assert isinstance(done.exception, FissureError), (words, done.output, done.exception)
    return str(done.exception)


# --- Every command


def test_run_and_what_reads_it(home):
    out = said("run", CASE, "--members", "2", "--out", "runs/first")
    assert TITLE in out and "2 of 2 members were there already" in out
    assert "Fighters in the ranks" in out
    for command in ("patterns", "orderings"):
        assert "of 2 members" in said(command, "runs/first")
    assert "found --case x beside my case, which is no run" in refused("patterns", CASE, "--case", "x")


def test_runs_and_show_tell_of_the_case_and_how_to_make_it_again(home):
    assert "small_war" in said("runs")
    shown = said("runs", "show", "first")
    assert f"small_war, in {home / CASE}" not in shown  # it says where it lay when it was made
    again()
    shown = said("runs", "show", "first")
    assert f"small_war, in {home / CASE}" in shown
    assert f"fissure run '{home / CASE}' --members 2 --seed 1 --weeks 3 --prior --out runs/first" in shown
    assert json.loads(said("runs", "show", "first", "--json"))["case_folder"] == str(home / CASE)


def test_trace_and_cases(home):
    assert "islamic_state" in said("cases")
    assert "The Gazette" in said("trace", CASE, OBSERVATION)
    assert "The Gazette" in said("trace", CASE, "fighters")
    assert "The Gazette" in said("trace", CASE, "pay-gap")


def test_whatif_and_answers(home):
    assert "no-strikes" in said("whatif", CASE, "--list")
    small = ("--members", "4", "--of", "deserted")
    assert "forcing.strikes" in said("whatif", CASE, "--set", "forcing.strikes=x2", *small)
    assert "No strikes --set forcing.strikes=0" in said("whatif", CASE, "no-strikes", *small)
    out = said("answers", CASE, "--members", "4")
    assert "What if nothing had been bombed?" in out
    assert f"fissure whatif '{CASE}' no-strikes --of deserted" in out
    assert f"see fissure whatif '{CASE}' --list" in refused("whatif", CASE, "zzz", *small)
    for file in ("questions.yaml", "studies.yaml"):
        (home / CASE / file).unlink()
    assert "my case: this case asks nothing" in refused("answers", CASE)
    assert "my case: this case brings no named studies" in refused("whatif", CASE, "--list")
    assert "my case: this case brings no named studies" in refused("whatif", CASE, "no-strikes")


# --- Read back


def test_a_run_is_read_back_wherever_both_were_moved(home, tmp_path):
    assert fissure.read_run("runs/first").case.title == TITLE
    (tmp_path / "elsewhere").mkdir()
    shutil.move(home, tmp_path / "elsewhere" / "moved")
    found = fissure.read_run(tmp_path / "elsewhere" / "moved" / "runs" / "first")
    assert found.case.folder == tmp_path / "elsewhere" / "moved" / CASE
    assert len(found.compared) == 1 and found.about().command.startswith("fissure run '")


def test_a_run_moved_alone_and_a_case_renamed_beside(home):
    again()
    shutil.move("runs/first", "kept")
    assert fissure.read_run("kept").case.folder == home / CASE
    shutil.move(CASE, "renamed")
    assert fissure.read_run("kept").case.folder == home / "renamed"
    shutil.copytree("renamed", "twin")  # which of the two?
    with pytest.raises(FissureError, match=r"in .*my case, which is not there any more; name the folder of its case"):
        fissure.read_run("kept")
    assert fissure.read_run("kept", case="twin").case.title == TITLE
    assert "of 2 members" in said("patterns", "kept", "--case", "twin")


def test_a_case_that_kept_the_packaged_name_is_never_read_as_that(home):
    written(home / "copy", name="islamic_state")
    fissure.run("copy", members=1, out="runs/copy")
    assert fissure.read_run("runs/copy").case.title == TITLE
    shutil.rmtree("copy")
    with pytest.raises(FissureError, match="name the folder of its case: --case FOLDER, or case=FOLDER from Python"):
        fissure.read_run("runs/copy")
    with pytest.raises(FissureError, match="has another first week and another list of countries"):
        fissure.read_run("runs/copy", case="islamic_state")
    (home / "runs/copy" / ORIGIN).unlink()  # as a run from before runs said it
    with pytest.raises(FissureError, match="of another case than the 'islamic_state' that comes with the package"):
        fissure.read_run("runs/copy")


def test_a_run_from_before_runs_said_their_case_is_read_with_its_case_named(home):
    (home / "runs/first" / ORIGIN).unlink()
    with pytest.raises(FissureError, match=r"a run of the case 'small_war', expected one of islamic_state; name the"):
        fissure.read_run("runs/first")
    assert fissure.read_run("runs/first", CASE).case.title == TITLE


def edited(home, file, old, new):
    path = home / CASE / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_a_case_that_has_changed_since_is_said(home):
    again()
    edited(home, "case.yaml", "Two valleys", "Both valleys")
    assert fissure.read_run("runs/first").about().command  # the same run would be made again
    edited(home, "districts.csv", "the-state,50,", "the-state,55,")
    with pytest.warns(CaseChanged, match=r"my case has changed since this run was made; .* run it again"):
        found = fissure.read_run("runs/first")
    about = found.about()
    assert about.command is None and "changed since" in about.changed
    assert "command: not known" in said("runs", "show", "first")
    edited(home, "districts.csv", "R2,Lower", "R3,Lower")
    for file in ("neighbours.csv", "offensives.csv", "boundaries.geojson"):
        edited(home, file, "R2", "R3")
    with pytest.raises(FissureError, match="has another list of districts than it had"):
        fissure.read_run("runs/first")


def test_what_says_of_which_case_a_run_is_can_be_damaged(home):
    path = home / "runs" / "first" / ORIGIN
    path.write_text(path.read_text().replace("small_war", "small_raw"))
    with pytest.raises(FissureError, match=r"case\.json: is damaged"):
        fissure.read_run("runs/first")
    assert "damaged" in said("runs", code=1)
    path.write_bytes(sealed_json({"format": 1, "case": "small_war", "digest": 3}))
    with pytest.raises(FissureError, match="does not say which case"):
        fissure.read_run("runs/first")


def test_the_same_case_in_another_folder_gives_the_same_bytes(home):
    shutil.copytree(CASE, "other")
    fissure.run("other", members=2, out="runs/second")
    one, other = (sorted((home / "runs" / name / "blocks").iterdir()) for name in ("first", "second"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other] != []
    assert (home / "runs/first/run.json").read_bytes() == (home / "runs/second/run.json").read_bytes()


# --- Cures


def test_cures_name_the_case_that_was_asked_for(home):
    packaged = fissure.load_case("islamic_state").folder
    shutil.copytree(packaged, "a copy")
    path = home / "a copy" / "districts.csv"
    path.write_text(path.read_text().replace("IQ-D001,Ana,Anbar,Iraq,4924,", "IQ-D001,Ana,Anbar,Iraq,4000,", 1))
    message = refused("run", "a copy")
    assert "posterior is stale" in message and "(fissure calibrate 'a copy' --until 2015-12-31)" in message
    path = home / "a copy" / "case.yaml"
    path.write_text(path.read_text().replace("name: islamic_state", "name: my_war", 1))
    message = refused("run", "a copy")
    assert "a posterior of the case 'islamic_state', expected 'my_war'" in message
    assert "delete 'a copy/posterior' and 'a copy/kept'" in message and "(--prior)" in message


# --- Other tools


def test_a_run_opens_in_other_tools_without_its_case(home):
    shutil.rmtree(CASE)
    for out in ("run.nc", "run.zarr", "tables"):
        assert f"Written: {out}" in said("runs", "export", "runs/first", out)
    run = fissure.stored_runs("runs")[0]
    assert run.contents.histories == 2
    for opened in (xr.open_dataset("run.nc"), xr.open_zarr("run.zarr")):
        assert opened["week"].values[1] - opened["week"].values[0] == 7 * 86_400_000_000_000
        assert opened["fighters"].attrs["units"] == "persons" and opened.attrs["title"] == TITLE
        assert list(opened["district"].values) == ["R1", "R2"] and opened.sizes["member"] == 2
        assert opened["parameters"].sizes["parameter"] == 177 or opened.sizes["parameter"] > 100
        opened.close()
    lines = (home / "tables" / "fighters.csv").read_text().splitlines()
    assert lines[0] == "member,week,origin,fighters" and len(lines) == 1 + 2 * 3 * 2
    assert (home / "tables" / "events.csv").is_file() and (home / "tables" / "outputs.csv").is_file()
    assert "is there already" in refused("runs", "export", "runs/first", "run.nc")
    assert "expected .nc (NetCDF)" in refused("runs", "export", "runs/first", "run.xlsx")
    assert "there is no such folder" in refused("runs", "export", "runs/first", "nowhere/run.nc")
    assert not list(home.glob(".unfinished*"))


def test_labels_are_text_that_zarr_has_a_standard_for(home):
    """A warning would be an error here, but for the one that Zarr gives whatever is written."""
    result = fissure.read_run("runs/first")
    result.data.to_zarr("data.zarr", consolidated=False)
    result.parameters.to_dataset().to_zarr("parameters.zarr", consolidated=False)
    result.data.to_netcdf("data.nc")
    assert xr.open_dataset("data.nc").identical(result.data.load())


def test_the_examples_in_the_docs_run(home):
    """Those of reading back and of other tools, with the case and the run where they say that they lie."""
    shutil.copytree("runs/first", "runs/mine")
    shutil.copytree(CASE, "path/to/case")
    fissure.run("path/to/case", members=2, out="runs/mine")
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "run-from-python.md").read_text()
    section = page[page.index("\n## Read a run back") : page.index("\n## Checks")]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    names = {"fissure": fissure, "xarray": xr, "zarr": zarr}
    exec("\n".join(lines).replace("0000000-0000008", "0000000-0000002"), names)
    assert names["result"].case.title == TITLE and Path("run.zarr").is_dir()
    assert Path("run_tables/fighters.csv").is_file()
    assert "fissure.export_run" in section and fissure.export_run("runs/mine", "again.nc").is_file()


# --- A name that is two


def test_a_packaged_name_beside_a_folder_of_that_name(home):
    written(home / "islamic_state", name="islamic_state")
    for words in (("run", "islamic_state", "--weeks", "0", "--prior"), ("patterns", "islamic_state", "--members", "0")):
        with pytest.warns(SameName, match=r"write \./islamic_state to use the folder"):
            refused(*words)
    with pytest.warns(SameName):
        said("trace", "islamic_state", "pay-gap")
    assert "The Gazette" in said("trace", "./islamic_state", "pay-gap")

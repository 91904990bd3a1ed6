"""A server may be given folders with runs, or one run; new runs never go into a run."""

from small_run import RUN

from fissure.app.desk import Desk
from fissure.app.settings import Settings
from fissure.cli.serve import _places, _with_room


def test_new_runs_go_into_the_first_folder_that_is_no_run(shelf, tmp_path):
    one, home = shelf / RUN, tmp_path / "home"
    for given, expected in (
        ([shelf, shelf], (shelf,)),
        ([one], (home / "runs", one)),
        ([one, shelf], (shelf, one)),
        ([], ()),
    ):
        assert _with_room(_places(given), home) == expected


def test_a_run_that_is_given_is_shown(shelf, tmp_path):
    desk = Desk(Settings(folders=_with_room((shelf / RUN,), tmp_path), home=tmp_path))
    assert [*desk.runs()] == [RUN]
    assert desk.runs_folder == tmp_path / "runs"

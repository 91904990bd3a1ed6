"""Days at which studies look come from the case."""

from datetime import date

from fissure.cases import load_case
from tests.cases.ruritania import Write, message


def test_days_of_a_case_without_the_file_are_thirds_of_it_and_its_end(write: Write) -> None:
    found = load_case(write()).dates
    assert found.outcomes == found.hindcasts == (date(2001, 1, 7), date(2001, 1, 14))
    assert found.collapse == date(2001, 1, 21)


def test_days_of_the_file_go_first(write: Write) -> None:
    folder = write()
    (folder / "dates.yaml").write_text("outcomes: [2001-01-10]\n")
    found = load_case(folder).dates
    assert (found.outcomes, found.collapse) == ((date(2001, 1, 10),), date(2001, 1, 21))


def test_a_day_outside_the_case_is_refused(write: Write) -> None:
    folder = write()
    (folder / "dates.yaml").write_text("# days\noutcomes:\n- 2001-01-10\n- 2001-01-22\n")
    expected = "expected a day of the case, 2001-01-01 to 2001-01-21"
    assert message(folder) == f"dates.yaml:4: found 2001-01-22, {expected}"
    (folder / "dates.yaml").write_text("collapse: 2000-12-31\n")
    assert message(folder) == f"dates.yaml:1: found 2000-12-31, {expected}"

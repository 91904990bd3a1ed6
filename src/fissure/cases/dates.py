"""Days at which studies look: `dates.yaml` of a case, and what stands in for it where a case has none.

They say how histories are summed up, never how they go, so no stored run depends on them.
"""

from datetime import date, timedelta
from pathlib import Path

from fissure.errors import FissureError
from fissure.reading import Strict, read_yaml_lines, stands

FILE = "dates.yaml"


class StudyDates(Strict):
    """`outcomes`: days at which dated outcomes are measured unless others are asked for.

    `hindcasts`: days from which to forecast unless others are asked for. `collapse`: the day by which the chance of
    collapse is quoted. All lie within the case.
    """

    outcomes: tuple[date, ...] = ()
    hindcasts: tuple[date, ...] = ()
    collapse: date | None = None


def read_study_dates(folder: Path, start: date, weeks: int) -> StudyDates:
    """The days of the case in `folder`, which begins on `start`; what its file leaves out is filled in.

    Outcomes and hindcasts fall on the Sundays after one and two thirds of the case's weeks, collapse on its last day.
    Raises `FissureError`, `FILE:LINE: ...`, for what is malformed and for a day outside the case.
    """
    last = start + timedelta(weeks=weeks) - timedelta(days=1)
    thirds = tuple(dict.fromkeys(start + timedelta(weeks=max(weeks * n // 3, 1), days=-1) for n in (1, 2)))
    path = folder / FILE
    given = StudyDates()
    if stands(path):
        given, line_of = read_yaml_lines(path, StudyDates)
        listed = {"outcomes": given.outcomes, "hindcasts": given.hindcasts, "collapse": (given.collapse or last,)}
        for key, days in listed.items():
            for n, day in enumerate(days):
                if not start <= day <= last:
                    where = f"{path}:{line_of(key, n)}"
                    raise FissureError(f"{where}: found {day}, expected a day of the case, {start} to {last}")
    return StudyDates(
        outcomes=given.outcomes or thirds, hindcasts=given.hindcasts or thirds, collapse=given.collapse or last
    )

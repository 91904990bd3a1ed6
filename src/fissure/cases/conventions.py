"""Conventions of a case beside its war: days at which studies look, and how kinds of publishers lean.

Days (`dates.yaml`) say how histories are summed up, never how they go, so no stored run depends on them; what stands in
for them where a case has none is filled in. Leanings are the entries of `measurement.yaml`.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Self

from pydantic import model_validator

from fissure.errors import CaseError
from fissure.evidence.entries import SourceKind
from fissure.reading import Positive, Real, Share, Strict, Text, read_yaml_lines, stands

DATES = "dates.yaml"


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
    path = folder / DATES
    given = StudyDates()
    if stands(path):
        given, line_of = read_yaml_lines(path, StudyDates)
        listed = {"outcomes": given.outcomes, "hindcasts": given.hindcasts, "collapse": (given.collapse or last,)}
        for key, days in listed.items():
            for n, day in enumerate(days):
                if not start <= day <= last:
                    where = f"{path}:{line_of(key, n)}"
                    raise CaseError(f"{where}: found {day}, expected a day of the case, {start} to {last}")
    return StudyDates(
        outcomes=given.outcomes or thirds, hindcasts=given.hindcasts or thirds, collapse=given.collapse or last
    )


class Leaning(Strict):
    """An entry of `measurement.yaml`: how the figures of one kind of publisher are known to be off.

    `family` names the family of variables that it speaks of, None all others. `factor` is the 90% range of
    published / true, `points` that of published - true for shares and changes; None where no leaning is known.
    `common` is the share of the variance of a figure's doubt that all figures of one publisher and family
    have in common.
    """

    kind: SourceKind
    family: Text | None = None
    factor: tuple[Positive, Positive] | None = None
    points: tuple[Real, Real] | None = None
    common: Share
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, ends in (("factor", self.factor), ("points", self.points)):
            if ends is not None and ends[0] > ends[1]:
                raise ValueError(f"{name} runs from {ends[0]:g} to {ends[1]:g}, expected the lower end first")
        return self


def read_leanings(path: Path) -> list[Leaning]:
    """The entries of `path`, none where there is no such file.

    Raises `FissureError`, `FILE:LINE: ...`, for what is malformed and for a kind and family that stand twice.
    """
    if not stands(path):
        return []
    leanings, line_of = read_yaml_lines(path, list[Leaning])
    seen: dict[tuple[str, str | None], int] = {}
    for number, leaning in enumerate(leanings):
        line, of = line_of(number, "kind"), f" on '{leaning.family}'" if leaning.family else ""
        if first := seen.get((leaning.kind, leaning.family)):
            raise CaseError(f"{path}:{line}: the leaning of '{leaning.kind}'{of} is already on line {first}")
        seen[leaning.kind, leaning.family] = line
    return leanings

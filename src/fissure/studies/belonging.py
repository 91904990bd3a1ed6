"""Whether what is kept with a case was made of it: a folder that was copied brings what was found of another."""

from fissure.cases.loader import Case
from fissure.cases.naming import packaged_name


def is_of(digest: str, case: Case) -> bool:
    """Whether what was kept with the `digest` of a case's files is of `case` as it is now.

    What comes with the package is kept without one: its tests see to it that it is fresh.
    """
    return digest == case.digest if digest else packaged_name(case.folder) is not None

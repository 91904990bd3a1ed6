"""The questions that a case's sources ask, as data: `questions.yaml` of its folder, read strictly.

Each names the claims that raise it, the study that answers it and how the answer could be wrong. A case without the
file asks none.
"""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field, model_validator

from fissure.cases.loader import Case
from fissure.errors import FissureError, nearest
from fissure.model.catalogue import GROUPS
from fissure.reading import Strict, Text, read_yaml_lines, stands
from fissure.studies.outcomes import outcome

FILE = "questions.yaml"


class Question(Strict):
    """A question; one of `inside_and_outside`, `groups`, `whatif` and `run` says what answers it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    asks: Text
    claims: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the ledger."""
    caution: Text
    """How the answer could be wrong."""
    inside_and_outside: Annotated[str | None, Field(alias="inside-and-outside")] = None
    """The outcome that is shared among inside, outside and both."""
    groups: Annotated[tuple[str, str] | None, Field()] = None
    """Two groups of mechanisms whose weights for the outcome in `of` are set side by side."""
    whatif: str | None = None
    """A named study, whose differences in the outcomes in `of` are told."""
    run: str | None = None
    """An outcome of the group as it was."""
    of: tuple[str, ...] | str = ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that it is about."""
        of = (self.of,) if isinstance(self.of, str) else self.of
        return of or tuple(one for one in (self.inside_and_outside, self.run) if one)

    @model_validator(mode="after")
    def _whole(self) -> "Question":
        told = [name for name in ("inside_and_outside", "groups", "whatif", "run") if getattr(self, name)]
        if len(told) != 1:
            raise ValueError(
                f"is answered by {len(told)} studies, expected one of inside-and-outside, groups, whatif and run"
            )
        if bool(self.of) != (told[0] in ("groups", "whatif")):
            raise ValueError("of names the outcomes of groups and of whatif, and of nothing else")
        if self.groups and len(self.outcomes) != 1:
            raise ValueError("weighs groups for several outcomes, expected one")
        return self


def questions_of(case: Case, claims: Collection[str], studies: Collection[str]) -> tuple[Question, ...]:
    """The questions of `case` in the order of its file; `claims` and `studies` are the names that there are.

    Raises `FissureError`, `FILE:LINE: ...`, for anything that is malformed, stands twice or names what does not exist.
    """
    path = case.folder / FILE
    if not stands(path):
        return ()
    read, line = read_yaml_lines(path, list[Question])
    for number, one in enumerate(read):
        if one.name in (other.name for other in read[:number]):
            raise FissureError(
                f"{path}:{line(number, 'name')}: question '{one.name}' stands twice, expected another name"
            )
        wrong = [
            *((("claims", at), "claim", claim, claims) for at, claim in enumerate(one.claims) if claim not in claims),
            *((("groups", at), "group", g, GROUPS) for at, g in enumerate(one.groups or ()) if g not in GROUPS),
            *((("whatif",), "study", name, studies) for name in [one.whatif] if name and name not in studies),
        ]
        for keys, what, name, known in wrong:
            raise FissureError(f"{path}:{line(number, *keys)}: there is no {what} '{name}'{nearest(name, known)}")
        for name in one.outcomes:
            try:
                outcome(name, case)
            except FissureError as error:
                raise FissureError(f"{path}:{line(number)}: {error}") from None
    return tuple(read)

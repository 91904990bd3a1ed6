"""Named what-ifs (`studies.yaml`) and the questions of a case's sources (`questions.yaml`), as data, read strictly.

A study names the claims that raise it, what is changed to put it to the model, and why that stands for it; a question
names the claims that raise it, and the study that answers it. Both say how the answer could be wrong. A case without
the files has none.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Annotated

from pydantic import Field, model_validator

from fissure.cases.loader import Case
from fissure.errors import CaseError, FissureError, nearest
from fissure.model.catalogue import GROUPS
from fissure.model.parameters import Declared
from fissure.reading import Day, Flag, Strict, Text, read_yaml_lines, stands
from fissure.studies.outcomes import outcome
from fissure.studies.scenario import Scenario, scenario_of

STUDIES = "studies.yaml"


class Study(Strict):
    """A question of a case: `off`, `set` and `from` say what is changed, as in `fissure whatif`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    title: Text
    question: Text
    claims: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the ledger."""
    off: tuple[str, ...] = ()
    moves: Annotated[tuple[str, ...], Field(alias="set")] = ()
    """Drivers, each as ``name=x2`` or ``name=2``."""
    since: Annotated[Day | None, Field(alias="from")] = None
    why: Text
    """Why these levers stand for the question, and what they leave out."""
    caution: Text
    """A way in which the answer could be wrong."""
    falsifies: Flag = False
    """True where the theory says that it should not matter."""
    expect: str = ""
    """Of a falsification: what the theory expects."""

    @model_validator(mode="after")
    def _whole(self) -> "Study":
        if not self.off and not self.moves:
            raise ValueError("changes nothing, expected set or off")
        if self.falsifies != bool(self.expect):
            raise ValueError("has one of falsifies and expect, expected both or neither")
        return self

    def scenario(self, parameters: Sequence[Declared]) -> Scenario:
        """The scenario that it asks for. Raises `FissureError` for what does not exist."""
        return scenario_of(self.off, self.moves, self.since, parameters=parameters)


def studies_of(case: Case, claims: Collection[str], parameters: Sequence[Declared]) -> dict[str, Study]:
    """The studies of `case` by name, in the order of its file; `claims` are the ids that its ledger knows.

    Raises `FissureError`, `FILE:LINE: ...`, for anything that is malformed, stands twice or names what does not exist.
    """
    path = case.folder / STUDIES
    if not stands(path):
        return {}
    read, line = read_yaml_lines(path, list[Study])
    found: dict[str, Study] = {}
    for number, study in enumerate(read):
        if study.name in found:
            raise CaseError(f"{path}:{line(number, 'name')}: study '{study.name}' stands twice")
        for at, claim in enumerate(study.claims):
            if claim not in claims:
                where = f"{path}:{line(number, 'claims', at)}"
                raise CaseError(f"{where}: there is no claim '{claim}'{nearest(claim, claims)}")
        _require(study, case, parameters, lambda *keys, number=number: f"{path}:{line(number, *keys)}")
        found[study.name] = study
    return found


def _require(study: Study, case: Case, parameters: Sequence[Declared], place: Callable[..., str]) -> None:
    """Check each lever alone, so that an error names its line."""
    levers: list[tuple[tuple[str | int, ...], tuple[str, ...], tuple[str, ...]]]
    levers = [(("off", at), (name,), ()) for at, name in enumerate(study.off)]
    levers += [(("set", at), (), (move,)) for at, move in enumerate(study.moves)]
    for keys, off, moves in [*levers, (("set",), (), study.moves)]:
        try:
            scenario_of(off, moves, parameters=parameters)
        except FissureError as error:
            raise CaseError(f"{place(*keys)}: {error}") from None
    if study.since is not None and not 0 <= (study.since - case.start).days // 7 < case.weeks:
        raise CaseError(
            f"{place('from')}: found {study.since}, expected a day from {case.start} on and before {case.end}"
        )


def known_study(name: str, studies: Collection[str], case: str = "") -> str:
    """`name`, if there is such a study; else a `FissureError` with the nearest name.

    `case` is what a command needs to name the case that is meant.
    """
    if name not in studies:
        cure = nearest(name, studies) or f"; see fissure whatif{case} --list"
        raise CaseError(f"there is no study '{name}'{cure}")
    return name


QUESTIONS = "questions.yaml"


class Question(Strict):
    """A question; one of `inside_and_outside`, `groups`, `whatif` and `run` says what answers it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    asks: Text
    claims: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the ledger."""
    caution: Text
    """A way in which the answer could be wrong."""
    inside_and_outside: Annotated[str | None, Field(alias="inside-and-outside")] = None
    """The outcome that is shared among inside, outside and both."""
    groups: Annotated[tuple[str, str] | None, Field()] = None
    """Two groups of mechanisms whose weights for the outcome in `of` are set side by side."""
    whatif: str | None = None
    """A named study, whose differences in the outcomes in `of` are shown."""
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
        kinds = [name for name in ("inside_and_outside", "groups", "whatif", "run") if getattr(self, name)]
        if len(kinds) != 1:
            raise ValueError(
                f"is answered by {len(kinds)} studies, expected one of inside-and-outside, groups, whatif and run"
            )
        if bool(self.of) != (kinds[0] in ("groups", "whatif")):
            raise ValueError("of names the outcomes of groups and of whatif, and of nothing else")
        if self.groups and len(self.outcomes) != 1:
            raise ValueError("weighs groups for several outcomes, expected one")
        return self


def questions_of(case: Case, claims: Collection[str], studies: Collection[str]) -> tuple[Question, ...]:
    """The questions of `case` in the order of its file; `claims` and `studies` are the names that there are.

    Raises `FissureError`, `FILE:LINE: ...`, for anything that is malformed, stands twice or names what does not exist.
    """
    path = case.folder / QUESTIONS
    if not stands(path):
        return ()
    read, line = read_yaml_lines(path, list[Question])
    for number, one in enumerate(read):
        if one.name in (other.name for other in read[:number]):
            raise CaseError(f"{path}:{line(number, 'name')}: question '{one.name}' stands twice, expected another name")
        wrong = [
            *((("claims", at), "claim", claim, claims) for at, claim in enumerate(one.claims) if claim not in claims),
            *((("groups", at), "group", g, GROUPS) for at, g in enumerate(one.groups or ()) if g not in GROUPS),
            *((("whatif",), "study", name, studies) for name in [one.whatif] if name and name not in studies),
        ]
        for keys, what, name, known in wrong:
            raise CaseError(f"{path}:{line(number, *keys)}: there is no {what} '{name}'{nearest(name, known)}")
        for name in one.outcomes:
            try:
                outcome(name, case)
            except FissureError as error:
                raise CaseError(f"{path}:{line(number)}: {error}") from None
    return tuple(read)

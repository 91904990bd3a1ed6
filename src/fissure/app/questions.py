"""A what-if as text that stands in an address, up to four of them beside one another.

    /what-if?q=Strikes doubled;set=forcing.strikes=x2;from=2015-03&q=study=oil-gone&members=48

Each `q` is one question: parts with `;` between them. `set=` names drivers with their factors (`x2`) or values (`2`),
`off=` mechanisms, each with commas between; `from=` is the day or month from which they hold; `study=` stands for all
three of a named study of the case. What has no `=` is the question's own name. `members` is how many pairs each is
asked with, `seed` the seed of all, `weeks` how many weeks from the start.
"""

import hashlib
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from fissure.api.whatifs import OWN, day_or_month
from fissure.context import Context
from fissure.errors import ArgumentError, nearest
from fissure.files import disk_errors, write_whole
from fissure.studies.questions import Study, known_study
from fissure.studies.scenario import Scenario, refuse, scenario_of, week_of

NAME = 80
"""Characters of a name, at most."""
LONG = 1500
"""Characters of a question, at most."""
LEVERS = 64
"""Drivers and mechanisms that one question moves, at most."""
KEYS = ("set", "off", "from", "study")


@dataclass(frozen=True)
class Question:
    """A change under the name that it was given; `study` is the named study that it is, if it is one."""

    scenario: Scenario
    name: str = ""
    study: Study | None = None

    @property
    def title(self) -> str:
        """Its title on the page."""
        said = self.name or (self.study.title if self.study else str(self.scenario))
        return said if self.name or self.scenario.moves else said[:1].upper() + said[1:]

    @property
    def answer(self) -> str:
        """The name of its answer, as in `fissure whatif`."""
        return self.study.name if self.study else OWN

    @property
    def key(self) -> str:
        """Names its content, whatever it is called."""
        return hashlib.sha256(f"{self.answer} {self.scenario.key}".encode()).hexdigest()[:16]

    @property
    def levers(self) -> str:
        """Its text without its name."""
        if self.study:
            return f"study={self.study.name}"
        one = self.scenario
        parts = [f"set={','.join(map(str, one.moves))}"] if one.moves else []
        parts += [f"off={','.join(one.off)}"] if one.off else []
        return ";".join([*parts, *([f"from={one.since}"] if one.since else [])])

    @property
    def text(self) -> str:
        """It, as it stands in an address."""
        return f"{self.name};{self.levers}" if self.name else self.levers


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads questions about the case of `context`, over `weeks` weeks."""

    context: Context
    weeks: int

    def read(self, text: str) -> Question:
        """The question that `text` says. Raises `FissureError`, one sentence, for anything else."""
        if len(text) > LONG:
            raise ArgumentError(f"a question has {len(text):,} characters, expected at most {LONG:,}")
        said: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in text.split(";"))):
            key, found, value = part.partition("=")
            key = key.strip() if found else "name"
            refuse([key])
            if key not in (*KEYS, "name"):
                raise ArgumentError(
                    f"a question has a part '{key[:NAME]}='{nearest(key, KEYS)}; expected "
                    "set=, off=, from= or study=, and a name without '='"
                )
            if key in said:
                what = "its name" if key == "name" else f"{key}="
                raise ArgumentError(f"a question says {what} twice, expected once")
            said[key] = value.strip() if found else part
        set, off = (tuple(filter(None, map(str.strip, said.get(key, "").split(",")))) for key in ("set", "off"))
        return self.of(name=said.get("name", ""), study=said.get("study"), set=set, off=off, since=said.get("from"))

    def of(
        self, *, name: str = "", study: str | None = None, set: Sequence[str] = (), off: Sequence[str] = (),
        since: str | date | None = None,
    ) -> Question:  # fmt: skip
        """The question with these levers. Raises `FissureError`, one sentence, for what cannot be asked."""
        name = named(name) if name else ""
        studies, parameters = self.context.studies, self.context.parameters
        if len(set) + len(off) > LEVERS:
            raise ArgumentError(f"a question moves {len(set) + len(off)} levers, expected at most {LEVERS}")
        if study is not None:
            if set or off or since:
                raise ArgumentError(f"found the study '{study[:NAME]}' and changes beside it, expected one of them")
            found = studies[known_study(study[:NAME], studies)]
            question = Question(found.scenario(parameters), name, found)
        else:
            question = Question(scenario_of(off, set, day_or_month(since), parameters=parameters), name)
        one = question.scenario
        if not one.off and not one.moves:
            which = f" ({name})" if name else ""
            raise ArgumentError(f"a question{which} changes nothing, expected set=, off= or study=")
        week_of(one.since, self.context.case, self.weeks)
        return question

    def composed(
        self, name: str, study: str | None, moves: Sequence[tuple[str, str, float]], off: Sequence[str],
        since: str | None,
    ) -> Question:  # fmt: skip
        """The question that the fields of the composer make; a named study stays one while its levers stand as it has.

        Args:
            name: what to call it; marks that no name may hold become spaces.
            study: the named study that the composer began with.
            moves: name of a driver, ``times`` or ``to``, and by or to what.
            off: mechanisms that are switched off.
            since: the first day, as an ISO date; from the start where empty.

        Raises `FissureError`, one sentence, for what cannot be asked.
        """
        name = " ".join(name.replace(";", " ").replace("=", " ").split())
        said = [f"{driver}={'x' if how == 'times' else ''}{value!r}" for driver, how, value in moves]
        made = self.of(name=name, set=said, off=off, since=since or None)
        if study is None or study not in self.context.studies:
            return made
        named_one = self.of(name=name, study=study)
        return named_one if self._levers(named_one.scenario) == self._levers(made.scenario) else made

    def _levers(self, one: Scenario) -> tuple[set[str], set[str], int]:
        """The drivers and mechanisms of a change, whatever their order, and its first week."""
        return set(map(str, one.moves)), set(one.off), week_of(one.since, self.context.case, self.weeks) or 0


def named(name: str) -> str:
    """`name`, tidied. Raises `FissureError` where it cannot be a name."""
    name = " ".join(name.split())
    if not name or len(name) > NAME or not name.isprintable() or any(mark in name for mark in ";="):
        raise ArgumentError(f"a name has 1 to {NAME} characters and none of ; and =, found '{name[:NAME]}'")
    return name


def once(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Each question once, the first of those that ask the same."""
    return tuple({question.key: question for question in reversed([*questions])}.values())[::-1]


# Questions that were saved: one small file each, named by what it asks, whole on disk or not there


ID = r"^[0-9a-f]{16}$"


class SavedQuestion(BaseModel):
    """A saved question: `q` is its text with its name, as in an address."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    id: str = Field(pattern=ID)
    name: str
    q: str
    case: str
    saved: str
    """An ISO date and time."""


class SavedQuestions:
    """The saved questions in `folder`, `most` of them at most; each is kept once, under its latest name."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._turn = threading.Lock()

    def all(self, case: str) -> list[SavedQuestion]:
        """Those about `case`, by name; files that are none of ours are passed over."""
        found = (_read(path) for path in self._folder.glob("*.json")) if self._folder.is_dir() else ()
        return sorted((one for one in found if one and one.case == case), key=lambda one: (one.name.lower(), one.id))

    def save(self, question: Question, case: str) -> SavedQuestion:
        """Keep it, under its name. Raises `FissureError` where too many are kept or the disk refuses."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        one = SavedQuestion(id=question.key, name=question.title[:80], q=question.text, case=case, saved=now)
        path = self._folder / f"{one.id}.json"
        with self._turn, disk_errors(self._folder, 1 << 12):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not path.is_file() and sum(1 for _ in self._folder.glob("*.json")) >= self._most:
                raise ArgumentError(f"{self._most} questions are saved already; delete one first")
            write_whole(path, one.model_dump_json(indent=1).encode() + b"\n")
        return one

    def delete(self, id: str) -> bool:
        """Take it away; whether it was there."""
        path = self._folder / f"{id}.json"
        if not re.fullmatch(ID, id) or not path.is_file():
            return False
        with self._turn, disk_errors(self._folder, 1 << 12):
            path.unlink(missing_ok=True)
        return True


def _read(path: Path) -> SavedQuestion | None:
    try:
        found = SavedQuestion.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if path.stem == found.id else None

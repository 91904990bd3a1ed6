"""A new mechanism, ready to fill in: inside a checkout of Fissure its entries and files, elsewhere a package.

What is written runs and passes its own test. Where an author has yet to write, the text begins with `FILL IN`.
"""

import keyword
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fissure.cases.naming import REFERENCE
from fissure.errors import ArgumentError, nearest
from fissure.evidence import load_ledger
from fissure.model.catalogue import GROUPS, reserved
from fissure.model.plugins import NAME
from fissure.reading import read_text, stands
from fissure.version import __version__

RESERVED = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
"""Words that are no text in a YAML file."""
LONGEST = 40  # letters of a name, so that no line that holds it gets too long
TITLE = r"[^\s\"\\][^\"\\\n]{4,58}[^\s\"\\]"
HOME = Path("src/fissure/model/mechanisms")  # where a checkout holds the mechanisms
LEDGER = Path("src/fissure/evidence/ledger")  # and its list of mechanisms
CASES = Path("src/fissure/cases")
BESIDE = ".new-by-fissure"  # what the unfinished files are called until all are written
ENTRIES = ("sources.yaml", "mechanisms.yaml", "claims.yaml")


@dataclass(frozen=True)
class Change:
    """The text that `path` is to hold; `before` is what it holds now, None for a file to be made."""

    path: Path
    text: str
    before: str | None = None


@dataclass(frozen=True)
class ScaffoldResult:
    """The files that were made, those that were added to, and whether this was in a checkout of Fissure."""

    name: str
    created: tuple[Path, ...]
    extended: tuple[Path, ...]
    checkout: bool


@dataclass(frozen=True)
class _Words:
    """The values that the templates are filled with."""

    name: str
    group: str
    title: str
    source: str  # the id of the source that the claim is of
    package: str = ""  # the package to be made; empty inside a checkout
    version: str = __version__

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def cls(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("-"))


def new_mechanism(
    name: str, group: str, *, title: str | None = None, into: Path | None = None, here: Path | None = None
) -> ScaffoldResult:
    """Write mechanism `name` of `group`, ready to fill in.

    Where the folder `here` (the current one) holds a checkout of Fissure, its file, test, ledger entries and priors
    are added there. Elsewhere, or where `into` is given, an installable package is written into `into` (`./NAME`).
    Nothing is overwritten, and all is written or nothing. `title` is one line of 6 to 60 letters, the name in
    words where not given.

    Raises `FissureError` for a name, group or title that will not do, or a file that is there already.
    """
    here = here or Path()
    _check_name(name)
    title = _title(name, title)
    if group not in GROUPS:
        raise ArgumentError(f"found group '{group}', expected one of {', '.join(GROUPS)}{nearest(group, GROUPS)}")
    checkout = into is None and (here / HOME).is_dir()
    known = load_ledger(here / LEDGER) if checkout else None
    taken = {**dict.fromkeys(known.mechanisms if known else (), "a mechanism of the ledger"), **reserved()}
    if name in taken:
        raise ArgumentError(
            f"the name '{name}' is taken by {taken[name]} (see fissure trace {name}), expected another one"
        )
    if known:
        ledgers = [folder for folder in (here / CASES).glob("*/ledger") if stands(folder / "claims.yaml")]
        sources = [source for folder in ledgers for source in load_ledger(folder).sources]
        numbers = [int(found[1]) for source in sources if (found := re.fullmatch(r"S(\d+)", source))]
        words = _Words(name, group, title, f"S{max(numbers, default=-1) + 1}")
        changes = _in_checkout(words, here, set(known.mechanisms), ledgers)
    else:
        module = name.replace("-", "_")
        words = _Words(name, group, title, f"{name}-s1", f"fissure_{module}")
        changes = _package(words, here / name if into is None else into)
    write_all(changes)
    return ScaffoldResult(
        name,
        tuple(c.path for c in changes if c.before is None),
        tuple(c.path for c in changes if c.before is not None),
        checkout,
    )


def _check_name(name: str) -> None:
    if not re.fullmatch(NAME, name) or keyword.iskeyword(name) or name in RESERVED or len(name) > LONGEST:
        words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower())
        better = "-".join(words)[:LONGEST].rstrip("-")
        hint = f"; did you mean '{better}'?" if better not in ("", name) and not keyword.iskeyword(better) else ""
        raise ArgumentError(
            f"found name '{name}', expected at most {LONGEST} small letters, words joined by dashes{hint}"
        )


def _title(name: str, given: str | None) -> str:
    title = name.replace("-", " ").capitalize() if given is None else given
    if given is None and len(title) < 6:
        title += " at work"
    if not re.fullmatch(TITLE, title) or not title[0].isupper():
        raise ArgumentError(
            f"found title '{title}', expected one line of 6 to 60 letters that begins with a capital, without quotes"
        )
    return title


def _in_checkout(words: _Words, here: Path, mechanisms: Collection[str], ledgers: Collection[Path]) -> list[Change]:
    """The changes to a checkout: two files, an entry in the list of mechanisms, in each case's ledger and priors."""
    changes = [
        Change(here / HOME / words.group / f"{words.module}.py", _filled("mechanism.py", words)),
        Change(here / "tests/model/mechanisms" / f"test_{words.module}.py", _filled("test_mechanism.py", words)),
    ]
    homes = {"mechanisms.yaml": [here / LEDGER]} | dict.fromkeys(("sources.yaml", "claims.yaml"), sorted(ledgers))
    for path in (folder / file for file in ENTRIES for folder in homes[file]):
        before = read_text(path)
        changes.append(Change(path, f"{before.rstrip()}\n\n{_filled(path.name, words)}", before))
    for path in sorted((here / CASES).glob("*/priors.yaml")):
        before = read_text(path)
        changes.append(Change(path, _inserted(before, words, mechanisms), before))
    return changes


def _inserted(text: str, words: _Words, mechanisms: Collection[str]) -> str:
    """`text` of a case's priors with those of the new mechanism where its name stands among `mechanisms`."""
    entry = f"# --- {words.name}: {words.title} ---\n\n{_filled('priors.yaml', words)}"
    lines = text.rstrip().splitlines()
    owners = [(at, line.partition(".")[0]) for at, line in enumerate(lines)]
    at = next((at for at, owner in owners if owner in mechanisms and owner > words.name), None)
    if at is None:
        return "\n".join([*lines, "", entry])
    while at > 0 and (not lines[at - 1].strip() or lines[at - 1].startswith("#")):
        at -= 1
    return "\n".join([*lines[:at], "", entry, *lines[at + 1 :], ""])


def _package(words: _Words, folder: Path) -> list[Change]:
    """The files of an installable package in `folder`."""
    own = folder / "src" / words.package
    return [
        Change(folder / "pyproject.toml", _filled("pyproject.toml", words)),
        Change(folder / "README.md", _filled("README.md", words)),
        Change(own / "__init__.py", f'"""The mechanism `{words.name}` for Fissure."""\n'),
        Change(own / f"{words.module}.py", _filled("mechanism.py", words)),
        Change(own / "priors.yaml", _filled("priors.yaml", words)),
        *(Change(own / "ledger" / file, _filled(file, words)) for file in ENTRIES),
        Change(folder / "tests" / f"test_{words.module}.py", _filled("test_mechanism.py", words)),
    ]


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _filled(template: str, words: _Words) -> str:
    own = {"module": words.module, "cls": words.cls, "case": REFERENCE}
    return _templates.get_template(f"{template}.j2").render(asdict(words) | own)


def write_all(changes: Sequence[Change]) -> None:
    """Make every change, or none: each text is first written beside its place, then all are moved there.

    Raises `FissureError` if a file to be made is there already, or if the disk refuses; then nothing has changed.
    """
    for change in changes:
        if change.before is None and stands(change.path):
            raise ArgumentError(f"{change.path}: is there already, and nothing is overwritten: nothing was written")
    made: list[Path] = []  # folders
    beside = {change: change.path.with_name(f"{change.path.name}{BESIDE}") for change in changes}
    moved: list[Change] = []
    try:
        for change, path in beside.items():
            _make_folder(path.parent, made)
            path.write_text(change.text, encoding="utf-8")
        for change, path in beside.items():
            path.replace(change.path)
            moved.append(change)
    except BaseException as error:
        _undo(moved, beside, made)
        if isinstance(error, OSError):
            where = error.filename or changes[len(moved)].path
            raise ArgumentError(f"{where}: {error.strerror or error}: nothing was written") from None
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _undo(moved: Sequence[Change], beside: Mapping[Change, Path], made: Sequence[Path]) -> None:
    for change in moved:
        if change.before is None:
            change.path.unlink(missing_ok=True)
        else:
            change.path.write_text(change.before, encoding="utf-8")
    for path in beside.values():
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
    for folder in reversed(made):
        with suppress(OSError):  # somebody else has put something there
            folder.rmdir()

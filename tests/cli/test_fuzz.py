"""Nonsense on every command line: exit code 2 and one sentence before anything is simulated, and no file is left.

Commands and options come from the tree of commands itself, so that a new one is tried too: an option that is not known
here fails `test_every_option_is_known`.
"""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typed import nothing_is_simulated, typed
from typer.main import get_command
from wrong import ALWAYS, BAD, GOOD, NEEDED, NO_WORK

from fissure import cli


@dataclass(frozen=True)
class Command:
    path: tuple[str, ...]
    options: tuple[tuple[str, bool], ...]
    """Each option, or argument without dashes, and whether it takes a value."""

    @property
    def name(self):
        return " ".join(self.path)


def commands(group=None, path=()):
    """All commands that can be typed."""
    group = group or get_command(cli.app)
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        if not hasattr(one, "commands") or one.invoke_without_command:
            found = {p.opts[0] if p.opts[0].startswith("-") else p.name: p for p in one.params}
            takes = tuple(
                (o, not getattr(p, "is_flag", False)) for o, p in found.items() if not getattr(p, "hidden", False)
            )
            yield Command((*path, name), tuple(x for x in takes if x[0] != "--help"))


COMMANDS = {one.name: one for one in commands()}


def test_every_option_is_known():
    """A new option needs values that are wrong, here or in a test of its own."""
    valued = {(name, option) for name, one in COMMANDS.items() for option, takes in one.options if takes}
    assert not [(name, option) for name, option in valued if option not in BAD]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_right_command_line_gets_there(prepared, small, tmp_path, name):
    """Without this, what is wrong below could be refused for another reason."""
    command = COMMANDS[name]
    given = {option: "CASE" for option, _ in command.options if option in ALWAYS} | NEEDED.get(name, {})
    options = [f"{option}={value}" for option, value in given.items() if option.startswith("-")]
    tried(
        [*command.path, *options, "--", *(v for o, v in given.items() if not o.startswith("-"))], False, small, tmp_path
    )


@st.composite
def lines(draw):
    """A command line, and whether something in it is wrong."""
    command = COMMANDS[draw(st.sampled_from(sorted(COMMANDS)))]
    valued = [option for option, takes in command.options if takes]
    flags = [option for option, takes in command.options if not takes and option not in NO_WORK]
    wrong = draw(st.lists(st.sampled_from(valued), max_size=2, unique=True)) if valued else []
    options, arguments = [], []
    for option in valued:
        needed = NEEDED.get(command.name, {})
        if option in wrong:
            value = draw(st.sampled_from(BAD[option]))
        elif option in needed:
            value = needed[option]
        elif option in GOOD and (option in ALWAYS or draw(st.booleans())):
            value = draw(st.sampled_from(GOOD[option]))
        else:
            continue
        if option.startswith("-"):
            options += [f"{option}={value}"] if draw(st.booleans()) and option.startswith("--") else [option, value]
        else:
            arguments.append(value)
    options += draw(st.lists(st.sampled_from(flags), max_size=1)) if flags else []
    if draw(st.integers(0, 19)) == 7:
        options, wrong = (
            [*options, draw(st.sampled_from(["--nonsense", "--members", "-x", "--off", "--=", "---"]))],
            [None],
        )
    return [*command.path, *options, "--", *arguments], bool(wrong)


def run_in(folder):
    """A study in `folder`, of which nothing can be read."""
    (folder / "runs" / "some").mkdir(parents=True, exist_ok=True)
    (folder / "runs" / "some" / "study.json").write_text("{}")
    return folder / "runs" / "some"


def tried(words, wrong, small, folder):
    """Nothing but an answer, or one sentence and exit code 2 where something is wrong; no file is left behind then."""
    words = [word.replace("CASE", str(small)) if word.endswith("CASE") else word for word in words]
    words = [str(run_in(folder)) if word == "RUN" else word for word in words]
    (folder / "full").mkdir(exist_ok=True)
    for name in ("a-file", "full/thesis.txt"):
        (folder / name).write_text("mine", encoding="utf-8")
    before = set(folder.rglob("*"))
    done = typed(*words, cwd=folder)
    made = set(folder.rglob("*")) - before
    if wrong or done.code == 2:
        assert done.code == 2, (words, done)
        assert len(done.said) == 1 and done.said[0].startswith("Error: ") and len(done.said[0]) > 20, (words, done)
        assert not made, (words, made)
    else:
        assert done.code in (None, 0, 1), (words, done)
        for path in sorted(made, reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()


@pytest.fixture(scope="module")
def prepared():
    with nothing_is_simulated():
        yield


HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=60, suppress_health_check=HEALTH)
@example(line=(["whatif", "--off=pay-gap", "--from=2001-05-08", "--", "islamic_state"], True))
@given(line=lines())
def test_a_wrong_command_line_is_one_sentence(prepared, small, tmp_path, line):
    tried(*line, small, tmp_path)


@pytest.mark.slow
@settings(max_examples=5000, suppress_health_check=HEALTH)
@given(line=lines())
def test_thousands_of_wrong_command_lines_are_one_sentence_each(prepared, small, tmp_path, line):
    tried(*line, small, tmp_path)

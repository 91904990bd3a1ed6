"""Making all kept results anew: every command is one that there is, and together they make all that is kept."""

from pathlib import Path

import pytest
import typer

from fissure.cli import app
from tools import results

STEPS = results.steps(Path("runs/results"))
FISSURE = [command[3:] for own in STEPS.values() for command in own if command[1:3] == ["-m", "fissure"]]


@pytest.mark.parametrize("words", FISSURE, ids=lambda words: words[0])
def test_every_command_can_be_given(words):
    group = typer.main.get_command(app)
    with group.make_context("fissure", list(words), resilient_parsing=False) as context:
        name, command, rest = group.resolve_command(context, list(words))
        with command.make_context(name, rest, parent=context) as own:
            assert own.params


def test_what_rests_on_the_posterior_comes_after_it():
    assert next(iter(STEPS)) == "posterior" and list(STEPS)[-1] == "docs"
    assert [name for name, _ in results.chosen(["answers", "posterior"], Path())] == ["posterior", "answers"]


def test_all_that_is_kept_has_a_step():
    kept = {path.stem for path in (results.POSTERIOR.parent / "kept").iterdir()}
    assert kept <= set(STEPS), "name the step after the file that it keeps"

"""Answers in the terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from fissure.studies.answers import Answers
from fissure.views import answers as words


def render(made: Answers) -> RenderableType:
    """Each question, what the model says to it, the study behind it, and how it could be wrong."""
    out: list[RenderableType] = []
    for answer in made.answers:
        out += [
            Text(answer.asks, style="bold"),
            Padding(Text(words.sentence(answer, made)), (0, 0, 0, 2)),
            Padding(Text(f"How it could be wrong: {answer.caution}", style="dim"), (0, 0, 0, 2)),
            Padding(Text(f"{answer.study}, {answer.members} histories", style="dim"), (0, 0, 1, 2)),
        ]
    return Group(*out)

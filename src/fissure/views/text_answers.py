"""Answers in the terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from fissure.present import certainty
from fissure.present.sections import answers as words
from fissure.studies.answers import Answers


def render(made: Answers) -> RenderableType:
    """Each question, what the model says to it, the study behind it, and how it could be wrong."""
    out: list[RenderableType] = []
    for answer in made.answers:
        out += [
            Text(answer.asks, style="bold"),
            *([Padding(Text(answer.few_histories, style="yellow"), (0, 0, 0, 2))] if answer.few_histories else []),
            Padding(Text(words.sentence(answer, made)), (0, 0, 0, 2)),
            *(Padding(Text(said), (0, 0, 0, 2)) for said in words.ends(answer)),
            Padding(Text(f"How it could be wrong: {answer.caution}", style="dim"), (0, 0, 0, 2)),
            Padding(
                Text(f"{answer.study}: {certainty.worth(answer.worth, answer.members)}", style="dim"), (0, 0, 1, 2)
            ),
        ]
    return Group(*out, *(Text(said, style="dim") for said in words.notes(made)))

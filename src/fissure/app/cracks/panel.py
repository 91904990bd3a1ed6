"""The panel of a mechanism or a field: what is known of it, joined with the causal picture."""

import inspect
import re
from collections.abc import Mapping, Sequence

from fissure.app.cracks.known import Known
from fissure.app.cracks.told import (
    FieldTold,
    LinkTold,
    LoopsTold,
    LoopTold,
    MechanismTold,
    RuleTold,
    StepTold,
)
from fissure.errors import FissureError, nearest
from fissure.model.catalogue import known_mechanism, mechanism_classes
from fissure.model.description import described
from fissure.present.words import causal as causal_fields
from fissure.studies.causal import Loop
from fissure.studies.causal_atlas import Atlas, kinds

LOOPS = 8
"""Loops that a panel shows of those through its subject."""


def mechanism(name: str, known: Known, atlas: Atlas | None, most: int = LOOPS) -> MechanismTold:
    """All of mechanism `name`. Raises `FissureError`, with the nearest name, where there is none."""
    kind = mechanism_classes()[known_mechanism(name)]
    text = described(kind)
    return MechanismTold(
        **known.mechanisms[name].model_dump(),
        theory=text.theory,
        rule=blocks(text.rule),
        sources=text.source.split(),
        checks=known.checks(name),
        checks_stale=known.checked[1],
        attribution=known.attributed(name),
        parameters_told=[one for one in known.parameters if one.owner == name],
        claims_told=known.claims(name),
        rivals=known.rivals(f"mechanism:{name}"),
        reads=None if atlas is None else _links(atlas.reads[name]),
        moves=None if atlas is None else _links(atlas.moves[name]),
        loops=None if atlas is None else loops(name, atlas, most),
    )


def field(path: str, known: Known, atlas: Atlas, most: int = LOOPS) -> FieldTold:
    """All of the field `path`. Raises `FissureError`, with the nearest one, where there is none."""
    if path not in atlas.fields:
        raise FissureError(f"there is no field '{path}'{nearest(path, atlas.fields)}")
    about = causal_fields.field(path)
    always = [part for part in atlas.parts if part.target == path]
    return FieldTold(
        path=path, label=about.label, owner=about.owner, meaning=about.meaning, each=about.each, unit=about.unit,
        range=about.range, outputs=list(about.outputs),
        figures=[one for output in about.outputs for one in known.figures(output)],
        rivals=[group for output in about.outputs for group in known.rivals(f"output:{output}")],
        movers=_links(atlas.movers[path]), readers=_links(atlas.readers[path]),
        always=[StepTold(field=p.source, by=p.name, mechanism=False, sign=p.sign) for p in always],
        loops=loops(path, atlas, most),
    )  # fmt: skip


def loops(name: str, atlas: Atlas, most: int = LOOPS) -> LoopsTold:
    """Loops through a mechanism or a field."""
    own = atlas.through(name)
    return LoopsTold(total=len(own), kinds=kinds(own), shortest=[loop(one, atlas, name) for one in varied(own)[:most]])


def varied(found: Sequence[Loop]) -> list[Loop]:
    """The same loops, those first that have somebody who is in none before, so that a few show much."""
    known: set[str] = set()
    first: list[Loop] = []
    rest: list[Loop] = []
    for one in found:
        (first if set(one.carriers) - known else rest).append(one)
        known |= set(one.carriers)
    return first + rest


def loop(one: Loop, atlas: Atlas, begin: str = "") -> LoopTold:
    """A loop step by step, beginning at the field `begin` or where the mechanism `begin` takes it up."""
    steps = [
        StepTold(field=f, by=by, mechanism=by in atlas.reads, sign=sign)
        for f, by, sign in zip(one.fields, one.carriers, atlas.step_signs(one), strict=True)
    ]
    at = next((i for i, step in enumerate(steps) if begin in (step.field, step.by)), 0)
    return LoopTold(kind=one.kind, steps=steps[at:] + steps[:at])


def blocks(text: str) -> list[RuleTold]:
    """A dedented docstring as paragraphs and, where lines are indented, equations."""
    out: list[RuleTold] = []
    for lines in re.split(r"\n\s*\n", text.strip("\n")):
        if not lines.strip():
            continue
        equation = lines.startswith("    ")
        said = inspect.cleandoc(f"\n{lines}") if equation else " ".join(lines.split())
        if equation and out and out[-1].equation:
            out[-1] = RuleTold(equation=True, text=f"{out[-1].text}\n\n{said}")
        else:
            out.append(RuleTold(equation=equation, text=said))
    return out


def _links(found: Mapping[str, str]) -> list[LinkTold]:
    return [LinkTold(name=name, sign=sign) for name, sign in found.items()]

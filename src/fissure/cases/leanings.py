"""How kinds of publishers lean: the entries of a case's `measurement.yaml`, and reading them."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from fissure.errors import FissureError
from fissure.evidence.entries import SourceKind
from fissure.reading import Positive, Real, Share, Strict, Text, read_yaml_lines, stands


class Leaning(Strict):
    """An entry of `measurement.yaml`: how the figures of one kind of publisher are known to be off.

    `family` names the family of variables that it speaks of, None all others. `factor` is the 90% range of
    published / true, `points` that of published - true for shares and changes; None where no leaning is known.
    `common` is the share of the variance of a figure's doubt that all figures of one publisher and family
    have in common.
    """

    kind: SourceKind
    family: Text | None = None
    factor: tuple[Positive, Positive] | None = None
    points: tuple[Real, Real] | None = None
    common: Share
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, ends in (("factor", self.factor), ("points", self.points)):
            if ends is not None and ends[0] > ends[1]:
                raise ValueError(f"{name} runs from {ends[0]:g} to {ends[1]:g}, expected the lower end first")
        return self


def read_leanings(path: Path) -> list[Leaning]:
    """The entries of `path`, none where there is no such file.

    Raises `FissureError`, `FILE:LINE: ...`, for what is malformed and for a kind and family that stand twice.
    """
    if not stands(path):
        return []
    leanings, line_of = read_yaml_lines(path, list[Leaning])
    seen: dict[tuple[str, str | None], int] = {}
    for number, leaning in enumerate(leanings):
        line, of = line_of(number, "kind"), f" on '{leaning.family}'" if leaning.family else ""
        if first := seen.get((leaning.kind, leaning.family)):
            raise FissureError(f"{path}:{line}: the leaning of '{leaning.kind}'{of} stands already on line {first}")
        seen[leaning.kind, leaning.family] = line
    return leanings

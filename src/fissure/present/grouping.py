"""The order in which compared observations are shown: by subject, by variable, rivals under each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fissure.studies.compare import Compared

ELSEWHERE = "⇄"


@dataclass(frozen=True)
class Placed:
    """A row and its mark: a bracket that joins rivals (``┌ │ └``), ``⇄`` for one elsewhere, or nothing."""

    row: Compared
    mark: str


@dataclass(frozen=True)
class Subject:
    """The rows whose variables read one output of the model."""

    output: str
    placed: tuple[Placed, ...]


def grouped(rows: Iterable[Compared]) -> list[Subject]:
    """Rows of variables that the model has a counterpart of, by output and variable in the ledger's order."""
    of_output: dict[str, dict[str, list[Compared]]] = {}
    for row in rows:
        if row.variable.output is not None:
            of_output.setdefault(row.variable.output, {}).setdefault(row.variable.id, []).append(row)
    return [
        Subject(output, tuple(placed for group in variables.values() for placed in _placed(group)))
        for output, variables in of_output.items()
    ]


def _placed(rows: Sequence[Compared]) -> list[Placed]:
    """Rows of one variable by date, each set of rivals together."""
    clusters = sorted(_clusters(rows), key=lambda cluster: cluster[0].observation.when)
    return [Placed(row, mark) for cluster in clusters for row, mark in zip(cluster, _marks(cluster), strict=True)]


def _clusters(rows: Sequence[Compared]) -> list[list[Compared]]:
    left = {row.observation.id: row for row in sorted(rows, key=lambda row: row.observation.when)}
    clusters = []
    while left:
        waiting, found = [next(iter(left))], []
        while waiting:
            row = left.pop(waiting.pop(), None)
            if row is not None:
                found.append(row)
                waiting += row.observation.rival_of
        clusters.append(sorted(found, key=lambda row: row.observation.when))
    return clusters


def _marks(cluster: Sequence[Compared]) -> list[str]:
    if len(cluster) == 1:
        return [ELSEWHERE if cluster[0].observation.rival_of else ""]
    return ["┌", *["│"] * (len(cluster) - 2), "└"]

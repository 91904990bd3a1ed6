"""Which mechanism moves which field, and the feedback loops that they close: a section of the report."""

from collections.abc import Sequence

from fissure.evidence.ledger import Ledger
from fissure.present.charts import causal_matrix
from fissure.present.document import Cell, Column, Drawing, Fold, Notice, Paragraph, Row, Section, Span, Table
from fissure.present.words.causal import counted, loop_name
from fissure.studies.causal import Atlas, Loop, atlas, unknown

DRAWN = 12
"""Loops that are drawn."""


def section(ledger: Ledger) -> Section:
    """What the report of a run says of causes."""
    at = atlas()
    shown = listed(at.loops)
    rows = tuple(Row((Cell(loop_name(loop)), Cell(loop.kind))) for loop in shown)
    return Section(
        "causes",
        "Who moves whom",
        (
            Paragraph(
                "Which fields each mechanism reads and moves, read from the code and not drawn by hand. A circle is "
                "read, a sign is moved within the week; where a column holds both, one mechanism meets another a week "
                "later. Signs say which way, near a short run of the reference case, and nothing of how much. Point at "
                "a mechanism for its claims."
            ),
            *not_known(unknown(at.picture)),
            Drawing(causal_matrix.matrix(at.picture, ledger), "Mechanisms and fields"),
            Section(
                "loops",
                "Feedback loops",
                (
                    Paragraph(
                        f"Together the mechanisms close {counted(at.loops)}. Listed are those of one mechanism, and "
                        "those of two that close without help from what is always on; drawn are loops of mechanisms "
                        "alone, each with a mechanism that is in none before it."
                    ),
                    Drawing(rings(at), "Loops"),
                    Fold(
                        f"{len(shown)} loops",
                        (Table.of((Column("loop", wrap=True), "kind"), rows, "List of loops"),),
                    ),
                ),
            ),
        ),
    )


def not_known(names: Sequence[str]) -> tuple[Notice, ...]:
    """That the signs of these mechanisms, brought by other packages, are not known; nothing where there are none."""
    if not names:
        return ()
    each = [part for name in names for part in (", ", Span(name, code=True))][1:]
    what = "it reads and moves is" if len(names) == 1 else "they read and move is"
    said = (
        " are not known: signs come with Fissure for its own mechanisms. What "
        f"{what} read from the code, and a ? or a dotted line stands where the direction is unknown."
    )
    return (Notice((("The signs of ", *each, said),)),)


def rings(at: Atlas) -> str:
    """The loops of `drawn` as rings, as SVG."""
    return causal_matrix.rings([(loop, at.step_signs(loop)) for loop in drawn(at.loops)])


def drawn(found: Sequence[Loop]) -> list[Loop]:
    """Loops to draw: of mechanisms alone, the shortest first, each with a mechanism that is in none before it."""
    out: list[Loop] = []
    for loop in sorted(found, key=lambda loop: (-min(loop.mechanisms, 2), loop.mechanisms)):
        known = {carrier for one in out for carrier in one.carriers}
        if len(loop.fields) == loop.mechanisms and set(loop.carriers) - known and len(out) < DRAWN:
            out.append(loop)
    return out


def listed(found: Sequence[Loop]) -> list[Loop]:
    """Loops to list: those of one mechanism, and those of two that no process helps to close."""
    return [loop for loop in found if loop.mechanisms == 1 or len(loop.fields) == loop.mechanisms == 2]

"""The causal picture as it is shown: the matrix of mechanisms and fields, the loops, and how many there are."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import mechanism_classes
from fissure.present.charts import causal_matrix
from fissure.studies import verdicts
from fissure.studies.causal import KINDS, MOST_MECHANISMS, UNKNOWN, Loop, Picture, loops, merged, picture, unknown

SHOWN = 12


def with_verdicts() -> Picture:
    """The picture with the verdicts kept of the last full check of effects."""
    return picture(verdicts=verdicts.by_mechanism(verdicts.effects(verdicts.kept())))


def matrix(ledger: Ledger, seen: Picture) -> str:
    """The matrix of mechanisms and fields as SVG, with claims to point at."""
    return causal_matrix.matrix(seen, groups(), {m: _tip(ledger, m) for m in seen.reads})


def rings(seen: Picture, found: Sequence[Loop]) -> str:
    """The loops of `drawn` as rings, as SVG."""
    shown = drawn(found)
    return causal_matrix.rings(shown, [_signs(seen, loop) for loop in shown], groups())


def drawn(found: Sequence[Loop]) -> list[Loop]:
    """Loops to draw: of mechanisms alone, the shortest first, each with a mechanism that is in none before it."""
    out: list[Loop] = []
    for loop in sorted(found, key=lambda loop: (-min(loop.mechanisms, 2), loop.mechanisms)):
        known = {carrier for one in out for carrier in one.carriers}
        if len(loop.fields) == loop.mechanisms and set(loop.carriers) - known and len(out) < SHOWN:
            out.append(loop)
    return out


def listed(found: Sequence[Loop]) -> list[Loop]:
    """Loops to list: those of one mechanism, and those of two that no process helps to close."""
    return [loop for loop in found if loop.mechanisms == 1 or len(loop.fields) == loop.mechanisms == 2]


def counted(found: Sequence[Loop]) -> str:
    """How many loops there are, in words, by length and kind."""
    said = []
    for n in range(1, MOST_MECHANISMS + 1):
        of = Counter(loop.kind for loop in found if loop.mechanisms == n)
        kinds = [kind for sign, kind in KINDS.items() if sign != UNKNOWN or of[kind]]
        said.append(f"{of.total()} of {n} mechanism{'s' if n > 1 else ''} "
                    f"({', '.join(f'{of[kind]} {kind}' for kind in kinds)})")  # fmt: skip
    return f"{len(found):,} loops of at most {MOST_MECHANISMS} mechanisms: {'; '.join(said)}"


def groups() -> dict[str, str]:
    """The group of each mechanism, by name."""
    return {name: kind.group() for name, kind in mechanism_classes().items()}


def _signs(seen: Picture, loop: Loop) -> list[str]:
    """The sign of each step of `loop`."""
    arrows = list(seen.arrows())
    steps = zip(loop.fields, loop.carriers, [*loop.fields[1:], loop.fields[0]], strict=True)
    return [merged([a.sign for a in arrows if (a.source, a.by, a.target) == step]) for step in steps]


def claims_of(ledger: Ledger, name: str) -> list[tuple[str, str]]:
    """Claims of mechanism `name`: source and line, and the paraphrase on one line."""
    return [(f"{c.source}:{c.line}", " ".join(c.paraphrase.split())) for c in ledger.claims_of(name)]


def _tip(ledger: Ledger, name: str) -> str:
    return "\n".join([mechanism_classes()[name].title, *(f"{at} {said}" for at, said in claims_of(ledger, name))])


def for_report(ledger: Ledger) -> dict[str, Any]:
    """What the report's section on causes is given: the matrix as SVG, the number of loops and those listed."""
    seen = with_verdicts()
    found = loops(seen)
    return {
        "matrix": matrix(ledger, seen),
        "rings": rings(seen, found),
        "counted": counted(found),
        "loops": [(loop.kind, loop.name) for loop in listed(found)],
        "unknown": unknown(seen),
    }

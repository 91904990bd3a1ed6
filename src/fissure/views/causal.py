"""The causal picture as pages: `python -m fissure.views.causal docs` writes it into the docs.

python -m fissure.views.causal FOLDER            the page and its pictures, from the signs kept in the package
python -m fissure.views.causal FOLDER --signs    the same after finding the signs anew (about a minute)
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger
from fissure.model.catalogue import mechanism_classes
from fissure.model.plugins import ledger_folders
from fissure.studies import verdicts
from fissure.studies.causal import KINDS, MOST_MECHANISMS, Loop, Picture, keep, loops, merged, picture, unknown
from fissure.studies.coverage import require_own
from fissure.studies.signs import UNKNOWN, find
from fissure.views import causal_svg
from fissure.views.causal_svg import GLYPHS, GROUPS

CASE = "islamic_state"
PAGE, MATRIX, RINGS = (
    Path("reference/causal-picture.md"),
    Path("images/causal-matrix.svg"),
    Path("images/causal-loops.svg"),
)
SHOWN = 12
PAGE_TEXT = """# The causal picture

Read from the code, not drawn by hand: a week is traced and its dataflow followed (`fissure.model.causal`), so the
picture shows what the code does. `python -m fissure.views.causal docs` writes this page; a test fails when it is stale.
Signs are of finite changes along a short run of the reference case (`fissure.studies.signs`): they say which way, near
that run, and nothing of how much. What whole runs show, with intervals, are the [effect checks](effects.md): the line
"checked" under each mechanism gives their verdict.

![Which mechanism reads and moves which field](../{matrix})

## Feedback loops

Through the fields of the state the {mechanisms} mechanisms close {counted}.

A loop with an even number of falling steps reinforces itself, one with an odd number balances itself; with a step that
goes either way it is undetermined. Between two mechanisms at most one step of what is always on is counted, and within
a week only what a mechanism moves through one part of settling. Longer loops exist and are not counted: their number
grows faster than what they tell.

![Loops of mechanisms alone](../{rings})

Drawn are loops of mechanisms alone, each with a mechanism that is in none before it. Listed are {listed}: those of one
mechanism, and those of two that close without help from what is always on.

| kind | loop |
|---|---|
{loops}

## What each mechanism reads and moves

A channel is given with the sign of what the mechanism contributes to it, and the fields and forcing behind it with the
sign of the contribution's change as they grow.
"""


def main(arguments: Sequence[str]) -> None:
    """Write the page and its pictures below the folder that `arguments` name.

    Raises `FissureError` where signs are to be kept while mechanisms of other packages are installed.
    """
    folder = Path(next((a for a in arguments if not a.startswith("-")), "docs"))
    case = load_case(CASE)
    if "--signs" in arguments:
        require_own("signs")
        keep(find(case))
    for path, text in pages(load_ledger(package_ledger(), *ledger_folders(), case.ledger_folder)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def pages(ledger: Ledger, seen: Picture | None = None) -> dict[Path, str]:
    """Text of each file by its path below the docs."""
    seen = seen or _with_verdicts()
    found = loops(seen)
    return {MATRIX: matrix(ledger, seen), RINGS: rings(seen, found), PAGE: _page(ledger, seen, found)}


def _with_verdicts() -> Picture:
    """The picture with the verdicts kept of the last full check of effects."""
    return picture(verdicts=verdicts.by_mechanism(verdicts.effects(verdicts.kept())))


def matrix(ledger: Ledger, seen: Picture) -> str:
    """The matrix of mechanisms and fields as SVG, with claims to point at."""
    return causal_svg.matrix(seen, _groups(), {m: _tip(ledger, m) for m in seen.reads})


def rings(seen: Picture, found: Sequence[Loop]) -> str:
    """The loops of `drawn` as rings, as SVG."""
    shown = drawn(found)
    return causal_svg.rings(shown, [_signs(seen, loop) for loop in shown], _groups())


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


def _groups() -> dict[str, str]:
    return {name: kind.group() for name, kind in mechanism_classes().items()}


def _signs(seen: Picture, loop: Loop) -> list[str]:
    """The sign of each step of `loop`."""
    arrows = list(seen.arrows())
    steps = zip(loop.fields, loop.carriers, [*loop.fields[1:], loop.fields[0]], strict=True)
    return [merged([a.sign for a in arrows if (a.source, a.by, a.target) == step]) for step in steps]


def _claims(ledger: Ledger, name: str) -> list[tuple[str, str]]:
    """Claims of mechanism `name`: source and line, and the paraphrase on one line."""
    return [(f"{c.source}:{c.line}", " ".join(c.paraphrase.split())) for c in ledger.claims_of(name)]


def _tip(ledger: Ledger, name: str) -> str:
    return "\n".join([mechanism_classes()[name].title, *(f"{at} {said}" for at, said in _claims(ledger, name))])


def _page(ledger: Ledger, seen: Picture, found: Sequence[Loop]) -> str:
    """The page of the docs, in Markdown."""
    text = PAGE_TEXT.format(
        matrix=MATRIX, rings=RINGS, mechanisms=len(seen.reads), counted=counted(found), listed=len(listed(found)),
        loops="\n".join(f"| {loop.kind} | {loop.name} |" for loop in listed(found)),
    )  # fmt: skip
    out = [text]
    for g, names in causal_svg.rows(seen, _groups()):
        out += [f"### {GROUPS[g][0]}", ""]
        for name in names:
            out += _of(ledger, seen, name)
    return "\n".join(out).rstrip() + "\n"


def _of(ledger: Ledger, seen: Picture, name: str) -> list[str]:
    moved = seen.writes_to(name)
    out = [f"**{mechanism_classes()[name].title}** (`{name}`)", ""]
    for channel, sources in seen.reads[name].items():
        said = ", ".join(f"`{path}` {GLYPHS[sign]}" for path, sign in sorted(sources.items()))
        with_what = f"; with {said}" if said else "; whatever the state"
        out.append(f"- `{channel}` {GLYPHS[seen.writes[name][channel]]}{with_what}")
    out.append(f"- moves at once: {', '.join(f'`{path}` {GLYPHS[sign]}' for path, sign in moved.items()) or 'nothing'}")
    for verdict in seen.verdicts.get(name, ()):
        out.append(f"- checked: {verdict.observable} {verdict.sign}: {verdict.verdict}")
    out += [f"- {at}: {said}" for at, said in _claims(ledger, name)]
    return [*out, ""]


def for_report(ledger: Ledger) -> dict[str, Any]:
    """What the report's section on causes is given: the matrix as SVG, the number of loops and those listed."""
    seen = _with_verdicts()
    found = loops(seen)
    return {
        "matrix": matrix(ledger, seen),
        "rings": rings(seen, found),
        "counted": counted(found),
        "loops": [(loop.kind, loop.name) for loop in listed(found)],
        "unknown": unknown(seen),
    }


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except FissureError as error:
        sys.exit(f"Error: {error}")

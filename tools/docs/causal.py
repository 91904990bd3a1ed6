"""The causal picture as a page of the docs: `python -m tools.docs.causal docs`, with `--signs` after a new search.

The search for signs runs the reference case for a short while (about a minute) and keeps what it finds with the case.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger
from fissure.model.catalogue import mechanism_classes
from fissure.model.plugins import ledger_folders
from fissure.present.formatting import MECHANISM_GROUPS
from fissure.present.sections import causal_matrix
from fissure.present.sections.causal import GLYPHS, by_group, counted, loop_name
from fissure.present.sections.causal_matrix import drawn_rings, listed
from fissure.studies.causal import Atlas, Loop, Picture, loops, picture
from fissure.studies.effects import kept_effects, verdicts_of
from fissure.studies.kept_results import require_own
from tools.docs import signs

CASE = "islamic_state"
PAGE = Path("reference/causal-picture.md")
MATRIX, RINGS = Path("images/causal-matrix.svg"), Path("images/causal-loops.svg")
PAGE_TEXT = """# The causal picture

Read from the code, not drawn by hand: a week is traced and its dataflow followed (`fissure.model.causal`), so the
picture shows what the code does. `make docs` writes this page; a test fails when it is stale.
Signs are of finite changes along a short run of the reference case (`tools/docs/signs.py`): they say which way, near
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
        signs.keep(signs.find(case))
    for path, text in pages(load_ledger(package_ledger(), *ledger_folders(), case.ledger_folder)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def pages(ledger: Ledger, seen: Picture | None = None) -> dict[Path, str]:
    """Text of each file by its path below the docs."""
    seen = seen or picture(verdicts=verdicts_of(kept_effects().effects))
    found = loops(seen)
    return {
        MATRIX: causal_matrix.matrix(seen, ledger),
        RINGS: drawn_rings(Atlas(seen, tuple(found))),
        PAGE: _page(ledger, seen, found),
    }


def _page(ledger: Ledger, seen: Picture, found: Sequence[Loop]) -> str:
    """The page of the docs, in Markdown."""
    text = PAGE_TEXT.format(
        matrix=MATRIX, rings=RINGS, mechanisms=len(seen.reads), counted=counted(found), listed=len(listed(found)),
        loops="\n".join(f"| {loop.kind} | {loop_name(loop)} |" for loop in listed(found)),
    )  # fmt: skip
    out = [text]
    for group, names in by_group(seen.reads).items():
        out += [f"### {MECHANISM_GROUPS[group]}", ""]
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
    out += [f"- {claim.id}: {' '.join(claim.paraphrase.split())}" for claim in ledger.claims_of(name)]
    return [*out, ""]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except FissureError as error:
        sys.exit(f"Error: {error}")

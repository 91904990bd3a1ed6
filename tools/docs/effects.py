"""The effect checks as a page of the docs: `python -m tools.docs.effects FOLDER docs`.

FOLDER is that of a finished `fissure check` of all mechanisms. Its verdicts are kept with the reference case, where the
causal picture finds them, and the page is written. Without FOLDER the page is written again from the verdicts kept.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fissure.errors import FissureError
from fissure.model.catalogue import mechanism_classes
from fissure.present.document import Table, spans
from fissure.present.formatting import MECHANISM_GROUPS
from fissure.present.sections import effects
from fissure.studies.effects import FILE, KEPT, few_of, kept_effects
from fissure.studies.kept_results import require_own

PAGE = Path("reference/effects.md")
TEXT = """# What each mechanism was seen to do

As `fissure check --members {members} --seed {seed}` found it for the case `{case}`: paired runs of {weeks} weeks and
{units} units of {slots} fighter slots, with the same luck, with and without a mechanism or with a driver of it moved.
**{holding} of {mechanisms} mechanisms hold** ({checks_holding} of {checks} checks). How to read the table and what it
does not show: [check effects](../how-to/check-effects.md). `make docs` writes this page.

A difference is the changed run less the same run as it is, with its 95% interval and in per cent of the latter;
members are those in which it could be measured. Members are added (16, 32, {members}) until the interval excludes zero.

{few}
⊣: nothing is left in any member, so the check is true by construction and its size says only how much there was
({emptied} checks).
"""


def main(arguments: Sequence[str]) -> None:
    """Keep the verdicts of the study's folder, if one is named, and write the page below the docs folder."""
    *studied, folder = arguments or ["docs"]
    for study in studied:
        require_own("verdicts")
        path = Path(study) / FILE
        if not path.is_file():
            raise FissureError(f"{path}: there is no such file, expected the folder of a finished fissure check")
        data = kept_effects(path)
        if data.quick or {e.mechanism for e in data.effects} != set(mechanism_classes()):
            raise FissureError(f"{path}: is of a quick or partial check, expected a full one of all mechanisms")
        KEPT.write_bytes(path.read_bytes())
    out = Path(folder) / PAGE
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page, in Markdown, from the verdicts kept."""
    data = kept_effects()
    found = data.effects
    by = {name: [e for e in found if e.mechanism == name] for name in dict.fromkeys(e.mechanism for e in found)}
    out = [
        TEXT.format(
            **{k: getattr(data, k) for k in ("members", "seed", "case", "weeks", "units", "slots")},
            holding=sum(all(e.holds for e in own) for own in by.values()),
            mechanisms=len(by),
            checks_holding=sum(e.holds for e in found),
            checks=len(found),
            few=few_of(found),
            emptied=sum(e.emptied for e in found),
        )
    ]
    for group, title in MECHANISM_GROUPS.items():
        own = [e for e in found if e.group == group]
        out += [f"## {title}", "", *_markdown(effects.table(own)), ""]
    return "\n".join(out).rstrip() + "\n"


def _markdown(table: Table) -> Iterator[str]:
    """A table as in a terminal; of kept effects nobody knows how long they took."""
    shown = table.on("terminal")
    at = [n for n, column in enumerate(shown.columns) if column.title != "Time"]
    yield f"| {' | '.join(shown.columns[n].title for n in at)} |"
    yield f"|{'---|' * len(at)}"
    for row in shown.rows:
        cells = (spans(row.cells[n].text) for n in at)
        yield f"| {' | '.join(''.join(f'`{x.text}`' if x.code else x.text for x in cell) for cell in cells)} |"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except FissureError as error:
        sys.exit(f"Error: {error}")

"""The page that `fissure patterns` and `fissure orderings` print: each part with its share, interval and verdict."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.evidence.ledger import Ledger
from fissure.present.words import patterns as words
from fissure.studies.patterns import Met, Plausible, sample
from fissure.views.text import head_of

STYLES = {"met": "green", "mixed": "yellow", "not met": "red"}


def render(
    found: Sequence[Met],
    among: Plausible,
    about: Mapping[str, object] | None = None,
    *,
    ledger: Ledger | None = None,
    until: date | None = None,
) -> RenderableType:
    """All of it; `about` says how the run was made, as in `fissure.views.text.render`.

    With `ledger` and `until`, the last day that a fit was told of, each part is marked as in or out of its sample.
    """
    head = head_of(about)
    head += [Text(said, style=style) for said, style in words.sure(among, (about or {}).get("worth")) if said]
    filter_ = Padding(Text(words.filtered(among)), (1, 0))
    if not found:
        said = "The ledger of this case does not hold the sources of any pattern, so there is nothing to test."
        return Group(*head, filter_, Text(said))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("pattern", overflow="fold", ratio=1)
    table.add_column("level", max_width=12)
    for name in ("met in", "95% interval", "of members"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    marks = None if ledger is None or until is None else (ledger, until)
    if marks:
        table.add_column("sample", no_wrap=True)
    for letter, group in groupby(found, key=lambda one: one.pattern.letter):
        parts = list(group)
        table.add_row(Text(letter, style="bold cyan"), Text(parts[0].pattern.title, style="bold"))
        for one in parts:
            table.add_row(*_cells(one), *([_sample(one, *marks)] if marks else []))
    keys = [Text(key, style="dim") for key in (words.KEY, *([words.samples(marks[1])] if marks else []))]
    told = " ".join([words.headline(found), *(out_of_sample(found, *marks) if marks else [])])
    return Group(*head, filter_, table, *keys, Padding(Text(told, style="bold"), (1, 0)))


def out_of_sample(found: Sequence[Met], ledger: Ledger, until: date) -> list[str]:
    """How those parts do that a fit up to `until` could not have known; empty where there are none."""
    tests = [one for one in found if sample(one.pattern, one.part, ledger, until) == "tests"]
    return [f"Out of sample, {len(tests)}: {words.tally(tests)}."] if tests else []


def _sample(one: Met, ledger: Ledger, until: date) -> Text:
    return Text(str(words.SAMPLES[sample(one.pattern, one.part, ledger, until)]))


def _cells(one: Met) -> tuple[Text, ...]:
    return (
        Text(one.part.name, style="dim"),
        Text(one.part.title + (f" ({one.reason})" if one.reason else "")),
        Text(one.part.level, style="dim"),
        Text(words.share(one), style="bold"),
        Text(words.interval(one)),
        Text(str(one.applicable) if one.applicable else "–"),
        Text(str(words.VERDICTS[one.verdict]), style=STYLES.get(one.verdict, "dim")),
    )

"""The tables that `fissure sensitivity` prints."""

from collections.abc import Iterator
from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.present.words import sensitivity as words
from fissure.studies.sensitivity import Of, Sensitivity

ROWS = 4
"""Kinds of evidence that are listed for an outcome."""


def render(found: Sensitivity) -> RenderableType:
    """For each outcome what it hangs on and what would narrow it; then what it comes to."""
    return Group(
        *([Text(found.few_histories, style="yellow")] if found.few_histories else []),
        Text(words.rests_on(found), style="dim"),
        *(_outcome(of, found) for of in found.of),
        *([Text(words.KEY, style="dim")] if found.strong else []),
        Padding(Text(words.screened(found)), (1, 0, 0, 0)),
        Text(words.settled(found)),
        *([Text(words.learned(found))] if found.learned else []),
        Text(words.overall(found), style="bold"),
        *([Text(words.QUICK, style="yellow")] if found.quick else []),
    )


def _outcome(of: Of, found: Sensitivity) -> RenderableType:
    parts: list[RenderableType] = [Text(words.headline(of, found), style="bold")]
    if ends := words.ends(of, found):
        parts.append(Text(ends))
    if of.indices:
        parts.append(_indices(of, found))
    kinds = [one for one in found.of_outcome(of.outcome, "kind") if one.told][:ROWS]
    parts.append(Text(words.evidence(of.outcome, found)))
    for one in kinds:
        itself = " (the answer itself, measured)" if one.itself else ""
        said = f"  {words.share(one.share, one.low, one.high):<22} {one.title}{itself}, {words.worth_when(one)}"
        parts.append(Text(said, style="dim"))
    return Padding(Group(*parts), (0, 0, 1, 0))


def _indices(of: Of, found: Sensitivity) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("input", style="cyan", no_wrap=True)
    table.add_column("what it is", ratio=1, overflow="fold")
    table.add_column("alone", justify="right", no_wrap=True)
    table.add_column("in all", justify="right", no_wrap=True)
    table.add_column("")
    for one in of.indices:
        table.add_row(
            one.input,
            "" if one.input in words.CHANCE else found.titles.get(one.input, ""),
            words.share(one.first, one.first_low, one.first_high),
            words.share(one.total, one.total_low, one.total_high),
            words.verdict(one),
        )
    return table


def lines(found: Sensitivity, width: int = 130) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(found))
    yield from (line.rstrip() for line in out.getvalue().splitlines())

"""The table that `fissure check` prints, and the words in which an effect is told."""

import math
from collections.abc import Iterator
from io import StringIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.engine.progress import duration
from fissure.present.formatting import signed
from fissure.studies.effects import Checked, Effect, Verdict

SIGNS: dict[Verdict, tuple[str, str]] = {
    "holds": ("✓", "green"),
    "not shown": ("?", "yellow"),
    "no effect": ("0", "magenta"),
    "contrary": ("✗", "red"),
}
QUICK = "A quick look: half the units and few members. Run without --quick for the full check."
WIDE = 118
"""Columns from which a table has room for everything."""


def render(checked: Checked) -> RenderableType:
    """The effects as a table for the width that it is printed at, what they amount to, and how they were made."""
    return Group(
        *([Text(checked.few_histories, style="yellow")] if checked.few_histories else []),
        _Effects(checked),
        Text(key(), style="dim"),
        Padding(Text(checked.summary, style="bold"), (1, 0, 0, 0)),
        *([Text(QUICK, style="yellow")] if checked.quick else []),
    )


def key() -> str:
    """What the columns and verdicts mean."""
    return (
        "Paired difference: changed run less the same run as it is, member by member; with its 95% interval (Student's "
        "t). ✓ holds: the interval excludes zero on the expected side · ? not shown: it includes zero · "
        "0 no effect: zero in every member · ✗ contrary · ⊣ nothing is left of it in any member, as it must be: its "
        "size says only how much there was"
    )


def expected(effect: Effect) -> str:
    """Which way it should move."""
    return "lower" if effect.sign < 0 else "higher"


def interval(effect: Effect) -> str:
    """The 95% interval of the paired difference, marked where nothing is left of what is measured."""
    mark = " ⊣" if effect.emptied else ""
    return f"{signed(effect.low)} to {signed(effect.high)}{mark}" if math.isfinite(effect.low) else "not known"


def relative(effect: Effect) -> str:
    """The difference in per cent of what it is with everything as it is."""
    return f"{signed(effect.relative)}%" if math.isfinite(effect.relative) else "–"


def share(effect: Effect) -> str:
    """The share of members that moved the expected way."""
    return f"{effect.share:.0%}" if math.isfinite(effect.share) else "–"


def seconds(effect: Effect) -> str:
    """Time of simulating now; nothing where the numbers were kept from before."""
    return duration(effect.seconds) if effect.seconds else "kept"


class _Effects:
    """One line a check, or two where there is no room."""

    def __init__(self, checked: Checked):
        self.checked = checked

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._wide() if options.max_width >= WIDE else self._narrow()

    def _wide(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("group")
        table.add_column("mechanism", style="cyan", no_wrap=True)
        table.add_column("what moves", ratio=1, overflow="fold")
        table.add_column("expected", max_width=8)
        for name in ("difference", "95% interval", "in %"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        table.add_column("members", justify="right")
        table.add_column("time", justify="right", no_wrap=True)
        group = mechanism = ""
        for effect in self.checked.effects:
            table.add_row(
                effect.group if effect.group != group else "",
                effect.mechanism if effect.mechanism != mechanism else "",
                _what(effect),
                expected(effect),
                signed(effect.difference),
                interval(effect),
                relative(effect),
                _verdict(effect),
                str(effect.members),
                Text(seconds(effect), style="dim"),
            )
            group, mechanism = effect.group, effect.mechanism
        return table

    def _narrow(self) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for effect in self.checked.effects:
            table.add_row(_verdict(effect), Text.assemble((effect.mechanism, "cyan"), "  ", _what(effect)))
            said = f"expected {expected(effect)}; {signed(effect.difference)} (95%: {interval(effect)})"
            table.add_row("", Text(f"{said}, {effect.members} members, {seconds(effect)}", style="dim"))
        return table


def _what(effect: Effect) -> Text:
    driven = "" if effect.kind == "without it" else f" · {effect.kind}"
    return Text.assemble(effect.observable, (driven, "dim"))


def _verdict(effect: Effect) -> Text:
    sign, style = SIGNS[effect.verdict]
    return Text(f"{sign} {effect.verdict}", style=style)


def lines(checked: Checked, width: int = 130) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(checked))
    yield from (line.rstrip() for line in out.getvalue().splitlines())

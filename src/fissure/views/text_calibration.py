"""What `fissure calibrate` prints: what was learned, whether the inference can be trusted, and what it fails on."""

from collections.abc import Iterator
from io import StringIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.cases.loader import Case
from fissure.present import formatting
from fissure.present.words import calibration as words
from fissure.present.words import calibration_checks as trust
from fissure.studies.calibrate import Calibration

SHOWN = 10
"""Parameters in the table, and figures that are not told back."""
WIDE = 110
"""Columns from which the table has room for everything."""
STYLES = {True: "green", False: "red", None: "dim"}


def render(found: Calibration, case: Case) -> RenderableType:
    """The checks, failures first, and the parameters that the figures take most of."""
    checks = Table.grid(padding=(0, 2, 0, 0))
    checks.add_column(no_wrap=True)
    checks.add_column(overflow="fold")
    for one in trust.checks(found):
        checks.add_row(Text(one.sign, style=STYLES[one.holds]), Text.assemble((one.name, "bold"), f": {one.said}"))
    return Group(
        Text(trust.verdict(found), style="bold"),
        Text(words.fitted(found)),
        Text(words.learned(found)),
        Padding(checks, (1, 0)),
        *_missed(found),
        _Moves(words.moves(found.posterior, case)),
    )


def lines(found: Calibration, case: Case, width: int = 120) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(found, case))
    yield from (line.rstrip() for line in out.getvalue().splitlines())


def _missed(found: Calibration) -> Iterator[RenderableType]:
    missed = trust.not_told(found)
    if not missed:
        return
    yield Text("Not told back:")
    for item, told in missed[:SHOWN]:
        said = f"{item.variable.title}, {formatting.when(item.observation)} ({item.observation.source}): "
        said += f"published {formatting.published(item.observation)}, {words.gap(item, told)} the interval"
        yield Padding(Text(said), (0, 0, 0, 2))
    if len(missed) > SHOWN:
        yield Text(f"  and {len(missed) - SHOWN} more", style="dim")
    yield Text("")


class _Moves:
    """One line a parameter, or two where there is no room."""

    def __init__(self, moves: list[words.Move]):
        self.moves = moves

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.moves:
            yield Text("No parameter was learned.")
            return
        yield Text("The parameters that the figures take most of (90% intervals; moved by, in prior deviations):")
        yield self._wide() if options.max_width >= WIDE else self._narrow()
        if len(self.moves) > SHOWN:
            yield Text(f"{len(self.moves) - SHOWN} more were learned; the page lists them.", style="dim")

    def _wide(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("parameter", style="cyan", overflow="fold")
        for name in ("prior", "posterior"):
            table.add_column(name, justify="right", overflow="fold")
        table.add_column("unit", overflow="fold", max_width=24)
        for name in ("moved by", "contraction"):
            table.add_column(name, justify="right", no_wrap=True)
        for move in self.moves[:SHOWN]:
            table.add_row(Text(move.name), *(Text(cell) for cell in _cells(move)))
        return table

    def _narrow(self) -> Table:
        table = Table.grid()
        table.add_column(overflow="fold")
        for move in self.moves[:SHOWN]:
            prior, posterior, unit, shift, contraction = _cells(move)
            table.add_row(Text.assemble((move.name, "cyan"), f"  {posterior} {unit}".rstrip()))
            table.add_row(Text(f"  prior {prior}; moved by {shift}, contraction {contraction}", style="dim"))
        return table


def _cells(move: words.Move) -> tuple[str, str, str, str, str]:
    prior, posterior = (words.between(at.low, at.high, move.unit) for at in (move.prior, move.posterior))
    unit = "" if move.unit == "share" else move.unit
    return prior, posterior, unit, f"{move.shift:+.1f}".replace("-", "−"), words.percent(move.contraction)

"""The page that `fissure trace` prints: a subject, its claims, its figures, rivals side by side, sources."""

import math
from collections.abc import Iterator
from datetime import date
from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fissure.evidence.entries import Claim, Observation
from fissure.evidence.trace import Trace

ABREAST = 4  # rivals in one table; more continue in the next
SIGNS = {
    "raises": ("▲", "red"),
    "lowers": ("▼", "blue"),
    "describes": ("•", "default"),
    "predicts": ("?", "magenta"),
}


def render(trace: Trace) -> RenderableType:
    """The page of `trace`, made for 100 columns and legible at 80."""
    parts: list[RenderableType] = [_header(trace)]
    if trace.claims:
        parts += [_heading("What the sources say"), _claims(trace), _key(trace)]
    rivals = {o.id for group in trace.rival_groups for o in group}
    plain = [o for o in trace.observations if o.id not in rivals or len(trace.observations) > 1]
    if plain:
        parts += [_heading("What was published"), _observations(trace, plain)]
    for number, group in enumerate(trace.rival_groups):
        if number == 0:
            parts.append(_heading("Rival figures, side by side"))
        for start in range(0, len(group), ABREAST):
            parts.append(_rivals(trace, group[start : start + ABREAST]))
    if not trace.claims and not trace.observations:
        parts.append(Padding(Text("Nothing in the ledger speaks of this.", style="italic"), (1, 2)))
    if trace.sources:
        parts += [_heading("Who says so"), _sources(trace)]
    if trace.related:
        parts += [_heading("Trace further"), _related(trace)]
    return Group(*parts)


def _heading(text: str) -> RenderableType:
    return Padding(Rule(Text(f" {text} ", style="bold"), align="left", characters="─", style="dim"), (1, 0, 0, 0))


def _header(trace: Trace) -> RenderableType:
    subject = trace.subject
    body: list[RenderableType] = [Text(subject.title, style="bold")]
    if subject.text:
        body += [Text(""), Text(subject.text.strip())]
    title = Text.assemble((f" {subject.kind} ", "reverse"), " ", (subject.name, "bold cyan"), " ")
    return Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))


def _claims(trace: Trace) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(no_wrap=True, width=1)
    table.add_column(ratio=3)
    table.add_column(ratio=2, style="dim")
    for claim in trace.claims:
        sign, style = SIGNS[claim.direction]
        table.add_row(_place(claim), Text(sign, style), Text(claim.paraphrase), _taken_up(trace, claim))
    return table


def _place(claim: Claim) -> Text:
    """`S1:8a`: source, line and, dim, the letter of the claim within the line."""
    letter = claim.id[-1:] if claim.id[-1:].isalpha() else ""
    return Text.assemble(f"{claim.source}:{claim.line}", (letter, "dim"))


def _taken_up(trace: Trace, claim: Claim) -> Text:
    text = Text(claim.effect)
    if trace.subject.kind != "mechanism":
        text.append("\n")
        if claim.mechanism is not None:
            text.append(f"→ {claim.mechanism}", style="not dim cyan")
        else:
            text.append(f"no mechanism: {claim.reason}", style="italic")
    if claim.figure is not None:
        text.append(f"\n# {claim.figure}", style="not dim green")
    return text


def _key(trace: Trace) -> RenderableType:
    used = {claim.direction for claim in trace.claims}
    key = Text("  ").join(
        Text.assemble((sign, style), f" {name}") for name, (sign, style) in SIGNS.items() if name in used
    )
    if any(claim.figure for claim in trace.claims):
        key.append("  # its figure", style="green")
    key.stylize("dim")
    return key


def _observations(trace: Trace, observations: list[Observation]) -> RenderableType:
    parts: list[RenderableType] = []
    for variable in dict.fromkeys(o.variable for o in sorted(observations, key=lambda o: o.variable)):
        title = Text.assemble((trace.variables[variable].title, "bold"), (f"  {variable}", "dim"))
        parts += [
            Padding(title, (1, 0, 0, 0)),
            _figures(trace, [o for o in observations if o.variable == variable]),
        ]
    if any(o.rival_of for o in observations):
        parts.append(Text("⇄ has rivals, below", style="dim"))
    return Group(*parts)


def _figures(trace: Trace, observations: list[Observation]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", expand=True)
    table.add_column("when", no_wrap=True, width=17)
    table.add_column("published", justify="right", no_wrap=True, width=13)
    table.add_column("90% with doubt", justify="right", no_wrap=True, width=15, style="green")
    table.add_column("unit, scope", ratio=2, overflow="fold")
    table.add_column("by", ratio=3)
    for o in observations:
        rival = [(" ⇄", "yellow")] if o.rival_of else []
        table.add_row(
            _when(o),
            _figure(o),
            _band(o),
            Text(f"{o.unit}, {o.scope}"),
            Text.assemble(_publisher(trace, o), *rival),
        )
    return table


def _rivals(trace: Trace, group: tuple[Observation, ...]) -> RenderableType:
    table = Table(box=box.ROUNDED, border_style="dim", expand=True, show_header=False, show_lines=False)
    table.add_column(style="dim", no_wrap=True)
    for _ in group:
        table.add_column(ratio=1, overflow="fold")
    titles = [trace.variables[o.variable].title for o in group]
    if len(set(titles)) == 1:
        table.title, table.title_justify, table.title_style = Text(titles[0], style="bold"), "left", ""
    else:
        table.add_row("what", *(Text(title, style="bold") for title in titles), end_section=True)
    table.add_row("by", *(Text(_publisher(trace, o)) for o in group))
    table.add_row("kind", *(Text(trace.sources[o.source].kind.replace("-", " ")) for o in group))
    table.add_row("when", *(Text(_when(o)) for o in group))
    table.add_row("scope", *(Text(o.scope) for o in group), end_section=True)
    table.add_row("says", *(Text.assemble((_figure(o), "bold"), f" {o.unit}") for o in group))
    table.add_row("90%", *(Text(_band(o), style="green") for o in group), end_section=True)
    table.add_row("doubt", *(Text(o.doubt) for o in group))
    table.add_row("id", *(Text(o.id, style="cyan", overflow="fold") for o in group))
    return table


def _sources(trace: Trace) -> RenderableType:
    shown = dict.fromkeys([*trace.observations, *(o for group in trace.rival_groups for o in group)])
    parts: list[RenderableType] = []
    for id_, source in trace.sources.items():
        head = Text.assemble((id_, "cyan"), "  ", (source.title, "bold"))
        below = Text(overflow="fold")
        below.append(" · ".join(filter(None, [source.publisher, source.kind.replace("-", " "), source.file])))
        below.append(f"\n{source.leaning}", style="dim")
        addresses = [source.address, *(o.address for o in shown if o.source == id_)]
        for address in dict.fromkeys(a for a in addresses if a is not None):
            below.append(f"\n{address}", style=f"blue link {address}")
        parts += [Padding(head, (1, 0, 0, 0)), Padding(below, (0, 0, 0, 4))]
    return Group(*parts)


def _publisher(trace: Trace, observation: Observation) -> str:
    source = trace.sources[observation.source]
    return source.publisher if source.file is None else f"{source.id}, {source.publisher}"


def _related(trace: Trace) -> RenderableType:
    return Padding(Text(" · ").join(Text(name, style="cyan") for name in trace.related), (1, 0))


def _when(observation: Observation) -> str:
    if observation.period is None:
        return _day(observation.when)
    start, end = observation.period
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(end.year)
    same_month = (start.year, start.month) == (end.year, end.month) and start.day == 1
    if same_month and (end.day >= 28):
        return f"{end:%b %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start:%b}{year} – {end:%b %Y}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _figure(observation: Observation) -> str:
    low, high = observation.ends
    sign = {"upper": "≤ ", "lower": "≥ "}.get(observation.bound, "")
    return sign + (_number(low) if low == high else f"{_number(low)}–{_number(high)}")


def _band(observation: Observation) -> str:
    low, high = (x if math.isinf(x) else _rounded(x) for x in observation.band)
    if math.isinf(high):
        return f"over {_number(low)}"
    if math.isinf(low):
        return f"under {_number(high)}"
    joint = " to " if low < 0 else "–"
    return f"{_number(low)}{joint}{_number(high)}"


def _rounded(x: float) -> float:
    """`x` to three significant digits: a judged range claims no more."""
    return float(f"{x:.3g}")


def _number(x: float) -> str:
    """A whole number with commas from a hundred on, else three significant digits."""
    if x == 0 or abs(x) >= 100:
        return f"{x:,.0f}"
    return f"{x:.3g}".replace("-", "−")


def lines(trace: Trace, width: int = 100) -> Iterator[str]:
    """The page as plain lines without colour, for a file or a test."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(trace))
    yield from (line.rstrip() for line in out.getvalue().splitlines())

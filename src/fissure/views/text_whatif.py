"""The tables that `fissure whatif` prints, and the words in which a difference is told."""

import math
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.present import certainty, formatting
from fissure.present.formatting import signed
from fissure.studies.effective import few_histories
from fissure.studies.questions import Study
from fissure.studies.whatif import TINY, Answer, Difference, WhatIf

WIDE = 112
"""Columns from which a table has room for everything."""
LESS = {
    "apart": "it comes apart sooner",
    "collapsed": "fewer have collapsed",
    "replaced": "recruits cease to replace losses sooner",
    "cohesion": "the ranks hold together worse",
    "collapse": "the ground is lost sooner",
    "deserted": "fewer desert",
    "killed": "fewer are killed",
    "fled": "fewer flee",
    "territory": "less ground is held",
    "fighters": "fewer fighters stay",
    "loyal": "fewer wish to stay",
    "income": "less comes in",
    "support": "fewer support it",
    "residents": "fewer live under it",
}
"""What a lower number of each outcome says; what a higher one says stands with the outcome."""
KEY = (
    "Paired difference: the changed run less the same run as it is, history by history, with the same luck. Interval: "
    "90% of the mean difference (Student's t). One history: 5% to 95% of the histories' own differences. Same way: the "
    "share of histories whose difference has the sign of the mean. "
    f"{certainty.KEY}"
)
UNREADABLE = f"cannot be read {certainty.AT_END}"
NOTHING = "Changes nothing: the difference is zero in every history, outcome and week."


def render(found: WhatIf, studies: Mapping[str, Study]) -> RenderableType:
    """A table for each scenario with what it amounts to in words, and what pairing was worth; `studies` by name."""
    parts: list[RenderableType] = []
    if few := few_histories(found.members):
        parts.append(Text(few, style="yellow"))
    for answer in found.answers:
        study = studies.get(answer.name)
        parts.append(Padding(_heading(answer, study), (1, 0, 0, 0)))
        parts.append(Text(NOTHING, style="bold") if answer.changes_nothing else _Differences(answer))
        parts += [Text(f"· {line}") for line in sentences(answer, study)]
    parts += [Padding(Text(KEY, style="dim"), (1, 0, 0, 0)), Text(rests_on(found), style="dim")]
    return Group(*parts, Text(pairing(found), style="bold"))


def rests_on(found: WhatIf) -> str:
    """What the intervals rest on."""
    return certainty.rests_on(found.worth, found.members, allowed=True)


def sentences(answer: Answer, study: Study | None = None) -> list[str]:
    """What changed, outcome by outcome, what is not shown, and how it stands to what the theory expects."""
    if answer.changes_nothing:
        return [] if study is None or not study.falsifies else [expected(answer, study)]
    said = [moved(one) for one in answer.differences if one.verdict == "moves" and not one.unreadable]
    for verdict, words in (("not shown", "Not shown, the interval includes zero"), ("no difference", "As it is")):
        left = [one.title for one in answer.differences if one.verdict == verdict and not one.unreadable]
        if left:
            said.append(f"{words}: {'; '.join(left)}.")
    if blind := [one.title for one in answer.differences if one.unreadable]:
        said.append(f"Cannot be read, most histories are at one end of it with and without: {'; '.join(blind)}.")
    said += ends(answer)
    return said if study is None or not study.falsifies else [*said, expected(answer, study)]


def ends(answer: Answer) -> list[str]:
    """How many histories are at an end of which outcome; how a mean time is meant."""
    said = [f"{one.title}: {told}" for one in answer.differences for told in certainty.at_ends(one.at_bound, one.unit)]
    times = [one for one in answer.differences if one.unit == "weeks" and one.at_bound.found]
    return [*said, *([certainty.RESTRICTED] if times else [])]


def moved(one: Difference) -> str:
    """A difference whose interval excludes zero, as a sentence."""
    unit = formatting.unit(one.unit)
    by = f" ({abs(one.relative):.0%} of {formatting.number(one.as_it_is)})" if math.isfinite(one.relative) else ""
    return (
        f"{one.title}: {way(one)}, by {formatting.number(abs(one.mean))} {unit}{by}; 90% interval {interval(one)}. "
        f"So in {share(one)} of {one.members} histories; one history may bring {history(one)}."
    )


def expected(answer: Answer, study: Study) -> str:
    """How a falsification study came out: which outcomes stay as the theory expects."""
    said = [f"The theory expects no difference. {study.expect}"]
    for verdict, words in (
        ("as expected", f"As expected, within {TINY:.0%} of what it is"),
        ("against it", f"Against it, by more than {TINY:.0%}"),
        ("open", "Open, too few histories to tell"),
    ):
        own = [one.title for one in answer.differences if one.expected == verdict]
        if own:
            said.append(f"{words}: {'; '.join(own)}.")
    return " ".join(said)


def way(one: Difference) -> str:
    """What the difference says in words."""
    if one.unreadable:
        return UNREADABLE
    if one.verdict != "moves":
        return one.verdict
    return one.more if one.mean > 0 else LESS[one.outcome.partition("@")[0]]


def interval(one: Difference) -> str:
    """The 90% interval of the mean difference."""
    mark = f" {certainty.AT_END}" if one.at_bound.found else ""
    return f"{signed(one.low)} to {signed(one.high)}{mark}"


def history(one: Difference) -> str:
    """What one history may bring."""
    return f"{signed(one.least)} to {signed(one.most)}"


def share(one: Difference) -> str:
    """The share of histories that move the way of the mean."""
    return f"{one.share:.0%}" if math.isfinite(one.share) else "–"


def pairing(found: WhatIf) -> str:
    """What it was worth to run pairs, measured."""
    if not math.isfinite(found.ratio):
        return "Nothing differs, so what pairing was worth cannot be measured."
    return (
        f"Pairing was worth {formatting.number(found.ratio)} times the histories: the variance of an unpaired "
        "difference over that of the paired one, median over scenarios and outcomes."
    )


def _heading(answer: Answer, study: Study | None) -> Text:
    title = study.title if study else "Your own"
    lines = [Text.assemble((title, "bold"), "  ", (answer.name if study else "", "cyan"))]
    lines.append(Text(answer.scenario.options or "nothing is changed", style="dim"))
    return Text("\n").join(lines)


class _Differences:
    """One line an outcome, or two where there is no room."""

    def __init__(self, answer: Answer):
        self.answer = answer

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._wide() if options.max_width >= WIDE else self._narrow()

    def _wide(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("outcome", ratio=1, overflow="fold")
        for name in ("as it is", "difference", "90% interval", "one history", "same way"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("in words", max_width=22)
        for one in self.answer.differences:
            table.add_row(
                Text.assemble(one.title, (f" {formatting.unit(one.unit)}", "dim")),
                formatting.number(one.as_it_is),
                signed(one.mean),
                interval(one),
                history(one),
                share(one),
                Text(way(one), style="" if one.verdict == "moves" else "dim"),
            )
        return table

    def _narrow(self) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(overflow="fold")
        for one in self.answer.differences:
            table.add_row(Text.assemble(one.title, (f" {formatting.unit(one.unit)}", "dim"), ": ", way(one)))
            said = f"  {signed(one.mean)} (90%: {interval(one)}) from {formatting.number(one.as_it_is)}; {share(one)}"
            table.add_row(Text(said, style="dim"))
        return table


def listed(studies: Iterable[Study]) -> RenderableType:
    """The named studies as a list: name, question, what is changed."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("study", style="cyan", no_wrap=True)
    table.add_column("question", ratio=3, overflow="fold")
    table.add_column("what is changed", ratio=2, overflow="fold")
    for study in studies:
        table.add_row(study.name, study.question, "\n".join(changes(study)))
    return table


def changes(study: Study) -> list[str]:
    """The options of a command that asks for what a study changes, as its file has them."""
    since = [f"--from {study.since}"] if study.since else []
    return [*(f"--set {move}" for move in study.moves), *(f"--off {name}" for name in study.off), *since]


def lines(found: WhatIf, studies: Mapping[str, Study], width: int = 130) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(found, studies))
    yield from (line.rstrip() for line in out.getvalue().splitlines())

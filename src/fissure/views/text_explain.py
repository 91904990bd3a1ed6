"""What `fissure explain` prints: for each outcome sentences first, then groups, mechanisms and pairs with intervals."""

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fissure.present import formatting
from fissure.present.formatting import signed
from fissure.present.words import explain as words
from fissure.studies.attribution import Explained
from fissure.studies.attribution_file import Saved

MOST = 10
"""Mechanisms, and pairs, that a table shows."""


def render(saved: Saved) -> RenderableType:
    """All outcomes, one after the other; the first one with its mechanisms and pairs."""
    found = saved.found
    drawn = f"posterior of evidence up to {saved.until}" if saved.until else "prior"
    head = f"{found.plan.case}: what made it come apart ({drawn}, {found.plan.weeks} weeks, seed {found.plan.seed})"
    parts: list[RenderableType] = [Text(head, style="bold")]
    if found.few_histories:
        parts.append(Text(found.few_histories, style="yellow"))
    parts += [Text(said, style="dim") for said in words.rests_on(found)]
    for outcome in range(len(found.outcomes)):
        parts += _outcome(found, outcome)
    said = [words.KEY, words.sampling(found), words.pairing(found), *words.WRONG[:2]]
    return Group(*parts, *(Padding(Text(one, style="dim"), (1, 0, 0, 0)) for one in said))


def _outcome(found: Explained, outcome: int) -> list[RenderableType]:
    one = found.outcomes[outcome]
    parts: list[RenderableType] = [Padding(Rule(f"{one.title} ({one.name})", align="left"), (1, 0, 0, 0))]
    parts += [Text(said) for said in words.sentences(found, outcome)]
    if note := words.note(found, outcome):
        parts.append(Text(note, style="dim"))
    parts.append(_groups(found, outcome))
    if outcome == 0:
        parts.append(_mechanisms(found))
        if found.pairs is not None:
            parts.append(_pairs(found))
    return parts


def _table(found: Explained, outcome: int, *columns: str) -> Table:
    one = found.outcomes[outcome]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.caption = f"{formatting.unit(one.unit)}; +: {one.more}"
    table.caption_justify = "left"
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at == 0 or name == "" else "right", no_wrap=name != columns[0])
    return table


def _groups(found: Explained, outcome: int) -> Table:
    table = _table(
        found, outcome, f"groups, {found.groups.members} members", "adds", "90% interval", "of the whole", ""
    )
    for at, name in enumerate(found.groups.players):
        value, low, high = words.of(found.groups, at, outcome)
        share = words.share(value, found, outcome)
        table.add_row(words.GROUPS.get(name, name), signed(value), words.ends(low, high), share, words.mark(low, high))
    value, low, high = words.at(found.effect, outcome)
    share = words.share(value, found, outcome)
    table.add_row("all together", signed(value), words.ends(low, high), share, words.mark(low, high), style="bold")
    return table


def _mechanisms(found: Explained) -> Table:
    """The strongest of all mechanisms for the first outcome, beside their values in the game of the strongest."""
    exact = found.strongest
    columns = [f"strongest mechanisms, sampled over {found.every.members} members", "adds", "90% interval", ""]
    columns += [f"among the strongest, {exact.members} members", "90% interval", ""] if exact else []
    table = _table(found, 0, *columns)
    for name in found.every.strongest(MOST):
        value, low, high = words.of(found.every, found.every.players.index(name), 0)
        cells = [signed(value), words.ends(low, high), words.mark(low, high)]
        if exact and name in exact.players:
            value, low, high = words.of(exact, exact.players.index(name), 0)
            cells += [signed(value), words.ends(low, high), words.mark(low, high)]
        table.add_row(Text.assemble(words.title(name), "  ", (name, "cyan")), *cells)
    return table


def _pairs(found: Explained) -> Table:
    assert found.pairs is not None
    header = f"strongest pairs, {found.pairs.members} members"
    table = _table(found, 0, header, "beyond one by one", "90% interval", "")
    for i, j in words.ranked(found, 0)[:MOST]:
        value, low, high = words.at(found.pairs.interaction, i, j, 0)
        names = " and ".join(words.title(found.pairs.players[k]) for k in (i, j))
        kind = words.pair(found, i, j, 0)
        said = "?" if kind == "unclear" else words.WORDS[kind]
        table.add_row(names, signed(value), words.ends(low, high), said)
    return table

"""What is stored, in the terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from fissure.engine.shelf import Stored
from fissure.files import size

_STYLES = {"whole": "green", "unfinished": "yellow", "being written": "cyan"}


def listed(found: Sequence[Stored]) -> Table:
    """A table with a line for each of `found`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "what", "histories", "size", "state", "last written", "made with"):
        right = title in ("histories", "size")
        table.add_column(title, justify="right" if right else "left", no_wrap=title != "made with")
    for one in found:
        when = one.contents.written.strftime("%Y-%m-%d %H:%M")
        table.add_row(
            one.name, one.what or "?", histories(one), size(one.contents.bytes), state(one), when, made_with(one)
        )
    return table


def summary(found: Sequence[Stored]) -> str:
    """How many there are and what they take."""
    if not found:
        return "Nothing is stored here."
    kinds = [one.state for one in found]
    other = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds) if kind != "whole"]
    many = "run or study" if len(found) == 1 else "runs and studies"
    total = size(sum(one.contents.bytes for one in found))
    return f"{len(found)} {many}, {total}" + (f"; {', '.join(other)}" if other else "") + "."


def shown(one: Stored) -> Table:
    """All that is known of one run or study, a line each."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    plan = one.plan
    lines: list[tuple[str, str | Text]] = [
        ("folder", str(one.folder)),
        ("what", one.what or "cannot be told"),
        ("state", state(one)),
        ("histories", histories(one)),
        ("size", size(one.contents.bytes)),
        ("last written", one.contents.written.isoformat(sep=" ", timespec="seconds")),
    ]
    if plan:
        lines += [
            ("case", _case(one)),
            ("members drawn from", one.drawn_from),
            ("seed", str(plan.get("seed"))),
            ("weeks", str(plan.get("weeks"))),
            ("size of a member", f"{plan.get('units')} units of {plan.get('slots')} fighter slots"),
            ("switched off", ", ".join(one.switched_off) or "nothing"),
            ("version", f"{plan.get('version')}" + (" (not this one)" if one.other_version else "")),
            ("digest of the model", str(plan.get("model_digest"))),
            ("digest of the case", str(plan.get("case_digest"))),
        ]
    lines += [("mechanisms from", str(package)) for package in plan.get("plugins", ())]
    if plan.get("draws"):
        lines.append(("digest of the posterior", str(plan["draws"])))
    lines += [("of it", change) for change in one.changes]
    if one.state in ("being written", "unfinished") and one.writer is not None and one.writer.process is not None:
        lines.append((f"{'written' if one.state == 'being written' else 'was cut short'} by", str(one.writer)))
    lines.append(("command", one.command or "not known"))
    lines += [("damaged", str(path)) for path in one.damaged]
    for title, told in lines:
        table.add_row(title, told)
    return table


def _case(one: Stored) -> str:
    """The name of the case, and the folder where it lay if it does not come with the package."""
    name = str(one.plan.get("case"))
    return name if one.origin is None or one.origin.packaged else f"{name}, in {one.origin.folder}"


def histories(one: Stored) -> str:
    """How many histories are there, and of how many where some are missing."""
    there = one.contents.histories
    short = one.state in ("unfinished", "being written") and one.asked is not None and one.asked > there
    return f"{there:,} of {one.asked:,}" if short else f"{there:,}"


def state(one: Stored) -> Text:
    """The state, and whether another version made it."""
    told = Text(one.state, style=_STYLES.get(one.state, "red"))
    return told.append(", other version", style="yellow") if one.other_version else told


def made_with(one: Stored) -> str:
    """Case, draws, seed, and what is switched off or changed, in a few words."""
    if not one.plan:
        return ""
    said = [str(one.plan.get("case")), one.drawn_from, f"seed {one.plan.get('seed')}", f"{one.plan.get('weeks')} weeks"]
    said += [f"without {name}" for name in one.switched_off]
    more = len(one.changes)
    said += list(one.changes[:2]) + ([f"and {more - 2} more"] if more > 2 else [])
    return ", ".join([*said, f"version {one.plan.get('version')}"])

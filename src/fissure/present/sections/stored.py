"""Runs and studies that are stored, for a terminal."""

from collections.abc import Sequence

from fissure.engine.registry import Stored
from fissure.files import size
from fissure.present.document import Cell, Column, Facts, Line, Row, Span, Table, Tone

TONES: dict[str, Tone] = {"whole": "inside", "unfinished": "near", "being written": "bound-kept"}


def table(found: Sequence[Stored]) -> Table:
    """A row for each of `found`."""
    columns = (
        "name",
        "what",
        Column("histories", "right"),
        Column("size", "right"),
        "state",
        "last written",
        Column("made with", wrap=True),
    )
    rows = (
        Row(
            (
                Cell(one.name),
                Cell(one.what or "?"),
                Cell(_histories(one), one.contents.histories),
                Cell(size(one.contents.bytes), one.contents.bytes),
                Cell(_state(one)),
                Cell(f"{one.contents.written:%Y-%m-%d %H:%M}"),
                Cell(_made_with(one)),
            )
        )
        for one in found
    )
    return Table.of(columns, tuple(rows), "Stored runs and studies")


def summary(found: Sequence[Stored]) -> str:
    """How many there are and what they take."""
    if not found:
        return "Nothing is stored here."
    kinds = [one.state for one in found]
    other = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds) if kind != "whole"]
    many = "run or study" if len(found) == 1 else "runs and studies"
    total = size(sum(one.contents.bytes for one in found))
    return f"{len(found)} {many}, {total}" + (f"; {', '.join(other)}" if other else "") + "."


def facts(one: Stored) -> Facts:
    """All that is known of one run or study."""
    plan = one.plan
    rows: list[tuple[str, Line]] = [
        ("folder", str(one.folder)),
        ("what", one.what or "unknown"),
        ("state", _state(one)),
        ("histories", _histories(one)),
        ("size", size(one.contents.bytes)),
        ("last written", one.contents.written.isoformat(sep=" ", timespec="seconds")),
    ]
    if plan:
        own = one.origin is None or one.origin.packaged
        rows += [
            ("case", f"{plan.get('case')}" + ("" if own or one.origin is None else f", in {one.origin.folder}")),
            ("members drawn from", one.drawn_from),
            ("seed", str(plan.get("seed"))),
            ("weeks", str(plan.get("weeks"))),
            ("size of a member", f"{plan.get('units')} units of {plan.get('slots')} fighter slots"),
            ("switched off", ", ".join(one.switched_off) or "nothing"),
            ("version", f"{plan.get('version')}" + (" (not this one)" if one.other_version else "")),
            ("digest of the model", str(plan.get("model_digest"))),
            ("digest of the case", str(plan.get("case_digest"))),
        ]
    rows += [("mechanisms from", str(package)) for package in plan.get("plugins", ())]
    rows += [("digest of the posterior", str(plan["draws"]))] if plan.get("draws") else []
    rows += [("of it", change) for change in one.changes]
    if one.state in ("being written", "unfinished") and one.writer is not None and one.writer.process is not None:
        rows.append((f"{'written' if one.state == 'being written' else 'was cut short'} by", str(one.writer)))
    rows.append(("command", one.command or "not known"))
    return Facts((*rows, *(("damaged", str(path)) for path in one.damaged)))


def _histories(one: Stored) -> str:
    """How many histories are there, and of how many where some are missing."""
    there = one.contents.histories
    short = one.state in ("unfinished", "being written") and one.asked is not None and one.asked > there
    return f"{there:,} of {one.asked:,}" if short else f"{there:,}"


def _state(one: Stored) -> Line:
    """The state, and whether another version made it."""
    other: tuple[Span, ...] = (Span(", other version", tone="near"),) if one.other_version else ()
    return (Span(one.state, tone=TONES.get(one.state, "outside")), *other)


def _made_with(one: Stored) -> str:
    """Case, draws, seed, and what is switched off or changed, in a few words."""
    if not one.plan:
        return ""
    said = [str(one.plan.get("case")), one.drawn_from, f"seed {one.plan.get('seed')}", f"{one.plan.get('weeks')} weeks"]
    said += [f"without {name}" for name in one.switched_off]
    more = len(one.changes)
    said += list(one.changes[:2]) + ([f"and {more - 2} more"] if more > 2 else [])
    return ", ".join([*said, f"version {one.plan.get('version')}"])

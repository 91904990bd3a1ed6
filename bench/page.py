"""The page of the docs about speed, from what was measured on one machine or several."""

from collections.abc import Sequence

from bench.machine import ROOT
from bench.measurements import MEASUREMENTS, Measurement
from bench.results import Made, Measured, Results
from bench.table import Table

PAGE = ROOT / "docs" / "reference" / "speed.md"
HEAD = """# Speed

Measured on:

{machines}

Other machines, other figures: `make bench` measures yours. Written by `python -m bench` from `bench/results`, where all
figures are, also every round of the comparison with other tools; `python -m bench NAME` measures one of these tables
anew, and `make bench-check` says whether something has become slower.

A *fighter-week* is one fighter slot in one week of one member. Times are over all cores together unless said otherwise.
"""


def rendered(found: Sequence[Results]) -> str:
    """The page; what was measured on no machine is left out."""
    machines = "\n".join(f"- {one.machine} (`bench/results/{one.machine.slug}.json`)" for one in found)
    parts = [HEAD.format(machines=machines)]
    sections: dict[str, list[Measurement]] = {}
    for measurement in MEASUREMENTS:
        sections.setdefault(measurement.section, []).append(measurement)
    for title, own in sections.items():
        there = [one for one in own if any(one.name in results.measured for results in found)]
        if there:
            parts += [f"## {title}\n", f"    python -m bench {' '.join(one.name for one in there)}\n", own[0].about()]
            parts += [part for results in found for part in _of(results, there, several=len(found) > 1)]
    return "\n".join(parts).rstrip() + "\n"


def _of(results: Results, measurements: Sequence[Measurement], several: bool) -> list[str]:
    """What one machine has of a section."""
    measured = [results.measured[one.name] for one in measurements if one.name in results.measured]
    if not measured:
        return []
    parts = [f"### On {results.machine}\n"] if several else []
    for at, one in enumerate(measured):
        parts += [_shown(table) for table in one.tables if table.shown]
        if at + 1 == len(measured) or _said(measured[at + 1]) != _said(one):  # once for those alike
            parts.append(_said(one))
    return parts


def _shown(table: Table) -> str:
    return table.markdown() if table.rows else f"{table.note}\n"


def _said(measured: Measured) -> str:
    """When and of what it was made."""
    return f"*{made_in_words(measured.made)}*\n"


def made_in_words(made: Made) -> str:
    """A sentence or two."""
    changed = " with changes that were not committed" if made.dirty else ""
    of = f" of commit {made.revision}{changed}" if made.revision else ""
    packages = ", ".join(f"{name} {number}" for name, number in made.versions.items())
    rough = " Rough, in small form." if made.quick else ""
    before, after = made.load
    load = f" Load average {before:.1f} before it, {after:.1f} after it." if None not in (before, after) else ""
    note = f" {made.note}" if made.note else ""
    return f"Measured {made.date[:10]}{of}: {packages}.{load}{rough}{note}"

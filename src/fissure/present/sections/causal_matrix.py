"""The causal picture for paper: a matrix of mechanisms and fields, rings for loops, and the section of a report.

Plain SVG that brings its own style, on white; the same picture gives the same bytes.
"""

import math
from collections.abc import Sequence
from html import escape

from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import mechanism_classes
from fissure.present.document import Column, Drawing, Fold, Paragraph, Section, Table, code, notice
from fissure.present.document import listed as commas
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label
from fissure.present.sections.causal import CLASSES, GLYPHS, OWNERS, by_group, counted, label, loop_name
from fissure.studies.causal import BOTH, DOWN, PLACES, UNKNOWN, UP, Atlas, Loop, Picture, unknown, whole
from fissure.studies.kept_picture import atlas

COLOURS = {"ranks": "#3566a8", "factions": "#8a4f9e", "rule": "#9a6a00", "governed": "#2d7f5e", "war": "#b0413e"}
"""Groups of mechanisms."""


SIGNED = {UP: "#b1370f", DOWN: "#0b62a8", BOTH: "#6b3f97", UNKNOWN: "#777"}


CELL, LEFT, TOP, BELOW, HEADING = 17, 218, 150, 64, 22
"""Pixels of a cell, of the names at the left and the top, of the key below, and of the heading of a group."""


STYLE = """<style>
.causal { font: 11px system-ui, sans-serif; background: #fff; }
.causal .ink { fill: #1c1c1c; } .causal .soft { fill: #666; } .causal .head { font-weight: 600; }
.causal .grid { stroke: #e4e4e4; } .causal .rule { stroke: #9a9a9a; }
.causal .read { fill: none; stroke: #555; } .causal .through { fill: none; stroke: #999; stroke-dasharray: 1.6 1.6; }
.causal .sign { font-weight: 700; font-size: 14px; text-anchor: middle; dominant-baseline: central; }
.causal .up { fill: #b1370f; } .causal .down { fill: #0b62a8; } .causal .both { fill: #6b3f97; }
.causal .still, .causal .unknown { fill: #777; }
.causal path.up { stroke: #b1370f; fill: none; }
.causal path.down { stroke: #0b62a8; fill: none; stroke-dasharray: 6 3; }
.causal path.both { stroke: #6b3f97; fill: none; stroke-dasharray: 2 3; }
.causal path.unknown { stroke: #777; fill: none; stroke-dasharray: 1 4; stroke-linecap: round; }
</style>"""


def matrix(seen: Picture, ledger: Ledger) -> str:
    """Mechanisms by row, fields by column: circles are read, signs are moved; a name tells its claims."""
    used = {path for name in seen.reads for path in (*seen.reads_of(name), *seen.writes_to(name))}
    owners, down = list(OWNERS), by_group(seen.reads)
    across = sorted(used, key=lambda path: (owners.index(path.partition(".")[0]), path))
    height = TOP + sum(len(names) * CELL + HEADING for names in down.values()) + BELOW
    right = LEFT + len(across) * CELL
    out = [_open(right + 70, height, "Which mechanism reads and moves which field"), *_heads(across, height - BELOW)]
    y = TOP
    for group, names in down.items():
        colour = COLOURS[group]
        title = escape(MECHANISM_GROUPS[group])
        out.append(f'<text x="8" y="{y + 15}" class="head" style="fill: {colour}">{title}</text>')
        y += HEADING
        for name in names:
            claims = (f"{claim.id} {' '.join(claim.paraphrase.split())}" for claim in ledger.claims_of(name))
            tip = escape("\n".join([mechanism_classes()[name].title, *claims]))
            out.append(
                f'<line class="grid" x1="8" x2="{right}" y1="{y}" y2="{y}"/>'
                f'<rect x="8" y="{y + 3}" width="4" height="{CELL - 6}" fill="{colour}"/>'
                f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end" class="ink">{mechanism_label(name)}'
                f"<title>{tip}</title></text>"
            )
            out += _cells(seen, name, across, y + CELL / 2)
            y += CELL
    return "\n".join([*out, *_key(height - 40, bool(unknown(seen))), "</svg>\n"])


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="causal" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">\n{STYLE}\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    )


def _heads(across: Sequence[str], bottom: float) -> list[str]:
    out, owner = [], ""
    for i, path in enumerate(across):
        x = LEFT + i * CELL
        if path.partition(".")[0] != owner:
            owner = path.partition(".")[0]
            y = 32 if owner in ("units", "flows") else 18
            out.append(f'<line class="rule" x1="{x}" x2="{x}" y1="22" y2="{bottom}"/>')
            out.append(f'<text x="{x + 3}" y="{y}" class="head soft">{escape(OWNERS[owner])}</text>')
        turn = f"translate({x + CELL / 2 + 4} {TOP - 2}) rotate(-60)"
        out.append(f'<text class="ink" transform="{turn}">{escape(label(path))}<title>{path}</title></text>')
        out.append(f'<line class="grid" x1="{x + CELL}" x2="{x + CELL}" y1="{TOP}" y2="{bottom}"/>')
    return out


def _cells(seen: Picture, name: str, across: Sequence[str], y: float) -> list[str]:
    reads, writes, out = seen.reads_of(name), seen.writes_to(name), []
    for i, path in enumerate(across):
        x = LEFT + i * CELL + CELL / 2
        said, mark = [], ""
        if path in reads:
            itself = whole(path) in seen.direct[name]
            said.append(f"reads {path}{'' if itself else ' through a sum'}")
            mark += f'<circle class="{"read" if itself else "through"}" cx="{x}" cy="{y}" r="6.6"/>'
        if path in writes:
            said.append(f"moves {path}: {GLYPHS[writes[path]]}")
            mark += _sign(writes[path], x, y)
        if mark:
            out.append(f"<g>{mark}<title>{mechanism_label(name)} {escape(', '.join(said))}</title></g>")
    return out


def _sign(sign: str, x: float, y: float) -> str:
    return f'<text class="sign {CLASSES[sign]}" x="{x}" y="{y}">{GLYPHS[sign]}</text>'


def _key(y: float, some_unknown: bool) -> list[str]:
    signs = [(UP, "raises it"), (DOWN, "lowers it"), (BOTH, "either, by state")]
    signs += [(UNKNOWN, "moves it, direction unknown")] * some_unknown
    out = [
        f'<circle class="read" cx="22" cy="{y}" r="6.6"/><text class="ink" x="34" y="{y + 4}">reads it</text>'
        f'<circle class="through" cx="102" cy="{y}" r="6.6"/>'
        f'<text class="ink" x="114" y="{y + 4}">reads a sum that it is part of</text>'
    ]
    for i, (sign, said) in enumerate(signs):
        x = 300 + i * 125
        out.append(f'{_sign(sign, x, y)}<text class="ink" x="{x + 12}" y="{y + 4}">{said}</text>')
    return [
        *out,
        f'<text class="soft" x="12" y="{y + 24}">Within one week and at once, through one part of settling at most. '
        f"A column with a sign and a circle is where mechanisms meet. Of {escape(', '.join(PLACES))} there is no more "
        "or less.</text>",
    ]


WIDE, HIGH, ACROSS, RADIUS, OVAL = 430, 220, 3, 66, 1.25
"""Pixels of the place of a loop, how many stand in a row, their radius, and how much wider than high they are."""


def rings(shown: Sequence[tuple[Loop, Sequence[str]]]) -> str:
    """A ring for each loop, given with the signs of its steps: fields, and between them who carries one to the next."""
    heads = (
        f'<marker id="to-{CLASSES[sign]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill: {colour}; stroke: none"/></marker>'
        for sign, colour in SIGNED.items()
    )
    out = [_open(WIDE * ACROSS, HIGH * math.ceil(len(shown) / ACROSS), "Feedback loops")]
    out.append(f"<defs>{''.join(heads)}</defs>")
    for i, (loop, signs) in enumerate(shown):
        x, y = WIDE * (i % ACROSS), HIGH * (i // ACROSS)
        out.append(f'<g transform="translate({x} {y})">{_ring(loop, signs)}</g>')
    return "\n".join([*out, "</svg>\n"])


def _ring(loop: Loop, signs: Sequence[str]) -> str:
    n, kinds = len(loop.fields), mechanism_classes()
    cx, cy = WIDE / 2, HIGH / 2 + 12

    def at(turn: float, radius: float = RADIUS) -> tuple[float, float]:
        angle = 2 * math.pi * turn / n - math.pi / 2
        return cx + OVAL * radius * math.cos(angle), cy + radius * math.sin(angle)

    out = [f'<text class="head ink" x="{cx}" y="18" text-anchor="middle">{loop.kind}</text>']
    for i, (path, by, sign) in enumerate(zip(loop.fields, loop.carriers, signs, strict=True)):
        gap = 0.09 * n
        (x0, y0), (x1, y1) = at(i + gap), at(i + 1 - gap)
        out.append(
            f'<path class="{CLASSES[sign]}" stroke-width="1.6" marker-end="url(#to-{CLASSES[sign]})" '
            f'd="M{x0:.1f} {y0:.1f} A{OVAL * RADIUS:.1f} {RADIUS} 0 {int(n == 1)} 1 {x1:.1f} {y1:.1f}"/>'
        )
        x, y = at(i)
        out.append(f'<text class="ink head" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{label(path)}</text>')
        x, y = at(i + 0.5, RADIUS * (1.08 if n > 1 else 1.22))
        side = "middle" if abs(x - cx) < 9 else "start" if x > cx else "end"
        y += 8 if n == 3 and side == "middle" else 0
        colour = COLOURS[kinds[by].group()] if by in kinds else "#666"
        out.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{side}" style="fill: {colour}">{mechanism_label(by)} '
            f'<tspan class="{CLASSES[sign]} head">{GLYPHS[sign]}</tspan></text>'
        )
    return "".join(out)


DRAWN = 12
"""Loops that are drawn."""


def section(ledger: Ledger) -> Section:
    """The section on causes in the report of a run."""
    at = atlas()
    shown, names = listed(at.loops), unknown(at.picture)
    what = "it reads and moves is" if len(names) == 1 else "they read and move is"
    not_known = (
        "The signs of ",
        *commas(code(name) for name in names),
        f" are not known: signs come with Fissure for its own mechanisms. What {what} read from the code, and a ? or a "
        "dotted line stands where the direction is unknown.",
    )
    said = (
        "Which fields each mechanism reads and moves, read from the code and not drawn by hand. A circle is read, a "
        "sign is moved within the week; where a column holds both, one mechanism meets another a week later. Signs say "
        "which way, near a short run of the reference case, and nothing of how much. Point at a mechanism for its "
        "claims."
    )
    of_loops = (
        f"Together the mechanisms close {counted(at.loops)}. Listed are those of one mechanism, and those of two that "
        "close without help from what is always on; drawn are loops of mechanisms alone, each with a mechanism that is "
        "in none before it."
    )
    table = Table.by(shown, ((Column("loop", wrap=True), loop_name), ("kind", lambda one: one.kind)), "List of loops")
    loops = (Paragraph(of_loops), Drawing(drawn_rings(at), "Loops"), Fold(f"{len(shown)} loops", (table,)))
    return Section(
        "causes",
        "Who moves whom",
        (
            Paragraph(said),
            *notice(not_known if names else ""),
            Drawing(matrix(at.picture, ledger), "Mechanisms and fields"),
            Section("loops", "Feedback loops", loops),
        ),
    )


def drawn_rings(at: Atlas) -> str:
    """The loops of `drawn` as rings, as SVG."""
    return rings([(loop, at.step_signs(loop)) for loop in drawn(at.loops)])


def drawn(found: Sequence[Loop]) -> list[Loop]:
    """Loops to draw: of mechanisms alone, the shortest first, each with a mechanism that is in none before it."""
    out: list[Loop] = []
    for loop in sorted(found, key=lambda loop: (-min(loop.mechanisms, 2), loop.mechanisms)):
        known = {carrier for one in out for carrier in one.carriers}
        if len(loop.fields) == loop.mechanisms and set(loop.carriers) - known and len(out) < DRAWN:
            out.append(loop)
    return out


def listed(found: Sequence[Loop]) -> list[Loop]:
    """Loops to list: those of one mechanism, and those of two that no process helps to close."""
    return [loop for loop in found if loop.mechanisms == 1 or len(loop.fields) == loop.mechanisms == 2]

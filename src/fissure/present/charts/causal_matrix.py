"""The causal picture drawn: a matrix of mechanisms and fields, and small rings for loops; plain SVG."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from fissure.studies.causal import BOTH, DOWN, PLACES, UNKNOWN, UNMOVED, UP, Loop, Picture, short, unknown, whole

GROUPS = {
    "ranks": ("In the ranks", "#3566a8"),
    "factions": ("Between factions", "#8a4f9e"),
    "rule": ("In how it rules", "#9a6a00"),
    "governed": ("Among the governed", "#2d7f5e"),
    "war": ("In the war", "#b0413e"),
}
OWNERS = {
    "fighters": "Fighters", "units": "Units", "districts": "Districts", "organisation": "Organisation",
    "flows": "Flows of the week before", "week": "Forcing",
}  # fmt: skip
GLYPHS = {UP: "+", DOWN: "−", BOTH: "±", UNKNOWN: "?", UNMOVED: "·"}
CELL, LEFT, TOP = 17, 208, 150
STYLE = """<style>
.causal { font: 11px system-ui, sans-serif; background: #fff; }
.causal .ink { fill: #1c1c1c; } .causal .soft { fill: #666; } .causal .head { font-weight: 600; }
.causal .grid { stroke: #e4e4e4; } .causal .rule { stroke: #9a9a9a; }
.causal .read { fill: none; stroke: #555; } .causal .through { fill: none; stroke: #999; stroke-dasharray: 1.6 1.6; }
.causal .sign { font-weight: 700; font-size: 14px; text-anchor: middle; dominant-baseline: central; }
.causal .up { fill: #b1370f; } .causal .down { fill: #0b62a8; } .causal .both { fill: #6b3f97; }
.causal .still, .causal .unknown { fill: #777; }
.causal line.up, .causal path.up { stroke: #b1370f; fill: none; }
.causal line.down, .causal path.down { stroke: #0b62a8; fill: none; stroke-dasharray: 6 3; }
.causal line.both, .causal path.both { stroke: #6b3f97; fill: none; stroke-dasharray: 2 3; }
.causal path.unknown { stroke: #777; fill: none; stroke-dasharray: 1 4; stroke-linecap: round; }
</style>"""
CLASSES = {UP: "up", DOWN: "down", BOTH: "both", UNKNOWN: "unknown", UNMOVED: "still"}


def columns(seen: Picture) -> list[str]:
    """Fields and forcing that some mechanism reads or moves at once, grouped by owner."""
    used = {f for m in seen.reads for f in (*seen.reads_of(m), *seen.writes_to(m))}
    owner = list(OWNERS)
    return sorted(used, key=lambda f: (owner.index(f.split(".")[0]) if f.split(".")[0] in owner else 9, f))


def rows(seen: Picture, group: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Mechanisms by group, in the order of groups and of names; `group` is by mechanism."""
    own = [(g, [m for m in sorted(seen.reads) if group[m] == g]) for g in GROUPS]
    return [(g, names) for g, names in own if names]


def matrix(seen: Picture, group: Mapping[str, str], tips: Mapping[str, str]) -> str:
    """Mechanisms by row, fields by column: open circles are read, signs are moved; `tips` by mechanism for pointing."""
    across, down = columns(seen), rows(seen, group)
    height = TOP + sum(len(names) * CELL + 22 for _, names in down) + 64
    width = LEFT + len(across) * CELL + 70
    out = [_open(width, height, "Which mechanism reads and moves which field"), *_heads(across, height)]
    y = TOP
    for g, names in down:
        title, colour = GROUPS[g]
        out.append(f'<text x="8" y="{y + 15}" class="head" style="fill: {colour}">{escape(title)}</text>')
        y += 22
        for name in names:
            out.append(f'<line class="grid" x1="8" x2="{LEFT + len(across) * CELL}" y1="{y}" y2="{y}"/>')
            out.append(
                f'<rect x="8" y="{y + 3}" width="4" height="{CELL - 6}" fill="{colour}"/>'
                f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end" class="ink">{escape(name)}'
                f"<title>{escape(tips.get(name, name))}</title></text>"
            )
            out += _cells(seen, name, across, y)
            y += CELL
    return "\n".join([*out, *_legend(height, bool(unknown(seen))), "</svg>\n"])


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="causal" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">\n{STYLE}\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    )


def _heads(across: Sequence[str], height: float) -> list[str]:
    out, owner = [], ""
    for i, path in enumerate(across):
        x = LEFT + i * CELL
        if path.split(".")[0] != owner:
            owner = path.split(".")[0]
            out.append(f'<line class="rule" x1="{x}" x2="{x}" y1="22" y2="{height - 64}"/>')
            out.append(f'<text x="{x + 3}" y="{32 if owner in ("units", "flows") else 18}" class="head soft">'
                       f"{escape(OWNERS.get(owner, owner))}</text>")  # fmt: skip
        turn = f"translate({x + CELL / 2 + 4} {TOP - 2}) rotate(-60)"
        out.append(f'<text class="ink" transform="{turn}">{escape(_column(path))}<title>{path}</title></text>')
        out.append(f'<line class="grid" x1="{x + CELL}" x2="{x + CELL}" y1="{TOP}" y2="{height - 64}"/>')
    return out


def _column(path: str) -> str:
    return f"by cause: {short(path)}" if path.startswith("flows.by_cause.") else short(path)


def _cells(seen: Picture, name: str, across: Sequence[str], y: float) -> list[str]:
    reads, writes, out = seen.reads_of(name), seen.writes_to(name), []
    for i, path in enumerate(across):
        x, middle = LEFT + i * CELL + CELL / 2, y + CELL / 2
        said = []
        mark = ""
        if path in reads:
            itself = whole(path) in seen.direct[name]
            said.append(f"reads {path}{'' if itself else ' through a sum'}")
            mark += f'<circle class="{"read" if itself else "through"}" cx="{x}" cy="{middle}" r="6.6"/>'
        if path in writes:
            sign = writes[path]
            said.append(f"moves {path}: {GLYPHS[sign]}")
            mark += f'<text class="sign {CLASSES[sign]}" x="{x}" y="{middle}">{GLYPHS[sign]}</text>'
        if mark:
            out.append(f"<g>{mark}<title>{escape(name)} {escape(', '.join(said))}</title></g>")
    return out


def _legend(height: float, some_unknown: bool) -> list[str]:
    y = height - 40
    signs = [(UP, "raises it"), (DOWN, "lowers it"), (BOTH, "either, by state")]
    signs += [(UNKNOWN, "moves it, direction unknown")] if some_unknown else []
    out = [
        f'<circle class="read" cx="22" cy="{y}" r="6.6"/><text class="ink" x="34" y="{y + 4}">reads it</text>',
        f'<circle class="through" cx="102" cy="{y}" r="6.6"/>'
        f'<text class="ink" x="114" y="{y + 4}">reads a sum that it is part of</text>',
    ]
    for i, (sign, said) in enumerate(signs):
        x = 300 + i * 125
        out.append(f'<text class="sign {CLASSES[sign]}" x="{x}" y="{y}">{GLYPHS[sign]}</text>'
                   f'<text class="ink" x="{x + 12}" y="{y + 4}">{said}</text>')  # fmt: skip
    out.append(
        f'<text class="soft" x="12" y="{y + 24}">Within one week and at once, through one part of settling at most. '
        f"A column with a sign and a circle is where mechanisms meet. Of {escape(', '.join(PLACES))} there is no more "
        "or less.</text>"
    )
    return out


WIDE, HIGH, RADIUS = 430, 220, 66


def rings(shown: Sequence[Loop], signs: Sequence[Sequence[str]], group: Mapping[str, str]) -> str:
    """A ring for each loop: fields at the corners, and the carriers with their signs (`signs`, by loop) between."""
    across = 3
    height = HIGH * math.ceil(len(shown) / across)
    out = [_open(WIDE * across, height, "Feedback loops"), _arrowheads()]
    for i, (loop, own) in enumerate(zip(shown, signs, strict=True)):
        x, y = WIDE * (i % across), HIGH * (i // across)
        out.append(f'<g transform="translate({x} {y})">{_ring(loop, own, group)}</g>')
    return "\n".join([*out, "</svg>\n"])


def _arrowheads() -> str:
    colours = {UP: "#b1370f", DOWN: "#0b62a8", BOTH: "#6b3f97", UNKNOWN: "#777"}
    heads = "".join(
        f'<marker id="to-{CLASSES[sign]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill: {c}; stroke: none"/></marker>'
        for sign, c in colours.items()
    )
    return f"<defs>{heads}</defs>"


def _ring(loop: Loop, signs: Sequence[str], group: Mapping[str, str]) -> str:
    n = len(loop.fields)
    cx, cy = WIDE / 2, HIGH / 2 + 12

    def at(turn: float, radius: float = RADIUS) -> tuple[float, float]:
        angle = 2 * math.pi * turn / n - math.pi / 2
        return cx + 1.25 * radius * math.cos(angle), cy + radius * math.sin(angle)

    out = [f'<text class="head ink" x="{cx}" y="18" text-anchor="middle">{loop.kind}</text>']
    for i, (path, carrier, sign) in enumerate(zip(loop.fields, loop.carriers, signs, strict=True)):
        gap = 0.09 * n
        (x0, y0), (x1, y1) = at(i + gap), at(i + 1 - gap)
        out.append(
            f'<path class="{CLASSES[sign]}" stroke-width="1.6" marker-end="url(#to-{CLASSES[sign]})" '
            f'd="M{x0:.1f} {y0:.1f} A{1.25 * RADIUS:.1f} {RADIUS} 0 {int(n == 1)} 1 {x1:.1f} {y1:.1f}"/>'
        )
        x, y = at(i)
        out.append(f'<text class="ink head" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{short(path)}</text>')
        x, y = at(i + 0.5, RADIUS * (1.08 if n > 1 else 1.22))
        side = "middle" if abs(x - cx) < 9 else "start" if x > cx else "end"
        y += 8 if n == 3 and side == "middle" else 0
        colour = GROUPS[group[carrier]][1] if carrier in group else "#666"
        out.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{side}" style="fill: {colour}">{escape(carrier)} '
            f'<tspan class="{CLASSES[sign]} head">{GLYPHS[sign]}</tspan></text>'
        )
    return "".join(out)

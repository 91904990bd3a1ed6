"""All mechanisms at one look: they stand on a ring by group, and within it the fields in which they meet most.

A field stands where the mechanisms that it joins are, so that lines stay short. Plain SVG with links and classes, no
style; the same picture gives the same bytes.
"""

import math
from collections.abc import Mapping
from html import escape

from fissure.present.charts.causal_matrix import CLASSES, GROUPS, rows
from fissure.present.words.fields import label, spoken
from fissure.studies.causal import UNMOVED
from fissure.studies.causal_atlas import Atlas

WIDE, HIGH = 1220, 790
CX, CY = WIDE / 2, HIGH / 2
OUTER, INNER = 264, 186
"""Radii of the ring of mechanisms and of that of fields."""
BEYOND = 436
"""Where the titles of groups stand."""
BETWEEN = 2.4
"""Room between two groups, in mechanisms."""
SHOWN = 24


def meeting(atlas: Atlas) -> list[str]:
    """Fields that some mechanism moves and another reads, those that join most mechanisms first."""
    joins = {p: set(atlas.movers[p]) | set(atlas.readers[p]) for p in atlas.fields if atlas.movers[p]}
    both = [p for p, who in joins.items() if atlas.readers[p] and len(who) > 1]
    return sorted(both, key=lambda p: (-len(joins[p]), p))


def ring(atlas: Atlas, groups: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """The ring as SVG; `groups` and `titles` are by mechanism."""
    angles, arcs = _angles(atlas, groups)
    fields = _inner(atlas, angles)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph ring" role="group" '
        f'aria-label="Mechanisms on a ring, and the fields in which they meet" viewBox="0 0 {WIDE} {HIGH}" '
        f'width="{WIDE}" height="{HIGH}">'
    ]
    for path, angle in fields.items():
        for name, sign in atlas.movers[path].items():
            out.append(_line(angles[name], angle, f"moves {CLASSES[sign]}", name, path))
        for name, sign in atlas.readers[path].items():
            if sign != UNMOVED:
                out.append(_line(angles[name], angle, "reads", name, path))
    out += [_arc(g, *ends) for g, ends in arcs.items()]
    out += [_mechanism(name, angle, groups[name], titles[name]) for name, angle in angles.items()]
    for path, angle in fields.items():
        out.append(_field(path, angle, len(set(atlas.movers[path]) | set(atlas.readers[path]))))
    return "".join([*out, "</svg>"])


def _angles(atlas: Atlas, groups: Mapping[str, str]) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Where mechanisms stand, and where the arc of each group begins and ends; radians, from the top."""
    order = rows(atlas.picture, groups)
    step = 2 * math.pi / (len(atlas.mechanisms) + BETWEEN * len(order))
    angles, arcs, at = {}, {}, BETWEEN / 2
    for group, names in order:
        arcs[group] = ((at - 0.2) * step, (at + len(names) - 0.8) * step)
        for name in names:
            angles[name] = at * step
            at += 1
        at += BETWEEN
    return angles, arcs


def _inner(atlas: Atlas, angles: Mapping[str, float]) -> dict[str, float]:
    """Angles of the fields: evenly, in the order of the middle of whom they join."""

    def middle(path: str) -> float:
        who = [angles[m] for own in (atlas.movers[path], atlas.readers[path]) for m in own]
        return math.atan2(sum(map(math.sin, who)), sum(map(math.cos, who))) % (2 * math.pi)

    shown = sorted(meeting(atlas)[:SHOWN], key=lambda p: (middle(p), p))
    step = 2 * math.pi / max(len(shown), 1)
    turn = _turn([middle(p) for p in shown], step)
    return {path: i * step + turn for i, path in enumerate(shown)}


def _turn(wanted: list[float], step: float) -> float:
    """By how much to turn the even ring so that fields stand nearest to where they want to."""
    away = [want - i * step for i, want in enumerate(wanted)]
    return math.atan2(sum(map(math.sin, away)), sum(map(math.cos, away)))


def _at(angle: float, radius: float) -> tuple[float, float]:
    return CX + radius * math.sin(angle), CY - radius * math.cos(angle)


def _line(outer: float, inner: float, classes: str, name: str, path: str) -> str:
    (x0, y0), (x1, y1) = _at(outer, OUTER - 7), _at(inner, INNER + 6)
    (a, b), (c, d) = _at(outer, OUTER - 55), _at(inner, INNER + 45)
    return (
        f'<path class="line {classes}" data-ends="{name} {path}" '
        f'd="M{x0:.0f} {y0:.0f}C{a:.0f} {b:.0f} {c:.0f} {d:.0f} {x1:.0f} {y1:.0f}"/>'
    )


def _arc(group: str, start: float, end: float) -> str:
    (x0, y0), (x1, y1) = _at(start - 0.02, OUTER), _at(end + 0.02, OUTER)
    return (
        f'<path class="arc g-{group}" d="M{x0:.1f} {y0:.1f}A{OUTER} {OUTER} 0 {int(end - start > math.pi)} 1 '
        f'{x1:.1f} {y1:.1f}"><title>{escape(GROUPS[group][0])}</title></path>{_named(group, start, end)}'
    )


def _named(group: str, start: float, end: float) -> str:
    """The title of a group, beyond the names of its mechanisms; near the top, where there is no room, beside them."""
    angle = (start + end) / 2
    angle = start if math.cos(angle) > 0.8 else angle
    x, y = _at(angle, BEYOND)
    anchor = "start" if math.sin(angle) >= 0 else "end"
    return (
        f'<text class="of g-{group}" text-anchor="{anchor}" x="{x:.0f}" y="{y:.0f}">{escape(GROUPS[group][0])}</text>'
    )


def _mechanism(name: str, angle: float, group: str, title: str) -> str:
    x, y = _at(angle, OUTER)
    return (
        f'<a class="spoke mechanism g-{group}" href="?mechanism={name}" data-node="{name}">'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>{_text(spoken(name), angle, OUTER + 13, outward=True)}'
        f"<title>{escape(title)}</title></a>"
    )


def _field(path: str, angle: float, joins: int) -> str:
    x, y = _at(angle, INNER)
    return (
        f'<a class="spoke field" href="?field={path}" data-node="{path}">'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2.5 + math.sqrt(joins):.1f}"/>'
        f"{_text(label(path), angle, INNER - 14, outward=False)}"
        f"<title>{escape(path)}: joins {joins} mechanisms</title></a>"
    )


def _text(text: str, angle: float, radius: float, *, outward: bool) -> str:
    """Text along its spoke, never upside down."""
    x, y = _at(angle, radius)
    right = math.sin(angle) >= 0
    turn = math.degrees(angle) - (90 if right else -90)
    anchor = "start" if right == outward else "end"
    return (
        f'<text text-anchor="{anchor}" transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f})" dy=".34em">'
        f"{escape(text)}</text>"
    )

"""The causal picture drawn for the screen: all mechanisms on a ring, and the neighbourhood of one in layers.

Plain SVG with links and classes, no style: the page's own styles colour it, and `static/svg.js` writes them in when it
is saved. The same picture gives the same bytes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from fissure.model.catalogue import mechanism_classes
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label
from fissure.present.sections.causal import CLASSES, GLYPHS, MOVES, READS, by_group, label
from fissure.studies.causal import BOTH, DOWN, UNKNOWN, UNMOVED, UP, Atlas, merged

# The ring

WIDE, HIGH = 1220, 790
CX, CY = WIDE / 2, HIGH / 2
OUTER, INNER, BEYOND = 264, 186, 436
"""Radii of the ring of mechanisms, of that of fields, and of the titles of groups."""
BETWEEN = 2.4
"""Room between two groups, in mechanisms."""
SHOWN = 24
"""Fields on the ring."""


def ring(atlas: Atlas) -> str:
    """Mechanisms on a ring by group, and within it the fields in which they meet most.

    A field stands where the mechanisms that it joins are, so that lines stay short.
    """
    angles, arcs = _outer_ring(atlas)
    fields = _inner_ring(atlas, angles)
    out = [_open("ring", "Mechanisms on a ring, and the fields in which they meet", WIDE, HIGH)]
    for path, angle in fields.items():
        for name, sign in atlas.movers[path].items():
            out.append(_line(angles[name], angle, f"moves {CLASSES[sign]}", f"{name} {path}"))
        for name, sign in atlas.readers[path].items():
            if sign != UNMOVED:
                out.append(_line(angles[name], angle, "reads", f"{name} {path}"))
    out += [_arc(group, *ends) for group, ends in arcs.items()]
    for name, angle in angles.items():
        tip = mechanism_classes()[name].title
        out.append(_spoke("mechanism", name, angle, OUTER, 4.5, mechanism_label(name), tip, _group(name)))
    for path, angle in fields.items():
        joins = len(_joined(atlas, path))
        tip = f"{path}: joins {joins} mechanisms"
        out.append(_spoke("field", path, angle, INNER, 2.5 + math.sqrt(joins), label(path), tip))
    return "".join([*out, "</svg>"])


def _joined(atlas: Atlas, path: str) -> set[str]:
    return {*atlas.movers[path], *atlas.readers[path]}


def _outer_ring(atlas: Atlas) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The places of mechanisms, and where the arc of each group begins and ends; radians, from the top."""
    order = by_group(atlas.mechanisms)
    step = 2 * math.pi / (len(atlas.mechanisms) + BETWEEN * len(order))
    angles: dict[str, float] = {}
    arcs: dict[str, tuple[float, float]] = {}
    at = BETWEEN / 2
    for group, names in order.items():
        arcs[group] = ((at - 0.2) * step, (at + len(names) - 0.8) * step)
        angles |= {name: (at + place) * step for place, name in enumerate(names)}
        at += len(names) + BETWEEN
    return angles, arcs


def _inner_ring(atlas: Atlas, angles: Mapping[str, float]) -> dict[str, float]:
    """Angles of the fields: evenly, in the order of the middle of whom they join, and turned to stand nearest it."""

    def middle(path: str) -> float:
        return _mean([angles[m] for own in (atlas.movers[path], atlas.readers[path]) for m in own]) % (2 * math.pi)

    both = [
        path for path in atlas.fields if atlas.movers[path] and atlas.readers[path] and len(_joined(atlas, path)) > 1
    ]
    most = sorted(both, key=lambda path: (-len(_joined(atlas, path)), path))[:SHOWN]
    shown = sorted(most, key=lambda path: (middle(path), path))
    step = 2 * math.pi / max(len(shown), 1)
    turn = _mean([middle(path) - i * step for i, path in enumerate(shown)])
    return {path: i * step + turn for i, path in enumerate(shown)}


def _mean(angles: Sequence[float]) -> float:
    return math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))


def _at(angle: float, radius: float) -> tuple[float, float]:
    return CX + radius * math.sin(angle), CY - radius * math.cos(angle)


def _line(outer: float, inner: float, classes: str, ends: str) -> str:
    (x0, y0), (x1, y1) = _at(outer, OUTER - 7), _at(inner, INNER + 6)
    (a, b), (c, d) = _at(outer, OUTER - 55), _at(inner, INNER + 45)
    return (
        f'<path class="line {classes}" data-ends="{ends}" '
        f'd="M{x0:.0f} {y0:.0f}C{a:.0f} {b:.0f} {c:.0f} {d:.0f} {x1:.0f} {y1:.0f}"/>'
    )


def _arc(group: str, start: float, end: float) -> str:
    """The arc of a group and its title beyond the names; near the top, where there is no room, beside them."""
    (x0, y0), (x1, y1) = _at(start - 0.02, OUTER), _at(end + 0.02, OUTER)
    angle = (start + end) / 2
    angle = start if math.cos(angle) > 0.8 else angle
    x, y = _at(angle, BEYOND)
    anchor, title = "start" if math.sin(angle) >= 0 else "end", escape(MECHANISM_GROUPS[group])
    return (
        f'<path class="arc g-{group}" d="M{x0:.1f} {y0:.1f}A{OUTER} {OUTER} 0 {int(end - start > math.pi)} 1 '
        f'{x1:.1f} {y1:.1f}"><title>{title}</title></path>'
        f'<text class="of g-{group}" text-anchor="{anchor}" x="{x:.0f}" y="{y:.0f}">{title}</text>'
    )


def _spoke(kind: str, name: str, angle: float, at: float, dot: float, text: str, tip: str, group: str = "") -> str:
    """A dot with its name along the spoke, never upside down: of mechanisms beyond the ring, of fields within."""
    x, y = _at(angle, at)
    right, outward = math.sin(angle) >= 0, kind == "mechanism"
    tx, ty = _at(angle, at + 13 if outward else at - 14)
    turn = math.degrees(angle) - (90 if right else -90)
    anchor = "start" if right == outward else "end"
    classes = f"spoke {kind} g-{group}" if group else f"spoke {kind}"
    return (
        f'<a class="{classes}" href="?{kind}={name}" data-node="{name}"><circle cx="{x:.1f}" cy="{y:.1f}" '
        f'r="{dot:.1f}"/><text text-anchor="{anchor}" transform="translate({tx:.1f} {ty:.1f}) rotate({turn:.1f})" '
        f'dy=".34em">{escape(text)}</text><title>{escape(tip)}</title></a>'
    )


def _group(name: str) -> str:
    return mechanism_classes()[name].group()


def _open(kind: str, title: str, width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph {kind}" role="group" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
    )


# A neighbourhood in layers

BOX, BOX_OF_FIELD, GAP, GAP_OF_FIELD = 186, 236, 62, 150
HEAD, ROW, BOX_HEIGHT = 34, 31, 25
MOST = 18
"""The most boxes that stand in an outer layer before the rest are counted in one."""


@dataclass(frozen=True)
class Node:
    """A box: `kind` is mechanism, field, forcing, part or more; `href` leads to its own page."""

    id: str
    text: str
    kind: str
    href: str = ""
    group: str = ""
    sign: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Edge:
    """From box to box, with its sign; a faint one belongs to the outer layers and has its sign in the box."""

    source: str
    target: str
    sign: str
    faint: bool = False
    said: str = ""


@dataclass(frozen=True)
class Layer:
    """Boxes under a heading."""

    heading: str
    nodes: tuple[Node, ...]


def of_mechanism(name: str, atlas: Atlas) -> str:
    """The neighbourhood of a mechanism: who moves what it reads, what it reads, what it moves, and who reads that."""
    reads, moves, own = atlas.reads[name], atlas.moves[name], mechanism_label(name)
    edges = [Edge(f"r:{path}", name, sign, said=f"{own} {READS[sign]}") for path, sign in reads.items()]
    edges += [Edge(name, f"w:{path}", sign, said=f"{own} {MOVES[sign]} {label(path)}") for path, sign in moves.items()]
    before = {path: {m: s for m, s in atlas.movers[path].items() if m != name} for path in reads}
    after = {path: {m: s for m, s in atlas.readers[path].items() if m != name} for path in moves}
    first, faint_before = _outer_layer(before, "r:", "a:", into=True)
    last, faint_after = _outer_layer(after, "w:", "z:", into=False)
    layers = (
        Layer("Who moves these", first),
        Layer("It reads", tuple(_field(path, "r:") for path in _ordered(reads))),
        Layer("", (replace(_mechanism(name, ""), href=""),)),
        Layer("It moves", tuple(_field(path, "w:") for path in _ordered(moves))),
        Layer("Who reads these", last),
    )
    return _draw(layers, [*faint_before, *edges, *faint_after], f"What {own} reads and moves", BOX, GAP)


def of_field(path: str, atlas: Atlas) -> str:
    """A field, who moves it, and who reads it; parts of settling, which are always on, below the mechanisms."""
    into: dict[str, list[str]] = {}
    onto: dict[str, list[str]] = {}
    for part in atlas.parts:
        if part.target == path:
            into.setdefault(part.process, []).append(part.sign)
        if part.source == path:
            onto.setdefault(part.process, []).append(part.sign)
    left, signs = _who(atlas.movers[path], into, "a:")
    movers = [Edge(n, path, s, said=f"{mechanism_label(n.partition(':')[2])} {MOVES[s]} it") for n, s in signs.items()]
    right, signs = _who(atlas.readers[path], onto, "z:")
    readers = [Edge(path, n, s, said=f"{mechanism_label(n.partition(':')[2])} {READS[s]}") for n, s in signs.items()]
    layers = (
        Layer("Who moves it", left),
        Layer("", (replace(_field(path, ""), href=""),)),
        Layer("Who reads it", right),
    )
    title = f"Who moves and who reads {label(path)}"
    return _draw(layers, [*movers, *readers], title, BOX_OF_FIELD, GAP_OF_FIELD)


def _who(own: Mapping[str, str], parts: Mapping[str, list[str]], lead: str) -> tuple[tuple[Node, ...], dict[str, str]]:
    """Boxes of mechanisms and of parts, and the sign of each by its id."""
    nodes = [_mechanism(name, lead) for name in sorted(own, key=lambda name: (_group(name), name))]
    tip = "a part of the week that is always on"
    nodes += [Node(f"{lead}{part}", f"{mechanism_label(part)} (always on)", "part", tip=tip) for part in parts]
    signs = {f"{lead}{name}": sign for name, sign in own.items()}
    return tuple(nodes), signs | {f"{lead}{part}": merged(found) for part, found in parts.items()}


def _outer_layer(
    own: Mapping[str, Mapping[str, str]], inner: str, lead: str, *, into: bool
) -> tuple[tuple[Node, ...], list[Edge]]:
    """Mechanisms beyond the fields: those that share most of them first, then in the order of the fields."""
    place = {path: at for at, path in enumerate(_ordered(own))}
    joined: dict[str, dict[str, str]] = {}
    for path, who in own.items():
        for name, sign in who.items():
            joined.setdefault(name, {})[path] = sign
    chosen = sorted(joined, key=lambda m: (-len(joined[m]), m))[:MOST]
    chosen.sort(key=lambda m: (sum(place[path] for path in joined[m]) / len(joined[m]), _group(m), m))
    nodes, edges = [], []
    for name in chosen:
        glyphs = "".join(GLYPHS[sign] for sign in (UP, DOWN, BOTH, UNKNOWN) if sign in joined[name].values())
        nodes.append(replace(_mechanism(name, lead), sign=glyphs))
        for path, sign in sorted(joined[name].items()):
            ends = (f"{lead}{name}", f"{inner}{path}")
            edges.append(Edge(*(ends if into else ends[::-1]), sign, faint=True))
    if left := len(joined) - len(chosen):
        nodes.append(Node(f"{lead}more", f"and {left} more, by the fields", "more"))
    return tuple(nodes), edges


def _ordered(paths: Mapping[str, object]) -> list[str]:
    """Fields by owner; what the week has lost to causes, and forcing, last."""
    return sorted(paths, key=lambda path: (path.startswith("flows.by_cause"), path.startswith("week."), path))


def _field(path: str, lead: str) -> Node:
    kind = "forcing" if path.startswith("week.") else "field"
    return Node(f"{lead}{path}", label(path), kind, f"?field={path}", tip=path)


def _mechanism(name: str, lead: str) -> Node:
    tip = mechanism_classes()[name].title
    return Node(f"{lead}{name}", mechanism_label(name), "mechanism", f"?mechanism={name}", _group(name), tip=tip)


def _draw(layers: Sequence[Layer], edges: Sequence[Edge], title: str, wide: int, gap: int) -> str:
    width = len(layers) * (wide + gap) - gap + 4
    height = HEAD + max(3, *(len(layer.nodes) for layer in layers)) * ROW + 8
    at: dict[str, tuple[float, float]] = {}
    for i, layer in enumerate(layers):
        top = HEAD + (height - HEAD - len(layer.nodes) * ROW) / 2
        at |= {node.id: (2 + i * (wide + gap), top + k * ROW) for k, node in enumerate(layer.nodes)}
    known = [edge for edge in edges if edge.source in at and edge.target in at]
    out = [_open("layers", title, width, height), *(_edge(edge, at, wide) for edge in known)]
    for i, layer in enumerate(layers):
        if layer.nodes and layer.heading:
            out.append(f'<text class="head" x="{2 + i * (wide + gap)}" y="16">{escape(layer.heading)}</text>')
        out += [_box(node, *at[node.id], wide, i == len(layers) // 2) for node in layer.nodes]
    out += [_badge(edge, at, wide, len(layers)) for edge in known if not edge.faint]
    return "".join([*out, "</svg>"])


def _edge(edge: Edge, at: Mapping[str, tuple[float, float]], wide: int) -> str:
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    x0, y0, y1 = x0 + wide, y0 + BOX_HEIGHT / 2, y1 + BOX_HEIGHT / 2
    middle = (x0 + x1) / 2
    return (
        f'<path class="edge {CLASSES[edge.sign]}{" faint" * edge.faint}" '
        f'd="M{x0:.0f} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"/>'
    )


def _badge(edge: Edge, at: Mapping[str, tuple[float, float]], wide: int, layers: int) -> str:
    """The sign of an edge in a small circle, near its end that stands among others."""
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    near_source = x0 + wide < layers * wide / 2  # edges to the left of the middle meet at their target
    x, y = (x0 + wide + 15, y0) if near_source else (x1 - 15, y1)
    y += BOX_HEIGHT / 2
    return (
        f'<g class="badge {CLASSES[edge.sign]}"><circle cx="{x:.0f}" cy="{y:.1f}" r="8"/>'
        f'<text x="{x:.0f}" y="{y + 4.5:.1f}">{GLYPHS[edge.sign]}</text><title>{escape(edge.said)}</title></g>'
    )


def _box(node: Node, x: float, y: float, wide: int, centre: bool) -> str:
    classes = " ".join(filter(None, ["box", node.kind, node.group and f"g-{node.group}", "centre" if centre else ""]))
    corner = BOX_HEIGHT / 2 if node.kind in ("field", "forcing") else 4
    stripe = f'<rect class="stripe" x="{x:.0f}" y="{y:.1f}" width="5" height="{BOX_HEIGHT}"/>' if node.group else ""
    sign = f'<text class="sign" x="{x + wide - 8:.0f}" y="{y + 17:.1f}">{node.sign}</text>' if node.sign else ""
    drawn = (
        f'<rect class="back" x="{x:.0f}" y="{y:.1f}" width="{wide}" height="{BOX_HEIGHT}" rx="{corner:g}"/>{stripe}'
        f'<text x="{x + 13:.0f}" y="{y + 17:.1f}">{escape(node.text)}</text>{sign}'
        f"{f'<title>{escape(node.tip)}</title>' if node.tip else ''}"
    )
    if node.href:
        return f'<a class="{classes}" href="{escape(node.href)}">{drawn}</a>'
    return f'<g class="{classes}">{drawn}</g>'

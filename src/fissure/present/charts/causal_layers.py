"""A neighbourhood drawn in layers: who moves what is read, what is read, the chosen one, what it moves, who reads that.

Plain SVG with links and classes, no style: the page's own styles colour it, and `static/svg.js` writes them in when it
is saved. The same neighbourhood gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from fissure.present.charts.causal_matrix import CLASSES, GLYPHS
from fissure.present.words.fields import label, spoken
from fissure.studies.causal import BOTH, DOWN, UNKNOWN, UNMOVED, UP, merged
from fissure.studies.causal_atlas import Atlas

BOX, GAP, ACROSS, HEAD, ROW = 186, 62, 5, 34, 31
HIGH, MOST = 25, 18
"""Pixels of a box, and how many stand in an outer layer before the rest are counted in one."""
WORDS = {
    UP: "raises",
    DOWN: "lowers",
    BOTH: "raises or lowers",
    UNKNOWN: "moves (which way is unknown)",
    UNMOVED: "moves",
}
READS = {
    UP: "does more as it grows",
    DOWN: "does less as it grows",
    BOTH: "goes either way with it",
    UNKNOWN: "reads it (what follows is unknown)",
    UNMOVED: "reads it",
}


@dataclass(frozen=True)
class Node:
    """A box: `kind` is mechanism, field, part or more; `href` leads to its own page."""

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


def of_mechanism(name: str, atlas: Atlas, groups: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """The neighbourhood of a mechanism; `groups` and `titles` are by mechanism."""
    reads, moves = atlas.reads[name], atlas.moves[name]
    left = [_field(path, "r:") for path in _ordered(reads)]
    right = [_field(path, "w:") for path in _ordered(moves)]
    edges = [Edge(f"r:{p}", name, s, said=f"{spoken(name)} {READS[s]}") for p, s in reads.items()]
    edges += [Edge(name, f"w:{p}", s, said=f"{spoken(name)} {WORDS[s]} {label(p)}") for p, s in moves.items()]
    before = {p: {m: s for m, s in atlas.movers[p].items() if m != name} for p in reads}
    after = {p: {m: s for m, s in atlas.readers[p].items() if m != name} for p in moves}
    first, faint_before = _outer(before, "r:", "a:", groups, titles, into=True)
    last, faint_after = _outer(after, "w:", "z:", groups, titles, into=False)
    layers = (
        Layer("Who moves these", first), Layer("It reads", tuple(left)),
        Layer("", (_mechanism(name, "", groups, titles, link=False),)),
        Layer("It moves", tuple(right)), Layer("Who reads these", last),
    )  # fmt: skip
    return _draw(layers, [*faint_before, *edges, *faint_after], f"What {spoken(name)} reads and moves")


def of_field(path: str, atlas: Atlas, groups: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Who moves a field, and who reads it; parts of settling, which are always on, below the mechanisms."""
    into: dict[str, list[str]] = {}
    onto: dict[str, list[str]] = {}
    for part in atlas.parts:
        if part.target == path:
            into.setdefault(part.name, []).append(part.sign)
        if part.source == path:
            onto.setdefault(part.name, []).append(part.sign)
    left, edges = _who(atlas.movers[path], into, "a:", groups, titles)
    movers = [Edge(n, path, s, said=f"{spoken(n.partition(':')[2])} {WORDS[s]} it") for n, s in edges]
    right, edges = _who(atlas.readers[path], onto, "z:", groups, titles)
    readers = [Edge(path, n, s, said=f"{spoken(n.partition(':')[2])} {READS[s]}") for n, s in edges]
    layers = (
        Layer("Who moves it", left), Layer("", (replace(_field(path, ""), href=""),)), Layer("Who reads it", right)
    )  # fmt: skip
    return _draw(layers, [*movers, *readers], f"Who moves and who reads {label(path)}", wide=236)


def _who(
    own: Mapping[str, str], parts: Mapping[str, list[str]], lead: str, groups: Mapping[str, str],
    titles: Mapping[str, str],
) -> tuple[tuple[Node, ...], list[tuple[str, str]]]:  # fmt: skip
    names = sorted(own, key=lambda m: (groups[m], m))
    nodes = [_mechanism(name, lead, groups, titles) for name in names]
    nodes += [
        Node(f"{lead}{p}", f"{spoken(p)} (always on)", "part", tip="a part of the week that is always on")
        for p in parts
    ]
    signs = [(f"{lead}{name}", own[name]) for name in names]
    return tuple(nodes), signs + [(f"{lead}{part}", merged(found)) for part, found in parts.items()]


def _outer(
    own: Mapping[str, Mapping[str, str]], inner: str, lead: str, groups: Mapping[str, str], titles: Mapping[str, str],
    *, into: bool,
) -> tuple[tuple[Node, ...], list[Edge]]:  # fmt: skip
    """Mechanisms beyond the fields: those that share most of them first, then in the order of the fields."""
    place = {path: at for at, path in enumerate(_ordered(own))}
    joined: dict[str, dict[str, str]] = {}
    for path, who in own.items():
        for name, sign in who.items():
            joined.setdefault(name, {})[path] = sign
    chosen = sorted(joined, key=lambda m: (-len(joined[m]), m))[:MOST]
    chosen.sort(key=lambda m: (sum(place[p] for p in joined[m]) / len(joined[m]), groups[m], m))
    nodes, edges = [], []
    for name in chosen:
        glyphs = "".join(GLYPHS[s] for s in (UP, DOWN, BOTH, UNKNOWN) if s in joined[name].values())
        nodes.append(replace(_mechanism(name, lead, groups, titles), sign=glyphs))
        for path, sign in sorted(joined[name].items()):
            ends = (f"{lead}{name}", f"{inner}{path}") if into else (f"{inner}{path}", f"{lead}{name}")
            edges.append(Edge(*ends, sign, faint=True))
    if left := len(joined) - len(chosen):
        nodes.append(Node(f"{lead}more", f"and {left} more, by the fields", "more"))
    return tuple(nodes), edges


def _ordered(paths: Mapping[str, object]) -> list[str]:
    """Fields by owner; what the week has lost to causes last."""
    return sorted(paths, key=lambda p: (p.startswith("flows.by_cause"), p.startswith("week."), p))


def _field(path: str, lead: str) -> Node:
    kind = "forcing" if path.startswith("week.") else "field"
    return Node(f"{lead}{path}", label(path), kind, f"?field={path}", tip=path)


def _mechanism(
    name: str, lead: str, groups: Mapping[str, str], titles: Mapping[str, str], *, link: bool = True
) -> Node:
    href = f"?mechanism={name}" if link else ""
    return Node(f"{lead}{name}", spoken(name), "mechanism", href, groups[name], tip=titles[name])


def _draw(layers: Sequence[Layer], edges: Sequence[Edge], title: str, wide: int = BOX) -> str:
    gap = GAP if len(layers) == ACROSS else 150
    width = len(layers) * wide + (len(layers) - 1) * gap + 4
    most = max(len(layer.nodes) for layer in layers)
    height = HEAD + max(most, 3) * ROW + 8
    at: dict[str, tuple[float, float]] = {}
    for i, layer in enumerate(layers):
        top = HEAD + (height - HEAD - len(layer.nodes) * ROW) / 2
        at |= {node.id: (2 + i * (wide + gap), top + k * ROW) for k, node in enumerate(layer.nodes)}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph layers" role="group" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}">'
    ]
    known = [edge for edge in edges if edge.source in at and edge.target in at]
    out += [_edge(edge, at, wide) for edge in known]
    for i, layer in enumerate(layers):
        x = 2 + i * (wide + gap)
        if layer.nodes and layer.heading:
            out.append(f'<text class="head" x="{x}" y="16">{escape(layer.heading)}</text>')
        out += [_box(node, *at[node.id], wide, i == len(layers) // 2) for node in layer.nodes]
    out += [_badge(edge, at, wide, len(layers)) for edge in known if not edge.faint]
    return "".join([*out, "</svg>"])


def _edge(edge: Edge, at: Mapping[str, tuple[float, float]], wide: int) -> str:
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    x0, y0, y1 = x0 + wide, y0 + HIGH / 2, y1 + HIGH / 2
    middle = (x0 + x1) / 2
    faint = " faint" if edge.faint else ""
    return (
        f'<path class="edge {CLASSES[edge.sign]}{faint}" '
        f'd="M{x0:.0f} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"/>'
    )


def _badge(edge: Edge, at: Mapping[str, tuple[float, float]], wide: int, layers: int) -> str:
    """The sign of an edge in a small circle, near its end that stands among others."""
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    x0, x1 = x0 + wide, x1
    near_source = x0 < (layers * wide) / 2  # edges to the left of the middle meet at their target
    x, y = (x0 + 15, y0) if near_source else (x1 - 15, y1)
    y += HIGH / 2
    return (
        f'<g class="badge {CLASSES[edge.sign]}"><circle cx="{x:.0f}" cy="{y:.1f}" r="8"/>'
        f'<text x="{x:.0f}" y="{y + 4.5:.1f}">{GLYPHS[edge.sign]}</text><title>{escape(edge.said)}</title></g>'
    )


def _box(node: Node, x: float, y: float, wide: int, centre: bool) -> str:
    classes = " ".join(filter(None, ["box", node.kind, node.group and f"g-{node.group}", "centre" if centre else ""]))
    tip = f"<title>{escape(node.tip)}</title>" if node.tip else ""
    round_ = HIGH / 2 if node.kind in ("field", "forcing") else 4
    mark = f'<rect class="stripe" x="{x:.0f}" y="{y:.1f}" width="5" height="{HIGH}"/>' if node.group else ""
    sign = f'<text class="sign" x="{x + wide - 8:.0f}" y="{y + 17:.1f}">{node.sign}</text>' if node.sign else ""
    text = (
        f'<rect class="back" x="{x:.0f}" y="{y:.1f}" width="{wide}" height="{HIGH}" rx="{round_:g}"/>{mark}'
        f'<text x="{x + 13:.0f}" y="{y + 17:.1f}">{escape(node.text)}</text>{sign}{tip}'
    )
    if node.href:
        return f'<a class="{classes}" href="{escape(node.href)}">{text}</a>'
    return f'<g class="{classes}">{text}</g>'

"""Feedback loops as cycles of a graph whose edges are of two kinds: carried by a mechanism, or by a process."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Edge(NamedTuple):
    """One step from a node to another; `by_mechanism` tells a mechanism from a process that is always on."""

    source: str
    target: str
    carrier: str
    by_mechanism: bool
    sign: str


Cycle = tuple[Edge, ...]


def cycles(edges: Iterable[Edge], most: int) -> Iterator[Cycle]:
    """All cycles of one to `most` mechanisms, each once, from its first node by name; in no order.

    No node and no mechanism comes twice, and no process follows another, not even across the cycle's ends.
    """
    graph = _Graph(edges)
    for start in range(len(graph.names)):
        for first in (True, False):
            yield from _Search(graph, start, first, most).cycles()


class _Graph:
    """Nodes by number, in the order of their names; a set of nodes is the bits of a whole number."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        every = list(edges)
        self.names = sorted({end for edge in every for end in (edge.source, edge.target)})
        number = {name: n for n, name in enumerate(self.names)}
        # each by the kind of the edge
        self.between: dict[bool, dict[tuple[int, int], list[Edge]]] = {True: {}, False: {}}
        self.targets: dict[bool, list[int]] = {kind: [0] * len(number) for kind in (True, False)}
        self.sources: dict[bool, list[int]] = {kind: [0] * len(number) for kind in (True, False)}
        for edge in every:
            source, target, kind = number[edge.source], number[edge.target], edge.by_mechanism
            self.between[kind].setdefault((source, target), []).append(edge)
            self.targets[kind][source] |= 1 << target
            self.sources[kind][target] |= 1 << source

    def before(self, nodes: int, kind: bool) -> int:
        """The nodes from which an edge of a kind leads to one of `nodes`."""
        found = 0
        for target in _numbers(nodes):
            found |= self.sources[kind][target]
        return found


class _Search:
    """The cycles whose first node is `start` and whose first edge is of the kind `first`.

    A walk goes on only to nodes from which there is a way back in the steps that are left, so that nearly every step
    belongs to a cycle.
    """

    def __init__(self, graph: _Graph, start: int, first: bool, most: int) -> None:
        self.graph, self.start, self.first, self.most = graph, start, first, most
        self.home = 1 << start
        self.later = -1 << start + 1
        self.back = self._back()

    def _back(self) -> dict[tuple[bool, int], int]:
        """The nodes from which there is a way back, by the kind of the edge before and the mechanisms left."""
        back: dict[tuple[bool, int], int] = {}
        for left in range(self.most + 1):
            onward = self.graph.before(back[True, left - 1] & self.later | self.home, True) if left else 0
            end = self.home if self.first else 0  # a process may not end what a process begins
            back[False, left] = onward
            back[True, left] = onward | self.graph.before(onward & self.later | end, False)
        return back

    def cycles(self) -> Iterator[Cycle]:
        """Each once."""
        left = self.most - self.first
        if left >= 0:
            yield from self._along(self.start, self.home, (), self.first, left)

    def _walk(self, node: int, visited: int, path: Cycle, left: int) -> Iterator[Cycle]:
        """The cycles that begin with `path`, which leads to `node`; `left` is how many mechanisms may follow."""
        if left:
            yield from self._along(node, visited, path, True, left - 1)
        if path[-1].by_mechanism:
            yield from self._along(node, visited, path, False, left)

    def _along(self, node: int, visited: int, path: Cycle, kind: bool, left: int) -> Iterator[Cycle]:
        """As `_walk`, those of them that go on with an edge of a kind, after which `left` mechanisms are left."""
        targets = self.graph.targets[kind][node]
        for target in _numbers(targets & self.back[kind, left] & self.later & ~visited):
            for edge in self.graph.between[kind][node, target]:
                if not kind or _is_new(edge, path):
                    yield from self._walk(target, visited | 1 << target, (*path, edge), left)
        if targets & self.home and (kind or self.first):
            for edge in self.graph.between[kind][node, self.start]:
                if not kind or _is_new(edge, path):
                    yield (*path, edge)


def _is_new(edge: Edge, path: Cycle) -> bool:
    return all(edge.carrier != one.carrier or not one.by_mechanism for one in path)


def _numbers(nodes: int) -> Iterator[int]:
    while nodes:
        lowest = nodes & -nodes
        yield lowest.bit_length() - 1
        nodes ^= lowest

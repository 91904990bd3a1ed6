"""Cycles of small graphs against a search that leaves nothing out."""

import random
from itertools import permutations, product

import pytest

from fissure.studies.cycles import Edge, cycles


def plainly(edges, most):
    """Every chain of edges that is a cycle by the rules, found by trying all orders of all nodes."""
    nodes = sorted({end for edge in edges for end in (edge.source, edge.target)})
    for many in range(1, len(nodes) + 1):
        for order in permutations(nodes, many):
            if order[0] != min(order):
                continue
            steps = zip(order, (*order[1:], order[0]), strict=True)
            for cycle in product(*([e for e in edges if e[:2] == ends] for ends in steps)):
                mechanisms = [edge.carrier for edge in cycle if edge.by_mechanism]
                follow = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
                if (
                    1 <= len(mechanisms) <= most
                    and len(set(mechanisms)) == len(mechanisms)
                    and not any(not a.by_mechanism and not b.by_mechanism for a, b in follow if many > 1)
                ):
                    yield cycle


@pytest.mark.parametrize("seed", range(12))
def test_finds_each_cycle_once(seed):
    chance = random.Random(seed)
    edges = [
        Edge(a, b, carrier, kind, "+")
        for a, b in product("abcde", repeat=2)
        for carrier, kind in (("x", True), ("y", True), ("z", True), ("habit", False))
        if chance.random() < 0.2 and (kind or a != b)
    ]
    for most in (1, 2, 3):
        found = list(cycles(edges, most))
        assert len(found) == len({*found})
        assert {*found} == {*plainly(edges, most)}


def test_no_edges_have_no_cycles():
    assert not [*cycles([], 3)]

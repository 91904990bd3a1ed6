"""What the benchmarks say of their numbers: growth, first lines, kernels."""

import bench.growth as growing
import jax
import jax.numpy as jnp
import pytest
from bench.growth import spread
from bench.growth_fit import growth, per_piece
from bench.kernels import loop
from bench.program import Taken

from bench import first, parts
from fissure.model.catalogue import GROUPS, mechanism_classes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(exponent):
    sizes = [1, 2, 4, 8, 16]
    noise = [1.01, 0.99, 1.02, 0.98, 1.0]
    found = growth(sizes, [3.0 * n**exponent * e for n, e in zip(sizes, noise, strict=True)])
    assert found.low < exponent < found.high and found.high - found.low < 0.05


def test_two_pairs_are_no_growth():
    with pytest.raises(ValueError, match="three pairs"):
        growth([1, 2], [1.0, 2.0])


def test_what_nothing_costs_and_what_each_adds():
    assert per_piece([1, 2, 4], [5.0, 7.0, 11.0]) == pytest.approx((3.0, 2.0))


def test_mechanisms_grow_evenly_through_all_groups():
    assert sorted(spread(len(mechanism_classes()))) == sorted(mechanism_classes())
    some = spread(10)
    assert len(set(some)) == 10 and {mechanism_classes()[name].group() for name in some} == set(GROUPS)


def test_parts_are_left_out_one_group_at_a_time():
    rows = {title.partition(" (")[0]: (names, outputs) for title, names, outputs in parts.rows()}
    assert sorted(rows["full model"][0]) == sorted(mechanism_classes())
    for group in GROUPS:
        there = {mechanism_classes()[name].group() for name in rows[f"without {group}"][0]}
        assert there == set(GROUPS) - {group}
    assert rows["without either"] == ([], parts.LITTLE)


def test_growth_is_told_from_the_time_that_cores_were_busy(monkeypatch):
    class Linear:
        compile = 1.0

        def __init__(self, size):
            self.size, self.fighter_weeks = size, 1000 * size

        def taken(self, calls):
            return Taken(wall=9.0, busy=1e-6 * self.size * calls)

        def ns(self, seconds, calls):
            return seconds * 1e9 / (self.fighter_weeks * calls)

    monkeypatch.setattr(growing, "block", lambda **size: Linear(size.get("weeks", len(size.get("mechanisms", ())))))
    rows = {row[0]: row[1:] for row in growing.compiled("weeks", (10, 20, 40), {"weeks": 60}).rows}
    assert rows["20"] == [1.0, 9.0, pytest.approx(8e-5), pytest.approx(1.0)]
    assert rows["exponent"][1] == "1.000"
    monkeypatch.setattr(growing, "block", lambda **size: Linear(len(size["mechanisms"])))
    rows = {row[0]: row[1:] for row in growing.compiled("mechanisms", (5, 18, 54), {"weeks": 60}).rows}
    assert rows["each adds"][3] == pytest.approx(0.0, abs=1e-9)


def test_growth_with_members_tells_memory_too(monkeypatch):
    def apart(count, weeks, base):
        return {"compile": 1.0, "run": 0.1 * count, "ns": 13.0, "peak": 500.0 + 2.0 * count}

    monkeypatch.setattr(growing, "run_apart", apart)
    rows = {row[0]: row[1:] for row in growing.members((8, 16, 32), 60).rows}
    assert rows["exponent"][1] == "1.000" and rows["a member"][3] == pytest.approx(2.0)


def test_the_first_lines_of_a_run_are_awaited_in_order(monkeypatch, tmp_path):
    said = "'compiling ...', '8 of 10 members, 1.0 ns', 'A case: 10 simulated histories of 26 weeks'"
    program = tmp_path / "run"
    program.write_text(f'#!/bin/sh\nexec {first.sys.executable} -c "print(*[{said}], sep=chr(10))"\n')
    program.chmod(0o755)
    monkeypatch.setattr(first.sys, "executable", str(program))
    times = first.run(tmp_path, "x", [])
    assert len(times) == 4 and times == sorted(times)
    monkeypatch.setattr(first, "MARKS", {**first.MARKS, "never": "what nobody says"})
    with pytest.raises(SystemExit, match="after 3 of 4 marks"):
        first.run(tmp_path, "y", [])


def test_the_operations_of_the_longest_loop_are_found():
    def long(x):
        return jax.lax.fori_loop(0, 9, lambda i, x: jnp.cumsum(jnp.sort(x) @ jnp.ones((4, 4))) + i, x)

    def short(x):
        return jax.lax.fori_loop(0, 9, lambda i, x: x + i, x)

    text = jax.jit(lambda x: long(x) + short(x)).lower(jnp.ones(4)).compile().as_text()
    found = loop(text)
    assert "sort" in {kind for kind, _ in found} and not {"tuple", "parameter"} & {kind for kind, _ in found}
    assert len(found) > len(loop(jax.jit(short).lower(jnp.ones(4)).compile().as_text())) > 0

"""Operations are counted once for each value that somebody reads, and belong where they were written."""

import jax
import jax.numpy as jnp
import pytest
from bench.operations import DIVISION, FLOAT, FUNCTION, INTEGER, PRODUCT, operations

from fissure.engine.random import threefry4x32

pytestmark = pytest.mark.slow

X, Y = jnp.ones((5, 7)), jnp.ones((7, 3))


def counted(function, *given, **more):
    found = operations(function, *given, **more)
    assert set(found) <= {""}
    return dict(found.get("", {}))


def test_kinds_of_operations():
    assert counted(lambda x: x + 1.0, X) == {FLOAT: 35}
    assert counted(lambda x: jnp.exp(x) / (x + x), X) == {FUNCTION: 35, DIVISION: 35, FLOAT: 35}
    assert counted(lambda x: x * 3, jnp.ones(5, jnp.int32)) == {INTEGER: 5}
    assert counted(lambda x, y: x @ y, X, Y) == {PRODUCT: 2 * 5 * 7 * 3}
    assert counted(lambda x: x.sum(axis=1), X) == {FLOAT: 35}


def test_moving_numbers_is_free():
    assert counted(lambda x: jnp.concatenate([x.T.reshape(5, 7), x[::-1]]), X) == {}


def test_a_value_that_is_made_twice_counts_once():
    assert counted(lambda x: (x * 2.0 + 1.0) * (x * 2.0 - 1.0), X) == {FLOAT: 4 * 35}


def test_a_value_that_nobody_reads_does_not_count():
    def wasteful(x):
        jnp.exp(x)
        return x + 1.0

    assert counted(wasteful, X) == {FLOAT: 35}


def test_what_never_changes_does_not_count():
    assert counted(lambda fixed, x: jnp.exp(fixed) * x, X, X, fixed=[0]) == {FLOAT: 35}
    assert counted(lambda fixed, x: jnp.exp(fixed) * x, X, X) == {FUNCTION: 35, FLOAT: 35}


def test_calls_are_followed_and_the_last_branch_is_taken():
    @jax.jit
    def inner(x):
        return jnp.log(x) + 1.0

    assert counted(lambda x: inner(x), X) == {FUNCTION: 35, FLOAT: 35}
    chosen = counted(lambda x, n: jax.lax.cond(n > 0, lambda: x + 1.0, lambda: jnp.exp(x)), X, jnp.int32(0))
    assert chosen == {FLOAT: 35}


def test_a_block_of_the_generator():
    words = tuple(jnp.zeros(9, jnp.uint32) + n for n in range(4))
    found = counted(lambda key, at: threefry4x32(key, at), words, words, fixed=[0])
    twenty_rounds = 20 * 2 * (1 + 3 + 1)  # an addition, a rotation in three, an exclusive or; twice a round
    assert found == {INTEGER: 9 * (twenty_rounds + 4 + 5 * 5)}  # the key added at first, then five times with a count


def test_operations_belong_where_they_are_written():
    def where(eqn):
        return "logs" if eqn.primitive.name == "log" else None

    assert operations(lambda x: jnp.log(x) + 1.0, X, place=where) == {"logs": {FUNCTION: 35}, "": {FLOAT: 35}}


def test_an_unknown_operation_is_an_error():
    with pytest.raises(ValueError, match="nobody said what 'sort' costs"):
        operations(jnp.sort, X)

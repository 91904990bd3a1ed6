"""Threefry against Random123's published known answers, and the addressing of draws."""

import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine.random import Draw, made_beforehand, member_key, seed_words, stream_id, threefry4x32

ONES = 0xFFFFFFFF
KNOWN = [  # Random123, tests/kat_vectors, "threefry4x32 20": counter, key, answer
    ((0, 0, 0, 0), (0, 0, 0, 0), (0x9C6CA96A, 0xE17EAE66, 0xFC10ECD4, 0x5256A7D8)),
    ((ONES,) * 4, (ONES,) * 4, (0x2A881696, 0x57012287, 0xF6C7446E, 0xA16A6732)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89),
        (0x59CD1DBB, 0xB8879579, 0x86B5D00C, 0xAC8B6D84),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(counter, key, answer):
    words = threefry4x32(
        tuple(jnp.uint32(k) for k in key),
        tuple(jnp.uint32(c) for c in counter),
    )
    assert tuple(int(w) for w in words) == answer


def draw(stream="a", week=3, member=5, seed=7):
    return Draw(member_key(seed_words(seed), member), jnp.int32(week), stream_id(stream))


def test_every_part_of_the_address_matters():
    base = np.asarray(draw().uniform((64,)))
    for other in (draw(stream="b"), draw(week=4), draw(member=6), draw(seed=8), draw(seed=7 + 2**32)):
        assert not np.array_equal(base, np.asarray(other.uniform((64,))))
    assert not np.array_equal(base, np.asarray(draw().uniform((64,), index=1)))
    assert np.array_equal(base, np.asarray(draw().uniform((64,))))


def test_uniforms_are_uniform_and_independent():
    words = np.asarray(draw().words((448, 112)))
    u = words.ravel() / 2**32
    counts, _ = np.histogram(u, bins=100, range=(0, 1))
    chi2 = ((counts - u.size / 100) ** 2 / (u.size / 100)).sum()
    assert 50 < chi2 < 160  # 99 degrees of freedom
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.02
    assert len(np.unique(words)) > 0.999 * words.size


def test_what_is_made_beforehand_is_what_each_stream_gives():
    wanted = [("a", (7,), 0, 2), ("a", (7,), 1, 1), ("b", (), 0, 1), ("a", (2, 3), 5, 4)]
    made = made_beforehand(wanted, draw().key, jnp.int32(3))
    for name, shape, index, count in wanted:
        own = draw(stream=name)
        ready = Draw(own.key, own.week, own.stream, made[name])
        for a, b in zip(own.uniforms(shape, index, count), ready.uniforms(shape, index, count), strict=True):
            assert a.shape == shape and np.array_equal(a, b), name
        assert np.array_equal(own.uniforms(shape, index)[3], ready.uniforms(shape, index)[3])
        assert np.array_equal(own.uniform((9,), 8), ready.uniform((9,), 8))
    assert made_beforehand([], draw().key, jnp.int32(3)) == {}

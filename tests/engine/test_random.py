"""Threefry against Random123's published known answers, and the addressing of draws."""

import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine.random import ROUNDS, Draw, made_beforehand, member_key, seed_words, stream_id, threefry4x32

ONES = 0xFFFFFFFF
LEAVING = stream_id("leaving")
PI = ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89))
KNOWN = [  # Random123, tests/kat_vectors, "threefry4x32 13" and "threefry4x32 20": rounds, (counter, key), answer
    (13, ((0,) * 4, (0,) * 4), (0x531C7E4F, 0x39491EE5, 0x2C855A92, 0x3D6ABF9A)),
    (13, ((ONES,) * 4, (ONES,) * 4), (0xC4189358, 0x1C9CC83A, 0xD5881C67, 0x6A0A89E0)),
    (13, PI, (0x4AA71D8F, 0x734738C2, 0x431FC6A8, 0xAE6DEBF1)),
    (20, ((0,) * 4, (0,) * 4), (0x9C6CA96A, 0xE17EAE66, 0xFC10ECD4, 0x5256A7D8)),
    (20, ((ONES,) * 4, (ONES,) * 4), (0x2A881696, 0x57012287, 0xF6C7446E, 0xA16A6732)),
    (20, PI, (0x59CD1DBB, 0xB8879579, 0x86B5D00C, 0xAC8B6D84)),
]


def numpy_words(key, counter, rounds=ROUNDS):
    """Four random words for each counter, by NumPy."""
    with np.errstate(over="ignore"):
        return threefry4x32(
            tuple(np.asarray(k, np.uint32) for k in key), tuple(np.asarray(c, np.uint32) for c in counter), rounds
        )


@pytest.mark.parametrize(("rounds", "given", "answer"), KNOWN)
def test_known_answers(rounds, given, answer):
    counter, key = (tuple(jnp.uint32(word) for word in words) for words in given)
    assert tuple(int(w) for w in threefry4x32(key, counter, rounds)) == answer


def avalanche(rounds):
    """The farthest that the share of output bits flipped by any one bit of an address is from 1/2, in sigmas."""
    lanes = 4096
    lane = np.random.default_rng(1).integers(2**32, size=lanes, dtype=np.uint32)
    key = (1, 0, 3, 0)
    counter = [lane, *(np.full(lanes, x, np.uint32) for x in (40, LEAVING, 0))]
    before, worst = numpy_words(key, counter, rounds), 0.0
    for which in range(3):  # lane, week, stream
        for bit in range(32):
            moved = list(counter)
            moved[which] = counter[which] ^ np.uint32(1 << bit)
            for a, b in zip(before, numpy_words(key, moved, rounds), strict=True):
                flipped = np.unpackbits((a ^ b).view(np.uint8).reshape(lanes, 4), axis=1).mean(0)
                worst = max(worst, float(np.abs(flipped - 0.5).max()) * 2 * lanes**0.5)
    return worst


def test_one_bit_of_an_address_flips_half_of_the_numbers_bits():
    assert avalanche(ROUNDS) < 5.5  # the farthest of 12,288 shares
    assert avalanche(8) > 6.5  # the test can fail


def neighbours():
    """Uniforms of 16,384 lanes of one draw, and of draws that differ from it in one part of their address by one."""
    lanes = np.arange(16_384)

    def at(seed=1, member=3, lane=lanes, week=40, stream=LEAVING, index=0):
        words = numpy_words((seed, 0, member, 0), np.broadcast_arrays(lane, week, stream, index))
        return [w / 2**32 for w in words]

    first = at()
    others = {"a lane": at(lane=lanes + 1), "a week": at(week=41), "a member": at(member=4), "a seed": at(seed=2)}
    others |= {"a stream": at(stream=stream_id("joining")), "an index": at(index=1)}
    pairs = {f"{name}, word {k}": (first[k], other[k]) for name, other in others.items() for k in range(4)}
    return pairs | {f"words {j} and {k}": (first[j], first[k]) for j in range(4) for k in range(j)}


@pytest.mark.parametrize(("name", "pair"), neighbours().items())
def test_neighbours_have_nothing_to_do_with_each_other(name, pair):
    a, b = pair
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / a.size**0.5, name
    counts, _, _ = np.histogram2d(a, b, bins=16, range=((0, 1), (0, 1)))
    expected = a.size / 256
    assert 150 < ((counts - expected) ** 2 / expected).sum() < 380, name  # 255 degrees of freedom


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

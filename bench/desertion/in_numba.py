"""The desertion core as a hand-tuned Numba loop: the practical limit of a CPU for exactly these rules.

Everything is fused into two passes over a unit that stays in first-level cache: a branch-free one that the compiler
turns into vector instructions (minds, and whether luck falls below the hazard, which is never below the chance), and
one over the few fighters whom that picks out. Threefry blocks are shared by four slots; exp is a polynomial squared
four times. Members run in parallel; a member's result does not depend on the others.
"""

from collections.abc import Callable

import numba
import numpy as np
from numba import njit, prange

from bench.desertion.rules import (
    PARAMETERS,
    SERIES,
    SLOTS,
    Parameters,
    Recorded,
    caught_share,
    foreign_units,
    pay_grievance,
    rural_share,
    units_of,
)

u32, f32 = np.uint32, np.float32
FAST = {"fastmath": True, "error_model": "numpy", "boundscheck": False}
ONE, HALF, GRAIN = f32(1.0), f32(0.5), f32(2.0**-24)
E1, E2, E3, E4, E5, SIXTEENTH = f32(1.0), f32(1 / 2), f32(1 / 6), f32(1 / 24), f32(1 / 120), f32(1 / 16)
EIGHT = u32(8)
LUCK, START, POSTING = u32(1), u32(2), u32(3)  # streams


@njit(inline="always")
def turn(x, by):
    """`x` with its bits rotated to the left."""
    return u32(u32(x << u32(by)) | (x >> u32(32 - by)))


@njit(inline="always")
def pair(a, b, c, d, first, second):
    """One round."""
    a, c = u32(a + b), u32(c + d)
    return a, turn(b, first) ^ a, c, turn(d, second) ^ c


@njit(inline="always")
def eight(a, b, c, d, k1, k2, k3, k4, k5, injection):
    """Eight rounds, with the key added after the first four."""
    a, b, c, d = pair(a, b, c, d, 10, 26)
    a, d, c, b = pair(a, d, c, b, 11, 21)
    a, b, c, d = pair(a, b, c, d, 13, 27)
    a, d, c, b = pair(a, d, c, b, 23, 5)
    a, b, c, d = u32(a + k1), u32(b + k2), u32(c + k3), u32(d + k4 + u32(injection))
    a, b, c, d = pair(a, b, c, d, 6, 20)
    a, d, c, b = pair(a, d, c, b, 17, 11)
    a, b, c, d = pair(a, b, c, d, 25, 10)
    a, d, c, b = pair(a, d, c, b, 18, 20)
    return u32(a + k2), u32(b + k3), u32(c + k4), u32(d + k5 + u32(injection + 1))


@njit(inline="always")
def threefry(k0, k1, k2, x0, x1, x2):
    """Threefry-4x32 with 13 rounds; the fourth words of key and counter are 0."""
    k3 = u32(0)
    k4 = u32(k0 ^ k1 ^ k2 ^ u32(0x1BD11BDA))
    a, b, c, d = u32(x0 + k0), u32(x1 + k1), u32(x2 + k2), u32(k3)
    a, b, c, d = eight(a, b, c, d, k1, k2, k3, k4, k0, 1)
    a, b, c, d = pair(a, b, c, d, 10, 26)
    a, d, c, b = pair(a, d, c, b, 11, 21)
    a, b, c, d = pair(a, b, c, d, 13, 27)
    a, d, c, b = pair(a, d, c, b, 23, 5)
    return pair(u32(a + k3), u32(b + k4), u32(c + k0), u32(d + k1 + u32(3)), 6, 20)


threefry_called = njit(threefry.py_func)  # where it is not inlined, it compiles faster


@njit(inline="always")
def unit(word):
    """A uniform number in [0, 1) from a random word."""
    return f32(word >> EIGHT) * GRAIN


@njit(inline="always")
def exp(x):
    """exp x for |x| up to 5, to about 1e-6 of its value."""
    y = x * SIXTEENTH
    z = ONE + y * (E1 + y * (E2 + y * (E3 + y * (E4 + y * E5))))
    z = z * z
    z = z * z
    z = z * z
    return z * z


@njit(**FAST)
def fill(words, k0, k1, k2, week, stream):
    """Random words, four for each block."""
    blocks = words.size // 4
    w0, w1, w2, w3 = words[:blocks], words[blocks : 2 * blocks], words[2 * blocks : 3 * blocks], words[3 * blocks :]
    for i in range(blocks):
        w0[i], w1[i], w2[i], w3[i] = threefry(k0, k1, k2, u32(i), week, stream)


@njit(**FAST)
def minds(c, g, f, served, word, hit, hazard, base, slope, example, restraint, zeal, probation, join,
          sour, toward, rate, rise, fear_rise, calm):  # fmt: skip
    """Carry a unit's minds through a week; the mean grievance's sum, and `hit` where luck falls below the hazard."""
    grievance = f32(0.0)
    over_g, over_f = ONE / (ONE + rise + rate), ONE / (ONE + fear_rise + calm)
    for j in range(SLOTS):
        there = served[j] >= 0
        ci, gi, fi = c[j], g[j], f[j]
        held = restraint * fi + (zeal if served[j] < probation else f32(0.0))
        h = (base * exp(slope * (HALF + gi - ci)) + example) * exp(-held)
        hazard[j] = h
        hit[j] = unit(word[j]) < (h if there else join)
        grievance += gi if there else f32(0.0)
        c[j] = (ci + toward) / (ONE + rate + sour * gi)
        g[j] = (gi + rise) * over_g
        f[j] = (fi + fear_rise) * over_f
        served[j] = served[j] + 1 if there else served[j]
    return grievance


@njit(**FAST)
def simulate(out, k0, k1, k2, foreign, pay, filled, faith, spread, veteran, post_resentment, sour, base, slope,
             example, terror, notice, restraint, zeal, probation, caught, executed_share, recruits, memory, calm, news,
             stay, chance_rural):  # fmt: skip
    """One member; `out` of shape (series, weeks) is filled."""
    units = foreign.size
    size = units * SLOTS
    c, g, f = np.empty(size, f32), np.zeros(size, f32), np.zeros(size, f32)
    served, word = np.empty(size, np.int16), np.empty(size, u32)
    hit, hazard = np.zeros(SLOTS, np.uint8), np.empty(SLOTS, f32)
    eights = hit.view(np.uint64)
    strength, shot, away = np.zeros(units, np.int64), np.zeros(units, np.int64), np.zeros(units, f32)
    rural = np.zeros(units, np.int64)
    first = u32(0xFFFFFFFF)
    for i in range(size):
        a, b, _, _ = threefry_called(k0, k1, k2, u32(i), first, START)
        there = unit(a) < filled
        served[i] = veteran if there else -1
        c[i] = faith + spread * (unit(b) + unit(b) - ONE)
        strength[i // SLOTS] += there
    for u in range(units):
        a, _, _, _ = threefry_called(k0, k1, k2, u32(u), first, POSTING)
        rural[u] = unit(a) < chance_rural[u]

    for week in range(pay.size):
        total, locals_, foreigners, l_rural, f_rural = 0, 0, 0, 0, 0
        for u in range(units):
            if foreign[u]:
                foreigners += strength[u]
                f_rural += strength[u] * rural[u]
            else:
                locals_ += strength[u]
                l_rural += strength[u] * rural[u]
        total = locals_ + foreigners
        worse = max(f32(l_rural) / f32(max(locals_, 1)) - f32(f_rural) / f32(max(foreigners, 1)), f32(0.0))
        join = f32(recruits * total / max(size - total, 1))
        fill(word, k0, k1, k2, u32(week), LUCK)
        grievance, gone, dead, new = 0.0, 0, 0, 0
        for u in range(units):
            n = max(strength[u], 1)
            seen = f32(shot[u]) / f32(n)
            at, to = u * SLOTS, (u + 1) * SLOTS
            rise = f32(0.0) if foreign[u] else pay[week] + post_resentment * worse
            grievance += minds(
                c[at:to], g[at:to], f[at:to], served[at:to], word[at:to], hit, hazard, base, slope, example * away[u],
                restraint, zeal, probation, join, sour, faith / memory, ONE / memory, rise,
                terror * seen / (seen + notice), ONE / calm,
            )  # fmt: skip
            escaped, killed, joined = 0, 0, 0
            for e in range(SLOTS // 8):
                if eights[e] == 0:
                    continue
                for j in range(8 * e, 8 * e + 8):
                    if hit[j] == 0:
                        continue
                    i = at + j
                    if served[i] < 0:
                        will = unit(word[i]) / join
                        c[i] = faith + spread * (will + will - ONE)
                        g[i] = f32(0.0)
                        f[i] = f32(0.0)
                        served[i] = 0
                        joined += 1
                        continue
                    outcome = unit(word[i]) / (ONE - np.exp(-hazard[j]))
                    if outcome >= ONE:
                        continue
                    if outcome < caught[rural[u]] * executed_share:
                        killed += 1
                        served[i] = -1
                    elif outcome >= caught[rural[u]]:
                        escaped += 1
                        served[i] = -1
            away[u] += (f32(escaped) / f32(n) - away[u]) / news
            shot[u] = killed
            strength[u] += joined - killed - escaped
            a, b, _, _ = threefry_called(k0, k1, k2, u32(u), u32(week), POSTING)
            if unit(a) * stay < ONE:
                rural[u] = unit(b) < chance_rural[u]
            gone, dead, new = gone + escaped, dead + killed, new + joined
        out[0, week], out[1, week], out[2, week], out[3, week] = total, gone, dead, new
        out[4, week] = grievance / max(total, 1)


@njit(parallel=True, **FAST)
def ensemble(out, seed, foreign, pay, filled, faith, spread, veteran, post_resentment, sour, base, slope, example,
             terror, notice, restraint, zeal, probation, caught, executed_share, recruits, memory, calm, news, stay,
             chance_rural):  # fmt: skip
    """All members, `out` of shape (members, series, weeks)."""
    for m in prange(out.shape[0]):
        simulate(
            out[m], u32(seed), u32(0), u32(m), foreign, pay, filled, faith, spread, veteran, post_resentment, sour,
            base, slope, example, terror, notice, restraint, zeal, probation, caught, executed_share, recruits, memory,
            calm, news, stay, chance_rural,
        )  # fmt: skip


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members; compiled when this returns."""
    foreign = foreign_units(units_of(fighters))
    single = {name: f32(x) for name, x in p.items()}
    rest = [single[n] for n in (
        "post_resentment", "sour", "base", "slope", "example", "terror", "notice", "restraint", "zeal",
    )]  # fmt: skip
    rest[3] = f32(p["slope"] / 2)
    numbers = (
        *(single[n] for n in ("filled", "faith", "spread")), np.int16(p["veteran"]), *rest, np.int16(p["probation"]),
        caught_share(np.arange(2.0), p).astype(f32), single["executed"], p["recruits"],
        *(single[n] for n in ("memory", "calm", "news", "stay")), rural_share(foreign, p).astype(f32),
    )  # fmt: skip

    def run(seed: int, members: int = members, weeks: int = weeks) -> Recorded:
        out = np.empty((members, len(SERIES), weeks))
        ensemble(out, seed, foreign, pay_grievance(weeks, p).astype(f32), *numbers)
        return dict(zip(SERIES, out.transpose(1, 0, 2), strict=True))

    numba.set_num_threads(min(numba.config.NUMBA_NUM_THREADS, members))
    run(0, members=1, weeks=1)
    return run

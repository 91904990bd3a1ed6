"""The desertion core in NumPy: whole arrays of fighters, one member after another."""

from collections.abc import Callable

import numpy as np

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

SINGLE = np.float32


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members."""

    def run(seed: int) -> Recorded:
        each = [simulate(units_of(fighters), weeks, np.random.SeedSequence((seed, m)), p) for m in range(members)]
        return dict(zip(SERIES, np.stack(each, axis=1), strict=True))

    return run


def simulate(units: int, weeks: int, seed: np.random.SeedSequence, p: Parameters) -> np.ndarray:
    """The series of one member, shape (series, weeks)."""
    rng = np.random.Generator(np.random.SFC64(seed))
    shape = units, SLOTS
    foreign = foreign_units(units)
    chance_rural = rural_share(foreign, p)
    pay = pay_grievance(weeks, p)
    slope, rate = SINGLE(p["slope"]), 1.0 / p["memory"]

    present = rng.random(shape, SINGLE) < p["filled"]
    commitment = newcomers(rng, shape, p)
    grievance, fear = np.zeros(shape, SINGLE), np.zeros(shape, SINGLE)
    served = np.full(shape, p["veteran"], np.int16)
    rural = rng.random(units) < chance_rural
    memory, executed_before = np.zeros(units), np.zeros(units)
    recorded = np.zeros((len(SERIES), weeks))

    for week in range(weeks):
        # Sense
        strength = present.sum(axis=1)
        total = strength.sum()
        recorded[0, week] = total
        recorded[4, week] = grievance.sum(where=present, dtype=np.float64) / max(total, 1)
        at_rural = np.bincount(foreign, strength * rural, 2) / np.maximum(np.bincount(foreign, strength, 2), 1)
        seen = executed_before / np.maximum(strength, 1)

        # Push
        resentment = np.where(foreign, 0.0, pay[week] + p["post_resentment"] * max(at_rural[0] - at_rural[1], 0.0))
        frightened = p["terror"] * seen / (seen + p["notice"])
        hazard = grievance - commitment
        hazard += SINGLE(0.5)
        hazard *= SINGLE(0.5) * slope
        np.exp(hazard, out=hazard)
        hazard *= SINGLE(p["base"])
        hazard += (p["example"] * memory).astype(SINGLE)[:, None]
        held_back = fear * SINGLE(-p["restraint"])
        np.subtract(held_back, SINGLE(p["zeal"]), out=held_back, where=served < p["probation"])
        hazard *= np.exp(held_back, out=held_back)
        chance = -np.expm1(-hazard, out=hazard)

        # Settle: who leaves, who joins
        luck = rng.random(shape, SINGLE)
        tried = np.flatnonzero((luck < chance) & present)
        where = tried // SLOTS
        fate = rng.random(tried.size)
        caught = caught_share(rural, p)[where]
        shot = fate < caught * p["executed"]
        gone = shot | (fate >= caught)
        executed_before = np.bincount(where[shot], minlength=units)
        escaped = np.bincount(where[gone & ~shot], minlength=units)
        joined = np.flatnonzero(~present & (luck < p["recruits"] * total / max(present.size - total, 1)))
        recorded[1:4, week] = escaped.sum(), executed_before.sum(), joined.size

        # Settle: minds
        pulled = SINGLE(p["sour"]) * grievance
        commitment += SINGLE(p["faith"] * rate)
        pulled += SINGLE(1.0 + rate)
        commitment /= pulled
        grievance += resentment.astype(SINGLE)[:, None]
        grievance /= (1.0 + resentment + rate).astype(SINGLE)[:, None]
        fear += frightened.astype(SINGLE)[:, None]
        fear /= (1.0 + frightened + 1.0 / p["calm"]).astype(SINGLE)[:, None]
        served += 1
        present.ravel()[tried[gone]] = False
        present.ravel()[joined] = True
        commitment.ravel()[joined] = newcomers(rng, joined.size, p)
        for field in (grievance, fear, served):
            field.ravel()[joined] = 0

        # Settle: units
        memory += (escaped / np.maximum(strength, 1) - memory) / p["news"]
        moves = rng.random(units) < 1.0 / p["stay"]
        rural = np.where(moves, rng.random(units) < chance_rural, rural)
    return recorded


def newcomers(rng: np.random.Generator, shape: tuple[int, ...] | int, p: Parameters) -> np.ndarray:
    """Commitment of those who join."""
    return SINGLE(p["faith"] - p["spread"]) + SINGLE(2 * p["spread"]) * rng.random(shape, SINGLE)

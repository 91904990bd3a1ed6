"""The desertion core in Starsim: a slot is an agent, one vectorised module carries the week; one member after another.

Starsim's default of common random numbers is kept, as Fissure has them too. `STARSIM_CRN=0` in the environment turns
them off.
"""

from collections.abc import Callable

import numpy as np
import starsim as ss

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


class Desertion(ss.Module):
    """All rules of the week; `recorded` holds the series."""

    def __init__(self, units: int, weeks: int, p: Parameters, **kwargs) -> None:
        super().__init__(**kwargs)
        self.define_pars(**p)
        self.units = units
        self.foreign = foreign_units(units)
        self.chance_rural = rural_share(self.foreign, p)
        self.pay = pay_grievance(weeks, p)
        self.luck, self.fate, self.will, self.posting = ss.random(), ss.random(), ss.random(), ss.random()
        self.start, self.first = ss.random(), ss.random()
        self.define_states(
            ss.BoolState("present"),
            ss.FloatArr("commitment", default=0.0),
            ss.FloatArr("grievance", default=0.0),
            ss.FloatArr("fear", default=0.0),
            ss.IntArr("served", default=p["veteran"]),
        )
        self.memory, self.shot = np.zeros(units), np.zeros(units)
        self.recorded = np.zeros((len(SERIES), weeks))

    def init_post(self) -> None:
        super().init_post()
        everyone = self.sim.people.auids
        self.present[everyone] = self.start.rvs(everyone) < self.pars.filled
        self.commitment[everyone] = self.newcomers(everyone)
        self.rural = self.first.rvs(self.units) < self.chance_rural

    def newcomers(self, uids: ss.uids) -> np.ndarray:
        return self.pars.faith + self.pars.spread * (2.0 * self.will.rvs(uids) - 1.0)

    def step(self) -> None:
        p, units, week = self.pars, self.units, self.ti
        shape = units, SLOTS
        everyone = self.sim.people.auids
        present, served = self.present.values, self.served.values
        c, g, f = self.commitment.values, self.grievance.values, self.fear.values
        by_unit = lambda x: x.reshape(shape)  # noqa: E731  agents are numbered by unit

        # Sense
        strength = by_unit(present).sum(axis=1)
        total = strength.sum()
        mean_grievance = g.sum(where=present, dtype=np.float64) / max(total, 1)
        at_rural = np.bincount(self.foreign, strength * self.rural, 2) / np.maximum(
            np.bincount(self.foreign, strength, 2), 1
        )
        seen = self.shot / np.maximum(strength, 1)

        # Push
        resentment = np.where(self.foreign, 0.0, self.pay[week] + p.post_resentment * max(at_rural[0] - at_rural[1], 0))
        frightened = p.terror * seen / (seen + p.notice)
        hazard = SINGLE(p.base) * np.exp(SINGLE(p.slope / 2) * (SINGLE(0.5) + g - c))
        by_unit(hazard)[...] += (p.example * self.memory).astype(SINGLE)[:, None]
        held_back = SINGLE(p.restraint) * f
        held_back[served < p.probation] += SINGLE(p.zeal)
        chance = -np.expm1(-hazard * np.exp(-held_back))
        chance[~present] = min(1.0, p.recruits * total / max(present.size - total, 1))

        # Settle: who leaves, who joins
        hit = ss.uids(np.flatnonzero(self.luck.rvs(everyone) < chance))
        tried, joined = ss.uids(hit[present[hit]]), ss.uids(hit[~present[hit]])
        fate = self.fate.rvs(tried)
        where = tried // SLOTS
        caught = caught_share(self.rural, p)[where]
        executed = fate < caught * p.executed
        escaped = fate >= caught
        self.shot = np.bincount(where[executed], minlength=units)
        got_away = np.bincount(where[escaped], minlength=units)

        # Settle: minds
        rate = 1.0 / p.memory
        self.commitment[:] = (c + SINGLE(p.faith * rate)) / (SINGLE(1 + rate) + SINGLE(p.sour) * g)
        self.grievance[:] = pulled(by_unit(g), resentment, rate)
        self.fear[:] = pulled(by_unit(f), frightened, 1.0 / p.calm)
        self.served[:] = served + 1
        self.present[tried[executed | escaped]] = False
        self.present[joined] = True
        self.commitment[joined] = self.newcomers(joined)
        self.grievance[joined] = 0.0
        self.fear[joined] = 0.0
        self.served[joined] = 0

        # Settle: units
        self.memory += (got_away / np.maximum(strength, 1) - self.memory) / p.news
        luck = self.posting.rvs(2 * units)
        self.rural = np.where(luck[:units] < 1.0 / p.stay, luck[units:] < self.chance_rural, self.rural)
        self.recorded[:, week] = total, got_away.sum(), self.shot.sum(), len(joined), mean_grievance


def pulled(x: np.ndarray, rise: np.ndarray, fall: float) -> np.ndarray:
    """x in [0, 1] after a week of pulls, for all fighters."""
    return ((x + rise.astype(SINGLE)[:, None]) / (1.0 + rise + fall).astype(SINGLE)[:, None]).ravel()


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members."""
    units = units_of(fighters)

    def one(seed: int) -> np.ndarray:
        module = Desertion(units, weeks, p, name="desertion")
        sim = ss.Sim(
            n_agents=units * SLOTS, modules=module, dt=ss.weeks(1), start=0, dur=ss.weeks(weeks - 1),
            rand_seed=seed, verbose=0, copy_inputs=False,
        )  # fmt: skip
        sim.run()
        return module.recorded

    def run(seed: int) -> Recorded:
        seeds = np.random.SeedSequence(seed).generate_state(members) >> 1
        return dict(zip(SERIES, np.stack([one(int(s)) for s in seeds], axis=1), strict=True))

    return run

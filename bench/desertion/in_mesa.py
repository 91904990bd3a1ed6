"""The desertion core in Mesa: an object for each fighter, who leaves when he leaves; one member after another."""

import math
from collections.abc import Callable

import mesa
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


class Unit:
    """A unit, with what its fighters need to know in the week at hand."""

    def __init__(self, foreign: bool, chance_rural: float, rural: bool) -> None:
        self.foreign, self.chance_rural, self.rural = foreign, chance_rural, rural
        self.strength, self.departures, self.shot = 0, 0.0, 0
        self.escaped = self.executed = 0

    def sense(self, p: Parameters, resentment: float, caught: tuple[float, float]) -> None:
        seen = self.shot / max(self.strength, 1)
        self.example = p["example"] * self.departures
        self.rise = 0.0 if self.foreign else resentment
        self.grievance_share = 1.0 / (1.0 + self.rise + 1.0 / p["memory"])
        self.frightened = p["terror"] * seen / (seen + p["notice"])
        self.fear_share = 1.0 / (1.0 + self.frightened + 1.0 / p["calm"])
        self.caught = caught[self.rural]
        self.caught_executed = self.caught * p["executed"]
        self.escaped = self.executed = 0

    def settle(self, p: Parameters, joined: int, random: Callable[[], float]) -> None:
        self.departures += (self.escaped / max(self.strength, 1) - self.departures) / p["news"]
        self.shot = self.executed
        self.strength += joined - self.escaped - self.executed
        if random() < 1.0 / p["stay"]:
            self.rural = random() < self.chance_rural


class Fighter(mesa.Agent):
    """A fighter."""

    def __init__(self, model: "Group", unit: Unit, commitment: float, served: int) -> None:
        super().__init__(model)
        self.unit, self.commitment, self.served = unit, commitment, served
        self.grievance = self.fear = 0.0

    def step(self) -> None:
        model, unit = self.model, self.unit
        grievance = self.grievance
        held = model.restraint * self.fear
        if self.served < model.probation:
            held += model.zeal
        hazard = model.base * math.exp(model.slope * ((1.0 + grievance - self.commitment) * 0.5 - 0.25)) + unit.example
        model.grievance += grievance
        chance = -math.expm1(-hazard * math.exp(-held))
        luck = model.luck()
        if luck < chance:
            outcome = luck / chance
            if outcome < unit.caught_executed:
                unit.executed += 1
                self.remove()
                return
            if outcome >= unit.caught:
                unit.escaped += 1
                self.remove()
                return
        self.commitment = (self.commitment + model.toward) / (model.lasting + model.sour * grievance)
        self.grievance = (grievance + unit.rise) * unit.grievance_share
        self.fear = (self.fear + unit.frightened) * unit.fear_share
        self.served += 1


class Group(mesa.Model):
    """The group."""

    def __init__(self, units: int, weeks: int, p: Parameters, seed: int) -> None:
        super().__init__(seed=seed)
        self.p, self.luck = p, self.random.random
        self.restraint, self.probation, self.zeal = p["restraint"], p["probation"], p["zeal"]
        self.base, self.slope, self.sour = p["base"], p["slope"], p["sour"]
        self.toward, self.lasting = p["faith"] / p["memory"], 1.0 + 1.0 / p["memory"]
        self.pay = pay_grievance(weeks, p).tolist()
        self.caught = float(caught_share(0, p)), float(caught_share(1, p))
        foreign = foreign_units(units)
        chances = rural_share(foreign, p).tolist()
        self.units = [Unit(f, c, self.luck() < c) for f, c in zip(foreign.tolist(), chances, strict=True)]
        for unit in self.units:
            unit.strength = int(self.rng.binomial(SLOTS, p["filled"]))
            self.join(unit, unit.strength, p["veteran"])
        self.week = 0
        self.recorded: list[tuple[float, ...]] = []

    def join(self, unit: Unit, fighters: int, served: int) -> None:
        p = self.p
        wills = p["faith"] + p["spread"] * (2.0 * self.rng.random(fighters) - 1.0)
        for will in wills.tolist():
            Fighter(self, unit, will, served)

    def step(self) -> None:
        p, units = self.p, self.units
        at_rural = []
        for foreign in (False, True):
            own = [u for u in units if u.foreign is foreign]
            rural = sum(u.strength for u in own if u.rural)
            at_rural.append(rural / max(sum(u.strength for u in own), 1))
        total = sum(u.strength for u in units)
        resentment = self.pay[self.week] + p["post_resentment"] * max(at_rural[0] - at_rural[1], 0.0)
        for unit in units:
            unit.sense(p, resentment, self.caught)

        self.grievance = 0.0
        self.agents.do("step")

        empty = SLOTS * len(units) - total
        chance = min(1.0, p["recruits"] * total / max(empty, 1))
        joined = self.rng.binomial([SLOTS - u.strength for u in units], chance).tolist()
        for unit, newcomers in zip(units, joined, strict=True):
            self.join(unit, newcomers, 0)
            unit.settle(p, newcomers, self.luck)
        escaped, executed = sum(u.escaped for u in units), sum(u.executed for u in units)
        self.recorded.append((total, escaped, executed, sum(joined), self.grievance / max(total, 1)))
        self.week += 1


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members."""

    def one(seed: int) -> np.ndarray:
        group = Group(units_of(fighters), weeks, p, seed)
        for _ in range(weeks):
            group.step()
        return np.array(group.recorded).T

    def run(seed: int) -> Recorded:
        seeds = np.random.SeedSequence(seed).generate_state(members)
        return dict(zip(SERIES, np.stack([one(int(s)) for s in seeds], axis=1), strict=True))

    return run

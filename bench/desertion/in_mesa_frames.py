"""The desertion core in mesa-frames (Mesa on Polars): a row for each slot; one member after another.

Written for the only release on PyPI, the pre-release 0.1.0a0.
"""

from collections.abc import Callable

import mesa_frames
import numpy as np
import polars as pl
from polars import col, lit, when

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


class Fighters(mesa_frames.AgentSetPolars):
    """All slots, in order of their units, and what their units remember."""

    def __init__(self, model: "Group", units: int) -> None:
        super().__init__(model)
        p, rng, n = model.p, model.random, units * SLOTS
        self.units, self.n = units, n
        self.rural = rng.random(units) < model.chance_rural
        self.memory, self.shot = np.zeros(units), np.zeros(units)
        self += pl.DataFrame(
            {
                "unique_id": np.arange(n),
                "unit": np.repeat(np.arange(units, dtype=np.uint32), SLOTS),
                "present": rng.random(n, SINGLE) < p["filled"],
                "commitment": SINGLE(p["faith"]) + SINGLE(p["spread"]) * (2 * rng.random(n, SINGLE) - 1),
                "grievance": np.zeros(n, SINGLE),
                "fear": np.zeros(n, SINGLE),
                "served": np.full(n, p["veteran"], np.int16),
            }
        )

    def by_unit(self, values: np.ndarray) -> pl.Expr:
        """A unit's value for each of its slots."""
        return lit(pl.Series(values.astype(SINGLE))).gather(col("unit"))

    def step(self) -> None:
        model, p, rng = self.model, self.model.p, self.model.random
        foreign, week = model.foreign, model.week

        # Sense
        sums = self.agents.group_by("unit", maintain_order=True).agg(
            col("present").sum(), col("grievance").filter(col("present")).sum()
        )
        strength = sums["present"].to_numpy()
        total = int(strength.sum())
        at_rural = np.bincount(foreign, strength * self.rural, 2) / np.maximum(np.bincount(foreign, strength, 2), 1)
        seen = self.shot / np.maximum(strength, 1)

        # Push
        resentment = np.where(
            foreign, 0.0, model.pay[week] + p["post_resentment"] * max(at_rural[0] - at_rural[1], 0.0)
        )
        frightened = p["terror"] * seen / (seen + p["notice"])
        joins = min(1.0, p["recruits"] * total / max(self.n - total, 1))
        caught = caught_share(self.rural, p)
        g, c, rate = col("grievance"), col("commitment"), 1.0 / p["memory"]
        hazard = f32(p["base"]) * (f32(p["slope"] / 2) * (f32(0.5) + g - c)).exp() + self.by_unit(
            p["example"] * self.memory
        )
        held = f32(p["restraint"]) * col("fear") + when(col("served") < p["probation"]).then(f32(p["zeal"])).otherwise(
            f32(0.0)
        )
        attempt = f32(1.0) - (-hazard * (-held).exp()).exp()
        outcome = col("luck") / when(col("present")).then(attempt).otherwise(f32(joins))

        # Settle: who leaves, who joins
        lot = (
            self.agents.lazy()
            .with_columns(luck=pl.Series(rng.random(self.n, SINGLE)))
            .with_columns(outcome=outcome)
            .with_columns(
                shot=col("present") & (col("outcome") < self.by_unit(caught * p["executed"])),
                away=col("present") & (col("outcome") < 1.0) & (col("outcome") >= self.by_unit(caught)),
                new=col("present").not_() & (col("outcome") < 1.0),
            )
            .collect()
        )
        flows = lot.group_by("unit", maintain_order=True).agg(col("shot", "away", "new").sum())
        self.shot, away = flows["shot"].to_numpy(), flows["away"].to_numpy()

        # Settle: minds
        new = col("new")
        will = f32(p["faith"] - p["spread"]) + f32(2 * p["spread"]) * col("outcome")
        self.agents = (
            lot.lazy()
            .select(
                "unique_id",
                "unit",
                present=(col("present") & ~(col("shot") | col("away"))) | new,
                commitment=when(new)
                .then(will)
                .otherwise((c + f32(p["faith"] * rate)) / (f32(1 + rate) + f32(p["sour"]) * g)),
                grievance=when(new).then(f32(0.0)).otherwise(self.pulled(g, resentment, rate)),
                fear=when(new).then(f32(0.0)).otherwise(self.pulled(col("fear"), frightened, 1.0 / p["calm"])),
                served=when(new).then(lit(0, pl.Int16)).otherwise(col("served") + 1),
            )
            .collect()
        )

        # Settle: units
        self.memory += (away / np.maximum(strength, 1) - self.memory) / p["news"]
        moves = rng.random(self.units) < 1.0 / p["stay"]
        self.rural = np.where(moves, rng.random(self.units) < model.chance_rural, self.rural)
        mean = sums["grievance"].sum() / max(total, 1)
        model.recorded.append((total, away.sum(), self.shot.sum(), flows["new"].sum(), mean))

    def pulled(self, x: pl.Expr, rise: np.ndarray, fall: float) -> pl.Expr:
        """x in [0, 1] after a week of pulls."""
        return (x + self.by_unit(rise)) * self.by_unit(1.0 / (1.0 + rise + fall))


class Group(mesa_frames.ModelDF):
    """The group."""

    def __init__(self, units: int, weeks: int, p: Parameters, seed: int) -> None:
        super().__init__(seed)
        self.p, self.foreign = p, foreign_units(units)
        self.chance_rural, self.pay = rural_share(self.foreign, p), pay_grievance(weeks, p)
        self.week, self.recorded = 0, []
        self.agents += Fighters(self, units)

    def step(self) -> None:
        self.agents.do("step")
        self.week += 1


def f32(x: float) -> pl.Expr:
    """A single-precision constant."""
    return lit(x, pl.Float32)


def prepare(fighters: int, weeks: int, members: int, p: Parameters = PARAMETERS) -> Callable[[int], Recorded]:
    """A function of a seed that simulates all members."""

    def one(seed: int) -> np.ndarray:
        group = Group(units_of(fighters), weeks, p, seed)
        for _ in range(weeks):
            group.step()
        return np.array(group.recorded, float).T

    def run(seed: int) -> Recorded:
        seeds = np.random.SeedSequence(seed).generate_state(members)
        return dict(zip(SERIES, np.stack([one(int(s)) for s in seeds], axis=1), strict=True))

    return run

"""The arrays that a case gives the model: blocs, districts, forcing. The same for every member."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from fissure.cases.loader import Case
from fissure.cases.room import blocs_of_units
from fissure.cases.schema import KINDS


class World(eqx.Module):
    """A case as arrays. `blocs`, `districts`, `countries`, `offensives`, `weeks` are sizes of axes."""

    slots: int = eqx.field(static=True)

    # Units
    bloc: Int[Array, " units"]  # which bloc its fighters belong to
    of_bloc: Float[Array, "units blocs"]  # one-hot of the bloc
    foreign: Bool[Array, " units"]  # whether its bloc came from abroad
    home: Float[Array, "units countries"]  # one-hot of the home country of local units, zero for foreign ones

    # Blocs
    bloc_doctrine: Float[Array, " blocs"]  # mean position of its members, from -1 (soft flank) to 1 (hard flank)
    bloc_spread: Float[Array, " blocs"]  # standard deviation of their positions
    at_odds: Float[Array, "blocs blocs"]  # 1 where two blocs are known to have been at odds

    # Opponents
    regime: Float[Array, " opponents"]  # 1 for a ruling regime
    abroad: Float[Array, " opponents"]  # 1 for one from outside the region
    acceptable: Float[Array, "2 opponents"]  # low, high: share of the group's constituency that would accept its rule
    numbers: Float[Array, "3 opponents"]  # low, best, high: fighters beside its garrisons
    worth: Float[Array, "2 opponents"]  # low, high: of a fighter at the start, in committed skilled fighters
    growth: Float[Array, "2 opponents"]  # low, high: ratio of that worth once its army is rebuilt
    enters: Float[Array, " opponents"]  # week in which it enters the war
    faces: Float[Array, "opponents districts"]  # 1 where its garrison faces the group at the start
    in_country: Float[Array, "opponents districts"]  # 1 in the districts of its own country

    # Districts
    area: Float[Array, " districts"]  # km2
    residents: Int[Array, " districts"]  # persons at the start
    urban: Float[Array, " districts"]  # share of residents in towns
    constituency: Float[Array, " districts"]  # share of residents whom the group claims to speak for
    control: Float[Array, "3 districts"]  # share held at the start: low, best, high
    garrison: Float[Array, "3 districts"]  # low, best, high: opponents' fighters facing the group at the start
    oil: Float[Array, " districts"]  # capacity, barrels a day
    border: Float[Array, " districts"]  # 1 where an outside border lies open to the group
    symbolic: Float[Array, " districts"]  # weight as a symbol, in [0, 1]
    country: Float[Array, "districts countries"]  # one-hot of the country that it belongs to
    adjacent: Float[Array, "districts districts"]  # 1 where two districts touch

    # Forcing
    strikes: Float[Array, "weeks 3 countries"]  # air strikes: low, best, high
    uncounted: Float[Array, "2 forces"]  # low, high: strikes a week of air forces whose strikes nobody counted
    uncounted_since: Float[Array, " forces"]  # week
    uncounted_in: Float[Array, "forces countries"]  # one-hot of the country
    oil_price: Float[Array, " weeks"]  # dollars a barrel
    exchange: Float[Array, "weeks countries"]  # local currency per dollar, as a ratio to the start
    condemnation: Float[Array, " weeks"]  # weight of scholars' statements of the week
    offensive_district: Float[Array, "offensives districts"]  # one-hot of the district attacked
    offensive_opponent: Float[Array, "offensives opponents"]  # one-hot of who attacks
    offensive_kind: Float[Array, "offensives kinds"]  # one-hot of the kind of campaign
    offensive_start: Float[Array, " offensives"]  # week, fractional
    offensive_doubt: Float[Array, " offensives"]  # weeks, half of a 90% interval
    offensive_strength: Float[Array, "2 offensives"]  # low, high: attacking fighters
    policy: Float[Array, ""]  # 1 where opponents decide when and where they attack, 0 where the record says

    @property
    def of_origin(self) -> Float[Array, "units origins"]:
        """One-hot of the origin of each unit's fighters: local, foreign."""
        return jnp.stack([~self.foreign, self.foreign], axis=1).astype(jnp.float32)


class Week(eqx.Module):
    """The forcing of one week as one member meets it."""

    index: Int[Array, ""]
    strikes: Float[Array, " countries"]
    uncounted: Float[Array, " countries"]  # strikes by air forces whose strikes nobody counted
    oil_price: Float[Array, ""]
    exchange: Float[Array, " countries"]
    condemnation: Float[Array, ""]
    offensive_age: Float[Array, " offensives"]  # weeks since the start, negative before
    offensive_strength: Float[Array, " offensives"]  # attacking fighters


def world_of(case: Case, units: int | None = None, slots: int | None = None) -> World:
    """The arrays of `case`; `units` and `slots` may be given to simulate at a smaller scale.

    NumPy puts them together and converts them: a plan is made also where JAX cannot calculate, see `engine.begin`.
    """
    units, slots = units or case.units, slots or case.slots
    bloc = blocs_of_units(case.blocs, units)
    names = [b.name for b in case.blocs]
    index = {d.id: i for i, d in enumerate(case.districts)}
    homes = [
        [float(b.origin == "local" and b.country == c) for c in case.countries] for b in (case.blocs[i] for i in bloc)
    ]
    opponents, forces = [o.name for o in case.opponents], case.air_forces
    odds = np.array([[float(a in b.at_odds_with) for a in names] for b in case.blocs])
    return World(
        slots=slots,
        bloc=jax.device_put(np.asarray(bloc, np.int32)),
        of_bloc=_f32(np.eye(len(names))[bloc]),
        foreign=jax.device_put(np.asarray([case.blocs[i].origin == "foreign" for i in bloc])),
        home=_f32(homes),
        bloc_doctrine=_f32([b.doctrine for b in case.blocs]),
        bloc_spread=_f32([b.doctrine_spread for b in case.blocs]),
        at_odds=_f32(np.maximum(odds, odds.T)),
        regime=_f32([o.regime for o in case.opponents]),
        abroad=_f32([o.abroad for o in case.opponents]),
        acceptable=_f32([[getattr(o, f"acceptable_{end}") for o in case.opponents] for end in ("low", "high")]),
        numbers=_f32([[getattr(o, n) for o in case.opponents] for n in ("numbers_low", "numbers", "numbers_high")]),
        worth=_f32([[getattr(o, f"worth_{end}") for o in case.opponents] for end in ("low", "high")]),
        growth=_f32([[getattr(o, f"growth_{end}") for o in case.opponents] for end in ("low", "high")]),
        enters=_f32([0.0 if o.enters is None else (o.enters - case.start).days / 7 for o in case.opponents]),
        faces=_f32([[d.opponent == name for d in case.districts] for name in opponents]),
        in_country=_f32([[d.country == o.country for d in case.districts] for o in case.opponents]),
        area=_column(case, "area_km2"),
        residents=jax.device_put(np.asarray([d.residents for d in case.districts], np.int32)),
        urban=_column(case, "urban_share"),
        constituency=_column(case, "constituency_share"),
        control=_columns(case, "start_control_low", "start_control", "start_control_high"),
        garrison=_columns(case, "garrison_low", "garrison", "garrison_high"),
        oil=_column(case, "oil_bpd"),
        border=_f32([d.border is not None for d in case.districts]),
        symbolic=_column(case, "symbolic"),
        country=_f32([[float(d.country == c) for c in case.countries] for d in case.districts]),
        adjacent=_f32(case.neighbours),
        strikes=_f32(np.stack([case.strikes_low, case.strikes, case.strikes_high], axis=1)),
        uncounted=_f32([[f.strikes_low for f in forces], [f.strikes_high for f in forces]]),
        uncounted_since=_f32([(f.since - case.start).days / 7 for f in forces]),
        uncounted_in=_f32(
            np.array([[f.country == c for c in case.countries] for f in forces]).reshape(-1, len(case.countries))
        ),
        oil_price=_f32(case.oil_price),
        exchange=_f32(case.exchange / case.exchange[0]),
        condemnation=_f32(case.condemnations),
        offensive_district=_f32(np.eye(len(index))[[index[o.district] for o in case.offensives]]),
        offensive_opponent=_f32(np.eye(len(opponents))[[opponents.index(o.opponent) for o in case.offensives]]),
        offensive_kind=_f32(np.eye(len(KINDS))[[KINDS.index(o.kind) for o in case.offensives]]),
        offensive_start=_f32([(o.start - case.start).days / 7 for o in case.offensives]),
        offensive_doubt=_f32([o.start_doubt_days / 7 for o in case.offensives]),
        offensive_strength=_f32(
            [[o.strength_low for o in case.offensives], [o.strength_high for o in case.offensives]]
        ),
        policy=_f32(case.war == "policy"),
    )


def _f32(values: Any) -> Array:
    return jax.device_put(np.asarray(values, np.float32))


def _column(case: Case, field: str) -> Array:
    return _f32([getattr(d, field) for d in case.districts])


def _columns(case: Case, *fields: str) -> Array:
    """(fields, districts)."""
    return _f32([[getattr(d, field) for d in case.districts] for field in fields])

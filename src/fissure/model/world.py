"""The arrays that a case gives the model: blocs, districts, forcing. The same for every member."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from fissure.cases.loader import Case
from fissure.cases.room import blocs_of_units


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
    regime: Float[Array, " districts"]  # 1 where the opponent facing the group is a ruling regime
    country: Float[Array, "districts countries"]  # one-hot of the country that it belongs to
    adjacent: Float[Array, "districts districts"]  # 1 where two districts touch

    # Forcing
    strikes: Float[Array, "weeks 3 countries"]  # air strikes: low, best, high
    oil_price: Float[Array, " weeks"]  # dollars a barrel
    exchange: Float[Array, "weeks countries"]  # local currency per dollar, as a ratio to the start
    condemnation: Float[Array, " weeks"]  # weight of scholars' statements of the week
    offensive_district: Float[Array, "offensives districts"]  # one-hot of the district attacked
    offensive_start: Float[Array, " offensives"]  # week, fractional
    offensive_doubt: Float[Array, " offensives"]  # weeks, half of a 90% interval
    offensive_strength: Float[Array, "2 offensives"]  # low, high: attacking fighters

    @property
    def of_origin(self) -> Float[Array, "units origins"]:
        """One-hot of the origin of each unit's fighters: local, foreign."""
        return jnp.stack([~self.foreign, self.foreign], axis=1).astype(jnp.float32)


class Week(eqx.Module):
    """The forcing of one week as one member meets it."""

    index: Int[Array, ""]
    strikes: Float[Array, " countries"]
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
    regime = {o.name: float(o.regime) for o in case.opponents}
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
        area=_column(case, "area_km2"),
        residents=jax.device_put(np.asarray([d.residents for d in case.districts], np.int32)),
        urban=_column(case, "urban_share"),
        constituency=_column(case, "constituency_share"),
        control=_columns(case, "start_control_low", "start_control", "start_control_high"),
        garrison=_columns(case, "garrison_low", "garrison", "garrison_high"),
        oil=_column(case, "oil_bpd"),
        border=_f32([d.border is not None for d in case.districts]),
        symbolic=_column(case, "symbolic"),
        regime=_f32([regime[d.opponent] for d in case.districts]),
        country=_f32([[float(d.country == c) for c in case.countries] for d in case.districts]),
        adjacent=_f32(case.neighbours),
        strikes=_f32(np.stack([case.strikes_low, case.strikes, case.strikes_high], axis=1)),
        oil_price=_f32(case.oil_price),
        exchange=_f32(case.exchange / case.exchange[0]),
        condemnation=_f32(case.condemnations),
        offensive_district=_f32(np.eye(len(index))[[index[o.district] for o in case.offensives]]),
        offensive_start=_f32([(o.start - case.start).days / 7 for o in case.offensives]),
        offensive_doubt=_f32([o.start_doubt_days / 7 for o in case.offensives]),
        offensive_strength=_f32(
            [[o.strength_low for o in case.offensives], [o.strength_high for o in case.offensives]]
        ),
    )


def _f32(values: Any) -> Array:
    return jax.device_put(np.asarray(values, np.float32))


def _column(case: Case, field: str) -> Array:
    return _f32([getattr(d, field) for d in case.districts])


def _columns(case: Case, *fields: str) -> Array:
    """(fields, districts)."""
    return _f32([[getattr(d, field) for d in case.districts] for field in fields])

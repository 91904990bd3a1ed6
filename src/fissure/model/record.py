"""What is kept of each week: every output with its dimensions, unit and long name."""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array

from fissure.model.sense import Sensed, whole
from fissure.model.state import DEATHS, INCOME, ORIGINS, SPENDING, Cause, Flows, State
from fissure.model.world import Week, World


@dataclass(frozen=True)
class Seen:
    """What an output may read: the start of the week as sensed, its forcing, and the flows that it brought."""

    sensed: Sensed
    week: Week
    after: State
    world: World

    @property
    def flows(self) -> Flows:
        """The flows of this week."""
        return self.after.flows


@dataclass(frozen=True)
class Output:
    """A recorded variable: `dims` beyond member and week, `unit`, `long_name`, and how it is read off."""

    name: str
    dims: tuple[str, ...]
    unit: str
    long_name: str
    read: Callable[[Seen], Array]
    whole_number: bool = False


def _by_origin(world: World, of_unit: Array) -> Array:
    foreign = world.foreign.astype(of_unit.dtype)
    return jnp.stack([(of_unit * (1 - foreign)).sum(), (of_unit * foreign).sum()])


def _mind(field: str) -> Callable[[Seen], Array]:
    def read(seen: Seen) -> Array:
        of_unit = jnp.round(getattr(seen.sensed, field) * seen.sensed.strength * 16)
        return _by_origin(seen.world, of_unit) / (16 * jnp.maximum(seen.sensed.fighters_of, 1.0))

    return read


def _wish(seen: Seen) -> Array:
    return _by_origin(seen.world, whole(seen.sensed.wish, seen.sensed.fighters.present)) / jnp.maximum(
        seen.sensed.fighters_of, 1.0
    )


def _cause(cause: Cause) -> Callable[[Seen], Array]:
    return lambda seen: _by_origin(seen.world, seen.flows.by_cause[:, cause])


def _killed(seen: Seen) -> Array:
    return jnp.stack([_by_origin(seen.world, seen.flows.by_cause[:, c]) for c in KILLED])


def _by_country(seen: Seen, cause: Cause) -> Array:
    taken = seen.flows.by_cause[:, cause].astype(jnp.float32)
    return ((taken @ seen.sensed.post) @ seen.world.country).astype(jnp.int32)


def _strike_deaths_by_post(seen: Seen) -> Array:
    dead, rural = seen.flows.by_cause[:, Cause.STRIKE], seen.sensed.units.rural
    return jnp.stack([jnp.where(rural, dead, 0).sum(), jnp.where(rural, 0, dead).sum()])


def _rural_share(seen: Seen) -> Array:
    return _by_origin(seen.world, seen.sensed.strength * seen.sensed.units.rural) / jnp.maximum(
        seen.sensed.fighters_of, 1.0
    )


def _over_held(field: str) -> Callable[[Seen], Array]:
    """Mean of a district field over residents on held ground, in hundreds so that the sum is exact."""

    def read(seen: Seen) -> Array:
        held = jnp.floor(seen.sensed.held / 100.0)
        return jnp.round(held * getattr(seen.sensed.districts, field)).sum() / jnp.maximum(held.sum(), 1.0)

    return read


def _territory(seen: Seen) -> Array:
    mapped = jnp.floor(seen.sensed.districts.control * seen.sensed.given.mapped_area)
    return mapped @ seen.world.country


def _polygon(seen: Seen) -> Array:
    return jnp.floor(seen.sensed.districts.control * seen.world.area) @ seen.world.country


def _spread_of_doctrine(seen: Seen) -> Array:
    here = seen.sensed.fighters.present
    n = jnp.maximum(seen.sensed.total, 1.0)
    mean = whole(seen.sensed.fighters.doctrine, here).sum() / n
    square = whole(seen.sensed.fighters.doctrine**2, here).sum() / n
    return jnp.sqrt(jnp.maximum(square - mean * mean, 0.0))


def _clustering(seen: Seen) -> Array:
    """Variance to mean of the week's escapes over units; 1 if they were independent, 0 if there were none."""
    n = seen.flows.by_cause[:, Cause.ESCAPED].astype(jnp.float32)
    mean = n.sum() / n.shape[0]
    square = (n * n).sum() / n.shape[0]
    return jnp.where(mean > 0, (square - mean * mean) / jnp.maximum(mean, 1e-9), 0.0)


def _oil(seen: Seen) -> Array:
    d = seen.sensed.districts
    return jnp.floor(d.control * seen.world.oil * d.wells).sum()


KILLED = tuple(c for c in DEATHS if c is not Cause.EXECUTED)
COORDINATES = {
    "origin": list(ORIGINS),
    "income": list(INCOME),
    "spending": list(SPENDING),
    "cause": [c.name.lower() for c in KILLED],
    "post": ["rural", "urban"],
}

OUTPUTS: tuple[Output, ...] = (
    Output("territory_km2", ("country",), "km2", "Ground held, as mapped", _territory),
    Output("polygon_km2", ("country",), "km2", "Ground held, empty desert included", _polygon),
    Output("residents_under_control", (), "persons", "Residents on held ground", lambda s: s.sensed.held.sum(), True),
    Output("fighters", ("origin",), "persons", "Fighters", lambda s: s.sensed.fighters_of.astype(jnp.int32), True),
    Output("recruits", ("origin",), "persons/week", "Recruits", lambda s: _by_origin(s.world, s.flows.recruits), True),
    Output("deserted", ("origin",), "persons/week", "Fighters who got away", _cause(Cause.ESCAPED), True),
    Output("jailed", ("origin",), "persons/week", "Fighters caught and jailed", _cause(Cause.JAILED), True),
    Output(
        "executed_members", ("country",), "persons/week", "Fighters executed for trying to leave",
        lambda s: _by_country(s, Cause.EXECUTED), True,
    ),
    Output("killed", ("cause", "origin"), "persons/week", "Fighters killed or captured", _killed, True),
    Output("killed_by_strikes", ("country",), "persons/week", "Fighters killed from the air",
           lambda s: _by_country(s, Cause.STRIKE), True),
    Output("killed_by_strikes_post", ("post",), "persons/week", "Killed from the air", _strike_deaths_by_post, True),
    Output("rural_share", ("origin",), "share", "Fighters at rural posts", _rural_share),
    Output("desertion_clustering", (), "ratio", "Variance to mean of escapes over units", _clustering),
    Output("clashes", (), "events/week", "Clashes between blocs", lambda s: s.flows.clashes, True),
    Output("commitment", ("origin",), "index 0 to 1", "Commitment of fighters", _mind("commitment")),
    Output("grievance", ("origin",), "index 0 to 1", "Grievance of fighters", _mind("grievance")),
    Output("fear", ("origin",), "index 0 to 1", "Fear of the leadership among fighters", _mind("fear")),
    Output("doubt", ("origin",), "index 0 to 1", "Doubt among fighters", _mind("doubt")),
    Output("skill", ("origin",), "index 0 to 1", "Skill of fighters", _mind("skill")),
    Output("wish_to_leave", ("origin",), "index 0 to 1", "Wish to leave if leaving were free", _wish),
    Output("doctrinal_spread", (), "position", "Standard deviation of doctrine", _spread_of_doctrine),
    Output("income_musd", ("income",), "million USD/week", "Income", lambda s: s.flows.income / 1000.0),
    Output("spending_musd", ("spending",), "million USD/week", "Spending", lambda s: s.flows.spending / 1000.0),
    Output("treasury_musd", (), "million USD", "Treasury", lambda s: s.sensed.organisation.treasury / 1000.0),
    Output("oil_bpd", (), "barrels/day", "Oil produced", _oil),
    Output("pay_usd_month", ("origin",), "USD/month", "Pay that is set to be paid", lambda s: s.sensed.pay),
    Output("pay_scale", (), "share", "Pay set, of pay promised", lambda s: s.sensed.organisation.pay_scale),
    Output("paid_share", (), "share", "Spending met, of spending wanted", lambda s: s.sensed.organisation.paid_share),
    Output("tax_rate", (), "share of surplus", "Tax rate", lambda s: s.sensed.organisation.tax_rate),
    Output("prestige", (), "index 0 to 1", "Prestige", lambda s: s.sensed.organisation.prestige),
    Output("support", (), "share", "Support among ruled residents", _over_held("support")),
    Output("dread", (), "index 0 to 1", "Dread among ruled residents", _over_held("dread")),
    Output("services", (), "index 0 to 1", "Services of ruled residents", _over_held("services")),
    Output(
        "resisters", (), "persons", "Residents in organised resistance on held ground",
        lambda s: jnp.floor(s.sensed.held * s.sensed.districts.resistance).sum(),
    ),
    Output("fled", (), "persons/week", "Residents who fled", lambda s: s.flows.fled.sum(), True),
    Output(
        "executed_residents", ("country",), "persons/week", "Residents executed",
        lambda s: (s.flows.executed_residents.astype(jnp.float32) @ s.world.country).astype(jnp.int32), True,
    ),
    Output("strikes", ("country",), "strikes/week", "Air strikes by the coalition", lambda s: s.week.strikes),
    Output("attackers", (), "persons", "Opponents attacking", lambda s: jnp.floor(s.flows.attacked).sum()),
    Output("control", ("district",), "share", "Share of the district held", lambda s: s.sensed.districts.control),
    Output("residents", ("district",), "persons", "Residents", lambda s: s.sensed.districts.residents, True),
    Output("posted", ("district",), "persons", "Fighters posted", lambda s: s.sensed.posted.astype(jnp.int32), True),
)  # fmt: skip


def record(seen: Seen) -> dict[str, Array]:
    """All outputs of a week."""
    return {o.name: jnp.asarray(o.read(seen), jnp.int32 if o.whole_number else jnp.float32) for o in OUTPUTS}

"""The records of each week: every output with its dimensions, unit and long name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.errors import CaseError, nearest
from fissure.model.sense import Sensed
from fissure.model.state import FLANKS, INCOME, KILLED, ORIGINS, SPENDING, URGENT, Cause, Flows, State
from fissure.model.week import Model
from fissure.model.world import Week, World

MINDS = ("commitment", "grievance", "fear", "doubt", "skill", "dissent")
"""Fields of mind that are recorded as means by origin."""
LONG_SERVICE = 26  # weeks
PRESSED = 50  # a unit is hard pressed in a week in which one in so many of it was killed or captured in fighting
RESISTING = 0.01  # share of residents in resistance from which a district counts as resisting


@dataclass(frozen=True)
class Seen:
    """The inputs of an output: the start of the week as sensed, its forcing, and the flows that it brought."""

    model: Model
    sensed: Sensed
    week: Week
    after: State
    world: World

    @property
    def flows(self) -> Flows:
        """The flows of this week."""
        return self.after.flows

    # Sums over units that many outputs read: each is one product, exact as its terms are whole numbers or 1/256 of them

    @cached_property
    def taken(self) -> Float[Array, "causes origins"]:
        """Fighters by what became of them and by origin."""
        return self.flows.by_cause.astype(jnp.float32).T @ self.world.of_origin

    @cached_property
    def taken_in(self) -> Float[Array, "causes countries"]:
        """Fighters by what became of them and by the country where their unit is posted."""
        return self.flows.by_cause.astype(jnp.float32).T @ (self.sensed.post @ self.world.country)

    @cached_property
    def minds(self) -> dict[str, Float[Array, " origins"]]:
        """Sums over fighters by origin of fields of mind, in sixteenths."""
        of_unit = [jnp.round(getattr(self.sensed, field) * self.sensed.strength * 16) for field in MINDS]
        return dict(zip(MINDS, jnp.stack(of_unit) @ self.world.of_origin, strict=True))


@dataclass(frozen=True)
class Output:
    """A recorded variable: `dims` beyond member and week, `unit`, `long_name`, and how it is read off."""

    name: str
    dims: tuple[str, ...]
    unit: str
    long_name: str
    read: Callable[[Seen], Array]
    whole_number: bool = False


def _mind(field: str) -> Callable[[Seen], Array]:
    return lambda seen: seen.minds[field] / (16 * jnp.maximum(seen.sensed.fighters_of, 1.0))


def _wanting_out(seen: Seen) -> Array:
    return seen.sensed.wanting @ seen.world.of_origin


def _wish(seen: Seen) -> Array:
    return _wanting_out(seen) / jnp.maximum(seen.sensed.fighters_of, 1.0)


def _recruits(seen: Seen) -> Array:
    return seen.flows.recruits.astype(jnp.float32) @ seen.world.of_origin


def _attempts(seen: Seen) -> Array:
    return seen.taken[Cause.ESCAPED] + seen.taken[Cause.JAILED] + seen.taken[Cause.EXECUTED]


def _cause(cause: Cause) -> Callable[[Seen], Array]:
    return lambda seen: seen.taken[cause]


def _hard_pressed(seen: Seen) -> Array:
    lost = seen.flows.by_cause[:, Cause.STRIKE] + seen.flows.by_cause[:, Cause.GROUND]
    return (lost > 0) & (PRESSED * lost >= seen.sensed.strength)


def _of_pressed(causes: tuple[Cause, ...]) -> Callable[[Seen], Array]:
    def read(seen: Seen) -> Array:
        of_unit = sum((seen.flows.by_cause[:, cause] for cause in causes), start=jnp.int32(0))
        return jnp.where(_hard_pressed(seen), of_unit, 0).sum()

    return read


def _killed(seen: Seen) -> Array:
    return jnp.stack([seen.taken[cause] for cause in KILLED])


def _killed_in(seen: Seen) -> Array:
    return jnp.stack([seen.taken_in[cause] for cause in KILLED])


def _fled_in(seen: Seen) -> Array:
    return (seen.flows.fled[:, None] * seen.world.country.astype(jnp.int32)).sum(axis=0)


def _strike_deaths_by_post(seen: Seen) -> Array:
    dead, rural = seen.flows.by_cause[:, Cause.STRIKE], seen.sensed.units.rural
    return jnp.stack([jnp.where(rural, dead, 0).sum(), jnp.where(rural, 0, dead).sum()])


def _rural_share(seen: Seen) -> Array:
    rural = (seen.sensed.strength * seen.sensed.units.rural) @ seen.world.of_origin
    return rural / jnp.maximum(seen.sensed.fighters_of, 1.0)


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
    n = jnp.maximum(seen.sensed.total, 1.0)
    mean = (seen.sensed.strength * seen.sensed.position).sum() / n
    square = (seen.sensed.strength * seen.sensed.square).sum() / n
    return jnp.sqrt(jnp.maximum(square - mean * mean, 0.0))


def _spread_between_blocs(seen: Seen) -> Array:
    """Standard deviation of blocs' mean positions, each bloc weighted by its fighters."""
    blocs = seen.world.of_bloc
    people = seen.sensed.strength @ blocs
    n = jnp.maximum(people.sum(), 1.0)
    mean = (seen.sensed.strength * seen.sensed.position) @ blocs / jnp.maximum(people, 1.0)
    middle = (people * mean).sum() / n
    return jnp.sqrt((people * (mean - middle) ** 2).sum() / n)


def _flank(seen: Seen) -> Array:
    return jnp.stack([seen.sensed.far_soft.sum(), seen.sensed.far_hard.sum()])


def _clustering(seen: Seen) -> Array:
    """Variance to mean over units of escapes as remembered, scaled to be 1 if weeks and units were independent.

    For a memory m' = m + a (x - m) of independent x, the variance of m is a / (2 - a) times that of x.
    """
    a = 1.0 / jnp.maximum(seen.model.settlement.leaving.news, 1.0)
    n = seen.after.units.departures * seen.sensed.strength
    units = jnp.maximum((seen.sensed.strength > 0).sum(), 1)
    mean = n.sum() / units
    variance = jnp.where(seen.sensed.strength > 0, (n - mean) ** 2, 0.0).sum() / units
    return jnp.where(mean > 0, (2.0 - a) / a * variance / jnp.maximum(mean, 1e-9), 0.0)


def _correlation(seen: Seen) -> Array:
    """Correlation over fighters of distance from the leadership's line with the wish to leave, from a sample."""
    line = seen.model.mechanisms["doctrinal-line"].line  # type: ignore[attr-defined]
    sample = seen.sensed.sample
    here = sample.present.astype(jnp.float32)
    n = jnp.maximum(here.sum(), 1.0)
    x, y = jnp.abs(sample.doctrine - line), sample.wish
    x, y = x - (x * here).sum() / n, y - (y * here).sum() / n
    spread = (x * x * here).sum() * (y * y * here).sum()
    return jnp.clip((x * y * here).sum() / jnp.sqrt(jnp.maximum(spread, 1e-9)), -1.0, 1.0)


def _doubt_by_service(seen: Seen) -> Array:
    """Mean doubt of foreigners of short and of long service, from a sample; 0 where there is none."""
    sample = seen.sensed.sample
    here = sample.present & seen.world.foreign[:, None]
    long = sample.served >= LONG_SERVICE
    groups = [here & ~long, here & long]
    doubt = sample.doubt
    return jnp.stack([jnp.where(g, doubt, 0.0).sum() / jnp.maximum(g.sum(), 1) for g in groups])


def _opponents_killed(seen: Seen) -> Array:
    killed = jnp.floor(seen.flows.opponents_killed)
    thin = seen.flows.attacked > seen.sensed.posted
    return jnp.stack([jnp.where(thin, killed, 0.0).sum(), jnp.where(thin, 0.0, killed).sum()])


def _fought(which: str) -> Callable[[Seen], Array]:
    """Share of the opponents fought of whom `which`, an array of the world, says so."""

    def share(seen: Seen) -> Array:
        fought = jnp.floor(seen.flows.attacked_by + seen.flows.met) @ seen.world.country
        return (getattr(seen.world, which) @ fought) / jnp.maximum(fought.sum(axis=0), 1.0)

    return share


def _effectiveness(seen: Seen) -> Array:
    """Fighting power per fighter, with what mechanisms add to it."""
    return jnp.floor(seen.flows.power).sum() / jnp.maximum(seen.sensed.total, 1.0)


def _support_of_heedful(seen: Seen) -> Array:
    held = jnp.floor(seen.sensed.held * seen.world.constituency / 100.0)
    return jnp.round(held * seen.sensed.districts.support * 100).sum() / (100 * jnp.maximum(held.sum(), 1.0))


def _km2(field: str) -> Callable[[Seen], Array]:
    return lambda seen: jnp.floor(getattr(seen.flows, field) * seen.sensed.given.mapped_area).sum()


def _of_organisation(field: str) -> Callable[[Seen], Array]:
    return lambda seen: getattr(seen.sensed.organisation, field)


def _left(cause: Cause) -> Callable[[Seen], Array]:
    return lambda seen: seen.taken[cause].sum()


def _oil(seen: Seen) -> Array:
    d = seen.sensed.districts
    return jnp.floor(d.control * seen.sensed.given.oil * d.wells).sum()


COORDINATES = {
    "origin": list(ORIGINS),
    "income": list(INCOME),
    "spending": list(SPENDING),
    "cause": [c.name.lower() for c in KILLED],
    "post": ["rural", "urban"],
    "flank": list(FLANKS),
    "service": ["short", "long"],
    "hold": ["thin", "thick"],
}

OUTPUTS: tuple[Output, ...] = (
    Output("territory_km2", ("country",), "km2", "Ground held, as mapped", _territory),
    Output("polygon_km2", ("country",), "km2", "Ground held, empty desert included", _polygon),
    Output("residents_under_control", (), "persons", "Residents on held ground", lambda s: s.sensed.held.sum(), True),
    Output("fighters", ("origin",), "persons", "Fighters", lambda s: s.sensed.fighters_of.astype(jnp.int32), True),
    Output("recruits", ("origin",), "persons/week", "Recruits", _recruits, True),
    Output("deserted", ("origin",), "persons/week", "Fighters who got away", _cause(Cause.ESCAPED), True),
    Output("jailed", ("origin",), "persons/week", "Fighters caught and jailed", _cause(Cause.JAILED), True),
    Output(
        "executed_members", ("country",), "persons/week", "Fighters executed for trying to leave",
        lambda s: s.taken_in[Cause.EXECUTED], True,
    ),
    Output("killed", ("cause", "origin"), "persons/week", "Fighters killed or captured", _killed, True),
    Output("killed_in", ("cause", "country"), "persons/week", "Fighters killed or captured, by country", _killed_in,
           True),
    Output(
        "executed_own", ("country",), "persons/week", "Fighters executed by their own leadership",
        lambda s: s.taken_in[Cause.EXECUTED] + s.taken_in[Cause.PURGE], True,
    ),
    Output("attempts", ("origin",), "persons/week", "Fighters who tried to leave", _attempts, True),
    Output(
        "hard_pressed", (), "persons", "Fighters in units that lose one in fifty in fighting in the week",
        lambda s: jnp.where(_hard_pressed(s), s.sensed.strength, 0).sum().astype(jnp.int32), True,
    ),
    Output(
        "attempts_hard_pressed", (), "persons/week", "Fighters of such units who tried to leave",
        _of_pressed((Cause.ESCAPED, Cause.JAILED, Cause.EXECUTED)), True,
    ),
    Output("sent_abroad", (), "persons/week", "Fighters sent abroad", _left(Cause.SENT), True),
    Output("left_with_splinters", (), "persons/week", "Fighters who left with splinters", _left(Cause.SPLIT), True),
    Output("killed_by_strikes", ("country",), "persons/week", "Fighters killed from the air",
           lambda s: s.taken_in[Cause.STRIKE], True),
    Output("killed_by_strikes_post", ("post",), "persons/week", "Killed from the air", _strike_deaths_by_post, True),
    Output("rural_share", ("origin",), "share", "Fighters at rural posts", _rural_share),
    Output("desertion_clustering", (), "ratio", "Variance to mean of escapes over units", _clustering),
    Output("clashes", (), "events/week", "Clashes between blocs", lambda s: s.flows.clashes.sum(), True),
    Output("plots", ("flank",), "events/week", "Plots begun", lambda s: s.flows.plots.sum(axis=0), True),
    Output("exposed", (), "events/week", "Plots found out", lambda s: s.flows.exposed.sum(), True),
    Output("splits", (), "events/week", "Splits", lambda s: s.flows.splits.sum(), True),
    Output("atrocities", (), "events/week", "Notorious acts", lambda s: s.flows.atrocities, True),
    Output("leaders", (), "persons", "Leading posts filled", _of_organisation("leaders"), True),
    Output("leaders_lost", (), "persons/week", "Leaders killed", lambda s: s.flows.leaders_lost, True),
    Output("operations", (), "events/week", "Operations of its own", lambda s: (s.flows.launched > 0).sum(), True),
    Output("compensating", (), "events/week", "Urgent operations", lambda s: (s.flows.launched == URGENT).sum(), True),
    Output("cancelled", (), "events/week", "Operations called off", lambda s: s.flows.cancelled.sum(), True),
    Output("revolts", (), "events/week", "Revolts of residents", lambda s: s.flows.revolts.sum(), True),
    Output("commitment", ("origin",), "index 0 to 1", "Commitment of fighters", _mind("commitment")),
    Output("grievance", ("origin",), "index 0 to 1", "Grievance of fighters", _mind("grievance")),
    Output("fear", ("origin",), "index 0 to 1", "Fear of the leadership among fighters", _mind("fear")),
    Output("doubt", ("origin",), "index 0 to 1", "Doubt among fighters", _mind("doubt")),
    Output("skill", ("origin",), "index 0 to 1", "Skill of fighters", _mind("skill")),
    Output("wish_to_leave", ("origin",), "index 0 to 1", "Wish to leave if leaving were free", _wish),
    Output("quiet_dissent", ("origin",), "index 0 to 1", "Wish to leave that fear keeps quiet", _mind("dissent")),
    Output("wanting_out", ("origin",), "persons", "Fighters, weighted by their wish to leave", _wanting_out),
    Output("doubt_by_service", ("service",), "index 0 to 1", "Doubt of foreigners by service", _doubt_by_service),
    Output("doctrine_wish_correlation", (), "correlation", "Distance from the line with wish to leave", _correlation),
    Output("on_flank", ("flank",), "persons", "Fighters far out on a flank", _flank, True),
    Output("rift", (), "ratio", "Stretch of doctrine by quarrels", _of_organisation("rift")),
    Output("strain", (), "index 0 to 1", "Strain between locals and foreigners", _of_organisation("strain")),
    Output("corruption", (), "share", "Takings kept by members", _of_organisation("corruption")),
    Output("setback", (), "share", "Ruled residents lost, as remembered", _of_organisation("setback")),
    Output("effectiveness", (), "index", "Fighting power per fighter", _effectiveness),
    Output("opponents_killed", ("hold",), "persons/week", "Opponents killed", _opponents_killed),
    Output(
        "opponents_killed_in", ("country",), "persons/week", "Opponents killed, by country",
        lambda s: jnp.floor(s.flows.opponents_killed) @ s.world.country,
    ),
    Output(
        "on_campaign", ("country",), "persons", "Opponents on campaign",
        lambda s: jnp.floor(s.sensed.opponents.force.sum(axis=(0, 1))) @ s.world.country,
    ),
    Output("in_hiding", (), "persons", "Fighters in hiding, where no ground is held",
           lambda s: (s.sensed.posted - s.sensed.exposed).sum().astype(jnp.int32), True),
    Output("against_regime", ("country",), "share", "Opponents fought who serve a ruling regime", _fought("regime")),
    Output("against_foreign", ("country",), "share", "Opponents fought who are from outside", _fought("abroad")),
    Output("encircled", (), "districts", "Held districts that are mostly cut off",
           lambda s: ((s.flows.encircled > 0.5) & (s.sensed.exposed_ground > 0)).sum(), True),
    Output("lost_km2", (), "km2/week", "Ground lost", _km2("lost")),
    Output("gained_km2", (), "km2/week", "Ground gained", _km2("gained")),
    Output("doctrinal_spread", (), "position", "Standard deviation of doctrine", _spread_of_doctrine),
    Output("spread_between_blocs", (), "position", "Spread of doctrine between blocs", _spread_between_blocs),
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
    Output("support_of_heedful", (), "share", "Support among those who heed scholars", _support_of_heedful),
    Output("professionals", (), "share", "Professionals, of those needed", _over_held("professionals")),
    Output("dread", (), "index 0 to 1", "Dread among ruled residents", _over_held("dread")),
    Output("services", (), "index 0 to 1", "Services of ruled residents", _over_held("services")),
    Output(
        "resisters", (), "persons", "Residents in organised resistance on held ground",
        lambda s: jnp.floor(s.sensed.held * s.sensed.districts.resistance).sum(),
    ),
    Output(
        "resisting_districts", (), "districts", "Held districts with resistance",
        lambda s: ((s.sensed.districts.control > 0.1) & (s.sensed.districts.resistance > RESISTING)).sum(), True,
    ),
    Output("allied", (), "persons/week", "Residents who joined outside forces", lambda s: s.flows.allied.sum(), True),
    Output("fled", (), "persons/week", "Residents who fled", lambda s: s.flows.fled.sum(), True),
    Output("fled_in", ("country",), "persons/week", "Residents who fled, by country", _fled_in, True),
    Output(
        "executed_residents", ("country",), "persons/week", "Residents executed",
        lambda s: (s.flows.executed_residents.astype(jnp.float32) @ s.world.country).astype(jnp.int32), True,
    ),
    Output("strikes", ("country",), "strikes/week", "Air strikes by the coalition", lambda s: s.week.strikes),
    Output("attackers", (), "persons", "Opponents attacking", lambda s: jnp.floor(s.flows.attacked).sum()),
    Output("control", ("district",), "share", "Share of the district held", lambda s: s.sensed.districts.control),
    Output("resistance", ("district",), "share", "Residents in resistance", lambda s: s.sensed.districts.resistance),
    Output("residents", ("district",), "persons", "Residents", lambda s: s.sensed.districts.residents, True),
    Output("posted", ("district",), "persons", "Fighters posted", lambda s: s.sensed.posted.astype(jnp.int32), True),
)  # fmt: skip


def record(seen: Seen, outputs: Collection[str] = ()) -> dict[str, Array]:
    """All outputs of a week, or `outputs` alone where any is named."""
    return {
        o.name: jnp.asarray(o.read(seen), jnp.int32 if o.whole_number else jnp.float32)
        for o in OUTPUTS
        if not outputs or o.name in outputs
    }


def known_output(name: str) -> str:
    """`name`, if there is such an output; else a `FissureError` with the nearest name."""
    known = [o.name for o in OUTPUTS]
    if name not in known:
        raise CaseError(f"there is no output '{name}'{nearest(name, known)}")
    return name

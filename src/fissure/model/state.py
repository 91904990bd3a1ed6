"""The state of one member: fighters, units, districts, organisation and the flows of the week just past.

Sizes: `units` x `slots` places for fighters (a slot is filled or empty), `districts` admin-2 areas. People are whole
numbers and money is whole thousands of dollars, so that books close exactly.
"""

from enum import IntEnum

import equinox as eqx
from jaxtyping import Array, Bool, Float, Int

PerFighter = Float[Array, "units slots"]
PerDistrict = Float[Array, " districts"]
Scalar = Float[Array, ""]

ORIGINS = ("local", "foreign")
INCOME = ("oil", "tax", "confiscation", "other")
SPENDING = ("pay_local", "pay_foreign", "war", "services", "abroad", "projects", "taken")  # taken: by splinters
FLANKS = ("soft", "hard")
LOST = 0.02  # share held below which a district counts as lost: who is left there hides
ASSAULT, ISOLATION = 0, 1  # kinds of campaigns, in the order of their axis
NO_PLAN, ROUTINE, URGENT = 0, 1, 2  # of an operation against a district


class Cause(IntEnum):
    """The fate of a fighter in a week; all but STAYED and JAILED leave the slot empty."""

    STAYED = 0
    ESCAPED = 1
    EXECUTED = 2  # caught leaving and executed
    JAILED = 3  # caught leaving, jailed and returned to the unit
    STRIKE = 4
    GROUND = 5  # killed or captured in ground fighting
    PURGE = 6  # killed by the leadership over doctrine
    CLASH = 7  # killed by fighters of another bloc
    ACCUSED = 8  # killed by comrades over doctrine
    ASSASSINATED = 9  # killed by residents who resist
    MISSION = 10  # died on a suicide mission
    SENT = 11  # sent abroad
    SPLIT = 12  # left with a splinter


KILLED = (
    Cause.STRIKE,
    Cause.GROUND,
    Cause.PURGE,
    Cause.CLASH,
    Cause.ACCUSED,
    Cause.ASSASSINATED,
    Cause.MISSION,
)


class Fighters(eqx.Module):
    """Individuals. Fields in [0, 1] unless said; those of an empty slot mean nothing."""

    present: Bool[Array, "units slots"]  # whether the slot is filled
    commitment: PerFighter  # will to fight for the group
    grievance: PerFighter  # felt unfairness of treatment
    fear: PerFighter  # of one's own leadership
    doubt: PerFighter  # of the leadership's right and power
    doctrine: PerFighter  # position from -1, soft flank, to 1, hard flank, before any rift stretches it
    skill: PerFighter  # at fighting
    served: PerFighter  # weeks since joining


class Units(eqx.Module):
    """Units of about a hundred fighters of one bloc."""

    district: Int[Array, " units"]  # where posted
    rural: Bool[Array, " units"]  # rural rather than urban post
    departures: Float[Array, " units"]  # remembered share of comrades who got away


class Districts(eqx.Module):
    """Admin-2 areas. Fields in [0, 1] unless said."""

    control: PerDistrict  # share held by the group
    residents: Int[Array, " districts"]  # persons
    support: PerDistrict  # share of residents who accept its rule
    dread: PerDistrict  # residents' fear of its violence
    services: PerDistrict  # level of public services
    resistance: PerDistrict  # share of residents in organised resistance
    wells: PerDistrict  # share of oil capacity in working order
    professionals: PerDistrict  # share of the trained people it takes to run things
    ruled: PerDistrict  # weeks under its rule, weighted by share held
    plan: Int[Array, " districts"]  # NO_PLAN, or a ROUTINE or URGENT operation planned against it
    stores: PerDistrict  # what is left of the supplies of a place that is cut off
    allied: Int[Array, " districts"]  # residents who joined an outside force, persons
    splinter: Int[Array, " districts"]  # fighters of splinters


class Opponents(eqx.Module):
    """The forces of the group's opponents, in fighters unless said."""

    force: Float[Array, "kinds opponents districts"]  # on campaign there
    age: Float[Array, "kinds opponents districts"]  # weeks since the campaign began
    over: Float[Array, "kinds opponents districts"]  # weeks since it ended; 0 while it goes on
    stayed: Float[Array, "opponents districts"]  # left as garrison by campaigns
    bled: Float[Array, "opponents districts"]  # dead of garrisons not yet replaced
    fallen: Float[Array, " opponents"]  # dead of campaigns not yet replaced


class Organisation(eqx.Module):
    """The group as a whole."""

    treasury: Int[Array, ""]  # thousand dollars
    needs: Scalar  # spending wanted last week, thousand dollars
    pay_scale: Scalar  # share of promised pay that is set to be paid
    paid_share: Scalar  # share of the spending wanted last week that could be met
    tax_rate: Scalar  # share of households' surplus taken
    prestige: Scalar  # in [0, 1]
    leaders: Int[Array, ""]  # leading posts that are filled
    corruption: Scalar  # share of takings that members keep for themselves
    strain: Scalar  # between locals and foreigners, in [0, 1]
    rift: Scalar  # by how much quarrels over doctrine stretch positions, 0 or more
    setback: Scalar  # remembered share of ruled residents lost
    condemned: Scalar  # remembered weight of condemnations by scholars
    plots: Int[Array, "blocs flanks"]  # against the leadership, alive and unknown


class Flows(eqx.Module):
    """Flows of the week just past; zeroed each week."""

    by_cause: Int[Array, "units causes"]  # fighters
    recruits: Int[Array, " units"]  # fighters
    fled: Int[Array, " districts"]  # residents
    executed_residents: Int[Array, " districts"]  # residents
    joined: Int[Array, " districts"]  # residents who joined as fighters
    allied: Int[Array, " districts"]  # residents who joined an outside force
    income: Int[Array, " income"]  # thousand dollars
    spending: Int[Array, " spending"]  # thousand dollars
    lost: PerDistrict  # share of the district's ground lost, to splinters too
    gained: PerDistrict  # share of the district's ground gained
    attacked: PerDistrict  # opponents' fighters and armed residents who attacked
    attacked_by: Float[Array, "opponents districts"]  # opponents' fighters who attacked
    met: Float[Array, "opponents districts"]  # opponents' garrisons that its own operations met, fighters
    engaged: PerDistrict  # its fighters who fought off attacks
    opponents_killed: PerDistrict  # opponents' fighters
    begun: Float[Array, "kinds opponents districts"]  # opponents' fighters sent on campaign
    ended: Float[Array, "kinds opponents districts"]  # opponents' fighters whose campaign ended
    encircled: PerDistrict  # share of a place's ways in and out that opponents close
    power: PerDistrict  # its effective fighters
    launched: Int[Array, " districts"]  # operations of its own: 0, ROUTINE or URGENT
    cancelled: Int[Array, " districts"]  # operations called off: 0 or 1
    prospect: PerDistrict  # chance of success that an operation of its own would have had
    defeats: PerDistrict  # symbolic weight of districts whose larger part was lost
    clashes: Int[Array, " districts"]  # 1 where blocs shot at each other
    revolts: Int[Array, " districts"]  # 1 where residents rose
    plots: Int[Array, "blocs flanks"]  # begun
    exposed: Int[Array, "blocs flanks"]  # plots found out
    splits: Int[Array, " blocs"]  # 1 where a bloc broke away
    atrocities: Int[Array, ""]  # notorious acts
    leaders_lost: Int[Array, ""]  # leaders killed


class State(eqx.Module):
    """Everything that a week hands to the next."""

    fighters: Fighters
    units: Units
    districts: Districts
    opponents: Opponents
    organisation: Organisation
    flows: Flows

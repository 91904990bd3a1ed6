"""Words of the causal picture: signs, loops, and the fields of the state and of a week's forcing."""

import inspect
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from fissure.model.catalogue import mechanism_classes
from fissure.model.description import variables
from fissure.model.record import OUTPUTS
from fissure.model.state import Cause, Districts, Fighters, Flows, Opponents, Organisation, Units
from fissure.model.world import Week
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label, sentence_case
from fissure.studies.causal import BOTH, DOWN, KINDS, MOST_MECHANISMS, UNKNOWN, UNMOVED, UP, Loop

OWNERS = {
    "fighters": "Fighters",
    "units": "Units",
    "districts": "Districts",
    "opponents": "Opponents",
    "organisation": "Organisation",
    "flows": "Flows of the week before",
    "week": "Forcing",
}
GLYPHS = {UP: "+", DOWN: "−", BOTH: "±", UNKNOWN: "?", UNMOVED: "·"}
CLASSES = {UP: "up", DOWN: "down", BOTH: "both", UNKNOWN: "unknown", UNMOVED: "still"}
"""Classes of the style sheet."""
MOVES = {
    UP: "raises",
    DOWN: "lowers",
    BOTH: "raises or lowers",
    UNKNOWN: "moves (which way is unknown)",
    UNMOVED: "moves",
}
READS = {
    UP: "does more as it grows",
    DOWN: "does less as it grows",
    BOTH: "goes either way with it",
    UNKNOWN: "reads it (what follows is unknown)",
    UNMOVED: "reads it",
}
IN_SHORT = {
    UP: "raises it",
    DOWN: "lowers it",
    BOTH: "either way",
    UNKNOWN: "direction unknown",
    UNMOVED: "never seen to",
}
CLASSES_OF_STATE = {
    "fighters": Fighters, "units": Units, "districts": Districts, "opponents": Opponents,
    "organisation": Organisation, "flows": Flows,
    "week": Week,
}  # fmt: skip
EACH = {
    "units slots": "one for each fighter",
    "units": "one for each unit",
    "districts": "one for each district",
    "countries": "one for each country",
    "blocs": "one for each bloc",
    "units causes": "one for each unit",
    "blocs flanks": "one for each bloc and flank",
    "opponents": "one for each opponent",
    "opponents districts": "one for each opponent and district",
    "kinds opponents districts": "one for each kind of campaign, opponent and district",
    "forces": "one for each air force",
    "offensives": "one for each offensive",
    "income": "one for each kind of income",
    "spending": "one for each kind of spending",
    "": "one for the whole group",
}
BY_CAUSE = "flows.by_cause."


_reading = threading.Lock()
"""Held while the source of a class is read: Python 3.11 fails now and then where two threads parse at once."""
_described = cache(variables)


@cache
def _comments() -> dict[str, str]:
    """The comment beside each cause."""
    return dict(re.findall(r"^    ([A-Z]+) = \d+(?:  # (.*))?$", inspect.getsource(Cause), re.MULTILINE))


LABELS = {
    "fighters.present": "Fighters",
    "units.departures": "Departures remembered",
    "districts.control": "Ground held",
    "districts.stores": "Supplies left",
    "opponents.force": "Opponents on campaign",
    "opponents.age": "Length of campaigns",
    "opponents.over": "Ended campaigns",
    "opponents.stayed": "Garrisons left behind",
    "opponents.bled": "Dead of garrisons",
    "opponents.fallen": "Dead of campaigns",
    "districts.plan": "Operations planned",
    "districts.allied": "Allies of opponents",
    "organisation.condemned": "Condemnations",
    "flows.lost": "Ground lost",
    "flows.gained": "Ground gained",
    "flows.attacked": "Attackers",
    "flows.attacked_by": "Attackers by opponent",
    "flows.met": "Garrisons met",
    "flows.engaged": "Fighters in defence",
    "flows.begun": "Campaigns begun",
    "flows.ended": "Campaigns ended",
    "flows.encircled": "Ways cut off",
    "fighters.served": "Time served",
    "units.district": "Posting",
    "units.rural": "Rural post",
    "districts.ruled": "Weeks ruled",
    "districts.splinter": "Fighters of splinters",
    "districts.wells": "Working wells",
    "organisation.needs": "Spending wanted",
    "organisation.paid_share": "Share paid",
    "organisation.plots": "Plots alive",
    "flows.allied": "Joined opponents",
    "flows.by_cause.accused": "Killed as accused",
    "flows.by_cause.assassinated": "Assassinated",
    "flows.by_cause.clash": "Killed in clashes",
    "flows.by_cause.escaped": "Escaped",
    "flows.by_cause.executed": "Executed",
    "flows.by_cause.ground": "Lost on the ground",
    "flows.by_cause.jailed": "Jailed",
    "flows.by_cause.mission": "Died on missions",
    "flows.by_cause.purge": "Purged",
    "flows.by_cause.sent": "Sent abroad",
    "flows.by_cause.split": "Left with splinters",
    "flows.by_cause.strike": "Killed from the air",
    "flows.cancelled": "Operations called off",
    "flows.exposed": "Plots found out",
    "flows.fled": "Residents who fled",
    "flows.joined": "Residents who joined",
    "flows.launched": "Operations launched",
    "flows.plots": "Plots begun",
    "flows.power": "Fighting power",
    "flows.prospect": "Chance of success",
    "week.exchange": "Exchange rate",
    "week.offensive_age": "Time of offensives",
    "week.offensive_strength": "Strength of offensives",
    "week.strikes": "Air strikes",
    "week.uncounted": "Strikes nobody counted",
}
"""Fields whose last word alone says too little."""
AS_OUTPUT = {
    "fighters.present": ("fighters",),
    "units.rural": ("rural_share",),
    "districts.control": ("territory_km2", "control"),
    "districts.residents": ("residents_under_control",),
    "districts.resistance": ("resisters", "resisting_districts"),
    "districts.wells": ("oil_bpd",),
    "organisation.pay_scale": ("pay_usd_month", "pay_scale"),
    "organisation.plots": ("plots",),
    "flows.by_cause.escaped": ("deserted",),
    "flows.by_cause.executed": ("executed_members",),
    "flows.by_cause.strike": ("killed_by_strikes",),
    "flows.fled": ("fled", "fled_in"),
    "flows.by_cause.sent": ("sent_abroad",),
    "flows.by_cause.split": ("left_with_splinters",),
    "flows.launched": ("operations",),
    "flows.attacked": ("attackers",),
}
"""Outputs that record a field under another name than its own."""


@dataclass(frozen=True)
class Field:
    """A field in words; `outputs` are the names under which a run records it."""

    path: str
    label: str
    owner: str
    meaning: str
    each: str
    unit: str
    range: str
    outputs: tuple[str, ...]


def label(path: str) -> str:
    """The label of a field, such as `Pay scale`."""
    return sentence_case(LABELS.get(path) or path.rsplit(".", 1)[-1].replace("_", " "))


def loop_name(loop: Loop) -> str:
    """Its fields and who carries each to the next, in a row."""
    steps = [step for f, by in zip(loop.fields, loop.carriers, strict=True) for step in (label(f), mechanism_label(by))]
    return " → ".join([*steps, label(loop.fields[0])])


def counted(found: Sequence[Loop]) -> str:
    """The number of loops by length and kind."""
    said = []
    for n in range(1, MOST_MECHANISMS + 1):
        of = Counter(loop.kind for loop in found if loop.mechanisms == n)
        kinds = ", ".join(f"{of[kind]} {kind}" for sign, kind in KINDS.items() if sign != UNKNOWN or of[kind])
        said.append(f"{of.total()} of {n} mechanism{'s' if n > 1 else ''} ({kinds})")
    return f"{len(found):,} loops of at most {MOST_MECHANISMS} mechanisms: {'; '.join(said)}"


def field(path: str) -> Field:
    """Describe `path`. Raises `KeyError` for a field that the model does not have."""
    owner, name = path.split(".", 1)
    with _reading:
        described = _described(CLASSES_OF_STATE[owner])
    v = next((one for one in described if one.name == name.split(".")[0]), None)
    if v is None:
        raise KeyError(path)
    meaning = v.meaning
    if path.startswith(BY_CAUSE):
        cause = path.rpartition(".")[2].upper()
        with _reading:
            comment = _comments().get(cause)
        meaning = f"fighters of the week before: {comment or label(path).lower()}"
    elif not meaning or meaning == v.unit or meaning.startswith("in [") or meaning == "residents":
        meaning = v.name.replace("_", " ")
    leaf, known = path.rpartition(".")[2], {o.name for o in OUTPUTS}
    outputs = AS_OUTPUT.get(path) or tuple(x for x in (leaf, f"{leaf}_musd", f"{leaf}_km2") if x in known)
    each = EACH.get(v.shape, f"one for each of {v.shape}")
    return Field(path, label(path), OWNERS.get(owner, owner), meaning, each, v.unit, v.range, outputs)


def by_group(names: Iterable[str]) -> dict[str, list[str]]:
    """Mechanisms by group, in the order of groups and of names."""
    kinds = mechanism_classes()
    own = {group: [name for name in sorted(names) if kinds[name].group() == group] for group in MECHANISM_GROUPS}
    return {group: some for group, some in own.items() if some}

"""Which mechanism moves which field, and the feedback loops that they close: a section of the report."""

import inspect
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import mechanism_classes
from fissure.model.description import variables
from fissure.model.record import OUTPUTS
from fissure.model.state import Cause, Districts, Fighters, Flows, Organisation, Units
from fissure.model.world import Week
from fissure.present.document import Column, Drawing, Fold, Paragraph, Section, Table, code, notice
from fissure.present.document import listed as commas
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label, sentence_case
from fissure.studies.causal import (
    BOTH,
    DOWN,
    KINDS,
    MOST_MECHANISMS,
    PLACES,
    UNKNOWN,
    UNMOVED,
    UP,
    Loop,
    Picture,
    unknown,
    whole,
)
from fissure.studies.causal_atlas import Atlas, atlas

OWNERS = {
    "fighters": "Fighters",
    "units": "Units",
    "districts": "Districts",
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
    "fighters": Fighters, "units": Units, "districts": Districts, "organisation": Organisation, "flows": Flows,
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
    "offensives": "one for each offensive",
    "income": "one for each kind of income",
    "spending": "one for each kind of spending",
    "": "one for the whole group",
}
BY_CAUSE = "flows.by_cause."
LABELS = {
    "fighters.present": "Fighters",
    "units.departures": "Departures remembered",
    "districts.control": "Ground held",
    "districts.bled": "Opponents' dead",
    "districts.plan": "Operations planned",
    "districts.allied": "Allies of opponents",
    "organisation.condemned": "Condemnations",
    "flows.lost": "Ground lost",
    "flows.gained": "Ground gained",
    "flows.attacked": "Attackers",
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
    """How many loops there are, by length and kind."""
    said = []
    for n in range(1, MOST_MECHANISMS + 1):
        of = Counter(loop.kind for loop in found if loop.mechanisms == n)
        kinds = ", ".join(f"{of[kind]} {kind}" for sign, kind in KINDS.items() if sign != UNKNOWN or of[kind])
        said.append(f"{of.total()} of {n} mechanism{'s' if n > 1 else ''} ({kinds})")
    return f"{len(found):,} loops of at most {MOST_MECHANISMS} mechanisms: {'; '.join(said)}"


def field(path: str) -> Field:
    """Describe `path`. Raises `KeyError` for a field that the model does not have."""
    owner, name = path.split(".", 1)
    v = next((one for one in variables(CLASSES_OF_STATE[owner]) if one.name == name.split(".")[0]), None)
    if v is None:
        raise KeyError(path)
    meaning = v.meaning
    if path.startswith(BY_CAUSE):
        comments = dict(re.findall(r"^    ([A-Z]+) = \d+(?:  # (.*))?$", inspect.getsource(Cause), re.MULTILINE))
        cause = path.rpartition(".")[2].upper()
        meaning = f"fighters of the week before: {comments.get(cause) or label(path).lower()}"
    elif not meaning or meaning == v.unit or meaning.startswith("in [") or meaning == "residents":
        meaning = v.name.replace("_", " ")
    leaf, known = path.rpartition(".")[2], {o.name for o in OUTPUTS}
    outputs = AS_OUTPUT.get(path) or tuple(x for x in (leaf, f"{leaf}_musd", f"{leaf}_km2") if x in known)
    each = EACH.get(v.shape, f"one for each of {v.shape}")
    return Field(path, label(path), OWNERS.get(owner, owner), meaning, each, v.unit, v.range, outputs)


COLOURS = {"ranks": "#3566a8", "factions": "#8a4f9e", "rule": "#9a6a00", "governed": "#2d7f5e", "war": "#b0413e"}
"""Groups of mechanisms."""
SIGNED = {UP: "#b1370f", DOWN: "#0b62a8", BOTH: "#6b3f97", UNKNOWN: "#777"}
CELL, LEFT, TOP, BELOW, HEADING = 17, 218, 150, 64, 22
"""Pixels of a cell, of the names at the left and the top, of the key below, and of the heading of a group."""
STYLE = """<style>
.causal { font: 11px system-ui, sans-serif; background: #fff; }
.causal .ink { fill: #1c1c1c; } .causal .soft { fill: #666; } .causal .head { font-weight: 600; }
.causal .grid { stroke: #e4e4e4; } .causal .rule { stroke: #9a9a9a; }
.causal .read { fill: none; stroke: #555; } .causal .through { fill: none; stroke: #999; stroke-dasharray: 1.6 1.6; }
.causal .sign { font-weight: 700; font-size: 14px; text-anchor: middle; dominant-baseline: central; }
.causal .up { fill: #b1370f; } .causal .down { fill: #0b62a8; } .causal .both { fill: #6b3f97; }
.causal .still, .causal .unknown { fill: #777; }
.causal path.up { stroke: #b1370f; fill: none; }
.causal path.down { stroke: #0b62a8; fill: none; stroke-dasharray: 6 3; }
.causal path.both { stroke: #6b3f97; fill: none; stroke-dasharray: 2 3; }
.causal path.unknown { stroke: #777; fill: none; stroke-dasharray: 1 4; stroke-linecap: round; }
</style>"""


def by_group(names: Iterable[str]) -> dict[str, list[str]]:
    """Mechanisms by group, in the order of groups and of names."""
    kinds = mechanism_classes()
    own = {group: [name for name in sorted(names) if kinds[name].group() == group] for group in MECHANISM_GROUPS}
    return {group: some for group, some in own.items() if some}


def matrix(seen: Picture, ledger: Ledger) -> str:
    """Mechanisms by row, fields by column: circles are read, signs are moved; a name tells its claims."""
    used = {path for name in seen.reads for path in (*seen.reads_of(name), *seen.writes_to(name))}
    owners, down = list(OWNERS), by_group(seen.reads)
    across = sorted(used, key=lambda path: (owners.index(path.partition(".")[0]), path))
    height = TOP + sum(len(names) * CELL + HEADING for names in down.values()) + BELOW
    right = LEFT + len(across) * CELL
    out = [_open(right + 70, height, "Which mechanism reads and moves which field"), *_heads(across, height - BELOW)]
    y = TOP
    for group, names in down.items():
        colour = COLOURS[group]
        title = escape(MECHANISM_GROUPS[group])
        out.append(f'<text x="8" y="{y + 15}" class="head" style="fill: {colour}">{title}</text>')
        y += HEADING
        for name in names:
            claims = (f"{claim.id} {' '.join(claim.paraphrase.split())}" for claim in ledger.claims_of(name))
            tip = escape("\n".join([mechanism_classes()[name].title, *claims]))
            out.append(
                f'<line class="grid" x1="8" x2="{right}" y1="{y}" y2="{y}"/>'
                f'<rect x="8" y="{y + 3}" width="4" height="{CELL - 6}" fill="{colour}"/>'
                f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end" class="ink">{mechanism_label(name)}'
                f"<title>{tip}</title></text>"
            )
            out += _cells(seen, name, across, y + CELL / 2)
            y += CELL
    return "\n".join([*out, *_key(height - 40, bool(unknown(seen))), "</svg>\n"])


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="causal" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">\n{STYLE}\n'
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    )


def _heads(across: Sequence[str], bottom: float) -> list[str]:
    out, owner = [], ""
    for i, path in enumerate(across):
        x = LEFT + i * CELL
        if path.partition(".")[0] != owner:
            owner = path.partition(".")[0]
            y = 32 if owner in ("units", "flows") else 18
            out.append(f'<line class="rule" x1="{x}" x2="{x}" y1="22" y2="{bottom}"/>')
            out.append(f'<text x="{x + 3}" y="{y}" class="head soft">{escape(OWNERS[owner])}</text>')
        turn = f"translate({x + CELL / 2 + 4} {TOP - 2}) rotate(-60)"
        out.append(f'<text class="ink" transform="{turn}">{escape(label(path))}<title>{path}</title></text>')
        out.append(f'<line class="grid" x1="{x + CELL}" x2="{x + CELL}" y1="{TOP}" y2="{bottom}"/>')
    return out


def _cells(seen: Picture, name: str, across: Sequence[str], y: float) -> list[str]:
    reads, writes, out = seen.reads_of(name), seen.writes_to(name), []
    for i, path in enumerate(across):
        x = LEFT + i * CELL + CELL / 2
        said, mark = [], ""
        if path in reads:
            itself = whole(path) in seen.direct[name]
            said.append(f"reads {path}{'' if itself else ' through a sum'}")
            mark += f'<circle class="{"read" if itself else "through"}" cx="{x}" cy="{y}" r="6.6"/>'
        if path in writes:
            said.append(f"moves {path}: {GLYPHS[writes[path]]}")
            mark += _sign(writes[path], x, y)
        if mark:
            out.append(f"<g>{mark}<title>{mechanism_label(name)} {escape(', '.join(said))}</title></g>")
    return out


def _sign(sign: str, x: float, y: float) -> str:
    return f'<text class="sign {CLASSES[sign]}" x="{x}" y="{y}">{GLYPHS[sign]}</text>'


def _key(y: float, some_unknown: bool) -> list[str]:
    signs = [(UP, "raises it"), (DOWN, "lowers it"), (BOTH, "either, by state")]
    signs += [(UNKNOWN, "moves it, direction unknown")] * some_unknown
    out = [
        f'<circle class="read" cx="22" cy="{y}" r="6.6"/><text class="ink" x="34" y="{y + 4}">reads it</text>'
        f'<circle class="through" cx="102" cy="{y}" r="6.6"/>'
        f'<text class="ink" x="114" y="{y + 4}">reads a sum that it is part of</text>'
    ]
    for i, (sign, said) in enumerate(signs):
        x = 300 + i * 125
        out.append(f'{_sign(sign, x, y)}<text class="ink" x="{x + 12}" y="{y + 4}">{said}</text>')
    return [
        *out,
        f'<text class="soft" x="12" y="{y + 24}">Within one week and at once, through one part of settling at most. '
        f"A column with a sign and a circle is where mechanisms meet. Of {escape(', '.join(PLACES))} there is no more "
        "or less.</text>",
    ]


WIDE, HIGH, ACROSS, RADIUS, OVAL = 430, 220, 3, 66, 1.25
"""Pixels of the place of a loop, how many stand in a row, their radius, and how much wider than high they are."""


def rings(shown: Sequence[tuple[Loop, Sequence[str]]]) -> str:
    """A ring for each loop, given with the signs of its steps: fields, and between them who carries one to the next."""
    heads = (
        f'<marker id="to-{CLASSES[sign]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill: {colour}; stroke: none"/></marker>'
        for sign, colour in SIGNED.items()
    )
    out = [_open(WIDE * ACROSS, HIGH * math.ceil(len(shown) / ACROSS), "Feedback loops")]
    out.append(f"<defs>{''.join(heads)}</defs>")
    for i, (loop, signs) in enumerate(shown):
        x, y = WIDE * (i % ACROSS), HIGH * (i // ACROSS)
        out.append(f'<g transform="translate({x} {y})">{_ring(loop, signs)}</g>')
    return "\n".join([*out, "</svg>\n"])


def _ring(loop: Loop, signs: Sequence[str]) -> str:
    n, kinds = len(loop.fields), mechanism_classes()
    cx, cy = WIDE / 2, HIGH / 2 + 12

    def at(turn: float, radius: float = RADIUS) -> tuple[float, float]:
        angle = 2 * math.pi * turn / n - math.pi / 2
        return cx + OVAL * radius * math.cos(angle), cy + radius * math.sin(angle)

    out = [f'<text class="head ink" x="{cx}" y="18" text-anchor="middle">{loop.kind}</text>']
    for i, (path, by, sign) in enumerate(zip(loop.fields, loop.carriers, signs, strict=True)):
        gap = 0.09 * n
        (x0, y0), (x1, y1) = at(i + gap), at(i + 1 - gap)
        out.append(
            f'<path class="{CLASSES[sign]}" stroke-width="1.6" marker-end="url(#to-{CLASSES[sign]})" '
            f'd="M{x0:.1f} {y0:.1f} A{OVAL * RADIUS:.1f} {RADIUS} 0 {int(n == 1)} 1 {x1:.1f} {y1:.1f}"/>'
        )
        x, y = at(i)
        out.append(f'<text class="ink head" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{label(path)}</text>')
        x, y = at(i + 0.5, RADIUS * (1.08 if n > 1 else 1.22))
        side = "middle" if abs(x - cx) < 9 else "start" if x > cx else "end"
        y += 8 if n == 3 and side == "middle" else 0
        colour = COLOURS[kinds[by].group()] if by in kinds else "#666"
        out.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{side}" style="fill: {colour}">{mechanism_label(by)} '
            f'<tspan class="{CLASSES[sign]} head">{GLYPHS[sign]}</tspan></text>'
        )
    return "".join(out)


DRAWN = 12
"""Loops that are drawn."""


def section(ledger: Ledger) -> Section:
    """The section on causes in the report of a run."""
    at = atlas()
    shown, names = listed(at.loops), unknown(at.picture)
    what = "it reads and moves is" if len(names) == 1 else "they read and move is"
    not_known = (
        "The signs of ",
        *commas(code(name) for name in names),
        f" are not known: signs come with Fissure for its own mechanisms. What {what} read from the code, and a ? or a "
        "dotted line stands where the direction is unknown.",
    )
    said = (
        "Which fields each mechanism reads and moves, read from the code and not drawn by hand. A circle is read, a "
        "sign is moved within the week; where a column holds both, one mechanism meets another a week later. Signs say "
        "which way, near a short run of the reference case, and nothing of how much. Point at a mechanism for its "
        "claims."
    )
    of_loops = (
        f"Together the mechanisms close {counted(at.loops)}. Listed are those of one mechanism, and those of two that "
        "close without help from what is always on; drawn are loops of mechanisms alone, each with a mechanism that is "
        "in none before it."
    )
    table = Table.by(shown, ((Column("loop", wrap=True), loop_name), ("kind", lambda one: one.kind)), "List of loops")
    loops = (Paragraph(of_loops), Drawing(drawn_rings(at), "Loops"), Fold(f"{len(shown)} loops", (table,)))
    return Section(
        "causes",
        "Who moves whom",
        (
            Paragraph(said),
            *notice(not_known if names else ""),
            Drawing(matrix(at.picture, ledger), "Mechanisms and fields"),
            Section("loops", "Feedback loops", loops),
        ),
    )


def drawn_rings(at: Atlas) -> str:
    """The loops of `drawn` as rings, as SVG."""
    return rings([(loop, at.step_signs(loop)) for loop in drawn(at.loops)])


def drawn(found: Sequence[Loop]) -> list[Loop]:
    """Loops to draw: of mechanisms alone, the shortest first, each with a mechanism that is in none before it."""
    out: list[Loop] = []
    for loop in sorted(found, key=lambda loop: (-min(loop.mechanisms, 2), loop.mechanisms)):
        known = {carrier for one in out for carrier in one.carriers}
        if len(loop.fields) == loop.mechanisms and set(loop.carriers) - known and len(out) < DRAWN:
            out.append(loop)
    return out


def listed(found: Sequence[Loop]) -> list[Loop]:
    """Loops to list: those of one mechanism, and those of two that no process helps to close."""
    return [loop for loop in found if loop.mechanisms == 1 or len(loop.fields) == loop.mechanisms == 2]

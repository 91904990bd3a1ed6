"""The causal picture: mechanisms, fields, signs, and the feedback loops that they close.

Dependences are traced (`fissure.model.causal`) on the spot; their signs take a short simulation (`tools/docs/signs.py`)
and are kept with the reference case for the mechanisms of this package. Those of a mechanism that another package
brings are unknown, and shown so. An `Atlas` is the picture with its loops, to look things up in; to make one takes
seconds, so it can be written down (`to_json`) and read (`from_json`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fissure.cases import naming
from fissure.model.catalogue import mechanism_classes
from fissure.model.causal import expanded, forcing, reads_and_writes, settled, state_fields
from fissure.model.state import Cause
from fissure.studies.cycles import Cycle, Edge, cycles

SIGNS = naming.HOME / naming.REFERENCE / naming.SIGNS
PLACES = ("units.district",)  # the number of a place: no more, no less
BY_CAUSE = "flows.by_cause"
UP, DOWN, BOTH, UNMOVED = "+", "-", "±", "0"
UNKNOWN = "?"
"""Of a dependence that no search for signs has looked at: one of a mechanism that another package brings."""
MOST_MECHANISMS = 3
KINDS = {UP: "reinforcing", DOWN: "balancing", BOTH: "undetermined", UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Signs:
    """Signs by who moves and what is moved; the flow `by_cause` is told apart by cause."""

    pushes: Mapping[tuple[str, str], str]  # mechanism, channel: of the contribution itself
    reads: Mapping[tuple[str, str, str], str]  # field, mechanism, channel: of the contribution as the field grows
    moves: Mapping[tuple[str, str], str]  # channel, field after the week
    processes: Mapping[tuple[str, str], str]  # field before, field after the week, with contributions held


@dataclass(frozen=True)
class Verdict:
    """A check of effects of a mechanism: the observable, the way it should move, and whether it does."""

    observable: str
    sign: str
    verdict: str


@dataclass(frozen=True)
class Arrow:
    """`source` moves `target` within a week, by `mechanism` through `channel`, or by the part of settling `process`."""

    source: str
    target: str
    sign: str
    mechanism: str = ""
    channel: str = ""
    process: str = ""

    @property
    def by(self) -> str:
        """The mechanism or part of settling that carries it."""
        return self.mechanism or self.process


@dataclass(frozen=True)
class Loop:
    """A closed chain of arrows: fields in order, who carries each to the next, and the product of their signs."""

    fields: tuple[str, ...]
    carriers: tuple[str, ...]
    mechanisms: int
    sign: str

    @property
    def kind(self) -> str:
        """Reinforcing, balancing or undetermined; unknown where the sign of a step is."""
        return KINDS[self.sign]


@dataclass(frozen=True)
class Picture:
    """Fields read and written, by mechanism and channel, and which way; `verdicts` by mechanism may be given."""

    reads: Mapping[str, Mapping[str, Mapping[str, str]]]  # mechanism, channel, field: sign
    direct: Mapping[str, frozenset[str]]  # mechanism: fields read themselves, not through a sum
    writes: Mapping[str, Mapping[str, str]]  # mechanism, channel: sign
    moves: Mapping[str, Mapping[str, str]]  # channel, field: sign; at once, through one part of settling at most
    processes: Mapping[str, Mapping[str, tuple[str, str]]]  # field, field it moves: sign and part of settling
    verdicts: Mapping[str, Sequence[Verdict]] = field(default_factory=dict)

    def arrows(self) -> Iterator[Arrow]:
        """All dependences of a week that move something, or may: from field to field, none of a field on itself."""
        for mechanism, channels in self.reads.items():
            for channel, sources in channels.items():
                for source, one in sources.items():
                    for target, other in self.moves.get(channel, {}).items():
                        sign = product(one, other)
                        if sign != UNMOVED and not source.startswith("week."):
                            yield Arrow(source, target, sign, mechanism, channel)
        for source, targets in self.processes.items():
            for target, (sign, part) in targets.items():
                if sign != UNMOVED and source != target and not source.startswith("week."):
                    yield Arrow(source, target, sign, process=part)

    def writes_to(self, mechanism: str) -> dict[str, str]:
        """Fields that `mechanism` was seen to move at once, each with the sign of all its channels together.

        Log odds have no zero to be above or below, so they count for a field only where nothing else moves it.
        """
        found: dict[tuple[bool, str], list[str]] = defaultdict(list)
        for channel, push in self.writes[mechanism].items():
            for target, sign in self.moves.get(channel, {}).items():
                found[channel.endswith("_logit"), target].append(product(push, sign))
        signs = {t: merged(own) for (odds, t), own in sorted(found.items()) if not odds or (False, t) not in found}
        return {target: sign for target, sign in signs.items() if sign != UNMOVED}

    def reads_of(self, mechanism: str) -> dict[str, str]:
        """Fields and forcing that `mechanism` reads, each with the sign common to its contributions.

        A flow by cause is read as a whole; only causes that were seen to matter are given.
        """
        found: dict[str, list[str]] = defaultdict(list)
        for sources in self.reads[mechanism].values():
            for source, sign in sources.items():
                found[source].append(sign)
        signs = {source: merged(own) for source, own in found.items()}
        return {source: sign for source, sign in signs.items() if sign != UNMOVED or whole(source) == source}


CAUSES = tuple(c for c in Cause if c is not Cause.STAYED)


TIME = "week.index"
"""That time passes is no cause: who enters the war, and when, is forcing."""


def cause_field(cause: Cause) -> str:
    """The name of the flow of fighters of `cause`."""
    return f"{BY_CAUSE}.{cause.name.lower()}"


def split(path: str) -> list[str]:
    """`path`, or the flows by cause that it stands for."""
    return [cause_field(c) for c in CAUSES] if path == BY_CAUSE else [path]


def whole(field: str) -> str:
    """The path in the state of `field`: of a flow by cause, that of all causes."""
    return BY_CAUSE if field.startswith(BY_CAUSE) else field


def product(*signs: str) -> str:
    """The sign of a chain."""
    if UNMOVED in signs:
        return UNMOVED
    for unclear in (UNKNOWN, BOTH):
        if unclear in signs:
            return unclear
    return DOWN if signs.count(DOWN) % 2 else UP


def merged(signs: Sequence[str]) -> str:
    """The sign of several dependences side by side."""
    found = set(signs) - {UNMOVED}
    if len(found) < 2:
        return found.pop() if found else UNMOVED
    return BOTH if BOTH in found or {UP, DOWN} <= found else UNKNOWN


def picture(signs: Signs | None = None, verdicts: Mapping[str, Sequence[Verdict]] | None = None) -> Picture:
    """The picture of the model as its code is now, with `signs` or those that were kept; one not there is unknown."""
    signs = signs or kept()
    classes = mechanism_classes()
    traced = {name: reads_and_writes(kind) for name, kind in classes.items()}

    def sign(of: Mapping[Any, str], *key: str) -> str:
        return UNMOVED if any(one in PLACES for one in key) else of.get(key, UNKNOWN)

    reads = {
        name: {
            channel: {
                f: sign(signs.reads, f, name, channel)
                for path in sorted(expanded(paths))
                for f in split(path)
                if f != TIME
            }
            for channel, paths in channels.items()
        }
        for name, channels in traced.items()
    }
    of_state = settled()
    moves: dict[str, dict[str, str]] = defaultdict(dict)
    for target, channels in of_state.channels.items():
        for channel, ways in channels.items():
            if target not in PLACES and any(len(way) <= 1 for way in ways):
                moves[channel] |= {f: sign(signs.moves, channel, f) for f in split(target)}
    processes: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for target, sources in of_state.processes.items():
        for source, ways in sources.items():
            if not source.startswith("week.") and source not in PLACES and target not in PLACES:
                part = min(ways, key=len)[-1:] or ("week",)
                processes[source] |= {f: (sign(signs.processes, source, f), part[0]) for f in split(target)}
    return Picture(
        reads,
        {name: frozenset().union(*own.values()) & {*state_fields(), *forcing()} for name, own in traced.items()},
        {name: {channel: sign(signs.pushes, name, channel) for channel in own} for name, own in traced.items()},
        dict(moves),
        dict(processes),
        verdicts or {},
    )


def loops(seen: Picture, most: int = MOST_MECHANISMS) -> list[Loop]:
    """All loops of one to `most` mechanisms, by length and name; between two mechanisms one process at most.

    A loop is named by its fields and carriers; where a mechanism acts through several channels of different sign, the
    loop is undetermined. No field and no mechanism comes twice.
    """
    joined: dict[tuple[str, str, str, bool], list[str]] = defaultdict(list)
    for arrow in seen.arrows():
        joined[arrow.source, arrow.target, arrow.by, bool(arrow.mechanism)].append(arrow.sign)
    found = [_loop(one) for one in cycles((Edge(*key, merged(signs)) for key, signs in joined.items()), most)]
    return sorted(found, key=lambda loop: (loop.mechanisms, len(loop.fields), loop.fields, loop.carriers))


def _loop(cycle: Cycle) -> Loop:
    return Loop(
        tuple(edge.source for edge in cycle),
        tuple(edge.carrier for edge in cycle),
        sum(edge.by_mechanism for edge in cycle),
        product(*(edge.sign for edge in cycle)),
    )


def unknown(seen: Picture) -> tuple[str, ...]:
    """Mechanisms of whose dependences a sign is unknown, by name."""
    signs = {m: [*seen.writes[m].values(), *(s for own in seen.reads[m].values() for s in own.values())]
             for m in seen.reads}  # fmt: skip
    return tuple(sorted(m for m, own in signs.items() if UNKNOWN in own))


def kept() -> Signs:
    """The signs in `signs.json`."""
    tables = json.loads(SIGNS.read_text(encoding="utf-8"))
    return Signs(**{name: {tuple(key.split(" ")): sign for key, sign in own.items()} for name, own in tables.items()})


SignOf = dict[str, str]
"""The sign of what each field or mechanism does, by its name."""


@dataclass(frozen=True)
class Step:
    """One step of a loop: `field` moves the next one, carried `by` a mechanism or a part that is always on."""

    field: str
    by: str
    sign: str


@dataclass(frozen=True, eq=False)
class Atlas:
    """The picture with its loops, and what both say of a mechanism or a field."""

    picture: Picture
    loops: tuple[Loop, ...]

    @cached_property
    def mechanisms(self) -> tuple[str, ...]:
        """All of them by name."""
        return tuple(sorted(self.picture.reads))

    @cached_property
    def reads(self) -> dict[str, SignOf]:
        """Fields that each mechanism reads, with the sign of its contribution's change as that grows."""
        return {name: self.picture.reads_of(name) for name in self.mechanisms}

    @cached_property
    def moves(self) -> dict[str, SignOf]:
        """Fields that each mechanism moves at once, and which way."""
        return {name: self.picture.writes_to(name) for name in self.mechanisms}

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        """All dependences of a week that have a sign, each once, in a fixed order."""
        every = set(self.picture.arrows())
        return tuple(sorted(every, key=lambda a: (a.source, a.target, a.by, a.channel, a.sign)))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Every field and forcing that the picture speaks of, by path."""
        named = {path for own in (*self.reads.values(), *self.moves.values()) for path in own}
        return tuple(sorted(named | {end for a in self.arrows for end in (a.source, a.target)}))

    @cached_property
    def readers(self) -> dict[str, SignOf]:
        """Mechanisms that read each field."""
        return {path: {m: own[path] for m, own in self.reads.items() if path in own} for path in self.fields}

    @cached_property
    def movers(self) -> dict[str, SignOf]:
        """Mechanisms that move each field."""
        return {path: {m: own[path] for m, own in self.moves.items() if path in own} for path in self.fields}

    @cached_property
    def parts(self) -> tuple[Arrow, ...]:
        """Parts that are always on and carry one field to another."""
        return tuple(arrow for arrow in self.arrows if arrow.process)

    def through(self, name: str) -> list[Loop]:
        """Loops that pass through a mechanism (by name) or a field (by path): those of mechanisms alone first."""
        own = [loop for loop in self.loops if name in loop.carriers or name in loop.fields]
        return sorted(own, key=lambda loop: (len(loop.fields) - loop.mechanisms, loop.mechanisms, loop.fields))

    def shortest(self, name: str, most: int) -> list[Loop]:
        """Some of `through`, those first that have somebody who is in none before, so that a few show much."""
        known: set[str] = set()
        first: list[Loop] = []
        rest: list[Loop] = []
        for one in self.through(name):
            (rest if known.issuperset(one.carriers) else first).append(one)
            known.update(one.carriers)
        return (first + rest)[:most]

    def steps(self, loop: Loop, begin: str = "") -> list[Step]:
        """`loop` step by step, beginning at the field `begin` or where the mechanism `begin` takes it up."""
        every = [Step(*one) for one in zip(loop.fields, loop.carriers, self.step_signs(loop), strict=True)]
        at = next((i for i, step in enumerate(every) if begin in (step.field, step.by)), 0)
        return every[at:] + every[:at]

    def step_signs(self, loop: Loop) -> list[str]:
        """The sign of each step of `loop`."""
        steps = zip(loop.fields, loop.carriers, [*loop.fields[1:], loop.fields[0]], strict=True)
        return [merged(self._signs.get(step, [])) for step in steps]

    @cached_property
    def _signs(self) -> dict[tuple[str, str, str], list[str]]:
        found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for a in self.arrows:
            found[a.source, a.by, a.target].append(a.sign)
        return found


def atlas() -> Atlas:
    """The atlas of the model as its code is now; takes seconds."""
    seen = picture()
    return Atlas(seen, tuple(loops(seen)))


def kinds(found: Iterable[Loop]) -> dict[str, int]:
    """Number of loops of each kind, the commonest first."""
    return dict(Counter(loop.kind for loop in found).most_common())


def to_json(found: Atlas) -> bytes:
    """All of it, for `from_json`."""
    from pydantic import TypeAdapter

    return TypeAdapter(Atlas).dump_json(found)


def from_json(body: bytes) -> Atlas:
    """The atlas that `to_json` was given. Raises `ValueError` for anything else."""
    from pydantic import TypeAdapter

    return TypeAdapter(Atlas).validate_json(body)

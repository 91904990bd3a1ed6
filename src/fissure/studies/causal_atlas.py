"""The causal picture to look things up in: who reads and moves a field, and which loops pass through whom.

Tracing the model and finding its loops takes seconds, so what was found can be written down (`to_json`) and read
(`from_json`).
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from fissure.studies.causal import Arrow, Loop, Picture, loops, merged, picture

FORMAT = 1
Signs = dict[str, str]


@dataclass(frozen=True)
class Part:
    """A part of settling, always on, that carries `source` to `target`."""

    name: str
    source: str
    target: str
    sign: str


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
    def reads(self) -> dict[str, Signs]:
        """What each mechanism reads, with the sign of its contribution's change as that grows."""
        return {name: self.picture.reads_of(name) for name in self.mechanisms}

    @cached_property
    def moves(self) -> dict[str, Signs]:
        """What each mechanism moves at once, and which way."""
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
    def readers(self) -> dict[str, Signs]:
        """Mechanisms that read each field."""
        return {path: {m: own[path] for m, own in self.reads.items() if path in own} for path in self.fields}

    @cached_property
    def movers(self) -> dict[str, Signs]:
        """Mechanisms that move each field."""
        return {path: {m: own[path] for m, own in self.moves.items() if path in own} for path in self.fields}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What is always on and carries one field to another."""
        return tuple(Part(a.process, a.source, a.target, a.sign) for a in self.arrows if a.process)

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
            (first if set(one.carriers) - known else rest).append(one)
            known |= set(one.carriers)
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
        found: dict[tuple[str, str, str], list[str]] = {}
        for a in self.arrows:
            found.setdefault((a.source, a.by, a.target), []).append(a.sign)
        return found


def atlas() -> Atlas:
    """The atlas of the model as its code is now; takes seconds."""
    seen = picture()
    return Atlas(seen, tuple(loops(seen)))


def kinds(found: Iterable[Loop]) -> dict[str, int]:
    """How many loops there are of each kind, the commonest first."""
    return dict(Counter(loop.kind for loop in found).most_common())


def to_json(found: Atlas) -> bytes:
    """All of it, for `from_json`; loops by the places of their names in a list."""
    names = sorted({name for loop in found.loops for name in (*loop.fields, *loop.carriers)})
    at = {name: place for place, name in enumerate(names)}
    seen = found.picture
    data = {
        "format": FORMAT,
        "reads": seen.reads,
        "direct": {name: sorted(own) for name, own in seen.direct.items()},
        "writes": seen.writes,
        "moves": seen.moves,
        "processes": seen.processes,
        "names": names,
        "loops": [
            [[at[f] for f in loop.fields], [at[c] for c in loop.carriers], loop.mechanisms, loop.sign]
            for loop in found.loops
        ],
    }
    return json.dumps(data, ensure_ascii=False).encode()


def from_json(body: bytes) -> Atlas:
    """What `to_json` was given. Raises `ValueError`, `LookupError` or `TypeError` for anything else."""
    data = json.loads(body)
    if data["format"] != FORMAT:
        raise ValueError(f"its format is {data['format']!r}, not {FORMAT}")
    names = data["names"]
    seen = Picture(
        data["reads"],
        {name: frozenset(own) for name, own in data["direct"].items()},
        data["writes"],
        data["moves"],
        {source: {t: (sign, part) for t, (sign, part) in own.items()} for source, own in data["processes"].items()},
    )
    found = (
        Loop(tuple(names[i] for i in fields), tuple(names[i] for i in carriers), mechanisms, sign)
        for fields, carriers, mechanisms, sign in data["loops"]
    )
    return Atlas(seen, tuple(found))

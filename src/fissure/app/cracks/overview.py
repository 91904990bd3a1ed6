"""What the overview of Cracks lists: mechanisms by group, fields by owner, and what a search finds of both."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fissure.app.cracks.known import Known
from fissure.app.cracks.told import MechanismShort
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS
from fissure.present.words.causal import GLYPHS, OWNERS, field, label
from fissure.studies.causal import BOTH, DOWN, UNKNOWN, UNMOVED, UP
from fissure.studies.causal_atlas import Atlas


@dataclass(frozen=True)
class Crossing:
    """A field, how many move it and read it, by sign in words, and how many do either."""

    path: str
    label: str
    meaning: str
    movers: str
    readers: str
    joins: int


@dataclass(frozen=True)
class Listed:
    """Everything by group, each with whether the search found it; `count` and `of` are of mechanisms."""

    groups: dict[str, list[tuple[MechanismShort, str, bool]]]
    fields: dict[str, bool]
    count: int
    of: int


def found_by(find: str, known: Known, atlas: Atlas | None) -> Listed:
    """Mechanisms by group, each with the text that is searched; all are found where nothing is looked for."""
    words = find.lower().split()
    groups: dict[str, list[tuple[MechanismShort, str, bool]]] = {g: [] for g in GROUPS}
    for one in known.mechanisms.values():
        text = f"{one.name} {one.name.replace('-', ' ')} {one.title} {one.says}".lower()
        groups[one.group].append((one, text, all(word in text for word in words)))
    fields = {} if atlas is None else {p: all(w in searched(p) for w in words) for p in atlas.fields}
    every = [hit for own in groups.values() for _, _, hit in own]
    return Listed(groups, fields, sum(every), len(every))


def searched(path: str) -> str:
    """The text by which a field is found."""
    return f"{path} {label(path)} {field(path).meaning}".lower()


def crossroads(atlas: Atlas) -> dict[str, list[Crossing]]:
    """Every field by the title of its owner, those in which most mechanisms meet first."""
    out: dict[str, list[Crossing]] = {title: [] for title in OWNERS.values()}
    for path in atlas.fields:
        about, movers, readers = field(path), atlas.movers[path], atlas.readers[path]
        out[about.owner].append(
            Crossing(path, about.label, about.meaning, _signs(movers), _signs(readers), len({*movers, *readers}))
        )
    return {title: sorted(own, key=lambda c: (-c.joins, c.path)) for title, own in out.items() if own}


def _signs(found: Mapping[str, str]) -> str:
    """Such as `8: 5 +, 2 −, 1 ±`."""
    if not found:
        return "none"
    count = Counter(found.values())
    signs = ", ".join(f"{count[s]} {GLYPHS[s]}" for s in (UP, DOWN, BOTH, UNKNOWN, UNMOVED) if count[s])
    return f"{len(found)}: {signs}"

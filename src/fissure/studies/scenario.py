"""Changes of a run: mechanisms switched off, drivers moved, from the start or from a day on.

A driver is a parameter (``desertion.caught``) or a forcing (``forcing.strikes``); it is multiplied by a factor or set
to a value. Nothing here looks for a change that serves anybody: scenarios are named by who asks, and words that ask for
a search are refused.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.errors import ArgumentError, RefusedError, nearest
from fissure.model.catalogue import known_mechanism
from fissure.model.parameters import Declared
from fissure.model.world import World
from fissure.reading.values import LARGEST, number

How = Literal["times", "to", "at"]
WORLD = "world."
"""The beginning of the name of an array of the world, which checks of mechanisms move directly."""


@dataclass(frozen=True)
class Forcing:
    """An input of a case: the array of the world that holds it, its unit, what it is in words."""

    array: str
    unit: str
    title: str
    by_week: bool = False


FORCING = {
    "forcing.strikes": Forcing("strikes", "strikes a week, all countries", "Air strikes by the coalition", True),
    "forcing.strikes-uncounted": Forcing(
        "uncounted", "strikes a week", "Air strikes by other air forces, which nobody counted"
    ),
    "forcing.offensives": Forcing("offensive_strength", "fighters", "Strength of opponents' offensives"),
    "forcing.opponents": Forcing("numbers", "fighters", "Opponents' forces beside garrisons"),
    "forcing.opponents-worth": Forcing(
        "worth", "committed skilled fighters", "Worth of an opponent's fighter at the start"
    ),
    "forcing.garrisons": Forcing("garrison", "fighters", "Opponents' forces that face the group at the start"),
    "forcing.oil-price": Forcing("oil_price", "dollars a barrel", "Price of oil", True),
    "forcing.oil-capacity": Forcing("oil", "barrels a day", "What the oil fields would give"),
    "forcing.exchange": Forcing("exchange", "ratio to the start", "Local currency per dollar", True),
    "forcing.condemnations": Forcing("condemnation", "joint statements a week", "Scholars' statements", True),
}
"""Forcings that a case imposes, by the name under which they can be moved."""


@dataclass(frozen=True, order=True)
class Move:
    """A driver multiplied by a factor (``times``) or set to a value (``to``); or held ``at`` a position of its prior.

    The position is a standard normal. Only checks of mechanisms hold parameters, and only they move arrays by name.
    """

    name: str
    how: How
    value: float

    @property
    def is_of_world(self) -> bool:
        """True where it moves what a case imposes, not a parameter."""
        return self.name.startswith(("forcing.", WORLD))

    def __str__(self) -> str:
        return f"{self.name}={'x' if self.how == 'times' else '@' if self.how == 'at' else ''}{self.value:g}"


@dataclass(frozen=True)
class Scenario:
    """Mechanisms that are `off` and drivers that are moved, from `since` on; from the start where that is None."""

    off: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    since: date | None = None

    @property
    def base(self) -> "Scenario":
        """The scenario that a check compares it with: nothing is changed, and what is held is held."""
        return Scenario(moves=tuple(move for move in self.moves if move.how == "at"))

    @property
    def key(self) -> str:
        """A short name that only this scenario has."""
        changes = [sorted(self.off), sorted([m.name, m.how, m.value] for m in self.moves), str(self.since)]
        return hashlib.sha256(json.dumps(changes).encode()).hexdigest()[:16]

    @property
    def options(self) -> str:
        """The options of a command that ask for it."""
        said = [f"--set {move}" for move in self.moves] + [f"--off {name}" for name in self.off]
        return " ".join([*said, *([f"--from {self.since}"] if self.since and said else [])])

    def __str__(self) -> str:
        said = [str(move) for move in self.moves] + [f"without {name}" for name in self.off]
        return (", ".join(said) or "as it is") + (f" from {self.since} on" if self.since and said else "")


PAGE = "docs/explanation/responsible-use.md"
REFUSED = ("maximise", "maximize", "minimise", "minimize", "optimise", "optimize")
"""Words that ask for a search for the change that brings about what somebody wants; refused wherever they stand."""


def refuse(asked: Iterable[str]) -> None:
    """Raise `FissureError` where one of the words `asked` asks for a search."""
    for word in asked:
        if word in REFUSED:
            raise RefusedError(
                f"nothing here will {word} anything: fissure tells what a change that you name would have done, and "
                f"does not search for the change that serves an aim (see responsible use, {PAGE})"
            )


AS_IT_IS = Scenario()
"""Nothing is changed."""


def scenario_of(
    off: Iterable[str] = (),
    moves: Iterable[str | Move] = (),
    since: date | None = None,
    *,
    parameters: Sequence[Declared],
) -> Scenario:
    """The scenario in which mechanisms `off` are off and `moves` hold; a move may be said as ``name=x2``.

    Raises `FissureError`, with the nearest name, for what does not exist, and for a value that cannot be.
    """
    off = (off,) if isinstance(off, str) else off
    moves = (moves,) if isinstance(moves, str | Move) else moves
    parsed = [_required(parse(m) if isinstance(m, str) else m, parameters) for m in moves]
    names = [m.name for m in parsed]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ArgumentError(f"'{twice[0]}' is set twice, expected one value")
    return Scenario(tuple(sorted({known_mechanism(name) for name in off})), tuple(sorted(parsed)), since)


_MOVE = re.compile(r"\s*([a-z0-9.\-]+)\s*=\s*([x×*]?)\s*(\S+)\s*")


def parse(said: str) -> Move:
    """The move that ``name=x2`` (times two) or ``name=2`` (to two) says. Raises `FissureError` for anything else."""
    wanted = "expected NAME=xFACTOR or NAME=VALUE, as in forcing.strikes=x2"
    if (found := _MOVE.fullmatch(said)) is None:
        raise ArgumentError(f"found '{said}', {wanted}")
    try:
        return Move(found[1], "times" if found[2] else "to", number(found[3]))
    except ValueError as error:
        raise ArgumentError(f"found '{said}', {wanted} ({error})") from None


def _required(move: Move, parameters: Sequence[Declared]) -> Move:
    by_name = {p.name: p for p in parameters}
    known = [*FORCING, *by_name]
    if move.name not in known:
        raise ArgumentError(f"there is no '{move.name}' to set{nearest(move.name, known)}")
    if not abs(move.value) <= LARGEST:
        raise ArgumentError(f"'{move.name}' is set to {move.value}, expected a finite number")
    forcing = FORCING.get(move.name)
    if move.value < 0 and (forcing or by_name[move.name].prior.prior.kind != "normal"):
        raise ArgumentError(f"'{move.name}' is set to {move.value:g}, expected no negative number")
    if forcing and move.how == "to" and not forcing.by_week:
        raise ArgumentError(f"'{move.name}' has several values, expected a factor: {move.name}=x{move.value:g}")
    if not forcing and move.how == "to" and by_name[move.name].prior.prior.kind == "logitnormal" and move.value > 1:
        raise ArgumentError(f"'{move.name}' is a share, found {move.value:g}, expected at most 1")
    return move


def moved_values(
    values: NDArray[np.float64], moves: Iterable[Move], parameters: Sequence[Declared]
) -> NDArray[np.float64]:
    """(..., parameters) values with `moves` applied; a share stays at most 1."""
    at = {p.name: i for i, p in enumerate(parameters)}
    out = values.copy()
    for move in moves:
        if move.how == "at" or (i := at.get(move.name)) is None:
            continue
        out[..., i] = out[..., i] * move.value if move.how == "times" else move.value
        if parameters[i].prior.prior.kind == "logitnormal":
            out[..., i] = np.minimum(out[..., i], 1.0)
    return out


def held_normals(z: NDArray[np.float64], moves: Iterable[Move], parameters: Sequence[Declared]) -> NDArray[np.float64]:
    """(..., parameters) standard normals with those that `moves` hold at their positions."""
    held = {move.name: move.value for move in moves if move.how == "at"}
    if not held:
        return z
    out = z.copy()
    for i, parameter in enumerate(parameters):
        out[..., i] = held.get(parameter.name, out[..., i])
    return out


def moved_world(world: World, moves: Iterable[Move]) -> World:
    """`world` with the forcing of `moves` applied."""
    for move in moves:
        if not move.is_of_world:
            continue
        name = move.name.removeprefix(WORLD) if move.name.startswith(WORLD) else FORCING[move.name].array
        array: Array = getattr(world, name)
        if move.how == "times":
            array = array * jnp.float32(move.value)
        elif name == "strikes":
            array = _strikes_to(array, move.value)
        else:
            array = jnp.full_like(array, move.value)
        changed: dict[str, Any] = {name: array}
        world = replace(world, **changed)
    return world


def _strikes_to(strikes: Array, value: float) -> Array:
    """(weeks, 3, countries) strikes whose best guess is `value` a week in all countries, shared among them as before.

    Where there were none in a week they are shared as in the whole war; the doubt on the count stays in proportion.
    """
    known = np.asarray(strikes, np.float64)
    best = known[:, 1, :]
    mean = best.sum(axis=0) / max(best.sum(), 1e-9)
    total = best.sum(axis=1, keepdims=True)
    share = np.where(total > 0, best / np.maximum(total, 1e-9), mean)
    doubt = np.where(best[:, None, :] > 0, known / np.maximum(best[:, None, :], 1e-9), 1.0)
    return jnp.asarray(value * share[:, None, :] * doubt, jnp.float32)


def week_of(since: date | None, case: Case, weeks: int) -> int | None:
    """The week that holds `since`. Raises `FissureError` for a day outside the run."""
    if since is None:
        return None
    week = (since - case.start).days // 7
    if not 0 <= week < weeks:
        raise ArgumentError(f"--from {since} lies outside the run, which has {weeks} weeks from {case.start}")
    return week

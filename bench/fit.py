"""Histories as a fit simulates them: 79 weeks, the outputs alone that figures are compared with, and no report.

Beside them the same histories with everything recorded. Both grow in turn, so many histories at a time, each turn in a
process of its own on all cores, until the minutes are over (`--minutes`, two where not given).

    histories   so many were simulated; they lie in runs/bench/fit
    run         seconds to simulate all of them and to write them to disk, in all turns; starting and compiling left out
    an hour     histories in an hour at that speed
    peak        most memory that a process of a turn held, libraries included; the least of the turns, as the first
                compiles, which takes more

The histories are kept as any run is: measured again, both go on from where they were, and turns of before count too;
other code begins anew.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.machine import ROOT, code, this_machine
from bench.measurements import Asked
from bench.memory import peak
from bench.one import apart
from bench.table import Heading, Table

WEEKS = 79
CHOSEN, EVERYTHING = "chosen", "everything"
TITLES = {CHOSEN: "chosen outputs", EVERYTHING: "everything recorded"}
FULL, QUICK = 128, 16
"""Histories of a turn."""
FOLDER = ROOT / "runs" / "bench" / "fit"


class Turn(NamedTuple):
    """Histories `made` now, up to so many in all, the seconds that took, the most megabytes that the process held.

    Of a turn that was stopped and is asked for again, fewer are made than it asks for.
    """

    kind: str
    upto: int
    made: int
    run: float
    peak: float


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is fewer histories in a turn, of a small world, one turn each."""
    folder = FOLDER / f"{this_machine().slug}-{code('bench.fit')}{'-quick' if asked.quick else ''}"
    turns = read(folder)
    before, ends = len(turns), time.monotonic() + 60 * asked.minutes
    if turns:
        print(f"goes on in {folder}, from {there(turns, CHOSEN)} histories of each kind")
    step = QUICK if asked.quick else FULL
    while len(turns) < before + 2 or (time.monotonic() < ends and not asked.quick) or uneven(turns):
        kind = CHOSEN if there(turns, CHOSEN) <= there(turns, EVERYTHING) else EVERYTHING
        upto = there(turns, kind) + step
        took = apart("bench.fit", kind, str(folder / kind), str(upto), *["quick"] * asked.quick)
        turns.append(Turn(kind, upto, int(took["made"]), took["run"], took["peak"]))
        keep(folder, turns)
        print(f"{TITLES[kind]}: {upto} histories", flush=True)
    return [table_of(turns)]


def uneven(turns: Sequence[Turn]) -> bool:
    """Whether one kind is ahead of the other."""
    return there(turns, CHOSEN) != there(turns, EVERYTHING)


def there(turns: Sequence[Turn], kind: str) -> int:
    """Histories of a kind so far."""
    return max((turn.upto for turn in turns if turn.kind == kind), default=0)


def table_of(turns: Sequence[Turn]) -> Table:
    """What the turns say."""
    heads: list[Heading] = ["", "histories", ("run", "s"), "an hour", ("peak", "MB")]
    table = Table.begun("fit", f"Histories of {WEEKS} weeks", heads, late=True)
    for kind, title in TITLES.items():
        own = [turn for turn in turns if turn.kind == kind and turn.made]
        count, seconds = sum(turn.made for turn in own), sum(turn.run for turn in own)
        table.row(title, count, seconds, round(3600 * count / seconds), min(turn.peak for turn in own))
    each = ([turn.run / turn.made for turn in turns if turn.kind == kind and turn.made] for kind in TITLES)
    ratios = [everything / chosen for chosen, everything in zip(*each, strict=False)]
    times, counted = median(ratios), f"the middle of {len(ratios)} pairs of turns"
    table.note = f"Everything recorded takes {times:.2f} times as long, {counted}."
    return table


def read(folder: Path) -> list[Turn]:
    """Turns of before."""
    path = folder / "turns.json"
    return [Turn(*one) for one in json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else []


def keep(folder: Path, turns: Sequence[Turn]) -> None:
    """Keep all turns so far."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / "turns.json.new"
    beside.write_text(json.dumps(turns), encoding="utf-8")
    beside.replace(folder / "turns.json")


def one(kind: str, folder: Path, histories: int, quick: bool) -> dict[str, float]:
    """Simulate in this process what is missing of so many histories."""
    from fissure import api
    from fissure.engine.ensemble import run
    from fissure.studies.calibration.fit import BLOCK, outputs_of

    context = api.context_of("islamic_state")
    outputs = outputs_of(context.ledger) if kind == CHOSEN else []
    size: dict[str, Any] = {"units": 48, "slots": 56} if quick else {}
    found = run(context.case, members=histories, weeks=WEEKS, out=folder, block=BLOCK, outputs=outputs, **size)
    return {"made": found.timing.members, "run": found.timing.run, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["quick"])))

"""Fissure beside other tools on the same rules: do they draw from one distribution, and how fast is each.

The same rules ([stated once](../../bench/desertion/rules.py)) in Fissure's own contract and as a good user would write
them in other tools. First all simulate the same small group many times, and their series are tested for one
distribution; if any differs, nothing is timed. Then they are timed in turn, one run each in every round, each in a
process of its own on one core. Times are of processors, user and system, as these are least moved by what else the
machine does: medians, with the least and the most of all rounds; ≈ is the time of one member times their number.
Compiling and first runs are left out.

- Mesa makes an object of each fighter and removes him when he leaves, and skips empty slots; units are plain objects
  that hold what is the same for all their fighters. Starsim, NumPy and mesa-frames work on whole arrays or columns of
  slots. None of these simulates several members at once, so their time grows with the number of members. The
  hand-tuned loop is written for these rules alone: to add a rule is to write it anew.
- Fissure's file is the longest: each rule is a mechanism of its own with a switch, every parameter an array over
  members. For that it pays in part: one compiled program serves any set of mechanisms and any parameters.
- What keeps Fissure behind the loop: XLA on a CPU writes one array in a loop, so each slot has a block of random words
  of its own, where the loop shares a block between four slots; and minds, who leaves and the sums are passes of their
  own over the slots, where the loop does all in one.
- With one member of 1,000 fighters most of the time is the start of some fifty small loops a week. Members are run
  together, about 50,000 slots at a time, so that this is paid once for all of them.
- Peak memory holds the libraries and the compiler as well. It does not grow with members once as many run together as
  fit.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from bench.desertion import report
from bench.desertion.agree import agreement
from bench.desertion.peers import PEERS, Peer
from bench.desertion.race import Size, Timing, race, series_of
from bench.measurements import Asked
from bench.table import Table

TARGETS = (("mesa", 300.0), ("starsim", 20.0))  # times Fissure's time: at least
LIMIT = 1.15  # times the hand-tuned loop's time: at most


def tables(asked: Asked) -> list[Table]:
    """Check, then measure; `quick` is smaller and fewer runs. Exits where rules differ."""
    peers = [peer for peer in PEERS if peer.installed()]
    agrees, wrong = compare(peers, asked.quick)
    missing = [f"{peer.title} ({peer.package})" for peer in PEERS if not peer.installed()]
    if missing:
        agrees.note = f"Not installed there, and so not measured: {', '.join(missing)}."
    if wrong:
        sys.exit(f"Not of one distribution with NumPy: {', '.join(wrong)}. Times of different rules are no comparison.")
    return [agrees, *measure(peers, asked.quick)]


def compare(peers: Sequence[Peer], quick: bool) -> tuple[Table, list[str]]:
    """A table, and titles of those whose series differ from NumPy's."""
    size = Size(1_000, 26, 24) if quick else Size(2_000, 52, 64)
    series = {}
    for seed, peer in enumerate(peers, start=101):
        series[peer.name] = series_of(peer, replace(size, members=min(size.members, peer.compared)), seed)
        print(f"simulated in {peer.title}", file=sys.stderr, flush=True)
    found = {name: agreement(x, series["numpy"]) for name, x in series.items() if name != "numpy"}
    wrong = [peer.title for peer in peers if peer.name in found and not found[peer.name].holds()]
    return report.agreements(found, peers, size), wrong


def measure(peers: Sequence[Peer], quick: bool) -> list[Table]:
    """Run all races; the tables, the last of all rounds."""
    rounds, weeks = (3, 26) if quick else (5, 52)
    fighters, members = ((1_000, 10_000), (1, 16)) if quick else ((1_000, 10_000, 50_000), (1, 16, 256))
    races, largest = [], {}
    for n in fighters:
        for m in members:
            size = Size(n, weeks, m)
            able = [peer for peer in peers if size.work() <= peer.most]
            races.append(race(able, size, rounds))
            largest.update({(name, n): timing for name, timing in races[-1].items()})
            print(f"timed {n:,} fighters, {m} members", file=sys.stderr, flush=True)
    big = fighters[-1]
    single = next(r for r in races if r["fissure"].size == Size(big, weeks, 1))
    most = {peer.name: largest[peer.name, big] for peer in peers}
    costs = report.costs(single, most, peers)
    costs.note = targets(most)
    grown = grow(peers, races, rounds, quick)
    everywhere = all_cores(peers, Size(big, weeks, members[-1]), rounds)
    every = [t for r in (*races, everywhere) for t in r.values()] + grown["weeks"]
    last = report.growth(grown), report.on_all_cores(everywhere), report.rounds(every)
    return [report.ratios(races, peers), costs, *last]


def targets(most: dict[str, Timing]) -> str:
    """Whether the speeds that were set as targets are reached."""
    ours = report.typical(most["fissure"])
    lines = []
    for name, least in TARGETS:
        if name in most:
            times = report.typical(most[name]) / ours
            reached = "reached" if times >= least else "NOT reached"
            line = f"{times:.1f} times Fissure's time; target {least:.0f}: {reached}"
            lines.append(f"- {most[name].peer.title}: {line}.")
    if "numba" in most:
        times = ours / report.typical(most["numba"])
        reached = "reached" if times <= LIMIT else "NOT reached"
        lines.append(f"- Fissure: {times:.2f} times the hand-tuned loop's time; target at most {LIMIT:g}: {reached}.")
    return "\n".join(lines)


def grow(
    peers: Sequence[Peer], races: Sequence[dict[str, Timing]], rounds: int, quick: bool
) -> dict[str, list[Timing]]:
    """Timings of Fissure along each direction of growth."""
    ours = [r["fissure"] for r in races]
    many, big = max(t.size.members for t in ours), max(t.size.fighters for t in ours)
    base = Size(10_000, 13, 16 if quick else 64)
    fissure = [peer for peer in peers if peer.name == "fissure"]
    lengths = (13, 26, 52) if quick else (26, 52, 104, 208)
    return {
        "fighters": [t for t in ours if t.size.members == many],
        "members": [t for t in ours if t.size.fighters == big],
        "weeks": [race(fissure, replace(base, weeks=weeks), rounds)["fissure"] for weeks in lengths],
    }


def all_cores(peers: Sequence[Peer], size: Size, rounds: int) -> dict[str, Timing]:
    """The two that use several cores by themselves, on all cores of this machine."""
    able = [peer for peer in peers if peer.name in ("fissure", "numba")]
    return race(able, replace(size, cores=os.cpu_count() or 1), rounds)

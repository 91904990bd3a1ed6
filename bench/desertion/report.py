"""Tables of what was measured."""

from collections.abc import Iterable, Sequence

import numpy as np

from bench.desertion.agree import Agreement
from bench.desertion.peers import Peer
from bench.desertion.race import Size, Timing
from bench.table import Cell, Heading, Table


def figure(x: float) -> str:
    """Three figures."""
    return f"{x:.0f}" if x >= 99.5 else f"{x:.1f}" if x >= 9.95 else f"{x:.2f}"


def spread(x: np.ndarray) -> str:
    """Median, least and most."""
    return f"{figure(float(np.median(x)))} ({figure(x.min())}–{figure(x.max())})"


def typical(timing: Timing) -> float:
    """The median nanoseconds for a fighter-week."""
    return float(np.median(timing.ns()))


def ratios(races: Sequence[dict[str, Timing]], peers: Sequence[Peer]) -> Table:
    """How many times Fissure's processor time each peer takes, by size, paired by round."""
    others = [peer for peer in peers if peer.name != "fissure"]
    last: dict[tuple[str, int], Timing] = {}
    heads: list[Heading] = ["fighters × members", ("Fissure", "ns"), *(peer.title for peer in others)]
    weeks = races[0]["fissure"].size.weeks
    table = Table.begun("ratios", f"Times Fissure's processor time, {weeks} weeks, on one core", heads, late=True)
    for timings in races:
        ours = timings["fissure"]
        size = ours.size
        row: list[Cell] = [f"{size.fighters:,} × {size.members}", spread(ours.ns())]
        for peer in others:
            if peer.name in timings:
                last[peer.name, size.fighters] = timings[peer.name]
                row.append(spread(timings[peer.name].ns() / ours.ns()))
            elif (peer.name, size.fighters) in last:
                row.append(f"≈ {figure(typical(last[peer.name, size.fighters]) / typical(ours))}")
            else:
                row.append("")
        table.row(*row)
    return table


def costs(timings: dict[str, Timing], most: dict[str, Timing], peers: Sequence[Peer]) -> Table:
    """Lines, compile time, time and memory of each at one size; `most` is with the most members that it ran."""
    heads: list[Heading] = [
        "", "lines", ("compile", "s"), ("processor", "s"), ("clock", "s"), ("at most members", "ns"),
        ("libraries", "MB"), ("+ one member", "MB"), ("+ most members", "MB"),
    ]  # fmt: skip
    fighters = timings["fissure"].size.fighters
    title = f"Cost of each, {fighters:,} fighters: of one member, then with the most members that it was run with"
    table = Table.begun("costs", title, heads, late=True)
    for peer in peers:
        one, many = timings[peer.name], most[peer.name]
        table.row(
            peer.title, peer.lines(), one.compile, float(np.median(one.cpu)), float(np.median(one.wall)),
            spread(many.ns()), one.libraries, one.peak - one.libraries,
            f"{many.peak - many.libraries:.0f} ({many.size.members})",
        )  # fmt: skip
    return table


def exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """The slope of log y on log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def growth(runs: dict[str, list[Timing]]) -> Table:
    """How Fissure's time and memory grow; the exponent is the slope of the logarithm of time, 1 is linear."""
    heads: list[Heading] = ["in", "from", "first of them", "exponent of processor time", ("peak", "MB")]
    table = Table.begun("grown", "Growth of Fissure on these rules", heads, late=True)
    for what, timings in runs.items():
        x = [getattr(t.size, what) for t in timings]
        least, most = timings[0], timings[-1]
        seconds = [float(np.median(t.cpu)) for t in timings]
        fixed = f"{least.size.fighters:,} × {least.size.members}, {least.size.weeks} weeks"
        peaks = f"{least.peak:.0f} → {most.peak:.0f}"
        table.row(what, f"{x[0]:,} to {x[-1]:,}", fixed, f"{exponent(x, seconds):.3f}", peaks)
    return table


def agreements(found: dict[str, Agreement], peers: Sequence[Peer], size: Size) -> Table:
    """What the comparison of each peer with NumPy said."""
    title = f"One distribution? Of {size.fighters:,} fighters over {size.weeks} weeks"
    heads: list[Heading] = ["against NumPy", "members", "tests", "greatest t", "p, corrected", "agrees"]
    table = Table.begun("agreement", title, heads, late=True)
    for peer in peers:
        if (a := found.get(peer.name)) is not None:
            verdict = "yes" if a.holds() else f"NO: {a.worst}"
            table.row(peer.title, min(size.members, peer.compared), a.tests, a.z, a.p, verdict)
    return table


def on_all_cores(timings: dict[str, Timing]) -> Table:
    """Nanoseconds of those that use several cores by themselves."""
    size = next(iter(timings.values())).size
    title = f"On all {size.cores} cores, {size.fighters:,} fighters, {size.members} members"
    heads: list[Heading] = ["", ("on the clock", "ns"), ("of processors", "ns")]
    table = Table.begun("all-cores", title, heads, late=True)
    for t in timings.values():
        table.row(t.peer.title, spread(np.array(t.wall) * 1e9 / size.work()), spread(t.ns()))
    return table


def rounds(timings: Iterable[Timing]) -> Table:
    """Every round of every timing."""
    heads: list[Heading] = [
        "tool", "fighters", "weeks", "members", "cores", "round", ("processor", "s"), ("clock", "s"),
        ("a fighter-week", "ns"), ("compile", "s"), ("libraries", "MB"), ("peak", "MB"),
    ]  # fmt: skip
    table = Table.begun("rounds", "Every round", heads, shown=False, late=True)
    for t in timings:
        s, own = t.size, [round(t.compile, 2), round(t.libraries), round(t.peak)]
        for i, (cpu, wall, ns) in enumerate(zip(t.cpu, t.wall, t.ns(), strict=True), start=1):
            took = [round(cpu, 5), round(wall, 5), round(float(ns), 3)]
            table.row(t.peer.name, s.fighters, s.weeks, s.members, s.cores, i, *took, *own)
    return table

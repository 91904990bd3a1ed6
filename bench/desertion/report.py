"""Tables of what was measured, as Markdown and as CSV."""

import csv
import io
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from bench.desertion.agree import Agreement
from bench.desertion.peers import Peer
from bench.desertion.race import Timing

Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> str:
    """A Markdown table, padded so that it reads well as plain text too."""
    every = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(head))]

    def line(row: Row) -> str:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:])]) + "|"
    return "\n".join([line(every[0]), rule, *map(line, every[1:])])


def figure(x: float) -> str:
    """Three figures."""
    return f"{x:.0f}" if x >= 99.5 else f"{x:.1f}" if x >= 9.95 else f"{x:.2f}"


def spread(x: np.ndarray) -> str:
    """Median, least and most."""
    return f"{figure(float(np.median(x)))} ({figure(x.min())}–{figure(x.max())})"


def typical(timing: Timing) -> float:
    """The median nanoseconds for a fighter-week."""
    return float(np.median(timing.ns()))


def ratios(races: Sequence[dict[str, Timing]], peers: Sequence[Peer]) -> str:
    """How many times Fissure's processor time each peer takes, by size, paired by round."""
    others = [peer for peer in peers if peer.name != "fissure"]
    last: dict[tuple[str, int], Timing] = {}
    rows = []
    for timings in races:
        ours = timings["fissure"]
        size = ours.size
        row = [f"{size.fighters:,} × {size.members}", f"{spread(ours.ns())} ns"]
        for peer in others:
            if peer.name in timings:
                last[peer.name, size.fighters] = timings[peer.name]
                row.append(spread(timings[peer.name].ns() / ours.ns()))
            elif (peer.name, size.fighters) in last:
                row.append(f"≈ {figure(typical(last[peer.name, size.fighters]) / typical(ours))}")
            else:
                row.append("")
        rows.append(row)
    return table(["fighters × members", "Fissure", *(peer.title for peer in others)], rows)


def costs(timings: dict[str, Timing], most: dict[str, Timing], peers: Sequence[Peer]) -> str:
    """Lines, compile time, time and memory of each at one size; `most` is with the most members that it ran."""
    rows = []
    for peer in peers:
        one, many = timings[peer.name], most[peer.name]
        rows.append([
            peer.title, str(peer.lines()), f"{one.compile:.1f}", f"{np.median(one.cpu):.3f}",
            f"{np.median(one.wall):.3f}", spread(many.ns()), f"{one.libraries:.0f}",
            f"{one.peak - one.libraries:.0f}", f"{many.peak - many.libraries:.0f} ({many.size.members})",
        ])  # fmt: skip
    head = ["", "lines", "compile s", "CPU s", "wall s", "ns at most members", "libraries MB", "+ one member MB",
            "+ most members MB"]  # fmt: skip
    return table(head, rows)


def exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """The slope of log y on log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def growth(runs: dict[str, list[Timing]]) -> str:
    """How Fissure's time and memory grow."""
    rows = []
    for what, timings in runs.items():
        x = [getattr(t.size, what) for t in timings]
        least, most = timings[0], timings[-1]
        seconds = [float(np.median(t.cpu)) for t in timings]
        fixed = f"{least.size.fighters:,} × {least.size.members}, {least.size.weeks} weeks"
        rows.append([what, f"{x[0]:,} to {x[-1]:,}", fixed, f"{exponent(x, seconds):.3f}",
                     f"{least.peak:.0f} → {most.peak:.0f}"])  # fmt: skip
    return table(["in", "from", "first of them", "exponent of CPU time", "peak MB"], rows)


def agreements(found: dict[str, Agreement], peers: Sequence[Peer], members: int) -> str:
    """What the comparison of each peer with NumPy said."""
    rows = []
    for peer in peers:
        if (a := found.get(peer.name)) is not None:
            verdict = "yes" if a.holds() else f"NO: {a.worst}"
            members_of = min(members, peer.compared)
            rows.append([peer.title, f"{members_of}", f"{a.tests}", f"{a.z:.1f}", f"{a.p:.3f}", verdict])
    return table(["against NumPy", "members", "tests", "greatest t", "p, corrected", "agrees"], rows)


def machine(peers: Sequence[Peer], began: Sequence[float]) -> str:
    """The machine, the versions and how busy it was."""
    model = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    versions = ", ".join(dict.fromkeys(peer.versioned() for peer in peers))
    loads = f"load average {began[0]:.1f} at the start and {os.getloadavg()[0]:.1f} at the end"
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}; {versions}; {loads}."


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def rounds_as_csv(timings: Iterable[Timing]) -> str:
    """Every round of every timing."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["tool", "fighters", "weeks", "members", "cores", "round", "cpu_s", "wall_s", "ns_per_fighter_week",
           "compile_s", "libraries_mb", "peak_mb", "lines"])  # fmt: skip
    for t in timings:
        s, own = t.size, [f"{t.compile:.2f}", f"{t.libraries:.0f}", f"{t.peak:.0f}", t.peer.lines()]
        for i, (cpu, wall, ns) in enumerate(zip(t.cpu, t.wall, t.ns(), strict=True), start=1):
            took = [f"{cpu:.5f}", f"{wall:.5f}", f"{ns:.3f}"]
            write([t.peer.name, s.fighters, s.weeks, s.members, s.cores, i, *took, *own])
    return out.getvalue()

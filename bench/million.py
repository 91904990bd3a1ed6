"""What a million histories take: the arithmetic of docs/how-to/scale-out.md, with figures of `bench/results`.

Of the run of most members that was measured: nanoseconds of a fighter-week on so many cores, kilobytes on disk. The
section of the page and the sentence after it are written from them (`with_figures`), and a test says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from bench.machine import ROOT
from bench.results import Results, with_table

PAGE = ROOT / "docs" / "how-to" / "scale-out.md"
WEEKS, SLOTS, BLOCK = 247, 50_176, 8
"""Of a member of the reference case; members in a file."""
MEMBERS, CLUSTER, PRICE = 1_000_000, 256, 0.04
"""Of the example: members, cores of the cluster, price of an hour of a core."""
BEGIN, END = "## What a million members take\n", "Handing out and taking back alone"

TEXT = Template("""
A run prints nanoseconds per fighter-week (`ns`) at its end, over all cores together; `make bench` measures it, with
memory, at several sizes. A member of the reference case is $weeks weeks x $fighters fighter slots = $weekly million
fighter-weeks.

    core-hours = members x $weeks x $fighters x ns x cores / 3.6e12        with ns as measured on that many cores
    hours      = core-hours / cores of the cluster
    cost       = core-hours x price of a core-hour
    storage    = members x $disk kB                  (all outputs of $weeks weeks)

Put in your own numbers:

    python -c "members, ns, cores, cluster, price = 1_000_000, $ns, $cores, $cluster, $price
    h = members * $weeks * $slots * ns * cores / 3.6e12
    print(f'{h:.0f} core-hours, {h / cluster:.1f} hours on {cluster} cores, {h * price:.0f} at {price} a core-hour')
    print(f'{members * ${disk}e3 / 1e9:.0f} GB in {members / $block:.0f} files')"

That prints `$said` and `$stored`: at $ns ns
on $cores cores a million members are an affair of hours, and storing and reading them is the larger part of it. For the
same `ns` and cores, 1,000 members take $thousand, 10,000 take $more, 100,000 take $most. Starting and
compiling come on top: about a minute, on all workers at once, less once it is in a cache folder (`FISSURE_CACHE`).

## How far it goes

Blocks come back to one command, which writes them one after the other. A block takes a core about
`$block x $weekly x ns x cores / 1000` seconds, $seconds s at $ns ns on $cores cores, and is $megabytes MB. `W` workers
thus send `$megabytes W / $seconds` MB a second, and the command must write `W / $seconds` files a second, each synced
to disk: a hundred workers are no trouble for any disk.
""")


@dataclass(frozen=True)
class Figures:
    """As measured: nanoseconds a fighter-week over all of so many cores, and kilobytes of files for each member."""

    ns: float
    cores: int
    kilobytes: float

    def core_hours(self, members: int) -> float:
        """Hours of one core."""
        return members * WEEKS * SLOTS * self.ns * self.cores / 3.6e12

    def hours(self, members: int, cores: int) -> float:
        """Hours on so many cores."""
        return self.core_hours(members) / cores

    def gigabytes(self, members: int) -> float:
        """On disk."""
        return members * self.kilobytes / 1e6

    @property
    def block_seconds(self) -> float:
        """Seconds of one core for a block."""
        return BLOCK * WEEKS * SLOTS * self.ns * self.cores / 1e9


def figures(found: Sequence[Results]) -> Figures:
    """Of the first machine on which a full run was measured. Raises `LookupError` where there is none."""
    for results, table in with_table(found, "runs", "runs"):
        if not results.measured["runs"].made.quick:
            ns, kilobytes = (table.column(name)[-1] for name in ("time", "disk"))
            return Figures(float(str(ns)), results.machine.cores, float(str(kilobytes)))
    raise LookupError("no full run was measured: python -m bench runs")


def with_figures(text: str, found: Sequence[Results]) -> str:
    """The page, with what lies between `BEGIN` and `END` written anew; as it is where no run was measured."""
    try:
        own = figures(found)
    except LookupError:
        return text
    before, _, rest = text.partition(BEGIN)
    return before + section(own) + END + rest.partition(END)[2]


def section(own: Figures) -> str:
    """That part of the page."""
    ns, disk = f"{own.ns:.3g}", f"{own.kilobytes:.0f}"
    shown = Figures(float(ns), own.cores, float(disk))  # what a reader who does the sum finds
    said, stored = million(shown)
    return BEGIN + TEXT.substitute(
        ns=ns, disk=disk, cores=own.cores, weeks=WEEKS, slots=f"{SLOTS:_}", cluster=CLUSTER, price=PRICE, said=said,
        stored=stored, thousand=_took(shown.hours(1000, own.cores)), more=_took(shown.hours(10_000, own.cores)),
        most=_took(shown.hours(100_000, own.cores)), seconds=f"{shown.block_seconds:.1f}", block=BLOCK,
        megabytes=f"{BLOCK * shown.kilobytes / 1e3:.1f}", weekly=f"{WEEKS * SLOTS / 1e6:.1f}", fighters=f"{SLOTS:,}",
    )  # fmt: skip


def million(own: Figures) -> tuple[str, str]:
    """The two lines that the example prints."""
    hours = own.core_hours(MEMBERS)
    return (
        f"{hours:.0f} core-hours, {hours / CLUSTER:.1f} hours on {CLUSTER} cores, {hours * PRICE:.0f} at {PRICE} a "
        "core-hour",
        f"{own.gigabytes(MEMBERS):.0f} GB in {MEMBERS // BLOCK} files",
    )


def _took(hours: float) -> str:
    """A time in words."""
    if hours >= 1:
        return f"{hours:.1f} hours"
    return f"{hours * 60:.1f} minutes" if hours < 1 / 6 else f"{hours * 60:.0f} minutes"

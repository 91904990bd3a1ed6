"""How a run is put in words: how it was made, and of what kind its numbers are."""

from dataclasses import dataclass

from fissure.engine.ensemble import Timing
from fissure.present import certainty, formatting
from fissure.present.document import Notice, Span
from fissure.studies import kept_results
from fissure.studies.effective import EffectiveSample, few_histories


@dataclass(frozen=True)
class RunDescription:
    """How a run was made; what is None is not known, or there is nothing to say."""

    members: int
    weeks: int
    seed: int = 1
    until: str | None = None
    """The last day that the posterior has seen anything of; None for draws of the prior."""
    posterior: str | None = None
    """SHA-256 of the posterior that members were drawn from."""
    off: tuple[str, ...] = ()
    """Mechanisms switched off."""
    plugins: tuple[str, ...] = ()
    """Packages that bring mechanisms, with their versions."""
    cautions: tuple[str, ...] = ()
    """What has to be known of mechanisms from other packages, a sentence each."""
    units: int | None = None
    slots: int | None = None
    worth: EffectiveSample | None = None
    """What the members are worth as independent draws."""
    timing: Timing | None = None
    digest: str = ""
    """SHA-256 of the case."""
    model_digest: str = ""
    changed: str | None = None
    """That files of the case are others than when the run was made."""
    command: str | None = None
    """Makes the same numbers again."""
    version: str = ""

    @property
    def kind(self) -> str:
        """What to call the numbers when they are quoted."""
        return "posterior predictions" if self.until else "prior predictions"

    @property
    def few(self) -> str:
        """That there are too few histories for an interval; empty where there are enough."""
        return few_histories(self.members)

    @property
    def rests(self) -> str:
        """What the intervals rest on."""
        return certainty.rests_on(self.worth, self.members) if self.worth else ""

    def how(self, *, timed: bool = True) -> tuple[tuple[str, str], ...]:
        """How it was made, as labels with their values."""
        timing = self.timing if timed else None
        rows = {
            "Version of Fissure": self.version,
            "Simulated histories (members)": f"{self.members:,}",
            "Weeks": f"{self.weeks:,}",
            "Seed": f"{self.seed:,}",
            "Mechanisms switched off": ", ".join(self.off) or "none",
            "Mechanisms from other packages": ", ".join(self.plugins),
            "Kind": self.kind,
            "Digest of the case (SHA-256)": self.digest,
            "The case today": self.changed or "",
            "Digest of the posterior (SHA-256)": self.posterior or "",
            "Time it took": ""
            if timing is None
            else formatting.timing(timing.members, timing.run, timing.compile, timing.ns),
        }
        return tuple((label, value) for label, value in rows.items() if value)


def lead(run: RunDescription, start: str) -> str:
    """How many histories from which day, how they were made, and what their intervals rest on."""
    off = f"switched off: {', '.join(run.off)}" if run.off else "nothing switched off"
    said = (
        f"{run.members:,} simulated {'history' if run.members == 1 else 'histories'} of {run.weeks} "
        f"week{'' if run.weeks == 1 else 's'} from {start}, beside what was published. Seed {run.seed}; {off}; "
        f"{run.kind}."
    )
    return f"{said} {run.rests}".strip()


def notices(run: RunDescription, sign: str = "") -> tuple[Notice, ...]:
    """What must not be overlooked: too few histories, the kind of numbers, mechanisms from elsewhere.

    `sign` marks figures that priors were argued from, where there are any.
    """
    off = ((Span("Switched off in this run:", strong=True), f" {', '.join(run.off)}."),) if run.off else ()
    page = Notice((_kind(run, sign), *off), "What kind of numbers these are", on=frozenset(("page", "json")))
    few = Notice(((Span(run.few, strong=True),),), "Too few histories", "few")
    on = kept_results.uncovered((), run.plugins, run.off)
    said = (
        f"This run has mechanisms that did not come with Fissure: those of {kept_results.named(on)}. Where a section "
        "shows what was made before the run, it says whether that covers them."
    )
    others = (*((said,) if on else ()), *run.cautions)
    return (*([few] if run.few else []), page, *([Notice(others, "Mechanisms from elsewhere")] if others else []))


def _kind(run: RunDescription, sign: str) -> tuple[str | Span, ...]:
    if run.until:
        return (
            Span(f"These are {run.kind}, fitted to what was published up to {run.until}.", strong=True),
            " Each history draws its parameters from the posterior and goes on, from that day, from a simulated past "
            "with the group as it then stood. Up to that day agreement was asked for and is no success; figures of "
            "later days were never looked at, and there agreement is a forecast kept. A hindcast scores such "
            "forecasts; this page shows them.",
        )
    behind = f" and, where a figure is marked {sign}, from that figure itself, which is then no independent check"
    return (
        Span("These are prior predictions. Nothing has been fitted.", strong=True),
        f" Each history draws its parameters from priors. They were argued from general literature"
        f"{behind if sign else ''}. The bands show how far these assumptions alone reach. Where a published figure "
        "lies inside, the assumptions allow it; that is a first check, not a forecast, and no proof of any mechanism.",
    )

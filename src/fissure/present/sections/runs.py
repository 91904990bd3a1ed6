"""Runs: how one was made and of what kind its numbers are, and those that are stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from fissure.engine.ensemble import Timing
from fissure.engine.registry import Stored
from fissure.files import size
from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.studies import kept_results
from fissure.studies.effective import EffectiveSample, few_histories


@dataclass(frozen=True)
class RunDescription:
    """The making of a run; what is None is not known, or there is nothing to say."""

    members: int
    weeks: int
    seed: int = 1
    until: str | None = None
    """The last day that the posterior has seen anything of; None for draws of the prior."""
    posterior: str | None = None
    """SHA-256 of the posterior that members were drawn from."""
    off: tuple[str, ...] = ()
    """Mechanisms switched off."""
    war: str = "recorded"
    """Which war was simulated."""
    plugins: tuple[str, ...] = ()
    """Packages that bring mechanisms, with their versions."""
    cautions: tuple[str, ...] = ()
    """Notes on mechanisms from other packages, a sentence each."""
    units: int | None = None
    slots: int | None = None
    worth: EffectiveSample | None = None
    """The worth of the members as independent draws."""
    timing: Timing | None = None
    digest: str = ""
    """SHA-256 of the case."""
    model_digest: str = ""
    changed: str | None = None
    """A note that files of the case are others than when the run was made."""
    command: str | None = None
    """Makes the same numbers again."""
    version: str = ""

    @property
    def kind(self) -> str:
        """The name of the numbers when they are quoted."""
        return "posterior predictions" if self.until else "prior predictions"

    @property
    def few(self) -> str:
        """A note that there are too few histories for an interval; empty where there are enough."""
        return few_histories(self.members)

    @property
    def rests(self) -> str:
        """The basis of the intervals."""
        return certainty.rests_on(self.worth, self.members) if self.worth else ""

    def how(self, *, timed: bool = True) -> tuple[tuple[str, str], ...]:
        """Facts of how it was made, as labels with their values."""
        timing = self.timing if timed else None
        rows = {
            "Version of Fissure": self.version,
            "Simulated histories (members)": f"{self.members:,}",
            "Weeks": f"{self.weeks:,}",
            "Seed": f"{self.seed:,}",
            "Mechanisms switched off": ", ".join(self.off) or "none",
            "Mechanisms from other packages": ", ".join(self.plugins),
            "War": _WARS[self.war],
            "Kind": self.kind,
            "Digest of the case (SHA-256)": self.digest,
            "The case today": self.changed or "",
            "Digest of the posterior (SHA-256)": self.posterior or "",
            "Time it took": ""
            if timing is None
            else timing_in_words(timing.members, timing.run, timing.compile, timing.ns),
        }
        return tuple((label, value) for label, value in rows.items() if value)


_WARS = {
    "recorded": "recorded: opponents attack as the record of the case says",
    "policy": "policy: opponents decide by a rule when and where they attack",
}


def timing_in_words(members: int, run: float, compiling: float, ns: float) -> str:
    """The time that a run took, in seconds and nanoseconds a fighter-week; `members` are those simulated now."""
    if not members:
        return "read back from an earlier run"
    said = f"{formatting.many(members, 'member')} in {run:,.1f} s after {compiling:,.1f} s of compiling"
    return f"{said}, {ns:.3g} ns per fighter-week" if ns else said


def lead(run: RunDescription, start: str) -> str:
    """The number of histories, from which day, how they were made, and what their intervals rest on."""
    off = f"switched off: {', '.join(run.off)}" if run.off else "nothing switched off"
    weeks = formatting.many(run.weeks, "week")
    war = "" if run.war == "recorded" else "; policy war, in which opponents decide when and where they attack"
    return (
        f"{formatting.many(run.members, 'simulated history')} of {weeks} from {start}, beside what was published. Seed "
        f"{run.seed}; {off}{war}; {run.kind}. {run.rests}"
    ).strip()


def notices(run: RunDescription, sign: str = "") -> tuple[doc.Notice, ...]:
    """Notices that must not be overlooked: too few histories, the kind of numbers, mechanisms from elsewhere.

    `sign` marks figures that priors were argued from, where there are any.
    """
    behind = f" and, where a figure is marked {sign}, from that figure itself, which is then no independent check"
    kind: tuple[str | doc.Span, ...] = (
        doc.strong("These are prior predictions. Nothing has been fitted."),
        " Each history draws its parameters from priors. They were argued from general literature"
        f"{behind if sign else ''}. The bands show how far these assumptions alone reach. Where a published figure "
        "lies inside, the assumptions allow it; that is a first check, not a forecast, and no proof of any mechanism.",
    )
    if run.until:
        kind = (
            doc.strong(f"These are {run.kind}, fitted to what was published up to {run.until}."),
            " Each history draws its parameters from the posterior and goes on, from that day, from a simulated past "
            "with the group as it then stood. Up to that day agreement was asked for and is no success; figures of "
            "later days were never looked at, and there agreement is a forecast kept. A hindcast scores such "
            "forecasts; this page shows them.",
        )
    if run.until and run.war != "recorded":
        kind = (
            doc.strong(f"Parameters are drawn from what was learned up to {run.until}"),
            ", in the war as the record has it.",
        )
    off = ((doc.strong("Switched off in this run:"), f" {', '.join(run.off)}."),) if run.off else ()
    other_war = (
        doc.strong("This is not the war that took place."),
        " In every history opponents decide when and where they attack, from the first day. It could have come so; it "
        "is no forecast, and no account of what came.",
    )
    few = doc.Notice(((doc.strong(run.few),),), "Too few histories", "few")
    on = kept_results.uncovered((), run.plugins, run.off)
    said = (
        f"This run has mechanisms that did not come with Fissure: those of {kept_results.named(on)}. Where a section "
        "shows what was made before the run, it says whether that covers them."
    )
    others = (*((said,) if on else ()), *run.cautions)
    return (
        *([few] if run.few else []),
        doc.Notice(
            (kind, *([] if run.war == "recorded" else [other_war]), *off),
            "What kind of numbers these are",
            on=doc.NOT_IN_TERMINAL,
        ),
        *([doc.Notice(others, "Mechanisms from elsewhere")] if others else []),
    )


TONES: dict[str, doc.Tone] = {"whole": "inside", "unfinished": "near", "being written": "bound-kept"}


def stored_table(found: Sequence[Stored]) -> doc.Table:
    """A row for each of `found`."""
    fields: tuple[doc.Field[Stored], ...] = (
        ("name", lambda one: one.name),
        ("what", lambda one: one.what or "?"),
        (doc.Column("histories", "right"), lambda one: doc.Cell(_histories(one), one.contents.histories)),
        (doc.Column("size", "right"), lambda one: doc.Cell(size(one.contents.bytes), one.contents.bytes)),
        ("state", _state),
        ("last written", lambda one: f"{one.contents.written:%Y-%m-%d %H:%M}"),
        (doc.Column("made with", wrap=True), _made_with),
    )
    return doc.Table.by(found, fields, "Stored runs and studies")


def stored_summary(found: Sequence[Stored]) -> str:
    """The number of runs and studies, and their size."""
    if not found:
        return "Nothing is stored here."
    kinds = [one.state for one in found]
    other = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds) if kind != "whole"]
    many = "run or study" if len(found) == 1 else "runs and studies"
    total = size(sum(one.contents.bytes for one in found))
    return f"{len(found)} {many}, {total}" + (f"; {', '.join(other)}" if other else "") + "."


def stored_facts(one: Stored) -> doc.Facts:
    """All that is known of one run or study."""
    plan = one.plan
    rows: list[tuple[str, doc.Line]] = [
        ("folder", str(one.folder)),
        ("what", one.what or "unknown"),
        ("state", _state(one)),
        ("histories", _histories(one)),
        ("size", size(one.contents.bytes)),
        ("last written", one.contents.written.isoformat(sep=" ", timespec="seconds")),
    ]
    if plan:
        own = one.origin is None or one.origin.packaged
        rows += [
            ("case", f"{plan.get('case')}" + ("" if own or one.origin is None else f", in {one.origin.folder}")),
            ("members drawn from", one.drawn_from),
            ("seed", str(plan.get("seed"))),
            ("weeks", str(plan.get("weeks"))),
            ("size of a member", f"{plan.get('units')} units of {plan.get('slots')} fighter slots"),
            ("switched off", ", ".join(one.switched_off) or "nothing"),
            ("version", f"{plan.get('version')}" + (" (not this one)" if one.other_version else "")),
            ("digest of the model", str(plan.get("model_digest"))),
            ("digest of the case", str(plan.get("case_digest"))),
        ]
    rows += [("mechanisms from", str(package)) for package in plan.get("plugins", ())]
    rows += [("digest of the posterior", str(plan["draws"]))] if plan.get("draws") else []
    rows += [("of it", change) for change in one.changes]
    if one.state in ("being written", "unfinished") and one.writer is not None and one.writer.process is not None:
        rows.append((f"{'written' if one.state == 'being written' else 'was cut short'} by", str(one.writer)))
    rows.append(("command", one.command or "not known"))
    return doc.Facts((*rows, *(("damaged", str(path)) for path in one.damaged)))


def _histories(one: Stored) -> str:
    """The number of histories, and of how many where some are missing."""
    there = one.contents.histories
    short = one.state in ("unfinished", "being written") and one.asked is not None and one.asked > there
    return f"{there:,} of {one.asked:,}" if short else f"{there:,}"


def _state(one: Stored) -> doc.Line:
    """The state, and whether another version made it."""
    other: tuple[doc.Span, ...] = (doc.Span(", other version", tone="near"),) if one.other_version else ()
    return (doc.Span(one.state, tone=TONES.get(one.state, "outside")), *other)


def _made_with(one: Stored) -> str:
    """Case, draws, seed, and what is switched off or changed, in a few words."""
    if not one.plan:
        return ""
    said = [str(one.plan.get("case")), one.drawn_from, f"seed {one.plan.get('seed')}", f"{one.plan.get('weeks')} weeks"]
    said += [f"without {name}" for name in one.switched_off]
    more = len(one.changes)
    said += list(one.changes[:2]) + ([f"and {more - 2} more"] if more > 2 else [])
    return ", ".join([*said, f"version {one.plan.get('version')}"])

"""Effect checks: does each mechanism move what its sources say, the way they say?"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fissure.engine.progress import duration
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import mechanism_classes
from fissure.present import document as doc
from fissure.present.formatting import MECHANISM_GROUPS, signed
from fissure.present.sections import parts
from fissure.studies.effects import Effect, EffectStudy, Verdict, few_of
from fissure.version import __version__

VERDICTS: Mapping[Verdict, tuple[str, doc.Tone]] = {
    "holds": ("✓", "inside"),
    "not shown": ("?", "near"),
    "no effect": ("0", "not-compared"),
    "contrary": ("✗", "outside"),
}
"""The sign of each verdict, and what it is coloured as."""
EMPTIED = "⊣"
QUICK = "A quick look: half the units and few members. Run without --quick for the full check."
ABOUT_THE_MODEL = (
    doc.Span("This checks the model, not the world.", strong=True),
    " The same simulated histories are run with and without a mechanism, or with a driver of it moved, and with "
    "the same luck. A check that holds says that the code moves what the source says it moves, under prior "
    "assumptions. It is no evidence that the source is right.",
)
KEY = (
    "Paired difference: changed run less the same run as it is, member by member; with its 95% interval (Student's "
    "t). ✓ holds: the interval excludes zero on the expected side · ? not shown: it includes zero · "
    f"0 no effect: zero in every member · ✗ contrary · {EMPTIED} nothing is left of it in any member, as it must be: "
    "its size says only how much there was"
)
PICTURES = (
    "Each picture has a scale of its own: the upright line is zero, the bar the 95% interval, the dot its middle; the "
    "side where it is expected is shaded."
)
COLUMNS = (
    doc.Column("Mechanism", on=doc.NOT_ON_PAGE),
    doc.Column("What moves", wrap=True, key="observable", least=20),
    doc.Column("Changed", on=doc.IN_JSON),
    doc.Column("Expected"),
    doc.Column("Paired difference", on=doc.ON_PAGE),
    doc.Column("Mean", "right"),
    doc.Column("95% interval", "right", key="interval"),
    doc.Column("low", on=doc.IN_JSON),
    doc.Column("high", on=doc.IN_JSON),
    doc.Column("In %", "right", key="relative"),
    doc.Column("As expected", "right", on=doc.NOT_IN_TERMINAL, key="share"),
    doc.Column("Members", "right"),
    doc.Column("Time", "right", on=doc.NOT_IN_JSON),
    doc.Column("Verdict"),
)


def document(checked: EffectStudy, title: str, ledger: Ledger, command: str) -> doc.Document:
    """The whole result of `fissure check` on the case called `title`; `command` makes the same numbers again."""
    plan = checked.plan
    facts = {
        "version": __version__,
        "members at most": checked.members,
        "weeks": plan.weeks,
        "seed": plan.seed,
        "units and slots": f"{plan.units} units of {plan.slots} fighter slots",
        "digest of the case": plan.case_digest,
    }
    cited = [claim.id for name in checked.of for claim in ledger.claims_of(name)]
    more = f"{KEY}. {PICTURES} Members are added up to {checked.members} until a check holds."
    return doc.Document(
        subject=title,
        title="effects of mechanisms",
        heading="Does each mechanism do what its sources say?",
        lead=checked.summary,
        notices=(
            doc.Notice((ABOUT_THE_MODEL,), "What kind of numbers these are"),
            *doc.notice(few_of(checked.effects), "few"),
            *([doc.Notice(((doc.Span(QUICK, strong=True),),))] if checked.quick else []),
        ),
        sections=(
            doc.Section(
                "effects",
                "Effects",
                (
                    tally(checked.effects),
                    *by_group(checked.effects, ledger, linked=True),
                    doc.only("terminal", doc.Paragraph(KEY, "soft")),
                    doc.not_in_terminal(doc.Paragraph(more, "small")),
                ),
            ),
            parts.claims_section(cited, ledger),
            parts.made(facts, command),
        ),
        version=__version__,
        key="effects",
    )


def section(
    effects: Sequence[Effect], ledger: Ledger, *, case: str, members: int, stale: bool, caution: str = ""
) -> doc.Section:
    """The section of a run's report on the last full check: of which `case`, with how many members at most.

    `stale` says that the model has changed since, `caution` what the check does not cover of the run.
    """
    titles = {name: kind.title for name, kind in mechanism_classes().items()}
    seen = {effect.mechanism for effect in effects}
    said: doc.Line = (
        "Paired runs with and without a mechanism, or with a driver of it moved, with the same luck, as ",
        doc.Span("fissure check", code=True),
        f" found them with up to {members} members of the case ",
        doc.Span(case, code=True),
        f" before this version was made{', with a model that has changed since' if stale else ''}. They check the "
        "model, not the world: a check that holds says that the code moves what the source says it moves. "
        f"{few_of(effects)} {EMPTIED} marks a check of which nothing is left in any member: it is true by "
        "construction.",
    )
    return doc.Section(
        "effects",
        "Effects",
        (
            doc.Paragraph(said),
            *([doc.Notice((caution,))] if caution else []),
            tally(effects),
            doc.Fold(f"{len(effects)} checks of {len(seen)} mechanisms", tuple(by_group(effects, ledger))),
            *_unchecked({name: title for name, title in titles.items() if name not in seen}),
        ),
        heading="What each mechanism was seen to do",
    )


def _unchecked(titles: Mapping[str, str]) -> list[doc.Block]:
    """Mechanisms that the check did not look at, by name."""
    if not titles:
        return []
    named: list[str | doc.Span] = [doc.Span("not checked", tone="not-compared"), " "]
    for at, (name, title) in enumerate(titles.items()):
        named += [", " if at else "", f"{title} ", doc.Span(name, code=True)]
    command = doc.Span(f"fissure check {' '.join(titles)}", code=True)
    return [doc.Paragraph((*named, ". ", command, " checks what is left."))]


def tally(effects: Sequence[Effect]) -> doc.Tally:
    """The number of effects with each verdict."""
    said = [effect.verdict for effect in effects]
    return doc.Tally(tuple(doc.Count(said.count(verdict), verdict, *look) for verdict, look in VERDICTS.items()))


def by_group(effects: Sequence[Effect], ledger: Ledger, linked: bool = False) -> Iterator[doc.Section]:
    """A table for each group of mechanisms; `linked` where the claims stand on the same page."""
    for group, title in MECHANISM_GROUPS.items():
        own = [effect for effect in effects if effect.group == group]
        if not own:
            continue
        each = {
            name: tuple(_row(one) for one in own if one.mechanism == name)
            for name in dict.fromkeys(e.mechanism for e in own)
        }
        groups = tuple(doc.RowGroup(rows, _mechanism(name, ledger, linked)) for name, rows in each.items())
        grouped = doc.Table(COLUMNS, groups, f"Effects: {title}", "effects")
        yield doc.Section(f"effects-{group}", title, (doc.only("terminal", table(own)), doc.not_in_terminal(grouped)))


def table(effects: Iterable[Effect]) -> doc.Table:
    """A row for each effect."""
    return doc.Table.of(COLUMNS, tuple(map(_row, effects)))


def _mechanism(name: str, ledger: Ledger, linked: bool) -> doc.Line:
    """The heading of a mechanism's effects: its title, and the claims that it answers to."""
    kinds = mechanism_classes()
    cited = (
        doc.Span(c.id, href=f"#{c.id}" if linked else "", to=f"entry:{c.id}", kind="small", tip=c.paraphrase)
        for c in ledger.claims_of(name)
    )
    spaced = (part for one in cited for part in (" ", one))
    return (f"{kinds[name].title if name in kinds else name} ", doc.code(name), *spaced)


def _row(effect: Effect) -> doc.Row:
    sign, tone = VERDICTS[effect.verdict]
    picture = _picture(effect)
    return doc.Row.of(
        (doc.code(effect.mechanism),),
        effect.observable + ("" if effect.kind == "without it" else f" · {effect.kind}"),
        effect.kind,
        "lower" if effect.sign < 0 else "higher",
        doc.Cell("" if picture else "–", picture=picture),
        doc.Cell(signed(effect.difference), effect.difference),
        interval(effect),
        doc.Cell(value=effect.low),
        doc.Cell(value=effect.high),
        doc.Cell(f"{signed(effect.relative)}%" if math.isfinite(effect.relative) else "–", effect.relative),
        doc.Cell(f"{effect.share:.0%}" if math.isfinite(effect.share) else "–", effect.share),
        doc.Cell(str(effect.members), effect.members),
        duration(effect.seconds) if effect.seconds else "kept",
        doc.Cell(f"{sign} {effect.verdict}", tone=tone),
    )


def interval(effect: Effect) -> str:
    """The 95% interval of the paired difference, marked where nothing is left of what is measured."""
    mark = f" {EMPTIED}" if effect.emptied else ""
    return f"{signed(effect.low)} to {signed(effect.high)}{mark}" if math.isfinite(effect.low) else "not known"


def _picture(effect: Effect) -> doc.IntervalPicture | None:
    """The interval on a scale of its own, the expected side shaded; None where there is no interval."""
    low, middle, high = effect.low, effect.difference, effect.high
    reach = max(map(abs, (low, middle, high)))
    if not all(map(math.isfinite, (low, middle, high))) or not reach:
        return None
    tone = VERDICTS[effect.verdict][1]
    return doc.IntervalPicture(low, middle, high, low, high, reach, tone, interval(effect), side=effect.sign)

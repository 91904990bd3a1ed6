"""What-ifs: each question, its answer in words, one table of differences, and the difference week by week."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present.charts import differences as charts
from fissure.present.document import (
    IN_JSON,
    NOT_IN_TERMINAL,
    ON_PAGE,
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Fold,
    Grid,
    IntervalPicture,
    Items,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    Tone,
    not_in_terminal,
    only,
)
from fissure.present.formatting import signed
from fissure.present.sections import parts
from fissure.studies.questions import Study
from fissure.studies.whatif import TINY, Answer, Course, Difference, Verdict, WhatIf
from fissure.version import __version__

LESS = {
    "apart": "it comes apart sooner",
    "collapsed": "fewer have collapsed",
    "replaced": "recruits cease to replace losses sooner",
    "cohesion": "the ranks hold together worse",
    "collapse": "the ground is lost sooner",
    "deserted": "fewer desert",
    "killed": "fewer are killed",
    "fled": "fewer flee",
    "territory": "less ground is held",
    "fighters": "fewer fighters stay",
    "loyal": "fewer wish to stay",
    "income": "less comes in",
    "support": "fewer support it",
    "residents": "fewer live under it",
}
"""What a lower number of each outcome says; what a higher one says stands with the outcome."""
UNREADABLE = f"cannot be read {certainty.AT_END}"


def rests_on(found: WhatIf) -> str:
    """What the intervals rest on."""
    return certainty.rests_on(found.worth, found.members, allowed=True)


def sentences(answer: Answer, study: Study | None = None) -> list[str]:
    """What changed, outcome by outcome, what is not shown, and how it stands to what the theory expects; see `ends`."""
    if answer.changes_nothing:
        return [] if study is None or not study.falsifies else [expected(answer, study)]
    said = [moved(one) for one in answer.differences if one.verdict == "moves" and not one.unreadable]
    for verdict, words in (("not shown", "Not shown, the interval includes zero"), ("no difference", "As it is")):
        left = [one.title for one in answer.differences if one.verdict == verdict and not one.unreadable]
        if left:
            said.append(f"{words}: {'; '.join(left)}.")
    if blind := [one.title for one in answer.differences if one.unreadable]:
        said.append(f"Cannot be read, most histories are at one end of it with and without: {'; '.join(blind)}.")
    return said if study is None or not study.falsifies else [*said, expected(answer, study)]


def ends(answer: Answer) -> list[str]:
    """How many histories are at an end of which outcome; how a mean time is meant."""
    said = [f"{one.title}: {told}" for one in answer.differences for told in certainty.at_ends(one.at_bound, one.unit)]
    times = [one for one in answer.differences if one.unit == "weeks" and one.at_bound.found]
    return [*said, *([certainty.RESTRICTED] if times else [])]


def moved(one: Difference) -> str:
    """A difference whose interval excludes zero, as a sentence."""
    unit = formatting.unit(one.unit)
    by = f" ({abs(one.relative):.0%} of {formatting.number(one.as_it_is)})" if math.isfinite(one.relative) else ""
    return (
        f"{one.title}: {way(one)}, by {formatting.number(abs(one.mean))} {unit}{by}; 90% interval {interval(one)}. "
        f"So in {share(one)} of {one.members} histories; one history may bring {history_interval(one)}."
    )


def expected(answer: Answer, study: Study) -> str:
    """How a falsification study came out: which outcomes stay as the theory expects."""
    said = [f"The theory expects no difference. {study.expect}"]
    for verdict, words in (
        ("as expected", f"As expected, within {TINY:.0%} of what it is"),
        ("against it", f"Against it, by more than {TINY:.0%}"),
        ("open", "Open, too few histories to tell"),
    ):
        own = [one.title for one in answer.differences if one.expected == verdict]
        if own:
            said.append(f"{words}: {'; '.join(own)}.")
    return " ".join(said)


def way(one: Difference) -> str:
    """What the difference says in words."""
    if one.unreadable:
        return UNREADABLE
    if one.verdict != "moves":
        return one.verdict
    return one.more if one.mean > 0 else LESS[one.outcome.partition("@")[0]]


def interval(one: Difference) -> str:
    """The 90% interval of the mean difference."""
    mark = f" {certainty.AT_END}" if one.at_bound.found else ""
    return f"{signed(one.low)} to {signed(one.high)}{mark}"


def history_interval(one: Difference) -> str:
    """What one history may bring."""
    return f"{signed(one.least)} to {signed(one.most)}"


def share(one: Difference) -> str:
    """The share of histories that move the way of the mean."""
    return f"{one.share:.0%}" if math.isfinite(one.share) else "–"


def pairing(found: WhatIf) -> str:
    """What it was worth to run pairs, measured."""
    if not math.isfinite(found.ratio):
        return "Nothing differs, so what pairing was worth cannot be measured."
    return (
        f"Pairing was worth {formatting.number(found.ratio)} times the histories: the variance of an unpaired "
        "difference over that of the paired one, median over scenarios and outcomes."
    )


def changes(study: Study) -> list[str]:
    """The options of a command that asks for what a study changes, as its file has them."""
    since = [f"--from {study.since}"] if study.since else []
    return [*(f"--set {move}" for move in study.moves), *(f"--off {name}" for name in study.off), *since]


EVERY = 26
"""Weeks between the rows of a chart's numbers."""
TONES: Mapping[Verdict, Tone] = {"moves": "bound-kept", "not shown": "near", "no difference": "not-compared"}
KIND = (
    Span("These are differences within a model of a past that has ended.", strong=True),
    " They say what the model's mechanisms imply, under the parameters that its members were drawn with. They are no "
    "forecast, and no advice on what anybody should do; what each leaves out stands beside it.",
)
KEY = (
    "Paired difference: the changed run less the same run as it is, history by history, with the same luck. Interval: "
    "90% of the mean difference (Student's t). One history: 5% to 95% of the histories' own differences. Same way: the "
    f"share of histories whose difference has the sign of the mean. {certainty.KEY}"
)
PICTURES = (
    " Each picture has a scale of its own: the upright line is zero, the dark bar the 90% interval of the mean, the "
    "dot the mean, the pale bar what one history may bring. ",
    Span("Pairing", strong=True),
    ": by how many times more histories two unpaired ensembles would need.",
)
CROSSED = (
    "Mean paired difference with its 90% interval, changed less as it is. In a row all pictures share one scale: the "
    "upright line is zero, the dark bar the interval of the mean, the dot the mean, the pale bar what one history may "
    "bring."
)
WEEKLY = (
    "Changed less as it is, by week: the line is the mean difference, the darker band its 90% interval, the paler band "
    "holds 90% of the histories' own differences, the broken line is zero. Point at a week for its numbers."
)
NOTHING = "Changes nothing: the difference is zero in every history, outcome and week."
COLUMNS = (
    Column("Outcome", wrap=True),
    Column("As it is", "right"),
    Column("Paired difference", on=ON_PAGE),
    Column("Mean (90% interval)", "right", key="mean"),
    *(Column(name, on=IN_JSON) for name in ("low", "high")),
    Column("One history", "right"),
    *(Column(name, on=IN_JSON) for name in ("least", "most")),
    Column("Same way", "right"),
    Column("Pairing", "right", on=NOT_IN_TERMINAL),
    Column("In words", wrap=True, least=16),
)


@dataclass(frozen=True)
class Reply:
    """A question and what is known of its answer; `key` is its anchor, `letter` tells it from others beside it.

    `pairs` is how many histories have been measured so far, none where `answer` is None.
    """

    key: str
    title: str
    answer: Answer | None
    study: Study | None = None
    letter: str = ""
    pairs: int = 0


def document(
    found: WhatIf,
    title: str,
    ledger: Ledger,
    studies: Mapping[str, Study],
    about: Mapping[str, object],
    command: str,
    titles: Mapping[str, str] | None = None,
) -> Document:
    """The whole result of `fissure whatif` on the case called `title`.

    `studies` are the named ones among what was asked, `titles` name answers that are no named study's; `about` says how
    it was made, and `command` makes the same numbers again.
    """
    named = titles or {}
    replies = [
        Reply(
            answer.name,
            studies[answer.name].title if answer.name in studies else named.get(answer.name, "Your own question"),
            answer,
            studies.get(answer.name),
            pairs=found.members,
        )
        for answer in found.answers
    ]
    cited = [name for study in studies.values() for name in study.claims]
    return Document(
        subject=title,
        title="what if",
        heading="What if?",
        lead=f"{found.members} histories, each lived once as it was and once with something changed.",
        notices=(Notice((KIND,), "What kind of numbers these are"), *parts.too_few(found.members)),
        sections=(
            differences(replies, found, (Paragraph(rests_on(found), "small"),)),
            *(_answered(reply, found.start) for reply in replies),
            *([parts.claims_section(cited, ledger)] if cited else []),
            parts.made(about, command),
        ),
        version=__version__,
        key="whatif",
    )


def differences(replies: Sequence[Reply], found: WhatIf | None = None, before: tuple[Block, ...] = ()) -> Section:
    """All differences in one table: an answer after the other; beside each other, on shared scales, with letters.

    `found` says what pairing was worth; `before` comes first.
    """
    blocks: tuple[Block, ...]
    if replies[0].letter:
        blocks = (Paragraph(CROSSED, "small"), _crossed(replies))
    else:
        groups = tuple(RowGroup(tuple(_rows(one.answer)), _heading(one), note=_note(one.answer)) for one in replies)
        table = Table(COLUMNS, groups, "All differences", "effects differences")
        reading = only("terminal", Paragraph(KEY, "small")), not_in_terminal(Paragraph((KEY, *PICTURES), "small"))
        blocks = (*reading, table)
    worth = [Paragraph((Span(pairing(found), strong=True),))] if found else []
    return Section("differences", "All differences", (*before, *blocks, *worth))


def _answered(reply: Reply, start: date) -> Section:
    """One question with its answer."""
    assert reply.answer is not None
    study, answer = reply.study, reply.answer
    changed = Span(answer.scenario.options or "nothing is changed", code=True)
    return Section(
        reply.key,
        reply.title,
        (
            *([Paragraph(study.question, "lead")] if study else []),
            Paragraph((Span("What is changed:", strong=True), " ", changed)),
            *in_words(reply),
            *(reasons(study) if study else ()),
            *([not_in_terminal(weekly([reply], start, f"{reply.key}-"))] if not answer.changes_nothing else []),
        ),
    )


def in_words(reply: Reply) -> tuple[Block, ...]:
    """What an answer says, a sentence for each outcome."""
    if reply.answer is None:
        return ()
    nothing = [Paragraph((Span(NOTHING, strong=True),))] if reply.answer.changes_nothing else []
    said, at_ends = sentences(reply.answer, reply.study), Items.of(ends(reply.answer), "sentences")
    changes: list[Block] = [Items.of(said, "sentences")] if said else []
    if at_ends.items:  # on a page folded, so that the charts are near
        fold = Fold("Histories at an end of an outcome's range", (at_ends,))
        changes += [only("terminal", at_ends), not_in_terminal(fold)]
    return (*nothing, *changes)


def reasons(study: Study) -> tuple[Block, ...]:
    """Why what is changed stands for a study's question, how it could be wrong, and who raised it."""
    raised: list[str | Span] = []
    for name in study.claims:
        raised += [", " if raised else "", Span(name, href=f"#{name}", to=f"entry:{name}")]
    return (
        Paragraph((Span("Why this stands for the question.", strong=True), f" {study.why}")),
        Paragraph((Span("How it could be wrong.", strong=True), f" {study.caution}")),
        Paragraph(("Raised by ", *raised, "."), "small soft"),
    )


def remarks(reply: Reply, found: WhatIf | None) -> tuple[Block, ...]:
    """What stands below a question on the page: what its answer rests on, the answer in words, and its reasons."""
    said, few = in_words(reply), parts.too_few(found.members) if found else ()
    alone = not reply.letter
    return (
        *few,
        *([Paragraph(rests_on(found), "small soft")] if found else []),
        *(said if alone or not said else (Fold("In words", said),)),
        *([Fold("Why this stands for the question, and how it could be wrong", reasons(reply.study))]
          if reply.study else []),
    )  # fmt: skip


def weekly(replies: Sequence[Reply], start: date, prefix: str = "") -> Section:
    """The differences week by week, from `start`: of one question, or of several in the same charts.

    The keys of the charts begin with `prefix`.
    """
    known = [(one, one.answer) for one in replies if one.answer is not None and not one.answer.changes_nothing]
    letters = [one.letter for one in replies if one.letter]
    said = WEEKLY
    if letters:
        pairs = (f"{one.letter} {one.title}{f' ({one.pairs} pairs)' if one.answer else ''}" for one in replies)
        said = (
            "Changed less as it is, by week: lines are mean differences, bands their 90% intervals, the broken "
            f"straight line is zero. {'; '.join(pairs)}. Point at a week for its numbers."
        )
    figures = []
    for at, course in enumerate(known[0][1].courses if known else ()):
        own = [charts.Line(answer.courses[at], *((one.letter, one.title) if letters else ())) for one, answer in known]
        spec = charts.spec(own, start, letters)
        unit, numbers = formatting.unit(course.unit), _numbers(own, start, bool(letters))
        figures.append(
            Figure(f"{prefix}{course.series}", course.title, spec, unit, spec["description"], numbers=numbers)
        )
    blocks = (Paragraph(said, "small"), Grid(tuple(figures), "weekly"))
    return Section(f"{prefix}weekly", "The difference, week by week", blocks, listed=False)


def _numbers(own: Sequence[charts.Line], start: date, several: bool) -> Table:
    """Every half-year and the last week as a table."""
    first = own[0].course
    weeks = len(first.mean)
    titles = ["As it is", "Difference", "90% interval", "One history"]
    if several:
        titles = [f"{one.letter} (90% interval)" for one in own]
    rows = []
    for week in dict.fromkeys([*range(0, weeks - 1, EVERY), weeks - 1]):
        day = Cell(formatting.day(start + timedelta(weeks=week)))
        cells = [Cell(charts.in_words(one.course, week)) for one in own] if several else _week(first, week)
        rows.append(Row((day, *cells)))
    return Table.of(("Week of", *titles), tuple(rows), f"Numbers of {first.title}")


def _week(course: Course, week: int) -> Iterator[Cell]:
    base, mean, low, high, least, most = (
        float(part[week]) for part in (course.as_it_is, course.mean, course.low, course.high, course.least, course.most)
    )
    yield Cell(formatting.number(base), base)
    yield Cell(signed(mean), mean)
    yield Cell(f"{signed(low)} to {signed(high)}")
    yield Cell(f"{signed(least)} to {signed(most)}")


def _heading(reply: Reply) -> tuple[str | Span, ...]:
    options = reply.answer.scenario.options if reply.answer else ""
    return (Span(reply.title, href=f"#{reply.key}"), " ", Span(options or "nothing is changed", code=True))


def _note(answer: Answer | None) -> str:
    return NOTHING if answer and answer.changes_nothing else ""


def _rows(answer: Answer | None) -> Iterator[Row]:
    """A row for each outcome; none where nothing is changed."""
    for one in () if answer is None or answer.changes_nothing else answer.differences:
        picture = _picture(one)
        yield Row(
            (
                Cell(one.title, note=formatting.unit(one.unit)),
                Cell(formatting.number(one.as_it_is), one.as_it_is),
                Cell("" if picture else "–", picture=picture),
                Cell((signed(one.mean), Span(f" ({interval(one)})", soft=True)), one.mean),
                Cell(value=one.low),
                Cell(value=one.high),
                Cell(history_interval(one)),
                Cell(value=one.least),
                Cell(value=one.most),
                Cell(share(one), one.share),
                Cell(f"× {formatting.number(one.ratio)}" if math.isfinite(one.ratio) else "–", one.ratio),
                Cell(way(one), tone=TONES[one.verdict]),
            )
        )


def _crossed(replies: Sequence[Reply]) -> Table:
    """Outcomes by question; the pictures of an outcome share one scale."""
    columns = [Column("Outcome", wrap=True), Column("As it is", "right")]
    columns += [Column(f"{one.letter} {one.title}", key=one.letter) for one in replies]
    first = next((one.answer for one in replies if one.answer), None)
    rows = []
    for at, outcome in enumerate(first.differences if first else ()):
        own = [one.answer.differences[at] if one.answer else None for one in replies]
        reach = max((abs(x) for d in own if d for x in (d.low, d.high, d.least, d.most)), default=0.0)
        base = Cell(formatting.number(outcome.as_it_is), outcome.as_it_is)
        title = Cell(outcome.title, note=formatting.unit(outcome.unit))
        rows.append(Row((title, base, *(_beside(one, reach) for one in own))))
    return Table.of(tuple(columns), tuple(rows), "Differences by question", "effects crossed")


def _beside(one: Difference | None, reach: float) -> Cell:
    if one is None:
        return Cell((Span("not yet", soft=True),))
    said = (
        signed(one.mean),
        Span(f" ({interval(one)})", soft=True),
        " ",
        Span(way(one), tone=TONES[one.verdict]),
    )
    return Cell(said, one.mean, picture=_picture(one, reach))


def _picture(one: Difference, reach: float = 0.0) -> IntervalPicture | None:
    """The interval of the mean over the span of histories; on a scale of its own unless it is told how far to `reach`.

    None where every history has zero.
    """
    ends = one.low, one.mean, one.high, one.least, one.most
    if not any(ends):
        return None
    return IntervalPicture(*ends, reach or max(map(abs, ends)), TONES[one.verdict], interval(one))


def listed(studies: Iterable[Study]) -> Table:
    """The named studies of a case: name, question, what is changed."""
    columns = (Column("Study"), Column("Question", wrap=True), Column("What is changed", wrap=True))
    rows = (
        Row((Cell((Span(one.name, code=True),)), Cell(one.question), Cell("\n".join(changes(one))))) for one in studies
    )
    return Table.of(columns, tuple(rows), "Named studies")

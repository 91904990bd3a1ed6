"""What-ifs: each question, its answer in words, one table of differences, and the difference week by week."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present import document as doc
from fissure.present.charts import differences as charts
from fissure.present.formatting import signed
from fissure.present.sections import parts
from fissure.studies.effective import few_histories
from fissure.studies.questions import Study
from fissure.studies.whatif import TINY, Answer, Difference, Verdict, WhatIf
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
"""The meaning of a lower number of each outcome; what a higher one says stands with the outcome."""
UNREADABLE = f"cannot be read {certainty.AT_END}"


def sentences(answer: Answer, study: Study | None = None) -> list[str]:
    """The changes, outcome by outcome, what is not shown, and how it stands to what the theory expects; see `ends`."""
    said = []
    if not answer.changes_nothing:
        seen = [one for one in answer.differences if not one.unreadable]
        said = [moved(one) for one in seen if one.verdict == "moves"]
        for verdict, words in (("not shown", "Not shown, the interval includes zero"), ("no difference", "As it is")):
            if left := [one.title for one in seen if one.verdict == verdict]:
                said.append(f"{words}: {'; '.join(left)}.")
        if blind := [one.title for one in answer.differences if one.unreadable]:
            said.append(f"Cannot be read, most histories are at one end of it with and without: {'; '.join(blind)}.")
    if study is not None and study.falsifies:
        expected = [f"The theory expects no difference. {study.expect}"]
        for verdict, words in (
            ("as expected", f"As expected, within {TINY:.0%} of what it is"),
            ("against it", f"Against it, by more than {TINY:.0%}"),
            ("open", "Open, too few histories to tell"),
        ):
            if own := [one.title for one in answer.differences if one.expected == verdict]:
                expected.append(f"{words}: {'; '.join(own)}.")
        said.append(" ".join(expected))
    return said


def ends(answer: Answer) -> list[str]:
    """The number of histories at an end of each outcome; the meaning of a mean time."""
    said = [f"{one.title}: {line}" for one in answer.differences for line in certainty.at_ends(one.at_bound, one.unit)]
    times = [one for one in answer.differences if one.unit == "weeks" and one.at_bound.found]
    return [*said, *([certainty.RESTRICTED] if times else [])]


def moved(one: Difference) -> str:
    """A difference whose interval excludes zero, as a sentence."""
    by = f" ({abs(one.relative):.0%} of {formatting.number(one.as_it_is)})" if math.isfinite(one.relative) else ""
    return (
        f"{one.title}: {way(one)}, by {formatting.number(abs(one.mean))} {formatting.unit(one.unit)}{by}; 90% interval "
        f"{interval(one)}. So in {_share(one)} of {one.members} histories; one history may bring {_history(one)}."
    )


def _history(one: Difference) -> str:
    return f"{signed(one.least)} to {signed(one.most)}"


def way(one: Difference) -> str:
    """A difference in words."""
    if one.unreadable:
        return UNREADABLE
    if one.verdict != "moves":
        return one.verdict
    return one.more if one.mean > 0 else LESS[one.outcome.partition("@")[0]]


def interval(one: Difference) -> str:
    """The 90% interval of the mean difference."""
    mark = f" {certainty.AT_END}" if one.at_bound.found else ""
    return f"{signed(one.low)} to {signed(one.high)}{mark}"


def _share(one: Difference) -> str:
    """The share of histories that move the way of the mean."""
    return f"{one.share:.0%}" if math.isfinite(one.share) else "–"


def pairing(found: WhatIf) -> str:
    """The worth of running pairs, measured."""
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
TONES: Mapping[Verdict, doc.Tone] = {"moves": "bound-kept", "not shown": "near", "no difference": "not-compared"}
KIND = (
    doc.Span("These are differences within a model of a past that has ended.", strong=True),
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
    doc.Span("Pairing", strong=True),
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
FIELDS: tuple[doc.Field[Difference], ...] = (
    (doc.Column("Outcome", wrap=True), lambda one: doc.Cell(one.title, note=formatting.unit(one.unit))),
    (doc.Column("As it is", "right"), lambda one: doc.Cell(formatting.number(one.as_it_is), one.as_it_is)),
    (
        doc.Column("Paired difference", on=doc.ON_PAGE),
        lambda one: doc.Cell(picture=_picture(one)) if _picture(one) else "–",
    ),
    (
        doc.Column("Mean (90% interval)", "right", key="mean"),
        lambda one: doc.Cell((signed(one.mean), doc.Span(f" ({interval(one)})", soft=True)), one.mean),
    ),
    (doc.Column("low", on=doc.IN_JSON), lambda one: doc.Cell(value=one.low)),
    (doc.Column("high", on=doc.IN_JSON), lambda one: doc.Cell(value=one.high)),
    (doc.Column("One history", "right"), _history),
    (doc.Column("least", on=doc.IN_JSON), lambda one: doc.Cell(value=one.least)),
    (doc.Column("most", on=doc.IN_JSON), lambda one: doc.Cell(value=one.most)),
    (doc.Column("Same way", "right"), lambda one: doc.Cell(_share(one), one.share)),
    (
        doc.Column("Pairing", "right", on=doc.NOT_IN_TERMINAL),
        lambda one: doc.Cell(f"× {formatting.number(one.ratio)}" if math.isfinite(one.ratio) else "–", one.ratio),
    ),
    (doc.Column("In words", wrap=True, least=16), lambda one: doc.Cell(way(one), tone=TONES[one.verdict])),
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
) -> doc.Document:
    """The whole result of `fissure whatif` on the case called `title`.

    `studies` are the named ones among what was asked, `titles` name answers that are no named study's; `about` says how
    it was made, and `command` makes the same numbers again.
    """
    names = {name: study.title for name, study in studies.items()}
    replies = []
    for answer in found.answers:
        called = names.get(answer.name) or (titles or {}).get(answer.name, "Your own question")
        replies.append(Reply(answer.name, called, answer, studies.get(answer.name), pairs=found.members))
    cited = [name for study in studies.values() for name in study.claims]
    return doc.Document(
        subject=title,
        title="what if",
        heading="What if?",
        lead=f"{found.members} histories, each lived once as it was and once with something changed.",
        notices=(
            doc.Notice((KIND,), "What kind of numbers these are"),
            *doc.notice(few_histories(found.members), "few"),
        ),
        sections=(
            differences(replies, found, doc.small(_rests_on(found))),
            *(_answered(reply, found.start) for reply in replies),
            *([parts.claims_section(cited, ledger)] if cited else []),
            parts.made(about, command),
        ),
        version=__version__,
        key="whatif",
    )


def _rests_on(found: WhatIf) -> str:
    return certainty.rests_on(found.worth, found.members, allowed=True)


def differences(
    replies: Sequence[Reply], found: WhatIf | None = None, before: tuple[doc.Block, ...] = ()
) -> doc.Section:
    """All differences in one table: an answer after the other; beside each other, on shared scales, with letters.

    `found` says what pairing was worth; `before` comes first.
    """
    blocks: tuple[doc.Block, ...]
    if replies[0].letter:
        blocks = (doc.Paragraph(CROSSED, "small"), _crossed(replies))
    else:
        columns, cells = zip(*FIELDS, strict=True)
        groups = []
        for reply in replies:
            answer = reply.answer
            known = () if answer is None or answer.changes_nothing else answer.differences
            rows = tuple(doc.Row.of(*(cell(one) for cell in cells)) for one in known)
            options = (answer.scenario.options if answer else "") or "nothing is changed"
            heading = (doc.Span(reply.title, href=f"#{reply.key}"), " ", doc.code(options))
            groups.append(doc.RowGroup(rows, heading, note=NOTHING if answer and answer.changes_nothing else ""))
        table = doc.Table(columns, tuple(groups), "All differences", "effects differences")
        reading = (
            doc.only("terminal", doc.Paragraph(KEY, "small")),
            doc.not_in_terminal(doc.Paragraph((KEY, *PICTURES), "small")),
        )
        blocks = (*reading, table)
    worth = [doc.Paragraph((doc.strong(pairing(found)),))] if found else []
    return doc.Section("differences", "All differences", (*before, *blocks, *worth))


def _answered(reply: Reply, start: date) -> doc.Section:
    """One question with its answer."""
    assert reply.answer is not None
    study, answer = reply.study, reply.answer
    return doc.Section(
        reply.key,
        reply.title,
        (
            *([doc.Paragraph(study.question, "lead")] if study else []),
            doc.Paragraph(
                (doc.strong("What is changed:"), " ", doc.code(answer.scenario.options or "nothing is changed"))
            ),
            *in_words(reply),
            *(_reasons(study) if study else ()),
            *([doc.not_in_terminal(weekly([reply], start, f"{reply.key}-"))] if not answer.changes_nothing else []),
        ),
    )


def in_words(reply: Reply) -> tuple[doc.Block, ...]:
    """An answer in words, a sentence for each outcome."""
    if reply.answer is None:
        return ()
    nothing = [doc.Paragraph((doc.strong(NOTHING),))] if reply.answer.changes_nothing else []
    said, at_ends = sentences(reply.answer, reply.study), doc.Items.of(ends(reply.answer), "sentences")
    changes: list[doc.Block] = [doc.Items.of(said, "sentences")] if said else []
    if at_ends.items:  # on a page folded, so that the charts are near
        fold = doc.Fold("Histories at an end of an outcome's range", (at_ends,))
        changes += [doc.only("terminal", at_ends), doc.not_in_terminal(fold)]
    return (*nothing, *changes)


def _reasons(study: Study) -> tuple[doc.Block, ...]:
    """Reasons that what is changed stands for a study's question, how it could be wrong, and who raised it."""
    raised = doc.listed(doc.Span(name, href=f"#{name}", to=f"entry:{name}") for name in study.claims)
    return (
        doc.Paragraph((doc.strong("Why this stands for the question."), f" {study.why}")),
        doc.Paragraph((doc.strong("How it could be wrong."), f" {study.caution}")),
        doc.Paragraph(("Raised by ", *raised, "."), "small soft"),
    )


def remarks(reply: Reply, found: WhatIf | None) -> tuple[doc.Block, ...]:
    """Remarks below a question on the page: what its answer rests on, the answer in words, and its reasons."""
    said = in_words(reply)
    why = "Why this stands for the question, and how it could be wrong"
    return (
        *doc.notice(few_histories(found.members) if found else "", "few"),
        *doc.small(_rests_on(found) if found else "", "small soft"),
        *(said if not (reply.letter and said) else (doc.Fold("In words", said),)),
        *([doc.Fold(why, _reasons(reply.study))] if reply.study else []),
    )


def weekly(replies: Sequence[Reply], start: date, prefix: str = "") -> doc.Section:
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
        spec, numbers = charts.spec(own, start, letters), _numbers(own, start, bool(letters))
        unit, key = formatting.unit(course.unit), f"{prefix}{course.series}"
        figures.append(doc.Figure(key, course.title, spec, unit, spec["description"], numbers=numbers))
    blocks = (doc.Paragraph(said, "small"), doc.Grid(tuple(figures), "weekly"))
    return doc.Section(f"{prefix}weekly", "The difference, week by week", blocks, listed=False)


def _numbers(own: Sequence[charts.Line], start: date, several: bool) -> doc.Table:
    """Every half-year and the last week as a table."""
    course = own[0].course
    weeks = len(course.mean)
    shown = dict.fromkeys([*range(0, weeks - 1, EVERY), weeks - 1])
    fields: list[doc.Field[int]] = [("Week of", lambda week: formatting.day(start + timedelta(weeks=week)))]
    if several:
        for one in own:
            fields.append((f"{one.letter} (90% interval)", partial(charts.in_words, one.course)))
    else:
        base, mean = course.as_it_is, course.mean
        fields += [
            ("As it is", lambda week: doc.Cell(formatting.number(float(base[week])), float(base[week]))),
            ("Difference", lambda week: doc.Cell(signed(float(mean[week])), float(mean[week]))),
            ("90% interval", lambda week: f"{signed(float(course.low[week]))} to {signed(float(course.high[week]))}"),
            ("One history", lambda week: f"{signed(float(course.least[week]))} to {signed(float(course.most[week]))}"),
        ]
    return doc.Table.by(shown, fields, f"Numbers of {course.title}")


def _crossed(replies: Sequence[Reply]) -> doc.Table:
    """Outcomes by question; the pictures of an outcome share one scale."""
    columns = [doc.Column("Outcome", wrap=True), doc.Column("As it is", "right")]
    columns += [doc.Column(f"{one.letter} {one.title}", key=one.letter) for one in replies]
    first = next((one.answer for one in replies if one.answer), None)
    rows = []
    for at, outcome in enumerate(first.differences if first else ()):
        own = [one.answer.differences[at] if one.answer else None for one in replies]
        reach = max((abs(x) for d in own if d for x in (d.low, d.high, d.least, d.most)), default=0.0)
        rows.append(doc.Row.of(*(cell(outcome) for _, cell in FIELDS[:2]), *(_beside(one, reach) for one in own)))
    return doc.Table.of(columns, rows, "Differences by question", "effects crossed")


def _beside(one: Difference | None, reach: float) -> doc.Cell:
    if one is None:
        return doc.Cell((doc.Span("not yet", soft=True),))
    verdict = doc.Span(way(one), tone=TONES[one.verdict])
    said = (signed(one.mean), doc.Span(f" ({interval(one)})", soft=True), " ", verdict)
    return doc.Cell(said, one.mean, picture=_picture(one, reach))


def _picture(one: Difference, reach: float = 0.0) -> doc.IntervalPicture | None:
    """The interval of the mean over the span of histories; on a scale of its own unless it is told how far to `reach`.

    None where every history has zero.
    """
    ends = one.low, one.mean, one.high, one.least, one.most
    if not any(ends):
        return None
    return doc.IntervalPicture(*ends, reach or max(map(abs, ends)), TONES[one.verdict], interval(one))


def study_table(studies: Iterable[Study]) -> doc.Table:
    """The named studies of a case: name, question, what is changed."""
    fields: tuple[doc.Field[Study], ...] = (
        ("Study", lambda one: (doc.code(one.name),)),
        (doc.Column("Question", wrap=True), lambda one: one.question),
        (doc.Column("What is changed", wrap=True), lambda one: "\n".join(changes(one))),
    )
    return doc.Table.by(studies, fields, "Named studies")

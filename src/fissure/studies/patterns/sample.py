"""Whether a fit to what was published of the days up to a cut-off could have known a pattern."""

from datetime import date
from typing import Literal

from fissure.evidence.ledger import Ledger
from fissure.studies.patterns.pattern import Part, Pattern

Sample = Literal["fits", "tests"]


def sample(pattern: Pattern, part: Part, ledger: Ledger, until: date) -> Sample:
    """``tests`` (out of sample) if a figure that `part` rests on speaks of a day after `until`, else ``fits``.

    Claims carry no date. All were made by the winter of 2015 to 2016, so a part that rests on claims alone counts
    as in sample: whoever wrote the mechanisms knew it.
    """
    figures = [ledger.observations[name] for name in pattern.source_of(part) if name in ledger.observations]
    return "tests" if any(figure.when > until for figure in figures) else "fits"

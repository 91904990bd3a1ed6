"""Patterns that the record of the case shows, and in what share of the members each comes about.

Pattern-oriented modelling (Grimm and Railsback): many weak patterns at several levels at once, each of which a wrong
model could miss. `PATTERNS` names them, `plausible` says which members count, `met` tests each part and gives a
verdict, `sample` says whether a fit up to some day could have known it. Every criterion was written down from the
words of its sources and the doubt of its figures before any result was looked at.
"""

from fissure.studies.patterns.listed import ORDERINGS, PATTERNS, of_ledger
from fissure.studies.patterns.met import Met, met, wilson
from fissure.studies.patterns.pattern import LEVELS, Answer, Level, Part, Pattern
from fissure.studies.patterns.plausible import Plausible, everyone, plausible
from fissure.studies.patterns.sample import Sample, sample

__all__ = [
    "LEVELS",
    "ORDERINGS",
    "PATTERNS",
    "Answer",
    "Level",
    "Met",
    "Part",
    "Pattern",
    "Plausible",
    "Sample",
    "everyone",
    "met",
    "of_ledger",
    "plausible",
    "sample",
    "wilson",
]

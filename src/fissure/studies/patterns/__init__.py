"""Patterns that the record of a case shows, and in what share of the members each comes about.

Pattern-oriented modelling (Grimm and Railsback): many weak patterns at several levels at once, each of which a wrong
model could miss. A case lists its own (`patterns_of`); `plausible` says which members count, `met` tests each part and
gives a verdict, `sample` says whether a fit up to some day could have known it.
"""

from fissure.studies.patterns.checks import Answer
from fissure.studies.patterns.met import Met, Plausible, everyone, met, plausible, wilson
from fissure.studies.patterns.pattern import LEVELS, Level, Part, Pattern, Sample, patterns_of, sample

__all__ = [
    "LEVELS",
    "Answer",
    "Level",
    "Met",
    "Part",
    "Pattern",
    "Plausible",
    "Sample",
    "everyone",
    "met",
    "patterns_of",
    "plausible",
    "sample",
    "wilson",
]

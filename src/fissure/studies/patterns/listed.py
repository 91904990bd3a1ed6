"""All patterns of the reference case, by letter: first those in time, then those of how much and how often."""

from collections.abc import Iterable

from fissure.evidence.ledger import Ledger
from fissure.studies.patterns.listed_ranks import RANKS
from fissure.studies.patterns.listed_state import STATE
from fissure.studies.patterns.orderings import ORDERINGS
from fissure.studies.patterns.pattern import Pattern

PATTERNS: tuple[Pattern, ...] = (*ORDERINGS, *RANKS, *STATE)


def of_ledger(ledger: Ledger, patterns: Iterable[Pattern] = PATTERNS) -> tuple[Pattern, ...]:
    """Those of `patterns` that `ledger` holds all sources of: they speak of one record and of no other case."""
    return tuple(p for p in patterns if all(i in ledger.claims or i in ledger.observations for i in p.source))

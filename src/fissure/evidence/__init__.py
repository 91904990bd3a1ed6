"""The ledger: what the sources say, what was published, and what rests on it."""

from fissure.evidence.entries import Claim, Mechanism, Observation, Series, Source, Variable
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger, require, unfilled
from fissure.evidence.trace import Subject, Trace, trace

__all__ = [
    "Claim",
    "Ledger",
    "Mechanism",
    "Observation",
    "Series",
    "Source",
    "Subject",
    "Trace",
    "Variable",
    "load_ledger",
    "package_ledger",
    "require",
    "trace",
    "unfilled",
]

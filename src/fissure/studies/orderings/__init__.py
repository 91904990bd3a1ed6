"""Orderings that the record of the case shows, and in what share of the plausible members each comes about.

`ORDERINGS` names them, `plausible` says which members count, `met` tests each part and gives a verdict. Every
criterion was written down from the words of the ordering and the sources before any result was looked at.
"""

from fissure.studies.orderings.listed import ORDERINGS, of_ledger
from fissure.studies.orderings.met import Met, met, wilson
from fissure.studies.orderings.ordering import Answer, Ordering, Part
from fissure.studies.orderings.plausible import Plausible, plausible

__all__ = ["ORDERINGS", "Answer", "Met", "Ordering", "Part", "Plausible", "met", "of_ledger", "plausible", "wilson"]

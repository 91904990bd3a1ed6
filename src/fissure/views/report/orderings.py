"""What the report says of the orderings: plain values for the template, and the charts' specs."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.studies.compare import Compared
from fissure.studies.counterpart import calendar_of
from fissure.studies.orderings import Met, met, of_ledger, plausible
from fissure.views import orderings as words
from fissure.views.charts import orderings as charts

STYLES = {"met": "inside", "mixed": "near", "not met": "outside"}


def section(data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> dict[str, Any] | None:
    """The section of the orderings; None where the ledger holds the sources of none.

    ``specs`` holds the charts by key: ``orderings``, and ``ordering-NAME`` for each part that could be tested.
    """
    listed = of_ledger(ledger)
    if not listed:
        return None
    among = plausible(rows, data.sizes["member"], data["week"].values[0])
    found = met(data, among, listed)
    calendar = calendar_of(data)
    specs = {_key(one): charts.pair(one, calendar) | {"width": "container"} for one in found if one.applicable}
    if specs:
        specs = {"orderings": charts.overview(found) | {"width": "container"}, **specs}
    return {
        "filtered": words.filtered(among),
        "headline": words.headline(found),
        "key": words.KEY,
        "alt": specs["orderings"]["description"] if specs else "",
        "orderings": [
            _ordering(list(group), specs) for _, group in groupby(found, key=lambda one: one.ordering.letter)
        ],
        "specs": specs,
    }


def _ordering(parts: Sequence[Met], specs: Mapping[str, Any]) -> dict[str, Any]:
    ordering = parts[0].ordering
    return {
        "letter": ordering.letter,
        "title": ordering.title,
        "why": ordering.why,
        "beyond": ordering.beyond,
        "source": ordering.source,
        "parts": [
            {
                "name": one.part.name,
                "title": one.part.title,
                "criterion": one.part.criterion,
                "counted": words.counted(one),
                "sign": words.VERDICTS[one.verdict].sign,
                "word": words.VERDICTS[one.verdict].word,
                "style": STYLES.get(one.verdict, "not-compared"),
                "key": _key(one) if one.applicable else "",
                "alt": specs[_key(one)]["description"] if one.applicable else "",
            }
            for one in parts
        ],
    }


def _key(one: Met) -> str:
    return f"ordering-{one.part.name}"

"""What the report of a run says of forecasts from the past: the scores that were kept with the case."""

from typing import Any

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import hindcast as charts
from fissure.present.words import hindcast as words
from fissure.studies.coverage import caution
from fissure.studies.effective import few_histories
from fissure.studies.hindcast import FromDate, Hindcast

CHANCE = "chance-territory"
TITLE = "How probable collapse was: the mapped area stays below a tenth of its highest"


def section(found: Hindcast, case: Case, ledger: Ledger) -> dict[str, Any]:
    """The section: a part for each date, and the chart of the probability of collapse in ``specs``."""
    spec = charts.chances(found, "territory")
    dates = "".join(f" --from {one.date}" for one in found.dates)
    return {
        "dates": [dated(found, one, ledger) for one in found.dates],
        "header": words.HEADER,
        "key": words.KEY,
        "chance": CHANCE,
        "title": TITLE,
        "alt": spec["description"],
        "members": found.members,
        "few": few_histories(found.members),
        "wars": words.wars(found),
        "command": f"fissure hindcast {called(case.folder)}{dates} --members {found.members} --seed {found.seed}",
        "lacks": caution(found.plugins),
        "specs": {CHANCE: spec | {"width": "container"}},
    }


def dated(found: Hindcast, one: FromDate, ledger: Ledger) -> dict[str, Any]:
    """What is said of the forecasts from one date: scores, collapse, what was wrong and what was right."""
    return {
        "key": f"from-{one.date.isoformat()}",
        "day": formatting.day(one.date),
        "headline": words.headline(one),
        "rests": words.rests_on(one, found.members),
        "lines": words.lines(one),
        "collapse": words.collapse(found, one),
        "wrong": words.wrong(one, ledger),
        "right": words.right(one, ledger),
        "wide": words.nothing_said(one, ledger),
    }

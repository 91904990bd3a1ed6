"""What a published figure did to what is believed, as far as what is kept can tell.

Four things can be told: whether the fit saw it; how its publisher's lean moved; whether the fitted members would have
led the publisher to say it, or, of a later day, whether they foresaw it; and which learned parameters go with it.
"""

from collections.abc import Iterable
from typing import Any

from fissure.app.evidence.beside import Beside, OfFigure
from fissure.app.evidence.known import moves_of
from fissure.app.evidence.rows import unit
from fissure.context import Context
from fissure.evidence.entries import Observation
from fissure.present import formatting
from fissure.present.render.html import fragment
from fissure.present.sections.learned import bias_tone, updates_table
from fissure.present.words import calibration as words
from fissure.studies.calibration.checks import Told
from fissure.studies.compare import FORCED
from fissure.studies.hindcast import Hindcast
from fissure.studies.measurement import Datum
from fissure.studies.score import Scored


def taught(one: Observation, at: Context, past: Hindcast | None, found: Beside | None) -> dict[str, Any]:
    """What is shown of it; a part that nothing is kept of is empty."""
    item = at.comparable.get(one.id)
    of_run = None if found is None else found.figures.get(one.id)
    return {
        "said": fit(one, at),
        "lean": None if item is None else _lean(item, at),
        "told": None if item is None or of_run is None else _told(item, of_run, found),
        "forecasts": [] if item is None or past is None else list(_forecasts(item, past)),
        "run": None if of_run is None or found is None else _run(of_run, found),
        "moves": None if of_run is None or found is None else _moves(of_run, at),
    }


def fit(one: Observation, at: Context) -> str:
    """What the fit did with it, in one sentence."""
    variable = at.ledger.variables[one.variable]
    if at.until is None:
        return at.no_posterior
    day = formatting.day(at.until)
    if one.id in at.fitted:
        return (
            f"Used: it is one of the {formatting.figures(len(at.fitted))} of days up to {day} that the model has a "
            "counterpart of, to which the posterior was fitted."
        )
    if one.id in at.comparable:
        return f"Never looked at: it speaks of a day after the cut-off, {day}, so it can only be foreseen or missed."
    if variable.output in FORCED:
        return "Not to be learned from: the case imposes this on the model, so agreement with it only checks the input."
    if variable.output is not None:
        return "Not to be learned from: it speaks of a time that no run holds whole."
    return f"Not to be learned from: the model has no counterpart of it. {variable.reason or ''}".strip()


def _lean(item: Datum, at: Context) -> dict[str, Any] | None:
    if at.posterior is None:
        return None
    shared = [
        other for other in at.comparable.values() if other.bias == item.bias and other.observation.id in at.fitted
    ]
    rows = words.publisher_biases(at.posterior, [item], at.ledger)
    if not rows:
        return None
    one = rows[0]
    return {
        "said": one.said,
        "prior": f"{words.bias(one.prior.middle, one.scale)} ({words.bias_interval(one.prior, one.scale)})",
        "middle": words.bias(one.posterior.middle, one.scale),
        "contraction": words.percent(one.contraction),
        "figures": len(shared),
        "family": one.family,
        "style": bias_tone(one),
        "verdict": one.verdict,
    }


def _told(item: Datum, of_run: OfFigure, found: Beside | None) -> dict[str, Any] | None:
    if of_run.told is None or found is None:
        return None
    low, median, high, below = of_run.told
    told = Told(item.observation.id, item.published, low, median, high, below)
    name = item.observation.unit
    middle, *ends = (words.own_unit(x, item) for x in (median, low, high))
    return {
        "median": f"{words.value(middle, name)}{unit(name)}",
        "interval": words.between(ends[0], ends[1], name),
        "below": words.percent(below),
        "inside": told.inside,
        "verdict": words.inside(item, told),
        "members": found.members,
        "run": found.run,
    }


def _run(of_run: OfFigure, found: Beside) -> dict[str, Any]:
    return {
        "name": found.run,
        "members": found.members,
        "different": found.different,
        "fitted": found.fitted,
        "word": of_run.word,
        "style": of_run.verdict.replace(",", "").replace(" ", "-"),
        "model": of_run.model,
        "reason": of_run.reason,
    }


def _moves(of_run: OfFigure, at: Context) -> dict[str, Any] | None:
    named = [(moves_of(at)[name], words.percent(share)) for name, share in of_run.goes_with if name in moves_of(at)]
    table = updates_table([update for update, _ in named], "Learned parameters that go with it")
    return {"shares": [(one.name, share) for one, share in named], "table": fragment([table])} if named else None


def _forecasts(item: Datum, past: Hindcast) -> Iterable[dict[str, Any]]:
    """What was forecast of it from each date before it, with and without what was learned up to then."""
    for one in past.dates:
        if item.observation.when <= one.date:
            continue
        scored = {
            kind: next((row for row in one.scored.get(kind, ()) if row.observation == item.observation.id), None)
            for kind in ("known", "prior")
        }
        fitted = scored["known"]
        if fitted is None:
            continue
        yield {
            "from": formatting.day(one.date),
            "fitted": _interval(fitted, item),
            "prior": "–" if scored["prior"] is None else _interval(scored["prior"], item),
            "verdict": str(_verdict(fitted)),
            "style": _style(fitted),
        }


def _interval(row: Scored, item: Datum) -> str:
    if row.one_sided:
        return f"{words.percent(row.beyond)} of histories break the bound"
    name = item.observation.unit
    low, median, high = (words.own_unit(x, item) for x in (row.low, row.median, row.high))
    return f"{words.value(median, name)} ({words.between(low, high, name)})"


def _verdict(row: Scored) -> formatting.Words:
    if row.one_sided:
        return formatting.VERDICTS["bound kept" if row.covered else "outside"]
    if not row.covered:
        return formatting.Words(
            "▲" if row.low > row.target else "▼", f"too {'high' if row.low > row.target else 'low'}"
        )
    return formatting.VERDICTS["inside, too wide" if row.too_wide else "inside"]


def _style(row: Scored) -> str:
    if row.one_sided:
        return "bound-kept" if row.covered else "outside"
    return "outside" if not row.covered else "inside-too-wide" if row.too_wide else "inside"

"""A stored run beside the figures: verdicts, posterior predictive checks, and which parameters go with each figure.

It takes seconds to minutes, so it is made once a run, in the background.
"""

from typing import Any

import numpy as np
from pydantic import TypeAdapter
from scipy.stats import false_discovery_control, spearmanr

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.derived import Found, Kind
from fissure.app.desk import Desk
from fissure.context import Context
from fissure.present import formatting
from fissure.present.sections.learned import BIAS
from fissure.present.sections.observation_influence import FigureInRun, RunComparison, updates_of
from fissure.studies.calibration import Posterior
from fissure.studies.calibration.checks import posterior_predictive
from fissure.studies.calibration.problem import LEAST, RATE
from fissure.studies.measurement import Datum, biases, comparable, floored, truths
from fissure.studies.observation_operator import Floats

NAMED = 4
"""Parameters that are named for a figure."""
FEWEST = 20
"""Members with parameters of their own below which nothing is said of what goes with what."""
_JSON = TypeAdapter(RunComparison)
COMPARISONS = Kind("figures", __name__, _JSON.dump_json, _JSON.validate_json)


def comparison(desk: Desk, run: str | None) -> tuple[Found[RunComparison], Stored | None]:
    """The run of that name (the newest where none is named) beside the figures, once it is there.

    A run that is being written is none yet: it has other histories at every look. Raises `FissureError` for a run that
    does not exist.
    """
    stored = desk.newest_run() if run is None else desk.run(run)
    if stored is None or stored.state == "being written":
        return Found(), None
    source = [stored.name, *desk.source_of(stored)]
    return desk.derived.get(COMPARISONS, source, lambda: _made(stored, desk.context)), stored


def _made(stored: Stored, context: Context) -> RunComparison:
    result = api.opened(stored.folder, context)
    data = result.data
    found: dict[str, dict[str, Any]] = {}
    for row in result.compared:
        word = "counted as input" if row.kind == "driver" and not row.compared else str(formatting.verdict(row))
        model = formatting.model(row) if row.compared else ""
        found[row.observation.id] = {"verdict": row.verdict, "word": word, "model": model, "reason": row.reason}
    items = comparable(data, context.comparable.values())
    truth = truths(data, items)
    fitted = context.posterior is not None and stored.plan.get("draws") == context.posterior_digest
    if context.posterior is not None and fitted:
        members = [int(member) for member in data["member"].values]
        own = [k for k, item in enumerate(items) if item.observation.id in context.fitted]
        seen = [items[k] for k in own]
        for name, quantiles in _predicted(context.posterior, int(stored.plan["seed"]), members, seen, truth[:, own]):
            found[name]["predicted"] = quantiles
    names = [name for name in updates_of(context) if name in result.parameters["parameter"].values]
    z = np.asarray(result.parameters.sel(parameter=names).transpose("member", "parameter").values, np.float64)
    # members that took the same draw are no independent witnesses of what goes with what: one of each counts
    different = np.sort(np.unique(z, axis=0, return_index=True)[1]) if names else np.arange(0)
    if len(different) >= FEWEST:
        for name, pairs in goes_with(z[different], floored(truth[different], items), names, items).items():
            found[name]["goes_with"] = pairs
    figures = {name: FigureInRun(**one) for name, one in found.items()}
    return RunComparison(stored.name, int(data.sizes["member"]), len(different), fitted, figures)


def _predicted(
    posterior: Posterior, seed: int, members: list[int], items: list[Datum], truth: Floats
) -> list[tuple[str, tuple[float, float, float, float]]]:
    """What members of a run would have had each figure of the fit be, with the bias terms that were drawn with each."""
    if not items:
        return []
    drawn, learned = posterior.draws[posterior.rows(seed, members)], list(posterior.learned)
    bias = np.column_stack([drawn[:, learned.index(BIAS + name)] for name in biases(items)])
    return [
        (one.observation, (one.low, one.median, one.high, one.below))
        for one in posterior_predictive(truth, items, bias, seed)
    ]


def goes_with(
    z: Floats, truth: Floats, names: list[str], items: list[Datum]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """For each figure the parameters whose rank correlation with it over the members passes for more than chance.

    `z` is (members, parameters), `truth` (members, items). Tested as the screening of a fit tests (`screen`): at its
    false discovery rate over all pairs, and with its least share of the variance.
    """
    moving = [k for k in range(truth.shape[1]) if np.ptp(truth[:, k]) > 0]
    free = [k for k in range(z.shape[1]) if np.ptp(z[:, k]) > 0]
    if len(moving) + len(free) < 3 or not moving or not free:
        return {}
    r, p = spearmanr(np.column_stack([z[:, free], truth[:, moving]]))
    r, p = (np.asarray(both)[: len(free), len(free) :] for both in (r, p))
    passed = false_discovery_control(p.ravel()).reshape(p.shape) <= RATE
    out = {}
    for at, item in enumerate(moving):
        order = [k for k in np.argsort(-np.abs(r[:, at])) if passed[k, at] and r[k, at] ** 2 >= LEAST]
        out[items[item].observation.id] = tuple((names[free[k]], float(r[k, at] ** 2)) for k in order[:NAMED])
    return out

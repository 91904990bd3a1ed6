"""A stored run beside the figures: verdicts, figures told back, and which parameters go with each of them.

It takes seconds to minutes, so it is made once a run, in the background.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control, spearmanr

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.derived import Found, Kind
from fissure.app.desk import Desk
from fissure.app.evidence.known import moves_of
from fissure.context import Context
from fissure.present import formatting
from fissure.studies.calibration import Posterior
from fissure.studies.calibration.checks import told_back
from fissure.studies.calibration.screen import LEAST, RATE
from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum, biases, comparable, floored, truths

NAMED = 4
"""Parameters that are named for a figure."""
FEWEST = 20
"""Members with parameters of their own below which nothing is said of what goes with what."""
BIAS = "bias:"


@dataclass(frozen=True)
class OfFigure:
    """What a run says of one figure.

    `verdict` is a class of `compare.CLASSES`, `word` how it is told, `model` the run's median and interval. `told` is
    what members of the posterior would have led the publisher to say: low, median, high on the figure's scale, and
    the share below what was published; None where the fit did not see it. `goes_with` are learned parameters and the
    share of the variance (by ranks) that each goes with over the members, where chance is ruled out.
    """

    verdict: str
    word: str
    model: str
    reason: str = ""
    told: tuple[float, float, float, float] | None = None
    goes_with: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Beside:
    """All figures of a run.

    `different` of its members have learned parameters of their own (the others share a draw with one of these);
    `fitted` says that they are drawn from the posterior at hand.
    """

    run: str
    members: int
    different: int
    fitted: bool
    figures: Mapping[str, OfFigure]

    @property
    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Class and words, by figure."""
        return {name: (one.verdict, one.word) for name, one in self.figures.items()}


def _bytes_of(found: Beside) -> bytes:
    return json.dumps(asdict(found), allow_nan=False).encode()


def _read(body: bytes) -> Beside:
    told = json.loads(body)
    figures = {
        name: OfFigure(
            one["verdict"], one["word"], one["model"], one["reason"],
            None if one["told"] is None else tuple(one["told"]),
            tuple((str(who), float(share)) for who, share in one["goes_with"]),
        )
        for name, one in told["figures"].items()
    }  # fmt: skip
    return Beside(told["run"], told["members"], told["different"], told["fitted"], figures)


FIGURES = Kind("figures", __name__, _bytes_of, _read)


def beside(desk: Desk, run: str | None) -> tuple[Found[Beside], Stored | None]:
    """The run of that name (the newest where none is named) beside the figures, once it is there.

    A run that is being written is none yet: it has other histories at every look. Raises `FissureError` for a run that
    there is not.
    """
    stored = desk.newest_run() if run is None else desk.run(run)
    if stored is None or stored.state == "being written":
        return Found(), None
    source = [stored.name, *desk.source_of(stored)]
    return desk.derived.get(FIGURES, source, lambda: _made(stored, desk.context)), stored


def _made(stored: Stored, at: Context) -> Beside:
    result = api.opened(stored.folder, at)
    data = result.data
    found: dict[str, dict[str, Any]] = {}
    for row in result.compared:
        word = "counted as input" if row.kind == "driver" and not row.compared else str(formatting.verdict(row))
        model = formatting.model(row) if row.compared else ""
        found[row.observation.id] = {"verdict": row.verdict, "word": word, "model": model, "reason": row.reason}
    items = comparable(data, at.comparable.values())
    truth = truths(data, items)
    fitted = at.posterior is not None and stored.plan.get("draws") == at.posterior_digest
    if at.posterior is not None and fitted:
        members = [int(member) for member in data["member"].values]
        own = [k for k, item in enumerate(items) if item.observation.id in at.fitted]
        for name, told in _told(
            at.posterior, int(stored.plan["seed"]), members, [items[k] for k in own], truth[:, own]
        ):
            found[name]["told"] = told
    names = [name for name in moves_of(at) if name in result.parameters["parameter"].values]
    z = np.asarray(result.parameters.sel(parameter=names).transpose("member", "parameter").values, np.float64)
    # members that took the same draw are no independent witnesses of what goes with what: one of each counts
    different = np.sort(np.unique(z, axis=0, return_index=True)[1]) if names else np.arange(0)
    if len(different) >= FEWEST:
        for name, pairs in goes_with(z[different], floored(truth[different], items), names, items).items():
            found[name]["goes_with"] = pairs
    figures = {name: OfFigure(**one) for name, one in found.items()}
    return Beside(stored.name, int(data.sizes["member"]), len(different), fitted, figures)


def _told(
    posterior: Posterior, seed: int, members: list[int], items: list[Datum], truth: Floats
) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Each figure of the fit told back by the members of a run, with the bias terms that were drawn with each."""
    if not items:
        return []
    drawn, learned = posterior.draws[posterior.rows(seed, members)], list(posterior.learned)
    bias = np.column_stack([drawn[:, learned.index(BIAS + name)] for name in biases(items)])
    return [
        (one.observation, (one.low, one.median, one.high, one.below)) for one in told_back(truth, items, bias, seed)
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

"""A calibration built by hand, of the real case and ledger, with invented numbers: nothing is simulated or trained."""

from datetime import date

import numpy as np

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.studies.calibration.checks import Agreement, PredictiveCheck, Recovery, TargetRecovery
from fissure.studies.calibration.fit import Calibration
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.calibration.problem import ScreenedParameter
from fissure.studies.measurement import biases, data

UNTIL = date(2015, 12, 31)
MADE = {
    "members": 4000,
    "draws": 400,
    "histories": 2000,
    "checked": 300,
    "seed": 7,
    "training": {"depth": 4},
    "fissure": "0.1.0",
}


def posterior_of(case: Case, ledger: Ledger, count: int = 30, seed: int = 3) -> Posterior:
    """The first `count` parameters, each a little narrower than the one before it, and every bias term."""
    names = [one.name for one in parameters_of(case)][:count]
    terms = [f"bias:{name}" for name in biases(data(ledger, case.leanings, until=UNTIL))]
    rng = np.random.default_rng(seed)
    draws = rng.standard_normal((400, count + len(terms)))
    draws = (draws - draws.mean(axis=0)) / draws.std(axis=0)
    draws[:, :count] *= np.linspace(1.0, 0.3, count)
    draws[:, :count] += 1.5 * rng.standard_normal(count)
    draws[:, count:] *= 0.8
    return Posterior(case.name, UNTIL, (*names, *terms), draws, {"model": "ab" * 32, "case": "cd" * 32}, MADE)


def calibration_of(case: Case, ledger: Ledger, failing: int = 5) -> Calibration:
    """One whose every check fails if `failing` is more than a few, and none if it is 0.

    So many targets are not covered, have ranks that are not uniform and differ between the methods; ten times as many
    observations lie far above their predictive intervals.
    """
    items = tuple(data(ledger, case.leanings, until=UNTIL))
    posterior = posterior_of(case, ledger)
    every = [one.name for one in parameters_of(case)]
    ids = [item.observation.id for item in items]
    screened = tuple(
        ScreenedParameter(name, 0.4 if name in posterior.learned else 0.001 + at * 1e-5, ids[at % len(ids)], 0.03,
                 name in posterior.learned)
        for at, name in enumerate(every)
    )  # fmt: skip
    recovery = Recovery(
        300,
        tuple(
            TargetRecovery(name, 0.55 if at < failing else 0.9, 0.3, 0.5, 1e-6 if at < failing else 0.4)
            for at, name in enumerate(posterior.learned)
        ),
    )
    means, spreads = posterior.draws.mean(axis=0), posterior.draws.std(axis=0)
    agreements = tuple(
        Agreement(name, mean, spread, mean + (2.0 if at < 6 * failing else 0.3) * spread, spread)
        for at, (name, mean, spread) in enumerate(zip(posterior.learned, means, spreads, strict=True))
    )
    predictive = tuple(
        PredictiveCheck(item.observation.id, item.published, middle - 0.4, middle, middle + 0.5, 1.0 if out else 0.6)
        for at, item in enumerate(items)
        for out in [at < 10 * failing]
        for middle in [item.published - (0.5 + (at + 1) / 10 if out else 0.1)]
    )
    losses = tuple((60 - 10 * at / (at + 3), 61 - 9 * at / (at + 3)) for at in range(40))
    return Calibration(
        posterior, items, screened, losses, recovery, agreements, predictive, (items[0].observation.id,), 120.0
    )

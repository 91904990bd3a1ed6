"""A problem whose posterior is known with a flow trained on it, a posterior made by hand, and one small real fit."""

import os
from dataclasses import replace

import numpy as np
import pytest
from toy_problems import SEEN, TINY, UNTIL, linear

from fissure.engine.random import prior_normals
from fissure.model.catalogue import parameters_of
from fissure.studies.calibration.fit import calibrate
from fissure.studies.calibration.flow import Training, train
from fissure.studies.calibration.posterior import Posterior, dependencies
from fissure.studies.measurement import data as figures_of

os.environ.setdefault("KERAS_BACKEND", "jax")


@pytest.fixture(scope="session")
def toy():
    return linear()


@pytest.fixture(scope="session")
def flow(toy):
    training = Training(depth=2, width=32, dropout=0.0, batch=64, epochs=30, rate=3e-3)
    return train(replace(toy, z=toy.z[:SEEN], truth=toy.truth[:SEEN]), 1, training)


@pytest.fixture(scope="session")
def known(case, ledger):
    """The figures up to the cut-off."""
    return figures_of(ledger, case.leanings, until=UNTIL)


@pytest.fixture(scope="session")
def posterior(case, known):
    """Twenty draws of two parameters and a bias, by hand."""
    names = [p.name for p in parameters_of(case)][:2]
    draws = np.random.default_rng(3).normal(0.5, 0.4, (20, 3)).round(4)
    made = {"seed": 1, "training": {"rate": 1e-3}, "fissure": "0"}
    return Posterior(case.name, UNTIL, (*names, "bias:press.area"), draws, dependencies(case, known), made)


@pytest.fixture(scope="session")
def normals(case):
    """`normals(seed, members)`: those of the prior, of all parameters, with their names."""
    names = [p.name for p in parameters_of(case)]
    return lambda seed, members: (prior_normals(seed, members, names), names)


@pytest.fixture(scope="session")
def bank(tmp_path_factory):
    """The folder of the simulated prior that all small fits share."""
    return tmp_path_factory.mktemp("fits") / "bank"


@pytest.fixture(scope="session")
def fitted(case, ledger, bank):
    """A fit at tiny scale, and the folder that it lies in."""
    out = bank.parent / "first"
    return calibrate(case, ledger, UNTIL, setting=TINY, bank=bank, out=out), out

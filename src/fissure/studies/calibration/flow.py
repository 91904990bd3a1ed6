"""Neural posterior estimation: a conditional normalizing flow from published figures to parameters.

BayesFlow (Radev et al. 2020; 2023) on its JAX back end. A coupling flow q(theta | x) is trained on pairs of parameters
and simulated reports by maximum likelihood, which makes it the posterior where the pairs come from the prior
(Papamakarios and Murray 2016; Cranmer, Brehmer and Louppe 2020). Each epoch sees every member once, with biases and
errors drawn again; training stops when the validation loss, of members that it never sees, falls no further.

BayesFlow and Keras are loaded the one way in which a fit is the same wherever it is made: on JAX, in 32 bits, uncut.
Which library Keras calculates with, in how many bits, and after how many epochs it stops for a quick try, depends on
environment variables and on ``~/.keras/keras.json``, which people set once for other work. Where Keras is loaded here,
they are left aside; where it was loaded before, what it was loaded with must do.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from fissure.engine.begin import require_own_jax
from fissure.errors import ArgumentError
from fissure.studies.calibration.problem import Problem
from fissure.studies.observation_operator import Floats

MISSING = "calibration needs BayesFlow, which is not installed: pip install 'fissure[calibrate]'"
_OURS = {"KERAS_BACKEND": "jax", "TQDM_DISABLE": "1"}
_NOT_OURS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")


@dataclass(frozen=True)
class Training:
    """Settings of the training; none of these numbers was chosen by what it says of the real figures."""

    depth: int = 4
    width: int = 128
    dropout: float = 0.1
    batch: int = 256
    epochs: int = 150
    rate: float = 1e-3
    decay: float = 1e-4
    patience: int = 20
    held: float = 0.1
    """Part of the members that training never sees."""


@dataclass(frozen=True, eq=False)
class Flow:
    """A trained flow. `mean` and `spread` (items,) standardise reports; `losses` (epochs, 2): training, validation."""

    approximator: Any
    mean: Floats
    spread: Floats
    losses: Floats

    def sample(self, reports: Floats, count: int, seed: int) -> Floats:
        """(sets, count, targets) draws of the posterior given each row of `reports` (sets, items)."""
        x = ((reports - self.mean) / self.spread).astype(np.float32)
        drawn = self.approximator.sample(num_samples=count, conditions={"inference_conditions": x}, seed=seed)
        return np.asarray(drawn["inference_variables"], np.float64)


def train(problem: Problem, seed: int, training: Training) -> Flow:
    """Train the flow on `problem`; the same seed and machine give the same flow.

    Raises `FissureError` where BayesFlow is not installed.
    """
    bayesflow, keras = libraries()
    keras.utils.set_random_seed(seed % 2**32)
    rng = np.random.default_rng([seed, 1])
    members = rng.permutation(len(problem.z))
    held = max(1, round(training.held * len(members)))
    validation, seen = members[:held], members[held:]
    mean, spread = problem.standard(problem.simulate(rng, seen)[1])

    def batch(rng: np.random.Generator, rows: Any) -> dict[str, Any]:
        target, said = problem.simulate(rng, rows)
        conditions = ((said - mean) / spread).astype(np.float32)
        return {"inference_variables": target.astype(np.float32), "inference_conditions": conditions}

    orders = [rng.permutation(seen)]

    def reported(at: int) -> dict[str, Any]:
        return batch(rng, orders[-1][at * training.batch : (at + 1) * training.batch])

    count = max(1, len(seen) // training.batch)
    network = bayesflow.networks.CouplingFlow(
        depth=training.depth,
        subnet_kwargs={"widths": (training.width, training.width), "dropout": training.dropout},
    )
    approximator = bayesflow.approximators.ContinuousApproximator(inference_network=network, standardize=None)
    schedule = keras.optimizers.schedules.CosineDecay(training.rate, training.epochs * count)
    approximator.compile(optimizer=keras.optimizers.AdamW(schedule, weight_decay=training.decay, clipnorm=1.5))
    checks = batch(np.random.default_rng([seed, 2]), np.repeat(validation, 4))
    history = approximator.fit(
        dataset=_batches(keras, count, reported, lambda: orders.append(rng.permutation(seen))),
        epochs=training.epochs,
        validation_data=_batches(keras, 1, lambda _: checks),
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=training.patience, restore_best_weights=True)],
    )
    losses = np.stack([history.history["loss"], history.history["val_loss"]], axis=1)
    return Flow(approximator, mean, spread, losses)


def _batches(
    keras: Any, count: int, batch: Callable[[int], dict[str, Any]], at_end: Callable[[], None] = lambda: None
) -> Any:
    """A data set of `count` batches; `at_end` of each epoch something is done."""

    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return count

        def __getitem__(self, at: int) -> dict[str, Any]:
            return batch(at)

        def on_epoch_end(self) -> None:
            at_end()

    return Batches()


def flow_available() -> None:
    """Raise `FissureError` where BayesFlow cannot be used as it must be, before hours of simulating."""
    libraries()
    require_own_jax()


def libraries() -> tuple[Any, Any]:
    """BayesFlow and Keras. Raises `FissureError` where they are not installed, do not load, or are set otherwise."""
    if find_spec("bayesflow") is None:
        raise ArgumentError(MISSING)
    own = "keras" not in sys.modules
    try:
        with _own_environment():
            import bayesflow
            import keras
    except Exception as error:  # whatever a half-installed library raises
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ArgumentError(
            f"calibration needs BayesFlow, which is installed but does not load ({type(error).__name__}: {why}); "
            "see that its versions fit: pip install --upgrade 'fissure[calibrate]'"
        ) from None
    logging.getLogger("bayesflow").setLevel(logging.WARNING)
    if own:
        keras.config.set_floatx("float32")
        keras.config.set_epsilon(1e-7)
    _require_ours(keras)
    return bayesflow, keras


def _require_ours(keras: Any) -> None:
    """Raise `FissureError` unless Keras is set as a fit needs it."""
    needed = {
        "backend": ("jax", "unset KERAS_BACKEND or set it to jax"),
        "floatx": ("float32", "call keras.config.set_floatx('float32')"),
        "max_epochs": (None, "call keras.config.set_max_epochs(None)"),
        "max_steps_per_epoch": (None, "call keras.config.set_max_steps_per_epoch(None)"),
    }
    for name, (value, cure) in needed.items():
        found = getattr(keras.config, name, lambda value=value: value)()
        if found != value:
            raise ArgumentError(
                f"calibration needs Keras with {name} {value}, but this process has loaded it with {name} {found}: "
                f"{cure}, in a new process where it was loaded for other work"
            )
    policy = keras.config.dtype_policy().name
    if policy != "float32":
        raise ArgumentError(f"calibration needs Keras with the dtype policy float32, but it is set to {policy}")


@contextmanager
def _own_environment() -> Iterator[None]:
    """Environment and log as Keras and BayesFlow are to see them when they load; then they are the user's again."""
    names = (*_OURS, *_NOT_OURS)
    before = {name: os.environ[name] for name in names if name in os.environ}
    log, silent = logging.getLogger(), logging.NullHandler()  # where nobody listens they would make all logs speak

    def to(values: Mapping[str, str]) -> None:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(values)

    log.addHandler(silent)
    to(_OURS)
    try:
        yield
    finally:
        to(before)
        log.removeHandler(silent)

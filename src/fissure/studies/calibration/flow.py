"""Neural posterior estimation: a conditional normalizing flow from published figures to parameters.

BayesFlow (Radev et al. 2020; 2023) on its JAX back end. A coupling flow q(theta | x) is trained on pairs of parameters
and simulated reports by maximum likelihood, which makes it the posterior where the pairs come from the prior
(Papamakarios and Murray 2016; Cranmer, Brehmer and Louppe 2020). Each epoch sees every member once, with biases and
errors drawn anew; training stops when members that it never sees are told no better.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fissure.studies.calibration.libraries import flow_available as flow_available
from fissure.studies.calibration.libraries import libraries as _libraries
from fissure.studies.calibration.problem import Problem
from fissure.studies.counterpart import Floats


@dataclass(frozen=True)
class Training:
    """How the flow is trained; none of these numbers was chosen by what it says of the real figures."""

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
    """A trained flow. `mean` and `spread` (items,) standardise reports; `losses` are (epochs, 2): seen, unseen."""

    approximator: Any
    mean: Floats
    spread: Floats
    losses: Floats

    def sample(self, reports: Floats, count: int, seed: int) -> Floats:
        """(sets, count, targets) draws of the posterior given each row of `reports` (sets, items)."""
        x = self._conditions(reports)
        drawn = self.approximator.sample(num_samples=count, conditions={"inference_conditions": x}, seed=seed)
        return np.asarray(drawn["inference_variables"], np.float64)

    def _conditions(self, reports: Floats) -> Any:
        return ((reports - self.mean) / self.spread).astype(np.float32)


def train(problem: Problem, seed: int, training: Training) -> Flow:
    """Train the flow on `problem`; the same seed and machine give the same flow.

    Raises `FissureError` where BayesFlow is not installed.
    """
    bayesflow, keras = _libraries()
    keras.utils.set_random_seed(seed % 2**32)
    rng = np.random.default_rng([seed, 1])
    members = rng.permutation(len(problem.z))
    held = max(1, round(training.held * len(members)))
    unseen, seen = members[:held], members[held:]
    mean, spread = problem.standard(problem.told(rng, seen)[1])

    def batch(rng: np.random.Generator, rows: Any) -> dict[str, Any]:
        target, said = problem.told(rng, rows)
        conditions = ((said - mean) / spread).astype(np.float32)
        return {"inference_variables": target.astype(np.float32), "inference_conditions": conditions}

    class Told(keras.utils.PyDataset):  # type: ignore[name-defined]
        """Batches of members, each reported on anew; another order every epoch."""

        def __init__(self) -> None:
            super().__init__()
            self.order = rng.permutation(seen)

        def __len__(self) -> int:
            return max(1, len(seen) // training.batch)

        def __getitem__(self, at: int) -> dict[str, Any]:
            return batch(rng, self.order[at * training.batch : (at + 1) * training.batch])

        def on_epoch_end(self) -> None:
            self.order = rng.permutation(seen)

    told = Told()
    network = bayesflow.networks.CouplingFlow(
        depth=training.depth,
        subnet_kwargs={"widths": (training.width, training.width), "dropout": training.dropout},
    )
    approximator = bayesflow.approximators.ContinuousApproximator(inference_network=network, standardize=None)
    steps = training.epochs * len(told)
    schedule = keras.optimizers.schedules.CosineDecay(training.rate, steps)
    approximator.compile(optimizer=keras.optimizers.AdamW(schedule, weight_decay=training.decay, clipnorm=1.5))
    checks = batch(np.random.default_rng([seed, 2]), np.repeat(unseen, 4))
    history = approximator.fit(
        dataset=told,
        epochs=training.epochs,
        validation_data=_Whole(keras, checks),
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=training.patience, restore_best_weights=True)],
    )
    losses = np.stack([history.history["loss"], history.history["val_loss"]], axis=1)
    return Flow(approximator, mean, spread, losses)


def _Whole(keras: Any, arrays: dict[str, Any]) -> Any:
    class Whole(keras.utils.PyDataset):
        """One batch that is all."""

        def __len__(self) -> int:
            return 1

        def __getitem__(self, at: int) -> dict[str, Any]:
            return arrays

    return Whole()

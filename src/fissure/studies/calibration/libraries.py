"""BayesFlow and Keras, loaded the one way in which a fit is the same wherever it is made: on JAX, in 32 bits, uncut.

Which library Keras calculates with, in how many bits, and after how many epochs it stops for a quick try, hangs on
environment variables and on ``~/.keras/keras.json``, which people set once for other work. Where Keras is loaded here,
they are left aside; where it was loaded before, what it was loaded with must do.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from fissure.engine.forks import require_own_jax
from fissure.errors import FissureError

MISSING = "calibration needs BayesFlow, which is not installed: pip install 'fissure[calibrate]'"
_OURS = {"KERAS_BACKEND": "jax", "TQDM_DISABLE": "1"}
_NOT_OURS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")


def flow_available() -> None:
    """Raise `FissureError` where BayesFlow cannot be used as it must be, before hours of simulating."""
    libraries()
    require_own_jax()


def libraries() -> tuple[Any, Any]:
    """BayesFlow and Keras. Raises `FissureError` where they are not installed, do not load, or are set otherwise."""
    if find_spec("bayesflow") is None:
        raise FissureError(MISSING)
    own = "keras" not in sys.modules
    try:
        with _environment(), _silent_log():
            import bayesflow
            import keras
    except Exception as error:  # whatever a half-installed library raises
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise FissureError(
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
            raise FissureError(
                f"calibration needs Keras with {name} {value}, but this process has loaded it with {name} {found}: "
                f"{cure}, in a new process where it was loaded for other work"
            )
    policy = keras.config.dtype_policy().name
    if policy != "float32":
        raise FissureError(f"calibration needs Keras with the dtype policy float32, but it is set to {policy}")


@contextmanager
def _environment() -> Iterator[None]:
    """The environment as Keras is to see it when it loads; afterwards it is the user's again."""
    before = {name: os.environ.get(name) for name in (*_OURS, *_NOT_OURS)}
    os.environ.update(_OURS)
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _silent_log() -> Iterator[None]:
    """Where nobody listens yet BayesFlow would make everybody's log speak."""
    log, silent = logging.getLogger(), logging.NullHandler()
    log.addHandler(silent)
    try:
        yield
    finally:
        log.removeHandler(silent)

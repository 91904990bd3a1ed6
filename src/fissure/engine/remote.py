"""The side of a worker of a cluster: it says what it is, takes something to work on, and makes a part of it.

Nothing is imported that starts JAX before `greet` has said how many threads it may use.
"""

import os
import pickle
import platform
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fissure.engine.plan import Plan

KEPT = 2
"""Things to work on that a worker keeps, compiled programs with them."""

_given: OrderedDict[str, Any] = OrderedDict()


class Unknown(LookupError):
    """The worker has not been given this; it was restarted under the address of another."""


def greet(dask_worker: Any) -> dict[str, str]:
    """Versions and settings of this worker, in words: equal words, equal bytes. Runs on the worker."""
    os.environ.setdefault("NPROC", str(dask_worker.state.nthreads))  # threads of XLA, else one for each core
    from fissure.engine.provenance import made_with, model_digest
    from fissure.model.plugins import made_of
    from fissure.version import __version__

    return _answer(__version__, model_digest(), made_of(), made_with().described())


def asked_by(plan: "Plan") -> dict[str, str]:
    """The answer that a worker must give to `greet` to make members of `plan`."""
    return _answer(plan.version, plan.model_digest, plan.plugins, plan.made_with.described())


def _answer(version: str, digest: str, plugins: tuple[str, ...], made_with: dict[str, str]) -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])  # of another one, functions cannot be read
    model = {"digest of the model": digest[:12], "plug-ins": ", ".join(plugins)}
    return {"Fissure": version, "Python": python, **model, **made_with}


def give(token: str, payload: bytes) -> None:
    """Keep what is pickled in `payload` to work on, by the name `token`. Runs on the worker."""
    _given[token] = pickle.loads(payload)
    while len(_given) > KEPT:
        _given.popitem(last=False)


def make(token: str, call: bytes) -> Any:
    """A function of what was given as `token` and of an item, both pickled in `call`. Runs on the worker."""
    if token not in _given:
        raise Unknown(token)
    function, item = pickle.loads(call)
    return function(_given[token], item)

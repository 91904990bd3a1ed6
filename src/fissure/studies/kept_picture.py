"""The causal picture of the model as its code is now, kept in the user's cache: to trace mechanisms takes a while."""

import hashlib
from functools import lru_cache

import jax

from fissure.engine.provenance import MODEL, code_digest, digest_with
from fissure.files import kept
from fissure.model.plugins import made_of
from fissure.studies import causal
from fissure.studies.causal import Atlas, Picture


def atlas() -> Atlas:
    """As `causal.atlas`, traced only once for each version of the code, of packages with mechanisms, signs and JAX."""
    code = (digest_with(made_of()), code_digest(causal.__name__, boundary=MODEL))
    return _atlas(hashlib.sha256(repr((code, jax.__version__)).encode() + causal.SIGNS.read_bytes()).hexdigest())


@lru_cache(maxsize=1)
def _atlas(key: str) -> Atlas:
    from pydantic import TypeAdapter

    adapter = TypeAdapter(Picture)
    seen = adapter.validate_json(kept(f"causal/{key[:24]}.json", lambda: adapter.dump_json(causal.picture())))
    return Atlas(seen, tuple(causal.loops(seen)))

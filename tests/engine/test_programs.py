"""Compiled programs that a later process finds: nothing traced, the same bytes, what is damaged made again."""

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine import programs
from fissure.errors import FissureError
from fissure.files import is_whole, sealed

MEMBER = """
import hashlib, json
from fissure.cases.loader import load_case
from fissure.engine import programs
from fissure.engine.parameter_source import Prior
from fissure.engine.plan import plan_of
from fissure.engine.ensemble import EnsembleTask
from fissure.model.catalogue import parameters_of

traced, real = [], programs.simulate_block
class Traced:
    def lower(self, *given, **sizes):
        traced.append(sizes)
        return real.lower(*given, **sizes)
programs.simulate_block = Traced()
case = load_case("islamic_state")
parameters = parameters_of(case)
plan = plan_of(case, parameters, seed=3, weeks=6, units=12, slots=10, width=2)
part = EnsembleTask(case, plan, Prior()).part
records = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in part([0, 5]).items()}
print(json.dumps([len(traced), records]))
"""
TOY = """
import json, sys
import jax, jax.numpy as jnp, numpy as np
from fissure.engine.programs import enable_compile_cache
from fissure.engine.programs import program_of

made, x = [], jnp.arange(6.0)

@jax.jit
def toy(x):
    return {"much": jax.lax.map(lambda y: jnp.sin(y) * 2 + y ** 2, x), "one": jnp.tanh(x[0] + 1)}

if sys.argv[1] == "before":  # let JAX keep it in its own cache
    enable_compile_cache()
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    toy.lower(x).compile()
else:
    lower = lambda: made.append(1) or toy.lower(x)
    program = program_of((), (x,), lower=lower, check=lambda program: program.memory_analysis())
    found = program(x)
    print(json.dumps([len(made), {name: np.asarray(found[name]).tobytes().hex() for name in found}]))
"""


def asked(base, code=TOY, given="toy", **env):
    """What a process says that asks for a program: how often it made one, and what came out."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, given],
        env={**os.environ, "FISSURE_CACHE": str(base), "FISSURE_COMPILED": "", **env},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout or "null")


def kept(base):
    return sorted(base.glob("compiled/jax-*/program-*"))


@pytest.mark.thorough
def test_a_second_process_traces_nothing_and_makes_the_same_bytes(tmp_path):
    traced, cold = asked(tmp_path, MEMBER)
    assert traced == 1 and len(cold) > 20
    assert asked(tmp_path, MEMBER) == [0, cold]
    assert len(kept(tmp_path)) == 1


@pytest.mark.slow
def test_what_jax_had_in_its_own_cache_is_kept_so_that_it_can_be_used(tmp_path):
    asked(tmp_path, given="before")
    assert not kept(tmp_path) and list(tmp_path.glob("compiled/jax-*/jit_toy*"))
    first = asked(tmp_path)
    assert first[0] == 1 and asked(tmp_path) == [0, first[1]]


@pytest.mark.slow
def test_several_processes_at_once(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: asked(tmp_path), range(3)))
    assert len({json.dumps(results) for _, results in found}) == 1
    (path,) = kept(tmp_path)
    assert is_whole(path) and asked(tmp_path) == [0, found[0][1]]
    assert not list(path.parent.glob(".unfinished*"))


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A cache of our own in this process, and no programs yet."""
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path))
    monkeypatch.delenv("FISSURE_COMPILED", raising=False)
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    before = {name: jax.config.values[name] for name in ("jax_compilation_cache_dir", "jax_enable_compilation_cache")}
    yield tmp_path
    for name, value in before.items():
        jax.config.update(name, value)
    programs.compilation_cache.reset_cache()


def got(function, *given, made_of=(), check=lambda program: None):
    return programs.program_of(made_of, given, lower=lambda: jax.jit(function).lower(*given), check=check)


def test_another_program_or_setting_is_another_file(fresh):
    def ask(*key):
        programs._programs.clear()
        got(lambda x: {"x": x + 1}, jnp.float32(1), made_of=key)
        return len(kept(fresh))

    assert [ask("one"), ask("one"), ask("two"), ask("one", 2), ask("two")] == [1, 1, 2, 3, 3]
    with jax.numpy_rank_promotion("raise"):
        assert ask("one") == 4


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
        lambda data: b"",
        lambda data: sealed(b"no pickle"),
        lambda data: sealed(pickle.dumps(("no program", ["one"]))),
        lambda data: sealed(pickle.dumps((b"no program", ["one"]))),
    ],
    ids=["cut", "flipped", "empty", "no pickle", "a text", "no program"],
)
def test_what_is_damaged_is_made_again(fresh, broken):
    x, made = jnp.arange(3.0), []

    def ask():
        programs._programs.clear()
        lower = jax.jit(lambda x: {"one": jnp.sin(x) * 2}).lower
        program = programs.program_of((), (x,), lower=lambda: made.append(1) or lower(x), check=lambda program: None)
        return np.asarray(program(x)["one"]).tobytes()

    first = ask()
    (path,) = kept(fresh)
    assert ask() == first and len(made) == 1
    path.write_bytes(broken(path.read_bytes()))
    assert ask() == first and len(made) == 2
    assert is_whole(path) and ask() == first and len(made) == 2


def test_what_gives_no_dictionary_is_only_compiled(fresh):
    assert float(got(lambda x: (x + 1, x), jnp.float32(1))(jnp.float32(1))[0]) == 2
    assert not kept(fresh) and jax.config.values["jax_enable_compilation_cache"]


def test_a_full_disk_is_no_trouble(fresh, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(programs, "write_whole", full)
    assert np.asarray(got(lambda x: {"x": x + 1}, jnp.float32(1))(jnp.float32(1))["x"]) == 2
    assert not kept(fresh)


def test_few_stay_in_the_process(fresh):
    x = [jnp.zeros(n) for n in range(1, programs.KEPT + 3)]
    first = got(lambda x: {"x": x + 1}, x[0])
    assert got(lambda x: {"x": x + 1}, x[0]) is first
    for other in x[1:]:
        got(lambda x: {"x": x + 1}, other)
    assert len(programs._programs) == programs.KEPT
    assert got(lambda x: {"x": x + 1}, x[0]) is not first and len(kept(fresh)) == len(x)


def test_what_does_not_fit_is_refused_each_time(fresh):
    def refuse(program):
        raise FissureError("too large")

    for _ in range(2):
        with pytest.raises(FissureError, match="too large"):
            got(lambda x: {"x": x + 1}, jnp.float32(1), check=refuse)
    assert not programs._programs

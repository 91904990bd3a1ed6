"""How JAX is set by others, and forked processes: one sentence before any work, or the same bytes."""

import multiprocessing
import os
import subprocess
import sys
import warnings

import jax
import pytest

from fissure.engine import begin
from fissure.errors import FissureError
from fissure.files import held, is_held


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jax_disable_jit", True),
        ("jax_debug_nans", True),
        ("jax_debug_infs", True),
        ("jax_check_tracer_leaks", True),
        ("jax_numpy_dtype_promotion", "strict"),
        ("jax_transfer_guard", "disallow"),
    ],
)
def test_settings_under_which_the_model_cannot_run_are_named(name, value):
    before = begin.setting(name)
    jax.config.update(name, value)
    try:
        with pytest.raises(FissureError, match=rf"{name} = .*unset {name.upper()}"):
            begin.require_usable()
    finally:
        jax.config.update(name, before)
    begin.require_usable()


def typed(tmp_path, *words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "fissure", *words],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "FISSURE_CACHE": str(tmp_path), **environment},
    )  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"JAX_PLATFORMS": "nonsense"}, "JAX_PLATFORMS=nonsense"),
        ({"JAX_PLATFORMS": "cuda"}, "JAX_PLATFORMS=cuda"),
        ({"JAX_ENABLE_X64": "maybe"}, "JAX_ENABLE_X64"),
        ({"JAX_ENABLE_X64": "1"}, "unset JAX_ENABLE_X64"),
        ({"XLA_FLAGS": "--xla_nonsense=1"}, "XLA_FLAGS=--xla_nonsense=1"),
        ({"PYTHONOPTIMIZE": "2"}, "PYTHONOPTIMIZE=2"),
    ],
)
def test_an_environment_set_for_other_work_is_told_before_any_work(tmp_path, small, environment, words):
    done = typed(tmp_path, "run", str(small), "--members", "1", "--weeks", "2", "--out", "out", **environment)
    assert done.returncode == 2, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1 and words in said[0] and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() and "compiling" not in done.stderr


FORK = """
import multiprocessing, sys, warnings
import fissure
warnings.simplefilter("ignore")
case, out, first = sys.argv[1:]

def simulate(seed):
    try:
        return int(fissure.run(case, members=1, weeks=2, seed=seed, out=f"{out}/{seed}").data["fighters"].sum()) >= 0
    except fissure.FissureError as error:
        return str(error)

def read(seed):
    data = fissure.run(case, members=1, weeks=2, seed=seed, out=f"{out}/{seed}").data
    return int(data["fighters"].sum()) >= 0 and bool(fissure.trace("pay-gap", case).claims)

if __name__ == "__main__":
    begun = simulate(1) if first == "begun" else None
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(begun, pool.apply(simulate, (2,)), pool.apply(read, (1,)) if begun else "", sep="|")
"""


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("first", ["begun", "not yet"])
def test_a_forked_process_simulates_only_where_jax_had_not_begun(tmp_path, small, first):
    """After a run in the parent JAX would wait for ever there; what is stored is read all the same."""
    done = subprocess.run(
        [sys.executable, "-c", FORK, str(small), str(tmp_path), first], capture_output=True, text=True, check=True
    )
    begun, child, read = done.stdout.strip().split("|")
    if first == "begun":
        assert begun == read == "True" and "spawn or forkserver" in child and "cluster='local:N'" in child
    else:
        assert (begun, child, read) == ("None", "True", "")


def test_this_process_may_simulate():
    begin.require_own_jax()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_lock_ends_with_its_holder_though_a_forked_process_lives_on(tmp_path):
    context = multiprocessing.get_context("fork")
    go_on = context.Event()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of JAX and of Python, about forking
        with held(tmp_path):
            child = context.Process(target=go_on.wait)
            child.start()
        try:
            assert not is_held(tmp_path)
            with held(tmp_path):
                assert is_held(tmp_path)
        finally:
            go_on.set()
            child.join()

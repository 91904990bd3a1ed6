"""The program as it is handed to the compiler for a GPU holds nothing that is known to be slow there.

JAX lowers for CUDA without a GPU: what is read here is what XLA would compile. What it makes of it is not tested.
"""

import math
from collections import Counter

import jax
import jax.numpy as jnp
import pytest

from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import Later, Past, simulate_block
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.world import world_of

WIDTH, UNITS, SLOTS, WEEKS = 3, 37, 23, 11  # sizes that nothing else has

ELEMENTWISE = {
    "abs", "add", "and", "bitcast_convert", "ceil", "clamp", "compare", "convert", "divide", "exponential",
    "exponential_minus_one", "floor", "log", "log_plus_one", "maximum", "minimum", "multiply", "negate", "not",
    "or", "power", "round_nearest_even", "select", "shift_left", "shift_right_arithmetic", "shift_right_logical",
    "sqrt", "subtract", "xor",
}  # fmt: skip
SHAPES = {"broadcast_in_dim", "concatenate", "constant", "iota", "reshape", "slice", "transpose"}
WHOLE_ARRAYS = {"dot_general", "reduce"}
BY_WEEK = {"dynamic_slice", "dynamic_update_slice"}
EXCEPTIONS = {
    "gather": 4,  # doctrine and its spread by bloc, leaving and town share by district: one number a unit, from tables
    "case": 3,  # `materialise`: a barrier on a CPU; on a GPU the host is asked thrice a week which branch to take
    "reduce_window": 1,  # the running sum over districts by which units are posted
}
"""What a week holds beside work on whole arrays, how often, and why it may."""

SLOW = (
    "scatter", "select_and_scatter", "sort", "custom_call", "rng", "infeed", "outfeed", "send", "recv", "all_",
    "collective", "fft", "cholesky", "triangular_solve", "convolution",
)  # fmt: skip


class Op:
    """An operation: its name, what it reads and what it makes, as (shape, type) pairs."""

    def __init__(self, op):
        self.op, self.name = op, op.operation.name.removeprefix("stablehlo.").removeprefix("chlo.")
        self.reads = [self._shaped(x.type) for x in op.operands]
        self.makes = [self._shaped(x.type) for x in op.results]

    @staticmethod
    def _shaped(kind):
        return (tuple(kind.shape), str(kind.element_type)) if hasattr(kind, "shape") else ((), str(kind))

    @property
    def of_fighters(self):
        return any(shape[-2:] == (UNITS, SLOTS) for shape, _ in self.reads + self.makes)


def walk(op, functions, path=()):
    """Every operation below `op` with the names of those that it lies in, calls followed."""
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                name = inner.operation.name
                if name == "func.call":
                    yield from walk(functions[inner.attributes["callee"].value], functions, path)
                else:
                    yield path, Op(inner)
                    yield from walk(inner, functions, (*path, name.removeprefix("stablehlo.")))


def operations(lowered):
    """Every operation of a lowered program, with where it lies."""
    module = lowered.compiler_ir("stablehlo")
    functions = {op.attributes["sym_name"].value: op for op in module.body.operations}
    return list(walk(functions["main"], functions))


def inputs(case, kind):
    """Arguments of the program as a run has them, or as a study that branches from a history and changes later."""
    parameters = parameters_of(case)
    own = list(range(2 * WIDTH))
    models = build(parameters, prior_values(parameters, prior_normals(1, own, [p.name for p in parameters])))
    members, world, seed = jnp.asarray(own, jnp.int32), world_of(case, UNITS, SLOTS), seed_words(1)
    if kind == "run":
        return models, members, world, seed
    return models, members, world, seed, Past(members, seed, jnp.int32(3)), Later(models, world, jnp.int32(5))


@pytest.fixture(scope="module", params=["run", pytest.param("study", marks=pytest.mark.thorough)])
def program(request, case):
    """Every operation of the full program as lowered for CUDA, with where it lies."""
    traced = simulate_block.trace(*inputs(case, request.param), weeks=WEEKS, width=WIDTH)
    return operations(traced.lower(lowering_platforms=("cuda",)))


@pytest.fixture(scope="module")
def week(program):
    """The operations of a week; those inside of a reduction say only what it adds."""
    inside = {"reduce", "reduce_window"}
    return [op for path, op in program if path.count("while") == 2 and not inside & set(path) and op.name != "return"]


def test_what_is_slow_would_be_found():
    @jax.jit
    def inner(x, at):
        return jnp.sort(x).at[at].add(1.0)

    traced = jax.jit(lambda x, at: jax.lax.scan(lambda c, _: (inner(c, at), None), x, length=3)).trace(
        jnp.zeros(4), jnp.zeros(2, jnp.int32)
    )
    found = {(path, op.name) for path, op in operations(traced.lower(lowering_platforms=("cuda",)))}
    assert {(("while",), name) for name in ("sort", "scatter")} <= found


def test_the_only_loops_are_over_batches_and_weeks(program):
    loops = [path for path, op in program if op.name == "while"]
    assert loops == [(), ("while",)]


def test_the_whole_week_is_one_program_of_all_members(week):
    assert len(week) > 5_000
    shapes = {shape for op in week if op.of_fighters for shape, _ in op.makes if shape[-2:] == (UNITS, SLOTS)}
    assert (WIDTH, UNITS, SLOTS) in shapes


def test_a_week_is_work_on_whole_arrays(week):
    found = Counter(op.name for op in week if op.name != "func.return")
    known = ELEMENTWISE | SHAPES | WHOLE_ARRAYS | BY_WEEK | {"square"}
    assert {name: n for name, n in found.items() if name not in known} == EXCEPTIONS


def test_nothing_scatters_sorts_or_calls_the_host(program):
    names = {op.name for _, op in program}
    assert not {name for name in names if name.startswith(SLOW)}


def test_all_shapes_are_known(program):
    named = {"dynamic_slice", "dynamic_update_slice"}  # of fixed sizes, at a place known by the week
    assert not {op.name for _, op in program if op.name.startswith(("dynamic_", "real_dynamic"))} - named
    assert all(n >= 0 for _, op in program for shape, _ in op.makes for n in shape)


def test_all_numbers_have_32_bits_or_fewer(program):
    assert {kind for _, op in program for _, kind in op.makes} <= {"f32", "i32", "ui32", "i8", "i1"}


def test_no_gather_of_fighters_and_none_from_a_large_table(week):
    for op in week:
        if op.name == "gather":
            assert math.prod(op.makes[0][0]) <= WIDTH * UNITS and math.prod(op.reads[0][0]) <= WIDTH * 62


def test_places_that_move_are_those_of_the_week(week):
    for op in week:
        if op.name in BY_WEEK:
            along = op.reads[0][0][0]
            assert along in (WEEKS, 247), op.reads  # records of the run, forcing of the case
            assert not op.of_fighters


def test_sums_over_fighters_run_along_slots_that_lie_side_by_side(week):
    sums = [op for op in week if op.name == "reduce" and op.reads[0][0][-2:] == (UNITS, SLOTS)]
    assert sum(len(op.makes) for op in sums) > 20  # several in one pass
    for op in sums:
        along = [int(d) for d in op.op.attributes["dimensions"]]
        assert along in ([2], [1, 2]) and all(shape[0] == WIDTH for shape, _ in op.makes)
    assert not [op for op in week if op.name == "transpose" and op.of_fighters]


def test_products_are_of_single_precision(week):
    """Not rounded to the ten bits of a GPU's tensor cores: they hold whole numbers that must stay exact."""
    products = [op for op in week if op.name == "dot_general"]
    assert len(products) > 30
    assert {str(x) for op in products for x in op.op.attributes["precision_config"]} == {
        "#stablehlo<precision HIGHEST>"
    }


def test_the_host_chooses_thrice_a_week_and_by_one_number_for_all_members(week):
    choices = [op for op in week if op.name == "case"]
    assert [op.reads for op in choices] == [[((), "i32")]] * EXCEPTIONS["case"]
    assert all(len(op.op.regions) == 2 for op in choices)

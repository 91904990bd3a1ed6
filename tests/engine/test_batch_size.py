"""Members side by side on a GPU: the same width for each device of a kind, never more than its memory holds."""

from types import SimpleNamespace

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fissure.engine import plan
from fissure.engine.plan import STATE_COPIES, UNKNOWN_WIDTH, WIDEST, check_fits, member_bytes, width_for, width_on
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import simulate
from fissure.errors import FissureError
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.world import world_of

GB = 10**9


class Fake:
    """A GPU that has `limit` bytes of memory, `used` of them in use."""

    def __init__(self, limit, used=0):
        self.limit, self.used = limit, used

    def memory_stats(self):
        return None if self.limit is None else {"bytes_limit": self.limit, "bytes_in_use": self.used}


def program(argument, output, temp, alias=0):
    sizes = SimpleNamespace(
        argument_size_in_bytes=argument, output_size_in_bytes=output, temp_size_in_bytes=temp, alias_size_in_bytes=alias
    )
    return SimpleNamespace(memory_analysis=lambda: sizes)


@given(limit=st.integers(1, 10**13), member=st.integers(1, 10**12))
def test_width_is_a_power_of_two_within_memory(limit, member):
    width = width_on(Fake(limit), member)
    assert width & (width - 1) == 0 and 1 <= width <= WIDEST
    assert width * member <= plan.MEMORY_SHARE * limit or width == 1
    assert 2 * width > WIDEST or 2 * width * member > plan.MEMORY_SHARE * limit / 2  # and not smaller than it need be


@given(limit=st.integers(1, 10**12), member=st.integers(1, 10**9), used=st.integers(0, 10**12))
def test_what_is_in_use_changes_no_width(limit, member, used):
    assert width_on(Fake(limit, used), member) == width_on(Fake(limit), member)


def test_more_memory_never_means_fewer_members():
    widths = [width_on(Fake(gb * GB), 20_000_000) for gb in range(1, 200)]
    assert widths == sorted(widths) and widths[0] < WIDEST == widths[-1]


def test_a_little_memory_more_or_less_changes_nothing():
    assert len({width_on(Fake(24 * GB + mb * 10**6), 200_000_000) for mb in range(-500, 500, 50)}) == 1


@pytest.mark.parametrize("device", [Fake(None), Fake(0)])
def test_a_device_that_tells_nothing_gets_the_usual_width(device):
    assert width_on(device, 10**7) == UNKNOWN_WIDTH


def test_bytes_of_a_member_are_those_of_its_state_and_record(case):
    parameters = parameters_of(case)
    model = build(parameters, prior_values(parameters, prior_normals(1, [0], [p.name for p in parameters]))[0])
    world = world_of(case, 16, 8)
    record, state = jax.eval_shape(lambda own: simulate(own, jax.numpy.int32(0), world, seed_words(1), 5), model)
    size = {x: sum(int(np.prod(a.shape)) * a.dtype.itemsize for a in jax.tree.leaves(t)) for x, t in
            (("record", record), ("state", state))}  # fmt: skip
    assert member_bytes(case, weeks=5, units=16, slots=8) == STATE_COPIES * size["state"] + size["record"]


def test_a_larger_world_or_longer_run_needs_more(case):
    small = member_bytes(case, weeks=5, units=16, slots=8)
    assert small < member_bytes(case, weeks=50, units=16, slots=8)
    assert small < member_bytes(case, weeks=5, units=32, slots=8)
    assert small < member_bytes(case, weeks=5, units=16, slots=16)


def test_the_reference_case_fills_a_small_gpu_and_is_bounded_on_a_large_one(case):
    sizes = {gb: width_for(case, device=Fake(gb * GB)) for gb in (1, 6, 60)}
    assert sizes[1] < sizes[6] <= sizes[60] == WIDEST


def test_without_a_device_the_first_is_asked(case):
    assert width_for(case, units=16, slots=8) == width_on(jax.devices()[0], member_bytes(case, units=16, slots=8))


def test_a_program_that_fits_passes():
    check_fits(program(1 * GB, 2 * GB, 3 * GB), Fake(8 * GB, 2 * GB), 64)
    check_fits(program(1 * GB, 2 * GB, 4 * GB, alias=1 * GB), Fake(8 * GB, 2 * GB), 64)


def test_a_program_that_does_not_fit_says_what_would():
    with pytest.raises(FissureError, match=r"64 members .* need 12\.0 GB .* 5\.0 GB are free.*width=16"):
        check_fits(program(1 * GB, 3 * GB, 8 * GB), Fake(8 * GB, 3 * GB), 64)


def test_where_nothing_fits_no_width_is_offered():
    with pytest.raises(FissureError, match=r"0\.0 GB are free: end what else uses it, or free some$"):
        check_fits(program(1 * GB, 3 * GB, 8 * GB), Fake(8 * GB, 9 * GB), 64)


def test_nothing_is_said_where_memory_is_unknown():
    check_fits(program(1 * GB, 3 * GB, 8 * GB), Fake(None), 64)
    check_fits(SimpleNamespace(memory_analysis=lambda: None), Fake(GB), 64)

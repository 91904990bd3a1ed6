"""Records as two arrays and back; a run of chosen outputs."""

import jax.numpy as jnp
import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.ensemble import run
from fissure.engine.export import dataset, export
from fissure.engine.packing import layout, pack, unpack
from fissure.errors import RunError
from fissure.model.record import OUTPUTS
from fissure.model.world import world_of

CHOSEN = ["fighters", "killed_in", "prestige", "territory_km2"]
SIZES = {"members": 5, "seed": 3, "weeks": 30, "units": 24, "slots": 20}


@pytest.fixture(scope="module")
def world():
    return world_of(load_case("islamic_state"), SIZES["units"], SIZES["slots"])


@pytest.mark.parametrize("outputs", [(), CHOSEN, ["fighters"], ["prestige"]])
def test_what_was_packed_comes_back(world, outputs):
    rng = np.random.default_rng(1)
    record = {name: rng.integers(-99, 99, shape).astype(dtype) for name, dtype, shape in layout(world, outputs)}
    packed = pack({name: jnp.asarray(x) for name, x in record.items()}, world, outputs)
    types = {str(x.dtype) for x in record.values()}
    assert {name: (x.ndim, str(x.dtype)) for name, x in packed.items()} == {t: (1, t) for t in types}
    weekly = {name: np.stack([x, x]) for name, x in packed.items()}
    for name, array in unpack(weekly, world, outputs).items():
        assert array.dtype == record[name].dtype and np.array_equal(array, np.stack([record[name]] * 2)), name
    assert set(unpack(weekly, world, outputs)) == set(record)


def test_an_output_of_another_shape_than_its_dims_is_refused(world):
    record = {name: jnp.zeros(shape, dtype) for name, dtype, shape in layout(world)}
    with pytest.raises(ValueError, match="prestige has the shape"):
        pack(record | {"prestige": jnp.zeros(3)}, world)


@pytest.mark.parametrize("output", ["fighters", "prestige"])
def test_outputs_of_one_type_alone(tmp_path, output):
    found = run("islamic_state", out=tmp_path, outputs=[output], **SIZES | {"weeks": 3})
    assert list(found.data) == [output] and found.data[output].shape[:2] == (5, 3)


def test_chosen_outputs_are_those_of_a_whole_run(tmp_path):
    whole = run("islamic_state", out=tmp_path / "whole", **SIZES)
    some = run("islamic_state", out=tmp_path / "some", outputs=CHOSEN, **SIZES)
    assert sorted(some.data) == CHOSEN and len(whole.data) == len(OUTPUTS)
    for name in CHOSEN:
        assert np.array_equal(some.data[name], whole.data[name]), name
    assert np.array_equal(some.parameters, whole.parameters)
    assert len(whole.events) > 0
    with pytest.raises(RunError, match="chosen outputs alone, without events"):
        some.events  # noqa: B018
    assert (whole.has_events, some.has_events) == (True, False)
    assert not [name for name in dataset(some) if str(name).startswith("event_")] and "event_kind" in dataset(whole)
    tables = {path.name for path in export(some, tmp_path / "tables").iterdir()}
    assert tables == {*(f"{name}.csv" for name in [*CHOSEN, "outputs", "parameters"]), "about.json"}

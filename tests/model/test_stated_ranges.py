"""What the comments beside state variables say of their range holds in a run."""

from typing import get_type_hints

import numpy as np
import pytest

from fissure.model.description import variables
from fissure.model.state import State

FIELDS = [(name, v) for name, kind in get_type_hints(State).items() for v in variables(kind)]


@pytest.fixture(scope="module")
def states(small):
    return small.states(small.middle)


def holds(states, part, variable):
    values = np.asarray(getattr(getattr(states, part), variable.name))
    low, high = variable.bounds
    inside = (low is None or values.min() >= low) and (high is None or values.max() <= high)
    return inside and values.ndim == 1 + len(variable.shape.split())


def test_stated_ranges_hold(states):
    assert [f"{part}.{v.name}" for part, v in FIELDS if not holds(states, part, v)] == []


def test_ranges_and_units_are_read_from_comments():
    said = {f"{part}.{v.name}": (v.unit, v.range) for part, v in FIELDS}
    assert said["fighters.doctrine"] == ("index", "-1 to 1")
    assert said["fighters.present"] == ("", "")
    assert said["districts.ruled"] == ("weeks", "0 or more")
    assert said["districts.support"] == ("share", "0 to 1")
    assert said["organisation.treasury"] == ("thousand dollars", "0 or more")
    assert said["flows.joined"] == ("persons", "0 or more")

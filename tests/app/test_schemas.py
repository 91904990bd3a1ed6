"""Schemas of the interface for programs: made from results, each under a name of its own."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fissure.app.schemas import ResultSchema, schema_of
from fissure.app.server import create_app


@dataclass(frozen=True)
class Result:
    """Of nothing."""

    name: str
    mean: float
    weekly: NDArray[np.float64]
    parts: tuple[str, ...]
    secret: int = 1

    @property
    def verdict(self) -> str:
        return "moves"


@schema_of(Result, without=("secret",), renamed={"parts": "from"}, mean="the mean")
class OwnSchema(ResultSchema):
    """Of a result."""

    verdict: str = Field(description="in a word")


def test_a_schema_takes_the_result_itself_and_tells_what_is_not_finite_as_null():
    built = OwnSchema.model_validate(Result("a", math.nan, np.array([1.0, math.inf]), ("b",)))
    assert built.model_dump(by_alias=True) == {
        "name": "a", "mean": None, "weekly": [1.0, None], "from": ["b"], "verdict": "moves",
    }  # fmt: skip
    assert OwnSchema.model_json_schema()["properties"]["mean"]["description"] == "the mean"
    assert OwnSchema.__doc__ == "Of a result."


def test_each_schema_has_a_name_of_its_own():
    """Two of one name, or one that is another in what is sent and what is answered, get names that nobody wrote."""
    names = create_app().openapi()["components"]["schemas"]
    assert not [name for name in names if "__" in name or "-" in name]

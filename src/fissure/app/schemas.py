"""Schemas of the interface for programs, made from the types of the results, and what it says when it refuses."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, create_model

S = TypeVar("S", bound="ResultSchema")
Answers = dict[int | str, dict[str, Any]]
"""By status, as FastAPI takes them."""


class ResultSchema(BaseModel):
    """The base of schemas of results; `model_validate` takes a result itself."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def build(cls, *results: object, **own: Any) -> Self:
        """Each field from the first of the `results` that has it, null where none has, but for those given here."""
        taken = {
            name: next((getattr(one, name) for one in results if hasattr(one, name)), None)
            for name, field in cls.model_fields.items()
            if name not in own and field.is_required()
        }
        return cls.model_validate({**taken, **own})


def schema_of(
    kind: type, *, without: tuple[str, ...] = (), renamed: Mapping[str, str] | None = None, **said: str
) -> Callable[[type[S]], type[S]]:
    """A decorator that gives a schema the fields of a result's type.

    Args:
        kind: a dataclass, a named tuple or a model of pydantic. What the schema declares itself (a property of the
            result, or a field given otherwise) stays as it is; a number that is not finite is given as null.
        without: fields that are not given.
        renamed: names in JSON, by field.
        said: descriptions, by field.
    """

    def derived(schema: type[S]) -> type[S]:
        own = {*schema.model_fields, *without}
        fields: dict[str, Any] = {
            name: (_json_type(hint), Field(serialization_alias=(renamed or {}).get(name), description=said.get(name)))
            for name, hint in _hints(kind).items()
            if name not in own
        }
        for name, field in schema.model_fields.items():
            field.description = said.get(name, field.description)
        return create_model(schema.__name__, __base__=schema, __module__=schema.__module__, __doc__=schema.__doc__,
                            **fields)  # fmt: skip

    return derived


def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    if dataclasses.is_dataclass(kind):
        return {one.name: hints[one.name] for one in dataclasses.fields(kind)}
    names = kind.model_fields if issubclass(kind, BaseModel) else kind.__annotations__
    return {name: hints[name] for name in names}


def _json_type(hint: Any) -> Any:
    """The type in JSON of values of the type `hint`."""
    if hint is float:
        return Number
    if get_origin(hint) is np.ndarray:
        return Annotated[list[float | None], BeforeValidator(lambda x: [_finite(float(one)) for one in x])]
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        return list[_json_type(get_args(hint)[0])]  # type: ignore[misc]
    return hint


def _finite(x: Any) -> Any:
    return None if isinstance(x, float) and not math.isfinite(x) else x


Number = Annotated[float | None, BeforeValidator(_finite)]
"""Null where it is not finite."""


class IntervalSchema(ResultSchema):
    """Median and 90% interval, in the unit of what it is of."""

    low: float
    median: float = Field(validation_alias=AliasChoices("middle", "median"))
    high: float


class RefusalSchema(BaseModel):
    """Why a request was refused."""

    detail: str


def refusal(status: int, description: str) -> Answers:
    """The answer of that status, for the description of an endpoint."""
    return {status: {"model": RefusalSchema, "description": description}}


EVERYWHERE = refusal(422, "Something in the request cannot be; the sentence says what, and what can.")

"""The parts of the model: its mechanisms, its parameters, and how a member is built from numbers."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.cases.schema import MOST, REACH, ParameterPrior
from fissure.errors import CaseError, FissureError, nearest
from fissure.model import mechanisms
from fissure.model.mechanism import Mechanism
from fissure.model.parameters import Declared, Quantity, quantile, quantities
from fissure.model.plugins import offered, plugin_priors, plugins
from fissure.model.record import OUTPUTS
from fissure.model.settle import Settlement
from fissure.model.start import Start
from fissure.model.week import Model
from fissure.reading import read_yaml_lines

GROUPS = ("ranks", "factions", "rule", "governed", "war")
STREAMS = ("givens", "slots")
"""Names of random numbers that belong to no mechanism and no part: a mechanism of that name would share their luck."""


@lru_cache(maxsize=1)
def mechanism_classes() -> dict[str, type[Mechanism]]:
    """Every mechanism by name, in order of name: ours and those of other packages.

    Raises `FissureError`, naming the package, where another package's cannot be loaded or takes a name of ours.
    """
    ours = _ours()
    return dict(sorted({**ours, **offered({**dict.fromkeys(ours), **_of_the_model()})}.items()))


def reserved() -> dict[str, str]:
    """Names that no new mechanism may have, each with what has it in words."""
    return {**dict.fromkeys(mechanism_classes(), "a mechanism"), **_of_the_model()}


def _of_the_model() -> dict[str, str]:
    """Names of what is no mechanism: parts that are always on, outputs, and streams of random numbers."""
    return {
        **dict.fromkeys(STREAMS, "random numbers of the model"),
        **dict.fromkeys((o.name for o in OUTPUTS), "an output"),
        **dict.fromkeys(("start", *_settling()), "a part that is always on"),
    }


def _ours() -> dict[str, type[Mechanism]]:
    """The mechanisms of this package, found by walking the five groups' folders."""
    found: dict[str, type[Mechanism]] = {}
    for group in GROUPS:
        package = importlib.import_module(f"{mechanisms.__name__}.{group}")
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            own = [
                x
                for x in vars(module).values()
                if isinstance(x, type) and issubclass(x, Mechanism) and x.__module__ == module.__name__
            ]
            if len(own) != 1:
                raise TypeError(f"{module.__name__} must define just one mechanism, not {len(own)}")
            found[own[0].name()] = own[0]
    return found


def known_mechanism(name: str) -> str:
    """`name`, if there is such a mechanism; else a `FissureError` with the nearest name."""
    known = mechanism_classes()
    if name not in known:
        raise CaseError(f"there is no mechanism '{name}'{nearest(name, known) or '; see fissure mechanisms'}")
    return name


def parts() -> dict[str, type]:
    """Owners of parameters by name: the start, the parts of settling, the mechanisms."""
    return {"start": Start, **_settling(), **mechanism_classes()}


def _settling() -> dict[str, type]:
    return {name: kind for name, kind in get_type_hints(Settlement).items() if hasattr(kind, "title")}


def parameters_of(case: Case) -> list[Declared]:
    """All parameters in a fixed order, each with what `case`, or else the package that brings it, believes of it.

    Raises `FissureError` where `priors.yaml` of the case (or package) names a parameter that does not exist or
    another unit, or leaves a parameter out.
    """
    path = case.folder / "priors.yaml"
    stated = {**plugin_priors(), **{name: (path, prior) for name, prior in case.priors.items()}}
    known = {
        name: (owner, field, quantity)
        for owner, kind in parts().items()
        for name, field, quantity in quantities(owner, kind)
    }
    for name, (where, prior) in stated.items():
        if name not in known:
            raise CaseError(f"{_at(where, name)}: there is no parameter '{name}'{nearest(name, known)}")
        unit = known[name][2].unit
        if prior.unit != unit:
            raise CaseError(
                f"{_at(where, name, 'unit')}: parameter '{name}' has unit '{prior.unit}', expected '{unit}'"
            )
        _require_room(case, name, prior, where)
    of_package = {p.name: p.priors_file for p in plugins()}
    _require_priors({name: of_package.get(known[name][0], path) for name in known if name not in stated}, known)
    return [
        Declared(name, owner, field, what.unit, what.meaning, stated[name][1])
        for name, (owner, field, what) in known.items()
    ]


def _require_priors(missing: Mapping[str, Path], known: Mapping[str, tuple[str, str, Quantity]]) -> None:
    """Refuse parameters without a prior, by the file that each is expected in: all of them at once."""
    if len(missing) == 1:
        ((name, where),) = missing.items()
        what = known[name][2]
        raise CaseError(f"{where}: parameter '{name}' has no prior (unit: {what.unit}, meaning: {what.meaning})")
    if missing:
        files = dict.fromkeys(missing.values())
        listed = (f"{file}: {', '.join(name for name, where in missing.items() if where == file)}" for file in files)
        raise CaseError(
            f"{len(missing)} parameters have no prior in {'; in '.join(listed)} (fissure trace NAME tells what each is)"
        )


_COUNTED = ("fighters", "persons", "thousand USD")
"""Units, in whole or as their first words, of what a run counts in whole numbers."""


def _require_room(case: Case, name: str, prior: ParameterPrior, where: Path) -> None:
    """Refuse a prior some of whose draws are more fighters, persons or money than 32 bits can count."""
    most, of = MOST, ""
    if name == "start.residents":
        residents = sum(district.residents for district in case.districts)
        most, of = (2**31 - 1) / residents, f" for {residents:,.0f} residents"
    elif not prior.unit.startswith(_COUNTED):
        return
    if (largest := float(quantile(prior.prior, np.array(REACH)))) > most:
        raise CaseError(
            f"{_at(where, name, 'prior')}: the prior of '{name}' reaches up to {largest:.3g} {prior.unit}, "
            f"expected at most {most:.3g}{of}"
        )


def _at(path: Path, name: str, *keys: str) -> str:
    """`FILE:LINE` of the entry `name`; the file alone where the case's priors did not come from it."""
    try:
        found, line = read_yaml_lines(path, dict[str, ParameterPrior])
    except FissureError:
        return str(path)
    return f"{path}:{line(name, *keys)}" if name in found else str(path)


def prior_values(parameters: list[Declared], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of parameters at standard normals `z`, both of shape (..., parameters)."""
    columns = [quantile(p.prior.prior, z[..., i]) for i, p in enumerate(parameters)]
    return np.stack(columns, axis=-1)


def build(parameters: list[Declared], values: NDArray[Any], off: tuple[str, ...] = ()) -> Model:
    """A model from `values` of shape (..., parameters): every leaf gets the leading shape.

    `off` names mechanisms whose switch is 0.
    """
    by_owner: dict[str, dict[str, Any]] = {}
    for i, p in enumerate(parameters):
        by_owner.setdefault(p.owner, {})[p.field] = jnp.asarray(values[..., i], jnp.float32)
    off = tuple(known_mechanism(name) for name in off)
    lead = values.shape[:-1]
    kinds = parts()
    switches = {name: jnp.full(lead, float(name not in off), jnp.float32) for name in mechanism_classes()}
    settling = {
        name: kind(**by_owner.get(name, {}))
        for name, kind in kinds.items()
        if name not in switches and kind is not Start
    }
    return Model(
        start=Start(**by_owner["start"]),
        settlement=Settlement(**settling),
        mechanisms={name: kinds[name](on=on, **by_owner.get(name, {})) for name, on in switches.items()},
    )

"""What there is to start from: the case, its ledger, what a name rests on, and whether all of it exists."""

import inspect
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fissure.api.arguments import plain_arguments
from fissure.cases import room
from fissure.cases.loader import Case, load_case
from fissure.cases.naming import called
from fissure.cases.schema import ParameterPrior
from fissure.engine.dataset import coordinates_of
from fissure.errors import FissureError
from fissure.evidence import Ledger, Mechanism, Subject, Trace, load_ledger, package_ledger, require, unfilled
from fissure.evidence import trace as trace_in
from fissure.evidence.check import FILL_IN, require_mechanism
from fissure.model.catalogue import mechanism_classes, parameters_of, parts
from fissure.model.parameters import Declared
from fissure.model.plugins import ledger_folders, plugin_priors, plugins
from fissure.model.record import OUTPUTS, Output
from fissure.reading import read_yaml_lines, stands


def loaded_case(case: str | Path | Case) -> Case:
    """The case of that name or in that folder. Raises `FissureError` for anything else."""
    if isinstance(case, Case):
        return case
    if not isinstance(case, str | Path) or not str(case):
        raise FissureError(f"case is {case!r}, expected a name, the path of a folder, or a loaded case")
    return load_case(case)


def name_of(case: Case) -> str:
    """What to call a case on the command line, quoted for a shell; see `cases.naming.called`."""
    return called(case.folder)


@plain_arguments
def ledger(case: str | Path | Case = "islamic_state") -> Ledger:
    """All claims, those of other packages among them, and the observations of `case`, if it brings a ledger."""
    loaded = loaded_case(case)
    mechanism_classes()  # refuses a package whose name clashes, before its entries do
    own = [loaded.ledger_folder] if stands(loaded.ledger_folder) else []
    return load_ledger(package_ledger(), *ledger_folders(), *own)


@plain_arguments
def trace(name: str, case: str | Path | Case = "islamic_state") -> Trace:
    """What a mechanism, parameter, output, source, claim or observation rests on, rival claims side by side."""
    loaded = loaded_case(case)
    return trace_in(name, ledger(loaded), subjects(loaded))


def check_evidence(case: Case) -> None:
    """Refuse a case or package whose ledger or priors name what does not exist, before anything is simulated.

    Raises `FissureError` with the nearest valid name; warns of texts that are still to be filled in.
    """
    require_evidence(case)
    declared = parameters_of(case)
    left = list(dict.fromkeys(f"{kind} '{name}'" for kind, name, _ in unfilled(ledger(case))))
    left += [f"the prior of '{p.name}'" for p in declared if p.prior.reason.startswith(FILL_IN)]
    for name, kind in mechanism_classes().items():
        if FILL_IN in f"{inspect.getdoc(inspect.getmodule(kind))} {kind.__doc__}":
            left.append(f"the docstrings of '{name}'")
    if left:
        warnings.warn(f"still to be filled in: {', '.join(left)}", stacklevel=4)
    for sentence in too_few_places(case):
        warnings.warn(sentence, stacklevel=4)


def too_few_places(case: Case) -> list[str]:
    """Where the case has too few places (units x slots) for the fighters that its priors allow; empty if nowhere."""
    prior = {p.name: p.prior for p in parameters_of(case)}
    return room.too_few_places(case.blocs, case.units, case.slots, prior[room.FIGHTERS], prior[room.FOREIGN_SHARE])


def require_evidence(case: Case) -> None:
    """Refuse what `check_evidence` refuses, and warn of nothing."""
    labels = coordinates_of(case, case.weeks)
    outputs = {o.name: {dim: labels[dim] for dim in o.dims if dim in labels} for o in OUTPUTS}
    declared, known = parameters_of(case), ledger(case)
    require(known, outputs, {p.name: p.prior.evidence for p in declared}, _places_in_priors(case))
    for plugin in plugins():
        kind = plugin.kind
        require_mechanism(known, plugin.name, kind.group(), kind.claims, str(plugin), plugin.ledger_folder)


def _places_in_priors(case: Case) -> Callable[[str, str], str]:
    """Tells `FILE:LINE` of an entry of the evidence in a parameter's prior, of the case or of a package."""

    @cache
    def read(path: Path) -> Callable[..., int]:
        return read_yaml_lines(path, dict[str, ParameterPrior])[1]

    def place(parameter: str, entry: str) -> str:
        path = case.folder / "priors.yaml"
        if parameter in case.priors:
            prior = case.priors[parameter]
        else:
            path, prior = plugin_priors()[parameter]
        try:
            return f"{path}:{read(path)(parameter, 'evidence', prior.evidence.index(entry))}"
        except FissureError:  # the priors of a loaded case need not be those of its file
            return str(path)

    return place


def missing_mechanisms(known: Ledger) -> list[Mechanism]:
    """Mechanisms of the ledger that the model does not have yet."""
    return [m for name, m in known.mechanisms.items() if name not in mechanism_classes()]


def subjects(case: Case) -> dict[str, Subject]:
    """What of the model can be traced: mechanisms, the processes that are always on, parameters and outputs."""
    declared = parameters_of(case)
    found = {owner: _part(owner, kind, declared) for owner, kind in parts().items()}
    found |= {p.name: _parameter(p) for p in declared}
    return found | {o.name: _output(o) for o in OUTPUTS}


def _part(owner: str, kind: type, declared: list[Declared]) -> Subject:
    own = tuple(p.name for p in declared if p.owner == owner)
    mechanism = mechanism_classes().get(owner)
    if mechanism is not None:
        text = inspect.getdoc(inspect.getmodule(mechanism)) or ""
        return Subject("mechanism", owner, mechanism.title, text, mechanism.claims, own)
    return Subject("process", owner, vars(kind)["title"], inspect.getdoc(kind) or "", (), own)


def _parameter(p: Declared) -> Subject:
    prior = p.prior.prior
    span = "bounds" if prior.kind == "uniform" else "90% between"
    text = f"Prior: {prior.kind}, {span} {prior.low:g} and {prior.high:g} {p.unit}.\nReason: {p.prior.reason}"
    return Subject("parameter", p.name, p.meaning, text, tuple(p.prior.evidence), (p.owner,))


def _output(o: Output) -> Subject:
    dims = ", ".join(("member", "week", *o.dims))
    return Subject("output", o.name, o.long_name, f"Dimensions: {dims}. Unit: {o.unit}.", (), ())

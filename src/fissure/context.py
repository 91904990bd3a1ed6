"""A case with all that is read beside it: evidence, parameters, posterior. Loaded once, then handed down.

    context = context_of("islamic_state")
    context.ledger, context.parameters, context.posterior

Each part is read when it is first asked for and never again, so whoever holds one context sees one state of the files.
"""

import hashlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import xarray as xr

from fissure.cases import room
from fissure.cases.loader import Case, in_war, load_case
from fissure.cases.naming import called
from fissure.cases.schema import ParameterPrior
from fissure.engine.begin import require_usable
from fissure.engine.plan import priors_digest
from fissure.engine.records import coordinates_of, dataset_of, variables_of
from fissure.errors import ArgumentError, FissureError
from fissure.evidence import Ledger, Mechanism, Subject, Trace, load_ledger, package_ledger, require, trace, unfilled
from fissure.evidence.ledger import FILL_IN, require_mechanism
from fissure.model.catalogue import mechanism_classes, parameters_of, parts
from fissure.model.parameters import Declared
from fissure.model.plugins import ledger_folders, plugin_priors, plugins
from fissure.model.record import OUTPUTS, Output
from fissure.reading import read_yaml_lines, stands
from fissure.studies.calibration.posterior import Posterior, chosen
from fissure.studies.measurement import Datum, comparable, data
from fissure.studies.patterns.met import Pattern, patterns_of
from fissure.studies.questions import Question, Study, questions_of, studies_of


@dataclass(frozen=True, eq=False)
class Context:
    """One case and what belongs to it. Make one with `context_of`."""

    case: Case
    _named: dict[Path, Posterior | None] = field(default_factory=dict, init=False, repr=False)
    """Posteriors by the file that was asked for."""

    @property
    def cli_name(self) -> str:
        """The name of the case on the command line, quoted for a shell."""
        return called(self.case.folder) + ("" if self.case.war == "recorded" else f" --war {self.case.war}")

    # The evidence

    @cached_property
    def ledger(self) -> Ledger:
        """All claims, those of other packages among them, and the observations of the case, if it brings a ledger."""
        mechanism_classes()  # refuses a package whose name clashes, before its entries do
        own = [self.case.ledger_folder] if stands(self.case.ledger_folder) else []
        return load_ledger(package_ledger(), *own, *ledger_folders())

    @cached_property
    def data(self) -> tuple[Datum, ...]:
        """The observations of outcomes that the model can be compared with, in the order of the ledger."""
        return tuple(data(self.ledger, self.case.leanings))

    @cached_property
    def comparable(self) -> Mapping[str, Datum]:
        """Those of `data` whose time lies within a whole run, by id: what can be learned from."""
        found = comparable(_records_of_nothing(self.case), list(self.data))
        return {item.observation.id: item for item in found}

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        """The parts of the model that can be traced, by name: mechanisms, permanent processes, parameters, outputs."""
        declared = self.parameters
        found = {owner: _part(owner, kind, declared) for owner, kind in parts().items()}
        found |= {p.name: _parameter(p) for p in declared}
        return found | {o.name: _output(o) for o in OUTPUTS}

    def trace(self, name: str) -> Trace:
        """Trace a mechanism, parameter, output, source, claim or observation. Raises `FissureError`."""
        return trace(name, self.ledger, self.subjects)

    @cached_property
    def argued_from(self) -> Mapping[str, tuple[str, ...]]:
        """For each claim or observation the parameters whose priors were argued from it."""
        found: dict[str, list[str]] = {}
        for one in self.parameters:
            for entry in one.prior.evidence:
                found.setdefault(entry, []).append(one.name)
        return {entry: tuple(names) for entry, names in found.items()}

    def mechanisms_of(self, observation: str) -> tuple[str, ...]:
        """Mechanisms that rest on an observation: through claims that give it, and priors argued from it."""
        by_claim = [c.mechanism for c in self.ledger.claims.values() if c.figure == observation and c.mechanism]
        by_prior = [name.partition(".")[0] for name in self.argued_from.get(observation, ())]
        return tuple(name for name in dict.fromkeys([*by_claim, *by_prior]) if name in mechanism_classes())

    @property
    def missing_mechanisms(self) -> list[Mechanism]:
        """Mechanisms of the ledger that the model does not have yet."""
        return [m for name, m in self.ledger.mechanisms.items() if name not in mechanism_classes()]

    # What is believed, and what is asked

    @cached_property
    def parameters(self) -> list[Declared]:
        """All parameters in the order of the model, each with its prior. Raises `FissureError` for one without."""
        return parameters_of(self.case)

    @cached_property
    def studies(self) -> Mapping[str, Study]:
        """The named studies of the case, in order."""
        return studies_of(self.case, self.ledger.claims, self.parameters)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that the sources of the case ask."""
        return tuple(questions_of(self.case, self.ledger.claims, self.studies))

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of the case, in order; none where it lists none."""
        return patterns_of(self.case, self.ledger)

    def questions_about(self, claim: str) -> tuple[Question, ...]:
        """The questions that a claim raises."""
        return tuple(one for one in self.questions if claim in one.claims)

    # What was learned

    @cached_property
    def _posterior(self) -> tuple[Posterior | None, str]:
        """The posterior that lies with the case, or one sentence that says why there is none."""
        try:
            found = self.draws()
        except FissureError as error:
            return None, f"{str(error)[:1].upper()}{str(error)[1:]}."
        return found, "" if found else "No posterior lies with this case; members are drawn from the prior."

    @property
    def posterior(self) -> Posterior | None:
        """The posterior that lies with the case; None where none does, or none that can be used (see `draws`)."""
        return self._posterior[0]

    @property
    def no_posterior(self) -> str:
        """Why there is no posterior, as a sentence; empty where there is one."""
        return self._posterior[1]

    @property
    def posterior_digest(self) -> str:
        """Digest of the posterior; empty for the prior."""
        return self.posterior.digest if self.posterior else ""

    @property
    def until(self) -> date | None:
        """The last day of which the posterior has seen anything."""
        return self.posterior.until if self.posterior else None

    @cached_property
    def fitted(self) -> frozenset[str]:
        """Ids of the observations that the posterior was fitted to: those of `comparable` of days up to `until`."""
        if self.until is None:
            return frozenset()
        return frozenset(name for name, item in self.comparable.items() if item.observation.when <= self.until)

    def draws(self, *, prior: bool = False, posterior: str | Path | None = None) -> Posterior | None:
        """The posterior that members are drawn from, read once; None for the prior.

        Args:
            prior: whatever was learned.
            posterior: the file of another posterior than the one that lies with the case.

        Raises `FissureError` where both are asked for, and for a posterior that cannot be read or is stale.
        """
        if prior and posterior is not None:
            raise ArgumentError("found both prior and a posterior, expected one of them to draw members from")
        if prior:
            return None
        path = None if posterior is None else Path(posterior).expanduser()
        if (key := path or Path()) not in self._named:
            require_usable()  # before anything else begins JAX
            self.require()  # before the posterior, which a name that is wrong makes stale
            self._named[key] = chosen(self.case, self.ledger, path)
        return self._named[key]

    # Whether it fits together

    @cached_property
    def evidence_digest(self) -> str:
        """SHA-256, in hex, of what was published and of how publishers are known to lean."""
        entries = (*self.ledger.observations.values(), *self.ledger.variables.values(), *self.case.leanings)
        return _sha("\n".join(one.model_dump_json() for one in entries))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of all that the context was loaded from: case, ledger, priors, posterior."""
        known = self.ledger
        entries = (*known.sources.values(), *known.mechanisms.values(), *known.claims.values())
        parts = [self.case.digest, self.evidence_digest, *(one.model_dump_json() for one in entries)]
        return _sha("\n".join([*parts, priors_digest(self.parameters), self.posterior_digest]))

    def check(self) -> None:
        """Refuse what `require` refuses, before anything is simulated, and warn of texts still to be filled in."""
        self.require()
        left = list(dict.fromkeys(f"{kind} '{name}'" for kind, name, _ in unfilled(self.ledger)))
        left += [f"the prior of '{p.name}'" for p in self.parameters if p.prior.reason.startswith(FILL_IN)]
        for name, kind in mechanism_classes().items():
            if FILL_IN in f"{inspect.getdoc(inspect.getmodule(kind))} {kind.__doc__}":
                left.append(f"the docstrings of '{name}'")
        if left:
            warnings.warn(f"still to be filled in: {', '.join(left)}", stacklevel=4)
        for sentence in self.too_few_places:
            warnings.warn(sentence, stacklevel=4)

    def require(self) -> None:
        """Refuse a case or package whose ledger or priors name what does not exist.

        Raises `FissureError` with the nearest valid name.
        """
        _ = self._sound

    @cached_property
    def _sound(self) -> bool:
        """True; where it is not, reading it raises."""
        labels = coordinates_of(self.case, self.case.weeks)
        outputs = {o.name: {dim: labels[dim] for dim in o.dims if dim in labels} for o in OUTPUTS}
        rests_on = {p.name: p.prior.evidence for p in self.parameters}
        require(self.ledger, outputs, rests_on, _places_in_priors(self.case))
        for plugin in plugins():
            kind = plugin.kind
            require_mechanism(
                self.ledger, plugin.name, kind.group(), kind.claims, str(plugin), plugin.ledger_folder
            )  # fmt: skip
        _ = self.patterns  # refuses one whose sources or outputs do not exist
        return True

    @property
    def too_few_places(self) -> list[str]:
        """A sentence for each origin with too few places (units x slots) for the fighters that the priors allow."""
        case, prior = self.case, {p.name: p.prior for p in self.parameters}
        return room.too_few_places(case.blocs, case.units, case.slots, prior[room.FIGHTERS], prior[room.FOREIGN_SHARE])


CaseLike = str | Path | Case | Context
"""Anything that stands for a case: its name, its folder, the loaded case, or a context."""


def context_of(case: CaseLike, war: str | None = None) -> Context:
    """The context of a case: a new one, unless `case` is one and its war the one that is asked for, if any is.

    Raises `FissureError` for what is no case, and for what is no war.
    """
    if war is not None:
        found = context_of(case)
        return found if found.case.war == war else Context(in_war(found.case, war))
    if isinstance(case, Context):
        return case
    if isinstance(case, Case):
        return Context(case)
    if not isinstance(case, str | Path) or not str(case):
        raise ArgumentError(f"case is {case!r}, expected a name, the path of a folder, or a loaded case")
    return Context(load_case(case))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _records_of_nothing(case: Case) -> xr.Dataset:
    """Records of one member in whom nothing is and nothing happens: they have the time and the places of a run."""
    sizes = {name: len(labels) for name, labels in coordinates_of(case, case.weeks).items()}
    shapes = {name: [1, *(sizes[dim] for dim in variable["dims"][1:])] for name, variable in variables_of().items()}
    return dataset_of({name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}, [0], case)


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

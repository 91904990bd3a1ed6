"""What the views know of the evidence beyond the ledger itself: what rests on an entry, and what the fit made of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr

from fissure.api.evidence import ledger, name_of, subjects
from fissure.api.runs import draws_of
from fissure.cases.loader import Case
from fissure.engine.dataset import coordinates_of, dataset_of, variables_of
from fissure.errors import FissureError
from fissure.evidence import Ledger
from fissure.evidence.trace import Subject
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.present.words import calibration as words
from fissure.present.words.calibration import Move
from fissure.studies.calibrate import Posterior
from fissure.studies.measurement import Datum, comparable, data
from fissure.studies.named import studies_of
from fissure.studies.questions import questions_of


@dataclass(eq=False)
class Known:
    """Of one case. `posterior` is None, and `why_not` says why, where none can be used."""

    case: Case
    ledger: Ledger
    posterior: Posterior | None
    refused: FissureError | None = None
    """Why the posterior that lies with the case cannot be used."""

    @property
    def why_not(self) -> str:
        """Why there is no posterior, as a sentence; empty where there is one."""
        if self.posterior is not None:
            return ""
        if self.refused is None:
            return "No posterior lies with this case; members are drawn from the prior."
        return f"{str(self.refused)[:1].upper()}{str(self.refused)[1:]}."

    @property
    def until(self) -> date | None:
        """The last day that the fit was told of."""
        return None if self.posterior is None else self.posterior.until

    @cached_property
    def called(self) -> str:
        """What to call the case on the command line."""
        return name_of(self.case)

    @cached_property
    def draws(self) -> str:
        """Digest of what members are drawn from; empty for the prior."""
        return self.posterior.digest if self.posterior else ""

    @cached_property
    def told(self) -> str:
        """Digest of what was published and of how publishers are known to lean."""
        entries = (*self.ledger.observations.values(), *self.ledger.variables.values(), *self.case.leanings)
        return hashlib.sha256("\n".join(one.model_dump_json() for one in entries).encode()).hexdigest()

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        """What of the model can be traced, by name."""
        return subjects(self.case)

    @cached_property
    def rest_on(self) -> Mapping[str, tuple[str, ...]]:
        """For each claim or observation the parameters whose priors were argued from it."""
        found: dict[str, list[str]] = {}
        for one in parameters_of(self.case):
            for entry in one.prior.evidence:
                found.setdefault(entry, []).append(one.name)
        return {entry: tuple(names) for entry, names in found.items()}

    @cached_property
    def items(self) -> Mapping[str, Datum]:
        """The figures of outcomes that a whole run holds a counterpart of, by id: what can be learned from."""
        told = comparable(_nothing(self.case), data(self.ledger, self.case.leanings))
        return {item.observation.id: item for item in told}

    @cached_property
    def fitted(self) -> frozenset[str]:
        """Ids of those that speak of days up to the cut-off."""
        if self.until is None:
            return frozenset()
        return frozenset(name for name, item in self.items.items() if item.observation.when <= self.until)

    @cached_property
    def moves(self) -> Mapping[str, Move]:
        """The learned parameters before and after, those that the figures take most of first."""
        return {} if self.posterior is None else {one.name: one for one in words.moves(self.posterior, self.case)}

    @cached_property
    def questions(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For each claim the questions that it raises: name and words."""
        studies = studies_of(self.case, self.ledger.claims, parameters_of(self.case))
        found: dict[str, list[tuple[str, str]]] = {}
        for one in questions_of(self.case, self.ledger.claims, studies):
            for claim in one.claims:
                found.setdefault(claim, []).append((one.name, one.asks))
        return {claim: tuple(asked) for claim, asked in found.items()}

    def speaks_to(self, entry: str) -> tuple[str, ...]:
        """Mechanisms that rest on an observation: through claims that give it, and priors argued from it."""
        by_claim = [c.mechanism for c in self.ledger.claims.values() if c.figure == entry and c.mechanism]
        by_prior = [name.partition(".")[0] for name in self.rest_on.get(entry, ())]
        kinds = mechanism_classes()
        return tuple(name for name in dict.fromkeys([*by_claim, *by_prior]) if name in kinds)


def _nothing(case: Case) -> xr.Dataset:
    """Records of one member in whom nothing is and nothing happens: they have the time and the places of a run."""
    sizes = {name: len(labels) for name, labels in coordinates_of(case, case.weeks).items()}
    shapes = {name: [1, *(sizes[dim] for dim in told["dims"][1:])] for name, told in variables_of().items()}
    return dataset_of({name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}, [0], case)


_known: dict[tuple[Path, str], Known] = {}


def known_of(case: Case) -> Known:
    """What is known of `case`, looked up once, however often the case itself is loaded.

    A posterior that is stale or damaged is told of, and the evidence stands without it.
    """
    key = case.folder, case.digest
    if key not in _known:
        posterior, refused = None, None
        try:
            posterior = draws_of(case)
        except FissureError as error:
            refused = error
        _known.setdefault(key, Known(case, ledger(case), posterior, refused))
    return _known[key]

"""What a ledger must have for a run: outputs that exist, units that agree, mechanisms that rest on claims.

What is wrong in itself (a number, a date, a reference) is refused on loading.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from fissure.errors import LedgerError, nearest
from fissure.evidence.entries import Variable
from fissure.evidence.ledger import Ledger

FILL_IN = "FILL IN"  # how a text begins that a new mechanism's author has yet to write


def unfilled(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Kind, id and key of each text of `ledger` that begins with `FILL IN`: left so when a mechanism was made."""
    kinds = {"source": ledger.sources, "mechanism": ledger.mechanisms, "claim": ledger.claims}
    return [
        (kind, name, key)
        for kind, entries in kinds.items()
        for name, entry in entries.items()
        for key, text in entry
        if isinstance(text, str) and text.startswith(FILL_IN)
    ]


def require_mechanism(ledger: Ledger, name: str, group: str, claims: Collection[str], who: str, folder: Path) -> None:
    """Raise `FissureError` unless mechanism `name` is in `ledger`, in `group`, and rests on just the ids `claims`.

    `who` is the mechanism in words and `folder` where its evidence is expected: those of other packages, which
    the project's own tests never see.
    """
    if name not in ledger.mechanisms:
        raise LedgerError(f"{folder / 'mechanisms.yaml'}: {who} is in no ledger, expected an entry `- name: {name}`")
    if ledger.mechanisms[name].group != group:
        raise LedgerError(
            f"{place_of(ledger, 'mechanism', name, 'group')}found group '{ledger.mechanisms[name].group}', "
            f"expected '{group}', as the class says"
        )
    taken_up = [claim.id for claim in ledger.claims_of(name)]
    if not taken_up:
        raise LedgerError(
            f"{folder / 'claims.yaml'}: {who} rests on no claim, expected at least one with `mechanism: {name}`"
        )
    for found in claims:
        if found not in taken_up:
            raise LedgerError(
                f"{who} carries '{found}' in `claims`, expected claims with `mechanism: {name}`"
                f"{nearest(found, taken_up)}"
            )
    for found in taken_up:
        if found not in claims:
            raise LedgerError(
                f"{place_of(ledger, 'claim', found, 'mechanism')}claim '{found}' names the {who}, "
                f"expected that its class carries '{found}' in `claims`"
            )


def require(
    ledger: Ledger,
    outputs: Mapping[str, Mapping[str, Collection[str]]],
    evidence: Mapping[str, Collection[str]],
    place: Callable[[str, str], str] | None = None,
) -> None:
    """Raise `FissureError` for the first thing in `ledger` or `evidence` that a run could not use.

    `outputs` are the dimensions of each output with their coordinates, `evidence` the ids of the ledger's
    entries behind each parameter's prior, and `place` tells `FILE:LINE` of such an id in the prior of a parameter.
    Light: to be called before a simulation.
    """
    for variable in ledger.variables.values():
        _require_output(ledger, variable, outputs)
    for observation in ledger.observations.values():
        unit = ledger.variables[observation.variable].unit
        if observation.unit != unit:
            raise LedgerError(
                f"{place_of(ledger, 'observation', observation.id, 'unit')}found unit '{observation.unit}', "
                f"expected '{unit}', the unit of variable '{observation.variable}'"
            )
    _require_priors(ledger, evidence, place or (lambda *_: ""))


def _require_priors(ledger: Ledger, evidence: Mapping[str, Collection[str]], place: Callable[[str, str], str]) -> None:
    known = {*ledger.claims, *ledger.observations}
    wrong = [(parameter, name) for parameter, names in evidence.items() for name in names if name not in known]
    if not wrong:
        return
    where = [f"{at}: " if (at := place(*one)) else "" for one in wrong]
    (parameter, name), *more = wrong
    said = (
        f"{where[0]}the prior of '{parameter}' rests on '{name}', expected the id of a claim or an observation"
        f"{nearest(name, sorted(known))}"
    )
    if more:
        listed = ", ".join(f"{at}'{p}' on '{n}'" for at, (p, n) in zip(where[1:], more, strict=True))
        said = f"{said.rstrip('?')}; so {'do' if len(more) > 1 else 'does'} {len(more)} more: {listed}"
    raise LedgerError(said)


def _require_output(ledger: Ledger, variable: Variable, outputs: Mapping[str, Mapping[str, Collection[str]]]) -> None:
    if variable.output is None:
        return
    if variable.output not in outputs:
        raise LedgerError(
            f"{place_of(ledger, 'variable', variable.id, 'output')}found output '{variable.output}', "
            f"expected an output of the model{nearest(variable.output, outputs)}"
        )
    dimensions = outputs[variable.output]
    for dimension, picked in (variable.select or {}).items():
        where = place_of(ledger, "variable", variable.id, "select", dimension)
        if dimension not in dimensions:
            raise LedgerError(
                f"{where}found dimension '{dimension}', expected {_listed(dimensions)} of output "
                f"'{variable.output}'{nearest(dimension, dimensions)}"
            )
        labels = dimensions[dimension]
        for label in (picked,) if isinstance(picked, str) else picked:
            if label not in labels:
                raise LedgerError(
                    f"{where}found {dimension} '{label}', expected {_listed(labels)} of output "
                    f"'{variable.output}'{nearest(label, labels)}"
                )


def _listed(names: Collection[str]) -> str:
    if not names:
        return "none"
    return f"one of {', '.join(names)}" if len(names) <= 12 else f"one of the {len(names)}"


def place_of(ledger: Ledger, kind: str, name: str, *keys: str) -> str:
    """`FILE:LINE: `, or which entry it is where it was not read from a file."""
    place = ledger.places.get((kind, name))
    return f"{place(*keys)}: " if place else f"{kind} '{name}': "

"""Is a ledger whole? One sentence for each gap, none when every link holds: for the ledger of the reference case."""

from collections.abc import Iterable, Iterator

from fissure.errors import nearest
from fissure.evidence import Ledger, unfilled
from fissure.evidence.ledger import place_of

WORDS = 60  # a paraphrase longer than this is on its way to being a copy


def problems(ledger: Ledger, mechanisms: Iterable[str], outputs: Iterable[str]) -> list[str]:
    """What is missing or contradictory in `ledger`, one sentence each; an empty list when nothing is.

    `mechanisms` are the names that must each rest on a claim, `outputs` the names of the model's outputs
    (of a run); both are read from the code by the caller.
    """
    names, produced = list(mechanisms), list(outputs)
    return [
        *(f"{place_of(ledger, *entry)}'{entry[2]}' is still to be filled in." for entry in unfilled(ledger)),
        *_mechanism_problems(ledger, names),
        *_claim_problems(ledger, names),
        *_variable_problems(ledger, produced),
    ]


def _mechanism_problems(ledger: Ledger, names: list[str]) -> Iterator[str]:
    for name in names:
        if not ledger.claims_of(name):
            yield f"mechanism '{name}' rests on no claim."


def _claim_problems(ledger: Ledger, names: list[str]) -> Iterator[str]:
    known = {*names, *ledger.mechanisms}
    for claim in ledger.claims.values():
        if claim.mechanism is not None and claim.mechanism not in known:
            hint = nearest(claim.mechanism, known)
            yield f"claim '{claim.id}' names an unknown mechanism '{claim.mechanism}'{hint or '.'}"
        if len(claim.paraphrase.split()) > WORDS:
            yield f"claim '{claim.id}' is longer than {WORDS} words: say it in fewer."
        if claim.figure is not None:
            figure = ledger.observations.get(claim.figure)
            if figure is not None and figure.source != claim.source:
                yield f"claim '{claim.id}' of {claim.source} gives a figure of {figure.source}."


def _variable_problems(ledger: Ledger, produced: list[str]) -> Iterator[str]:
    observed = {observation.variable for observation in ledger.observations.values()}
    for variable in ledger.variables.values():
        if variable.output is not None and variable.output not in produced:
            hint = nearest(variable.output, produced)
            yield f"variable '{variable.id}' names an unknown output '{variable.output}'{hint or '.'}"
        if variable.id not in observed:
            yield f"variable '{variable.id}' has no observation."
